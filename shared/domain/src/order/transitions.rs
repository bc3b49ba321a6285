//! The transitions of an order: pure functions from the record, an input and the clock to a new
//! record and its messages.

mod address;
mod bank_transfer;
mod desk;
mod fulfilment;
mod payment;
mod printing;
mod refund;
mod ways_out;
mod withdrawal;
