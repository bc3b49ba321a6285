//! The attempts of an order whose choice was made anew.

use serde::{Deserialize, Serialize};

/// Why the choice of an order was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnewReason {
    /// The owner took the choice back before the parcel was handed over.
    ChoiceTakenBack,
    /// The parcel was lost in the post.
    Lost,
    /// The parcel came back undelivered.
    Undeliverable,
}

/// The latest attempt of an order whose choice was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anew {
    /// How many times the choice was made anew.
    pub times: u32,
    /// The sequence number of the latest message before this attempt: what an earlier message of a
    /// chosen, packed or posted book tells is no longer true.
    pub after: u32,
    /// Why.
    pub why: AnewReason,
}
