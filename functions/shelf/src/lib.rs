//! 서가: every book that could come. The spines are turned inward; each is opened on purpose.

use std::sync::Arc;

use domain::{
    base::{korean, price::PriceRange},
    catalog::selection::Book,
};
use maud::{Markup, html};
use store::BookPage;
use web::{AppState, Drawing, Method, Page, Refusal, Reply, Request, say};

/// Books on a page.
const SHOWN: i32 = 48;

/// Serves `/shelf`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let range = match request.query.get("range") {
        None => PriceRange::Middle,
        Some(name) => name.parse().map_err(|_| Refusal::NotFound)?,
    };
    let books = app.store.shelf(range, request.query.get("after"), SHOWN).await?;
    Ok(page(&request, range, &books).into())
}

fn page(request: &Request, range: PriceRange, books: &BookPage) -> Page {
    let title = say!(request, "서가", "The shelf");
    let body = html! {
        h1 { (title) }
        p { (say!(
            request,
            "올 수 있는 책은 모두 여기 있습니다. 책등은 안쪽을 보고 있으니, 알고 싶으신 것만 펼쳐 보십시오.",
            "Every book that could come stands here, its spine turned inward. Open only those you wish to know."
        )) }
        nav aria-label=(say!(request, "값의 폭", "Price range")) {
            p { @for other in PriceRange::ALL {
                @if other == range { strong aria-current="page" { (name(other, request)) } }
                @else { a href=(format!("/shelf?range={}", other.name())) { (name(other, request)) } }
                " "
            } }
        }
        @if books.books.is_empty() {
            p.keeper { (say!(request, "이 칸은 지금 비어 있소.", "This shelf is empty just now.")) }
        }
        @for (number, book) in books.books.iter().enumerate() { (spine(number + 1, &book.value, request)) }
        @if let Some(next) = &books.next {
            p { a.door.quiet href=(format!("/shelf?range={}&after={}", range.name(), next.replace('#', "%23"))) { (say!(request, "다음 칸", "Next shelf")) } }
        }
        p { a data-onward href="/" { (say!(request, "문으로 돌아가기", "Back to the door")) } }
    };
    Page::new("shelf", title).drawing(Drawing::Bookshelf).body(body)
}

fn name(range: PriceRange, request: &Request) -> String {
    say!(request, format!("{}원까지", range.up_to()), format!("up to ₩{}", range.up_to()))
}

fn spine(number: usize, book: &Book, request: &Request) -> Markup {
    html! {
        details {
            summary { (say!(request, format!("{} 번째 책", korean::counted(number)), format!("Book {number}"))) }
            p lang="ko" { strong { (book.title) } br; (book.author) @if let Some(translator) = &book.translator { " · " (translator) " 옮김" } }
            p.plain { span lang="ko" { (book.publisher) } " · "
                (say!(request, format!("{}쪽 · 정가 {}원", book.pages, book.list_price), format!("{} pages · list price ₩{}", book.pages, book.list_price)))
            }
        }
    }
}
