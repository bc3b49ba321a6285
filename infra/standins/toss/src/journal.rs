//! The file that lets payments survive a restart: one line of JSON per change, written before the
//! change is answered. A process that is killed leaves at most a torn last line, which never
//! counted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::ledger::Movement;
use crate::record::Record;
use crate::webhook::Delivery;
use crate::world::Stored;

/// One thing that changed. A line of the journal is a list of these that happened together.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    /// A payment as it is now.
    Payment(Box<Record>),
    /// Money moved.
    Movement(Movement),
    /// An answer that an idempotency key will replay.
    Answer(Stored),
    /// A webhook as it is now.
    Delivery(Delivery),
    /// The clock was moved.
    Clock(Clock),
}

/// Why the state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the payment stand-in's state file {} cannot be used: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line that this program did not write.
    #[error("line {line} of the payment stand-in's state file {} cannot be read: {source}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Everything that was written to `path` so far; nothing when there is no such file.
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
                // A line without its end was torn by a kill: its change was never answered. The
                // first line comes with the file in one step, so it cannot be torn.
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

    /// Replaces the file by one that holds only `changes`, and opens it for more.
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

    /// Adds what changed, in one write.
    pub(crate) fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        self.file.write_all(&line(changes)?)
    }
}

fn line(changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(changes)?;
    line.push(b'\n');
    Ok(line)
}
