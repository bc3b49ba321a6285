//! The page of the whisper: the two halves, the two doors; or the open door.

use domain::{
    base::{
        format::{clock_at, clock_from},
        text::Text,
    },
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
    let door = record.door(request.now);
    let body = html! {
        h1 { (title) }
        @match door {
            Door::Open(opening) => (open(rooms, room, visit, record, opening, feedback, request)),
            Door::Closed => (closed(room, visit, record, request, feedback)),
        }
    };
    let mut page = Page::new("whisper", title)
        .drawing(if door == Door::Closed { Drawing::Keyhole } else { Drawing::Doorway })
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
    record: &RoomRecord,
    opening: Opening,
    feedback: &FormFeedback,
    request: &Request,
) -> Markup {
    let language = request.language;
    let latin_keys = rooms.replies().latin_keys.in_language(language);
    let verse = visit.whisper.as_ref().and_then(Whisper::verse);
    html! {
        @if request.query.ticked("latin") { p.keeper role="status" { (latin_keys) } }
        p.keeper {
            @if record.is_solved() { (say!(
                request,
                "두 반쪽이 제자리에서 만났소.",
                "The two halves have found each other."
            )) }
            @else if opening.by == By::Itself { (room.by_itself.in_language(language)) }
            @else { (rooms.replies().plain.in_language(language)) }
        }
        @if let (true, Some(verse)) = (record.is_solved(), verse) {
            blockquote.verse {
                (verse.page.in_language(language)) "\n"
                mark { (verse.whispered.in_language(language)) }
                cite { (verse.source.in_language(language)) }
            }
        }
        (riddle::way_on(rooms, whisper::ROOM, language))
        @if !record.is_solved() { (later(visit, feedback, request)) }
    }
}

/// The halves of a room whose door is open without them: they can be joined at any time.
fn later(visit: &Visit, feedback: &FormFeedback, request: &Request) -> Markup {
    let good = visit.whisper.as_ref().filter(|whisper| whisper.is_good(request.now));
    html! {
        details open[feedback.reply.is_some() || good.is_some()] {
            summary { (say!(
                request,
                "두 반쪽을 마저 잇고 한 줄 받아 가기",
                "Join the halves after all, and take the line along"
            )) }
            div data-later {
                @if let Some(reply) = &feedback.reply { p.keeper role="alert" { (reply) } }
                @if let Some(whisper) = good { (halves(whisper, request)) } @else { (ask(request)) }
            }
        }
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
            opens = clock_from(record.opens_by_itself_at())
        )) }
    }
}

/// Where the whispered half is, and the halves on the page, of which one continues into it.
fn halves(whisper: &Whisper, request: &Request) -> Markup {
    let language = request.language;
    let (from, until) = (whisper.on_the_page_from(), clock_at(whisper.good_until()));
    let here = request.now >= from;
    html! {
        @if let (true, Some(verse)) = (here, whisper.verse()) {
            blockquote.verse { "……\n" strong { (verse.whispered.in_language(language)) } }
        }
        p.plain {
            @if here {
                (say!(
                    request,
                    "속삭인 반쪽이 여기까지 들려옵니다. {until}까지 이어 주십시오.",
                    "The whispered half can be heard from here. Join it by {until}."
                ))
            } @else {
                (say!(request, "속삭인 반쪽은 ", "The whispered half lies in your "))
                a href="/mailbox" { (say!(request, "편지함", "mailbox")) }
                (say!(
                    request,
                    "에 있습니다. {from}부터는 이 화면에도 적혀 있고, {until}까지 이을 수 있습니다.",
                    ". From {from} it also stands on this page, and you can join it until {until}.",
                    from = clock_from(from)
                ))
            }
        }
        p { (say!(
            request,
            "그 앞에 놓일 반쪽은 셋 가운데 하나입니다. 눌러서 이어 주십시오.",
            "One of these three comes before it. Press it to join them."
        )) }
        form.parts method="post" data-parts {
            input type="hidden" name="door" value="riddle";
            @for verse in whisper.halves() {
                button.quiet name=(PART) value=(verse.id) { (verse.page.in_language(language)) " ……" }
            }
        }
    }
}

/// The field with the half that was picked.
pub(crate) const PART: &str = "part";

/// The door of the two halves, or of another whisper if the last has faded; and the plain door.
fn doors(good: Option<&Whisper>, feedback: &FormFeedback, request: &Request) -> Markup {
    let door = say!(request, "두 반쪽을 잇는 문", "The door of the two halves");
    html! {
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-door=(if good.is_some() { "riddle" } else { "again" }) {
                @if good.is_some() {
                    (answer_field(feedback, request))
                    (riddle::leaf(
                        &door,
                        &say!(request, "적어서 잇기", "Join by writing"),
                        &say!(
                            request,
                            "이으시면 시 한 줄을 받아 가십니다.",
                            "Joined, they give you a line of verse."
                        ),
                    ))
                } @else {
                    input type="hidden" name="door" value="again";
                    (riddle::leaf(
                        &door,
                        &say!(request, "다시 속삭여 주세요", "Whisper again, please"),
                        &say!(
                            request,
                            "속삭임이 스러졌습니다. 편지함에 새로 놓입니다.",
                            "The whisper has faded. A new one comes to your mailbox."
                        ),
                    ))
                }
            }
            (riddle::plain_door(request))
        }
    }
}

/// The request for a whisper in a room whose door is open.
fn ask(request: &Request) -> Markup {
    html! {
        form method="post" {
            input type="hidden" name="door" value="again";
            button.quiet { (say!(request, "한 구절 속삭여 주세요", "Whisper me a verse, please")) }
        }
    }
}

fn answer_field(feedback: &FormFeedback, request: &Request) -> Markup {
    let replied = feedback.reply.is_some();
    html! {
        input type="hidden" name="door" value="riddle";
        div.field {
            label for="answer" {
                (say!(request, "종으로 온 반쪽을 적어도 됩니다", "Or write the half that came by the bell"))
            }
            input id="answer" name="answer" type="text" value=(request.form.typed("answer"))
                autocomplete="one-time-code" autocapitalize="none" autocorrect="off"
                spellcheck="false" enterkeyhint="go"
                aria-invalid=[replied.then_some("true")]
                aria-describedby=[replied.then_some("reply")];
            span.hint { (say!(request, "붙여 넣어도 됩니다.", "You may paste it.")) }
        }
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
                from = clock_from(last.again_from())
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
