//! 쪽지: the slip and the letter of an order, two sheets of A5 for the owner to print and lay into the parcel. It opens with a ticket that `owner-desk` writes, for a few hours.
//! Neither sheet tells the title.

use std::sync::Arc;

use house::{
    id::OrderId,
    order::{Order, State},
};
use maud::{Markup, html};
use web::{Method, Page, Refusal, Reply, Request, Shop, Site, StatusCode};

/// Serves `/slip/{order}`.
pub async fn handle(site: Arc<Site>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let id: OrderId = request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    let ticket = request.query.get("ticket").unwrap_or_default();
    if site.seal.admits(&format!("/slip/{id}"), ticket, request.now).is_err() {
        return Ok(stale().into());
    }
    let order = site.store.order(id).await?.ok_or(Refusal::NotFound)?.value;
    if !matches!(order.state, State::Chosen | State::Packed | State::Shipped | State::Delivered) {
        return Err(Refusal::NotFound);
    }
    let letter = site.store.letter_of(&order).await?;
    Ok(Page::new("slip", "쪽지").body(sheets(&order, letter.as_deref(), &site.shop)).into())
}

fn sheets(order: &Order, letter: Option<&str>, shop: &Shop) -> Markup {
    let reason = order.choice.as_ref().map(|choice| choice.reason.as_str()).unwrap_or_default();
    html! {
        article.slip lang="ko" {
            h1 { "이 책을 고른 까닭" }
            @for sentence in reason.split_inclusive(". ") { p.keeper { (sentence.trim()) } }
            p.plain {
                (shop.name) " · " (shop.address) br;
                (shop.phone) " · " (shop.email) br;
                "책을 받으신 날부터 7일 안에는 포장을 뜯으셨어도 무르실 수 있습니다."
            }
        }
        @if let Some(letter) = letter {
            article.slip lang="ko" {
                h2 { "보내 주신 편지" }
                @for paragraph in letter.split('\n') { p { (paragraph) } }
                p.plain { "주인장이 읽고, 이 한 권을 골랐습니다." }
            }
        }
        p.plain.noprint { "A5로 인쇄하면 두 장이 나옵니다. 제목은 어디에도 적혀 있지 않습니다." }
    }
}

fn stale() -> Page {
    Page::new("slip", "쪽지").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "표가 낡았소" }
        p.plain role="alert" { "이 쪽을 여는 표가 없거나 낡았습니다. owner-desk를 다시 부르면 새 표가 달린 주소가 나옵니다." }
        p { a.door data-onward href="/" { "문으로" } }
    })
}
