//! The call: read field by field, each problem with what was expected and an example.

use admin::{Problem, strangers};
use domain::{
    base::{free_text, id::OrderId},
    catalog::isbn::Isbn,
};
use serde_json::{Map, Value, json};

/// Most orders in one call.
const MOST: usize = 50;

/// What an order's number looks like.
pub(crate) const ORDER: &str = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7";

/// What the owner says to one order.
pub(crate) enum What {
    /// This book; with a reason if it was not proposed.
    Book { isbn: Isbn, because: Option<String> },
    /// "오늘은 없음".
    NoneToday,
}

/// One order and what is said to it.
pub(crate) struct Pick {
    pub(crate) order: OrderId,
    pub(crate) what: What,
}

/// A call, read.
pub(crate) enum Command {
    /// Pick books.
    Picks(Vec<Pick>),
    /// Show why.
    Why(OrderId),
}

impl Command {
    pub(crate) fn read(fields: &Map<String, Value>) -> Result<Self, Vec<Problem>> {
        let strange = strangers(fields, "", &["order", "picks"], &json!({ "picks": [example()] }));
        if !strange.is_empty() {
            return Err(strange);
        }
        if let Some(order) = fields.get("order") {
            return match id(order) {
                Some(order) => Ok(Self::Why(order)),
                None => Err(vec![Problem::new("order", "주문 번호 26글자를 적습니다", ORDER)]),
            };
        }
        let picks = match fields.get("picks").and_then(Value::as_array) {
            Some(picks) if !picks.is_empty() && picks.len() <= MOST => picks,
            _ => {
                let expected = format!(
                    "고를 주문을 1개에서 {MOST}개까지 대괄호 안에 적습니다. 까닭을 보려면 order에 주문 번호만 적습니다"
                );
                return Err(vec![Problem::new("picks", expected, json!([example()]))]);
            }
        };
        let mut problems = Vec::new();
        let mut read = Vec::new();
        for (place, value) in picks.iter().enumerate() {
            match pick(value, place) {
                Ok(pick) => read.push(pick),
                Err(mut wrong) => problems.append(&mut wrong),
            }
        }
        if problems.is_empty() { Ok(Self::Picks(read)) } else { Err(problems) }
    }
}

fn id(value: &Value) -> Option<OrderId> {
    value.as_str().and_then(|id| id.trim().parse().ok())
}

fn pick(value: &Value, place: usize) -> Result<Pick, Vec<Problem>> {
    let field = |name: &str| format!("picks[{place}].{name}");
    let order = value.get("order").and_then(id);
    let isbn = value.get("isbn").and_then(Value::as_str).map(str::parse::<Isbn>);
    let none_today = value.get("none_today").and_then(Value::as_bool).unwrap_or(false);
    let because = value.get("because").and_then(Value::as_str).map(free_text::line);
    let known = ["order", "isbn", "because", "none_today"];
    let mut problems = value
        .as_object()
        .map(|fields| strangers(fields, &field(""), &known, &example()))
        .unwrap_or_default();
    if order.is_none() {
        problems.push(Problem::new(field("order"), "주문 번호 26글자를 적습니다", ORDER));
    }
    let because = because.filter(|because| !because.is_empty());
    if because.as_ref().is_some_and(|because| because.chars().count() > 200) {
        problems.push(Problem::new(
            field("because"),
            "까닭은 200글자까지 적습니다",
            "이 편지에는 이 책이어야 합니다",
        ));
    }
    let what = match (isbn, none_today) {
        (Some(Ok(isbn)), false) => Some(What::Book { isbn, because }),
        (None, true) => Some(What::NoneToday),
        (Some(Ok(_)), true) => {
            let expected = "isbn과 none_today 가운데 하나만 적습니다";
            problems.push(Problem::new(field("none_today"), expected, Value::Null));
            None
        }
        (Some(Err(why)), _) => {
            problems.push(Problem::new(
                field("isbn"),
                format!("ISBN이 아닙니다 ({why})"),
                "9788936434120",
            ));
            None
        }
        (None, false) => {
            let expected = "고른 책의 ISBN을 적거나, 오늘은 없으면 \"none_today\": true를 적습니다";
            problems.push(Problem::new(field("isbn"), expected, "9788936434120"));
            None
        }
    };
    match (order, what) {
        (Some(order), Some(what)) if problems.is_empty() => Ok(Pick { order, what }),
        _ => Err(problems),
    }
}

/// A line that is right.
pub(crate) fn example() -> Value {
    json!({ "order": ORDER, "isbn": "9788936434120" })
}
