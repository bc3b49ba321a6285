//! `cargo xtask bench`: the figures of the functions, measured in the release profile.

use std::process::ExitCode;

use crate::{Outcome, fail};

/// Not written yet.
pub(crate) fn bench(_arguments: impl Iterator<Item = String>) -> Outcome<ExitCode> {
    fail("`cargo xtask bench` is not written yet.")
}
