//! 포장: what is to be fetched and packed, and what is printed for it.

use admin::{Answer, NextCall, Show};
use maud::{Markup, html};
use serde_json::{Value, json};
use web::Page;

use super::{Frame, answer, form};

/// Where it leads.
pub(crate) const HERE: &str = "/office/pack";

/// Where the slips are printed.
pub(crate) const SLIPS: &str = "/office/slips";

pub(crate) fn page(frame: &Frame, given: &Answer) -> Page {
    let task =
        |show: &&Show, task: &str| show.data.get("what").and_then(Value::as_str) == Some(task);
    let to_pack: Vec<&Show> = given.shows.iter().filter(|show| task(show, "포장")).collect();
    let to_unpack: Vec<&Show> =
        given.shows.iter().filter(|show| task(show, "풀어 주십시오")).collect();
    let count = to_pack.len();
    let body = html! {
        h1 { "포장" @if count > 0 { " " (count) } }
        (answer::problems(given))
        @if to_pack.is_empty() {
            p { "포장할 책이 없습니다." }
            @if to_unpack.is_empty() { p { a.door.quiet href="/office/ship" { "부치기" } } }
        } @else {
            p.acts {
                a.door.quiet href="/office/list" { "꺼낼 책 목록" }
                a.door.quiet href="/office/labels" { "라벨" }
            }
            div.acts {
                (form::call(frame, &print(format!("쪽지 {count}장"), &to_pack), SLIPS))
            }
            @for show in &to_pack { (row(frame, show)) }
            div.acts { (form::call(frame, &all(to_pack.iter().copied()), HERE)) }
            p.soft { "책이 없거나 상했으면 번호를 눌러 책을 바꾸십시오." }
        }
        @if !to_unpack.is_empty() {
            h2 { "풀어 주십시오" }
            @for show in &to_unpack {
                section.card {
                    h3 { (show.title) }
                    (answer::facts(show))
                    div.acts { (form::call(frame, &unpack(show), HERE)) }
                }
            }
        }
    };
    frame.page(if count > 0 { format!("포장 {count}") } else { "포장".to_owned() }, &body)
}

fn row(frame: &Frame, show: &Show) -> Markup {
    let of = |name: &str| show.data.get(name).and_then(Value::as_str);
    let call = json!({ "packed": [name(show)] });
    let next = NextCall { why: "포장했습니다".into(), function: "owner-pack".into(), call };
    html! {
        section.card {
            h2 {
                a href=(format!("/office/order/{}", of("order").unwrap_or_default())) { (show.title) }
            }
            p {
                "「" (of("title").unwrap_or("제목을 모르는 책")) "」 "
                (of("author").unwrap_or_default())
                @if let Some(copy) = show.data.get("copy").and_then(Value::as_u64) {
                    " · " (copy) "권째"
                }
            }
            p.plain {
                @if let Some(spot) = of("spot") { "자리 " (spot) " · " }
                @match of("printed") {
                    Some(at) => { "쪽지 " (at) " 인쇄" }
                    None => "쪽지를 아직 인쇄하지 않았습니다",
                }
            }
            @for note in show.data.get("notes").and_then(Value::as_array).into_iter().flatten() {
                @if let Some(text) = note.get("text").and_then(Value::as_str) { p.warn { (text) } }
            }
            @if let Some(at) = of("address_corrected") {
                p.warn { (at) "에 받으실 곳을 고쳤습니다. 쪽지와 라벨을 다시 인쇄하십시오." }
            }
            @if show.data.get("late") == Some(&Value::Bool(true)) { p.warn { "늦었습니다" } }
            div.acts { (form::call(frame, &next, HERE)) }
        }
    }
}

/// The call that notes what is printed, before its page is.
pub(crate) fn print(why: impl Into<String>, to_pack: &[&Show]) -> NextCall {
    let names: Vec<&str> = to_pack.iter().copied().map(name).collect();
    let call = json!({ "printed": names });
    NextCall { why: why.into(), function: "owner-pack".into(), call }
}

/// The call that packs all of them.
pub(crate) fn all<'s>(to_pack: impl IntoIterator<Item = &'s Show>) -> NextCall {
    let names: Vec<&str> = to_pack.into_iter().map(name).collect();
    let call = json!({ "packed": names });
    NextCall { why: "모두 포장했습니다".into(), function: "owner-pack".into(), call }
}

fn unpack(show: &Show) -> NextCall {
    let call = json!({ "unpacked": [name(show)], "copy": "" });
    NextCall { why: "풀었습니다".into(), function: "owner-pack".into(), call }
}

/// An order by its id: short numbers come round every week.
fn name(show: &Show) -> &str {
    show.data.get("order").and_then(Value::as_str).unwrap_or_default()
}
