//! A visit: where it stands between door and counter, and what lies on the way.

pub mod bookmark;
pub mod content_version;
pub mod device;
pub mod funnel;
pub mod visit;
pub mod wait;
pub mod whisper;
