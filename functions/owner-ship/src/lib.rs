//! 부치기: carrier and tracking number for one parcel or many, and which of those posted have come. A
//! wrong number is refused before anything is done; an unusual one needs a reason. The days of a
//! withdrawal count from the day on which an arrival is noted, here or at the reader's window.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, Problem, strangers};
use domain::{
    base::id::OrderId,
    order::{
        Order, Refused, State, Step,
        parcel::{Carrier, Parcel},
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use store::{Change, Lost};

/// Most parcels, and most arrivals, in one call.
const MOST: usize = 50;

/// How often a lost race is run again.
const ROUNDS: usize = 4;

struct Posted {
    order: OrderId,
    parcel: Parcel,
    /// The number that was written down by mistake, if this one is to take its place.
    instead_of: Option<String>,
}

impl Posted {
    /// The order's next step. Which number goes has to be said, so that a slip of the eye in the
    /// order's number changes no other parcel.
    fn step(&self, order: Order, now: Timestamp) -> Result<Step, Refused> {
        match &self.instead_of {
            None => order.handed_over(self.parcel.clone(), now),
            Some(wrong)
                if order
                    .parcel
                    .as_ref()
                    .is_some_and(|known| known.number != *wrong && *known != self.parcel) =>
            {
                Err(Refused::OtherParcel)
            }
            Some(_) => order.renumbered(self.parcel.clone(), now),
        }
    }
}

/// A call, read.
struct Command {
    posted: Vec<Posted>,
    delivered: Vec<OrderId>,
}

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let wish = match read(&call.fields) {
        Ok(wish) => wish,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::well();
    for (place, posted) in wish.posted.iter().enumerate() {
        let what = format!(
            "주문 {} → {} {}",
            posted.order,
            posted.parcel.carrier.title(),
            posted.parcel.number
        );
        let corrects = posted.instead_of.is_some();
        answer.line(match one(&desk, posted, &call).await? {
            One::Would if corrects => {
                Line::Would(format!("{what}: 운송장 번호를 고치고 읽는 분께 바로잡아 알립니다"))
            }
            One::Did if corrects => {
                Line::Did(format!("{what}: 운송장 번호를 고쳤습니다. 읽는 분께 바로잡아 알립니다"))
            }
            One::Would => Line::Would(format!("{what}: 부친 것으로 적고 읽는 분께 알립니다")),
            One::Did => Line::Did(format!("{what}: 부친 것으로 적었습니다. 읽는 분께 알립니다")),
            One::Before => Line::Did(format!("{what}: 이미 적혀 있습니다. 두 번 하지 않았습니다")),
            One::Not(why) => {
                Line::Not(Problem::new(format!("parcels[{place}].order"), why, example()))
            }
        });
    }
    for (place, id) in wish.delivered.iter().enumerate() {
        let what = format!("주문 {id}");
        answer.line(match arrival(&desk, *id, &call).await? {
            One::Would => Line::Would(format!(
                "{what}: 오늘 닿은 것으로 적습니다. 무르는 날은 오늘부터 셉니다"
            )),
            One::Did => Line::Did(format!(
                "{what}: 오늘 닿은 것으로 적었습니다. 무르는 날은 오늘부터 셉니다"
            )),
            One::Before => {
                Line::Did(format!("{what}: 닿은 날이 이미 적혀 있습니다. 두 번 하지 않았습니다"))
            }
            One::Not(why) => Line::Not(Problem::new(format!("delivered[{place}]"), why, ORDER)),
        });
    }
    Ok(answer.closed(
        &call,
        "problems에 적힌 꾸러미는 하지 않았습니다. owner-desk로 무엇이 기다리는지 보실 수 있습니다.",
        "owner-desk로 남은 일을 볼 수 있습니다. 부친 책이 닿은 것을 아시면 delivered에 주문 번호를 적어 부르세요. 읽는 분이 창에서 스스로 적을 수도 있습니다.",
    ))
}

enum One {
    Would,
    Did,
    Before,
    Not(String),
}

async fn one(desk: &AdminState, posted: &Posted, call: &Call) -> Result<One, AdminError> {
    for _ in 0..ROUNDS {
        let Some(order) = desk.store.order(posted.order).await? else { return Ok(none()) };
        let known = order.value.parcel.clone();
        let step = match posted.step(order.value, call.now) {
            Ok(step) => step,
            Err(Refused::OtherParcel) => {
                let known = known.map(|known| known.number).unwrap_or_default();
                return Ok(One::Not(format!(
                    "이미 운송장 {known}번으로 부친 주문입니다. 번호를 고치시려면 instead_of에 그 번호를 적습니다"
                )));
            }
            Err(Refused::NoSuchTransition { from, .. }) if posted.instead_of.is_some() => {
                return Ok(One::Not(format!(
                    "부치고 나서 닿기 전까지만 번호를 고칠 수 있습니다. 지금은 {} 상태입니다",
                    state(from)
                )));
            }
            Err(Refused::NoSuchTransition { from, .. }) => {
                return Ok(One::Not(format!(
                    "부칠 수 있는 때가 아닙니다. 지금은 {} 상태입니다",
                    state(from)
                )));
            }
        };
        if step.messages.is_empty() {
            return Ok(One::Before);
        }
        if !call.confirmed {
            return Ok(One::Would);
        }
        let change =
            Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
        match desk.store.commit(change).await.map_err(Lost::from) {
            Ok(()) => return Ok(One::Did),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(busy())
}

/// Notes that a book has come.
async fn arrival(desk: &AdminState, id: OrderId, call: &Call) -> Result<One, AdminError> {
    for _ in 0..ROUNDS {
        let Some(order) = desk.store.order(id).await? else { return Ok(none()) };
        if order.value.arrived.is_some() {
            return Ok(One::Before);
        }
        let Ok(arrived) = order.value.clone().arrives(call.now) else {
            let now = state(order.value.state);
            return Ok(One::Not(format!(
                "부친 주문만 닿았다고 적을 수 있습니다. 지금은 {now} 상태입니다"
            )));
        };
        if !call.confirmed {
            return Ok(One::Would);
        }
        match desk.store.save_order(&order.with(arrived), None).await {
            Ok(()) => return Ok(One::Did),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(busy())
}

fn none() -> One {
    One::Not("이런 주문은 없습니다".into())
}

fn busy() -> One {
    One::Not("다른 손이 이 주문을 바꾸고 있습니다. 한 번 더 불러 주세요".into())
}

fn state(state: State) -> &'static str {
    match state {
        State::Draft | State::Priced => "결제 전",
        State::Paid => "결제됨",
        State::Choosing => "고르는 중",
        State::Chosen => "포장 전",
        State::Packed => "포장됨",
        State::Shipped => "부침",
        State::Delivered => "도착",
        State::Cancelled => "취소됨",
        State::RefundDue => "환불 예정",
        State::Refunded => "환불됨",
        State::Returned => "돌아옴",
    }
}

fn read(fields: &Map<String, Value>) -> Result<Command, Vec<Problem>> {
    let strange =
        strangers(fields, "", &["parcels", "delivered"], &json!({ "parcels": [example()] }));
    if !strange.is_empty() {
        return Err(strange);
    }
    let listed = |field: &str, expected: &str, example: Value| match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(listed)) if !listed.is_empty() && listed.len() <= MOST => {
            Ok(Some(listed))
        }
        Some(_) => {
            let expected = format!("{expected} 1개에서 {MOST}개까지 대괄호 안에 적습니다");
            Err(vec![Problem::new(field, expected, example)])
        }
    };
    let parcels = listed("parcels", "부칠 꾸러미를", json!([example()]))?;
    let arrivals = listed("delivered", "닿은 주문의 번호를", json!([ORDER]))?;
    if parcels.is_none() && arrivals.is_none() {
        let expected = "부칠 꾸러미를 대괄호 안에 적습니다. 닿은 책만 적으시려면 delivered에 주문 번호를 적습니다";
        return Err(vec![Problem::new("parcels", expected, json!([example()]))]);
    }
    let (parcels, arrivals) = (parcels.into_iter().flatten(), arrivals.into_iter().flatten());
    let (mut posted, mut delivered) = (Vec::new(), Vec::new());
    let mut problems = Vec::new();
    for (place, parcel) in parcels.enumerate() {
        match line(parcel, place) {
            Ok(line) => posted.push(line),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    for (place, id) in arrivals.enumerate() {
        match id.as_str().and_then(|id| id.trim().parse().ok()) {
            Some(id) => delivered.push(id),
            None => problems.push(not_an_order(format!("delivered[{place}]"))),
        }
    }
    if problems.is_empty() { Ok(Command { posted, delivered }) } else { Err(problems) }
}

fn line(parcel: &Value, place: usize) -> Result<Posted, Vec<Problem>> {
    let text = |name: &str| parcel.get(name).and_then(Value::as_str);
    let field = |name: &str| format!("parcels[{place}].{name}");
    let known = ["order", "carrier", "number", "insist", "instead_of"];
    let mut problems = parcel
        .as_object()
        .map(|fields| strangers(fields, &field(""), &known, &example()))
        .unwrap_or_default();
    let order: Option<OrderId> = text("order").and_then(|id| id.trim().parse().ok());
    if order.is_none() {
        problems.push(not_an_order(field("order")));
    }
    let carrier = text("carrier").and_then(Carrier::named);
    if carrier.is_none() {
        problems.push(Problem::new(
            field("carrier"),
            "cj(CJ대한통운) 또는 epost(우체국)를 적습니다",
            "cj",
        ));
    }
    let number = text("number");
    if number.is_none() {
        problems.push(Problem::new(
            field("number"),
            "운송장 번호를 따옴표 안에 적습니다",
            "123456789012",
        ));
    }
    let (Some(order), Some(carrier), Some(number)) = (order, carrier, number) else {
        return Err(problems);
    };
    match Parcel::new(carrier, number, text("insist")) {
        Ok(_) if !problems.is_empty() => Err(problems),
        Ok(parcel) => {
            let digits =
                |wrong: &str| wrong.chars().filter(char::is_ascii_digit).collect::<String>();
            let instead_of = text("instead_of").map(digits).filter(|wrong| !wrong.is_empty());
            Ok(Posted { order, parcel, instead_of })
        }
        Err(why) => {
            let example = match carrier {
                Carrier::Cj => "123456789012",
                Carrier::Epost => "1234567890123",
            };
            let expected = format!("{why}. 그래도 맞는 번호라면 insist에 까닭을 적습니다");
            Err(vec![Problem::new(field("number"), expected, example)])
        }
    }
}

/// What an order's number looks like.
const ORDER: &str = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7";

fn not_an_order(field: String) -> Problem {
    Problem::new(field, "주문 번호 26글자를 적습니다", ORDER)
}

fn example() -> Value {
    json!({ "order": ORDER, "carrier": "cj", "number": "123456789012" })
}
