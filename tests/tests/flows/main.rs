//! Whole flows in one process: the real template, the real functions, a moved clock. One binary, because linking the
//! whole system is most of the time a test takes to build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

mod whole_walk;
