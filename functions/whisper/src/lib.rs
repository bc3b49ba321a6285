//! 속삭임: half a line of verse came by the bell, the other half is here. The rules are
//! `domain::walk::whisper`; this is the room around them.

use std::sync::Arc;

use domain::{
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord, clock_time},
    },
    walk::{
        visit::Visit,
        whisper::{self, Heard, Whisper},
    },
};
use maud::{Markup, html};
use store::{Lost, Stale, Versioned};
use web::{
    AppState, Drawing, Method, Page, Refusal, Reply, Request, StatusCode, Walk, plan, riddle, say,
};

/// How often a lost race is judged again before the visitor is asked to try once more.
const ROUNDS: usize = 8;

/// What the keeper answers, and with which status.
#[derive(Default)]
struct FormFeedback {
    reply: Option<String>,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
}

/// Serves `/whisper`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, house } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    let record = riddle::entered(house, &visit.value, whisper::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(page(house, &visit.value, &record, &request, &FormFeedback::default())?.into());
    }
    if let Door::Open(_) = record.door(request.now) {
        return Ok(Reply::see("/whisper"));
    }
    match request.form.typed("door") {
        "again" => again(&app, house, visit, &record, &request).await,
        "plain" | "riddle" => at_a_door(&app, house, visit, &request).await,
        _ => Ok(Reply::see("/whisper")),
    }
}

/// Another whisper. The second click of one hand finds the first, and is told from when on it may
/// ask.
async fn again(
    app: &AppState,
    house: &RoomSet,
    visit: Versioned<Visit>,
    record: &RoomRecord,
    request: &Request,
) -> Result<Reply, Refusal> {
    let next = match Whisper::next(visit.value.whisper.as_ref(), visit.value.id, request.now) {
        Ok(next) => next,
        Err(too_soon) => {
            let clock = clock_time(too_soon.from);
            let said = FormFeedback {
                reply: Some(say!(
                    request,
                    format!("숨을 고르고 {clock}에 다시 속삭이리다."),
                    format!("Let me draw breath. I shall whisper again at {clock}.")
                )),
                wait_seconds: Some(too_soon.from.duration_since(request.now).as_secs()),
                ..FormFeedback::default()
            };
            return Ok(page(house, &visit.value, record, request, &said)?.into());
        }
    };
    let mut asked = visit.value.clone();
    asked.whisper = Some(next.clone());
    match app.store.save_visit_with_whisper(&visit.with(asked), &next, request.language, None).await
    {
        Ok(()) | Err(Lost::Race(_) | Lost::Conflict) => Ok(Reply::see("/whisper")),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

async fn at_a_door(
    app: &AppState,
    house: &RoomSet,
    mut visit: Versioned<Visit>,
    request: &Request,
) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let record = riddle::entered(house, &visit.value, whisper::ROOM, request)?;
        let (after, reply) = act(house, &visit.value, &record, request)?;
        let Some(after) = after else { return Ok(reply) };
        match app.store.save_visit(&visit.with(after)).await {
            Ok(()) => return Ok(reply),
            Err(Stale::ChangedTo(current)) => visit = *current,
            Err(Stale::Store(error)) => return Err(error.into()),
        }
    }
    let record = riddle::entered(house, &visit.value, whisper::ROOM, request)?;
    let busy = say!(
        request,
        "여러 목소리가 한꺼번에 들렸소. 한 번만 다시 해 주시오.",
        "Many voices at once. Once more, please."
    );
    let said = FormFeedback {
        reply: Some(busy.into()),
        status: Some(StatusCode::CONFLICT),
        ..FormFeedback::default()
    };
    Ok(page(house, &visit.value, &record, request, &said)?.into())
}

/// What a door does to the walk, and the answer if that can be written; nothing is written for what
/// is free.
fn act(
    house: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
) -> Result<(Option<Visit>, Reply), Refusal> {
    if let Door::Open(_) = record.door(request.now) {
        return Ok((None, Reply::see("/whisper")));
    }
    if request.form.typed("door") == "plain" {
        let opened = visit.clone().with_room(whisper::ROOM, record.open_plain(request.now));
        return Ok((Some(opened), Reply::see(riddle::onward(house, whisper::ROOM))));
    }
    let heard = visit
        .whisper
        .as_ref()
        .map_or(Heard::Faded, |whisper| whisper.hear(request.form.typed("answer"), request.now));
    let (after, status) = match heard {
        Heard::Joined { latin_keys } => {
            let opened =
                visit.clone().with_room(whisper::ROOM, record.opened_by(By::Riddle, request.now));
            let path = if latin_keys { "/whisper?latin=1" } else { "/whisper" };
            return Ok((Some(opened), Reply::see(path)));
        }
        Heard::Wrong { .. } => {
            let mut missed = visit.clone().with_room(whisper::ROOM, record.missed());
            missed.whisper = missed.whisper.map(Whisper::missed);
            (Some(missed), None)
        }
        Heard::TooLong => (None, Some(StatusCode::UNPROCESSABLE_ENTITY)),
        Heard::Faded | Heard::PageHalf | Heard::Almost | Heard::Empty => (None, None),
    };
    let said = FormFeedback {
        reply: Some(answer(house, heard, request)),
        status,
        ..FormFeedback::default()
    };
    let shown = after.as_ref().unwrap_or(visit);
    let reply = page(house, shown, record, request, &said)?.into();
    Ok((after, reply))
}

/// What the doorkeeper says to a try.
fn answer(house: &RoomSet, heard: Heard, request: &Request) -> String {
    let replies = house.replies();
    let common = |text: &domain::base::text::Text| text.in_language(request.language).to_owned();
    match heard {
        Heard::Joined { .. } => String::new(),
        Heard::Faded => say!(
            request,
            "그 속삭임은 벌써 스러졌소. 새로 청하시오.",
            "That whisper has faded. Ask for another."
        )
        .to_owned(),
        Heard::PageHalf => say!(
            request,
            "그것은 여기 적힌 반쪽이오. 종으로 온 반쪽을 들려 주시오.",
            "That is the half that stands here. Let me hear the half that came by the bell."
        )
        .to_owned(),
        Heard::Almost => common(&replies.almost),
        Heard::Empty => common(&replies.empty),
        Heard::TooLong => common(&replies.too_long),
        Heard::Wrong { left: 0 } => say!(
            request,
            "이어지지 않는구려. 이 속삭임은 여기까지니 새로 청하시오.",
            "They do not join. This whisper has faded; ask for another."
        )
        .to_owned(),
        Heard::Wrong { left } => say!(
            request,
            format!("이어지지 않는구려. 이 속삭임은 {left}번 더 듣겠소."),
            format!("They do not join. For this whisper I shall listen {left} more.")
        ),
    }
}

fn page(
    house: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    said: &FormFeedback,
) -> Result<Page, Refusal> {
    let (room, language) = (riddle::room(house, whisper::ROOM)?, request.language);
    let title = room.title.in_language(language);
    let good = visit.whisper.as_ref().filter(|whisper| whisper.is_good(request.now));
    let body = html! {
        h1 { (title) }
        @match record.door(request.now) {
            Door::Open(opening) => {
                @if request.query.ticked("latin") { p.keeper role="status" { (house.replies().latin_keys.in_language(language)) } }
                p.keeper { (match opening.by {
                    By::Riddle => say!(request, "두 반쪽이 제자리에서 만났소.", "The two halves have found each other."),
                    By::Plain => house.replies().plain.in_language(language),
                    By::Itself => room.by_itself.in_language(language),
                }) }
                @if let Some(verse) = visit.whisper.as_ref().and_then(Whisper::verse) {
                    blockquote.verse {
                        (verse.page.in_language(language)) "\n" (verse.whispered.in_language(language))
                        cite { (verse.source.in_language(language)) }
                    }
                }
                (riddle::way_on(house, whisper::ROOM, language))
            }
            Door::Closed => {
                @if let Some(reply) = &said.reply {
                    p.keeper role="alert" id="reply" { (reply) }
                } @else if good.is_some() {
                    p.keeper { (room.greeting.in_language(language)) }
                } @else {
                    p.keeper { (say!(request, "들리지 않거든 다시 속삭이리다.", "If you cannot hear it, I shall whisper again.")) }
                }
                @if let Some(whisper) = good { (halves(whisper, request)) }
                (doors(good, said, request))
                (another(visit.whisper.as_ref(), request))
                p.plain { (say!(
                    request,
                    format!("아무것도 하지 않아도 {}에는 문이 저절로 열립니다.", clock_time(record.opens_by_itself_at())),
                    format!("If you do nothing at all, the door opens by itself at {}.", clock_time(record.opens_by_itself_at()))
                )) }
            }
        }
    };
    let mut page = Page::new("whisper", title)
        .drawing(Drawing::Keyhole)
        .plan(plan::of(house, visit, whisper::ROOM, request))
        .body(body);
    if let Some(status) = said.status {
        page = page.status(status);
    }
    if let Some(seconds) = said.wait_seconds {
        page = page.wait(seconds);
    }
    Ok(page)
}

/// The half of the room, and where the other one is.
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
                (say!(request, format!("반쪽이 여기까지 들려옵니다. {until}까지 이어 주십시오."), format!("The other half can be heard from here. Join them by {until}.")))
            } @else {
                (say!(request, "나머지 반쪽은 ", "The other half lies in your "))
                a href="/mailbox" { (say!(request, "편지함", "mailbox")) }
                (say!(
                    request,
                    format!("에 있습니다. {}부터는 이 쪽에도 적혀 있고, {until}까지 이을 수 있습니다.", clock_time(from)),
                    format!(". From {} it also stands on this page, and you can join them until {until}.", clock_time(from))
                ))
            }
        }
    }
}

fn doors(good: Option<&Whisper>, said: &FormFeedback, request: &Request) -> Markup {
    html! {
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-door=(if good.is_some() { "riddle" } else { "again" }) {
                h2 { (say!(request, "두 반쪽을 잇는 문", "The door of the two halves")) }
                @if good.is_some() {
                    input type="hidden" name="door" value="riddle";
                    div.field {
                        label for="answer" { (say!(request, "종으로 온 반쪽", "The half that came by the bell")) }
                        input id="answer" name="answer" type="text" value=(request.form.typed("answer")) autocomplete="one-time-code"
                            autocapitalize="none" autocorrect="off" spellcheck="false" enterkeyhint="go"
                            aria-invalid=[said.reply.is_some().then_some("true")] aria-describedby=[said.reply.is_some().then_some("reply")];
                        span.hint { (say!(request, "붙여 넣어도 됩니다.", "You may paste it.")) }
                    }
                    button.quiet.push { (say!(request, "이어 보기", "Join them")) }
                } @else {
                    input type="hidden" name="door" value="again";
                    p.plain { (say!(request, "속삭임이 스러졌습니다. 새로 청하시면 편지함에 다시 놓입니다.", "The whisper has faded. Ask, and a new one lies in your mailbox.")) }
                    button.quiet.push { (say!(request, "다시 속삭여 주세요", "Whisper again, please")) }
                }
            }
            (riddle::plain_door(request))
        }
    }
}

/// Below the doors: another whisper, while the last is still good.
fn another(last: Option<&Whisper>, request: &Request) -> Markup {
    html! {
        @if let Some(last) = last.filter(|last| last.is_good(request.now)) {
            @if request.now >= last.again_from() {
                form method="post" {
                    input type="hidden" name="door" value="again";
                    button.quiet { (say!(request, "다른 구절로 다시 속삭여 주세요", "Whisper another verse, please")) }
                }
            } @else {
                p.plain { (say!(
                    request,
                    format!("{}부터 다른 구절을 청할 수 있습니다.", clock_time(last.again_from())),
                    format!("From {} you can ask for another verse.", clock_time(last.again_from()))
                )) }
            }
        }
    }
}
