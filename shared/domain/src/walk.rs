//! A visitor's walk from the door to the counter: its position, and the rooms without a riddle.

pub mod bookmark;
pub mod content_version;
pub mod device;
pub mod draft;
pub mod funnel;
pub mod keepsake;
mod lost_device;
pub mod session;
pub mod shared_poem;
pub mod visit;
pub mod wait;
pub mod whisper;
