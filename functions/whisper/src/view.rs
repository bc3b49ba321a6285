//! The page of the whisper: the two halves, the two doors; or the open door.

use domain::{
    base::{format::clock_time, text::Text},
    riddle::{
        content::{Room, RoomSet},
        room::{By, Door, Opening, RoomRecord},
    },
    walk::{
        visit::Visit,
        whisper::{self, Attempt, Whisper},
    },
};
use maud::{Markup, html};
use web::{Drawing, Page, Refusal, Request, Words, plan, riddle, say};

use crate::FormFeedback;

pub(crate) fn page(
    rooms: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    feedback: &FormFeedback,
) -> Result<Page, Refusal> {
    let room = riddle::room(rooms, whisper::ROOM)?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @match record.door(request.now) {
            Door::Open(opening) => (open(rooms, room, visit, opening, request)),
            Door::Closed => (closed(room, visit, record, request, feedback)),
        }
    };
    let mut page = Page::new("whisper", title)
        .drawing(Drawing::Keyhole)
        .plan(plan::of(rooms, visit, whisper::ROOM, request))
        .body(body);
    if let Some(status) = feedback.status {
        page = page.status(status);
    }
    if let Some(seconds) = feedback.wait_seconds {
        page = page.wait(seconds);
    }
    Ok(page)
}

fn open(
    rooms: &RoomSet,
    room: &Room,
    visit: &Visit,
    opening: Opening,
    request: &Request,
) -> Markup {
    let language = request.language;
    let latin_keys = rooms.replies().latin_keys.in_language(language);
    html! {
        @if request.query.ticked("latin") { p.keeper role="status" { (latin_keys) } }
        p.keeper { @match opening.by {
            By::Riddle => (say!(
                request,
                "두 반쪽이 제자리에서 만났소.",
                "The two halves have found each other."
            )),
            By::Plain => (rooms.replies().plain.in_language(language)),
            By::Itself => (room.by_itself.in_language(language)),
        } }
        @if let Some(verse) = visit.whisper.as_ref().and_then(Whisper::verse) {
            blockquote.verse {
                (verse.page.in_language(language)) "\n" (verse.whispered.in_language(language))
                cite { (verse.source.in_language(language)) }
            }
        }
        (riddle::way_on(rooms, whisper::ROOM, language))
    }
}

fn closed(
    room: &Room,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    feedback: &FormFeedback,
) -> Markup {
    let good = visit.whisper.as_ref().filter(|whisper| whisper.is_good(request.now));
    html! {
        @if let Some(reply) = &feedback.reply {
            p.keeper role="alert" id="reply" { (reply) }
        } @else if good.is_some() {
            p.keeper { (room.greeting_at(request.now).in_language(request.language)) }
        } @else {
            p.keeper { (say!(
                request,
                "들리지 않거든 다시 속삭이리다.",
                "If you cannot hear it, I shall whisper again."
            )) }
        }
        @if let Some(whisper) = good { (halves(whisper, request)) }
        (doors(good, feedback, request))
        @if let Some(whisper) = good { (another(whisper, request)) }
        p.plain { (say!(
            request,
            "아무것도 하지 않아도 {opens}에는 문이 저절로 열립니다.",
            "If you do nothing at all, the door opens by itself at {opens}.",
            opens = clock_time(record.opens_by_itself_at())
        )) }
    }
}

/// The half on the page, and where the other one is.
fn halves(whisper: &Whisper, request: &Request) -> Markup {
    let language = request.language;
    let (from, until) = (whisper.on_the_page_from(), clock_time(whisper.good_until()));
    let here = request.now >= from;
    html! {
        @if let Some(verse) = whisper.verse() {
            blockquote.verse {
                (verse.page.in_language(language)) "\n"
                @if here { strong { (verse.whispered.in_language(language)) } } @else { "……" }
                cite { (verse.source.in_language(language)) }
            }
        }
        p.plain {
            @if here {
                (say!(
                    request,
                    "반쪽이 여기까지 들려옵니다. {until}까지 이어 주십시오.",
                    "The other half can be heard from here. Join them by {until}."
                ))
            } @else {
                (say!(request, "나머지 반쪽은 ", "The other half lies in your "))
                a href="/mailbox" { (say!(request, "편지함", "mailbox")) }
                (say!(
                    request,
                    "에 있습니다. {from}부터는 이 쪽에도 적혀 있고, {until}까지 이을 수 있습니다.",
                    ". From {from} it also stands on this page, and you can join them until {until}.",
                    from = clock_time(from)
                ))
            }
        }
    }
}

/// The door of the two halves, or of another whisper if the last has faded; and the plain door.
fn doors(good: Option<&Whisper>, feedback: &FormFeedback, request: &Request) -> Markup {
    html! {
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-door=(if good.is_some() { "riddle" } else { "again" }) {
                h2 { (say!(request, "두 반쪽을 잇는 문", "The door of the two halves")) }
                @if good.is_some() {
                    (answer_field(feedback, request))
                } @else {
                    input type="hidden" name="door" value="again";
                    p.plain { (say!(
                        request,
                        "속삭임이 스러졌습니다. 새로 청하시면 편지함에 다시 놓입니다.",
                        "The whisper has faded. Ask, and a new one lies in your mailbox."
                    )) }
                    button.quiet.push {
                        (say!(request, "다시 속삭여 주세요", "Whisper again, please"))
                    }
                }
            }
            (riddle::plain_door(request))
        }
    }
}

fn answer_field(feedback: &FormFeedback, request: &Request) -> Markup {
    let replied = feedback.reply.is_some();
    html! {
        input type="hidden" name="door" value="riddle";
        div.field {
            label for="answer" {
                (say!(request, "종으로 온 반쪽", "The half that came by the bell"))
            }
            input id="answer" name="answer" type="text" value=(request.form.typed("answer"))
                autocomplete="one-time-code" autocapitalize="none" autocorrect="off"
                spellcheck="false" enterkeyhint="go"
                aria-invalid=[replied.then_some("true")]
                aria-describedby=[replied.then_some("reply")];
            span.hint { (say!(request, "붙여 넣어도 됩니다.", "You may paste it.")) }
        }
        button.quiet.push { (say!(request, "이어 보기", "Join them")) }
    }
}

/// Below the doors: the request for another whisper while the last is still good.
fn another(last: &Whisper, request: &Request) -> Markup {
    html! {
        @if request.now >= last.again_from() {
            form method="post" {
                input type="hidden" name="door" value="again";
                button.quiet { (say!(
                    request,
                    "다른 구절로 다시 속삭여 주세요",
                    "Whisper another verse, please"
                )) }
            }
        } @else {
            p.plain { (say!(
                request,
                "{from}부터 다른 구절을 청할 수 있습니다.",
                "From {from} you can ask for another verse.",
                from = clock_time(last.again_from())
            )) }
        }
    }
}

/// The doorkeeper's reply to a guess.
pub(crate) fn reply(rooms: &RoomSet, heard: Attempt, request: &Request) -> Words {
    let replies = rooms.replies();
    let common = |text: &Text| text.in_language(request.language).to_owned().into();
    match heard {
        Attempt::Joined { .. } => Words::default(),
        Attempt::Faded => say!(
            request,
            "그 속삭임은 벌써 스러졌소. 새로 청하시오.",
            "That whisper has faded. Ask for another."
        ),
        Attempt::PageHalf => say!(
            request,
            "그것은 여기 적힌 반쪽이오. 종으로 온 반쪽을 들려 주시오.",
            "That is the half that stands here. Let me hear the half that came by the bell."
        ),
        Attempt::Almost => common(&replies.almost),
        Attempt::Empty => common(&replies.empty),
        Attempt::TooLong => common(&replies.too_long),
        Attempt::Wrong { left: 0 } => say!(
            request,
            "이어지지 않는구려. 이 속삭임은 여기까지니 새로 청하시오.",
            "They do not join. This whisper has faded; ask for another."
        ),
        Attempt::Wrong { left } => say!(
            request,
            "이어지지 않는구려. 이 속삭임은 {left}번 더 듣겠소.",
            "They do not join. For this whisper I shall listen {left} more."
        ),
    }
}
