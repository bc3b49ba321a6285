//! What a function opens once and keeps while it is warm.

use std::{future::Future, sync::Arc};

use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Cloud, Misconfigured, SecretError};

/// Why a function can not do its work at the moment.
#[derive(Debug, Error)]
pub enum CannotOpen {
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
pub trait Open: Send + Sync + Sized + 'static {
    /// Makes it.
    fn open(cloud: &Cloud) -> impl Future<Output = Result<Self, CannotOpen>> + Send;
}

/// Something opened with the first call that needs it, and tried again while that fails: a secret that could not be read
/// once does not spoil the environment for good.
#[derive(Debug)]
pub struct Opened<R> {
    cloud: Cloud,
    opened: OnceCell<Arc<R>>,
}

impl<R: Open> Opened<R> {
    /// Nothing is opened yet.
    pub fn new(cloud: Cloud) -> Self {
        Self { cloud, opened: OnceCell::new() }
    }

    /// The thing, opened if it was not.
    pub async fn get(&self) -> Result<Arc<R>, CannotOpen> {
        self.opened.get_or_try_init(|| async { R::open(&self.cloud).await.map(Arc::new) }).await.cloned()
    }
}
