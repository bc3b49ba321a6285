//! 창: the state of an order, in a poetic line and in plain words. A reader who has the book can
//! report its arrival here.

mod steps;
mod view;
mod words;

use std::sync::Arc;

use domain::{base::id::OrderId, order::Order};
use store::{Commit, Decision, Updated};
use web::{
    AppState, Method, Refusal, Reply, Request, StatusCode, admitted, order_id, riddle, seen_order,
};

/// Serves `/window` and `/window/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.parameter("order").is_some() {
        let id = order_id(&request)?;
        return match request.method {
            Method::Post => record_arrival(&app, &request, id).await,
            Method::Get => {
                let (order, access) = seen_order(&app, &request, id).await?;
                let told = app.store.history(&order.value).await?;
                Ok(view::order(&request, &order.value, &told, access, false).into())
            }
        };
    }
    let session = request.session()?;
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let visit = admitted(app.store.visit(session.visitor).await?, session)?.value;
    Ok(match visit.orders.as_slice() {
        [] => {
            let onward = visit.position(riddle::built_in()?, request.now).path();
            view::no_order(&request, &onward).into()
        }
        [only] => Reply::see(format!("/window/{only}")),
        ids => view::list(&request, &app.store.orders(ids).await?).into(),
    })
}

/// The result of a report of arrival.
enum Arrival {
    New,
    Known,
    TooEarly(Box<Order>),
}

/// Records the arrival of the book today. Idempotent: the first report counts.
async fn record_arrival(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let now = request.now;
    let (order, access) = seen_order(app, request, id).await?;
    let updated = app
        .store
        .update_order_from(order, |order| async move {
            if order.value.arrived().is_some() {
                return Ok(Decision::Keep(Arrival::Known));
            }
            let Ok(arrived) = order.value.clone().arrives(now) else {
                return Ok(Decision::Keep(Arrival::TooEarly(Box::new(order.value))));
            };
            Ok::<_, Refusal>(Decision::write(Commit::order(&order, arrived), Arrival::New))
        })
        .await?;
    match updated {
        Updated::Done(Arrival::TooEarly(order)) => {
            let told = app.store.history(&order).await?;
            Ok(view::order(request, &order, &told, access, true)
                .status(StatusCode::CONFLICT)
                .into())
        }
        Updated::Done(Arrival::New) => {
            tracing::info!(order = %id, "reader reported the arrival");
            Ok(Reply::see(format!("/window/{id}")))
        }
        Updated::Done(Arrival::Known) | Updated::DoneBefore => {
            Ok(Reply::see(format!("/window/{id}")))
        }
        Updated::NotFound => Err(Refusal::NotFound),
        Updated::GaveUp => Err(Refusal::gave_up(format_args!("order {id}"))),
    }
}
