//! What a function opens once and keeps while it is warm.

use std::{future::Future, sync::Arc};

use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Misconfigured, Platform, SecretError};

/// Why a function can not do its work at the moment.
#[derive(Debug, Error)]
pub enum InitError {
    /// A variable is missing.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// A secret can not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Something else that the function needs.
    #[error("{0}")]
    Other(String),
}

/// Something that is made from a function's parts.
pub trait Init: Send + Sync + Sized + 'static {
    /// Makes it.
    fn init(platform: &Platform) -> impl Future<Output = Result<Self, InitError>> + Send;
}

/// Something value with the first call that needs it, and tried again while that fails: a secret
/// that could not be read once does not spoil the environment for good.
#[derive(Debug)]
pub struct LazyState<R> {
    platform: Platform,
    value: OnceCell<Arc<R>>,
}

impl<R: Init> LazyState<R> {
    /// Nothing is value yet.
    pub fn new(platform: Platform) -> Self {
        Self { platform, value: OnceCell::new() }
    }

    /// The thing, value if it was not.
    pub async fn get(&self) -> Result<Arc<R>, InitError> {
        self.value
            .get_or_try_init(|| async { R::init(&self.platform).await.map(Arc::new) })
            .await
            .cloned()
    }
}
