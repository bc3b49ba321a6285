//! The riddles of the rooms: how an answer is compared, when a guess has to wait, which hints are
//! open, and the content of the rooms. Does not depend on orders.

pub mod answer;
mod checker;
pub mod content;
pub mod guess;
pub mod hint;
pub mod last_room;
mod loader;
pub mod rhythm;
pub mod room;
