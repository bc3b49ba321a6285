//! 책상 그림: the owner's desk as a page, where looking beats reading: what waits, by what is to be
//! done with it, and how stock and desk went over two weeks. It opens with a ticket that
//! `owner-desk` writes, for a few hours, and tells neither names nor addresses.

mod plot;

use std::sync::Arc;

use domain::{
    base::{calendar, text::Language},
    order::{Order, desk::Errand, letter, shop_notes::Note},
};
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};
use web::{AppState, Method, Page, Refusal, Reply, Request, StatusCode};

/// Orders on the board.
const MOST: i32 = 100;

/// Days in the picture: two weeks.
const DAYS: i64 = 14;

/// For how long the links of the board are good, in minutes.
const GOOD_FOR: i64 = 6 * 60;

/// Serves `/board`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let ticket = request.query.get("ticket").unwrap_or_default();
    if app.signing_key.verify_ticket("/board", ticket, request.now).is_err() {
        return Ok(stale().into());
    }
    let today = calendar::today(request.now);
    let desk = app.store.desk(MOST).await?;
    let notes =
        app.store.notes(today.checked_sub((DAYS - 1).days()).unwrap_or(today), today).await?;
    let orders: Vec<&Order> = desk.orders.iter().map(|order| &order.value).collect();
    let link = |order: &Order| {
        let page = format!("/slip/{}", order.id);
        let ticket = app.signing_key.ticket(&page, calendar::minutes_after(request.now, GOOD_FOR));
        format!("{page}?ticket={ticket}")
    };
    let body = html! {
        div lang="ko" {
            h1 { "책상" }
            (over_time(&notes, desk.orders.len(), desk.more))
            @if orders.is_empty() { p { "기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다." } }
            div.board {
                @for errand in Errand::ALL {
                    @let lying: Vec<&Order> =
                        orders.iter().copied().filter(|order| order.errand(today) == errand).collect();
                    @if !lying.is_empty() {
                        section aria-labelledby=(format!("{errand:?}")) {
                            h2 id=(format!("{errand:?}")) { (errand.title()) " " small { (lying.len()) } }
                            ol { @for order in lying { (card(order, errand, today, &link)) } }
                        }
                    }
                }
            }
            @if desk.more { p.plain { "더 있습니다. 먼저 할 " (MOST) "건만 보입니다." } }
        }
    };
    Ok(Page::new("board", "책상").body(body).into())
}

fn card(order: &Order, errand: Errand, today: Date, link: &impl Fn(&Order) -> String) -> Markup {
    let late = order.promised < today;
    let near = order.promised <= today.tomorrow().unwrap_or(today);
    html! {
        li data-order=(order.id) data-state=(order.state.name()) {
            p.when {
                time datetime=(order.promised) { (letter::korean_date(order.promised)) "까지" }
                @if late { strong { " 늦었습니다" } } @else if near { strong { " 곧입니다" } }
            }
            p.plain {
                "정가 " (order.price.range.up_to()) "원까지"
                @if let Some(paid) = order.paid_at { " · " (letter::clock(paid, Language::Ko)) " 결제" }
            }
            @match errand {
                Errand::Pick | Errand::PickTomorrow => {
                    @if let Some(desk) = &order.desk {
                        ol.proposals { @for proposal in &desk.proposals {
                            li { "「" (proposal.title) "」 " small { (proposal.score) } }
                        } }
                    }
                }
                Errand::Post => {
                    p { a.door href=(link(order)) { "쪽지 열기" } }
                }
                Errand::Stock => p.plain { "보낼 책이 없습니다. 책을 들이면 저절로 이어집니다." },
                Errand::Deposit => p.plain { "은행이 입금을 되돌렸습니다. 읽는 분께 알아보기 전에는 부치지 마세요." },
                Errand::Refund => p.plain { "결제사가 받아 주지 않은 환불이 있습니다." },
            }
            p.number { (order.id) }
        }
    }
}

/// How free copies and the desk went, as a picture with its figures in words.
fn over_time(notes: &[Note], waiting: usize, more: bool) -> Markup {
    html! {
        p {
            "기다리는 일 " (waiting) @if more { "건 넘게" } @else { "건" }
            @if let Some(last) = notes.last() { " · 서가에 남은 책 " (last.free) "권 (" (letter::clock(last.at, Language::Ko)) ")" }
        }
        @if notes.len() > 1 {
            figure.plot {
                (plot::draw(notes))
                figcaption.plain { "두 주 동안, 한 시간에 한 번: 굵은 선은 서가에 남은 책, 끊긴 선은 책상에서 기다리는 일" }
            }
        }
    }
}

fn stale() -> Page {
    Page::new("board", "책상").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "표가 낡았소" }
        p.plain role="alert" { "이 쪽을 여는 표가 없거나 낡았습니다. owner-desk를 다시 부르면 새 표가 달린 주소(page)가 나옵니다." }
        p { a.door data-onward href="/" { "문으로" } }
    })
}
