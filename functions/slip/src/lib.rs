//! 쪽지: the slip and the letter of an order, two sheets of A5 for the owner to print and put into
//! the parcel. Neither sheet names the book. The page opens with a ticket from `owner-desk`, for a few
//! hours. A QR code on the slip opens it on the owner's phone, where the owner notes that the order
//! is packed, and enters the parcel's number.

mod code;
mod view;

use std::sync::Arc;

use domain::{
    base::{free_text, id::OrderId},
    order::{
        State, TransitionError,
        parcel::{Carrier, Parcel},
    },
};
use store::{Commit, Decision, Updated};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Words, order_id};

/// Serves `/slip/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let id = order_id(&request)?;
    let path = format!("/slip/{id}");
    let ticket = request.query.typed("ticket");
    if app.signing_key.verify_ticket(&path, ticket, request.now).is_err() {
        return Ok(view::expired().into());
    }
    let here = format!("{path}?ticket={ticket}");
    let problems = match request.method {
        Method::Get => Vec::new(),
        Method::Post => match submit(&app, &request, id).await? {
            Ok(()) => return Ok(Reply::see(here)),
            Err(problem) => vec![problem],
        },
    };
    let order = app.store.order(id).await?.ok_or(Refusal::NotFound)?.value;
    if !matches!(order.state, State::Chosen | State::Packed | State::Shipped | State::Delivered) {
        return Err(Refusal::NotFound);
    }
    let letter = app.store.letter_of(&order).await?;
    let address = format!("{}{here}", request.origin);
    let page = view::page(&order, letter.as_deref(), &app.shop, &address, &request, &problems);
    Ok(if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
        .into())
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
    let (parcel, now) = (&parcel, request.now);
    let updated = app
        .store
        .update_order(id, |order| async move {
            let step = match parcel {
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
            "이미 다른 운송장으로 부친 주문입니다. 번호를 고치시려면 owner-ship에서 instead_of에 먼저 적은 번호를 적습니다.",
        ),
        TransitionError::NoSuchTransition { .. } => {
            problem("number", "이 주문은 지금 포장하거나 부칠 때가 아닙니다. 바뀐 것은 없습니다.")
        }
    }
}

fn problem(field: &'static str, message: impl Into<Words>) -> Problem {
    Problem { field, message: message.into() }
}
