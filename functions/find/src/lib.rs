//! 주문 찾기: opens one order on a device that does not know it, by its number and the recipient's
//! telephone. What is opened shows the state, the receipt, the cancelling and the address of that
//! order, for an hour, and nothing else of its reader.
//!
//! A try is counted before anything is looked up, so concurrent tries cannot exceed the limit. What
//! cannot be a number or a telephone is rejected without a try. The answer to a wrong number and to a
//! wrong telephone is the same.

mod view;

use std::sync::Arc;

use domain::{
    base::{calendar, id::VisitorId},
    order::{
        finding::{self, OrderName},
        phone,
    },
    walk::session::Session,
};
use store::{StoreError, WriteError};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode};

/// Serves `/find`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    match request.method {
        Method::Get => Ok(view::page(&request, &[]).into()),
        Method::Post => find(&app, &request).await,
    }
}

async fn find(app: &AppState, request: &Request) -> Result<Reply, Refusal> {
    let form = &request.form;
    let name = OrderName::read(form.typed("number"), calendar::today(request.now));
    let (name, telephone) = match (name, phone(form.typed("phone"))) {
        (Some(name), Some(telephone)) => (name, telephone),
        (name, telephone) => {
            let problems: Vec<Problem> = [
                name.is_none().then(|| view::not_a_number(request)),
                telephone.is_none().then(|| view::not_a_telephone(request)),
            ]
            .into_iter()
            .flatten()
            .collect();
            return Ok(refused(request, &problems));
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let known = request.known().map(|session| session.visitor);
    let device = known.unwrap_or_else(|| VisitorId::new(milliseconds, app.random.next_u128()));
    // A session for a device that has none, so that its tries can be counted.
    let session = known.is_none().then_some(Session::first(device));
    let digest = app.keys().telephone_digest(&telephone);
    match app.store.count_find(device, &name, &digest, request.now).await {
        Ok(()) => {}
        Err(WriteError::ConditionFailed(_)) => {
            return Ok(view::too_many_tries(request).session(session).into());
        }
        Err(WriteError::Store(StoreError::Contended)) => {
            let page = view::page(request, &[view::busy(request)]);
            return Ok(page.status(StatusCode::CONFLICT).session(session).into());
        }
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    let orders = app.store.orders_named(&name).await?;
    let Some(order) = finding::opened_by(&orders, &telephone) else {
        tracing::info!(event = "order and telephone do not fit", "try refused");
        let page = view::page(request, &[view::unknown(request)]);
        return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).session(session).into());
    };
    tracing::info!(order = %order.id, "order found by number and telephone");
    let path = format!("/window/{}", order.id);
    Ok(Reply::See { path, session, found: Some(order.id), device: None })
}

fn refused(request: &Request, problems: &[Problem]) -> Reply {
    view::page(request, problems).status(StatusCode::UNPROCESSABLE_ENTITY).into()
}
