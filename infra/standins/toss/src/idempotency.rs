//! Answers of the API, and the idempotency keys that replay them.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::saturating_add;
use crate::codes::Code;

/// How long an idempotency key is kept after its first use.
const KEPT: SignedDuration = SignedDuration::from_hours(15 * 24);

/// An answer of the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    /// An error answer.
    pub(crate) fn error(code: &Code) -> Self {
        Self { status: code.status, body: json!({"code": code.code, "message": code.korean}) }
    }
}

/// An answer that its idempotency key replays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredReply {
    /// The key with all that it is compared by: API key, method and path, not the body.
    pub(crate) scope: String,
    pub(crate) first_used: Timestamp,
    pub(crate) reply: Reply,
}

/// What an idempotency key says about a call.
pub(crate) enum KeyState {
    /// The first call with this key, or a call without a key.
    Fresh,
    /// The first call with this key has not ended.
    InFlight,
    /// The first call has ended with this answer.
    Answered(Reply),
}

/// All idempotency keys.
#[derive(Debug, Default)]
pub(crate) struct IdempotencyKeys {
    answers: HashMap<String, StoredReply>,
    in_flight: HashSet<String>,
}

impl IdempotencyKeys {
    /// Looks a key up. A fresh key is in flight from now on.
    pub(crate) fn begin(&mut self, scope: &str, now: Timestamp) -> KeyState {
        if self.in_flight.contains(scope) {
            return KeyState::InFlight;
        }
        match self.answers.get(scope) {
            Some(stored) if now < saturating_add(stored.first_used, KEPT) => {
                KeyState::Answered(stored.reply.clone())
            }
            _ => {
                self.in_flight.insert(scope.to_owned());
                KeyState::Fresh
            }
        }
    }

    /// Ends the call with this key. Without a stored answer the key is free again.
    pub(crate) fn end(&mut self, scope: &str) {
        self.in_flight.remove(scope);
    }

    /// Keeps an answer for its key.
    pub(crate) fn store(&mut self, stored: StoredReply) {
        self.answers.insert(stored.scope.clone(), stored);
    }

    /// Every stored answer.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &StoredReply> {
        self.answers.values()
    }
}
