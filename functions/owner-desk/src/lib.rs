//! 주인장의 책상: what waits for the owner, the earliest promise first, with the next call ready to paste. One read, however long the shop has been open.

use std::sync::Arc;

use drawer::{Answer, Call, Desk, Problem, Stuck};
use house::{
    calendar, letter,
    order::{Order, State},
};
use serde_json::{Value, json};

/// Shown if the call does not say.
const USUAL: u64 = 20;
/// Most that one call shows.
const MOST: u64 = 100;

/// Opens the drawer.
pub async fn handle(desk: Arc<Desk>, call: Call) -> Result<Answer, Stuck> {
    let limit = match call.fields.get("limit") {
        None | Some(Value::Null) => USUAL,
        Some(value) => match value.as_u64().filter(|limit| (1..=MOST).contains(limit)) {
            Some(limit) => limit,
            None => {
                return Ok(Answer::problems(vec![Problem::new(
                    "limit",
                    format!("1에서 {MOST} 사이의 수를 적습니다"),
                    USUAL,
                )]));
            }
        },
    };
    let waiting = desk.store.desk(i32::try_from(limit).unwrap_or(i32::MAX)).await?;
    let mut answer = Answer::well();
    if waiting.orders.is_empty() {
        answer.next.push("기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다.".into());
        return Ok(answer);
    }
    let to_post: Vec<&Order> = waiting
        .orders
        .iter()
        .map(|order| &order.value)
        .filter(|order| order.state == State::Packed)
        .collect();
    let without_book = waiting.orders.len() - to_post.len();
    if !to_post.is_empty() {
        answer.next.push(format!(
            "부칠 꾸러미가 {}개 있습니다. 운송장 번호를 적어 owner-ship을 부르세요(call에 적어 두었습니다).",
            to_post.len()
        ));
        answer.call = Some(json!({
            "parcels": to_post
                .iter()
                .map(|order| json!({ "order": order.id.to_string(), "carrier": "cj", "number": "" }))
                .collect::<Vec<_>>()
        }));
    }
    if without_book > 0 {
        answer.next.push(format!(
            "보낼 책이 없는 주문이 {without_book}개 있습니다. owner-shelve로 책을 들이면 저절로 이어집니다."
        ));
    }
    if waiting.more {
        answer.next.push(format!("더 있습니다. {limit}개까지만 보였습니다. limit을 늘리면 더 보입니다."));
    }
    let today = calendar::today(call.now);
    answer.shows = waiting.orders.iter().map(|order| show(&order.value, today)).collect();
    Ok(answer)
}

fn show(order: &Order, today: jiff::civil::Date) -> Value {
    let address = &order.address;
    let what = match order.state {
        State::Packed => "부치기",
        _ => "책이 모자람",
    };
    json!({
        "what": what,
        "order": order.id.to_string(),
        "promised": letter::korean_date(order.promised),
        "late": order.promised < today,
        "paid_at": order.paid_at.map(|at| letter::clock(at, house::text::Language::Ko)),
        "range": format!("{}원까지", order.price.range.up_to()),
        "isbn": order.choice.as_ref().map(|choice| choice.isbn.to_string()),
        "copy": order.choice.as_ref().map(|choice| choice.copy),
        "reason": order.choice.as_ref().map(|choice| choice.reason.clone()),
        "gives_back_won": order.goes_back().map(|won| won.0),
        "to": {
            "recipient": address.recipient.reveal(),
            "phone": address.phone.reveal(),
            "postcode": address.postcode.reveal(),
            "street": address.street.reveal(),
            "detail": address.detail.reveal(),
        },
    })
}
