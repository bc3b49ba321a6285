//! A refund that the provider would not do, and that the owner gave back by another way: the owner
//! says on which day and how, and the reader is told. Nothing is asked of the provider.

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::calendar,
    order::{letter, refund::NotByHand},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{
    before, read,
    round::{self, Plan},
};

/// Takes the owner's word.
pub(crate) async fn handle(desk: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let text = call.fields.get("by_hand").and_then(Value::as_str);
    let day: Option<Date> = text.and_then(|day| day.trim().parse().ok());
    let (wish, day) = match (read(&call.fields), day) {
        (Ok(wish), Some(day)) => (wish, day),
        (wish, day) => {
            let mut problems = wish.err().unwrap_or_default();
            problems.extend(day.is_none().then(|| not_a_day(today)));
            return Ok(Answer::problems(problems));
        }
    };
    let (amount, order) = (wish.amount, wish.order);
    round::take(desk, call, order, || before(amount, order), |read, now| {
        let step = match read.given_by_hand(amount, &wish.reason, day, now) {
            Ok(step) => step,
            Err(NotByHand::Day) => return Err(Box::new(Answer::problems(vec![not_a_day(today)]))),
            Err(NotByHand::NothingParked) => {
                let expected =
                    "멈춘 환불의 금액을 그대로 적습니다. 빈 내용으로 부르면 멈춘 환불을 볼 수 있습니다";
                return Err(Box::new(Answer::problems(vec![Problem::new("amount", expected, amount.0)])));
            }
        };
        let what = format!(
            "주문 {order}: {amount}원을 {}에 손으로 돌려드렸다고 적고 읽는 분께 알립니다(길: {}). 결제사에는 아무것도 청하지 않습니다.",
            letter::korean_date(day),
            wish.reason
        );
        Ok(Plan { step, would: what.clone(), did: what, next: None })
    })
    .await
}

fn not_a_day(today: Date) -> Problem {
    let expected = "돌려드린 날을 해-달-날로 적습니다. 환불을 약속한 날부터 오늘까지의 날입니다";
    Problem::new("by_hand", expected, today.to_string())
}

/// The call that settles what the call `again` would give back once more.
pub(crate) fn call(again: &Value, today: Date) -> Value {
    json!({ "order": again["order"], "amount": again["amount"], "reason": "계좌로 보냄", "by_hand": today.to_string() })
}
