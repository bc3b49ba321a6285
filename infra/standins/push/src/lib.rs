//! A stand-in for the browsers' push services (RFC 8030): a local program that accepts push
//! messages as the services of Google, Mozilla, Apple and Microsoft do, and simulates the devices
//! that read them. It rejects a message that a browser could not read, so that a mistake in our
//! encryption or signature fails a test.
//!
//! * the push service: `POST /push/{device}`, with a signature (RFC 8292) for this origin by the
//!   key that the device subscribed with, a `TTL`, and a body (RFC 8291) that the device can
//!   decrypt. It answers 201 with `Location`; 400, 401, 403, 404, 410, 413, or what a fault says;
//! * the control API, under `/_standin/`: `POST /_standin/devices` subscribes a device and answers
//!   as `PushSubscription.toJSON()`, `DELETE /_standin/devices/{device}` ends a subscription, `GET
//!   /_standin/pushes` shows the decrypted messages; `POST /_standin/faults` makes the next pushes
//!   fail.
//!
//! It is stricter than the real services in one respect: a device that subscribed without a key is
//! bound to the key of its first push.

mod decrypt;
mod routes;
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

/// The largest body that every push service must accept (RFC 8030, section 7.2).
pub const LARGEST_BODY: usize = 4_096;

/// A subscription, as a browser's `PushSubscription.toJSON()` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The address of its push messages.
    pub endpoint: String,
    /// The device's keys.
    pub keys: PublicKeys,
}

/// The keys that a device gives to the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// The public key, in base64url.
    pub p256dh: String,
    /// The authentication secret, in base64url.
    pub auth: String,
}

/// A push message that the device decrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Push {
    /// The device's endpoint.
    pub endpoint: String,
    /// The decrypted text.
    pub text: String,
    /// The `TTL`, in seconds.
    pub ttl: u32,
    /// The `Urgency`, if any.
    pub urgency: Option<String>,
    /// The size of the encrypted body, in bytes.
    pub bytes: usize,
    /// The time of arrival.
    pub at: Timestamp,
}

/// A fault of the next pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The status of the answer.
    pub status: u16,
    /// `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// How often it still happens.
    #[serde(default = "once")]
    pub times: u32,
    /// Limits it to the device with this endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The message is accepted anyway: only the answer is wrong.
    #[serde(default)]
    pub taken: bool,
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// This status, once, for the next push.
    pub const fn once(status: u16) -> Self {
        Self { status, retry_after: None, times: 1, endpoint: None, taken: false }
    }
}

/// A subscribed device.
struct Device {
    name: String,
    keys: Keys,
    /// The public key that it subscribed with, or the key of its first push.
    server_key: Option<String>,
    gone: bool,
}

#[derive(Default)]
struct PushService {
    devices: Vec<Device>,
    pushes: Vec<Push>,
    faults: Vec<Fault>,
    /// The number of requests to `/push/…`, including failed ones.
    requests: usize,
    /// A fixed time; `None` is the system clock.
    now: Option<Timestamp>,
}

/// The state that the handlers share.
struct Shared {
    url: String,
    service: Mutex<PushService>,
}

impl Shared {
    fn service(&self) -> MutexGuard<'_, PushService> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/push/{name}", self.url)
    }

    /// Subscribes a device with this public key, or without one. `None` without randomness.
    fn device(&self, server_key: Option<String>) -> Option<Subscription> {
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
        self.service().devices.push(Device { name, keys, server_key, gone: false });
        Some(subscription)
    }

    fn end(&self, endpoint: &str) -> bool {
        let mut service = self.service();
        let named =
            |device: &&mut Device| endpoint.rsplit('/').next() == Some(device.name.as_str());
        service.devices.iter_mut().find(named).map(|device| device.gone = true).is_some()
    }
}

/// A running stand-in. Dropping it ends it.
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

/// Starts a stand-in on `listener`. Must be called within a Tokio runtime.
pub fn serve(listener: TcpListener) -> io::Result<Standin> {
    let address: SocketAddr = listener.local_addr()?;
    let shared = Arc::new(Shared { url: format!("http://{address}"), service: Mutex::default() });
    let router = routes::routes(Arc::clone(&shared));
    let task = tokio::spawn(async move {
        // Runs until the task is aborted. If the listener fails before, every request fails.
        drop(axum::serve(listener, router).await);
    });
    Ok(Standin { shared, task })
}

impl Standin {
    /// Its origin, for the shop's list of push services.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// Subscribes a device with this public key of the shop. `None` without randomness.
    pub fn device(&self, public_key: &str) -> Option<Subscription> {
        self.shared.device(Some(public_key.to_owned()))
    }

    /// Ends a subscription: pushes to it answer 410.
    pub fn end(&self, endpoint: &str) -> bool {
        self.shared.end(endpoint)
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.service().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.service().faults.clear();
    }

    /// The decrypted messages, oldest first.
    pub fn pushes(&self) -> Vec<Push> {
        self.shared.service().pushes.clone()
    }

    /// The number of requests to `/push/…`, including failed ones.
    pub fn asked(&self) -> usize {
        self.shared.service().requests
    }

    /// Fixes the time at which signatures are checked.
    pub fn set_now(&self, now: Timestamp) {
        self.shared.service().now = Some(now);
    }
}
