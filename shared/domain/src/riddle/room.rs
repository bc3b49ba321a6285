//! A room with a riddle: what a guess, a hint or the plain door does to a visitor's record.
//!
//! Every function takes the record and the time and returns a new record. Whether the door is open
//! follows from the two as well, so no timer has to open it.
//!
//! A guess is checked in this order: the door is open already; not readable; half-way; right;
//! listed; nearly right; wrong before; new and wrong. Only the last is counted, and only the last
//! can be refused during a wait: a right answer opens the door at any time.

mod puzzle;
mod record;

pub use puzzle::{HintRefused, HintView, Outcome, Puzzle, Verdict};
pub use record::{By, Door, Opening, RoomRecord};

#[cfg(test)]
mod tests;
