//! 돌려주기: without fields, which refunds have stopped or are on their way, and which books are
//! awaited; with an order, an amount and a reason, that much goes back by the same pipeline as
//! every refund; with an order and the day on which its book came back, what was promised for that
//! goes back (`back`). A refund that has stopped can be settled by the owner's word that it was
//! given back by hand (`hand`), and so can a deposit that the bank took back from a packed order
//! (`gone`). Never more than the shop holds of that order's money, and the same call twice gives
//! back once.

mod back;
mod gone;
mod hand;
mod round;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, free_text, id::OrderId, money::Won, text::Language},
    order::{
        Order, letter,
        refund::{NotRefundable, Progress, Refund, RefundReason},
    },
};
use round::Plan;
use serde_json::{Map, Value, json};

/// Most orders that one call shows, of each kind.
const SHOWN: i32 = 50;

/// How often a lost race is run again.
const ROUNDS: usize = 4;

struct Command {
    order: OrderId,
    amount: Won,
    reason: String,
}

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) = call.strange(
        &["order", "amount", "reason", "came_back", "shelve", "by_hand", "settled"],
        &json!({ "order": example_order(), "amount": 3_000, "reason": "모서리가 접힌 책을 보내 드려서" }),
    ) {
        return Ok(strange);
    }
    if call.fields.contains_key("came_back") {
        return back::handle(&desk, &call).await;
    }
    if !empty(&call.fields, "settled") {
        return gone::handle(&desk, &call).await;
    }
    if !empty(&call.fields, "by_hand") {
        return hand::handle(&desk, &call).await;
    }
    if ["order", "amount", "reason"].iter().all(|field| empty(&call.fields, field)) {
        return list(&desk, &call).await;
    }
    let wish = match read(&call.fields) {
        Ok(wish) => wish,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let (amount, order) = (wish.amount, wish.order);
    round::take(&desk, &call, order, || before(amount, order), |read, now| {
        let step = read
            .given_back(amount, &wish.reason, now)
            .map_err(|why| Box::new(Answer::problems(vec![not_refundable(why)])))?;
        let would = format!(
            "주문 {order}: {amount}원을 결제하신 방법으로 돌려드리고, 되면 읽는 분께 알립니다(까닭: {}). 돌려드린 뒤에 가게에 남는 돈은 {}원입니다.",
            wish.reason,
            step.order.refundable()
        );
        let did = format!(
            "주문 {order}: {amount}원을 돌려드리라고 적었습니다. {}까지 됩니다.",
            letter::korean_date(calendar::refunded_by(now))
        );
        let next = Some("빈 내용으로 다시 부르면 되었는지 볼 수 있습니다.".to_owned());
        Ok(Plan { step, would, did, next })
    })
    .await
}

fn no_such_order() -> Problem {
    Problem::new("order", "이런 주문은 없습니다", example_order())
}

fn busy(order: OrderId) -> Problem {
    let expected = "다른 손이 이 주문을 바꾸고 있습니다. 같은 내용으로 한 번 더 불러 주세요";
    Problem::new("order", expected, order.to_string())
}

fn before(amount: Won, order: OrderId) -> Answer {
    let mut answer = Answer::well();
    answer
        .did
        .push(format!("주문 {order}: {amount}원은 이미 적혀 있습니다. 두 번 하지 않았습니다."));
    answer
}

/// What has stopped, and what is on its way.
async fn list(desk: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let stopped = desk.store.desk(SHOWN).await?.orders;
    let under_way = desk.store.refunds_under_way(SHOWN).await?;
    let awaited = desk.store.returns_awaited(SHOWN).await?;
    let orders = stopped.iter().chain(&under_way).map(|order| &order.value);
    let today = calendar::today(call.now);
    let mut answer = Answer::well();
    let mut again = None;
    for order in orders {
        for refund in &order.refunds {
            if let Progress::NeedsOwner { .. } = refund.progress {
                again.get_or_insert_with(|| {
                    json!({ "order": order.id.to_string(), "amount": refund.amount.0, "reason": "다시 돌려드림" })
                });
            }
            answer.shows.extend(show(order, refund));
        }
    }
    answer.shows.extend(awaited.iter().map(|order| back::show(&order.value)));
    if let Some(order) =
        stopped.iter().map(|order| &order.value).find(|order| order.reversal_is_open())
    {
        answer.next.push("은행이 되돌린 입금이 있습니다. 읽는 분과 매듭을 지으셨으면 settled에 어떻게 하셨는지 적어 calls의 내용을 부르세요.".into());
        answer.calls.insert("owner-refund".into(), gone::call(&order.id.to_string()));
    }
    if let Some(first) = awaited.first() {
        answer.next.push(format!(
            "돌아올 책이 {}권 있습니다. 받은 분께 택배를 보내 찾아오세요(to). 책이 닿으면 calls의 내용에 그날을 적어 부릅니다. 그날부터 영업일 3일 안에 돈이 돌아갑니다.",
            awaited.len()
        ));
        answer.calls.insert("owner-refund".into(), back::call(&first.value, today));
    }
    if answer.shows.is_empty() {
        answer.next.push("멈추었거나 가는 길인 환불이 없습니다.".into());
        answer.next.push(
            "돌려드릴 일이 있으면 order(주문 번호), amount(원), reason(까닭)을 적어 부르세요."
                .into(),
        );
    }
    if let Some(call) = again {
        answer.next.push(
            "멈춘 환불이 있습니다. 결제사 쪽 까닭(code)이 풀렸으면 call의 내용으로 다시 돌려드릴 수 있습니다. 결제사 화면에서나 통장에서 이미 손으로 돌려주셨다면 그 call을 부르지 말고(한 번 더 나갑니다), reason에 어떻게 보냈는지, by_hand에 보낸 날을 적어 calls의 내용을 부르세요."
                .into(),
        );
        answer.calls.insert("owner-refund".into(), hand::call(&call, today));
        answer.call = Some(call);
    }
    Ok(answer)
}

fn show(order: &Order, refund: &Refund) -> Option<Value> {
    let (what, code) = match &refund.progress {
        Progress::NeedsOwner { code } => ("멈춤", Some(code)),
        Progress::AwaitingBankDetails => ("계좌를 기다림", None),
        Progress::Due | Progress::Asked => ("가는 길", None),
        Progress::Done { .. } | Progress::ByHand { .. } | Progress::Superseded => return None,
    };
    Some(json!({
        "what": what,
        "order": order.id.to_string(),
        "amount": refund.amount.0,
        "why": match refund.why {
            RefundReason::Difference => "책값의 차액",
            RefundReason::Cancelled => "주문 취소",
            RefundReason::PaidTooLate => "취소한 뒤에 들어온 결제",
            RefundReason::NoPlace => "자리가 나간 뒤에 확인된 결제",
            RefundReason::Withdrawn => "돌려보낸 책",
            RefundReason::Owner => "주인장이 돌려드림",
        },
        "reason": refund.note,
        "by": letter::korean_date(refund.by),
        "code": code,
        "account": code.and(order.refund_to.as_ref()).map(|to| json!({
            "bank": to.bank.name(Language::Ko),
            "number": to.number.reveal(),
            "holder": to.holder.reveal(),
        })),
        "held_won": order.refundable().0,
    }))
}

fn not_refundable(why: NotRefundable) -> Problem {
    match why {
        NotRefundable::NothingHeld => Problem::new(
            "order",
            "이 주문으로 받아 둔 돈이 없습니다. 결제 전이거나, 모두 돌려드렸거나 돌려드리는 길입니다",
            example_order(),
        ),
        NotRefundable::TooMuch { held } => {
            Problem::new("amount", format!("1원에서 {held}원까지 돌려드릴 수 있습니다"), held.0)
        }
    }
}

fn empty(fields: &Map<String, Value>, field: &str) -> bool {
    matches!(fields.get(field), None | Some(Value::Null))
        || fields.get(field).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty())
}

fn read(fields: &Map<String, Value>) -> Result<Command, Vec<Problem>> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let mut problems = Vec::new();
    let order = order_in(fields);
    if order.is_none() {
        problems.push(no_order());
    }
    let amount = fields.get("amount").and_then(Value::as_u64).filter(|amount| *amount > 0);
    if amount.is_none() {
        problems.push(Problem::new(
            "amount",
            "돌려드릴 금액을 원 단위의 수로, 따옴표 없이 적습니다",
            3_000,
        ));
    }
    let reason = text("reason")
        .map(free_text::line)
        .filter(|reason| !reason.is_empty() && reason.chars().count() <= Refund::LONGEST_NOTE);
    if reason.is_none() {
        let expected = format!(
            "까닭을 1자에서 {}자까지 적습니다. 읽는 분의 편지에도 적힙니다",
            Refund::LONGEST_NOTE
        );
        problems.push(Problem::new("reason", expected, "모서리가 접힌 책을 보내 드려서"));
    }
    match (order, amount, reason) {
        (Some(order), Some(amount), Some(reason)) => {
            Ok(Command { order, amount: Won(amount), reason })
        }
        _ => Err(problems),
    }
}

fn order_in(fields: &Map<String, Value>) -> Option<OrderId> {
    fields.get("order").and_then(Value::as_str).and_then(|id| id.trim().parse().ok())
}

fn no_order() -> Problem {
    Problem::new("order", "주문 번호 26글자를 적습니다", example_order())
}

const fn example_order() -> &'static str {
    "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7"
}
