//! The riddles of the rooms: how an answer is compared, when a guess has to wait, which hints are
//! open, and the content that the rooms are made of. Knows no order.

pub mod answer;
pub mod content;
pub mod guess;
pub mod hint;
pub mod rhythm;
pub mod room;
