//! The call: a month of money, or which days and where an earlier call stopped.

use admin::{Call, Problem, fields};
use domain::base::{calendar, id::OrderId};
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

/// Most days in one call.
const MOST_DAYS: i32 = 93;

/// A call, read.
pub(crate) enum Command {
    /// The money of a month, by its first day.
    Month(Date),
    /// The orders of a range of days.
    Orders(Range),
}

/// A range of days.
pub(crate) struct Range {
    /// The first day: that of the range, or the one on which an earlier call stopped.
    pub(crate) from: Date,
    /// The last day.
    pub(crate) until: Date,
    /// The last order of the first day that was exported before.
    pub(crate) after: Option<OrderId>,
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            let example = json!({ "from": "2026-11-01", "until": "2026-11-30" });
            fields.known(&["from", "until", "after", "tax"], &example);
            fields.checked()?;
            if fields.given("tax").is_some() {
                let past = |value: &Value| month(value).filter(|first| *first <= today);
                let expected = "달을 연-월로 적습니다. 이달까지의 달입니다";
                let example = today.strftime("%Y-%m").to_string();
                return fields.required("tax", past, expected, example).map(Self::Month);
            }
            let mut day = |name: &str, usual: Date| {
                let expected = "날짜를 연-월-일로 적습니다";
                let day = fields.optional(name, fields::date, expected, today.to_string());
                day.unwrap_or(usual)
            };
            let from = day("from", today.first_of_month());
            let until = day("until", today.max(from));
            if until < from || from.checked_add(MOST_DAYS.days()).is_ok_and(|last| until >= last) {
                let expected =
                    format!("until은 from과 같거나 뒤이고, 한 번에 {MOST_DAYS}일까지입니다");
                fields.problem("until", expected, from.to_string());
            }
            let position =
                |value: &Value| position(value).filter(|(day, _)| (from..=until).contains(day));
            let expected = "앞선 답의 calls에 적힌 after를 그대로 적습니다";
            let position = fields.optional("after", position, expected, Value::Null);
            let (from, after) = position.unwrap_or((from, None));
            Some(Self::Orders(Range { from, until, after }))
        })
    }
}

/// The first day of `2026-11`.
fn month(value: &Value) -> Option<Date> {
    let text = value.as_str()?.trim();
    (text.len() == 7).then(|| format!("{text}-01").parse().ok()).flatten()
}

/// `2026-11-23` or `2026-11-23/ORDER`.
fn position(value: &Value) -> Option<(Date, Option<OrderId>)> {
    let text = value.as_str()?;
    let (day, order) = match text.split_once('/') {
        Some((day, order)) => (day, Some(order.parse().ok()?)),
        None => (text, None),
    };
    Some((day.parse().ok()?, order))
}
