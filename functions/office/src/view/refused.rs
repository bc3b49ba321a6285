//! What the office does not do, in the owner's own frame.

use maud::{Markup, html};
use web::{OfficeFrame, Page, StatusCode};

fn page(title: &str, status: StatusCode, body: &Markup) -> Page {
    let body = html! {
        h1 { (title) }
        (body)
        p { a.door.quiet href="/office" { "오늘" } }
    };
    Page::new("office", title).office(OfficeFrame::default()).body(body).status(status)
}

pub(crate) fn not_found() -> Page {
    page("이런 쪽은 없습니다", StatusCode::NOT_FOUND, &html! { p { "주소를 다시 보아 주십시오." } })
}

/// The form came from another site, or from a page that was opened before this device was let in.
pub(crate) fn foreign_form() -> Page {
    let body = html! {
        p { "바뀐 것은 없습니다. 화면을 새로 열고 다시 해 주십시오." }
    };
    page("이 화면에서 보낸 것이 아닙니다", StatusCode::FORBIDDEN, &body)
}

pub(crate) fn no_form() -> Page {
    let body = html! { p { "이 화면은 보기 전용입니다." } };
    page("할 수 없는 일입니다", StatusCode::METHOD_NOT_ALLOWED, &body)
}
