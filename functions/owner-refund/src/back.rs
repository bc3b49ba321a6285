//! A book came back: what was promised for it goes back, counted from that day, and a copy that can
//! be sent again lies on the shelf again.

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, id::OrderId, money::Won},
    order::{
        Order, letter,
        refund::RefundReason,
        withdrawal::{NotBack, ReturnReason},
    },
};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::{Change, Guard, Lost};

use crate::{ROUNDS, busy, no_order, no_such_order, order_in};

struct Command {
    order: OrderId,
    day: Date,
    shelve: bool,
}

/// Takes the owner's word that a book came back.
pub(crate) async fn handle(desk: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let wish = match read(call) {
        Ok(wish) => wish,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let id = wish.order;
    if call.confirmed && desk.store.was_done(&call.code, id).await? {
        return Ok(before(id));
    }
    for _ in 0..ROUNDS {
        let Some(read) = desk.store.order(id).await? else {
            return Ok(Answer::problems(vec![no_such_order()]));
        };
        let step = match read.value.clone().came_back(wish.day, call.now) {
            Ok(step) => step,
            // The other of two calls at once was faster.
            Err(_) if call.confirmed && desk.store.was_done(&call.code, id).await? => {
                return Ok(before(id));
            }
            Err(why) => {
                return Ok(Answer::problems(vec![not_back(why, calendar::today(call.now))]));
            }
        };
        let copy = match (&read.value.choice, wish.shelve) {
            (Some(choice), true) => {
                desk.store.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn)
            }
            _ => None,
        };
        let mut answer = Answer::well();
        let what = told(&step.order, copy.is_some());
        if !call.confirmed {
            answer.would_do.push(format!("주문 {id}: {what}"));
            answer.next.push(call.asks());
            answer.call = Some(call.to_confirm());
            return Ok(answer);
        }
        let change =
            Change { seen: read.version, step: &step, handled: None, copy: None, paid: false };
        match desk.store.take_back(&change, &call.code, copy.as_ref()).await {
            Ok(()) => {
                answer.did.push(format!("주문 {id}: {what}"));
                answer.next.push("빈 내용으로 다시 부르면 되었는지 볼 수 있습니다.".into());
                return Ok(answer);
            }
            Err(Lost::Race(Guard::Done)) => return Ok(before(id)),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(Answer::problems(vec![busy(id)]))
}

fn before(order: OrderId) -> Answer {
    let mut answer = Answer::well();
    answer
        .did
        .push(format!("주문 {order}: 책이 돌아온 것은 이미 적혀 있습니다. 두 번 하지 않았습니다."));
    answer
}

/// What it means, in a sentence or two.
fn told(order: &Order, shelved: bool) -> String {
    let copy = if shelved {
        "책은 서가에 다시 꽂습니다."
    } else {
        "책은 서가에 다시 꽂지 않습니다(꽂으려면 shelve를 true로)."
    };
    let money = match order.refunds.iter().rfind(|refund| refund.why == RefundReason::Withdrawn) {
        Some(refund) => format!(
            "{}원을 {}까지 돌려드리고 읽는 분께 알립니다. 돌아온 우송료로 남기는 돈은 {}원입니다.",
            refund.amount,
            letter::korean_date(refund.by),
            order.kept()
        ),
        None => "돌려드릴 돈이 남아 있지 않습니다.".to_owned(),
    };
    format!("{money} {copy}")
}

fn not_back(why: NotBack, today: Date) -> Problem {
    match why {
        NotBack::Refused(_) => Problem::new(
            "order",
            "부친 주문 가운데 돌려보내겠다고 하셨거나 닿지 못하고 돌아온 것이어야 합니다. 이미 돌아왔다고 적은 주문은 다시 적지 않습니다",
            crate::example_order(),
        ),
        NotBack::Day => {
            Problem::new("came_back", "결제한 날부터 오늘 사이의 날을 적습니다", today.to_string())
        }
    }
}

/// A book that is awaited, with where to fetch it.
pub(crate) fn show(order: &Order) -> Value {
    let withdrawal = order.withdrawal.as_ref();
    let address = &order.address;
    json!({
        "what": "돌아올 책",
        "order": order.id.to_string(),
        "reason": withdrawal.map(|withdrawal| match withdrawal.reason {
            ReturnReason::MindChanged => "마음이 바뀜",
            ReturnReason::Damaged => "상했거나 약속과 다름",
        }),
        "asked_at": withdrawal.map(|w| letter::clock(w.asked_at, domain::base::text::Language::Ko)),
        "goes_back_won": withdrawal.map_or(Won::ZERO, |w| order.refundable().saturating_sub(w.postage)).0,
        "to": {
            "recipient": address.recipient.reveal(),
            "phone": address.phone.reveal(),
            "postcode": address.postcode.reveal(),
            "street": address.street.reveal(),
            "detail": address.detail.reveal(),
        },
    })
}

/// The call that says that the book of this order is back.
pub(crate) fn call(order: &Order, today: Date) -> Value {
    json!({ "order": order.id.to_string(), "came_back": today.to_string(), "shelve": false })
}

fn read(call: &Call) -> Result<Command, Vec<Problem>> {
    let mut problems = Vec::new();
    let order = order_in(&call.fields);
    if order.is_none() {
        problems.push(no_order());
    }
    let day: Option<Date> = call
        .fields
        .get("came_back")
        .and_then(Value::as_str)
        .and_then(|day| day.trim().parse().ok());
    if day.is_none() {
        let today = calendar::today(call.now).to_string();
        problems.push(Problem::new("came_back", "책이 돌아온 날짜를 연-월-일로 적습니다", today));
    }
    let shelve = match call.fields.get("shelve") {
        None | Some(Value::Null) => Some(false),
        Some(value) => value.as_bool(),
    };
    if shelve.is_none() {
        let expected = "다시 보낼 수 있는 책이면 true, 아니면 false를 따옴표 없이 적습니다";
        problems.push(Problem::new("shelve", expected, true));
    }
    match (order, day, shelve) {
        (Some(order), Some(day), Some(shelve)) => Ok(Command { order, day, shelve }),
        _ => Err(problems),
    }
}
