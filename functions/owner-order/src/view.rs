//! What the owner sees of an order.

use domain::{
    base::format,
    catalog::selection::Book,
    order::{Order, ShortNumber, State, Unpack},
};
use serde_json::{Value, json};

/// A way out, as a ready call of a function.
pub(crate) struct Ready {
    pub(crate) why: &'static str,
    drawer: &'static str,
    call: Value,
}

/// The order, with its ways out. What the owner has to decide is left blank in the calls.
pub(crate) fn order(order: &Order, book: Option<&Book>) -> Value {
    let address = &order.address;
    let ways: Vec<Value> = ways(order)
        .into_iter()
        .map(|ready| json!({ "why": ready.why, "drawer": ready.drawer, "call": ready.call }))
        .collect();
    json!({
        "what": order.state.title(),
        "number": order.number.map(ShortNumber::short),
        "order": order.id.to_string(),
        "promised": format::korean_date(order.promised),
        "title": book.map(|book| book.title.clone()),
        "author": book.map(|book| book.author.clone()),
        "copy": order.choice.as_ref().map(|choice| choice.copy),
        "total_won": order.total.0,
        "held_won": order.refundable().0,
        "chosen_anew": order.anew.map(|anew| anew.times),
        "called_off": order.called_off.as_ref().map(|reason| reason.reveal().clone()),
        "parcel": order.parcel().map(|parcel| format!("{} {}", parcel.carrier.title(), parcel.number)),
        "arrived": order.arrived().map(format::korean_date),
        "to": {
            "recipient": address.recipient.reveal(),
            "phone": address.phone.reveal(),
            "postcode": address.postcode.reveal(),
            "street": address.street.reveal(),
            "detail": address.detail.reveal(),
        },
        "ways": ways,
    })
}

/// The ways out of the order's state.
pub(crate) fn ways(order: &Order) -> Vec<Ready> {
    let id = order.id.to_string();
    let mut ways = Vec::new();
    let mut way = |why, drawer, call| ways.push(Ready { why, drawer, call });
    if order.may_be_cancelled() {
        way("주문 취소", "owner-order", json!({ "order": id, "cancel": { "reason": "" } }));
    }
    let times = order.anew.map_or(0, |anew| anew.times).saturating_add(1);
    if order.may_be_chosen_anew() {
        let call = json!({ "order": id, "choose_anew": { "copy": "", "times": times } });
        way("책 바꾸기", "owner-order", call);
    }
    if order.unpack == Some(Unpack::Wanted) {
        way("포장 풀기", "owner-pack", json!({ "unpacked": [id], "copy": "" }));
    }
    if order.reversal_is_open() {
        way("되돌려진 입금 매듭짓기", "owner-refund", json!({ "order": id, "settled": "" }));
    }
    if order.may_have_an_accident() {
        let post =
            |what: &str, then: &str| json!({ "order": id, "in_the_post": what, "then": then });
        let mut again = post("lost", "again");
        let mut back = post("undeliverable", "again");
        let mut refund = post("undeliverable", "refund");
        for call in [&mut again, &mut back] {
            insert(call, "times", times.into());
        }
        for call in [&mut back, &mut refund] {
            insert(call, "copy", "".into());
        }
        way("배송 사고: 다시 보내기", "owner-order", again);
        way("배송 사고: 모두 환불", "owner-order", post("lost", "refund"));
        way("반송됨: 다시 부치기", "owner-order", back);
        way("반송됨: 환불", "owner-order", refund);
    }
    if order.state == State::Shipped {
        way("닿음", "owner-ship", json!({ "delivered": [id] }));
    }
    if order.withdrawal().is_none() && matches!(order.state, State::Shipped | State::Delivered) {
        let call = json!({ "order": id, "return_for": { "reason": "", "received": null } });
        way("돌려받기 대신 적기", "owner-order", call);
    }
    if order.may_take_arrival_back() {
        let call = json!({ "order": id, "arrival_taken_back": true });
        way("잘못 적은 도착 지우기", "owner-order", call);
    }
    if order.withdrawal().is_some() && order.state == State::Delivered {
        let call = json!({ "order": id, "came_back": "", "shelve": false });
        way("돌아왔습니다", "owner-refund", call);
    }
    ways
}

fn insert(call: &mut Value, field: &str, value: Value) {
    if let Some(fields) = call.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}
