//! 찾기: an order by its number.

use maud::html;
use web::Page;

use super::Frame;

pub(crate) fn page(frame: &Frame, asked: &str) -> Page {
    let body = html! {
        h1 { "찾기" }
        form method="get" action="/office/find" role="search" {
            div.field {
                label for="q" { "주문 번호" }
                span.hint id="q-hint" { "목-07, 20261126-07, 또는 26글자" }
                input id="q" type="text" name="q" value=(asked) autocomplete="off"
                    aria-describedby="q-hint";
            }
            button { "찾기" }
        }
    };
    frame.page("찾기", &body)
}
