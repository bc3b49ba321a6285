//! 종: how may the house reach you? Whoever answers hears the first whisper at once. The mailbox is
//! always one of the ways; beside it a device may be hung, to which a push goes. What a browser can
//! not do is not offered, and what failed says so and loses nothing.

mod device;

use std::sync::Arc;

use domain::{
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord},
    },
    walk::{
        device::{Device, Hosts},
        visit::{Bell, Visit},
        whisper::Whisper,
    },
};
use maud::html;
use platform::{Init, InitError, Platform};
use store::{Lost, Versioned};
use web::{
    AppState, Drawing, HandlerState, Method, Page, Problem, Refusal, Reply, Request, Script,
    StatusCode, Walk, field, plan, riddle, say,
};

/// What shows a push and leads to it. It lies below `/bell/`, so that it has no say over any page.
const WORKER: &str = "/bell/worker.js";

/// What the bell needs.
pub struct BellState {
    app: AppState,
    /// None where no key was set for push services: then only the mailbox is offered.
    pushing: Option<Pushing>,
}

/// What hanging a device needs.
struct Pushing {
    /// The public half of the house's key: a browser's `applicationServerKey`.
    public: String,
    hosts: Hosts,
}

impl Init for BellState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let hosts = Hosts::parse(platform.environment.required("PUSH_HOSTS")?);
        let public = platform.environment.optional("PUSH_PUBLIC").map(ToOwned::to_owned);
        Ok(Self {
            app: AppState::init(platform).await?,
            pushing: public.map(|public| Pushing { public, hosts }),
        })
    }
}

impl HandlerState for BellState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/bell`, and the worker below it.
pub async fn handle(bell: Arc<BellState>, request: Request) -> Result<Reply, Refusal> {
    if request.path == WORKER {
        return match request.method {
            Method::Get => Ok(Reply::Worker(include_str!("worker.js"))),
            Method::Post => Err(Refusal::MethodNotAllowed),
        };
    }
    let Walk { visit, house } =
        bell.app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    let record = riddle::entered(house, &visit.value, Bell::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(page(&bell, house, &visit.value, &record, &request, &[])?.into());
    }
    let open = matches!(record.door(request.now), Door::Open(_));
    match request.form.typed("door") {
        "device" if open => hang(&bell, house, &visit, &record, &request).await,
        "off" => device::take_off(&bell.app, visit, &request).await,
        "bell" => pull(&bell, house, &visit, &record, &request, By::Riddle).await,
        "plain" => pull(&bell, house, &visit, &record, &request, By::Plain).await,
        _ => Ok(Reply::see("/bell")),
    }
}

/// The bell is pulled, or the plain door taken: either way the first half line is on its way.
async fn pull(
    bell: &BellState,
    house: &RoomSet,
    visit: &Versioned<Visit>,
    record: &RoomRecord,
    request: &Request,
    by: By,
) -> Result<Reply, Refusal> {
    let onward = Reply::see(riddle::onward(house, Bell::ROOM));
    // The second click, or somebody whose bell is long hung: nothing rings twice.
    if visit.value.bell.is_some() || visit.value.reader.is_some() {
        return Ok(onward);
    }
    let device = match bell.asked_for(by, request) {
        Ok(device) => device,
        Err(problem) => return refused(bell, house, &visit.value, record, request, problem),
    };
    let Ok(whisper) = Whisper::next(visit.value.whisper.as_ref(), visit.value.id, request.now)
    else {
        return Ok(onward);
    };
    let hung = Bell::mailbox(request.now);
    let hung = device.iter().fold(hung, |hung, device| hung.hung(device).0);
    let rang = visit.value.clone().rang(record, by, hung, whisper.clone(), request.now);
    let (rang, store) = (visit.with(rang), &bell.app.store);
    match store.save_visit_with_whisper(&rang, &whisper, request.language, device.as_ref()).await {
        // A lost race is the second click of the same hand: the first has rung.
        Ok(()) | Err(Lost::Race(_)) => Ok(onward),
        Err(Lost::Conflict) => Ok(Reply::see("/bell")),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

/// Another device is hung, by somebody who has been through.
async fn hang(
    bell: &BellState,
    house: &RoomSet,
    visit: &Versioned<Visit>,
    record: &RoomRecord,
    request: &Request,
) -> Result<Reply, Refusal> {
    let device = match bell.device(request) {
        Ok(device) => device,
        Err(problem) => return refused(bell, house, &visit.value, record, request, problem),
    };
    device::hang(&bell.app, visit, &device, request).await
}

fn refused(
    bell: &BellState,
    house: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    problem: Problem,
) -> Result<Reply, Refusal> {
    let page = page(bell, house, visit, record, request, &[problem])?;
    Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
}

impl BellState {
    /// The device that is to be hung with the pull of the bell, if one was asked for.
    fn asked_for(&self, by: By, request: &Request) -> Result<Option<Device>, Problem> {
        if by == By::Plain || request.form.typed("way") != "push" {
            return Ok(None);
        }
        self.device(request).map(Some)
    }

    /// The device that the form brings.
    fn device(&self, request: &Request) -> Result<Device, Problem> {
        let typed = |name| request.form.typed(name);
        let fields = (typed("endpoint"), typed("p256dh"), typed("auth"));
        // Where no key was set no host is called, and no address is good.
        let nobody = Hosts::default();
        let hosts = self.pushing.as_ref().map_or(&nobody, |pushing| &pushing.hosts);
        Device::read(fields, hosts, request.language, request.now)
            .map_err(|why| device::problem(why, request))
    }
}

fn page(
    bell: &BellState,
    house: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
    problems: &[Problem],
) -> Result<Page, Refusal> {
    let room = riddle::room(house, Bell::ROOM)?;
    let title = room.title.in_language(request.language);
    let key = bell.pushing.as_ref().map(|pushing| pushing.public.as_str());
    let body = html! {
        h1 { (title) }
        @match record.door(request.now) {
            Door::Open(opening) => {
                @if opening.by == By::Itself {
                    p.keeper { (room.by_itself.in_language(request.language)) }
                } @else {
                    p.keeper { (say!(request, "종이 울렸소. 소식은 편지함에 놓아 두리다.", "The bell has rung. I shall leave word in your mailbox.")) }
                }
                (field::summary(problems, request.language))
                (riddle::way_on(house, Bell::ROOM, request.language))
                @if let Some(key) = key { (device::another(key, visit.bell.as_ref(), request)) }
            }
            Door::Closed => {
                p.keeper { (room.greeting.in_language(request.language)) }
                p.plain { (say!(
                    request,
                    "소식은 언제나 이 집 안의 편지함에 놓입니다. 전화번호도 전자우편 주소도 묻지 않습니다.",
                    "Word is always left in your mailbox inside the house. We ask for no telephone number and no e-mail address."
                )) }
                (field::summary(problems, request.language))
                section.doors aria-label=(say!(request, "두 문", "Two doors")) {
                    form method="post" data-onward data-door="bell" id="pushing" data-key=[key] {
                        h2 { (say!(request, "종을 당기는 문", "The door with the bell")) }
                        input type="hidden" name="door" value="bell";
                        label.tick for="way-mailbox" {
                            input id="way-mailbox" type="radio" name="way" value="mailbox" checked;
                            span { (say!(request, "편지함에 놓아 주세요", "Leave it in my mailbox")) }
                        }
                        @if key.is_some() { (device::beside_the_mailbox(request)) }
                        button.quiet.push { (say!(request, "종 당기기", "Pull the bell")) }
                    }
                    (riddle::plain_door(request))
                }
            }
        }
    };
    let page = Page::new("bell", title)
        .drawing(Drawing::Bell)
        .plan(plan::of(house, visit, Bell::ROOM, request))
        .body(body);
    Ok(if key.is_some() {
        page.worker().script(Script::Inline(include_str!("pushing.js")))
    } else {
        page
    })
}
