//! State that a function makes once and keeps while it is warm.

use std::{future::Future, sync::Arc};

use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Misconfigured, Platform, SecretError};

/// Why a function's state could not be made.
#[derive(Debug, Error)]
pub enum InitError {
    /// A variable is missing or invalid.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Anything else that the function needs.
    #[error("{0}")]
    Other(String),
}

/// State that is made from a function's [`Platform`].
pub trait Init: Send + Sync + Sized + 'static {
    /// Makes the state.
    fn init(platform: &Platform) -> impl Future<Output = Result<Self, InitError>> + Send;
}

/// State that the first call makes. A failure is not kept: the next call tries again, so that a
/// secret which could not be read once does not break the execution environment for good.
#[derive(Debug)]
pub struct LazyState<R> {
    platform: Platform,
    value: OnceCell<Arc<R>>,
}

impl<R: Init> LazyState<R> {
    /// State that is not made yet.
    pub fn new(platform: Platform) -> Self {
        Self { platform, value: OnceCell::new() }
    }

    /// Returns the state, and makes it first if necessary.
    pub async fn get(&self) -> Result<Arc<R>, InitError> {
        self.value
            .get_or_try_init(|| async { R::init(&self.platform).await.map(Arc::new) })
            .await
            .cloned()
    }
}
