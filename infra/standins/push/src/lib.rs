//! A stand-in for the browsers' push services (RFC 8030): a program on this machine that takes
//! pushes as Google, Mozilla, Apple and Microsoft do, and beside it devices that can read them. A
//! push that a browser could not read is refused here, so that a mistake in our own encryption or
//! signature fails in a test.
//!
//! * the push service: `POST /push/{device}`, with a signature (RFC 8292) for this very origin by
//!   the key the device was made for, a `TTL`, and a body (RFC 8291) that the device decrypts. 201
//!   with `Location`; 400, 401, 403, 404, 410, 413, and what a fault says;
//! * the world's side, under `/_standin/`: `POST /_standin/devices` makes a device as
//!   `PushSubscription.toJSON()` writes it, `DELETE /_standin/devices/{device}` ends it, `GET
//!   /_standin/pushes` shows what arrived, in the clear; `POST /_standin/faults` lets the next
//!   pushes fail.
//!
//! It is harsher than the real ones in one thing: a device belongs to a key from the first push on,
//! also where none was named when it was made.

mod decrypt;
mod desk;
mod signature;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, task::JoinHandle};

pub use decrypt::{Keys, Unreadable, decrypt};

/// The largest body that a push service has to take (RFC 8030, section 7.2).
pub const LARGEST: usize = 4_096;

/// A device, as a browser's `PushSubscription.toJSON()` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where its pushes go.
    pub endpoint: String,
    /// Its keys.
    pub keys: PublicKeys,
}

/// The keys of a device that the house may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// Its public key, base64url.
    pub p256dh: String,
    /// The shared secret, base64url.
    pub auth: String,
}

/// A push that arrived and could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Push {
    /// The device's endpoint.
    pub endpoint: String,
    /// What was said, in the clear.
    pub text: String,
    /// The `TTL`, in seconds.
    pub ttl: u32,
    /// The `Urgency`, if any.
    pub urgency: Option<String>,
    /// Bytes of the body as it travelled.
    pub bytes: usize,
    /// When.
    pub at: Timestamp,
}

/// What goes wrong with the next pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The status of the answer.
    pub status: u16,
    /// `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// How often.
    #[serde(default = "once")]
    pub times: u32,
    /// Of the device with this endpoint alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The push is taken all the same: the answer alone is wrong.
    #[serde(default)]
    pub taken: bool,
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// This answer, once, to whatever comes next.
    pub const fn once(status: u16) -> Self {
        Self { status, retry_after: None, times: 1, endpoint: None, taken: false }
    }
}

/// A device and what it knows.
struct Held {
    name: String,
    keys: Keys,
    /// The key that it was made for; of the first push, if none was named.
    belongs_to: Option<String>,
    gone: bool,
}

#[derive(Default)]
struct World {
    devices: Vec<Held>,
    pushes: Vec<Push>,
    faults: Vec<Fault>,
    /// Calls of `/push/…`, whatever became of them.
    asked: usize,
    /// A clock that stands; none is the machine's.
    now: Option<Timestamp>,
}

/// What the handlers share.
struct Shared {
    url: String,
    world: Mutex<World>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/push/{name}", self.url)
    }

    /// Makes a device for this public key of a house, or for whoever pushes first. `None` without
    /// randomness.
    fn device(&self, belongs_to: Option<String>) -> Option<Subscription> {
        let mut name = [0; 12];
        getrandom::fill(&mut name).ok()?;
        let (name, keys) = (URL_SAFE_NO_PAD.encode(name), Keys::generate()?);
        let subscription = Subscription {
            endpoint: self.endpoint(&name),
            keys: PublicKeys {
                p256dh: URL_SAFE_NO_PAD.encode(keys.public()),
                auth: URL_SAFE_NO_PAD.encode(keys.auth()),
            },
        };
        self.world().devices.push(Held { name, keys, belongs_to, gone: false });
        Some(subscription)
    }

    fn end(&self, endpoint: &str) -> bool {
        let mut world = self.world();
        let of_it = |held: &&mut Held| endpoint.rsplit('/').next() == Some(held.name.as_str());
        world.devices.iter_mut().find(of_it).map(|held| held.gone = true).is_some()
    }
}

/// A running stand-in. It ends when this is dropped.
pub struct Standin {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Standin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standin").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a stand-in on `listener`. Has to be called within a Tokio runtime.
pub fn serve(listener: TcpListener) -> io::Result<Standin> {
    let address: SocketAddr = listener.local_addr()?;
    let shared = Arc::new(Shared { url: format!("http://{address}"), world: Mutex::default() });
    let router = desk::routes(Arc::clone(&shared));
    let task = tokio::spawn(async move {
        // It runs until it is stopped; what ends it before is a socket that broke, and then every
        // call says so.
        drop(axum::serve(listener, router).await);
    });
    Ok(Standin { shared, task })
}

impl Standin {
    /// Its origin: what a house has on the list of push services it calls.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// A browser subscribes, for this public key of a house. `None` without randomness.
    pub fn device(&self, public_key: &str) -> Option<Subscription> {
        self.shared.device(Some(public_key.to_owned()))
    }

    /// The reader takes the permission back, or the browser is gone: from now on 410.
    pub fn end(&self, endpoint: &str) -> bool {
        self.shared.end(endpoint)
    }

    /// Lets something go wrong.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Lets nothing more go wrong.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// What arrived, oldest first.
    pub fn pushes(&self) -> Vec<Push> {
        self.shared.world().pushes.clone()
    }

    /// How often a push was tried, whatever became of it.
    pub fn asked(&self) -> usize {
        self.shared.world().asked
    }

    /// Sets the clock by which signatures are judged.
    pub fn set_now(&self, now: Timestamp) {
        self.shared.world().now = Some(now);
    }
}
