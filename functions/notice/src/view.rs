//! The page of the notice.

use domain::base::{
    price::{Price, PriceRange},
    text::Language,
};
use maud::{Markup, html};
use web::{Page, Request, Shop, say};

use crate::text::{SECTIONS, Section, Words};

pub(crate) fn page(request: &Request, shop: &Shop) -> Page {
    let title = say!(request, "값과 약속", "Price and promises");
    let body = html! {
        h1 { (title) }
        nav aria-label=(say!(request, "차례", "Contents")) { ul {
            @for section in SECTIONS {
                li { a href=(format!("#{}", section.id)) { (words(section, request).title) } }
            }
        } }
        @for section in SECTIONS {
            section id=(section.id) {
                h2 { (words(section, request).title) }
                @if section.id == "price" { (prices(request)) }
                @for paragraph in words(section, request).paragraphs { p { (paragraph) } }
                @if section.id == "contact" {
                    p { a.door.quiet href="/contact" { (say!(request, "문의하기", "Ask the shop")) } }
                }
                @if section.id == "contact" { p {
                    (shop.name) br; (shop.phone) br;
                    a href=(format!("mailto:{}", shop.email)) { (shop.email) }
                } }
            }
        }
        p { a.door.quiet data-onward href="/" {
            (say!(request, "문으로 돌아가기", "Back to the door"))
        } }
    };
    Page::new("notice", title).body(body)
}

fn words<'a>(section: &'a Section, request: &Request) -> &'a Words {
    match request.language {
        Language::Ko => &section.korean,
        Language::En => &section.english,
    }
}

fn prices(request: &Request) -> Markup {
    html! {
        table.sum {
            thead { tr {
                th scope="col" { (say!(request, "책값 범위 (정가)", "Range (list price)")) }
                th scope="col" { (say!(request, "책 고르는 삯", "Choosing fee")) }
                th scope="col" { (say!(request, "배송비", "Postage")) }
                th scope="col" { (say!(request, "모두", "Total")) }
            } }
            tbody { @for range in PriceRange::ALL {
                @let price = Price::within(range);
                @let up_to = range.up_to();
                tr {
                    th scope="row" { (say!(request, "{up_to}원까지", "up to ₩{up_to}")) }
                    td { (price.service) } td { (price.postage) } td { (price.total()) }
                }
            } }
        }
    }
}
