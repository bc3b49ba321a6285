//! The order: its record, the transitions between its states, and what follows from each.

mod asking;
pub mod bank_transfer;
pub mod counter;
pub mod desk;
pub mod letter;
pub mod message;
pub mod parcel;
pub mod reconciliation;
mod record;
pub mod refund;
pub mod shop_notes;
pub mod stock;
pub mod withdrawal;

pub use record::{Address, Order, Payment, PaymentStatus, Refused, State, Step, Waiting, Want};

#[cfg(test)]
pub(crate) use record::tests;
