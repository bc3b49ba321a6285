//! 계산대: the address, the price range and the posting date, and the placing of the order.

mod form;
mod view;

use std::{collections::HashMap, sync::Arc};

use domain::{
    base::{calendar, id::OrderId, price::PriceRange},
    order::{Order, stock::Stock},
    walk::visit::{Place, Visit},
};
use store::{AtTheCounter, Guard, Lost, NewOrder, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Words, riddle, say};

/// How often a lost race for a place is run again.
const ROUNDS: usize = 8;

/// Why the form was not accepted.
#[derive(Default)]
struct FormFeedback {
    /// What has to be corrected.
    problems: Vec<Problem>,
    /// Why a valid form cannot be accepted now.
    not_now: Option<Words>,
}

type Stocks = HashMap<PriceRange, Versioned<Stock>>;

/// Serves `/counter`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let rooms = riddle::built_in()?;
    let visitor = request.visitor()?;
    let AtTheCounter { visit, stocks, counter } = app.store.at_the_counter(visitor).await?;
    let visit = visit.ok_or(Refusal::NoSession)?;
    let closed = counter.closed_on(calendar::today(request.now)).is_some();
    match (visit.value.place(rooms, request.now), request.method) {
        (Place::Counter, method) if visit.value.preview => {
            let page = view::preview(&request, &visit.value)?;
            Ok(if method == Method::Get { page } else { page.status(StatusCode::CONFLICT) }.into())
        }
        (Place::Counter, Method::Get) if closed => {
            Ok(view::closed(&request, &visit.value, &counter)?.into())
        }
        (Place::Counter, Method::Post) if closed => {
            let not_now = Some(view::closed_until(&request, &counter));
            let feedback = FormFeedback { not_now, ..FormFeedback::default() };
            conflict(&request, &visit.value, &stocks, &feedback)
        }
        (Place::Counter, Method::Get) => {
            Ok(view::form(&request, &visit.value, &stocks, &FormFeedback::default())?.into())
        }
        (Place::Counter, Method::Post) => order(&app, &request, visit, stocks).await,
        // A second click: the order is placed already.
        (Place::Window(order), Method::Post) => Ok(Reply::see(format!("/pay/{order}"))),
        (Place::Window(order), Method::Get) => {
            Ok(view::placed(&request, &visit.value, order)?.into())
        }
        (place, _) => Err(Refusal::OutOfOrder { onward: place.path() }),
    }
}

async fn order(
    app: &AppState,
    request: &Request,
    mut visit: Versioned<Visit>,
    mut stocks: Stocks,
) -> Result<Reply, Refusal> {
    let rooms = riddle::built_in()?;
    let filled = match form::read(request) {
        Ok(filled) => filled,
        Err(problems) => {
            let feedback = FormFeedback { problems, ..FormFeedback::default() };
            let page = view::form(request, &visit.value, &stocks, &feedback)?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let id = OrderId::new(milliseconds, app.random.next_u128());
    let order = Order::new(
        id,
        visit.value.id,
        request.language,
        filled.range,
        filled.address,
        filled.promised,
        request.now,
    );
    for _ in 0..ROUNDS {
        let stock =
            stocks.get(&filled.range).cloned().unwrap_or_else(|| Versioned::new(Stock::default()));
        let Ok(place) = stock.value.take(id, request.now) else {
            let problems = vec![form::range_is_taken(request)];
            let feedback = FormFeedback { problems, ..FormFeedback::default() };
            return conflict(request, &visit.value, &stocks, &feedback);
        };
        let ordered = visit.with(visit.value.clone().ordered(id));
        let new = NewOrder {
            visit: &ordered,
            order: &order,
            stock_version: stock.version,
            place: &place,
        };
        match app.store.place_order(new).await {
            Ok(()) => return Ok(Reply::see(format!("/pay/{id}"))),
            Err(Lost::Race(Guard::Visit | Guard::Stock) | Lost::Conflict) => {
                let now = app.store.at_the_counter(visit.value.id).await?;
                visit = now.visit.ok_or(Refusal::NoSession)?;
                stocks = now.stocks;
                if let Place::Window(placed) = visit.value.place(rooms, request.now) {
                    return Ok(Reply::see(format!("/pay/{placed}")));
                }
            }
            Err(lost) => return Err(lost.into()),
        }
    }
    let crowded = say!(
        request,
        "손님이 몰렸습니다. 한 번만 더 눌러 주십시오.",
        "The counter is crowded. Please press once more."
    );
    let feedback = FormFeedback { not_now: Some(crowded), ..FormFeedback::default() };
    conflict(request, &visit.value, &stocks, &feedback)
}

/// The form again, with the status of a request that cannot be carried out now.
fn conflict(
    request: &Request,
    visit: &Visit,
    stocks: &Stocks,
    feedback: &FormFeedback,
) -> Result<Reply, Refusal> {
    Ok(view::form(request, visit, stocks, feedback)?.status(StatusCode::CONFLICT).into())
}
