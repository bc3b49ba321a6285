//! 창: the state of an order, in a poetic line and in plain words. A reader who has the book can
//! report its arrival here.

mod view;
mod words;

use std::sync::Arc;

use domain::base::id::OrderId;
use store::Lost;
use web::{AppState, Method, Refusal, Reply, Request, StatusCode, order_id, own_order, riddle};

/// How often the arrival is written again after a concurrent change of the order.
const ROUNDS: usize = 4;

/// Serves `/window` and `/window/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let visitor = request.visitor()?;
    if request.parameter("order").is_some() {
        let id = order_id(&request)?;
        return match request.method {
            Method::Post => record_arrival(&app, &request, id).await,
            Method::Get => {
                let order = own_order(&app, &request, id).await?.value;
                Ok(view::order(&request, &order, false).into())
            }
        };
    }
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let visit = app.store.visit(visitor).await?.ok_or(Refusal::NoSession)?.value;
    Ok(match visit.orders.as_slice() {
        [] => {
            let onward = visit.place(riddle::built_in()?, request.now).path();
            view::no_order(&request, &onward).into()
        }
        [only] => Reply::see(format!("/window/{only}")),
        orders => view::list(&request, orders).into(),
    })
}

/// Records the arrival of the book today. Idempotent: the first report counts.
async fn record_arrival(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let order = own_order(app, request, id).await?;
        if order.value.arrived.is_some() {
            return Ok(Reply::see(format!("/window/{id}")));
        }
        let Ok(arrived) = order.value.clone().arrives(request.now) else {
            let page = view::order(request, &order.value, true);
            return Ok(page.status(StatusCode::CONFLICT).into());
        };
        match app.store.save_order(&order.with(arrived), None).await {
            Ok(()) => {
                tracing::info!(order = %id, "reader reported the arrival");
                return Ok(Reply::see(format!("/window/{id}")));
            }
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::Ours(format!("order {id} is being changed by others")))
}
