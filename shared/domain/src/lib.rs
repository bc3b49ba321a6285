//! The rules of the shop. Pure: no I/O, no AWS crate, and the clock is an argument.
//!
//! Six folders, and dependencies between them point one way (a test in `tests/layout.rs` holds
//! it):
//!
//! | folder | what it holds | uses |
//! |---|---|---|
//! | [`base`] | ids, money, text, the calendar | nothing |
//! | [`riddle`] | answers, guesses, hints, rhythms, the content of the rooms | `base` |
//! | [`catalog`] | books, the owner's taste, selection | `base` |
//! | [`order`] | the order, its payment, parcel, refunds, letters and messages | `base`, `catalog` |
//! | [`office`] | the owner's keys and devices, and the line that is kept of each act | `base` |
//! | [`walk`] | the visit, wait, whisper, bookmark, devices, figures | all of them |

pub mod base;
pub mod catalog;
pub mod office;
pub mod order;
pub mod riddle;
pub mod walk;
