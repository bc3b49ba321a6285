//! What the owner sees of an order.

use admin::{NextCall, Show, address_data, address_line, notes_data, order_title};
use domain::{
    base::{format, text::Language},
    catalog::selection::Book,
    order::{
        Event, Order, OwnerNote, ShortNumber, State, Unpack, message::Notice, parcel::Carrier,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The order, with its ways out. What the owner has to decide is left blank in the calls.
pub(crate) fn order(order: &Order, book: Option<&Book>, pen_name: Option<&str>) -> Show {
    let parcel = order.parcel().map(|parcel| parcel.line(Language::Ko));
    let data = json!({
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
        "parcel": parcel,
        "arrived": order.arrived().map(format::korean_date),
        "to": address_data(&order.address),
    });
    let won = |won| format::won(won, Language::Ko);
    let mut show = Show::new("order", order_title(order, pen_name), data)
        .fact("지금", order.state.title())
        .fact("약속한 날", format!("{}까지", format::korean_date(order.promised)))
        .fact("받으실 곳", address_line(&order.address))
        .fact_if("책", book.map(|book| format!("「{}」 {}", book.title, book.author)))
        .fact("값", won(order.total))
        .fact_if(
            "지금 받아 둔 돈",
            (order.refundable() != order.total).then(|| won(order.refundable())),
        )
        .fact_if("운송장", parcel)
        .fact_if("닿은 날", order.arrived().map(format::korean_date))
        .fact_if("취소한 까닭", order.called_off.as_ref().map(|reason| reason.reveal().clone()))
        .page(format!("/office/order/{}", order.id));
    show.calls = ways(order);
    show
}

/// What happened to the order, oldest first: what its reader was told, and what else the order says.
pub(crate) fn history(order: &Order, told: &[(Timestamp, Notice)]) -> Show {
    let title = |event| match event {
        Event::Ordered => "주문했습니다",
        Event::Told(notice) => notice.happened(),
        Event::Readdressed => "받으실 곳을 고쳤습니다",
        Event::ReturnAsked => "돌려보내겠다고 하셨습니다",
    };
    let mut happened: Vec<(Timestamp, &str)> =
        order.events(told).into_iter().map(|(at, event)| (at, title(event))).collect();
    happened.extend(order.printed_at.map(|at| (at, "쪽지와 라벨을 인쇄했습니다")));
    happened.sort_by_key(|(at, _)| *at);
    let data: Vec<Value> =
        happened.iter().map(|(at, what)| json!({ "at": at.to_string(), "what": what })).collect();
    let show = Show::new("history", "있었던 일", json!({ "happened": data }));
    happened
        .into_iter()
        .fold(show, |show, (at, what)| show.fact(&format::date_time(at, Language::Ko), what))
}

/// What the owner wrote down.
pub(crate) fn notes(order: &Order) -> Option<Show> {
    let notes = notes_data(order);
    let show = Show::new("notes", "적어 둔 말", json!({ "notes": notes }));
    (!order.notes.is_empty()).then(|| {
        order.notes.iter().fold(show, |show, note| {
            let at = format::date_time(note.at, Language::Ko);
            show.fact(&format!("{at} · {}", note.by), note.text.reveal())
        })
    })
}

/// The ways out of the order's state.
pub(crate) fn ways(order: &Order) -> Vec<NextCall> {
    let id = order.id.to_string();
    let mut ways = Vec::new();
    let mut way = |why: &str, function: &str, call| {
        ways.push(NextCall { why: why.to_owned(), function: function.to_owned(), call });
    };
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
    if order.may_be_handed_over() {
        let by_hand = json!({ "parcels": [{ "order": id, "carrier": Carrier::Hand.name() }] });
        way("직접 전달", "owner-ship", by_hand);
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
    if order.state != State::Priced {
        way("편지 쓰기", "owner-letters", json!({ "write": { "order": id, "text": "" } }));
    }
    if order.notes.len() < OwnerNote::MOST {
        way("적어 두기", "owner-order", json!({ "order": id, "note": "" }));
    }
    if order.withdrawal().is_some() && order.state == State::Delivered {
        let call = json!({ "order": id, "came_back": "", "copy": "" });
        way("돌아왔습니다", "owner-refund", call);
    }
    ways
}

fn insert(call: &mut Value, field: &str, value: Value) {
    if let Some(fields) = call.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}
