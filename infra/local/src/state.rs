//! Where a local system keeps what it knows: a folder of its own, locked while it runs, or memory.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Where the state lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nowhere: it is gone with the process.
    Memory,
    /// In a folder, which is made if it is not there.
    Folder(PathBuf),
}

/// Why a state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process holds it.
    #[error(
        "{0} 상태 폴더를 다른 실행이 쓰고 있습니다 / another run already uses the state folder {0}"
    )]
    Locked(String),
    /// A file in it cannot be opened or is damaged.
    #[error(
        "상태 파일을 읽을 수 없습니다: {path} (--fresh 로 비우거나 파일을 옮기십시오) / cannot read the state file {path} (empty it with --fresh, or move it away): {why}"
    )]
    Unreadable {
        /// The file.
        path: String,
        /// What the system or SQLite said.
        why: String,
    },
}

impl StateError {
    pub(crate) fn unreadable(path: &Path, why: &(impl ToString + ?Sized)) -> Self {
        Self::Unreadable { path: path.display().to_string(), why: why.to_string() }
    }
}

/// The table (dynoxide's SQLite file).
const TABLE: &str = "table.sqlite";
/// Queues, checkpoints and secrets.
const LEDGER: &str = "ledger.sqlite";
/// The payment stand-in's journal.
const PAYMENTS: &str = "payments.jsonl";
const VAPID: &str = "vapid.key";
/// Held while a process uses the folder.
const LOCK: &str = "lock";

/// A state folder this process holds. The lock goes with the value, even when the process is
/// killed.
#[derive(Debug)]
pub(crate) struct Held {
    folder: PathBuf,
    _lock: File,
}

impl Held {
    pub(crate) fn take(folder: &Path) -> Result<Self, StateError> {
        let unreadable = |error: io::Error| StateError::unreadable(folder, &error);
        fs::create_dir_all(folder).map_err(unreadable)?;
        let lock = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(folder.join(LOCK))
            .map_err(unreadable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::Locked(folder.display().to_string())),
            Err(TryLockError::Error(error)) => Err(unreadable(error)),
        }
    }

    /// Removes the state: the files this program made, and nothing else. Gives how many there were.
    pub(crate) fn clear(&self) -> Result<usize, StateError> {
        let mut removed = 0;
        for name in [TABLE, LEDGER, PAYMENTS, VAPID] {
            for tail in ["", "-wal", "-shm", "-journal"] {
                let path = self.folder.join(format!("{name}{tail}"));
                match fs::remove_file(&path) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(StateError::unreadable(&path, &error)),
                }
            }
        }
        Ok(removed)
    }

    pub(crate) fn table(&self) -> PathBuf {
        self.folder.join(TABLE)
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join(LEDGER)
    }
}

/// Where the payment stand-in of a state folder keeps its journal.
pub fn payments(folder: &Path) -> PathBuf {
    folder.join(PAYMENTS)
}

/// Where a state folder keeps the key pair with which devices were hung.
pub fn vapid(folder: &Path) -> PathBuf {
    folder.join(VAPID)
}

/// Whether a folder holds a state.
pub fn exists(folder: &Path) -> bool {
    [TABLE, LEDGER].iter().any(|name| folder.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Held::take(folder.path()).unwrap();
        assert!(matches!(Held::take(folder.path()), Err(StateError::Locked(_))));
        drop(first);
        assert!(Held::take(folder.path()).is_ok());
    }

    #[test]
    fn clearing_removes_only_the_state() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["table.sqlite", "table.sqlite-wal", "ledger.sqlite", "letters.txt"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert!(exists(folder.path()));
        assert_eq!(Held::take(folder.path()).unwrap().clear().unwrap(), 3);
        assert!(!exists(folder.path()) && folder.path().join("letters.txt").exists());
    }
}
