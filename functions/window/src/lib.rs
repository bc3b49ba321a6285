//! 창: the state of an order, in a poetic line and in plain words. A reader who has the book can
//! report its arrival here.

mod steps;
mod view;
mod words;

use std::sync::Arc;

use domain::{base::id::OrderId, order::Order, walk::visit::Visit};
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
        ids => {
            let part = Part::of(ids, request.query.get("after"));
            view::list(&request, &app.store.orders(part.ids).await?, &part).into()
        }
    })
}

/// Orders on one page of the list.
const SHOWN: usize = 10;

/// A part of a reader's orders.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    /// The oldest first.
    ids: &'a [OrderId],
    /// The last one of this part, after which older ones follow.
    next: Option<OrderId>,
    /// Whether newer ones stand on other pages.
    later: bool,
    /// Whether the record, which names the latest orders only, may lack older ones.
    cut: bool,
}

impl<'a> Part<'a> {
    /// The part of `ids`, the oldest first, that follows the order `after`: the latest of those
    /// before it. Without an order that is among them, the latest of all.
    fn of(ids: &'a [OrderId], after: Option<&str>) -> Self {
        let after = after.and_then(|id| id.parse::<OrderId>().ok());
        let at = after.and_then(|after| ids.iter().position(|id| *id == after));
        let end = at.filter(|end| *end > 0).unwrap_or(ids.len());
        let start = end.saturating_sub(SHOWN);
        let ids_here = ids.get(start..end).unwrap_or_default();
        let next = ids_here.first().copied().filter(|_| start > 0);
        let cut = start == 0 && ids.len() >= Visit::ORDERS;
        Self { ids: ids_here, next, later: end < ids.len(), cut }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_stands_on_one_page() {
        for count in [2, 9, 10, 11, 20, 25, 50] {
            let ids: Vec<OrderId> = (0..count).map(|at| OrderId::new(at, 1)).collect();
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let part = Part::of(&ids, after.as_deref());
                assert!(part.ids.len() <= SHOWN && !part.ids.is_empty(), "{part:?}");
                assert_eq!(part.later, !seen.is_empty(), "{part:?}");
                assert_eq!(part.cut, part.next.is_none() && count == 50, "{part:?}");
                seen.extend(part.ids.iter().rev().copied());
                match part.next {
                    Some(next) => after = Some(next.to_string()),
                    None => break,
                }
            }
            seen.reverse();
            assert_eq!(seen, ids);
            for unknown in ["", "x", &OrderId::new(99, 1).to_string(), &ids[0].to_string()] {
                assert_eq!(Part::of(&ids, Some(unknown)), Part::of(&ids, None), "{unknown}");
            }
        }
    }
}
