//! The state file, which lets payments survive a restart: one line of JSON per change, written
//! before the change is answered. A killed process leaves at most an incomplete last line, whose
//! change was not answered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::idempotency::StoredReply;
use crate::ledger::Movement;
use crate::payment::Payment;

/// One change. A line of the journal is a list of changes that happened together.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    /// A payment after the change.
    Payment(Box<Payment>),
    /// A movement of money.
    Movement(Movement),
    /// An answer that an idempotency key replays.
    Answer(StoredReply),
    /// A webhook after the change.
    Delivery(Delivery),
    /// The clock after the change.
    Clock(Clock),
}

/// Why the state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the payment stand-in's state file {} cannot be used: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line is not one of this program's.
    #[error(
        "line {line} of the payment stand-in's state file {} cannot be read: {source}",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// The error of the line.
        source: serde_json::Error,
    },
}

/// The open state file.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Reads every change in `path`; none if there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Vec<Change>, JournalError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(JournalError::File { path: path.to_owned(), source }),
        };
        let mut changes = Vec::new();
        for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let wrong =
                |source| JournalError::Line { path: path.to_owned(), line: number + 1, source };
            let Some(line) = line.strip_suffix(b"\n") else {
                // A last line without its end was cut off by a kill: its change was not answered.
                // The first line is written with the file in one step, so it is always complete.
                if number == 0 {
                    serde_json::from_slice::<Vec<Change>>(line).map_err(wrong)?;
                }
                break;
            };
            let mut together: Vec<Change> = serde_json::from_slice(line).map_err(wrong)?;
            changes.append(&mut together);
        }
        Ok(changes)
    }

    /// Replaces the file with one that contains only `changes`, and opens it for more.
    pub(crate) fn begin(path: &Path, changes: &[Change]) -> Result<Self, JournalError> {
        let fail = |source| JournalError::File { path: path.to_owned(), source };
        let fresh = path.with_extension("new");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        fs::write(&fresh, line(changes).map_err(fail)?).map_err(fail)?;
        fs::rename(&fresh, path).map_err(fail)?;
        let file = OpenOptions::new().append(true).open(path).map_err(fail)?;
        Ok(Self { file })
    }

    /// Appends changes in one write.
    pub(crate) fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        self.file.write_all(&line(changes)?)
    }
}

fn line(changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(changes)?;
    line.push(b'\n');
    Ok(line)
}
