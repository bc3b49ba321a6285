//! The page of a riddle room: the riddle, the two doors, the hints; or the open door.

use domain::{
    base::{format::clock_time, text::Language},
    riddle::{
        content::{Form as Setting, Passage, Riddle, RoomSet},
        hint::HintState,
        room::{By, Door, HintView, Opening, RoomRecord},
    },
};
use maud::{Markup, html};

use super::{FormFeedback, Scene, onward};
use crate::{Page, Request, Script, Words, plan, say};

pub(super) fn page(scene: Scene<'_>, record: &RoomRecord, feedback: &FormFeedback<'_>) -> Page {
    let Scene { rooms, visit, puzzle, request, design } = scene;
    let title = puzzle.room.title.in_language(request.language);
    let door = record.door(request.now);
    let body = html! {
        h1 { (title) }
        @match door {
            Door::Open(opening) => (open(scene, record, opening, feedback)),
            Door::Closed => (closed(scene, record, feedback)),
        }
    };
    let mut page = Page::new(design.room, title)
        .drawing(design.drawing)
        .plan(plan::of(rooms, visit, design.room, request))
        .body(body);
    if let Some(status) = feedback.status {
        page = page.status(status);
    }
    if let Some(seconds) = feedback.wait_seconds {
        page = page.wait(seconds);
    }
    match design.script {
        Some(script) if !record.is_solved() => page.script(Script::Inline(script)),
        _ => page,
    }
}

/// The plain door. It is the same in every room, and as large as the door beside it.
pub fn plain_door(request: &Request) -> Markup {
    html! {
        form method="post" data-door="plain" {
            h2 { (say!(request, "보통 문", "The plain door")) }
            input type="hidden" name="door" value="plain";
            p.plain { (say!(
                request,
                "까닭을 묻지 않습니다. 고르는 책도 달라지지 않습니다.",
                "No reason asked. It changes nothing about the book."
            )) }
            button.quiet.push { (say!(request, "그냥 열어 주세요", "Just open it, please")) }
        }
    }
}

/// The link to the step after a room whose door is open.
pub fn way_on(rooms: &RoomSet, room: &str, language: Language) -> Markup {
    html! {
        p { a.door data-onward href=(onward(rooms, room)) {
            @match language { Language::Ko => "다음 방으로", Language::En => "On to the next room" }
        } }
    }
}

fn open(
    scene: Scene<'_>,
    record: &RoomRecord,
    opening: Opening,
    feedback: &FormFeedback<'_>,
) -> Markup {
    let (puzzle, language) = (scene.puzzle, scene.request.language);
    let how = match opening.by {
        _ if record.is_solved() => &puzzle.riddle.solved,
        By::Plain => &puzzle.replies.plain,
        By::Riddle | By::Itself => &puzzle.room.by_itself,
    };
    html! {
        @if record.is_solved() && let Some(reply) = &feedback.reply {
            p.keeper role="status" { (reply) }
        }
        p.keeper { (how.in_language(language)) }
        (way_on(scene.rooms, &puzzle.room.id, language))
        @if !record.is_solved() { (later(scene, feedback)) }
    }
}

/// The riddle of a room whose door is open without it: it can be solved at any time for its line.
fn later(scene: Scene<'_>, feedback: &FormFeedback<'_>) -> Markup {
    let (request, riddle): (_, &Riddle) = (scene.request, scene.puzzle.riddle);
    let language = request.language;
    html! {
        details open[feedback.reply.is_some()] {
            summary { (say!(
                request,
                "수수께끼를 마저 풀고 한 줄 받아 가기",
                "Solve the riddle after all, and take its line along"
            )) }
            div {
                p.plain { (say!(
                    request,
                    "언제 푸셔도 되고, 틀려도 세지 않습니다. 이 방의 줄이 방명록의 시에 놓입니다.",
                    "At any time, and nothing is counted. The line of this room joins the poem in the guestbook."
                )) }
                @if let Some(reply) = &feedback.reply {
                    p.keeper role="alert" id="reply" { (reply) }
                }
                p.keeper { (riddle.ask.in_language(language)) }
                @for passage in &riddle.page { (set(passage, language)) }
                form method="post" data-later { (answer(scene, feedback)) }
            }
        }
    }
}

/// The field of the answer and its button.
fn answer(scene: Scene<'_>, feedback: &FormFeedback<'_>) -> Markup {
    let (request, language) = (scene.request, scene.request.language);
    html! {
        input type="hidden" name="door" value="riddle";
        div.field {
            label for="answer" { (scene.puzzle.riddle.label.in_language(language)) }
            input id="answer" name="answer" type="text" value=(feedback.typed)
                autocomplete="off" autocapitalize="none" autocorrect="off"
                spellcheck="false" enterkeyhint="go"
                aria-invalid=[feedback.problem.then_some("true")]
                aria-describedby=[feedback.reply.as_ref().map(|_| "reply")];
        }
        ((scene.design.field_extra)(language))
        button.quiet.push { (say!(request, "이 답으로 열기", "Open with this answer")) }
    }
}

fn closed(scene: Scene<'_>, record: &RoomRecord, feedback: &FormFeedback<'_>) -> Markup {
    let (puzzle, request) = (scene.puzzle, scene.request);
    let (language, riddle): (_, &Riddle) = (request.language, puzzle.riddle);
    let greeting = puzzle.room.greeting_at(request.now).in_language(language);
    let replied = feedback.reply.is_some();
    html! {
        @if let Some(reply) = &feedback.reply {
            p.keeper role="alert" id="reply" { (reply) }
        } @else {
            p.keeper { (greeting) " " (riddle.ask.in_language(language)) }
        }
        @for passage in &riddle.page { (set(passage, language)) }
        @if replied { p.plain { (riddle.ask.in_language(language)) } }
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-door="riddle" {
                h2 { (say!(request, "수수께끼 문", "The riddle door")) }
                (answer(scene, feedback))
            }
            (plain_door(request))
        }
        (hints(scene, record))
    }
}

fn hints(scene: Scene<'_>, record: &RoomRecord) -> Markup {
    let (puzzle, request) = (scene.puzzle, scene.request);
    html! {
        section id="hints" {
            h2 { (say!(request, "귀띔", "Hints")) }
            @for hint in puzzle.hints(record, request.now) { (one_hint(&hint, request)) }
            p.plain { (say!(
                request,
                "아무것도 하지 않아도 {opens}에는 문이 저절로 열립니다.",
                "If you do nothing at all, the door opens by itself at {opens}.",
                opens = clock_time(record.opens_by_itself_at())
            )) }
        }
    }
}

fn one_hint(hint: &HintView<'_>, request: &Request) -> Markup {
    let language = request.language;
    html! {
        h3 { (hint.title.in_language(language))
            @if hint.state == HintState::Needless {
                " · " small { (say!(request, "이미 아신 것", "known to you already")) }
            }
        }
        @match hint.state {
            HintState::Opened => @if let Some(text) = hint.text {
                p.keeper { (text.in_language(language)) }
            },
            HintState::Ready | HintState::Needless => form method="post" {
                input type="hidden" name="door" value="hint";
                input type="hidden" name="hint" value=(hint.index);
                button.quiet { (say!(request, "귀띔 열기", "Open this hint")) }
            },
            HintState::NotYet { from, wrong_left } => p.plain {
                (hint_opens(from, wrong_left, request))
            },
        }
    }
}

fn hint_opens(from: jiff::Timestamp, wrong_left: Option<u32>, request: &Request) -> Words {
    let clock = clock_time(from);
    match wrong_left {
        None => say!(request, "{clock}부터 열 수 있습니다.", "Opens at {clock}."),
        Some(1) => say!(
            request,
            "{clock}부터, 또는 1번 더 어긋난 뒤에 열 수 있습니다.",
            "Opens at {clock}, or after one more miss."
        ),
        Some(left) => say!(
            request,
            "{clock}부터, 또는 {left}번 더 어긋난 뒤에 열 수 있습니다.",
            "Opens at {clock}, or after {left} more misses."
        ),
    }
}

/// A passage, set in its form.
fn set(passage: &Passage, language: Language) -> Markup {
    let lines: Vec<&str> = passage.lines(language).collect();
    let source = passage.source.as_ref().map(|source| source.in_language(language));
    html! {
        @match passage.form {
            Setting::Prose => p { (lines.join(" ")) },
            Setting::Numbered => figure.verse {
                ol { @for line in lines.iter().filter(|line| !line.trim().is_empty()) {
                    li { (line) }
                } }
                @if let Some(source) = source { cite { (source) } }
            },
            Setting::Verse | Setting::Lines | Setting::Mirror => blockquote.verse {
                (lines.join("\n"))
                @if let Some(source) = source { cite { (source) } }
            },
        }
    }
}
