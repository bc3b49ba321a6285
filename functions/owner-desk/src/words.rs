//! The sentences of the answer, each for a number of orders or differences.

use admin::Show;
use serde_json::Value;

use crate::DAYS_RECONCILED;

pub(crate) fn differences(count: usize) -> String {
    format!(
        "지난 {DAYS_RECONCILED}일의 장부에 결제사의 기록과 다른 것이 {count}건 있습니다. \
         reconcile을 빈 내용으로 불러 살펴 주세요(calls에 적어 두었습니다)."
    )
}

pub(crate) fn given_up(count: usize) -> String {
    format!(
        "하루 동안 거듭해도 되지 않아 멈춘 일이 {count}개 있습니다. \
         owner-redrive를 빈 내용으로 불러 까닭을 보고, 다시 보내거나 치워 주세요."
    )
}

pub(crate) fn to_pack(count: usize) -> String {
    format!(
        "포장할 책이 {count}권 있습니다. \
         쪽지와 편지는 page를 열어 A5로 인쇄하고(여섯 시간 동안 열립니다), \
         포장하신 뒤 owner-pack을 부르세요(calls에 적어 두었습니다)."
    )
}

pub(crate) fn to_unpack(count: usize) -> String {
    format!(
        "취소되어 풀어야 할 꾸러미가 {count}개 있습니다. \
         풀고 나서 책의 상태를 copy에 적어 owner-pack을 부르세요: \
         good(새 책과 같음), damaged(상함), lost(없음)."
    )
}

pub(crate) fn to_post(count: usize) -> String {
    format!(
        "부칠 꾸러미가 {count}개 있습니다. \
         운송장 번호를 적어 owner-ship을 부르세요(calls에 적어 두었습니다)."
    )
}

pub(crate) fn to_pick(count: usize) -> String {
    format!(
        "고를 주문이 {count}개 있습니다. \
         세 권 가운데 하나를 owner-choose로 고르세요(calls에 편지에 나오지 않는 첫째 책을 적어 두었습니다). \
         오늘은 없으면 isbn 대신 \"none_today\": true를 적습니다."
    )
}

pub(crate) fn named(count: usize) -> String {
    format!(
        "그 가운데 {count}개는 편지에 책이나 지은이의 이름이 나옵니다. \
         이미 있거나 사양한다는 말일 수 있으니 letter를 읽고 골라 주세요. \
         그 책을 그대로 보내시려면 because에 까닭을 적습니다."
    )
}

pub(crate) fn resting(count: usize) -> String {
    format!("오늘은 쉬기로 한 주문이 {count}개 있습니다. 내일 다시 올라옵니다.")
}

pub(crate) fn without_book(count: usize) -> String {
    format!(
        "보낼 책이 없는 주문이 {count}개 있습니다. \
         owner-shelve로 책을 들이면 저절로 이어집니다."
    )
}

pub(crate) fn refunds_stopped(count: usize) -> String {
    format!(
        "결제사가 받아 주지 않아 멈춘 환불이 {count}건 있습니다. 까닭은 refunds에 있습니다. \
         owner-refund로 다시 돌려드릴 수 있습니다."
    )
}

pub(crate) fn readdressed(count: usize) -> String {
    format!(
        "읽는 분이 받으실 곳을 고친 주문이 {count}개 있습니다. \
         고친 때는 address_corrected에 있습니다. 그 전에 인쇄한 것은 버리고 새로 인쇄해 주세요."
    )
}

pub(crate) fn reversed(count: usize) -> String {
    format!(
        "포장한 뒤에 은행이 입금을 되돌린 주문이 {count}개 있습니다. \
         부치기 전이면 멈추고, 읽는 분께 편지로 알아보세요. \
         다시 입금되면 저절로 내려가고, 다른 길로 매듭지으셨으면 owner-refund의 settled에 적습니다."
    )
}

/// A line of what waits beside the orders.
pub(crate) fn line(show: &Show) -> String {
    let count = show.data.get("count").and_then(Value::as_u64).unwrap_or_default();
    match show.text.as_deref() {
        Some(note) if !note.is_empty() => format!("{} {count} ({note})", show.title),
        _ => format!("{} {count}", show.title),
    }
}
