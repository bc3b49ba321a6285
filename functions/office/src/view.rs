//! What `/office` shows.

use maud::html;
use web::{Page, Request, say};

/// The page, in the reader's language.
pub(crate) fn page(request: &Request) -> Page {
    let title = say!(request, "새 방", "A new room");
    let back = say!(request, "문으로 돌아가기", "Back to the door");
    let body = html! {
        h1 { (title) }
        p { a.door.quiet data-onward href="/" { (back) } }
    };
    Page::new("office", title).body(body)
}
