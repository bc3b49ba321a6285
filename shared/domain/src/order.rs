//! The order: its record, its states and transitions, and what follows from each transition.

mod address;
mod anew;
mod asking;
pub mod bank_transfer;
pub mod counter;
pub mod desk;
mod events;
pub mod finding;
pub mod forgetting;
mod found_by;
mod last_code;
pub mod ledger;
pub mod letter;
pub mod message;
mod owner_note;
pub mod parcel;
mod payment;
mod payment_key;
pub mod reconciliation;
mod record;
pub mod refund;
mod shipment;
pub mod shop_notes;
mod short_number;
mod state;
pub mod stock;
mod stored;
mod taxes;
mod transitions;
pub mod unpaid;
pub mod withdrawal;

pub use address::{
    Address, AddressIsFixed, PROOFS, PROVING_DIGITS, SentTo, WrongField, masked, phone,
    written_phone,
};
pub use anew::{Anew, AnewReason};
pub use events::Event;
pub use found_by::{Clue, FoundBy};
pub use last_code::{LastCode, NotALastCode};
pub use owner_note::OwnerNote;
pub use payment::{Payment, PaymentStatus, RefusalCode};
pub use payment_key::{BadPaymentKey, PaymentKey};
#[cfg(test)]
pub(crate) use record::tests;
pub use record::{
    BlockedOn, CopyCondition, NothingToUnpack, Order, Step, TransitionError, Unpack, Waiting,
};
pub use shipment::Shipment;
pub use short_number::{NotAShortNumber, ShortNumber};
pub use state::State;
pub use stored::CorruptOrder;
pub use taxes::Taxed;
