//! 알림: price, terms, privacy, withdrawal, the contract with the reader, contact. No puzzle stands
//! before this page, and it needs no session.

mod text;

use std::sync::Arc;

use domain::base::price::{Price, PriceRange};
use maud::{Markup, html};
use web::{AppState, Method, Page, Refusal, Reply, Request, say};

/// Serves `/notice`.
#[expect(clippy::unused_async, reason = "every step is called the same way")]
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let title = say!(request, "값과 약속", "Price and promises");
    let body = html! {
        h1 { (title) }
        nav aria-label=(say!(request, "차례", "Contents")) { ul {
            @for section in text::SECTIONS {
                li { a href=(format!("#{}", section.id)) { (say!(request, section.korean.title, section.english.title)) } }
            }
        } }
        @for section in text::SECTIONS {
            @let words = say!(request, &section.korean, &section.english);
            section id=(section.id) {
                h2 { (words.title) }
                @if section.id == "price" { (price(&request)) }
                @for paragraph in words.paragraphs { p { (paragraph) } }
                @if section.id == "contact" { p {
                    (app.shop.name) br; (app.shop.phone) br;
                    a href=(format!("mailto:{}", app.shop.email)) { (app.shop.email) }
                } }
            }
        }
        p { a.door.quiet data-onward href="/" { (say!(request, "문으로 돌아가기", "Back to the door")) } }
    };
    Ok(Page::new("notice", title).body(body).into())
}

fn price(request: &Request) -> Markup {
    html! {
        table.sum {
            thead { tr {
                th scope="col" { (say!(request, "책값의 폭 (정가)", "Range (list price)")) }
                th scope="col" { (say!(request, "고르는 값", "Choosing")) }
                th scope="col" { (say!(request, "우송료", "Postage")) }
                th scope="col" { (say!(request, "모두", "In all")) }
            } }
            tbody { @for range in PriceRange::ALL {
                @let price = Price::within(range);
                tr {
                    th scope="row" { (say!(request, format!("{}원까지", range.up_to()), format!("up to ₩{}", range.up_to()))) }
                    td { (price.service) } td { (price.postage) } td { (price.total()) }
                }
            } }
        }
    }
}
