//! The page of the shelf.

use domain::{
    base::{korean, price::PriceRange},
    catalog::selection::Book,
};
use maud::{Markup, html};
use web::{Drawing, Page, Request, Words, say};

pub(crate) fn page(
    request: &Request,
    range: PriceRange,
    books: &[Book],
    next: Option<&str>,
) -> Page {
    let title = say!(request, "서가", "The shelf");
    let body = html! {
        h1 { (title) }
        p { (say!(
            request,
            "올 수 있는 책은 모두 여기 있습니다. 책등은 안쪽을 보고 있으니, 알고 싶으신 것만 펼쳐 보십시오.",
            "Every book that could come stands here, its spine turned inward. Open only those you wish to know."
        )) }
        nav aria-label=(say!(request, "책값 범위", "Price range")) {
            p { @for other in PriceRange::ALL {
                @if other == range {
                    strong aria-current="page" { (range_name(other, request)) }
                } @else {
                    a href=(format!("/shelf?range={}", other.name())) {
                        (range_name(other, request))
                    }
                }
                " "
            } }
        }
        @if books.is_empty() {
            p.keeper { (say!(
                request,
                "이 칸은 지금 비어 있소.",
                "This shelf is empty just now."
            )) }
        }
        @for (place, book) in books.iter().enumerate() {
            (one_book(place + 1, book, request))
        }
        @if let Some(next) = next {
            @let after = next.replace('#', "%23");
            p { a.door.quiet href=(format!("/shelf?range={}&after={after}", range.name())) {
                (say!(request, "다음 칸", "Next shelf"))
            } }
        }
        p { a data-onward href="/" { (say!(request, "문으로 돌아가기", "Back to the door")) } }
    };
    Page::new("shelf", title).drawing(Drawing::Bookshelf).body(body)
}

fn range_name(range: PriceRange, request: &Request) -> Words {
    say!(request, "{up_to}원까지", "up to ₩{up_to}", up_to = range.up_to())
}

fn one_book(number: usize, book: &Book, request: &Request) -> Markup {
    let counted = korean::counted(number);
    html! {
        details {
            summary { (say!(request, "{counted} 번째 책", "Book {number}")) }
            p lang="ko" {
                strong { (book.title) } br;
                (book.author)
                @if let Some(translator) = &book.translator { " · " (translator) " 옮김" }
            }
            p.plain {
                span lang="ko" { (book.publisher) } " · "
                (say!(
                    request,
                    "{pages}쪽 · 정가 {price}원",
                    "{pages} pages · list price ₩{price}",
                    pages = book.pages,
                    price = book.list_price
                ))
            }
        }
    }
}
