//! The call: one of five commands, each recognized by a field that only it has.

use admin::{
    Call, Fields, Problem,
    fields::{self, ORDER_EXAMPLE},
};
use domain::{
    base::{calendar, id::OrderId, money::Won},
    order::{CopyCondition, refund::Refund},
};
use jiff::civil::Date;
use serde_json::{Value, json};

/// An example of how a reversed bank transfer was settled.
pub(crate) const SETTLED_EXAMPLE: &str = "읽는 분이 계좌로 다시 보내 주셨습니다";

/// A call, read.
pub(crate) enum Command {
    /// Show the refunds that are not done, and the books on their way back.
    List,
    /// Refund an amount.
    Refund(OwnersRefund),
    /// Record a refund that the provider refused and the owner made by hand.
    ByHand(OwnersRefund, Date),
    /// Record that a book came back, and refund what was promised for that.
    CameBack(CameBack),
    /// Record how a reversed bank transfer of a packed order was settled with the reader.
    Settle { order: OrderId, how: String },
}

/// An amount, and the reason that the reader is told.
pub(crate) struct OwnersRefund {
    pub(crate) order: OrderId,
    pub(crate) amount: Won,
    pub(crate) reason: String,
}

/// A book that came back.
pub(crate) struct CameBack {
    pub(crate) order: OrderId,
    pub(crate) day: Date,
    /// Its condition: only a copy like new goes back on the shelf.
    pub(crate) copy: CopyCondition,
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            let known = ["order", "amount", "reason", "came_back", "copy", "by_hand", "settled"];
            let example = json!({
                "order": ORDER_EXAMPLE, "amount": 3_000, "reason": "모서리가 접힌 책을 보내 드려서"
            });
            fields.known(&known, &example);
            fields.checked()?;
            if fields.given("came_back").is_some() {
                came_back(fields, today).map(Self::CameBack)
            } else if !fields.is_blank("settled") {
                let order = fields.order("order");
                let how = settled(fields);
                Some(Self::Settle { order: order?, how: how? })
            } else if !fields.is_blank("by_hand") {
                let refund = refund(fields);
                let problem = by_hand_problem(today);
                let day =
                    fields.required("by_hand", fields::date, problem.expected, problem.example);
                Some(Self::ByHand(refund?, day?))
            } else if ["order", "amount", "reason"].into_iter().all(|name| fields.is_blank(name)) {
                Some(Self::List)
            } else {
                refund(fields).map(Self::Refund)
            }
        })
    }
}

fn refund(fields: &mut Fields<'_, '_>) -> Option<OwnersRefund> {
    let order = fields.order("order");
    let expected = "돌려드릴 금액을 원 단위의 수로, 따옴표 없이 적습니다";
    let amount = fields.required("amount", fields::number(1..=u64::MAX), expected, 3_000);
    let expected = format!(
        "까닭을 1자에서 {}자까지 적습니다. 읽는 분의 편지에도 적힙니다",
        Refund::LONGEST_NOTE
    );
    let reason = fields::text(1..=Refund::LONGEST_NOTE);
    let reason = fields.required("reason", reason, expected, "모서리가 접힌 책을 보내 드려서");
    Some(OwnersRefund { order: order?, amount: Won(amount?), reason: reason? })
}

fn came_back(fields: &mut Fields<'_, '_>, today: Date) -> Option<CameBack> {
    let order = fields.order("order");
    let expected = "책이 돌아온 날짜를 연-월-일로 적습니다";
    let day = fields.required("came_back", fields::date, expected, today.to_string());
    let expected = "책의 상태를 적습니다: good(새 책과 같음), damaged(상함), lost(없음)";
    let copy = |value: &Value| value.as_str()?.trim().parse::<CopyCondition>().ok();
    let copy = fields.required("copy", copy, expected, "good");
    Some(CameBack { order: order?, day: day?, copy: copy? })
}

fn settled(fields: &mut Fields<'_, '_>) -> Option<String> {
    let expected = format!("어떻게 매듭지었는지 1자에서 {}자까지 적습니다", Refund::LONGEST_NOTE);
    fields.required("settled", fields::text(1..=Refund::LONGEST_NOTE), expected, SETTLED_EXAMPLE)
}

/// A day that is not one, or not between the refund's promise and today.
pub(crate) fn by_hand_problem(today: Date) -> Problem {
    let expected = "돌려드린 날을 해-달-날로 적습니다. 환불을 약속한 날부터 오늘까지의 날입니다";
    Problem::new("by_hand", expected, today.to_string())
}
