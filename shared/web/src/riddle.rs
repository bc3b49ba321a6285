//! A room with a riddle: the page with its two doors, and what happens at them. `knock` and `study`
//! are this with another drawing.
//!
//! A GET reads the walk once and writes nothing: when somebody first saw the room is when the door
//! before it opened. A POST reads once and writes once, on the condition that nobody wrote in
//! between; a lost race is judged again on what lies there now, and costs the visitor nothing.

use std::sync::Arc;

use domain::{
    base::text::Language,
    riddle::{
        content::{Form as Setting, Passage, Riddle, Room as HouseRoom, RoomSet},
        hint::HintState,
        room::{By, Door, HintRefused, HintView, Opening, Puzzle, RoomRecord, Verdict, clock_time},
    },
    walk::visit::Visit,
};
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use store::{Stale, Versioned};

use crate::{
    AppState, Method, Page, Refusal, Reply, Request, Script, Walk, drawing::Drawing, plan, say,
};

/// How often a lost race is judged again before the visitor is asked to try once more. Each round
/// somebody else got through.
const ROUNDS: usize = 8;

/// What sets one room's page apart from another's.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The room's id, which is also its step and its path.
    pub room: &'static str,
    /// The drawing.
    pub drawing: Drawing,
    /// A script that adds to the answer's field, as tapping does.
    pub script: Option<&'static str>,
    /// Something between the riddle and its field that the script needs.
    pub device: fn(Language) -> Markup,
}

/// What the visitor said at a door, to be shown again with the keeper's answer.
#[derive(Default)]
struct FormFeedback<'a> {
    typed: &'a str,
    reply: Option<String>,
    problem: bool,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
}

/// Serves the room.
pub async fn serve(app: Arc<AppState>, request: Request, look: Look) -> Result<Reply, Refusal> {
    let Walk { visit, house } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    match request.method {
        Method::Get => {
            let (puzzle, record) = here(house, &visit.value, look.room, &request)?;
            let latin = request
                .query
                .ticked("latin")
                .then(|| puzzle.replies.latin_keys.in_language(request.language));
            let said =
                FormFeedback { reply: latin.map(ToOwned::to_owned), ..FormFeedback::default() };
            Ok(page(house, &visit.value, puzzle, &record, &request, look, &said).into())
        }
        Method::Post => at_a_door(&app, house, visit, &request, look).await,
    }
}

/// The house that is part of the program.
pub fn built_in() -> Result<&'static RoomSet, Refusal> {
    RoomSet::built_in().map_err(|error| Refusal::Ours(error.to_string()))
}

/// The room's puzzle and the visitor's record of it; refused while a door before it is closed.
fn here<'a>(
    house: &'a RoomSet,
    visit: &Visit,
    room: &str,
    request: &Request,
) -> Result<(Puzzle<'a>, RoomRecord), Refusal> {
    let puzzle = house
        .puzzle(room, &visit.id.to_string())
        .ok_or_else(|| Refusal::Ours(format!("the house has no riddle room {room}")))?;
    Ok((puzzle, entered(house, visit, room, request)?))
}

async fn at_a_door(
    app: &AppState,
    house: &RoomSet,
    mut visit: Versioned<Visit>,
    request: &Request,
    look: Look,
) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let (puzzle, record) = here(house, &visit.value, look.room, request)?;
        let (after, reply) = act(house, &visit.value, puzzle, &record, request, look);
        if after == record {
            return Ok(reply);
        }
        let saved = visit.with(visit.value.clone().with_room(look.room, after));
        match app.store.save_visit(&saved).await {
            Ok(()) => return Ok(reply),
            Err(Stale::ChangedTo(current)) => visit = *current,
            Err(Stale::Store(error)) => return Err(error.into()),
        }
    }
    let (puzzle, record) = here(house, &visit.value, look.room, request)?;
    let busy = say!(
        request,
        "여러 손이 한꺼번에 문을 두드렸구려. 한 번만 다시 해 주시오.",
        "Many hands knocked at once. Once more, please."
    );
    let said = FormFeedback {
        typed: request.form.typed("answer"),
        reply: Some(busy.to_owned()),
        status: Some(StatusCode::CONFLICT),
        ..FormFeedback::default()
    };
    Ok(page(house, &visit.value, puzzle, &record, request, look, &said).into())
}

/// What a form does to the record, and the answer if the record can be written.
fn act(
    house: &RoomSet,
    visit: &Visit,
    puzzle: Puzzle<'_>,
    record: &RoomRecord,
    request: &Request,
    look: Look,
) -> (RoomRecord, Reply) {
    let show = |record: &RoomRecord, said: &FormFeedback<'_>| {
        Reply::from(page(house, visit, puzzle, record, request, look, said))
    };
    let path = format!("/{}", look.room);
    match request.form.typed("door") {
        "plain" => (record.open_plain(request.now), Reply::see(onward(house, look.room))),
        "riddle" if request.form.get("answer").is_none() => {
            let missing = say!(
                request,
                "답을 적는 칸이 함께 오지 않았습니다. 다시 적어 주십시오.",
                "The answer's field did not come along. Please write it again."
            );
            let said = FormFeedback {
                reply: Some(missing.to_owned()),
                problem: true,
                status: Some(StatusCode::BAD_REQUEST),
                ..FormFeedback::default()
            };
            (record.clone(), show(record, &said))
        }
        "riddle" => {
            let typed = request.form.typed("answer");
            let outcome = puzzle.guess(record, typed, request.now);
            let (status, wait) = match outcome.verdict {
                Verdict::Opened { latin_keys } => {
                    let path = if latin_keys { format!("{path}?latin=1") } else { path };
                    return (outcome.record, Reply::see(path));
                }
                Verdict::AlreadyOpen(_) => return (outcome.record, Reply::see(path)),
                Verdict::Wait { until } => {
                    (None, Some(until.duration_since(request.now).as_secs()))
                }
                Verdict::TooLong => (Some(StatusCode::UNPROCESSABLE_ENTITY), None),
                _ => (None, None),
            };
            let said = FormFeedback {
                typed,
                reply: Some(outcome.reply.in_language(request.language).to_owned()),
                problem: true,
                status,
                wait_seconds: wait,
            };
            let reply = show(&outcome.record, &said);
            (outcome.record, reply)
        }
        "hint" => {
            let index = request.form.typed("hint").parse().unwrap_or(usize::MAX);
            match puzzle.open_hint(record, index, request.now) {
                Ok(after) => (after, Reply::see(format!("{path}#hints"))),
                Err(refused) => {
                    let said = FormFeedback {
                        reply: Some(not_yet(refused, request)),
                        status: Some(StatusCode::CONFLICT),
                        ..FormFeedback::default()
                    };
                    (record.clone(), show(record, &said))
                }
            }
        }
        _ => {
            let unknown = say!(
                request,
                "이 방에는 두 문뿐입니다. 아래에서 골라 주십시오.",
                "This room has two doors. Please choose one below."
            );
            let said = FormFeedback {
                reply: Some(unknown.to_owned()),
                status: Some(StatusCode::BAD_REQUEST),
                ..FormFeedback::default()
            };
            (record.clone(), show(record, &said))
        }
    }
}

fn not_yet(refused: HintRefused, request: &Request) -> String {
    match refused {
        HintRefused::NotYet { from, .. } => say!(
            request,
            format!("그 귀띔은 {}부터 열 수 있소.", clock_time(from)),
            format!("That hint opens at {}.", clock_time(from))
        ),
        HintRefused::NoSuchHint => {
            say!(request, "그런 귀띔은 없소.", "There is no such hint.").to_owned()
        }
    }
}

/// The visitor's record of a room; refused while a door before it is closed.
pub fn entered(
    house: &RoomSet,
    visit: &Visit,
    room: &str,
    request: &Request,
) -> Result<RoomRecord, Refusal> {
    visit
        .room(house, room, request.now)
        .ok_or_else(|| Refusal::OutOfOrder { onward: visit.place(house, request.now).path() })
}

/// The plain door: the same in every room, and as large as the door beside it.
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

/// The way on from a room whose door is open.
pub fn way_on(house: &RoomSet, room: &str, language: Language) -> Markup {
    html! {
        p { a.door data-onward href=(onward(house, room)) {
            @match language { Language::Ko => "다음 방으로", Language::En => "On to the next room" }
        } }
    }
}

/// Where the walk goes on after a room.
pub fn onward(house: &RoomSet, room: &str) -> String {
    house.next_after(room).map_or_else(|| "/guestbook".to_owned(), |next| format!("/{}", next.id))
}

fn page(
    house: &RoomSet,
    visit: &Visit,
    puzzle: Puzzle<'_>,
    record: &RoomRecord,
    request: &Request,
    look: Look,
    said: &FormFeedback<'_>,
) -> Page {
    let language = request.language;
    let title = puzzle.room.title.in_language(language);
    let door = record.door(request.now);
    let body = html! {
        h1 { (title) }
        @match door {
            Door::Open(opening) => (open(house, puzzle, opening, said, language)),
            Door::Closed => (closed(puzzle, record, request, look, said)),
        }
    };
    let mut page = Page::new(look.room, title)
        .drawing(look.drawing)
        .plan(plan::of(house, visit, look.room, request))
        .body(body);
    if let Some(status) = said.status {
        page = page.status(status);
    }
    if let Some(seconds) = said.wait_seconds {
        page = page.wait(seconds);
    }
    match (look.script, door) {
        (Some(script), Door::Closed) => page.script(Script::Inline(script)),
        _ => page,
    }
}

/// The room with its door open: how it opened, and onward.
fn open(
    house: &RoomSet,
    puzzle: Puzzle<'_>,
    opening: Opening,
    said: &FormFeedback<'_>,
    language: Language,
) -> Markup {
    let how = match opening.by {
        By::Riddle => &puzzle.riddle.solved,
        By::Plain => &puzzle.replies.plain,
        By::Itself => &puzzle.room.by_itself,
    };
    html! {
        @if let Some(reply) = &said.reply { p.keeper role="status" { (reply) } }
        p.keeper { (how.in_language(language)) }
        (way_on(house, &puzzle.room.id, language))
    }
}

/// The room with its doors closed: the riddle, the two doors, the hints.
fn closed(
    puzzle: Puzzle<'_>,
    record: &RoomRecord,
    request: &Request,
    look: Look,
    said: &FormFeedback<'_>,
) -> Markup {
    let language = request.language;
    let riddle: &Riddle = puzzle.riddle;
    html! {
        @if let Some(reply) = &said.reply {
            p.keeper role="alert" id="reply" { (reply) }
        } @else {
            p.keeper { (puzzle.room.greeting.in_language(language)) " " (riddle.ask.in_language(language)) }
        }
        @for passage in &riddle.page { (set(passage, language)) }
        @if said.reply.is_some() { p.plain { (riddle.ask.in_language(language)) } }
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-door="riddle" {
                h2 { (say!(request, "수수께끼 문", "The riddle door")) }
                input type="hidden" name="door" value="riddle";
                div.field {
                    label for="answer" { (riddle.label.in_language(language)) }
                    input id="answer" name="answer" type="text" value=(said.typed) autocomplete="off" autocapitalize="none"
                        autocorrect="off" spellcheck="false" enterkeyhint="go"
                        aria-invalid=[said.problem.then_some("true")] aria-describedby=[said.reply.is_some().then_some("reply")];
                }
                ((look.device)(language))
                button.quiet.push { (say!(request, "이 답으로 열기", "Open with this answer")) }
            }
            (plain_door(request))
        }
        (hints(puzzle, record, request))
    }
}

fn hints(puzzle: Puzzle<'_>, record: &RoomRecord, request: &Request) -> Markup {
    html! {
        section id="hints" {
            h2 { (say!(request, "귀띔", "Hints")) }
            @for hint in puzzle.hints(record, request.now) { (one_hint(&hint, request)) }
            p.plain { (say!(
                request,
                format!("아무것도 하지 않아도 {}에는 문이 저절로 열립니다.", clock_time(record.opens_by_itself_at())),
                format!("If you do nothing at all, the door opens by itself at {}.", clock_time(record.opens_by_itself_at()))
            )) }
        }
    }
}

fn one_hint(hint: &HintView<'_>, request: &Request) -> Markup {
    let language = request.language;
    html! {
        h3 { (hint.title.in_language(language))
            @if hint.state == HintState::Needless { " · " small { (say!(request, "이미 아신 것", "known to you already")) } }
        }
        @match hint.state {
            HintState::Opened => @if let Some(text) = hint.text { p.keeper { (text.in_language(language)) } },
            HintState::Ready | HintState::Needless => form method="post" {
                input type="hidden" name="door" value="hint";
                input type="hidden" name="hint" value=(hint.index);
                button.quiet { (say!(request, "귀띔 열기", "Open this hint")) }
            },
            HintState::NotYet { from, wrong_left } => p.plain { (when(from, wrong_left, request)) },
        }
    }
}

fn when(from: jiff::Timestamp, wrong_left: Option<u32>, request: &Request) -> String {
    let clock = clock_time(from);
    match (wrong_left, request.language) {
        (Some(left), Language::Ko) => {
            format!("{clock}부터, 또는 {left}번 더 어긋난 뒤에 열 수 있습니다.")
        }
        (Some(1), Language::En) => format!("Opens at {clock}, or after one more miss."),
        (Some(left), Language::En) => format!("Opens at {clock}, or after {left} more misses."),
        (None, Language::Ko) => format!("{clock}부터 열 수 있습니다."),
        (None, Language::En) => format!("Opens at {clock}."),
    }
}

/// Sets a passage as its form asks.
fn set(passage: &Passage, language: Language) -> Markup {
    let lines: Vec<&str> = passage.lines(language).collect();
    let source = passage.source.as_ref().map(|source| source.in_language(language));
    html! {
        @match passage.form {
            Setting::Prose => p { (lines.join(" ")) },
            Setting::Numbered => figure.verse {
                ol { @for line in lines.iter().filter(|line| !line.trim().is_empty()) { li { (line) } } }
                @if let Some(source) = source { cite { (source) } }
            },
            Setting::Verse | Setting::Lines | Setting::Mirror => blockquote.verse {
                (lines.join("\n"))
                @if let Some(source) = source { cite { (source) } }
            },
        }
    }
}

/// A room of the content that a page names; the floor plan and the pages without a riddle use it.
pub fn room<'a>(house: &'a RoomSet, id: &str) -> Result<&'a HouseRoom, Refusal> {
    house.room(id).ok_or_else(|| Refusal::Ours(format!("the house has no room {id}")))
}
