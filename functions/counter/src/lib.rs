//! 계산대: the address, the price range and the posting date, and the placing of the order.

mod form;
mod view;

use std::{collections::HashMap, sync::Arc};

use domain::{
    base::{calendar, id::OrderId, price::PriceRange},
    order::{
        Address, Clue, FoundBy, Order,
        stock::Stock,
        unpaid::{Holder, TooManyUnpaid},
    },
    walk::{
        draft::{Draft, DraftForm},
        visit::{Position, Visit},
    },
};
use store::{AtTheCounter, Commit, Decision, Updated, Versioned};
use web::{
    AddressState, AppState, Method, Page, PostcodeSearch, Problem, Refusal, Reply, Request,
    StatusCode, Words, admitted, draft, riddle, say,
};

/// Why the form was not accepted.
#[derive(Default)]
struct FormFeedback {
    /// What has to be corrected.
    problems: Vec<Problem>,
    /// Why a valid form cannot be accepted now.
    not_now: Option<Words>,
    /// Why the order cannot be placed now: others hold places without a payment.
    too_many: Option<TooManyUnpaid>,
    /// What the form is filled with.
    filled: Filling,
    /// The search for a postcode.
    postcodes: PostcodeSearch,
}

/// What the form is filled with before anything is typed into it.
#[derive(Default)]
struct Filling {
    /// What was typed before.
    draft: Option<Draft>,
    /// The address of the latest order, if it is kept.
    last_address: Option<Address>,
}

type Stocks = HashMap<PriceRange, Versioned<Stock>>;

/// Serves `/counter`.
pub async fn handle(state: Arc<AddressState>, request: Request) -> Result<Reply, Refusal> {
    let app = &state.app;
    let rooms = riddle::built_in()?;
    let session = request.session()?;
    let AtTheCounter { visit, stocks, counter, draft, last_address } =
        app.store.at_the_counter(session.visitor).await?;
    let visit = admitted(visit, session)?;
    let draft = draft.filter(|draft| draft.is_for(&visit.value, request.now));
    let last_address = last_address.and_then(|last| last.kept(request.now));
    let filled = Filling { draft, last_address };
    let postcodes = state.postcodes.clone();
    let feedback = FormFeedback { filled, postcodes, ..FormFeedback::default() };
    let closed = counter.closed_on(calendar::today(request.now)).is_some();
    match (visit.value.position(rooms, request.now), request.method) {
        (Position::Counter, method) if visit.value.preview => {
            let page = view::preview(&request, &visit.value)?;
            Ok(if method == Method::Get { page } else { page.status(StatusCode::CONFLICT) }.into())
        }
        (Position::Counter, Method::Get) if closed => {
            Ok(view::closed(&request, &visit.value, &counter)?.into())
        }
        (Position::Counter, Method::Post) if draft::is_kept(&request) => {
            let page = |problems: &[Problem]| {
                let feedback = FormFeedback { problems: problems.to_vec(), ..feedback };
                view::form(&request, &visit.value, &stocks, &feedback)
            };
            app.keep_draft(DraftForm::Counter, &request, &visit.value, page).await
        }
        (Position::Counter, Method::Post) if request.form.ticked(view::CLEAR) => {
            app.store.commit(Commit::no_address(visit.value.id)).await?;
            Ok(Reply::see("/counter"))
        }
        (Position::Counter, Method::Post) if closed => {
            let not_now = Some(view::closed_until(&request, &counter));
            let feedback = FormFeedback { not_now, ..feedback };
            conflict(app, &request, &visit.value, &stocks, feedback).await
        }
        (Position::Counter, Method::Get) => {
            let draft = feedback.filled.draft.as_ref().map(|draft| &draft.fields);
            let last_address = feedback.filled.last_address.as_ref().map(Address::fields);
            let request = request.filled_with(draft.or(last_address.as_ref()));
            Ok(view::form(&request, &visit.value, &stocks, &feedback)?.into())
        }
        (Position::Counter, Method::Post) => order(app, &request, visit, stocks, feedback).await,
        // A form in another tab, whose order is placed.
        (Position::Window(_), Method::Post) if draft::is_kept(&request) => {
            Ok(draft::kept(&request))
        }
        // A second click: the order is placed already.
        (Position::Window(order), Method::Post) => Ok(Reply::see(format!("/pay/{order}"))),
        (Position::Window(order), Method::Get) => {
            Ok(view::placed(&request, &visit.value, order)?.into())
        }
        (place, _) => Err(Refusal::OutOfOrder { onward: place.path() }),
    }
}

/// The result of placing an order.
enum Placing {
    Placed(OrderId),
    RangeIsTaken(Box<Visit>, Stocks),
    TooManyUnpaid(Box<Visit>, Stocks, Box<TooManyUnpaid>),
}

/// Places the order. Idempotent: a second click finds the order that the first one placed.
async fn order(
    app: &AppState,
    request: &Request,
    visit: Versioned<Visit>,
    stocks: Stocks,
    feedback: FormFeedback,
) -> Result<Reply, Refusal> {
    let filled = match form::read(request, feedback.filled.last_address.as_ref()) {
        Ok(filled) => filled,
        Err(problems) => {
            let feedback = FormFeedback { problems, ..feedback };
            let page = refused(app, request, &visit.value, &stocks, feedback).await?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let counted_for = vec![
        Holder::Address(app.keys().address_digest(&filled.address)),
        Holder::Telephone(app.keys().telephone_digest(filled.address.phone.reveal())),
    ];
    let mut found_by = app.keys().found_by(&filled.address);
    if let Some(reader) = &visit.value.reader {
        let clue = Clue::name(reader.pen_name.reveal());
        found_by.push(FoundBy::PenName(app.keys().clue(&clue)));
    }
    let order = Order {
        counted_for,
        found_by,
        sent_to: Some(app.keys().sent_to(&filled.address)),
        ..Order::new(
            OrderId::new(milliseconds, app.random.next_u128()),
            visit.value.id,
            request.language,
            filled.range,
            filled.address,
            filled.promised,
            request.now,
        )
    };
    let (order, read, draft) = (&order, &(visit, stocks), feedback.filled.draft.as_ref());
    let updated = app
        .store
        .transact(|attempt| async move {
            let (visit, stocks) =
                if attempt.number == 0 { read.clone() } else { read_again(app, order).await? };
            place(app, (visit, stocks), order, draft, request).await
        })
        .await?;
    match updated {
        Updated::Done(Placing::Placed(id)) => Ok(Reply::see(format!("/pay/{id}"))),
        Updated::Done(Placing::RangeIsTaken(visit, stocks)) => {
            let problems = vec![form::range_is_taken(request)];
            let feedback = FormFeedback { problems, ..feedback };
            conflict(app, request, &visit, &stocks, feedback).await
        }
        Updated::Done(Placing::TooManyUnpaid(visit, stocks, too_many)) => {
            let feedback = FormFeedback { too_many: Some(*too_many), ..feedback };
            conflict(app, request, &visit, &stocks, feedback).await
        }
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::DoneBefore | Updated::GaveUp => {
            let (visit, stocks) = read_again(app, order).await?;
            let crowded = say!(
                request,
                "손님이 몰렸습니다. 한 번만 더 눌러 주십시오.",
                "The counter is crowded. Please press once more."
            );
            let feedback = FormFeedback { not_now: Some(crowded), ..feedback };
            conflict(app, request, &visit.value, &stocks, feedback).await
        }
    }
}

async fn read_again(app: &AppState, order: &Order) -> Result<(Versioned<Visit>, Stocks), Refusal> {
    let AtTheCounter { visit, stocks, .. } = app.store.at_the_counter(order.visitor).await?;
    Ok((visit.ok_or(Refusal::NoSession)?, stocks))
}

/// Takes a place for the order, if its range has one.
async fn place(
    app: &AppState,
    (visit, stocks): (Versioned<Visit>, Stocks),
    order: &Order,
    draft: Option<&Draft>,
    request: &Request,
) -> Result<Decision<Placing>, Refusal> {
    if let Position::Window(placed) = visit.value.position(riddle::built_in()?, request.now) {
        return Ok(Decision::Keep(Placing::Placed(placed)));
    }
    let admitted = match app.store.unpaid(order).await?.admit(order.id, request.now) {
        Ok(admitted) => admitted,
        Err(too_many) => {
            return Ok(Decision::Keep(Placing::TooManyUnpaid(
                Box::new(visit.value),
                stocks,
                Box::new(too_many),
            )));
        }
    };
    let stock = stocks.get(&order.price.range).map(|stock| stock.value.clone()).unwrap_or_default();
    let Ok(taken) = stock.reserve(order.id, request.now) else {
        return Ok(Decision::Keep(Placing::RangeIsTaken(Box::new(visit.value), stocks)));
    };
    let ordered = visit.value.clone().ordered(order.id);
    let commit = Commit::new_order(&visit, ordered, order, &taken, draft).counted(admitted);
    Ok(Decision::write(commit, Placing::Placed(order.id)))
}

/// The form again, with what was typed, which is kept as a draft.
async fn refused(
    app: &AppState,
    request: &Request,
    visit: &Visit,
    stocks: &Stocks,
    mut feedback: FormFeedback,
) -> Result<Page, Refusal> {
    feedback.filled.draft = app.save_refused(DraftForm::Counter, request, visit).await;
    view::form(request, visit, stocks, &feedback)
}

/// The form again, with the status of a request that cannot be carried out now.
async fn conflict(
    app: &AppState,
    request: &Request,
    visit: &Visit,
    stocks: &Stocks,
    feedback: FormFeedback,
) -> Result<Reply, Refusal> {
    let page = refused(app, request, visit, stocks, feedback).await?;
    Ok(page.status(StatusCode::CONFLICT).into())
}
