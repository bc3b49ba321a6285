//! 종: how the visitor wants to get news. Answering sends the first whisper at once. The mailbox
//! always gets news; a device can get pushes as well. Pushes are offered only if the browser
//! supports them, and a failure is explained and loses nothing.

mod device;
mod view;

use std::sync::Arc;

use domain::{
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord},
    },
    walk::{
        device::{Device, Hosts, NotADevice},
        visit::{Bell, Visit},
        whisper::Whisper,
    },
};
use platform::{Init, InitError, Platform};
use ring::{
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    rand::SystemRandom,
};
use store::{Commit, StoreError, Versioned, VisitCommit, WriteError};
use web::{
    AppState, HandlerState, Method, Problem, Refusal, Reply, Request, StatusCode, Walk, riddle,
};

/// The service worker's path. It is below `/bell/`, so that no page is within its scope.
const WORKER: &str = "/bell/worker.js";

/// What the bell needs.
pub struct BellState {
    app: AppState,
    /// `None` if no push key is configured: only the mailbox is offered.
    push: Option<Push>,
}

/// What adding a device needs.
struct Push {
    /// The public push key: a browser's `applicationServerKey`.
    public_key: String,
    hosts: Hosts,
}

impl Init for BellState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let hosts = Hosts::parse(platform.environment.required("PUSH_HOSTS")?);
        let public_key = platform.environment.optional("PUSH_PUBLIC").map(ToOwned::to_owned);
        Ok(Self {
            app: AppState::init(platform).await?,
            push: public_key.map(|public_key| Push { public_key, hosts }),
        })
    }
}

impl HandlerState for BellState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// A visitor in the room.
#[derive(Clone, Copy)]
struct Scene<'a> {
    state: &'a BellState,
    rooms: &'a RoomSet,
    visit: &'a Versioned<Visit>,
    record: &'a RoomRecord,
    request: &'a Request,
}

/// Serves `/bell` and the service worker's script.
pub async fn handle(state: Arc<BellState>, request: Request) -> Result<Reply, Refusal> {
    if request.path == WORKER {
        return match request.method {
            Method::Get => Ok(Reply::Worker(include_str!("worker.js"))),
            Method::Post => Err(Refusal::MethodNotAllowed),
        };
    }
    let app = &state.app;
    let Walk { visit, rooms } = app.walk(request.session()?).await?;
    let record = riddle::entered(&rooms, &visit.value, Bell::ROOM, &request)?;
    let scene =
        Scene { state: &state, rooms: &rooms, visit: &visit, record: &record, request: &request };
    if request.method == Method::Get {
        return Ok(view::page(scene, &[])?.into());
    }
    let open = matches!(record.door(request.now), Door::Open(_));
    match request.form.typed("door") {
        "device" if open => add_device(scene).await,
        "off" => device::remove(app, visit, &request).await,
        "bell" => ring(scene, By::Riddle).await,
        "plain" => ring(scene, By::Plain).await,
        _ => Ok(Reply::see("/bell")),
    }
}

/// Rings the bell or opens the plain door. Both send the first whisper. Idempotent.
async fn ring(scene: Scene<'_>, by: By) -> Result<Reply, Refusal> {
    let Scene { state, rooms, visit, record, request } = scene;
    let onward = Reply::see(riddle::onward(rooms, Bell::ROOM));
    // On a further walk the devices are known already; ringing sends the next whisper.
    let again = !visit.value.round.is_first() && record.door(request.now) == Door::Closed;
    if (visit.value.bell.is_some() || visit.value.reader.is_some()) && !again {
        return Ok(onward);
    }
    let wants_push = by != By::Plain && request.form.typed("way") == "push";
    let device = match wants_push.then(|| state.device(request)).transpose() {
        Ok(device) => device,
        Err(problem) => return invalid(scene, problem),
    };
    let last = visit.value.whisper.as_ref();
    let (whisper, new) = match (Whisper::next(last, visit.value.id, request.now), last) {
        (Ok(next), _) => (next, true),
        // A walk that follows at once: the whisper of the one before is still there.
        (Err(_), Some(last)) if again => (last.clone(), false),
        (Err(_), _) => return Ok(onward),
    };
    let bell = visit.value.bell.clone().unwrap_or_else(|| Bell::mailbox(request.now));
    // A device that would replace the oldest is added where its item goes too: below the open door.
    let device = device.filter(|_| bell.devices().count() < Bell::MOST_DEVICES);
    let bell = device.iter().fold(bell, |bell, device| bell.with_device(device).0);
    let rang = visit.value.clone().rang(record, by, bell, whisper.clone(), request.now);
    let commit = Commit::visit(visit, rang);
    let commit = if new { commit.with_whisper(&whisper, request.language) } else { commit };
    let commit = device.iter().fold(commit, VisitCommit::with_device);
    match state.app.store.commit(commit).await {
        // A lost race is a second click: the first one rang.
        Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(onward),
        Err(WriteError::Store(StoreError::Contended)) => Ok(Reply::see("/bell")),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

/// Adds a device after the bell was rung.
async fn add_device(scene: Scene<'_>) -> Result<Reply, Refusal> {
    match scene.state.device(scene.request) {
        Ok(device) => device::add(&scene.state.app, scene.visit, &device, scene.request).await,
        Err(problem) => invalid(scene, problem),
    }
}

fn invalid(scene: Scene<'_>, problem: Problem) -> Result<Reply, Refusal> {
    Ok(view::page(scene, &[problem])?.status(StatusCode::UNPROCESSABLE_ENTITY).into())
}

impl BellState {
    /// The device in the form.
    fn device(&self, request: &Request) -> Result<Device, Problem> {
        let typed = |name| request.form.typed(name);
        let fields = (typed("endpoint"), typed("p256dh"), typed("auth"));
        // Without a push key no host is called, so no address is valid.
        let no_hosts = Hosts::default();
        let hosts = self.push.as_ref().map_or(&no_hosts, |push| &push.hosts);
        Device::read(fields, hosts, request.language, request.now)
            .and_then(|read| if is_on_the_curve(&read) { Ok(read) } else { Err(NotADevice::Key) })
            .map_err(|why| view::not_a_device(why, request))
    }
}

/// Whether the device's key is a point of P-256 and not only as long as one. No push could be
/// encrypted for it otherwise (RFC 8291, section 3.1).
fn is_on_the_curve(device: &Device) -> bool {
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
    let peer = UnparsedPublicKey::new(&ECDH_P256, device.key());
    private.is_ok_and(|private| agree_ephemeral(private, &peer, |_| ()).is_ok())
}
