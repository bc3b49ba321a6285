//! The page of the waiting room: the poem, and the doors.

use domain::{
    base::{format::clock_from, text::Language},
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord},
    },
    walk::{
        keepsake::{self, KeptLine},
        visit::Visit,
        wait::{self, Poem},
    },
};
use maud::{Markup, html};
use web::{Drawing, Page, Refusal, Request, Script, plan, riddle, say};

pub(crate) fn page(
    rooms: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
) -> Result<Page, Refusal> {
    let (room, language) = (riddle::room(rooms, wait::ROOM)?, request.language);
    let title = room.title.in_language(language);
    let poem = wait::poem_for(&visit.id.to_string(), visit.round.number)
        .ok_or_else(|| Refusal::Ours("the content has no poem for the waiting room".into()))?;
    let door = record.door(request.now);
    let body = html! {
        h1 { (title) }
        @match door {
            Door::Open(opening) => {
                @let how = match opening.by {
                    By::Plain => &rooms.replies().plain,
                    _ => &room.by_itself,
                };
                p.keeper { (how.in_language(language)) }
                (riddle::way_on(rooms, wait::ROOM, language))
                (verse(poem, language))
                (keeping(poem, visit, request))
            }
            Door::Closed => {
                p.keeper { (room.greeting_at(request.now).in_language(language)) }
                (closed(poem, visit, record, request, &riddle::onward(rooms, wait::ROOM)))
            }
        }
    };
    let page = Page::new("wait", title)
        .drawing(if door == Door::Closed { Drawing::Chair } else { Drawing::Doorway })
        .plan(plan::of(rooms, visit, wait::ROOM, request))
        .body(body);
    Ok(if door == Door::Closed {
        page.script(Script::Inline(include_str!("wait.js")))
    } else {
        page
    })
}

fn closed(
    poem: &Poem,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    onward: &str,
) -> Markup {
    let opens = record.opens_by_itself_at();
    let seconds = opens.duration_since(request.now).as_secs().max(0);
    let clock = clock_from(opens);
    let open_now =
        say!(request, "문이 열렸습니다. 들어가셔도 됩니다.", "The door is open. You may go in.");
    html! {
        p.plain id="says" role="status" data-open=(open_now) { (say!(
            request,
            "문은 {clock}에 열립니다. 시를 다 읽을 만한 동안입니다.",
            "The door opens at {clock}: as long as the poem takes to read."
        )) }
        p id="flowing" hidden {
            button.quiet type="button" id="flow" aria-pressed="false" {
                (say!(request, "시를 천천히 흘려 보내기", "Let the poem flow by"))
            }
        }
        (verse(poem, request.language))
        (keeping(poem, visit, request))
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="get" action="/wait" data-door="wait" id="turning" data-seconds=(seconds)
                data-next=(onward)
                data-go=(say!(request, "열린 문으로", "Through the open door")) {
                (riddle::leaf(
                    &say!(request, "기다리는 문", "The waiting door"),
                    &say!(request, "열렸는지 보기", "See whether it is open"),
                    &say!(
                        request,
                        "{clock}에 열립니다. 늦게 오셔도 열려 있습니다.",
                        "It opens at {clock}, and stays open however late you come."
                    ),
                ))
            }
            (riddle::plain_door(request))
        }
    }
}

fn verse(poem: &Poem, language: Language) -> Markup {
    html! {
        figure.verse id="poem" data-seconds=(poem.seconds()) {
            strong { (poem.title.in_language(language)) } "\n\n"
            (poem.text.in_language(language).trim())
            cite { (poem.source.in_language(language)) }
        }
    }
}

/// The line that was kept, and the lines that can be: each is a button, so that one tap keeps it.
fn keeping(poem: &Poem, visit: &Visit, request: &Request) -> Markup {
    let lines: Vec<&str> = keepsake::lines(poem, request.language).collect();
    let kept = visit.kept.as_ref().filter(|kept| kept.poem == poem.id);
    let kept = kept.and_then(|kept| lines.get(usize::from(kept.line)));
    html! {
        section id="keeping" {
            @if let Some(line) = kept {
                p.plain role="status" data-kept { (say!(
                    request,
                    "간직하신 줄: {line}",
                    "The line you keep: {line}"
                )) }
            }
            details {
                summary { @if kept.is_some() { (say!(
                    request,
                    "다른 줄을 간직하기",
                    "Keep another line"
                )) } @else { (say!(
                    request,
                    "마음에 드는 한 줄을 간직하기",
                    "Keep one line that you like"
                )) } }
                form method="post" action="/wait" {
                    ul.lines { @for (number, line) in lines.iter().enumerate() {
                        li { button.link name=(KEEP) value=(number) { (line) } }
                    } }
                }
            }
        }
    }
}

/// The field with the number of the line to keep.
const KEEP: &str = "keep";

/// The line that a form asks to keep, if the visitor's poem has it.
pub(crate) fn line_to_keep(request: &Request, visit: &Visit) -> Option<KeptLine> {
    let line: u16 = request.form.typed(KEEP).parse().ok()?;
    let poem = wait::poem_for(&visit.id.to_string(), visit.round.number)?;
    let there = keepsake::lines(poem, request.language).count() > usize::from(line);
    there.then(|| KeptLine { poem: poem.id.clone(), line })
}
