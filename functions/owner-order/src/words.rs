//! What the owner reads.

use admin::OrderName;
use domain::{
    base::{format, money::Won},
    order::{CopyCondition, Order, OwnerNote, Unpack, withdrawal::ReturnReason},
};
use jiff::civil::Date;

use crate::view;

pub(crate) const NOT_FOUND: &str = "찾은 주문이 없습니다. 전화번호는 숫자 모두, 이름은 받는 분이나 필명 그대로 적습니다. \
     결제되지 않은 주문과 이 찾기가 생기기 전의 주문은 주문 번호로 찾습니다.";

pub(crate) fn found(count: usize) -> String {
    format!("{count}건을 찾았습니다. 새 것부터 보입니다.")
}

pub(crate) const NO_ORDER: &str =
    "이런 주문은 없습니다. 주문 번호 26글자나 짧은 번호(목-07)를 적습니다";

pub(crate) const NOT_DONE: &str = "아무것도 바뀌지 않았습니다. order만 적어 부르시면 할 수 있는 일을 \
                                   그대로 부를 수 있게 보여 드립니다.";

pub(crate) const DONE: &str = "order만 적어 다시 부르시면 지금의 모습을 볼 수 있습니다.";

pub(crate) const RECEIVED: &str =
    "책을 받으신 날을 적습니다. 결제한 날부터 오늘 사이의 날이어야 합니다";

pub(crate) fn too_late(last: Date) -> String {
    format!("{}까지 돌려보내실 수 있었습니다. 기한이 지났습니다", format::korean_date(last))
}

/// What can be done about the order, as a sentence.
pub(crate) fn ways(order: &Order) -> String {
    let ways = names(order);
    if ways.is_empty() {
        return "지금 이 서랍으로 하실 일이 없습니다.".to_owned();
    }
    format!("할 수 있는 일: {ways}. ways에 적힌 call의 빈칸을 채워 그 서랍을 부르세요.")
}

/// The state does not allow it; the ways that it does.
pub(crate) fn refused(order: &Order) -> String {
    let (now, ways) = (order.state.title(), names(order));
    if ways.is_empty() {
        return format!("지금은 {now} 상태라 할 수 없습니다. 이 서랍으로 하실 일이 없습니다");
    }
    format!("지금은 {now} 상태라 할 수 없습니다. 할 수 있는 일: {ways}")
}

fn names(order: &Order) -> String {
    view::ways(order).iter().map(|call| call.why.clone()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn done_before(order: OrderName) -> String {
    format!("주문 {order}: 이미 되었습니다. 두 번 하지 않았습니다")
}

pub(crate) fn once_more(order: OrderName, before: u32) -> String {
    format!(
        "주문 {order}: 이미 {before}번 다시 골랐습니다. 두 번 하지 않았습니다. 한 번 더 바꾸시려면 times에 {}라고 적습니다",
        before.saturating_add(1)
    )
}

pub(crate) fn wrong_times(before: u32) -> String {
    format!("times는 {}이어야 합니다", before.saturating_add(1))
}

pub(crate) fn cancelled(name: OrderName, order: &Order, reason: &str) -> String {
    let unpack = match order.unpack {
        Some(Unpack::Wanted) => " 포장한 책은 풀어 주십시오.",
        _ => "",
    };
    format!("주문 {name}: 취소합니다(까닭: {reason}). {}{unpack}", money(order))
}

/// What goes back to the reader, who is told.
fn money(order: &Order) -> String {
    let open = order.refunds.iter().filter(|refund| refund.progress.is_open());
    let amount: Won = open.map(|refund| refund.amount).sum();
    match order.refund_by() {
        Some(by) => {
            format!("{amount}원을 {}까지 돌려드리고 읽는 분께 알립니다.", format::korean_date(by))
        }
        None => "돌려드릴 돈은 없고, 읽는 분께 알립니다.".to_owned(),
    }
}

const fn becomes(copy: CopyCondition) -> &'static str {
    match copy {
        CopyCondition::Good => "책은 서가로 돌아갑니다.",
        CopyCondition::Damaged => "상한 책은 서가에서 뺍니다.",
        CopyCondition::Lost => "없는 책은 서가에서 뺍니다.",
    }
}

pub(crate) fn chosen_anew(name: OrderName, order: &Order, copy: CopyCondition) -> String {
    format!(
        "주문 {name}: 책을 다시 고릅니다. {} {}까지 부치는 약속은 그대로입니다.",
        becomes(copy),
        format::korean_date(order.promised)
    )
}

pub(crate) fn sent_again(name: OrderName, order: &Order, copy: CopyCondition) -> String {
    format!(
        "주문 {name}: 책을 다시 골라 {}까지 부친다고 읽는 분께 알립니다. {}",
        format::korean_date(order.promised),
        becomes(copy)
    )
}

pub(crate) fn refunded(name: OrderName, order: &Order, copy: CopyCondition) -> String {
    format!("주문 {name}: {} {}", money(order), becomes(copy))
}

pub(crate) fn return_noted(name: OrderName, order: &Order, reason: ReturnReason) -> String {
    format!(
        "주문 {name}: 책을 돌려받기로 적고 읽는 분께 알립니다. 책이 돌아오면 {}원을 돌려드립니다\
         (배송비 {}원).",
        order.back_for(reason),
        reason.postage()
    )
}

pub(crate) fn arrival_taken_back(name: OrderName) -> String {
    format!("주문 {name}: 도착을 지우고 가는 중으로 적습니다.")
}

pub(crate) fn noted(name: OrderName) -> String {
    format!("주문 {name}: 적어 둡니다.")
}

pub(crate) fn too_many_notes() -> String {
    format!("적어 둔 말이 이미 {}개입니다. 더는 적지 못합니다", OwnerNote::MOST)
}
