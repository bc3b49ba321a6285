//! The page of the slip. Only the owner sees it, so it is in Korean.

use domain::{
    base::text::Language,
    catalog::selection::Chooser,
    order::{
        Order, State,
        letter::acts,
        parcel::{Carrier, Parcel},
    },
};
use maud::{Markup, html};
use web::{
    Page, Problem, Request, Shop, StatusCode, Ticket,
    field::{self, Field},
};

use crate::code;

/// What its reader gave the order: printed beside the shop's own words.
pub(crate) struct ReadersWords {
    /// The letter.
    pub(crate) letter: Option<String>,
    /// The poem of the walk.
    pub(crate) poem: Option<String>,
}

/// `address` is that of this page, for the QR code.
pub(crate) fn page(
    order: &Order,
    words: &ReadersWords,
    shop: &Shop,
    address: &str,
    ticket: Ticket,
    request: &Request,
    problems: &[Problem],
) -> Page {
    let body = html! {
        (slip(order, words.poem.as_deref(), shop, address))
        @if let Some(letter) = &words.letter { (letter_sheet(order, letter)) }
        p.plain.noprint { "A5로 인쇄하면 두 장이 나옵니다. 제목은 어디에도 적혀 있지 않습니다." }
        (parcel(order, ticket, request, problems))
    };
    Page::new("slip", "쪽지").body(body)
}

fn slip(order: &Order, poem: Option<&str>, shop: &Shop, address: &str) -> Markup {
    let reason = order.choice.as_ref().map(|choice| choice.reason.as_str()).unwrap_or_default();
    html! {
        article.slip lang="ko" {
            h1 { "이 책을 고른 까닭" }
            @for sentence in reason.split_inclusive(". ") { p { (sentence.trim()) } }
            @if let Some(poem) = poem { figure.verse { (poem) } }
            div.foot {
                p.plain {
                    (shop.name) " · " (shop.address) br;
                    (shop.phone) " · " (shop.email) br;
                    "책을 받으신 날부터 7일 안에는 포장을 뜯으셨어도 무르실 수 있습니다." br;
                    small {
                        @if let Some(number) = order.number { (number.short()) " · " }
                        (order.id)
                    }
                }
                (code::draw(address))
            }
        }
    }
}

fn letter_sheet(order: &Order, letter: &str) -> Markup {
    let by = order.choice.as_ref().map_or(Chooser::Rules, |choice| choice.by);
    html! {
        article.slip lang="ko" {
            h2 { "보내 주신 편지" }
            @for paragraph in letter.split('\n') { p { (paragraph) } }
            p.plain { (acts::on_the_slip(by)) }
        }
    }
}

/// The parcel, or the form for its number. It is not printed.
fn parcel(order: &Order, ticket: Ticket, request: &Request, problems: &[Problem]) -> Markup {
    html! {
        section.noprint lang="ko" data-order=(order.id) data-state=(order.state.name()) {
            (field::summary(problems, Language::Ko))
            @if let Some(parcel) = order.parcel() {
                h2 { "부쳤습니다" }
                p { (parcel.carrier.title()) " " (parcel.number) }
                p.plain { "읽는 분께 알렸습니다." }
                @if ticket == Ticket::Write && order.state == State::Shipped {
                    h2 { "번호가 틀렸으면" }
                    p.plain { "고치시면 읽는 분께 새 번호를 알립니다." }
                    (parcel_form(Some(parcel), request, problems))
                }
            } @else if ticket == Ticket::Read {
                p.plain { (READ_ONLY) }
            } @else {
                @if order.state == State::Chosen {
                    h2 { "포장" }
                    form method="post" data-packed {
                        input type="hidden" name="packed" value="yes";
                        button.quiet { "포장한 것으로 적기" }
                    }
                    p.plain { "운송장 번호를 바로 적으시면 포장한 것으로도 적습니다." }
                }
                h2 { "운송장" }
                (parcel_form(None, request, problems))
            }
        }
    }
}

/// `wrong` is the parcel that is corrected.
fn parcel_form(wrong: Option<&Parcel>, request: &Request, problems: &[Problem]) -> Markup {
    let typed = request.form.typed("carrier");
    let chosen =
        if typed.is_empty() { wrong.map_or("", |wrong| wrong.carrier.name()) } else { typed };
    html! {
        form method="post" data-onward {
            @if let Some(wrong) = wrong {
                input type="hidden" name="instead_of" value=(wrong.number);
            }
            fieldset id="carrier" {
                legend { "택배사" }
                @for carrier in Carrier::ALL {
                    @let id = format!("carrier-{}", carrier.name());
                    label.tick for=(id) {
                        input id=(id) type="radio" name="carrier" value=(carrier.name())
                            checked[chosen == carrier.name()];
                        span { (carrier.title()) }
                    }
                }
            }
            (Field::text("number", "운송장 번호")
                .mode("numeric")
                .hint("CJ대한통운과 한진택배 10자리나 12자리, 우체국 13자리, 롯데택배 12자리, 로젠택배 11자리")
                .value(request.form.typed("number"))
                .markup(problems))
            (Field::text("insist", "자릿수가 다르지만 맞는 번호라면 그 까닭")
                .optional()
                .value(request.form.typed("insist"))
                .markup(problems))
            button {
                @if wrong.is_some() { "번호 고치기" } @else { "부친 것으로 적기" }
            }
        }
    }
}

/// What a page says whose ticket only reads.
const READ_ONLY: &str =
    "이 주소로는 보기만 합니다. 포장과 운송장은 owner-desk가 준 주소로 열어 적습니다.";

/// The ticket does not allow what was sent.
pub(crate) fn read_only() -> Page {
    Page::new("slip", "쪽지").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "보기만 하는 표요" }
        p.plain role="alert" { (READ_ONLY) }
        p { a.door data-onward href="/" { "문으로" } }
    })
}

/// The ticket is invalid or has expired.
pub(crate) fn expired() -> Page {
    Page::new("slip", "쪽지").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "표가 낡았소" }
        p.plain role="alert" {
            "이 쪽을 여는 표가 없거나 낡았습니다. owner-desk를 다시 부르면 새 표가 달린 주소가 나옵니다."
        }
        p { a.door data-onward href="/" { "문으로" } }
    })
}
