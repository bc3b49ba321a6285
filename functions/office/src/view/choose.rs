//! 고르기: one order a page, with its letter and what went before; a pick leads to the next.

use admin::{Answer, NextCall, Show};
use maud::{Markup, html};
use serde_json::{Value, json};
use web::{Page, Request};

use super::{Frame, answer, form};

/// What the button does if every proposed book has gone.
const ANEW: &str = "세 권을 새로 권하기";

/// Where a pick leads.
const NEXT: &str = "/office/choose";

/// The words by which another book is looked for, in the address.
const WORDS: &str = "q";

/// Why it is to be another book.
const BECAUSE: &str = "because";

/// The call that the address asks for: an order or the next one, with the books that are found by the
/// words in it.
pub(crate) fn call(request: &Request, order: Option<&str>) -> Value {
    let words = request.query.typed(WORDS).trim();
    match (order, request.query.get("after")) {
        (Some(order), _) if words.is_empty() => json!({ "order": order }),
        (Some(order), _) => {
            let because = request.query.typed(BECAUSE).trim();
            let because = (!because.is_empty()).then_some(because);
            json!({ "order": order, "search": words, "because": because })
        }
        (None, Some(after)) => json!({ "next": true, "after": after }),
        (None, None) => json!({ "next": true }),
    }
}

pub(crate) fn page(frame: &Frame, given: &Answer, request: &Request) -> Page {
    let left = given.left.unwrap_or_default();
    let choice = given.shows.iter().find(|show| show.kind == "choice");
    let body = html! {
        h1 { "고르기" @if left > 0 { " " (left) } }
        (answer::problems(given))
        @match choice {
            Some(show) => (order(frame, show, given, request)),
            None if given.problems.is_empty() => {
                p { "고를 주문이 없습니다." }
                p { a.door.quiet href="/office/pack" { "포장" } }
            }
            // What was looked for cannot be read; it stays in its form.
            None => @if let Some(id) = request.parameter("id") {
                @if request.query.get(WORDS).is_some() { (another(frame, id, given, request)) }
            },
        }
        @let reasons: Vec<&Show> = given.shows.iter().filter(|show| show.kind == "why").collect();
        @if !reasons.is_empty() {
            details {
                summary { "왜 골랐고 왜 빠졌는지 " (reasons.len()) }
                dl { @for show in reasons {
                    dt { (show.title) } dd { (show.text.as_deref().unwrap_or_default()) }
                } }
            }
        }
    };
    frame.page(if left > 0 { format!("고르기 {left}") } else { "고르기".to_owned() }, &body)
}

fn order(frame: &Frame, show: &Show, given: &Answer, request: &Request) -> Markup {
    let list =
        |name: &str| show.data.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (had, letters, proposals) = (list("had"), list("letters"), list("proposals"));
    let id = text(&show.data, "order");
    html! {
        h2 { a href=(format!("/office/order/{id}")) { (show.title) } }
        (answer::facts(show))
        @match &show.text {
            Some(letter) => p.letter { (letter) },
            None => p.soft { "편지가 없습니다." },
        }
        @if !had.is_empty() {
            details {
                summary { "지난 책 " (had.len()) }
                ul { @for book in &had { li { "「" (text(book, "title")) "」 " (text(book, "on")) } } }
            }
        }
        @if !letters.is_empty() {
            details {
                summary { "지난 편지 " (letters.len()) }
                @for letter in &letters {
                    p.soft { (text(letter, "by")) " · " (text(letter, "at")) }
                    p.letter { (text(letter, "text")) }
                }
            }
        }
        @for (proposal, next) in proposals.iter().zip(&show.calls) {
            (pick(frame, proposal, next))
        }
        @if let (true, Some(next)) = (proposals.iter().all(is_gone), show.calls.first()) {
            @if !proposals.is_empty() {
                div.acts { (form::call(frame, &NextCall { why: ANEW.into(), ..next.clone() }, NEXT)) }
            }
        }
        @if show.calls.iter().any(|next| is_search(&next.call)) {
            (another(frame, id, given, request))
        }
        (answer::acts(frame, &rest(show, proposals.len()), NEXT))
        @if !show.calls.is_empty() {
            p {
                a href=(format!("{NEXT}?after={id}")) { "나중에 고르기" } " · "
                a href=(format!("{NEXT}/{id}")) { "왜 빠졌는지" }
            }
        }
    }
}

/// The calls behind those of the proposals, but for the search, which has a form of its own.
fn rest(show: &Show, proposals: usize) -> Vec<NextCall> {
    let rest = show.calls.iter().skip(proposals);
    rest.filter(|next| !is_search(&next.call)).cloned().collect()
}

fn is_search(call: &Value) -> bool {
    call.get("search").is_some()
}

/// Another book: by words or ISBN, with the reason that it needs; and what was found by them.
fn another(frame: &Frame, order: &str, given: &Answer, request: &Request) -> Markup {
    let (words, because) = (request.query.typed(WORDS), request.query.typed(BECAUSE));
    let found = given.shows.iter().filter(|show| show.kind == "found");
    let asked = !words.trim().is_empty();
    html! {
        details id="another" open[asked] {
            summary { "다른 책" }
            form method="get" action=(format!("{NEXT}/{order}#another")) role="search" {
                div.field {
                    label for="words" { "제목이나 지은이, 또는 ISBN" }
                    input id="words" type="search" name=(WORDS) value=(words) autocomplete="off"
                        maxlength="60";
                }
                div.field {
                    label for="because" { "권하지 않은 책을 고르시는 까닭" }
                    span.hint id="because-hint" { "주인장만 봅니다. 찾은 뒤에 적으셔도 됩니다" }
                    input id="because" type="text" name=(BECAUSE) value=(because) maxlength="200"
                        autocomplete="off" aria-describedby="because-hint";
                }
                button.quiet { "찾기" }
            }
            @if asked {
                @for line in &given.next { p role="status" { (line) } }
                @for show in found {
                    section.pick {
                        h3 { (show.title) }
                        (answer::facts(show))
                        @for next in &show.calls { (form::call(frame, next, NEXT)) }
                    }
                }
                p { a href=(format!("/office/shelf?q={}", web::path_segment(words))) { "서가에서 보기" } }
            }
        }
    }
}

fn pick(frame: &Frame, proposal: &Value, next: &NextCall) -> Markup {
    let number = |name: &str| proposal.get(name).and_then(Value::as_u64);
    html! {
        section.pick {
            h3 { "「" (text(proposal, "title")) "」 " (text(proposal, "author")) }
            p.soft {
                (text(proposal, "publisher"))
                @if let Some(pages) = number("pages") { " · " (pages) "쪽" }
                @if let Some(price) = number("list_price") {
                    " · " (domain::base::money::Won(price)) "원"
                }
                @match number("free") {
                    Some(0) => strong { " · 그 사이 나간 책입니다" },
                    Some(free) => { " · 남은 책 " (free) },
                    None => {},
                }
                @if let Some(love) = number("love") { " · 아낌 " (love) }
            }
            @if let Some(named) = proposal.get("named").and_then(Value::as_str) {
                p.warn { (named) ". 이미 있거나 원하지 않는 책일 수 있습니다." }
            }
            p { (text(proposal, "reason")) }
            @if !is_gone(proposal) { (form::call(frame, next, NEXT)) }
        }
    }
}

/// Whether the last copy went to another order since the book was proposed. Its pick brings three new
/// proposals.
fn is_gone(proposal: &Value) -> bool {
    proposal.get("free").and_then(Value::as_u64) == Some(0)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
