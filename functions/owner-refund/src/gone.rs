//! A deposit that the bank took back after the order was packed: the owner says how it was settled
//! with the reader, and the order leaves the desk, or waits there again to be posted. No money
//! moves.

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{free_text, id::OrderId},
    order::{Step, refund::Refund},
};
use serde_json::{Value, json};

use crate::{
    no_order, order_in,
    round::{self, Plan},
};

/// Takes the owner's word.
pub(crate) async fn handle(desk: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let how = call
        .fields
        .get("settled")
        .and_then(Value::as_str)
        .map(free_text::line)
        .filter(|how| !how.is_empty() && how.chars().count() <= Refund::LONGEST_NOTE);
    let (order, how) = match (order_in(&call.fields), how) {
        (Some(order), Some(how)) => (order, how),
        (order, how) => {
            let mut problems = Vec::new();
            problems.extend(order.is_none().then(no_order));
            problems.extend(how.is_none().then(not_said));
            return Ok(Answer::problems(problems));
        }
    };
    round::take(desk, call, order, || before(order), |read, now| {
        let Some(settled) = read.clone().reversal_settled(&how, now) else {
            let expected = "포장한 뒤에 은행이 입금을 되돌린 주문의 번호를 적습니다. owner-desk에서 ‘되돌려진 입금’으로 보입니다";
            return Err(Box::new(Answer::problems(vec![Problem::new("order", expected, order.to_string())])));
        };
        if settled == read {
            return Err(Box::new(before(order)));
        }
        let what = format!(
            "주문 {order}: 되돌려진 입금을 매듭지었다고 적습니다(길: {how}). 돈은 움직이지 않고, 아직 부치지 않은 책은 다시 부칠 책으로 책상에 놓입니다."
        );
        let step = Step { order: settled, messages: Vec::new() };
        Ok(Plan { step, would: what.clone(), did: what, next: None })
    })
    .await
}

fn before(order: OrderId) -> Answer {
    let mut answer = Answer::well();
    answer.did.push(format!("주문 {order}: 이미 그렇게 적혀 있습니다. 두 번 하지 않았습니다."));
    answer
}

fn not_said() -> Problem {
    let expected = format!("어떻게 매듭지었는지 1자에서 {}자까지 적습니다", Refund::LONGEST_NOTE);
    Problem::new("settled", expected, EXAMPLE)
}

const EXAMPLE: &str = "읽는 분이 계좌로 다시 보내 주셨습니다";

/// The call that settles the deposit of an order.
pub(crate) fn call(order: &str) -> Value {
    json!({ "order": order, "settled": EXAMPLE })
}
