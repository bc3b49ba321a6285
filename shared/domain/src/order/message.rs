//! The messages of the outbox: work that follows a change of an order or a visit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::id::{MessageId, OrderId};

/// The work that a message asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Choose a book.
    Choose,
    /// Prepare the slip and the letter.
    Pack,
    /// The parcel was handed over: the order is on its way.
    Ship,
    /// Carry out the refund whose sequence is this message's.
    Refund,
    /// Notify the reader.
    #[serde(rename = "ring")]
    Notify {
        /// What about.
        notice: Notice,
    },
    /// Send a whisper to a visitor. Belongs to a visit, not to an order.
    Whisper {
        /// The half line of verse.
        half: String,
    },
    /// Notify a visitor of the owner's answer in the mailbox. Belongs to a letter, not to an order.
    Answered,
}

/// A notice to a reader about an order. Contains no name, no address and no title.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Notice {
    /// The money arrived.
    Paid,
    /// A book was chosen.
    Chosen,
    /// The parcel is packed.
    Packed,
    /// The parcel was handed to the carrier.
    Shipped,
    /// The parcel's tracking number was corrected.
    Renumbered,
    /// The order is cancelled and its money is refunded.
    Cancelled,
    /// A refund is done.
    Refunded,
    /// The owner has not chosen today and will tomorrow.
    Later,
    /// A virtual account was opened, and a transfer is awaited.
    #[serde(rename = "deposit")]
    #[strum(serialize = "deposit")]
    BankTransfer,
    /// A refund is due, and the reader has to name an account for it.
    #[serde(rename = "account")]
    #[strum(serialize = "account")]
    BankDetails,
    /// The bank reversed the transfer.
    Reversed,
    /// The parcel was lost or came back, and a book is sent again.
    Again,
    /// The owner noted the return that the reader asked for.
    Return,
}

impl Notice {
    /// Every notice.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in marks.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What had happened when it was told, in the owner's history of an order.
    pub const fn happened(self) -> &'static str {
        match self {
            Self::Paid => "결제되었습니다",
            Self::Chosen => "책을 골랐습니다",
            Self::Packed => "포장했습니다",
            Self::Shipped => "부쳤습니다",
            Self::Renumbered => "운송장 번호를 고쳤습니다",
            Self::Cancelled => "취소되었습니다",
            Self::Refunded => "돈이 돌아갔습니다",
            Self::Later => "고르기를 하루 미뤘습니다",
            Self::BankTransfer => "입금할 계좌를 냈습니다",
            Self::BankDetails => "환불받으실 계좌를 여쭈었습니다",
            Self::Reversed => "은행이 입금을 되돌렸습니다",
            Self::Again => "다시 보내기로 했습니다",
            Self::Return => "책을 돌려받기로 했습니다",
        }
    }
}

/// The queues of the dispatch pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Queue {
    /// Orders to choose a book for.
    Choose,
    /// Orders to pack.
    Pack,
    /// Parcels handed over.
    Ship,
    /// Refunds to carry out.
    Refund,
    /// Readers to notify.
    Notify,
}

impl Queue {
    /// Every queue, in the order of the work.
    pub const ALL: [Self; 5] = [Self::Choose, Self::Pack, Self::Ship, Self::Refund, Self::Notify];

    /// The name of the queue, of its function and of the function's folder.
    pub fn name(self) -> &'static str {
        self.into()
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

/// A message of the outbox, as stored in the table and sent to a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id; two deliveries with the same id are the same message.
    pub id: MessageId,
    /// The work.
    #[serde(flatten)]
    pub task: Task,
    /// When the change was made that it follows from.
    pub at: Timestamp,
}

impl Message {
    /// The order that it is about; `None` for a whisper and an answer, whose id names a visit in the
    /// order's place.
    pub const fn order(&self) -> Option<OrderId> {
        match self.task {
            Task::Whisper { .. } | Task::Answered => None,
            _ => Some(self.id.order),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
