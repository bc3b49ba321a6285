//! What the owner reads of an order that is to be picked for.

use std::collections::HashMap;

use admin::{NextCall, Show, note_line, order_title};
use domain::{
    base::{format, price::PriceRange, text::Language},
    catalog::{
        isbn::Isbn,
        naming::Named,
        selection::{Book, why_not},
    },
    order::{Order, State, letter::Author},
};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::{Earlier, OneBook, Versioned};

/// Where the owner's pages show an order that is to be picked for.
const PAGE: &str = "/office/choose";

/// What looks for another book.
pub(crate) const ANOTHER: &str = "다른 책 찾기";

/// What is read beside an order.
pub(crate) struct Beside {
    pub(crate) pen_name: Option<String>,
    pub(crate) letter: Option<String>,
    pub(crate) earlier: Earlier,
    /// The proposed books.
    pub(crate) books: HashMap<Isbn, Versioned<Book>>,
}

/// An order with its proposals, its letter and what went before.
pub(crate) fn choice(order: &Versioned<Order>, beside: &Beside, today: Date) -> Show {
    let Versioned { value: order, version, .. } = order;
    let earlier = &beside.earlier;
    let letters: Vec<Value> = earlier
        .letters
        .iter()
        .map(|letter| {
            json!({
                "by": if letter.author == Author::Owner { "주인장" } else { "읽는 분" },
                "at": format::date_time(letter.at, Language::Ko),
                "text": letter.text.reveal(),
            })
        })
        .collect();
    let had: Vec<Value> =
        earlier.books.iter().map(|(title, on)| json!({ "title": title, "on": on })).collect();
    let data = json!({
        "order": order.id.to_string(),
        "version": version,
        "proposals": proposals(order, &beside.books),
        "rests": order.rests(today),
        "had": had,
        "letters": letters,
    });
    let range = format!("{}원까지", order.price.range.up_to());
    let mut show = Show::new("choice", order_title(order, beside.pen_name.as_deref()), data)
        .fact("약속한 날", format!("{}까지", format::korean_date(order.promised)))
        .fact("값", range)
        .fact_if("적어 둔 말", note_line(order))
        .fact_if("편지", order.named_on_desk().map(Named::title))
        .text(beside.letter.clone())
        .page(format!("{PAGE}/{}", order.id));
    show.calls = calls(order, *version);
    show
}

/// The call that picks for an order as it was seen.
fn pick(order: &str, version: u64, why: String, mut pick: Value) -> NextCall {
    if let Some(fields) = pick.as_object_mut() {
        fields.insert("order".into(), order.into());
        fields.insert("seen".into(), version.into());
    }
    NextCall { why, function: "owner-choose".into(), call: json!({ "picks": [pick] }) }
}

/// A book that another one is looked for among: what it is, and the call that picks it or why it
/// cannot be sent. `because` is the reason that the owner gave already.
pub(crate) fn found(order: &Versioned<Order>, one: &OneBook, because: Option<&str>) -> Show {
    let OneBook { book, reason, named, .. } = one;
    let not = reason.as_ref().err().map(|why| why_not(*why));
    let range = PriceRange::of(book.list_price).map(|range| format!("{}원까지", range.up_to()));
    let (isbn, free) = (book.isbn.to_string(), book.free());
    let data = json!({
        "isbn": isbn,
        "title": book.title,
        "author": book.author,
        "publisher": book.publisher,
        "pages": book.pages,
        "list_price": book.list_price.0,
        "free": free,
        "love": u8::from(book.love),
        "named": named.map(Named::title),
        "why_not": not,
    });
    let mut show = Show::new("found", format!("「{}」 {}", book.title, book.author), data)
        .fact("정가", format::won(book.list_price, Language::Ko))
        .fact_if("값", range)
        .fact("남은 책", format!("{free}권"))
        .fact("출판사", format!("{} · {}쪽", book.publisher, book.pages))
        .fact_if("편지", named.map(Named::title))
        .fact_if("보낼 수 없음", not);
    if not.is_none() && order.value.state == State::Choosing {
        let fields = json!({ "isbn": isbn, "because": because.unwrap_or_default() });
        let why = format!("「{}」 고르기", book.title);
        show.calls = vec![pick(&order.value.id.to_string(), order.version, why, fields)];
    }
    show
}

/// The calls that pick each proposal, another book, or none today.
fn calls(order: &Order, version: u64) -> Vec<NextCall> {
    if order.state != State::Choosing {
        return Vec::new();
    }
    let id = order.id.to_string();
    let pick = |why: String, fields: Value| pick(&id, version, why, fields);
    let proposals = order.desk.as_ref().map(|desk| desk.proposals.as_slice()).unwrap_or_default();
    let mut calls: Vec<NextCall> = proposals
        .iter()
        .map(|proposal| {
            let mut fields = json!({ "isbn": proposal.isbn.to_string() });
            if let (Some(_), Some(fields)) = (proposal.named, fields.as_object_mut()) {
                fields.insert("because".into(), "".into());
            }
            pick(format!("「{}」 고르기", proposal.title), fields)
        })
        .collect();
    let search = json!({ "order": id, "search": "", "because": "" });
    let (why, function) = (ANOTHER.to_owned(), "owner-choose".to_owned());
    calls.push(NextCall { why, function, call: search });
    calls.push(pick("오늘은 없음".into(), json!({ "none_today": true })));
    calls
}

/// The proposals of an order, with the facts of each book.
fn proposals(order: &Order, books: &HashMap<Isbn, Versioned<Book>>) -> Vec<Value> {
    let proposals = order.desk.as_ref().map(|desk| desk.proposals.as_slice()).unwrap_or_default();
    proposals
        .iter()
        .map(|proposal| {
            let book = books.get(&proposal.isbn).map(|book| &book.value);
            json!({
                "isbn": proposal.isbn.to_string(),
                "title": proposal.title,
                "score": proposal.score,
                "reason": proposal.reason,
                "named": proposal.named.map(Named::title),
                "author": book.map(|book| book.author.as_str()),
                "publisher": book.map(|book| book.publisher.as_str()),
                "pages": book.map(|book| book.pages),
                "list_price": book.map(|book| book.list_price.0),
                "free": book.map(Book::free),
                "love": book.map(|book| u8::from(book.love)),
            })
        })
        .collect()
}

/// The new proposals of an order whose old ones cannot be sent any more.
pub(crate) fn proposed_anew(order: &Order) -> Show {
    let data = json!({
        "order": order.id.to_string(),
        "proposals": proposals(order, &HashMap::new()),
    });
    Show::new("proposals", order_title(order, None), data)
}

/// Why a book was proposed or not.
pub(crate) fn why(isbn: &Isbn, title: Option<&str>, why: &str) -> Show {
    let data = json!({ "isbn": isbn.to_string(), "title": title, "why": why });
    Show::new("why", title.unwrap_or(isbn.as_str()), data).text(Some(why))
}
