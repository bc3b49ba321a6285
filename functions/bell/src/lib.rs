//! 종: how may the house reach you? Whoever answers hears the first whisper at once. What does not work yet is not offered.

use std::sync::Arc;

use house::{
    content::House,
    room::{By, Door, RoomRecord},
    visit::{Bell, Visit},
    whisper::Whisper,
};
use maud::html;
use store::Lost;
use web::{Drawing, Method, Page, Refusal, Reply, Request, Site, Walk, plan, riddle, say};

/// Serves `/bell`.
pub async fn handle(site: Arc<Site>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, house } = site.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    let record = riddle::entered(house, &visit.value, Bell::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(page(house, &visit.value, &record, &request)?.into());
    }
    // The second click, or somebody whose bell is long hung: nothing rings twice.
    if visit.value.bell.is_some() || visit.value.reader.is_some() {
        return Ok(Reply::see(riddle::onward(house, Bell::ROOM)));
    }
    let by = match request.form.typed("door") {
        "bell" => By::Riddle,
        "plain" => By::Plain,
        _ => return Ok(Reply::see("/bell")),
    };
    let Ok(whisper) = Whisper::next(visit.value.whisper.as_ref(), visit.value.id, request.now) else {
        return Ok(Reply::see(riddle::onward(house, Bell::ROOM)));
    };
    let bell = Bell::mailbox(request.now);
    let rang = visit.value.clone().rang(&record, by, bell, whisper.clone(), request.now);
    match site.store.save_visit_with_whisper(&visit.with(rang), &whisper, request.language).await {
        // A lost race is the second click of the same hand: the first has rung.
        Ok(()) | Err(Lost::Race(_)) => Ok(Reply::see(riddle::onward(house, Bell::ROOM))),
        Err(Lost::Conflict) => Ok(Reply::see("/bell")),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

fn page(house: &House, visit: &Visit, record: &RoomRecord, request: &Request) -> Result<Page, Refusal> {
    let room = riddle::room(house, Bell::ROOM)?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @match record.door(request.now) {
            Door::Open(opening) => {
                @if opening.by == By::Itself {
                    p.keeper { (room.by_itself.in_language(request.language)) }
                } @else {
                    p.keeper { (say!(request, "종이 울렸소. 소식은 편지함에 놓아 두리다.", "The bell has rung. I shall leave word in your mailbox.")) }
                }
                (riddle::way_on(house, Bell::ROOM, request.language))
            }
            Door::Closed => {
                p.keeper { (room.greeting.in_language(request.language)) }
                p.plain { (say!(
                    request,
                    "소식은 이 집 안의 편지함에 놓입니다. 전화번호도 전자우편 주소도 묻지 않습니다. 푸시와 전자우편은 아직 없습니다.",
                    "Word is left in your mailbox inside the house. We ask for no telephone number and no e-mail address. Push and e-mail are not there yet."
                )) }
                section.doors aria-label=(say!(request, "두 문", "Two doors")) {
                    form method="post" data-onward data-door="bell" {
                        h2 { (say!(request, "종을 당기는 문", "The door with the bell")) }
                        input type="hidden" name="door" value="bell";
                        label.tick for="way-mailbox" {
                            input id="way-mailbox" type="radio" name="way" value="mailbox" checked;
                            span { (say!(request, "편지함에 놓아 주세요", "Leave it in my mailbox")) }
                        }
                        button.quiet.push { (say!(request, "종 당기기", "Pull the bell")) }
                    }
                    (riddle::plain_door(request))
                }
            }
        }
    };
    Ok(Page::new("bell", title)
        .drawing(Drawing::Bell)
        .plan(plan::of(house, visit, Bell::ROOM, request))
        .body(body))
}
