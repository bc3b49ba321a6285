//! The page.

use domain::{
    base::{format, text::Language},
    order::{Order, desk::OwnerTask, shop_notes::Note},
};
use jiff::civil::Date;
use maud::{Markup, html};
use web::{Page, StatusCode};

use crate::{MOST, chart};

/// What the page shows.
pub(crate) struct Board<'a> {
    /// The orders that wait, at most [`MOST`].
    pub(crate) orders: Vec<&'a Order>,
    /// Whether more orders wait.
    pub(crate) more: bool,
    /// Stock and waiting orders over the last days.
    pub(crate) notes: &'a [Note],
    pub(crate) today: Date,
}

impl Board<'_> {
    /// The page. `slip` links to an order's slip.
    pub(crate) fn page(&self, slip: &impl Fn(&Order) -> String) -> Page {
        let body = html! {
            div lang="ko" {
                h1 { "책상" }
                (self.over_time())
                @if self.orders.is_empty() { p { "기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다." } }
                div.board {
                    @for errand in OwnerTask::ALL {
                        @let orders = self.orders_of(errand);
                        @if !orders.is_empty() {
                            section aria-labelledby=(format!("{errand:?}")) {
                                h2 id=(format!("{errand:?}")) {
                                    (errand.title()) " " small { (orders.len()) }
                                }
                                ol { @for order in orders { (self.card(order, errand, slip)) } }
                            }
                        }
                    }
                }
                @if self.more { p.plain { "더 있습니다. 먼저 할 " (MOST) "건만 보입니다." } }
            }
        };
        Page::new("board", "책상").body(body)
    }

    fn orders_of(&self, errand: OwnerTask) -> Vec<&Order> {
        self.orders.iter().copied().filter(|order| order.owner_task(self.today) == errand).collect()
    }

    fn card(&self, order: &Order, errand: OwnerTask, slip: &impl Fn(&Order) -> String) -> Markup {
        let late = order.promised < self.today;
        let soon = order.promised <= self.today.tomorrow().unwrap_or(self.today);
        html! {
            li data-order=(order.id) data-state=(order.state.name()) {
                p.when {
                    time datetime=(order.promised) { (format::korean_date(order.promised)) "까지" }
                    @if late { strong { " 늦었습니다" } } @else if soon { strong { " 곧입니다" } }
                }
                p.plain {
                    "정가 " (order.price.range.up_to()) "원까지"
                    @if let Some(paid) = order.paid_at() {
                        " · " (format::date_time(paid, Language::Ko)) " 결제"
                    }
                }
                @match errand {
                    OwnerTask::Pick | OwnerTask::PickTomorrow => {
                        @if let Some(desk) = &order.desk {
                            ol.proposals { @for proposal in &desk.proposals {
                                li {
                                    "「" (proposal.title) "」 " small { (proposal.score) }
                                    @if let Some(named) = proposal.named {
                                        " " strong { (named.title()) }
                                    }
                                }
                            } }
                        }
                    }
                    OwnerTask::Pack | OwnerTask::Post => {
                        p { a.door href=(slip(order)) { "쪽지 열기" } }
                    }
                    OwnerTask::Unpack => p.plain {
                        "취소되었습니다. 포장을 풀고 owner-pack의 unpacked에 적어 주세요."
                    },
                    OwnerTask::Stock => p.plain { "보낼 책이 없습니다. 책을 들이면 저절로 이어집니다." },
                    OwnerTask::Deposit => p.plain {
                        "은행이 입금을 되돌렸습니다. 읽는 분께 알아보기 전에는 부치지 마세요."
                    },
                    OwnerTask::Refund => p.plain { "결제사가 받아 주지 않은 환불이 있습니다." },
                }
                p.number {
                    @if let Some(number) = order.number { strong { (number.short()) } " " }
                    (order.id)
                }
            }
        }
    }

    /// Free copies and waiting orders over time, in words and as a chart.
    fn over_time(&self) -> Markup {
        html! {
            p {
                "기다리는 일 " (self.orders.len()) @if self.more { "건 넘게" } @else { "건" }
                @if let Some(last) = self.notes.last() {
                    " · 서가에 남은 책 " (last.free) "권 ("
                    (format::date_time(last.at, Language::Ko)) ")"
                }
            }
            @if self.notes.len() > 1 {
                figure.plot {
                    (chart::draw(self.notes))
                    figcaption.plain {
                        "두 주 동안, 한 시간에 한 번: 굵은 선은 서가에 남은 책, "
                        "끊긴 선은 책상에서 기다리는 일"
                    }
                }
            }
        }
    }
}

/// The page for a call without a valid ticket.
pub(crate) fn no_ticket() -> Page {
    Page::new("board", "책상").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "표가 낡았소" }
        p.plain role="alert" {
            "이 쪽을 여는 표가 없거나 낡았습니다. "
            "owner-desk를 다시 부르면 새 표가 달린 주소(page)가 나옵니다."
        }
        p { a.door data-onward href="/" { "문으로" } }
    })
}
