//! 주인장의 책상: what waits for the owner, the earliest promise first, with the next call ready to
//! paste. One read, however long the shop has been open.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::calendar,
    order::{Order, State, desk::Errand, letter},
};
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};
use signing::Links;

/// Shown if the call does not say: a morning's work.
const USUAL: u64 = 30;
/// Most that one call shows.
const MOST: u64 = 100;
/// For how long a link to a page is good, in minutes: a morning at the desk.
const LINKS_GOOD_FOR: i64 = 6 * 60;
/// So many days back the accounts are looked at for differences.
const ACCOUNTS_OF: i32 = 7;

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) = call.strange(&["limit"], &json!({ "limit": USUAL })) {
        return Ok(strange);
    }
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
    let links =
        Links::open(&desk.platform, calendar::minutes_after(call.now, LINKS_GOOD_FOR)).await?;
    let waiting = desk.store.desk(i32::try_from(limit).unwrap_or(i32::MAX)).await?;
    let mut answer = Answer::well();
    answer.page = Some(links.to("/board"));
    let today = calendar::today(call.now);
    let differ = differences(&desk, today).await?;
    if differ > 0 {
        answer.next.push(format!(
            "지난 {ACCOUNTS_OF}일의 장부에 결제사의 기록과 다른 것이 {differ}건 있습니다. reconcile을 빈 내용으로 불러 살펴 주세요(calls에 적어 두었습니다)."
        ));
        answer.calls.insert("reconcile".into(), json!({}));
    }
    if waiting.orders.is_empty() {
        answer.next.push("기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다.".into());
        return Ok(answer);
    }
    let with = |errand: Errand| -> Vec<&Order> {
        waiting
            .orders
            .iter()
            .map(|order| &order.value)
            .filter(|order| order.errand(today) == errand)
            .collect()
    };
    let (to_post, to_pick) = (with(Errand::Post), with(Errand::Pick));
    let (resting, without_book) = (with(Errand::PickTomorrow).len(), with(Errand::Stock).len());
    let parked = waiting.orders.iter().filter(|order| order.value.has_parked_refund()).count();
    if !to_post.is_empty() {
        answer.next.push(format!(
            "부칠 꾸러미가 {}개 있습니다. 쪽지와 편지는 page를 열어 A5로 인쇄하고(여섯 시간 동안 열립니다), 운송장 번호를 적어 owner-ship을 부르세요(call에 적어 두었습니다).",
            to_post.len()
        ));
        answer.call = Some(json!({
            "parcels": to_post
                .iter()
                .map(|order| json!({ "order": order.id.to_string(), "carrier": "cj", "number": "" }))
                .collect::<Vec<_>>()
        }));
    }
    if !to_pick.is_empty() {
        answer.next.push(format!(
            "고를 주문이 {}개 있습니다. 세 권 가운데 하나를 owner-choose로 고르세요(calls에 첫째 책을 적어 두었습니다). 오늘은 없으면 isbn 대신 \"none_today\": true를 적습니다.",
            to_pick.len()
        ));
        answer.calls.insert("owner-choose".into(), picks(&to_pick));
    }
    if resting > 0 {
        answer
            .next
            .push(format!("오늘은 쉬기로 한 주문이 {resting}개 있습니다. 내일 다시 올라옵니다."));
    }
    if without_book > 0 {
        answer.next.push(format!(
            "보낼 책이 없는 주문이 {without_book}개 있습니다. owner-shelve로 책을 들이면 저절로 이어집니다."
        ));
    }
    if parked > 0 {
        answer.next.push(format!(
            "결제사가 받아 주지 않아 멈춘 환불이 {parked}건 있습니다. 까닭은 refunds에 있습니다. owner-refund로 다시 돌려드릴 수 있습니다."
        ));
    }
    let reversed = with(Errand::Deposit).len();
    if reversed > 0 {
        answer.next.push(format!(
            "포장한 뒤에 은행이 입금을 되돌린 주문이 {reversed}개 있습니다. 부치기 전이면 멈추고, 읽는 분께 편지로 알아보세요. 다시 입금되면 저절로 내려가고, 다른 길로 매듭지으셨으면 owner-refund의 settled에 적습니다."
        ));
    }
    if waiting.more {
        answer
            .next
            .push(format!("더 있습니다. {limit}개까지만 보였습니다. limit을 늘리면 더 보입니다."));
        answer.calls.insert("owner-desk".into(), json!({ "limit": MOST }));
    }
    answer.shows = waiting.orders.iter().map(|order| show(&order.value, today, &links)).collect();
    Ok(answer)
}

/// How many differences were found in the accounts of the last days. One read.
async fn differences(desk: &AdminState, today: Date) -> Result<usize, AdminError> {
    let since = today.saturating_sub(ACCOUNTS_OF.days());
    let found = desk.store.accounts(ACCOUNTS_OF).await?;
    Ok(found.iter().filter(|day| day.day >= since).map(|day| day.differences.len()).sum())
}

/// The call that picks the first proposal of each.
fn picks(orders: &[&Order]) -> Value {
    let picks: Vec<Value> = orders
        .iter()
        .filter_map(|order| {
            let first = order.desk.as_ref()?.proposals.first()?;
            Some(json!({ "order": order.id.to_string(), "isbn": first.isbn.to_string() }))
        })
        .collect();
    json!({ "picks": picks })
}

fn show(order: &Order, today: Date, links: &Links) -> Value {
    let address = &order.address;
    json!({
        "what": order.errand(today).title(),
        "order": order.id.to_string(),
        "promised": letter::korean_date(order.promised),
        "late": order.promised < today,
        "paid_at": order.paid_at.map(|at| letter::clock(at, domain::base::text::Language::Ko)),
        "range": format!("{}원까지", order.price.range.up_to()),
        "isbn": order.choice.as_ref().map(|choice| choice.isbn.to_string()),
        "copy": order.choice.as_ref().map(|choice| choice.copy),
        "reason": order.choice.as_ref().map(|choice| choice.reason.clone()),
        "page": (order.state == State::Packed).then(|| links.to(&format!("/slip/{}", order.id))),
        "proposals": order.desk.as_ref().map(|desk| desk.proposals.iter().map(|proposal| json!({
            "isbn": proposal.isbn.to_string(),
            "title": proposal.title,
            "score": proposal.score,
            "reason": proposal.reason,
        })).collect::<Vec<_>>()),
        "refunds": order.refunds,
        "to": {
            "recipient": address.recipient.reveal(),
            "phone": address.phone.reveal(),
            "postcode": address.postcode.reveal(),
            "street": address.street.reveal(),
            "detail": address.detail.reveal(),
        },
    })
}
