//! The call: what to find, or an order and at most one way out of its state.

use admin::{
    Call, Fields, OrderName, Problem,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{
    base::calendar,
    order::{CopyCondition, Order, OwnerNote, withdrawal::ReturnReason},
};
use jiff::civil::Date;
use serde_json::{Value, json};

/// The ways, by their field. The correction of the address will be one more.
const WAYS: [&str; 6] =
    ["cancel", "choose_anew", "in_the_post", "return_for", "arrival_taken_back", "note"];

/// What the owner wants.
pub(crate) enum Command {
    /// To find orders by what was typed.
    Find(String),
    /// To see an order, or to take a way out of its state.
    Order {
        name: OrderName,
        /// `None`: to see the order.
        way: Option<Way>,
    },
}

/// The longest text that is looked for, in characters.
const LONGEST_FIND: usize = 60;

/// A way out.
pub(crate) enum Way {
    /// Cancels the order.
    Cancel { reason: String },
    /// Takes the choice back, for the `times`th time.
    ChooseAnew { copy: CopyCondition, times: u32 },
    /// Something happened to the parcel.
    InThePost { accident: Accident, then: Then },
    /// Notes a withdrawal for a reader who called.
    ReturnFor { reason: ReturnReason, received: Option<Date> },
    /// Takes back a day of receipt that was noted by mistake.
    ArrivalTakenBack,
    /// Writes something down for the owner.
    Note { text: String },
}

/// What happened to a parcel in the post.
#[derive(Clone, Copy)]
pub(crate) enum Accident {
    /// It is lost.
    Lost,
    /// It came back, with its copy in this condition.
    Undeliverable(CopyCondition),
}

/// What is to be done about it.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// Sends a book again: the choice is made anew for the `times`th time.
    Again { times: u32 },
    /// Refunds all of the money.
    Refund,
}

/// The choice of [`Then`] in the call.
#[derive(Clone, Copy)]
enum ThenWord {
    Again,
    Refund,
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            let known: Vec<&str> =
                ["order", "find", "then", "copy", "times"].into_iter().chain(WAYS).collect();
            fields.known(&known, &json!({ "order": ORDER_EXAMPLE }));
            fields.checked()?;
            if fields.given("find").is_some() {
                let expected = format!(
                    "전화번호, 받는 분이나 필명, 운송장 번호, 주문 번호를 1자에서 {LONGEST_FIND}자까지 적습니다"
                );
                let typed =
                    fields.required("find", fields::text(1..=LONGEST_FIND), expected, "홍길동");
                return typed.map(Self::Find);
            }
            let order =
                fields.required("order", fields::order_name(today), ORDER_EXPECTED, ORDER_EXAMPLE);
            let given: Vec<&str> =
                WAYS.into_iter().filter(|way| fields.given(way).is_some()).collect();
            if let [_, second, ..] = given.as_slice() {
                let expected = format!("한 번에 한 가지만 적습니다: {}", WAYS.join(", "));
                fields.problem(second, expected, Value::Null);
                return None;
            }
            let way = match given.first() {
                None => None,
                Some(way) => Some(Way::read(way, fields)?),
            };
            Some(Self::Order { name: order?, way })
        })
    }
}

impl Way {
    /// Whether its state does not tell that it was taken, so that its call has to be remembered.
    pub(crate) const fn is_remembered(&self) -> bool {
        matches!(self, Self::ArrivalTakenBack | Self::Note { .. })
    }

    /// Whether it concerns the chosen copy.
    pub(crate) const fn moves_the_copy(&self) -> bool {
        !matches!(self, Self::ReturnFor { .. } | Self::ArrivalTakenBack | Self::Note { .. })
    }

    fn read(way: &str, fields: &mut Fields<'_, '_>) -> Option<Self> {
        match way {
            "cancel" => fields.object("cancel", |cancel| {
                cancel.known(&["reason"], &json!({ "reason": "품절된 책입니다" }));
                let longest = Order::LONGEST_REASON;
                let expected = format!("읽는 분께 알릴 까닭을 1자에서 {longest}자까지 적습니다");
                let reason = cancel.required(
                    "reason",
                    fields::text(1..=longest),
                    expected,
                    "품절된 책입니다",
                )?;
                Some(Self::Cancel { reason })
            }),
            "choose_anew" => fields.object("choose_anew", |anew| {
                anew.known(&["copy", "times"], &json!({ "copy": "good" }));
                let (copy, times) = (copy(anew), times(anew));
                Some(Self::ChooseAnew { copy: copy?, times: times? })
            }),
            "in_the_post" => {
                let lost = fields.one_of(
                    "in_the_post",
                    &[("lost", true), ("undeliverable", false)],
                    "꾸러미가 어떻게 되었는지 적습니다: lost(없어짐), undeliverable(돌아옴)",
                    "lost",
                );
                let then = fields.one_of(
                    "then",
                    &[("again", ThenWord::Again), ("refund", ThenWord::Refund)],
                    "어떻게 할지 적습니다: again(다시 보내기), refund(모두 돌려드리기)",
                    "again",
                );
                let times = times(fields);
                let accident =
                    if lost? { Accident::Lost } else { Accident::Undeliverable(copy(fields)?) };
                let then = match then? {
                    ThenWord::Again => Then::Again { times: times? },
                    ThenWord::Refund => Then::Refund,
                };
                Some(Self::InThePost { accident, then })
            }
            "return_for" => fields.object("return_for", |back| {
                let example = json!({ "reason": "mind_changed", "received": "2026-11-25" });
                back.known(&["reason", "received"], &example);
                let reason = back.required(
                    "reason",
                    fields::parsed::<ReturnReason>,
                    "까닭을 적습니다: mind_changed(마음이 바뀜), damaged(상했거나 약속과 다름)",
                    "mind_changed",
                );
                let received = back.optional(
                    "received",
                    fields::date,
                    "책을 받으신 날을 적습니다. 도착이 적혀 있으면 비워 둡니다",
                    "2026-11-25",
                );
                Some(Self::ReturnFor { reason: reason?, received })
            }),
            "note" => {
                let longest = OwnerNote::LONGEST;
                let expected = format!("적어 둘 말을 1자에서 {longest}자까지 적습니다");
                let text = fields::text(1..=longest);
                let text = fields.required("note", text, expected, "선물 포장을 부탁하셨음")?;
                Some(Self::Note { text })
            }
            _ => {
                let yes = |value: &Value| (value == &Value::Bool(true)).then_some(());
                fields.required("arrival_taken_back", yes, "true라고만 적습니다", true)?;
                Some(Self::ArrivalTakenBack)
            }
        }
    }
}

fn copy(fields: &mut Fields<'_, '_>) -> Option<CopyCondition> {
    let expected = "책의 상태를 적습니다: good(새 책과 같음), damaged(상함), lost(없음)";
    fields.required("copy", fields::parsed::<CopyCondition>, expected, "good")
}

/// For the how-manyth time the choice is made anew: 1 if absent.
fn times(fields: &mut Fields<'_, '_>) -> Option<u32> {
    if fields.given("times").is_none() {
        return Some(1);
    }
    let expected = "몇 번째로 다시 고르는지 적습니다. 처음이면 비워 둡니다";
    fields.required("times", fields::number(1..=100), expected, 2)
}
