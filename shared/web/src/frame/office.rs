//! The frame of the owner's pages: the links of a morning's work in its order, and nothing of the
//! shop's plan or footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    reply::{OfficeFrame, Page},
    style,
};

/// The page, in Korean.
pub(crate) fn page(page: &Page, frame: &OfficeFrame, nonce: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ko" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (page.title) " · 공간문학 사무실" }
                link rel="icon" type="image/svg+xml" href="/icon.svg";
                style nonce=(nonce) {
                    (PreEscaped(style::Light::at(page.step).variables()))
                    (PreEscaped(style::FONT)) (PreEscaped(style::SHEET))
                    (PreEscaped(style::OFFICE))
                }
            }
            body data-step=(page.step) {
                a.skip href="#main" { "본문으로" }
                header {
                    a.name href="/office" { "공간문학 사무실" }
                    @if !frame.links.is_empty() { a href="/office/find" { "찾기" } }
                }
                @if !frame.links.is_empty() {
                    nav.desks aria-label="하루의 일" {
                        @for (path, name) in frame.links {
                            a href=(path) aria-current=[(*path == frame.here).then_some("page")] {
                                (name)
                            }
                        }
                    }
                }
                main id="main" { (page.body) }
            }
        }
    }
}
