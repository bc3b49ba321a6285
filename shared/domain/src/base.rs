//! Types that every other folder uses: ids, money, text, the calendar.

pub mod calendar;
pub mod digits;
pub mod format;
pub mod free_text;
pub mod hex;
pub mod id;
pub mod korean;
pub mod money;
pub mod price;
pub mod sensitive;
pub mod text;
