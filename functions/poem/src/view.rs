//! The pages of the poem: its reader's, and the shared one.

use domain::{
    riddle::content::RoomSet,
    walk::{
        keepsake::{self, Keepsake},
        visit::Visit,
    },
};
use maud::{Markup, html};
use web::{Drawing, Page, Request, Script, cento, say};

/// The visitor's own poem, the rooms that have not given their line, and the way to share it.
pub(crate) fn own(
    request: &Request,
    rooms: &RoomSet,
    visit: &Visit,
    keepsakes: &[Keepsake],
    address: Option<&str>,
    onward: &str,
) -> Page {
    let title = say!(request, "걸음의 시", "The poem of your walk");
    let pen_name = visit.reader.as_ref().map(|reader| reader.pen_name.reveal().as_str());
    let body = html! {
        h1 { (title) }
        @if keepsake::has_a_line(keepsakes) {
            p.keeper { (say!(
                request,
                "방들이 한 줄씩 내어 준 것이오.",
                "Each room has given a line."
            )) }
            (cento::figure(keepsakes, pen_name, request.language))
        } @else {
            p.keeper { (say!(
                request,
                "아직 받으신 줄이 없소. 방은 언제든 기다린다오.",
                "You have no line yet. The rooms will wait."
            )) }
        }
        (unwritten(request, rooms, visit, keepsakes))
        @if let Some(address) = address { (sharing(request, address)) }
        (earlier(request, &visit.earlier_walks(rooms), pen_name))
        p { a.door data-onward href=(onward) {
            (say!(request, "서 계시던 곳으로", "To where you stood"))
        } }
    };
    let page = Page::new("poem", title).drawing(Drawing::Book).private().body(body);
    if address.is_some() { page.script(Script::Inline(include_str!("share.js"))) } else { page }
}

/// The rooms that were left without their line. They can be solved at any time, also after ordering.
fn unwritten(request: &Request, rooms: &RoomSet, visit: &Visit, keepsakes: &[Keepsake]) -> Markup {
    let left = keepsakes.iter().filter(|keepsake| keepsake.given.is_none());
    let walker = visit.walker();
    let left: Vec<_> = left.filter_map(|keepsake| rooms.place(&keepsake.room, &walker)).collect();
    if left.is_empty() {
        return html! {};
    }
    html! {
        section id="unwritten" {
            h2 { (say!(request, "비어 있는 줄", "Lines still to be written")) }
            p.plain { (say!(
                request,
                "그냥 지나온 방의 줄은 언제든 채울 수 있습니다. 시간도 재지 않고, 틀린 답도 세지 않습니다.",
                "The rooms you passed by can still give theirs, at any time. No clock, and nothing is counted."
            )) }
            ul { @for room in left {
                li { a href=(format!("/{}", room.step())) { (room.title.in_language(request.language)) } }
            } }
        }
    }
}

/// The poems of the walks before this one, the latest first.
fn earlier(request: &Request, walks: &[Vec<Keepsake>], pen_name: Option<&str>) -> Markup {
    let written: Vec<_> = walks.iter().rev().filter(|walk| keepsake::has_a_line(walk)).collect();
    if written.is_empty() {
        return html! {};
    }
    html! {
        section id="earlier" {
            h2 { (say!(request, "지난 걸음의 시", "Poems of earlier walks")) }
            @for walk in written { (cento::earlier(walk, pen_name, request.language)) }
        }
    }
}

fn sharing(request: &Request, address: &str) -> Markup {
    let page = format!("{}/poem/{address}", request.origin);
    html! {
        section id="sharing" data-picture=(format!("/poem/{address}/picture")) {
            h2 { (say!(request, "나누기", "Sharing")) }
            p.plain { (say!(
                request,
                "아래 주소에는 시와 필명만 있습니다. 답도, 주문도, 주소도 없습니다.",
                "This address has the poem and the pen name. It has no answer, no order and no address of yours."
            )) }
            div.field {
                label for="link" { (say!(request, "시의 주소", "Address of the poem")) }
                input id="link" type="text" readonly value=(page);
            }
            p {
                span id="sharable" hidden {
                    button.quiet type="button" id="share" {
                        (say!(request, "그림으로 나누기", "Share as a picture"))
                    }
                } " "
                a href=(format!("/poem/{address}/picture")) {
                    (say!(request, "그림 보기", "See the picture"))
                }
            }
        }
    }
}

/// The poem as it was shared. Anybody may see it.
pub(crate) fn shared(
    request: &Request,
    address: &str,
    keepsakes: &[Keepsake],
    pen_name: &str,
) -> Page {
    let title = say!(request, "{pen_name} 님의 시", "A poem of {pen_name}’s walk");
    let body = html! {
        h1 { (title) }
        (cento::figure(keepsakes, Some(pen_name), request.language))
        p.plain { (say!(
            request,
            "밤에만 불이 켜지는 책방의 방들이 한 줄씩 내어 준 시입니다. 이 집은 손님이 아니라 주인장의 취향으로 책을 골라 부칩니다.",
            "Each line was given by a room of this bookshop, whose owner’s taste, not the customer’s, chooses the book that is posted."
        )) }
        p { a.door data-onward href="/" { (say!(request, "이 집의 문으로", "To the door of this house")) } }
        p.plain { a href=(format!("/poem/{address}/picture")) {
            (say!(request, "그림으로 보기", "See it as a picture"))
        } }
    };
    Page::new("poem", title).drawing(Drawing::Book).body(body)
}
