//! The pages of the counter.

use domain::{
    base::{
        calendar,
        id::OrderId,
        price::{Price, PriceRange},
    },
    order::counter::Counter,
    walk::{draft::LastAddress, visit::Visit},
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Refusal, Request, Words, address, draft, field, plan, price, riddle,
    say, unpaid,
};

use crate::{Filling, FormFeedback, Stocks};

/// The field that asks to forget the address of the latest order.
pub(crate) const CLEAR: &str = "clear";

/// The page around a body: its title is the room's name.
fn frame(request: &Request, visit: &Visit, body: &Markup) -> Result<Page, Refusal> {
    let rooms = riddle::built_in()?;
    let title = riddle::room(rooms, "counter")?.title.in_language(request.language);
    Ok(Page::new("counter", title)
        .drawing(Drawing::Counter)
        .plan(plan::of(rooms, visit, "counter", request))
        .body(html! { h1 { (title) } (body) }))
}

/// Why no order is taken today, and when orders are taken again.
pub(crate) fn closed_until(request: &Request, counter: &Counter) -> Words {
    match counter.opens().map(|day| request.date(day)) {
        Some(day) => say!(
            request,
            "지금은 새 주문을 받지 않습니다. {day}부터 다시 받습니다.",
            "No new orders are taken right now. The counter opens again on {day}."
        ),
        None => say!(
            request,
            "지금은 새 주문을 받지 않습니다. 다시 여는 날은 아직 정해지지 않았습니다.",
            "No new orders are taken right now. The day on which the counter opens again is not set yet."
        ),
    }
}

/// The counter while no orders are taken.
pub(crate) fn closed(request: &Request, visit: &Visit, counter: &Counter) -> Result<Page, Refusal> {
    let reason = counter.closed.as_ref().map(|closed| closed.what.as_str());
    let body = html! {
        p.keeper { (say!(
            request,
            "계산대에 덮개가 내려와 있소. 편지는 내가 잘 두었소.",
            "The counter is covered. Your letter is safe with me."
        )) }
        @if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
            blockquote lang="ko" {
                p { (reason) }
                p.plain { (say!(request, "주인장", "The owner")) }
            }
        }
        p { (closed_until(request, counter)) }
        p { (say!(
            request,
            "지나온 방과 쓰신 편지는 그대로 있습니다. 다시 오시면 여기서부터 이어집니다. 이미 결제하신 주문은 그대로 나아갑니다.",
            "The rooms you have passed and the letter you wrote are kept; when you come back you go on from here. Orders already paid go on as they are."
        )) }
        p { a.door data-onward href="/mailbox" { (say!(request, "편지함 열기", "Open the mailbox")) } }
        p { a href="/shelf" { (say!(request, "서가 보기", "See the shelf")) } }
    };
    frame(request, visit, &body)
}

/// The end of the owner's preview of a content version. No order can be placed from it.
pub(crate) fn preview(request: &Request, visit: &Visit) -> Result<Page, Refusal> {
    let body = html! {
        p role="note" { (say!(
            request,
            "미리보기는 여기까지입니다. 이 걸음으로는 주문할 수 없고, 돈도 오가지 않습니다.",
            "The preview ends here. Nothing can be ordered on this walk, and no money moves."
        )) }
        p.plain { (say!(
            request,
            "손님으로 걸으시려면 다른 기기나 비공개 창에서 문을 여십시오.",
            "To walk as a visitor, open the door on another device or in a private window."
        )) }
        p { a.door data-onward href="/" { (say!(request, "문으로", "To the door")) } }
    };
    frame(request, visit, &body)
}

pub(crate) fn placed(request: &Request, visit: &Visit, order: OrderId) -> Result<Page, Refusal> {
    let body = html! {
        p.keeper { (say!(request, "주문은 받아 적었소.", "Your order is written down.")) }
        p { a.door data-onward href=(format!("/window/{order}")) {
            (say!(request, "주문 보기", "See the order"))
        } }
        p { a href="/letter" { (say!(
            request,
            "한 권 더 청하기: 새 편지 쓰기",
            "Another book: write a new letter"
        )) } }
    };
    frame(request, visit, &body)
}

pub(crate) fn form(
    request: &Request,
    visit: &Visit,
    stocks: &Stocks,
    feedback: &FormFeedback,
) -> Result<Page, Refusal> {
    let problems = feedback.problems.as_slice();
    let greeting = riddle::room(riddle::built_in()?, "counter")?.greeting_at(request.now);
    let body = html! {
        p.keeper { (greeting.in_language(request.language)) }
        @if let Some(why) = &feedback.not_now { (field::not_now(why, request.language)) }
        @if let Some(too_many) = &feedback.too_many {
            (unpaid::too_many(request, too_many))
            p.plain { (say!(
                request,
                "적어 주신 것은 그대로 있습니다.",
                "What you wrote is still here."
            )) }
        }
        (field::summary(problems, request.language))
        form method="post" id=(draft::FORM) data-onward {
            (ranges(request, stocks, problems))
            (where_it_goes(request, feedback))
            (posting_date(request, problems))
            button { (say!(request, "결제하러 가기", "On to the payment")) }
            (draft::button(feedback.filled.draft.as_ref(), request))
        }
        @if feedback.filled.last_address.is_some() { (forget(request)) }
    };
    Ok(feedback.postcodes.on(frame(request, visit, &body)?.drafts()))
}

fn ranges(request: &Request, stocks: &Stocks, problems: &[Problem]) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == "range");
    html! {
        fieldset id="range" aria-describedby=[problem.map(|_| "range-problem")] {
            legend { (say!(request, "값", "Price")) }
            @for range in PriceRange::ALL {
                @let places = stocks.get(&range).map_or(0, |stock| stock.value.available(request.now));
                (one_range(request, range, places == 0))
            }
            p.hint { (say!(
                request,
                "책 고르는 삯 {service}원과 배송비 {postage}원이 들어 있습니다. 보낸 책의 정가가 더 낮으면 그만큼 돌려드립니다.",
                "A ₩{service} choosing fee and ₩{postage} postage are included. If the book has a lower list price, the difference goes back to you.",
                service = Price::SERVICE,
                postage = Price::POSTAGE
            )) }
            @if let Some(problem) = problem {
                p.problem id="range-problem" { (problem.message) }
            }
        }
    }
}

fn one_range(request: &Request, range: PriceRange, taken: bool) -> Markup {
    let total = Price::within(range).total();
    let (id, name) = (format!("range-{}", range.name()), range.name());
    html! {
        label.tick for=(id) {
            input id=(id) type="radio" name="range" value=(name)
                checked[request.form.typed("range") == name] disabled[taken];
            span.sums {
                span { (price::range(range, request)) } " "
                span { (say!(request, "모두 {total}원", "₩{total} in all")) }
                @if taken {
                    span.hint { (say!(request, "지금은 모두 나갔습니다.", "All taken right now.")) }
                }
            }
        }
    }
}

/// What is said of the address of the latest order.
fn last_address(request: &Request, filled: &Filling) -> Markup {
    html! {
        @if filled.last_address.is_some() && filled.draft.is_none() {
            p.hint { (say!(
                request,
                "지난 주문의 주소를 채워 두었습니다. 다른 곳으로 보내시려면 고쳐 적으십시오.",
                "This is the address of your last order. Change it if the book goes elsewhere."
            )) }
        }
    }
}

/// The form that forgets the address of the latest order.
fn forget(request: &Request) -> Markup {
    html! {
        form method="post" id="forget" {
            input type="hidden" name=(CLEAR) value="yes";
            button.link { (say!(
                request,
                "적혀 있는 주소와 지난 주문의 주소 지우기",
                "Clear the address above and forget that of my last order"
            )) }
        }
    }
}

/// What is kept of the address, for what and for how long.
fn keeping(request: &Request) -> Markup {
    let days = LastAddress::KEPT_DAYS;
    field::keeping(
        &say!(
            request,
            "책을 부치고, 주문 찾기에서 주문하신 분인지 확인합니다. 배송을 맡은 회사(CJ대한통운 또는 우체국)에 건넵니다.",
            "To post the book, and to know you when you look for your order; the carrier (CJ Logistics or Korea Post) is given it."
        ),
        &say!(
            request,
            "받는 분의 이름, 전화번호, 주소.",
            "The recipient’s name, telephone and address."
        ),
        &say!(
            request,
            "결제하신 주문의 기록으로 5년(전자상거래법), 다음 주문을 위해 {days}일.",
            "With a paid order 5 years (by law), for your next order {days} days."
        ),
        &say!(
            request,
            "적지 않으셔도 됩니다. 다만 책을 부칠 수 없어 주문을 받지 못합니다.",
            "You need not give it. Then no book can be posted, and no order is taken."
        ),
        request.language,
    )
}

fn where_it_goes(request: &Request, feedback: &FormFeedback) -> Markup {
    let FormFeedback { filled, problems, postcodes, .. } = feedback;
    html! {
        fieldset {
            legend { (say!(request, "받으실 곳", "Where it goes")) }
            (last_address(request, filled))
            (address::fields(request, filled.last_address.as_ref(), problems, postcodes))
            div.hint { (keeping(request)) }
        }
    }
}

fn posting_date(request: &Request, problems: &[Problem]) -> Markup {
    let promised = calendar::promised_date(request.now);
    let date = request.date(promised);
    let agreement = html! { (say!(
        request,
        "고르신 책값 범위와 {date}까지 부친다는 약속에 동의합니다.",
        "I agree to the price range and to posting by {date}."
    )) };
    html! {
        fieldset {
            legend { (say!(request, "부치는 날", "Posting date")) }
            p { (say!(
                request,
                "{date}까지 부칩니다. 택배사에 맡기기 전까지는 언제든 취소하실 수 있습니다.",
                "It is posted by {date}. Until it is handed to the carrier you can cancel at any time."
            )) }
            input type="hidden" name="promised" value=(promised);
            (field::tick("agreed", &agreement, &request.form, problems))
        }
    }
}
