//! The call: which books are picked, which order is shown, or whose proposals are explained.

use admin::{
    Call, Fields, OrderName, Problem, Rows,
    fields::{self, ISBN_EXAMPLE, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{
    base::{calendar, free_text, id::OrderId},
    catalog::isbn::Isbn,
};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Most orders in one call.
const MOST: usize = 50;

/// Most characters of a reason.
const LONGEST_REASON: usize = 200;

/// The longest search, in characters.
const LONGEST_SEARCH: usize = 60;

/// A call, read.
pub(crate) enum Command {
    /// Show the order that is to be picked for next: after this one, if one is named.
    Next(Option<OrderId>),
    /// Explain why these books were proposed.
    Explain(OrderName),
    /// Show the books that another one is picked from.
    Search(Search),
    /// Pick books.
    Pick(Rows<Pick>),
}

/// What another book is looked for by.
pub(crate) struct Search {
    /// The order that it is for; without one, the next that waits.
    pub(crate) order: Option<OrderName>,
    /// Words of title or author, or an ISBN.
    pub(crate) words: String,
    /// Why it is to be this book, if the owner said so already.
    pub(crate) because: Option<String>,
}

/// One order and what is decided for it.
pub(crate) struct Pick {
    pub(crate) order: OrderName,
    pub(crate) decision: PickDecision,
    /// The version of the order on which the owner decided.
    pub(crate) seen: Option<u64>,
}

/// What is decided for an order.
pub(crate) enum PickDecision {
    /// This book. One that was not proposed needs a reason.
    Book { isbn: Isbn, because: Option<String> },
    /// "오늘은 없음": no book today.
    NoneToday,
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            let known = ["order", "picks", "next", "after", "search", "because"];
            fields.known(&known, &json!({ "picks": [example()] }));
            fields.checked()?;
            if fields.given("search").is_some() {
                return search(fields, today).map(Self::Search);
            }
            if fields.given("order").is_some() {
                let name = fields::order_name(today);
                return fields
                    .required("order", name, ORDER_EXPECTED, ORDER_EXAMPLE)
                    .map(Self::Explain);
            }
            if fields.given("next") == Some(&Value::Bool(true)) {
                let expected = "그 다음을 보려는 주문의 번호 26글자를 적습니다";
                let after = fields.optional("after", fields::order_id, expected, ORDER_EXAMPLE);
                return Some(Self::Next(after));
            }
            let expected = format!(
                "고를 주문을 1개에서 {MOST}개까지 대괄호 안에 적습니다. \
                 하나씩 보려면 \"next\": true를, 까닭을 보려면 order에 주문 번호만 적습니다"
            );
            let picks = fields::list_of(1..=MOST);
            let picks = fields.required("picks", picks, expected, json!([example()]))?;
            Some(Self::Pick(fields.rows("picks", picks, |entry, _| pick(entry, today))))
        })
    }
}

fn search(fields: &mut Fields<'_, '_>, today: Date) -> Option<Search> {
    let name = fields::order_name(today);
    let order = fields.optional("order", name, ORDER_EXPECTED, ORDER_EXAMPLE);
    let expected =
        format!("제목이나 지은이의 낱말을 1자에서 {LONGEST_SEARCH}자까지, 또는 ISBN을 적습니다");
    let words = fields::text(1..=LONGEST_SEARCH);
    let words = fields.required("search", words, expected, "여름 그곳");
    let because = because(fields);
    Some(Search { order, words: words?, because })
}

/// The reason for a book, if there is one.
fn because(fields: &mut Fields<'_, '_>) -> Option<String> {
    let because = fields.given("because").and_then(fields::text(1..=usize::MAX));
    if because.as_ref().is_some_and(|because| free_text::length(because) > LONGEST_REASON) {
        let expected = format!("까닭은 {LONGEST_REASON}글자까지 적습니다");
        fields.problem("because", expected, "이 편지에는 이 책이어야 합니다");
    }
    because
}

fn pick(entry: &mut Fields<'_, '_>, today: Date) -> Option<Pick> {
    entry.known(&["order", "isbn", "because", "none_today", "seen"], &example());
    let order = entry.required("order", fields::order_name(today), ORDER_EXPECTED, ORDER_EXAMPLE);
    let seen = entry.seen();
    let because = because(entry);
    let none_today = entry.given("none_today") == Some(&Value::Bool(true));
    let decision = if none_today && entry.text("isbn").is_none() {
        PickDecision::NoneToday
    } else {
        let missing = "고른 책의 ISBN을 적거나, 오늘은 없으면 \"none_today\": true를 적습니다";
        let isbn = entry.isbn("isbn", missing)?;
        if none_today {
            let expected = "isbn과 none_today 가운데 하나만 적습니다";
            entry.problem("none_today", expected, Value::Null);
        }
        PickDecision::Book { isbn, because }
    };
    Some(Pick { order: order?, decision, seen })
}

/// A correct pick.
pub(crate) fn example() -> Value {
    json!({ "order": ORDER_EXAMPLE, "isbn": ISBN_EXAMPLE })
}
