//! The front page.

use domain::{
    base::price::{Price, PriceRange},
    riddle::content::RoomSet,
    walk::visit::Visit,
};
use maud::{Markup, html};
use web::{Drawing, Page, Refusal, Request, price, riddle, say};

/// `preview` names the content version if the page was opened by the owner's preview link.
pub(crate) fn page(
    request: &Request,
    rooms: &RoomSet,
    visit: Option<&Visit>,
    preview: Option<&str>,
) -> Result<Page, Refusal> {
    let greeting =
        riddle::room(rooms, "door")?.greeting_at(request.now).in_language(request.language);
    let body = html! {
        @if let Some(version) = preview {
            p.plain role="note" { (say!(
                request,
                "미리보기: 아직 열지 않은 판 {version}입니다. 문 앞에 서면 이 기기는 새 걸음으로 이 판을 걷고, 셈에는 들지 않습니다.",
                "Preview of the version {version}, which is not open yet. Step up to the door, and this device walks it anew; nothing of it is counted."
            )) }
        }
        h1 { (say!(request, "책은 주인장의 취향으로 고릅니다", "Books by the owner’s taste, not yours")) }
        p.keeper { (greeting) }
        (introduction(request, rooms))
        (prices(request))
        @if let Some(visit) = visit {
            p { a.door data-onward href=(visit.stands(rooms, request.now).path()) {
                (say!(request, "서 계시던 곳으로", "To where you stood"))
            } }
            @if visit.may_walk_again(rooms, request.now) { (another_walk(request)) }
        } @else {
            form method="post" data-onward {
                button { (say!(request, "문 앞에 서기", "Step up to the door")) }
            }
        }
        p.plain { a href="/shelf" {
            (say!(request, "올 수 있는 책을 미리 보기", "See every book that could come"))
        } }
    };
    Ok(Page::new("door", say!(request, "문", "The door")).drawing(Drawing::House).body(body))
}

/// Another walk, for who has ordered. It is no condition of another order.
fn another_walk(request: &Request) -> Markup {
    html! {
        form method="post" id="walk-again" {
            input type="hidden" name="walk" value="again";
            p.keeper { (say!(
                request,
                "집이 손님을 기억하고 있소. 다시 걸으시면 다른 수수께끼를 내어 드리리다.",
                "The house remembers you. Walk again, and it will ask you other riddles."
            )) }
            button.quiet { (say!(request, "다시 걸어 보기", "Walk through once more")) }
            p.plain { (say!(
                request,
                "걷지 않고 편지를 쓰셔도 됩니다. 지난 걸음의 시와 주문은 그대로 있습니다.",
                "You can write your next letter without it. Your earlier poem and your orders stay as they are."
            )) }
        }
    }
}

fn introduction(request: &Request, rooms: &RoomSet) -> Markup {
    let (by_riddle, by_plain) = rooms.expected().minutes();
    html! {
        p { (say!(
            request,
            "공간문학은 손님이 아니라 주인장의 취향으로 책을 고르는 책방입니다. 방을 몇 개 지나 편지를 한 통 남기시면, 주인장의 취향으로 책 한 권을 골라 종이에 싸서 부칩니다.",
            "This is a bookshop where the owner’s taste chooses the book, not you. Walk through a few rooms and leave a letter; one book is chosen for you, wrapped and posted."
        )) }
        p { (say!(
            request,
            "일부러 느립니다. 수수께끼 문으로 보통 {by_riddle}분, 보통 문으로 {by_plain}분쯤 걸립니다. 언제든 멈추었다가 이어서 걸을 수 있고, 잃어버리는 것은 없습니다.",
            "It is slow on purpose: about {by_riddle} minutes by the riddle doors, {by_plain} by the plain ones. Stop and go on whenever you like; nothing is lost."
        )) }
    }
}

fn prices(request: &Request) -> Markup {
    html! {
        h2 { (say!(request, "값은 모두 이렇습니다", "The whole price")) }
        table.sum {
            thead { tr {
                th scope="col" { (say!(request, "책값 범위", "Price range you agree to")) }
                th scope="col" { (say!(request, "모두", "Total")) }
            } }
            tbody { @for range in PriceRange::ALL {
                tr {
                    th scope="row" { (price::range(range, request)) }
                    td { (request.won(Price::within(range).total())) }
                }
            } }
        }
        p.plain { (say!(
            request,
            "책 고르는 삯 {service}원과 배송비 {postage}원이 든 값입니다. 보낸 책의 정가가 더 낮으면 그만큼 돌려드립니다.",
            "Includes a ₩{service} choosing fee and ₩{postage} postage. If the book sent has a lower list price, the difference goes back to you.",
            service = Price::SERVICE,
            postage = Price::POSTAGE
        )) }
    }
}
