//! The shop's keys in a warm function. They change while it runs: a rotation adds a newer secret and
//! later takes the older one away.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use platform::{InitError, Platform};

use crate::Keys;

/// For how long keys are used without being read again. So a secret that was taken away is valid no
/// longer than this in any function.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(15);

/// At least this long between two readings, whoever sends cookies of unknown secrets.
const BETWEEN: SignedDuration = SignedDuration::from_mins(1);

/// Holds the keys, and reads them again from time to time.
#[derive(Clone)]
pub struct KeyHolder {
    /// Where the keys are read again; `None` if they are this function's own.
    platform: Option<Platform>,
    held: Arc<Mutex<Held>>,
}

impl fmt::Debug for KeyHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHolder")
    }
}

struct Held {
    keys: Arc<Keys>,
    read_at: Timestamp,
    tried_at: Timestamp,
}

impl KeyHolder {
    /// Reads the keys for the first time.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub async fn open(platform: &Platform) -> Result<Self, InitError> {
        let keys = Arc::new(Box::pin(Keys::open(platform)).await?);
        let now = platform.clock.now();
        let held = Arc::new(Mutex::new(Held { keys, read_at: now, tried_at: now }));
        Ok(Self { platform: Some(platform.clone()), held })
    }

    /// Keys of a function that neither signs nor checks anything of the shop: made up at random, so
    /// that every session that it is shown is unknown to it.
    ///
    /// # Errors
    /// If random text is no secret, which does not happen.
    pub fn unshared(platform: &Platform) -> Result<Self, InitError> {
        let random = || format!("{:032x}", platform.random.next_u128());
        let keys = Keys::read(&format!("{}{}", random(), random()))
            .map_err(|why| InitError::Other(why.to_string()))?;
        let now = platform.clock.now();
        let held = Held { keys: Arc::new(keys), read_at: now, tried_at: now };
        Ok(Self { platform: None, held: Arc::new(Mutex::new(held)) })
    }

    /// The keys as they were read last.
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner).keys)
    }

    /// The keys, read again if they are old.
    pub async fn fresh(&self, now: Timestamp) -> Arc<Keys> {
        self.read_if(now, |held| now.duration_since(held.read_at) >= FRESH_FOR).await
    }

    /// The keys, read again because something was signed with a secret that they do not have: a
    /// function that was started later may know a newer one.
    pub async fn newer(&self, now: Timestamp) -> Arc<Keys> {
        self.read_if(now, |_| true).await
    }

    async fn read_if(&self, now: Timestamp, old: impl Fn(&Held) -> bool) -> Arc<Keys> {
        let Some(platform) = &self.platform else { return self.keys() };
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if !old(&held) || now.duration_since(held.tried_at) < BETWEEN {
                return Arc::clone(&held.keys);
            }
            held.tried_at = now;
        }
        // Boxed: avoids the type-depth limit.
        match Box::pin(Keys::open(platform)).await {
            Ok(keys) => {
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                held.keys = Arc::new(keys);
                held.read_at = now;
            }
            // What was read before is still good for nearly every reader.
            Err(why) => tracing::warn!(error.message = %why, "the keys could not be read again"),
        }
        self.keys()
    }
}
