//! 서가: books are put on the shelf from a pasted sheet.

use maud::html;
use web::Page;

use super::{Frame, form};

pub(crate) fn page(frame: &Frame) -> Page {
    let body = html! {
        h1 { "서가" }
        p { a href="/shelf" { "손님이 보는 서가" } }
        h2 { "책 들이기" }
        form method="post" action="/office/do" {
            (form::hidden("form", &frame.token))
            (form::hidden("function", "owner-shelve"))
            (form::hidden("why", "살펴보기"))
            (form::hidden("then", "/office/shelf"))
            (form::hidden("call", "{\"csv\":\"\"}"))
            div.field {
                label for="csv" { "엑셀이나 CSV에서 복사해 붙여 넣으십시오" }
                span.hint id="csv-hint" { "첫 줄에 칸 이름이 있어야 합니다. 견본은 콘솔의 owner-shelve에 있습니다." }
                textarea id="csv" name="/csv" aria-describedby="csv-hint" spellcheck="false" {}
            }
            button { "살펴보기" }
        }
    };
    frame.page("서가", &body)
}
