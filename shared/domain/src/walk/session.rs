//! The session of a device, and how it is ended from another one.

use serde::{Deserialize, Serialize};

use crate::base::id::VisitorId;

/// What a session cookie says: whose walk the device goes on with, and in which epoch of the visit
/// it was let in. The visit knows its present epoch ([`Visit::admits`](super::visit::Visit::admits)),
/// so raising that ends every session before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The visitor.
    pub visitor: VisitorId,
    /// The epoch of the visit; 0 until a session is ended for the first time.
    pub epoch: u32,
}

impl Session {
    /// The session of a visitor whose visit begins.
    pub const fn first(visitor: VisitorId) -> Self {
        Self { visitor, epoch: 0 }
    }
}
