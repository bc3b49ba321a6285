//! What the owner reads.

use admin::OrderName;
use domain::order::{CopyCondition, State, parcel::Carrier};

/// What the call does that records it.
pub(crate) const RECORD: &str = "이대로 적기";

pub(crate) const NOT_DONE: &str =
    "problems에 적힌 주문은 하지 않았습니다. 빈 내용으로 부르시면 포장할 책을 다시 보여 드립니다.";

pub(crate) const DONE: &str = "운송장 번호가 나오면 owner-ship에 적습니다.";

/// What waits, one sentence each.
pub(crate) fn waiting(to_pack: usize, to_unpack: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if to_pack > 0 {
        lines.push(format!(
            "포장할 책이 {to_pack}권 있습니다. 포장하신 뒤 packed에 적어 부르세요(calls에 적어 두었습니다)."
        ));
    }
    if to_unpack > 0 {
        lines.push(format!(
            "취소되어 풀어야 할 꾸러미가 {to_unpack}개 있습니다. \
             풀고 나서 책의 상태를 copy에 적어 부르세요: good(새 책과 같음), damaged(상함), lost(없음)."
        ));
    }
    if lines.is_empty() {
        lines.push("포장할 책이 없습니다.".to_owned());
    }
    lines
}

/// What the file of a carrier holds.
pub(crate) fn carrier_file(carrier: Carrier, count: usize) -> String {
    let carrier = carrier.title();
    match count {
        0 => "부칠 꾸러미가 없어 파일도 없습니다.".to_owned(),
        _ => format!(
            "{carrier}에 올릴 꾸러미 {count}개입니다(files). 무게와 부피, 상자의 크기는 비워 두었습니다. \
             돌아온 파일의 운송장 번호는 owner-ship에 적습니다."
        ),
    }
}

pub(crate) fn would_print(order: OrderName, printed: bool) -> String {
    let what = if printed { "인쇄한" } else { "인쇄하지 않은" };
    format!("주문 {order}: 쪽지와 라벨을 {what} 것으로 적습니다")
}

pub(crate) fn printed(order: OrderName, printed: bool) -> String {
    let what = if printed { "인쇄한" } else { "인쇄하지 않은" };
    format!("주문 {order}: 쪽지와 라벨을 {what} 것으로 적었습니다")
}

pub(crate) fn nothing_to_print(now: State) -> String {
    format!("인쇄할 것이 없습니다. 지금은 {} 상태입니다", now.title())
}

pub(crate) fn would_pack(order: OrderName) -> String {
    format!("주문 {order}: 포장한 것으로 적고 읽는 분께 알립니다")
}

pub(crate) fn packed(order: OrderName) -> String {
    format!("주문 {order}: 포장한 것으로 적었습니다. 읽는 분께 알립니다")
}

pub(crate) fn packed_before(order: OrderName) -> String {
    format!("주문 {order}: 이미 포장한 것으로 적혀 있습니다. 두 번 하지 않았습니다")
}

pub(crate) fn not_to_be_packed(now: State) -> String {
    format!("포장할 때가 아닙니다. 지금은 {} 상태입니다", now.title())
}

pub(crate) fn would_unpack(order: OrderName, copy: CopyCondition) -> String {
    format!("주문 {order}: 푼 것으로 적습니다. {}", becomes(copy))
}

pub(crate) fn unpacked(order: OrderName, copy: CopyCondition) -> String {
    format!("주문 {order}: 푼 것으로 적었습니다. {}", becomes(copy))
}

const fn becomes(copy: CopyCondition) -> &'static str {
    match copy {
        CopyCondition::Good => "책은 서가로 돌아갑니다",
        CopyCondition::Damaged => "상한 책은 서가로 돌아가지 않습니다",
        CopyCondition::Lost => "없는 책은 서가로 돌아가지 않습니다",
    }
}

pub(crate) fn unpacked_before(order: OrderName) -> String {
    format!("주문 {order}: 이미 푼 것으로 적혀 있습니다. 두 번 하지 않았습니다")
}

pub(crate) fn nothing_to_unpack(now: State) -> String {
    format!("포장한 뒤에 취소된 주문만 풉니다. 지금은 {} 상태입니다", now.title())
}
