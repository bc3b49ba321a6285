//! 서가: what is in stock, by search and by list; books are put on the shelf from a pasted sheet.

use admin::{Answer, NextCall};
use maud::{Markup, html};
use serde_json::{Value, json};
use web::{Page, Request};

use super::{Frame, answer, form};

/// Where it leads.
const HERE: &str = "/office/shelf";

/// The lists, by their names in the address and in the call.
const LISTS: [(&str, &str); 4] =
    [("low", "곧 빕니다"), ("gone", "다 나감"), ("spot", "자리 순"), ("title", "제목 순")];

/// The call that the address asks for: a search, a list, or what runs out.
pub(crate) fn call(request: &Request) -> Value {
    let asked = request.query.typed("q").trim();
    let mut call = if asked.is_empty() {
        let list = LISTS.iter().find(|(name, _)| *name == request.query.typed("list"));
        json!({ "list": list.map_or("low", |(name, _)| name) })
    } else {
        json!({ "search": asked })
    };
    let from = request.query.typed("from").parse::<u32>().ok();
    if let (Some(from), Some(fields)) = (from, call.as_object_mut()) {
        fields.insert(admin::FROM_ROW.to_owned(), from.max(1).into());
    }
    call
}

pub(crate) fn page(frame: &Frame, given: &Answer, request: &Request) -> Page {
    let body = html! {
        h1 { "서가" }
        (search(request))
        (answer::problems(given))
        @for line in &given.next { p role="status" { (line) } }
        @for show in &given.shows { (answer::card(frame, show, HERE)) }
        @for next in &given.calls {
            @if let Some(from) = next.call.get(admin::FROM_ROW).and_then(Value::as_u64) {
                @let field = |name| next.call.get(name).and_then(Value::as_str).unwrap_or_default();
                form method="get" action=(HERE) {
                    (form::hidden("q", field("search")))
                    (form::hidden("list", field("list")))
                    (form::hidden("from", &from.to_string()))
                    button.quiet { (next.why) }
                }
            }
        }
        (sheet(frame))
    };
    frame.page("서가", &body)
}

fn search(request: &Request) -> Markup {
    let asked = request.query.typed("q");
    let list = request.query.typed("list");
    let list = if list.is_empty() && asked.trim().is_empty() { "low" } else { list };
    html! {
        form method="get" action=(HERE) role="search" {
            div.field {
                label for="q" { "제목이나 지은이" }
                input id="q" type="search" name="q" value=(asked) autocomplete="off" maxlength="60";
            }
            button.quiet { "찾기" }
        }
        p.acts {
            @for (name, words) in LISTS {
                a.door.quiet href=(format!("{HERE}?list={name}"))
                    aria-current=[(name == list).then_some("true")] { (words) }
            }
        }
        p { a href="/shelf" { "손님이 보는 서가" } }
    }
}

/// The form for a sheet of books: a file, or a pasted table.
fn sheet(frame: &Frame) -> Markup {
    let (why, function) = ("살펴보기".to_owned(), "owner-shelve".to_owned());
    let next = NextCall { why, function, call: json!({ "csv": null, "file": null }) };
    html! {
        h2 { "책 들이기" }
        p.hint { "파일을 고르거나 표를 붙여 넣으십시오. 견본은 콘솔의 owner-shelve에 있습니다." }
        (form::filled(frame, &next, HERE, &|_| String::new()))
    }
}
