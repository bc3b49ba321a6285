//! 기다림: the owner is busy. A poem to read, and a door that opens when it has been read at reading
//! speed; the plain door opens at any time.
//!
//! A GET reads the walk and writes nothing: the door is open or not by the clock. Without script
//! the page says the time, and shows the open door when it is asked again; the script turns the
//! door at that time and lets the poem flow for those who ask it to.

use std::sync::Arc;

use domain::{
    base::text::Language,
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord, clock_time},
    },
    walk::{
        visit::Visit,
        wait::{self, Poem},
    },
};
use maud::{Markup, html};
use store::Stale;
use web::{
    AppState, Drawing, Method, Page, Refusal, Reply, Request, Script, Walk, plan, riddle, say,
};

/// Serves `/wait`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, house } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    let record = riddle::entered(house, &visit.value, wait::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(page(house, &visit.value, &record, &request)?.into());
    }
    if request.form.typed("door") != "plain" {
        return Ok(Reply::see("/wait"));
    }
    if record.door(request.now) == Door::Closed {
        let opened = visit.value.clone().with_room(wait::ROOM, record.open_plain(request.now));
        match app.store.save_visit(&visit.with(opened)).await {
            Ok(()) => {}
            // Somebody was faster: another tab, or this very write whose answer was lost. If the
            // door is open now, it is.
            Err(Stale::ChangedTo(current)) => {
                let record = riddle::entered(house, &current.value, wait::ROOM, &request)?;
                if record.door(request.now) == Door::Closed {
                    return Ok(Reply::see("/wait"));
                }
            }
            Err(Stale::Store(error)) => return Err(error.into()),
        }
    }
    Ok(Reply::see(riddle::onward(house, wait::ROOM)))
}

fn page(
    house: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
) -> Result<Page, Refusal> {
    let (room, language) = (riddle::room(house, wait::ROOM)?, request.language);
    let title = room.title.in_language(language);
    let poem = wait::poem_for(&visit.id.to_string())
        .ok_or_else(|| Refusal::Ours("there is no poem to wait with".into()))?;
    let door = record.door(request.now);
    let body = html! {
        h1 { (title) }
        @match door {
            Door::Open(opening) => {
                @let how = if opening.by == By::Plain { &house.replies().plain } else { &room.by_itself };
                p.keeper { (how.in_language(language)) }
                (riddle::way_on(house, wait::ROOM, language))
                (set(poem, language))
            }
            Door::Closed => (closed(room.greeting.in_language(language), poem, record, request, &riddle::onward(house, wait::ROOM))),
        }
    };
    let page = Page::new("wait", title)
        .drawing(Drawing::Chair)
        .plan(plan::of(house, visit, wait::ROOM, request))
        .body(body);
    Ok(if door == Door::Closed {
        page.script(Script::Inline(include_str!("wait.js")))
    } else {
        page
    })
}

fn closed(
    greeting: &str,
    poem: &Poem,
    record: &RoomRecord,
    request: &Request,
    onward: &str,
) -> Markup {
    let opens = record.opens_by_itself_at();
    let seconds = opens.duration_since(request.now).as_secs().max(0);
    let clock = clock_time(opens);
    html! {
        p.keeper { (greeting) }
        p.plain id="says" role="status" data-open=(say!(request, "문이 열렸습니다. 들어가셔도 됩니다.", "The door is open. You may go in.")) {
            (say!(
                request,
                format!("문은 {clock}에 열립니다. 시를 다 읽을 만한 동안입니다."),
                format!("The door opens at {clock}: as long as the poem takes to read.")
            ))
        }
        p id="flowing" hidden { button.quiet type="button" id="flow" aria-pressed="false" { (say!(request, "시를 천천히 흘려 보내기", "Let the poem flow by")) } }
        (set(poem, request.language))
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="get" action="/wait" data-door="wait" id="turning" data-seconds=(seconds) data-next=(onward)
                data-go=(say!(request, "열린 문으로", "Through the open door")) {
                h2 { (say!(request, "기다리는 문", "The waiting door")) }
                p.plain { (say!(request, format!("{clock}에 열립니다. 늦게 오셔도 열려 있습니다."), format!("It opens at {clock}, and stays open however late you come."))) }
                button.quiet.push { (say!(request, "열렸는지 보기", "See whether it is open")) }
            }
            (riddle::plain_door(request))
        }
    }
}

fn set(poem: &Poem, language: Language) -> Markup {
    html! {
        figure.verse id="poem" data-seconds=(poem.seconds()) {
            strong { (poem.title.in_language(language)) } "\n\n"
            (poem.text.in_language(language).trim())
            cite { (poem.source.in_language(language)) }
        }
    }
}
