//! The page of a riddle room: the riddle, the two doors, the hints; or the open door.

use domain::{
    base::{format::clock_from, text::Language},
    riddle::{
        content::{Form as Setting, Height, Passage, Riddle, RoomSet, Solution},
        hint::HintState,
        rhythm::{Knocks, written_feet},
        room::{By, Door, HintView, Opening, RoomRecord},
    },
};
use maud::{Markup, html};

use super::{FormFeedback, Scene, onward};
use crate::{Drawing, Page, Request, Script, Words, plan, say};

pub(super) fn page(scene: Scene<'_>, record: &RoomRecord, feedback: &FormFeedback<'_>) -> Page {
    let Scene { rooms, visit, puzzle, request, design } = scene;
    let title = puzzle.room.title.in_language(request.language);
    let door = record.door(request.now);
    let (body, drawing) = match door {
        Door::Open(opening) => (open(scene, record, opening, feedback), Drawing::Doorway),
        Door::Closed => {
            let drawing = Drawing::of_room(&puzzle.room.id).unwrap_or(design.drawing);
            (closed(scene, record, feedback), drawing)
        }
    };
    let mut page = Page::new(design.room, title)
        .drawing(drawing)
        .plan(plan::of(rooms, visit, design.room, request))
        .body(html! { h1 { (title) } (body) });
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

/// A button that is drawn as the leaf of a door. The two doors of a room are two of them, alike.
pub fn leaf(door: &Words, act: &Words, note: &Words) -> Markup {
    html! {
        button.push.leaf {
            b { (door) }
            span { (act) }
            small { (note) }
        }
    }
}

/// The plain door. It is the same in every room, and as large as the door beside it.
pub fn plain_door(request: &Request) -> Markup {
    html! {
        form method="post" data-door="plain" {
            input type="hidden" name="door" value="plain";
            (leaf(
                &say!(request, "보통 문", "The plain door"),
                &say!(request, "그냥 열어 주세요", "Just open it, please"),
                &say!(
                    request,
                    "까닭을 묻지 않고, 고르는 책도 그대로입니다.",
                    "No reason asked, and the book stays the same."
                ),
            ))
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
        @if record.is_solved() { (reward(puzzle.riddle, scene.request)) }
        (numbers(puzzle.riddle, scene.request))
        (way_on(scene.rooms, puzzle.room.step(), language))
        @if !record.is_solved() { (later(scene, feedback)) }
    }
}

/// What a solved room shows: the page whole, with what was found inked, and the line to take along.
fn reward(riddle: &Riddle, request: &Request) -> Markup {
    let language = request.language;
    let passages = riddle.page.iter().zip(&riddle.revealed);
    html! {
        @for (passage, whole) in passages {
            @let pieces = whole.in_language(language);
            @let found = pieces.iter().any(|piece| piece.inked);
            @let aside = passage.form == Setting::Prose || passage.form == Setting::Spine && !found;
            @if !aside {
                blockquote.verse {
                    @for piece in pieces {
                        @if piece.inked { mark { (piece.text) } } @else { (piece.text) }
                    }
                    @if let Some(source) = &passage.source { cite { (source.in_language(language)) } }
                }
            }
        }
        @if let Some((line, _)) = riddle.given() {
            p.taken { (say!(request, "한 줄 받았습니다.", "A line to take along.")) " "
                q { (line.in_language(language)) } }
        }
    }
}

/// The numbers of a verse that was knocked. A room further on may ask for them, so they are given at
/// every door.
fn numbers(riddle: &Riddle, request: &Request) -> Markup {
    let Solution::Rhythm(pattern) = &riddle.solution else { return html! {} };
    let feet = written_feet(pattern.feet());
    html! {
        p.plain id="key" { (say!(
            request,
            "이 가락의 걸음은 {feet}. 지니고 가시면 서재에서 쓰일지도 모릅니다.",
            "The steps of this verse are {feet}. Keep them; the study may ask for them."
        )) }
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
                p.keeper { (riddle.ask.in_language(language)) }
                ((scene.design.tool)(language))
                @for passage in &riddle.page { (set(passage, language)) }
                form method="post" action=(to_the_field(scene)) data-later {
                    (answer(scene, feedback))
                    button.quiet.push { (say!(request, "이 답으로 열기", "Open with this answer")) }
                }
                (shelves(scene))
            }
        }
    }
}

/// Where the answer is sent. The page comes back at the field, below the doorkeeper's reply.
fn to_the_field(scene: Scene<'_>) -> String {
    format!("/{}#answer", scene.design.room)
}

/// The doorkeeper's reply to the last answer, and the field.
fn answer(scene: Scene<'_>, feedback: &FormFeedback<'_>) -> Markup {
    let language = scene.request.language;
    // Milliseconds are shown as signs, which can be corrected and sent again.
    let typed = match (&scene.puzzle.riddle.solution, Knocks::read(feedback.typed)) {
        (Solution::Rhythm(_), Ok(knocks @ Knocks::Tapped(_))) => knocks.written(),
        _ => feedback.typed.to_owned(),
    };
    html! {
        input type="hidden" name="door" value="riddle";
        @if let Some(reply) = &feedback.reply {
            p.keeper role="alert" id="reply" { (reply) }
        }
        (panes(scene.puzzle.riddle, feedback, scene.request))
        div.field {
            label for="answer" { (scene.puzzle.riddle.label.in_language(language)) }
            input id="answer" name="answer" type="text" value=(typed)
                autocomplete="off" autocapitalize="none" autocorrect="off"
                spellcheck="false" enterkeyhint="go"
                aria-invalid=[feedback.problem.then_some("true")]
                aria-describedby=[feedback.reply.as_ref().map(|_| "reply")];
            ((scene.design.hint)(language))
        }
    }
}

/// One pane for each foot of a verse that is to be knocked; each right foot from the first on lights
/// one.
fn panes(riddle: &Riddle, feedback: &FormFeedback<'_>, request: &Request) -> Markup {
    let Solution::Rhythm(pattern) = &riddle.solution else { return html! {} };
    let Ok(knocks) = Knocks::read(feedback.typed) else { return html! {} };
    let (lit, all) = (pattern.feet_right(&knocks), pattern.feet().len());
    html! {
        p.panes {
            span aria-hidden="true" { @for pane in 0..all { i.lit[pane < lit] {} } }
            (say!(
                request,
                "{all}걸음 가운데 {lit}걸음에 불이 켜졌습니다.",
                "{lit} of the {all} steps are lit."
            ))
        }
    }
}

fn closed(scene: Scene<'_>, record: &RoomRecord, feedback: &FormFeedback<'_>) -> Markup {
    let (puzzle, request) = (scene.puzzle, scene.request);
    let (language, riddle): (_, &Riddle) = (request.language, puzzle.riddle);
    let greeting = puzzle.room.greeting_at(request.now).in_language(language);
    html! {
        p.keeper { (greeting) " " (riddle.ask.in_language(language)) }
        ((scene.design.tool)(language))
        @for passage in &riddle.page { (set(passage, language)) }
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" action=(to_the_field(scene)) data-door="riddle" {
                (answer(scene, feedback))
                (leaf(
                    &say!(request, "수수께끼 문", "The riddle door"),
                    &say!(request, "이 답으로 열기", "Open with this answer"),
                    &say!(
                        request,
                        "맞히시면 시 한 줄을 받아 가십니다.",
                        "The right one gives you a line of verse."
                    ),
                ))
            }
            (plain_door(request))
        }
        (shelves(scene))
        (hints(scene, record))
    }
}

/// The shelves of the room, from which another riddle can be taken at any time.
fn shelves(scene: Scene<'_>) -> Markup {
    let (request, room) = (scene.request, scene.puzzle.room);
    let shelves = room.riddles.heights();
    if shelves.len() < 2 {
        return html! {};
    }
    html! {
        form.shelves method="post" {
            input type="hidden" name="door" value="shelf";
            fieldset {
                legend { (say!(request, "다른 칸에서 꺼내기", "Take one from another shelf")) }
                @for shelf in shelves {
                    @let here = shelf == scene.puzzle.riddle.height;
                    button.quiet name="shelf" value=(shelf.name())
                        aria-pressed=(if here { "true" } else { "false" }) {
                        (shelf_name(shelf, request))
                    }
                }
            }
        }
    }
}

/// How difficult a riddle is, in the words of the house.
fn shelf_name(shelf: Height, request: &Request) -> Words {
    match shelf {
        Height::Low => say!(request, "손 닿는 칸", "Within reach"),
        Height::Middle => say!(request, "까치발 칸", "On tiptoe"),
        Height::High => say!(request, "사다리 칸", "By the ladder"),
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
                opens = clock_from(record.opens_by_itself_at())
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
    let clock = clock_from(from);
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
            Setting::Prose => p.aside { (lines.join(" ")) },
            Setting::Spine => details.spine name="spine" {
                summary { @if let Some(spine) = &passage.spine { (spine.in_language(language)) } }
                blockquote.verse {
                    (lines.join("\n"))
                    @if let Some(source) = source { cite { (source) } }
                }
            },
            Setting::Mirror => blockquote.verse {
                // Each glyph is turned over by the style sheet; a screen reader hears the letters.
                span.mirror aria-hidden="true" {
                    @for letter in lines.join("\n").chars() { i { (letter) } }
                }
                span.unseen { (lines.join("\n")) }
                @if let Some(source) = source { cite { (source) } }
            },
            Setting::Numbered => figure.verse {
                ol { @for line in lines.iter().filter(|line| !line.trim().is_empty()) {
                    li { (line) }
                } }
                @if let Some(source) = source { cite { (source) } }
            },
            Setting::Verse | Setting::Lines | Setting::Strand => blockquote.verse {
                (lines.join("\n"))
                @if let Some(source) = source { cite { (source) } }
            },
        }
    }
}
