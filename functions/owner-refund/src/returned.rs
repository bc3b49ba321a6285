//! A book came back: the promised refund becomes due, counted from that day, and a copy that can be
//! sold again goes back on the shelf.

use admin::{
    AdminError, AdminState, Answer, Call, NextCall, OrderName, Problem, Show, address_data,
    address_line, fields::ORDER_EXAMPLE, order_title,
};
use domain::{
    base::{calendar, format, id::OrderId, money::Won, text::Language},
    order::{
        CopyCondition, Order,
        refund::RefundReason,
        withdrawal::{NotBack, ReturnReason},
    },
};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::Commit;

use crate::{
    apply::{self, Plan},
    command::CameBack,
};

/// Records that a book came back.
pub(crate) async fn record(
    state: &AdminState,
    call: &Call,
    came_back: &CameBack,
) -> Result<Answer, AdminError> {
    let id = came_back.order;
    apply::once(
        state,
        call,
        id,
        || done_before(id),
        |order| async move {
            let step = match order.value.clone().came_back(came_back.day, call.now) {
                Ok(step) => step,
                Err(error) => {
                    let problem = not_back(error, calendar::today(call.now));
                    return Ok(Err(Box::new(Answer::problem(problem))));
                }
            };
            let copy = match came_back.copy {
                CopyCondition::Good => state.store.chosen_book(&order.value).await?,
                CopyCondition::Damaged | CopyCondition::Lost => None,
            };
            let name = OrderName::Id(id).known_as(&order.value);
            let what = format!("주문 {name}: {}", consequence(&step.order, came_back.copy));
            let mut commit = Commit::of(&order, &step);
            if let Some(copy) = &copy {
                commit = commit.shelving(copy);
            }
            let next = Some("빈 내용으로 다시 부르면 되었는지 볼 수 있습니다.".to_owned());
            Ok(Ok(Plan { commit, would: what.clone(), did: what, next }))
        },
    )
    .await
}

fn done_before(order: OrderId) -> Answer {
    Answer::done(format!(
        "주문 {order}: 책이 돌아온 것은 이미 적혀 있습니다. 두 번 하지 않았습니다."
    ))
}

/// What is refunded, and where the copy goes.
fn consequence(order: &Order, copy: CopyCondition) -> String {
    let copy = match copy {
        CopyCondition::Good => "책은 서가에 다시 꽂습니다.",
        CopyCondition::Damaged => "상한 책은 서가에 꽂지 않습니다.",
        CopyCondition::Lost => "없는 책은 서가에 꽂지 않습니다.",
    };
    let money = match order.refunds.iter().rfind(|refund| refund.why == RefundReason::Withdrawn) {
        Some(refund) => format!(
            "{}원을 {}까지 돌려드리고 읽는 분께 알립니다. 반품 배송비로 남기는 돈은 {}원입니다.",
            refund.amount,
            format::korean_date(refund.by),
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
            "부친 주문 가운데 돌려보내겠다고 하셨거나 닿지 못하고 돌아온 것이어야 합니다. \
             이미 돌아왔다고 적은 주문은 다시 적지 않습니다",
            ORDER_EXAMPLE,
        ),
        NotBack::Day => {
            Problem::new("came_back", "결제한 날부터 오늘 사이의 날을 적습니다", today.to_string())
        }
    }
}

/// A book on its way back, with the address to collect it from.
pub(crate) fn awaited(order: &Order, pen_name: Option<&str>) -> Show {
    let withdrawal = order.withdrawal();
    let to_refund = withdrawal.map_or(Won::ZERO, |w| order.refundable().saturating_sub(w.postage));
    let data = json!({
        "what": "돌아올 책",
        "order": order.id.to_string(),
        "reason": withdrawal.map(|withdrawal| reason(withdrawal.reason)),
        "asked_at": withdrawal.map(|w| format::date_time(w.asked_at, Language::Ko)),
        "goes_back_won": to_refund.0,
        "to": address_data(&order.address),
    });
    let asked = withdrawal.map(|withdrawal| format::date_time(withdrawal.asked_at, Language::Ko));
    let mut show =
        Show::new("return", format!("돌아올 책 · {}", order_title(order, pen_name)), data)
            .fact_if("까닭", withdrawal.map(|withdrawal| reason(withdrawal.reason)))
            .fact_if("말씀하신 때", asked)
            .fact("찾아올 곳", address_line(&order.address))
            .fact("돌려드릴 돈", format::won(to_refund, Language::Ko))
            .page(format!("/office/order/{}", order.id));
    show.calls.push(NextCall {
        why: "돌아왔습니다".into(),
        function: "owner-refund".into(),
        call: json!({ "order": order.id.to_string(), "came_back": "", "copy": "" }),
    });
    show
}

/// Why a book is sent back.
const fn reason(reason: ReturnReason) -> &'static str {
    match reason {
        ReturnReason::MindChanged => "마음이 바뀜",
        ReturnReason::Damaged => "상했거나 약속과 다름",
    }
}

/// The call that records that the book of this order came back.
pub(crate) fn call(order: &Order, today: Date) -> Value {
    json!({ "order": order.id.to_string(), "came_back": today.to_string(), "copy": "" })
}
