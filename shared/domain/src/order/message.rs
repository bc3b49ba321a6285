//! What one step asks of the next: the messages of the outbox.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::id::MessageId;

/// Work that follows a change of an order. The tag says which queue carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Choose a book.
    Choose,
    /// Prepare the slip and the letter.
    Pack,
    /// The parcel was handed over: the order is on its way.
    Ship,
    /// Give money back: the refund of the order whose number is this message's.
    Refund,
    /// Tell the reader.
    #[serde(rename = "ring")]
    Notify {
        /// What there is to tell.
        notice: Notice,
    },
    /// Whisper to a visitor. It belongs to a visit and to no order.
    Whisper {
        /// The half line of verse.
        half: String,
    },
    /// Tell a visitor that the owner's answer lies in the mailbox. It belongs to a letter and to no
    /// order.
    Answered,
}

/// What the house tells a reader about an order. Carries no name, no address, no title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notice {
    /// The money arrived.
    Paid,
    /// The owner has chosen.
    Chosen,
    /// The parcel is tied up.
    Packed,
    /// The parcel is on its way.
    Shipped,
    /// The parcel has another number than the reader was told.
    Renumbered,
    /// The order is cancelled and its money goes back.
    Cancelled,
    /// Money went back.
    Refunded,
    /// The owner has not chosen today and looks again tomorrow.
    Later,
    /// An account was opened, and a deposit is awaited.
    #[serde(rename = "deposit")]
    BankTransfer,
    /// Money is to go back, and the reader has to say to which account.
    #[serde(rename = "account")]
    BankDetails,
    /// The bank took the deposit back.
    Reversed,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 11] = [
        Self::Paid,
        Self::Chosen,
        Self::Packed,
        Self::Shipped,
        Self::Renumbered,
        Self::Cancelled,
        Self::Refunded,
        Self::Later,
        Self::BankTransfer,
        Self::BankDetails,
        Self::Reversed,
    ];

    /// The name in marks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Chosen => "chosen",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Renumbered => "renumbered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Later => "later",
            Self::BankTransfer => "deposit",
            Self::BankDetails => "account",
            Self::Reversed => "reversed",
        }
    }
}

/// The queues of the dispatch pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Queue {
    /// Orders to choose a book for.
    Choose,
    /// Orders to pack.
    Pack,
    /// Parcels handed over.
    Ship,
    /// Money to give back.
    Refund,
    /// Readers to tell.
    Notify,
}

impl Queue {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 5] = [Self::Choose, Self::Pack, Self::Ship, Self::Refund, Self::Notify];

    /// The name: of the queue, of the function that empties it, of the folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Choose => "choose",
            Self::Pack => "pack",
            Self::Ship => "ship",
            Self::Refund => "refund",
            Self::Notify => "notify",
        }
    }
}

impl Task {
    /// The queue that carries it.
    pub const fn queue(&self) -> Queue {
        match self {
            Self::Choose => Queue::Choose,
            Self::Pack => Queue::Pack,
            Self::Ship => Queue::Ship,
            Self::Refund => Queue::Refund,
            Self::Notify { .. } | Self::Whisper { .. } | Self::Answered => Queue::Notify,
        }
    }
}

/// One message of the outbox, as it lies in the table and travels on a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name; two deliveries with one name are one message.
    pub id: MessageId,
    /// What is asked.
    #[serde(flatten)]
    pub task: Task,
    /// When the step that asks was taken.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::OrderId;

    #[test]
    fn a_message_on_the_wire_says_what_it_asks() {
        let message = Message {
            id: MessageId { order: OrderId::new(0, 0), sequence: 2 },
            task: Task::Notify { notice: Notice::Paid },
            at: "2026-11-22T03:00:00Z".parse().unwrap(),
        };
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(
            json,
            r#"{"id":"00000000000000000000000000#000002","task":"ring","notice":"paid","at":"2026-11-22T03:00:00Z"}"#
        );
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }
}
