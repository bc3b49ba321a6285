//! Finding orders by what the owner knows of them.

use std::collections::BTreeSet;

use admin::{AdminError, AdminState, Answer, Call, Show, fields, order_title};
use domain::{
    base::{calendar, format, id::OrderId},
    order::{Clue, Order, ShortNumber},
};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::words;

/// Most orders in one answer, the latest first.
const MOST: i32 = 20;

/// Finds orders. A query for each meaning of what was typed, and one read for each order.
pub(crate) async fn find(
    state: &AdminState,
    call: &Call,
    typed: &str,
) -> Result<Answer, AdminError> {
    let mut ids = BTreeSet::new();
    let by_name = fields::order_name(calendar::today(call.now));
    if let Some(name) = by_name(&Value::from(typed)) {
        ids.extend(state.order_named(name).await?);
    }
    let keys = state.keys.keys();
    let digests: Vec<String> = Clue::typed(typed).iter().map(|clue| keys.clue(clue)).collect();
    let found = try_join_all(digests.iter().map(|digest| state.store.found(digest, MOST))).await?;
    ids.extend(found.into_iter().flatten());
    // Ids begin with the time: the last is the latest.
    let latest: Vec<OrderId> =
        ids.into_iter().rev().take(usize::try_from(MOST).unwrap_or_default()).collect();
    let orders = try_join_all(latest.iter().map(|id| state.store.order(*id))).await?;
    let orders: Vec<Order> = orders.into_iter().flatten().map(|order| order.value).collect();
    let mut answer = Answer::ok();
    answer.left(orders.len());
    if orders.is_empty() {
        answer.next.push(words::NOT_FOUND.to_owned());
        return Ok(answer);
    }
    let names = state.store.pen_names(orders.iter().map(|order| order.visitor)).await?;
    for order in &orders {
        answer.shows.push(show(order, names.get(&order.visitor).map(String::as_str)));
    }
    if let [one] = orders.as_slice() {
        answer.offer("주문 보기", call.function, json!({ "order": one.id }));
    }
    answer.next.push(words::found(orders.len()));
    Ok(answer)
}

/// An order in a list.
fn show(order: &Order, pen_name: Option<&str>) -> Show {
    let data = json!({
        "order": order.id.to_string(),
        "number": order.number.map(ShortNumber::short),
        "what": order.state.title(),
    });
    Show::new("found", order_title(order, pen_name), data)
        .fact("지금", order.state.title())
        .fact("주문한 날", format::korean_date(calendar::today(order.at)))
        .fact("받는 분", order.address.recipient.reveal())
        .page(format!("/office/order/{}", order.id))
}
