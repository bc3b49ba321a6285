//! The status of a payment.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// The status of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The window is open and the reader has not authenticated. Expires after 30 minutes.
    Ready,
    /// The reader has authenticated and our confirm is due. Expires after 10 minutes.
    InProgress,
    /// A virtual account was issued and nothing was deposited, or the deposit was reversed.
    WaitingForDeposit,
    /// Paid.
    Done,
    /// Cancelled in full.
    Canceled,
    /// Paid and cancelled in part.
    PartialCanceled,
    /// The confirm was refused.
    Aborted,
    /// Not continued in time.
    Expired,
    /// A status that Toss added after this list was written.
    Other(String),
}

impl Status {
    /// The status as Toss writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ready => "READY",
            Self::InProgress => "IN_PROGRESS",
            Self::WaitingForDeposit => "WAITING_FOR_DEPOSIT",
            Self::Done => "DONE",
            Self::Canceled => "CANCELED",
            Self::PartialCanceled => "PARTIAL_CANCELED",
            Self::Aborted => "ABORTED",
            Self::Expired => "EXPIRED",
            Self::Other(other) => other,
        }
    }

    /// Whether money has arrived and some of it is still there.
    pub fn money_is_there(&self) -> bool {
        matches!(self, Self::Done | Self::PartialCanceled)
    }

    /// Whether money has arrived, even if it was cancelled since. `false` for a reversed deposit.
    pub fn holds_or_held_money(&self) -> bool {
        matches!(self, Self::Done | Self::Canceled | Self::PartialCanceled)
    }
}

impl From<String> for Status {
    fn from(text: String) -> Self {
        match text.as_str() {
            "READY" => Self::Ready,
            "IN_PROGRESS" => Self::InProgress,
            "WAITING_FOR_DEPOSIT" => Self::WaitingForDeposit,
            "DONE" => Self::Done,
            "CANCELED" => Self::Canceled,
            "PARTIAL_CANCELED" => Self::PartialCanceled,
            "ABORTED" => Self::Aborted,
            "EXPIRED" => Self::Expired,
            _ => Self::Other(text),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_the_name_of_toss() {
        for text in [
            "READY",
            "IN_PROGRESS",
            "WAITING_FOR_DEPOSIT",
            "DONE",
            "CANCELED",
            "PARTIAL_CANCELED",
            "ABORTED",
            "EXPIRED",
        ] {
            let status = Status::from(text.to_owned());
            assert!(!matches!(status, Status::Other(_)), "{text}");
            assert_eq!(status.as_str(), text);
        }
        assert_eq!(Status::from("NEW".to_owned()), Status::Other("NEW".to_owned()));
    }
}
