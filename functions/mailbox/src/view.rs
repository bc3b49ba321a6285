//! The page of the mailbox.

use domain::{
    order::{
        letter::{Author, Letter},
        message::Notice,
    },
    walk::device::Device,
};
use maud::{Markup, html};
use store::{LetterId, Mailbox};
use web::{Drawing, Page, Request, Words, say};

use crate::reply;

pub(crate) fn page(request: &Request, mailbox: &Mailbox, pushes: bool) -> Page {
    let title = say!(request, "편지함", "The mailbox");
    let body = html! {
        h1 { (title) }
        @if mailbox.letters.is_empty() {
            p.keeper { (say!(request, "아직 아무도 다녀가지 않았소.", "Nobody has been here yet.")) }
            p { a.door data-onward href="/" { (say!(request, "문으로", "To the door")) } }
        } @else {
            p.plain { (say!(
                request,
                "새 편지가 위에 있습니다.",
                "The newest letter is on top."
            )) }
            p.plain {
                a href="/window" { (say!(request, "주문 내역", "Your orders")) } " · "
                a href="/poem" { (say!(request, "걸음의 시", "The poem of your walk")) }
            }
            ul.letters { @for (id, letter) in &mailbox.letters {
                (one_letter(id, letter, request))
            } }
            @if pushes { (devices(&mailbox.devices, request)) }
        }
    };
    let drawing = if mailbox.letters.is_empty() { Drawing::EmptyMailbox } else { Drawing::Mailbox };
    Page::new("mailbox", title).drawing(drawing).body(body)
}

fn one_letter(id: &LetterId, letter: &Letter, request: &Request) -> Markup {
    html! {
        li.mine[letter.author == Author::Reader] data-notice=[mark(letter)] {
            time datetime=(letter.at) { (request.clock(letter.at)) " · " (from(letter, request)) }
            p { (text(letter, request)) }
            @if let Some(order) = letter.order {
                a href=(format!("/window/{order}")) {
                    (say!(request, "주문 상태 보기", "See the order"))
                }
            }
            @if letter.author == Author::Doorkeeper {
                a href="/whisper" {
                    (say!(request, "속삭임의 방으로", "To the room of the whisper"))
                }
            }
            @if letter.may_be_replied_to() { (reply(id, letter, request)) }
        }
    }
}

/// The way to reply to a letter of the owner, or that it is replied to.
fn reply(id: &LetterId, letter: &Letter, request: &Request) -> Markup {
    html! {
        @if letter.order.is_some() { " · " }
        @if letter.replied_at.is_some() {
            span data-replied { (say!(request, "답장을 보내셨습니다", "You have replied")) }
        } @else {
            a data-reply href=(reply::path(id)) { (say!(request, "답장 쓰기", "Reply")) }
        }
    }
}

/// A letter's lines. An address on a line of its own becomes a link, but only in the shop's
/// letters, such as the carrier's tracking page.
fn text(letter: &Letter, request: &Request) -> Markup {
    let links = letter.author == Author::House;
    html! {
        @for (number, line) in letter.text.reveal().split('\n').enumerate() {
            @if number > 0 { "\n" }
            @if links && line.starts_with("https://") {
                a href=(line) rel="noreferrer" {
                    (say!(request, "배송 조회", "Track the parcel"))
                }
            } @else { (line) }
        }
    }
}

/// The devices that get pushes.
fn devices(devices: &[Device], request: &Request) -> Markup {
    html! {
        section id="devices" {
            h2 { (say!(request, "알림이 가는 곳", "Where word goes besides")) }
            @if devices.is_empty() {
                p.plain { (say!(
                    request,
                    "소식은 이 편지함에만 놓입니다.",
                    "News is left only in this mailbox."
                )) }
            } @else {
                p.plain { (say!(
                    request,
                    "소식이 놓일 때마다 이 기기로 푸시가 갑니다. 밤 9시부터 아침 8시 사이의 소식은 아침에 알립니다. 푸시에는 이름도 책도 적히지 않습니다.",
                    "A push goes to these devices whenever word is left. What comes between nine at night and eight is told in the morning. No name and no book stands in it."
                )) }
                ul.letters { @for device in devices { (one_device(device, request)) } }
            }
            p.plain { a href="/bell" {
                (say!(request, "이 기기로 알림 받기", "Get notices on this device"))
            } }
        }
    }
}

fn one_device(device: &Device, request: &Request) -> Markup {
    let since = request.clock(device.since);
    html! {
        li {
            p {
                (device.service()) " · "
                (say!(request, "{since}에 등록한 기기", "added on {since}"))
            }
            form method="post" action="/bell" {
                input type="hidden" name="door" value="off";
                input type="hidden" name="device" value=(device.id());
                button.quiet {
                    (say!(request, "이 기기로 알리지 않기", "No more notices to this device"))
                }
            }
        }
    }
}

/// The mark of a letter that is the twin of a push.
fn mark(letter: &Letter) -> Option<&'static str> {
    let whisper = (letter.author == Author::Doorkeeper).then_some("whisper");
    letter.notice.map(Notice::name).or(whisper)
}

fn from(letter: &Letter, request: &Request) -> Words {
    match letter.author {
        Author::Reader if letter.replies_to.is_some() => {
            say!(request, "주인장께 보낸 답장", "Your reply to the owner")
        }
        Author::Reader if letter.question => say!(request, "보내신 문의", "Your question"),
        Author::Reader => say!(request, "주인장께 보낸 편지", "Your letter to the owner"),
        Author::House => say!(request, "집에서", "From the house"),
        Author::Doorkeeper => say!(request, "문지기에게서", "From the doorkeeper"),
        Author::Owner => say!(request, "주인장에게서", "From the owner"),
    }
}
