//! 잊기: deletes all that is kept about a reader who asks by letter or telephone, as the page `/data`
//! does for readers who come by themselves. What the law has the shop keep moves to a table of its
//! own.

use std::sync::Arc;

use admin::{
    AdminError, AdminState, Answer, Call, OrderName, Problem,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{
    base::{calendar, id::VisitorId},
    order::{Order, ShortNumber, forgetting::UnderWay},
};
use serde_json::{Value, json};
use store::{LetterId, NotForgotten, Personal, Records};

/// What a letter's name looks like.
const LETTER_EXAMPLE: &str = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader";

/// By what the owner names the reader.
enum Named {
    Order(OrderName),
    Letter(LetterId),
}

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let named = match read(&call) {
        Ok(named) => named,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let records = Records::open(&state.platform).map_err(admin_error)?;
    let Some(reader) = reader(&state, named).await? else { return Ok(Answer::problem(nobody())) };
    let personal = state.store.personal(reader).await?;
    let has_letters = personal.named("LETTER#").next().is_some();
    if personal.visit().is_none() && personal.orders().next().is_none() && !has_letters {
        return Ok(Answer::problem(nobody()));
    }
    if let Some((order, why)) = personal.under_way(call.now) {
        return Ok(Answer::problem(under_way(order, why)));
    }
    let what = what(&personal);
    if call.confirmed {
        match state.store.forget(&records, &personal, call.now).await {
            Ok(()) => {}
            Err(NotForgotten::Store(error)) => return Err(error.into()),
            Err(NotForgotten::Changed | NotForgotten::UnderWay(..)) => {
                let expected =
                    "그 사이에 바뀐 것이 있어 다 지우지 못했습니다. 같은 내용으로 다시 불러 주세요";
                return Ok(Answer::problem(Problem::new("(전체)", expected, Value::Null)));
            }
        }
    }
    let mut answer = Answer::ok();
    answer.line(call.line(format!("{what} 지웁니다."), format!("{what} 지웠습니다.")));
    if let Some(until) = personal.kept().iter().map(|kept| kept.until).max() {
        answer.next.push(format!(
            "법에 따라 주문 {}건의 계약, 결제, 배송 기록은 따로 {until}까지 남습니다(전자상거래법 제6조). 손님께도 그렇게 알려 주세요.",
            personal.kept().len()
        ));
    }
    if !call.confirmed {
        answer = answer.to_confirm(&call, "지우기");
    }
    Ok(answer)
}

fn read(call: &Call) -> Result<Named, Vec<Problem>> {
    let today = calendar::today(call.now);
    call.read_fields(|fields| {
        fields.known(&["order", "letter"], &json!({ "order": ORDER_EXAMPLE }));
        fields.checked()?;
        let order =
            fields.optional("order", fields::order_name(today), ORDER_EXPECTED, ORDER_EXAMPLE);
        let letter = |value: &Value| value.as_str()?.parse::<LetterId>().ok();
        let expected = "owner-letters가 알려 준 편지의 이름을 그대로 적습니다";
        let letter = fields.optional("letter", letter, expected, LETTER_EXAMPLE);
        fields.checked()?;
        match (order, letter) {
            (Some(order), None) => Some(Named::Order(order)),
            (None, Some(letter)) => Some(Named::Letter(letter)),
            _ => {
                let expected =
                    "order나 letter 가운데 하나만 적습니다: 그 손님의 주문이나 편지입니다";
                fields.problem("order", expected, ORDER_EXAMPLE);
                None
            }
        }
    })
}

async fn reader(state: &AdminState, named: Named) -> Result<Option<VisitorId>, AdminError> {
    match named {
        Named::Letter(letter) => Ok(Some(letter.reader)),
        Named::Order(name) => {
            let Some(id) = state.order_named(name).await? else { return Ok(None) };
            Ok(state.store.order(id).await?.map(|order| order.value.visitor))
        }
    }
}

/// What goes, without a name.
fn what(personal: &Personal) -> String {
    let letters = personal.named("LETTER#").count();
    let devices = personal.named("PUSH#").count();
    format!(
        "이 손님의 주문 {}건, 편지 {letters}통, 기기 {devices}대, 걸음과 책갈피와 초고를",
        personal.orders().count()
    )
}

fn nobody() -> Problem {
    let expected = "이런 주문이나 편지는 없습니다. 이미 지웠거나 번호가 틀렸습니다";
    Problem::new("order", expected, ORDER_EXAMPLE)
}

fn under_way(order: &Order, why: UnderWay) -> Problem {
    let name = order.number.map_or_else(|| order.id.to_string(), ShortNumber::short);
    let expected = match why {
        UnderWay::Held(until) => format!(
            "{name} 주문의 자리를 {}까지 잡아 두었습니다. 그 뒤에 다시 불러 주세요",
            calendar::in_korea(until).strftime("%H:%M")
        ),
        UnderWay::Open => format!(
            "{name} 주문이 아직 진행 중입니다. 책이 닿거나 돈이 돌아간 뒤에 다시 불러 주세요"
        ),
        UnderWay::Accounts(day) => {
            format!("{name} 주문은 그날의 셈을 맞추는 중입니다. {day}부터 지울 수 있습니다")
        }
    };
    Problem::new("order", expected, Value::Null)
}

fn admin_error(why: platform::Misconfigured) -> AdminError {
    AdminError::InitError(why.into())
}
