//! placeholder
use crate::{Outcome, fail};
use std::process::ExitCode;
pub(crate) fn watch(_a: impl Iterator<Item = String>) -> Outcome<ExitCode> {
    fail("later")
}
