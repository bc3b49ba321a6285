//! What the owner reads.

use admin::OrderName;
use domain::{
    base::{format, korean::Particle, text::Language},
    order::State,
};
use jiff::Timestamp;

use crate::command::Command;

/// What the call does that records it.
pub(crate) const RECORD: &str = "부친 것으로 적고 알리기";

/// The order is not as it was when the owner looked.
pub(crate) const CHANGED_MEANWHILE: &str =
    "그 사이 이 주문이 바뀌었습니다. 다시 보시고 적어 주세요";

pub(crate) const NOT_DONE: &str = "problems에 적힌 꾸러미는 하지 않았습니다. \
                                   owner-desk로 무엇이 기다리는지 보실 수 있습니다.";

pub(crate) const DONE: &str = "owner-desk로 남은 일을 볼 수 있습니다. \
                               부친 책이 닿은 것을 아시면 delivered에 주문 번호를 적어 부르세요. \
                               읽는 분이 창에서 스스로 적을 수도 있습니다.";

fn of(command: &Command, line: &str) -> String {
    format!("주문 {} → {}: {line}", command.order(), command.parcel().line(Language::Ko))
}

/// `corrected`: when the address was corrected, if that was after it may have been printed.
pub(crate) fn would_record(command: &Command, corrected: Option<Timestamp>) -> String {
    let line = of(
        command,
        match command {
            Command::Post { .. } => "부친 것으로 적고 읽는 분께 알립니다",
            Command::Renumber { .. } => "운송장 번호를 고치고 읽는 분께 바로잡아 알립니다",
        },
    );
    with_address(line, corrected)
}

fn with_address(line: String, corrected: Option<Timestamp>) -> String {
    match corrected.map(|at| format::date_time(at, Language::Ko)) {
        Some(at) => format!("{line}. 받으실 곳은 {at}에 고친 곳입니다"),
        None => line,
    }
}

pub(crate) fn recorded(command: &Command, corrected: Option<Timestamp>) -> String {
    let line = of(
        command,
        match command {
            Command::Post { .. } => "부친 것으로 적었습니다. 읽는 분께 알립니다",
            Command::Renumber { .. } => "운송장 번호를 고쳤습니다. 읽는 분께 바로잡아 알립니다",
        },
    );
    with_address(line, corrected)
}

pub(crate) fn recorded_before(command: &Command) -> String {
    of(command, "이미 적혀 있습니다. 두 번 하지 않았습니다")
}

/// The order has a parcel with another tracking number than the call expects.
pub(crate) fn other_parcel(known: &str) -> String {
    format!(
        "이미 {known} 꾸러미로 부친 주문입니다. \
         번호를 고치시려면 먼저 적은 번호를 instead_of에 적습니다"
    )
}

pub(crate) fn wrong_state(command: &Command, now: State) -> String {
    let now = now.title();
    match command {
        Command::Post { .. } => format!("부칠 수 있는 때가 아닙니다. 지금은 {now} 상태입니다"),
        Command::Renumber { .. } => {
            format!("부치고 나서 닿기 전까지만 번호를 고칠 수 있습니다. 지금은 {now} 상태입니다")
        }
    }
}

pub(crate) fn would_arrive(id: OrderName) -> String {
    format!("주문 {id}: 오늘 닿은 것으로 적습니다. 반품 기간은 오늘부터 셉니다")
}

pub(crate) fn arrived(id: OrderName) -> String {
    format!("주문 {id}: 오늘 닿은 것으로 적었습니다. 반품 기간은 오늘부터 셉니다")
}

pub(crate) fn arrived_before(id: OrderName) -> String {
    format!("주문 {id}: 닿은 날이 이미 적혀 있습니다. 두 번 하지 않았습니다")
}

pub(crate) fn not_posted(now: State) -> String {
    format!("부친 주문만 닿았다고 적을 수 있습니다. 지금은 {} 상태입니다", now.title())
}

pub(crate) fn said_twice(command: &Command) -> String {
    let order = Particle::Subject.attach(&command.order().to_string());
    format!("주문 {order} 이 부름에 두 번 있습니다. 맞는 번호 하나만 남겨 주세요")
}

pub(crate) fn one_number_for_two(earlier: OrderName, command: &Command) -> String {
    format!(
        "{}번이 두 주문에 적혀 있습니다: {earlier}, {}. 주문마다 번호가 하나씩 있어야 합니다",
        command.parcel().line(Language::Ko),
        command.order()
    )
}

/// Another order was posted under the number.
pub(crate) fn number_of_another(other: OrderName, command: &Command) -> String {
    format!(
        "{}번은 이미 {other} 꾸러미의 번호입니다. 잘못 옮겨 적은 것이 아닌지 보아 주십시오",
        command.parcel().line(Language::Ko)
    )
}
