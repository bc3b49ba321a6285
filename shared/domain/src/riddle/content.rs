//! The content of the rooms: gates, riddles, replies, hints and expected minutes, as data and as
//! the TOML files it is read from.
//!
//! `content/README.md` explains the files to a writer. The `loader` reads a whole set of files, and
//! the `checker` checks it.

mod choice;
mod error;
mod loose;
mod method;
mod raw;
mod returning;
mod reveal;
mod riddle;
mod rooms;

pub use choice::{Stands, Walker};
pub use error::ContentError;
pub(super) use error::{complete, said, wrong};
pub(super) use raw::{read_head, read_riddle};
pub use reveal::{Piece, Revealed};
pub use riddle::{Form, Height, Hint, Key, Kind, Listed, Passage, Riddle, Solution};
pub(super) use rooms::all_needed;
pub use rooms::{Expected, HourlyGreeting, Replies, Riddles, Room, RoomSet, TimelyGreeting};
