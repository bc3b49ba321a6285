//! 찾기: orders by whatever the owner knows of them.

use admin::Answer;
use maud::html;
use web::Page;

use super::{Frame, answer};

/// The page. `found`: what was found by `asked`.
pub(crate) fn page(frame: &Frame, asked: &str, found: Option<&Answer>) -> Page {
    let body = html! {
        h1 { "찾기" }
        form method="get" action="/office/find" role="search" {
            div.field {
                label for="q" { "무엇으로 찾으십니까" }
                span.hint id="q-hint" {
                    "전화번호, 받는 분이나 필명, 운송장 번호, 주문 번호(목-07)"
                }
                input id="q" type="search" name="q" value=(asked) autocomplete="off"
                    maxlength="60" aria-describedby="q-hint";
            }
            button { "찾기" }
        }
        @if let Some(found) = found {
            (answer::problems(found))
            @for line in &found.next { p role="status" { (line) } }
            @if found.shows.is_empty() {
                form method="get" action="/office/shelf" {
                    (super::form::hidden("q", asked))
                    button.quiet { "서가에서 책으로 찾기" }
                }
            }
            @for show in &found.shows { (answer::card(frame, show, "/office/find")) }
        }
    };
    frame.page("찾기", &body)
}
