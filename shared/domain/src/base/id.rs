//! Identifiers. Each is a type of its own, so that an order cannot be looked up by a visitor's id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ulid::Ulid;

/// A text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a {what}")]
pub struct NotAnId {
    what: &'static str,
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl $name {
            /// The identifier of an instant (milliseconds since 1970) and 128 random bits, of which
            /// [ULID](https://github.com/ulid/spec) uses the lower 80.
            pub const fn new(milliseconds: u64, random: u128) -> Self {
                Self(Ulid::from_parts(milliseconds, random))
            }

            /// The instant of the identifier.
            pub fn made_at(&self) -> jiff::Timestamp {
                let milliseconds = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
                jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::MAX)
            }

            /// The 80 random bits.
            pub const fn random(&self) -> u128 {
                self.0.random()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = Ulid::from_string(text).map_err(|_| NotAnId { what: $what })?;
                // Crockford's alphabet reads `I` as `1` and any case: only the canonical form counts.
                if id.to_string() == text { Ok(Self(id)) } else { Err(NotAnId { what: $what }) }
            }
        }
    };
}

ulid_id!(
    /// A *visitor*; called a *reader* after signing the guestbook.
    VisitorId,
    "visitor"
);
ulid_id!(
    /// An order. A ULID is a valid order id for the payment provider (6 to 64 of `A-Z a-z 0-9 - _`).
    OrderId,
    "order"
);

/// A work; all editions of one text share it. By default the ISBN of the first edition in the shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkId(String);

impl WorkId {
    /// Longest work id, in bytes.
    pub const LONGEST: usize = 64;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for WorkId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        let fits = !text.is_empty()
            && text.len() <= Self::LONGEST
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits { Ok(Self(text)) } else { Err(NotAnId { what: "work" }) }
    }
}

impl From<WorkId> for String {
    fn from(id: WorkId) -> Self {
        id.0
    }
}

/// A message of the outbox, written `ORDER#SEQUENCE`. Two deliveries with the same id are the same
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId {
    /// The order that sent it.
    pub order: OrderId,
    /// The number among the order's messages, from 1.
    pub sequence: u32,
}

impl MessageId {
    /// A message of a visit instead of an order. The visitor's id takes the place of the order's:
    /// both are ULIDs, so they do not collide.
    pub const fn of_visitor(visitor: VisitorId, sequence: u32) -> Self {
        Self { order: OrderId(visitor.0), sequence }
    }

    /// The visitor of a message from [`MessageId::of_visitor`].
    pub const fn visitor(self) -> VisitorId {
        VisitorId(self.order.0)
    }

    /// The message about an answer to a visitor's letter. Its sequence is derived from the letter's
    /// place in the mailbox (31 bits of FNV-1a), so each letter has one message. The highest bit is
    /// set, which no counter of a visit reaches.
    pub fn of_answer(visitor: VisitorId, place: &str) -> Self {
        let hash = place
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self::of_visitor(visitor, 0x8000_0000 | (hash >> 1))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{:06}", self.order, self.sequence)
    }
}

impl FromStr for MessageId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let not_one = NotAnId { what: "message" };
        let (order, sequence) = text.split_once('#').ok_or_else(|| not_one.clone())?;
        let order = order.parse().map_err(|_| not_one.clone())?;
        let sequence = sequence.parse().map_err(|_| not_one)?;
        Ok(Self { order, sequence })
    }
}

impl TryFrom<String> for MessageId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_has_one_spelling() {
        let id = OrderId::new(1_700_000_000_000, 42);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_lowercase().parse::<OrderId>().is_err());
        assert!("".parse::<OrderId>().is_err());
        assert!("별헤는밤".parse::<OrderId>().is_err());
    }

    #[test]
    fn a_message_id_is_its_order_and_its_sequence() {
        let id = MessageId { order: OrderId::new(1, 2), sequence: 3 };
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().ends_with("#000003"));
        assert!("x#1".parse::<MessageId>().is_err());
    }
}
