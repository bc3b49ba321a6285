//! 쪽지: the slip with the poem of the walk, and the letter of an order, two sheets of A5 for the
//! owner to print and put into the parcel. Neither sheet names the book. The page opens with a
//! ticket from `owner-desk`, for a few hours. A QR code on the slip opens it on the owner's phone, where the owner notes that the order
//! is packed, and enters the parcel's number or corrects it.

mod code;
mod view;

use std::sync::Arc;

use domain::{
    base::{free_text, id::OrderId},
    order::{
        Order, State, TransitionError,
        parcel::{Carrier, Parcel},
    },
    walk::keepsake,
};
use jiff::Timestamp;
use store::{Commit, Decision, Updated};
use web::{
    AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Ticket, Words, order_id,
};

use view::ReadersWords;

/// Serves `/slip/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let id = order_id(&request)?;
    let path = format!("/slip/{id}");
    let Ok((ticket, until)) = app.ticket(&request, &path) else {
        return Ok(view::expired().into());
    };
    let here = app.keys().page_with(ticket, &path, until);
    let problems = match (request.method, ticket) {
        (Method::Get, _) => Vec::new(),
        (Method::Post, Ticket::Read) => return Ok(view::read_only().into()),
        (Method::Post, Ticket::Write) => match submit(&app, &request, id).await? {
            Ok(()) => return Ok(Reply::see(here)),
            Err(problem) => vec![problem],
        },
    };
    let order = app.store.order(id).await?.ok_or(Refusal::NotFound)?.value;
    if !matches!(order.state, State::Chosen | State::Packed | State::Shipped | State::Delivered) {
        return Err(Refusal::NotFound);
    }
    let words = ReadersWords {
        letter: app.store.letter_of(&order).await?,
        poem: poem_of(&app, &order, request.now).await?,
    };
    let address = format!("{}{here}", request.origin);
    let page = view::page(&order, &words, &app.shop, &address, ticket, &request, &problems);
    Ok(if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
        .into())
}

/// The poem that the house made of the reader's walk, as it is now: a line may have been filled in.
async fn poem_of(app: &AppState, order: &Order, now: Timestamp) -> Result<Option<String>, Refusal> {
    let visit = app.store.visit(order.visitor).await?.map(|visit| visit.value);
    let Some((visit, reader)) = visit.and_then(|visit| Some((visit.clone(), visit.reader?))) else {
        return Ok(None);
    };
    let rooms = app.content_version(&visit.version).await?;
    let keepsakes = keepsake::keepsakes(&visit, &rooms, now);
    let poem = keepsake::poem(&keepsakes, reader.pen_name.reveal(), order.language);
    Ok(keepsake::has_a_line(&keepsakes).then_some(poem))
}

/// Records that the order is packed, or the parcel's number. The inner error is a problem of the
/// form.
async fn submit(
    app: &AppState,
    request: &Request,
    id: OrderId,
) -> Result<Result<(), Problem>, Refusal> {
    let parcel = if request.form.typed("packed").is_empty() {
        match read(request) {
            Ok(parcel) => Some(parcel),
            Err(problem) => return Ok(Err(problem)),
        }
    } else {
        None
    };
    // The number that was written by mistake, if this corrects it.
    let wrong = request.form.typed("instead_of");
    let (parcel, now) = (&parcel, request.now);
    let updated = app
        .store
        .update_order(id, |order| async move {
            let step = match parcel {
                Some(parcel) if order.value.parcel().is_some_and(|sent| sent.number == wrong) => {
                    order.value.clone().renumbered(parcel.clone(), now)
                }
                Some(parcel) => order.value.clone().handed_over(parcel.clone(), now),
                None => order.value.clone().packed(now),
            };
            Ok::<_, Refusal>(match step {
                Ok(step) if step.messages.is_empty() => Decision::Keep(Ok(())),
                Ok(step) => Decision::write(Commit::of(&order, &step), Ok(())),
                Err(refused) => Decision::Keep(Err(not_handed_over(refused))),
            })
        })
        .await?;
    match updated {
        Updated::Done(outcome) => Ok(outcome),
        Updated::DoneBefore => Ok(Ok(())),
        Updated::NotFound => Err(Refusal::NotFound),
        Updated::GaveUp => Ok(Err(problem(
            "number",
            "다른 손이 이 주문을 바꾸고 있습니다. 한 번만 더 눌러 주십시오.",
        ))),
    }
}

fn read(request: &Request) -> Result<Parcel, Problem> {
    let carrier: Carrier = request
        .form
        .typed("carrier")
        .parse()
        .map_err(|_| problem("carrier", "택배사를 골라 주십시오."))?;
    let insist = Some(request.form.typed("insist")).filter(|insist| !free_text::is_blank(insist));
    Parcel::new(carrier, request.form.typed("number"), insist)
        .map_err(|why| problem("number", format!("{why}.")))
}

fn not_handed_over(refused: TransitionError) -> Problem {
    match refused {
        TransitionError::OtherParcel => problem(
            "number",
            "그 사이에 다른 운송장 번호가 적혔습니다. 지금 적힌 번호를 보시고, 틀렸으면 아래에서 고쳐 주십시오.",
        ),
        TransitionError::NoSuchTransition { .. } => {
            problem("number", "이 주문은 지금 포장하거나 부칠 때가 아닙니다. 바뀐 것은 없습니다.")
        }
    }
}

fn problem(field: &'static str, message: impl Into<Words>) -> Problem {
    Problem { field, message: message.into() }
}
