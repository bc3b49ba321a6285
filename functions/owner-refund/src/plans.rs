//! What each command does to an order. Pure: the order as it was read, the command and the time
//! lead to a step of the order, or to an answer.

use admin::{Answer, Problem, fields::ORDER_EXAMPLE};
use domain::{
    base::{calendar, format, id::OrderId},
    order::{
        Order,
        refund::{NotByHand, NotRefundable},
    },
};
use jiff::{Timestamp, civil::Date};
use store::{Commit, Versioned};

use crate::{
    apply::{Plan, Planned},
    command::{OwnersRefund, by_hand_problem},
};

/// Refunds an amount.
pub(crate) fn refund(order: &Versioned<Order>, refund: &OwnersRefund, now: Timestamp) -> Planned {
    let OwnersRefund { order: id, amount, reason } = refund;
    let step = order
        .value
        .clone()
        .given_back(*amount, reason, now)
        .map_err(|error| rejected(not_refundable(error)))?;
    let would = format!(
        "주문 {id}: {amount}원을 결제하신 방법으로 돌려드리고, 되면 읽는 분께 알립니다(까닭: {reason}). \
         돌려드린 뒤에 가게에 남는 돈은 {}원입니다.",
        step.order.refundable()
    );
    let did = format!(
        "주문 {id}: {amount}원을 돌려드리라고 적었습니다. {}까지 됩니다.",
        format::korean_date(calendar::refunded_by(now))
    );
    let next = Some("빈 내용으로 다시 부르면 되었는지 볼 수 있습니다.".to_owned());
    Ok(Plan { commit: Commit::of(order, &step), would, did, next })
}

/// Records a refund that was made by hand.
pub(crate) fn by_hand(
    order: &Versioned<Order>,
    refund: &OwnersRefund,
    day: Date,
    now: Timestamp,
) -> Planned {
    let OwnersRefund { order: id, amount, reason } = refund;
    let step =
        order.value.clone().given_by_hand(*amount, reason, day, now).map_err(
            |error| match error {
                NotByHand::Day => rejected(by_hand_problem(calendar::today(now))),
                NotByHand::NothingParked => {
                    let expected = "멈춘 환불의 금액을 그대로 적습니다. \
                            빈 내용으로 부르면 멈춘 환불을 볼 수 있습니다";
                    rejected(Problem::new("amount", expected, amount.0))
                }
            },
        )?;
    let what = format!(
        "주문 {id}: {amount}원을 {}에 손으로 돌려드렸다고 적고 읽는 분께 알립니다(길: {reason}). \
         결제사에는 아무것도 청하지 않습니다.",
        format::korean_date(day)
    );
    Ok(Plan { commit: Commit::of(order, &step), would: what.clone(), did: what, next: None })
}

/// Records how a reversed bank transfer was settled with the reader. No money moves.
pub(crate) fn settle(order: &Versioned<Order>, how: &str, now: Timestamp) -> Planned {
    let id = order.value.id;
    let Some(settled) = order.value.clone().reversal_settled(how, now) else {
        let expected = "포장한 뒤에 은행이 입금을 되돌린 주문의 번호를 적습니다. \
                        owner-desk에서 ‘되돌려진 입금’으로 보입니다";
        return Err(rejected(Problem::new("order", expected, id.to_string())));
    };
    if settled == order.value {
        return Err(Box::new(settled_before(id)));
    }
    let what = format!(
        "주문 {id}: 되돌려진 입금을 매듭지었다고 적습니다(길: {how}). \
         돈은 움직이지 않고, 아직 부치지 않은 책은 다시 부칠 책으로 책상에 놓입니다."
    );
    let commit = Commit::order(order, settled);
    Ok(Plan { commit, would: what.clone(), did: what, next: None })
}

/// The answer to a refund that the same call made before.
pub(crate) fn refunded_before(refund: &OwnersRefund) -> Answer {
    let OwnersRefund { order, amount, .. } = refund;
    Answer::done(format!("주문 {order}: {amount}원은 이미 적혀 있습니다. 두 번 하지 않았습니다."))
}

/// The answer to a settlement that was recorded before.
pub(crate) fn settled_before(order: OrderId) -> Answer {
    Answer::done(format!("주문 {order}: 이미 그렇게 적혀 있습니다. 두 번 하지 않았습니다."))
}

fn rejected(problem: Problem) -> Box<Answer> {
    Box::new(Answer::problem(problem))
}

fn not_refundable(error: NotRefundable) -> Problem {
    match error {
        NotRefundable::NothingHeld => {
            let expected = "이 주문으로 받아 둔 돈이 없습니다. \
                            결제 전이거나, 모두 돌려드렸거나 돌려드리는 길입니다";
            Problem::new("order", expected, ORDER_EXAMPLE)
        }
        NotRefundable::TooMuch { held } => {
            Problem::new("amount", format!("1원에서 {held}원까지 돌려드릴 수 있습니다"), held.0)
        }
    }
}
