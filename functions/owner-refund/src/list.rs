//! The refunds that are not done, and the books on their way back.

use admin::{AdminError, AdminState, Answer, Call, NextCall, Show, order_title};
use domain::{
    base::{calendar, format, text::Language},
    order::{
        Order,
        refund::{Progress, Refund, RefundReason},
    },
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{codes, command::SETTLED_EXAMPLE, returned};

/// Most orders of each kind in one answer.
const SHOWN: i32 = 50;

/// Lists them, with the calls that settle the first one of each kind.
pub(crate) async fn show(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let stopped = state.store.desk(SHOWN).await?.orders;
    let under_way = state.store.refunds_under_way(SHOWN).await?;
    let awaited = state.store.returns_awaited(SHOWN).await?;
    let orders = stopped.iter().chain(&under_way).map(|order| &order.value);
    let readers = stopped.iter().chain(&under_way).chain(&awaited);
    let names = state.store.pen_names(readers.map(|order| order.value.visitor)).await?;
    let today = calendar::today(call.now);
    let mut answer = Answer::ok();
    let mut again = None;
    for order in orders {
        for refund in &order.refunds {
            if let Progress::NeedsOwner { .. } = refund.progress {
                again.get_or_insert_with(|| again_call(order, refund));
            }
            let name = names.get(&order.visitor).map(String::as_str);
            answer.shows.extend(open_refund(order, refund, name));
        }
    }
    for order in &awaited {
        let name = names.get(&order.value.visitor).map(String::as_str);
        answer.shows.push(returned::awaited(&order.value, name));
    }
    if let Some(order) =
        stopped.iter().map(|order| &order.value).find(|order| order.reversal_is_open())
    {
        answer.next.push(
            "은행이 되돌린 입금이 있습니다. \
             읽는 분과 매듭을 지으셨으면 settled에 어떻게 하셨는지 적어 calls의 내용을 부르세요."
                .into(),
        );
        let call = json!({ "order": order.id.to_string(), "settled": SETTLED_EXAMPLE });
        answer.offer("되돌려진 입금 매듭짓기", "owner-refund", call);
    }
    if let Some(first) = awaited.first() {
        answer.next.push(format!(
            "돌아올 책이 {}권 있습니다. 받은 분께 택배를 보내 찾아오세요(to). 책이 닿으면 calls의 내용에 그날을 적어 부릅니다. \
             그날부터 영업일 3일 안에 돈이 돌아갑니다.",
            awaited.len()
        ));
        answer.offer("돌아왔습니다", "owner-refund", returned::call(&first.value, today));
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
            "멈춘 환불이 있습니다. 결제사 쪽 까닭(code)이 풀렸으면 calls의 ‘다시 돌려드리기’를 부르면 됩니다. \
             결제사 화면에서나 통장에서 이미 손으로 돌려주셨다면 그것을 부르지 말고(한 번 더 나갑니다), \
             reason에 어떻게 보냈는지, by_hand에 보낸 날을 적어 ‘손으로 돌려드렸습니다’를 부르세요."
                .into(),
        );
        let by_hand = by_hand_call(&call, today);
        answer.offer("다시 돌려드리기", "owner-refund", call);
        answer.offer("손으로 돌려드렸습니다", "owner-refund", by_hand);
    }
    Ok(answer)
}

/// A refund that is not done; `None` for one that is.
fn open_refund(order: &Order, refund: &Refund, pen_name: Option<&str>) -> Option<Show> {
    let (what, code) = match &refund.progress {
        Progress::NeedsOwner { code } => ("멈춤", Some(code)),
        Progress::AwaitingBankDetails => ("계좌를 기다림", None),
        Progress::Due | Progress::Asked => ("가는 길", None),
        Progress::Requested { .. } => ("은행이 보내는 중", None),
        Progress::Done { .. } | Progress::ByHand { .. } | Progress::Superseded => return None,
    };
    let why = match refund.why {
        RefundReason::Difference => "책값의 차액",
        RefundReason::Cancelled => "주문 취소",
        RefundReason::PaidTooLate => "취소한 뒤에 들어온 결제",
        RefundReason::NoPlace => "자리가 나간 뒤에 확인된 결제",
        RefundReason::Withdrawn => "돌려보낸 책",
        RefundReason::LostInPost => "배송 중에 없어짐",
        RefundReason::Owner => "주인장이 돌려드림",
    };
    let account = code.and(order.refund_to.as_ref());
    let data = json!({
        "what": what,
        "order": order.id.to_string(),
        "amount": refund.amount.0,
        "why": why,
        "reason": refund.note,
        "by": format::korean_date(refund.by),
        "code": code,
        "code_means": code.map(|code| codes::meaning(code)),
        "account": account.map(|to| json!({
            "bank": to.bank.name(Language::Ko),
            "number": to.number.reveal(),
            "holder": to.holder.reveal(),
        })),
        "held_won": order.refundable().0,
    });
    let won = format::won(refund.amount, Language::Ko);
    let account = account.map(|to| {
        format!("{} {} {}", to.bank.name(Language::Ko), to.number.reveal(), to.holder.reveal())
    });
    let title = format!("{what} · {won} · {}", order_title(order, pen_name));
    let mut show = Show::new("refund", title, data)
        .fact("까닭", why)
        .fact_if("읽는 분께 적은 까닭", refund.note.clone())
        .fact("약속한 날", format!("{}까지", format::korean_date(refund.by)))
        .fact_if("결제사의 답", code.map(|code| format!("{} ({code})", codes::meaning(code))))
        .fact_if("계좌", account)
        .page(format!("/office/order/{}", order.id));
    if code.is_some() {
        let call = again_call(order, refund);
        let by_hand = json!({
            "order": order.id.to_string(), "amount": refund.amount.0, "reason": "", "by_hand": "",
        });
        let next = |why: &str, call| NextCall {
            why: why.to_owned(),
            function: "owner-refund".to_owned(),
            call,
        };
        show.calls = vec![next("다시 돌려드리기", call), next("손으로 돌려드렸습니다", by_hand)];
    }
    Some(show)
}

/// The call that asks the provider for a stopped refund once more.
fn again_call(order: &Order, refund: &Refund) -> Value {
    json!({
        "order": order.id.to_string(), "amount": refund.amount.0, "reason": "다시 돌려드림",
    })
}

/// The call that records as made by hand what the call `refund` would refund once more.
fn by_hand_call(refund: &Value, today: Date) -> Value {
    json!({
        "order": refund["order"],
        "amount": refund["amount"],
        "reason": "계좌로 보냄",
        "by_hand": today.to_string(),
    })
}
