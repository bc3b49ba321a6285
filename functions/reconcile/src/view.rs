//! What the owner reads.

use admin::{Answer, NextCall, Show};
use domain::{
    base::{format, money::Won, text::Language},
    order::reconciliation::{Accounts, Difference, Mismatch},
};
use jiff::civil::Date;
use serde_json::json;

/// The differences, then a line for each day.
pub(crate) fn found(found: &[Accounts]) -> Answer {
    let mut answer = Answer::ok();
    for accounts in found {
        answer.shows.extend(accounts.open().map(|difference| show(accounts.day, difference)));
    }
    match answer.shows.len() {
        0 if found.is_empty() => {}
        0 => answer.next.push("장부와 결제사의 기록이 모두 맞습니다.".into()),
        count => answer.next.push(format!(
            "다른 것이 {count}건 있습니다. 아무것도 저절로 고치지 않았습니다. todo를 보고 하나씩 살펴 주세요. \
             매듭을 지은 것은 day와 order와 settled(어떻게 했는지)를 적어 부르면 닫힙니다."
        )),
    }
    let by_hand: Won = found.iter().map(|accounts| accounts.by_hand).sum();
    if by_hand > Won::ZERO {
        answer.next.push(format!(
            "이 가운데 {by_hand}원은 결제사를 거치지 않고 손으로 돌려드렸다고 적혀 있습니다. 결제사의 기록으로는 알 수 없으니 통장과 견주어 주세요."
        ));
    }
    for accounts in found {
        let data = json!({
            "day": accounts.day.to_string(),
            "looked_at": format::date_time(accounts.looked_at, Language::Ko),
            "orders": accounts.orders,
            "paid_won": accounts.paid.0,
            "by_hand_won": accounts.by_hand.0,
            "differences": accounts.open().count(),
            "compared": accounts.compared.len(),
            "settled": accounts.settled.len(),
        });
        let show = Show::new("day", format::korean_date(accounts.day), data)
            .fact("맞춰 본 때", format::date_time(accounts.looked_at, Language::Ko))
            .fact("주문", format!("{}건", accounts.orders))
            .fact("결제", format::won(accounts.paid, Language::Ko))
            .fact("다른 것", format!("{}건", accounts.open().count()))
            .fact("매듭지은 것", format!("{}건", accounts.settled.len()));
        answer.shows.push(show);
    }
    answer
}

fn show(day: Date, difference: &Difference) -> Show {
    let (what, todo) = words(&difference.how);
    let data =
        json!({ "day": day.to_string(), "order": difference.order, "what": what, "todo": todo });
    let mut show = Show::new("difference", what, data)
        .fact("날", format::korean_date(day))
        .fact("주문", difference.order.as_str())
        .text(Some(todo));
    show.calls.push(NextCall {
        why: "매듭지었습니다".into(),
        function: "reconcile".into(),
        call: json!({ "day": day.to_string(), "order": difference.order, "settled": "" }),
    });
    show
}

/// What differs, and what to do about it.
fn words(how: &Mismatch) -> (String, &'static str) {
    match how {
        Mismatch::NotThere => (
            "여기서는 결제가 끝났는데 결제사는 이 결제를 모릅니다".into(),
            "결제사 화면에서 주문 번호로 찾아 보고, 없으면 부치기 전에 멈추고 읽는 분께 알려 주세요.",
        ),
        Mismatch::NotPaidThere { status } => (
            format!("여기서는 결제가 끝났는데 결제사에서는 {status}입니다"),
            "입금이 되돌려졌을 수 있습니다. 책을 부치기 전이면 멈추고, 부쳤으면 읽는 분께 연락해 주세요.",
        ),
        Mismatch::Twice { payments } => (
            format!("결제사에서 {payments}번 결제되었습니다"),
            "장부에 적힌 것 말고 나머지 결제를 결제사 화면에서 취소해 주세요.",
        ),
        Mismatch::Amount { here, there } => (
            format!("장부에는 {here}원, 결제사에는 {there}원이 결제되었습니다"),
            "어느 쪽이 맞는지 결제사 화면의 영수증과 견주어 보고, 더 받은 돈이 있으면 돌려드리세요.",
        ),
        Mismatch::GoneBack { here, under_way, there } => (
            format!(
                "장부에는 {here}원이 돌아갔고 {under_way}원이 가는 길인데, 결제사에서는 {there}원이 돌아갔습니다"
            ),
            "결제사 화면에서 손으로 취소한 적이 있는지 보세요. 덜 돌아갔으면 owner-refund로 돌려드릴 수 있습니다.",
        ),
        Mismatch::OnlyThere { held, state } => (
            match state {
                Some(state) => format!(
                    "결제사가 이 주문으로 {held}원을 가지고 있는데, 여기서는 {} 주문이라 받은 돈이 없습니다",
                    state.name()
                ),
                None => format!("결제사가 {held}원을 가지고 있는데, 여기에는 이런 주문이 없습니다"),
            },
            "방금 한 결제라면 몇 분 뒤에 다시 맞춰 보세요. 그래도 남으면 결제사 화면에서 취소해 돌려드리세요.",
        ),
        Mismatch::RefundFailed => (
            "여기서는 돌려드렸다고 적혀 있는데, 은행이 보내지 못했습니다".into(),
            "읽는 분께 연락해 계좌를 다시 여쭙고, 통장에서 보내 드리세요.",
        ),
        Mismatch::NotLookedAt => (
            "주문이 많아 아직 살펴보지 못했습니다".into(),
            "같은 day로 다시 부르면 이어서 봅니다. 밤에는 저절로 이어집니다.",
        ),
    }
}
