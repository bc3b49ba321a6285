//! Where a local system keeps its state: in a folder, locked while the system runs, or in memory.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Where the state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// In memory: it ends with the process.
    Memory,
    /// In a folder, which is created if it does not exist.
    Folder(PathBuf),
}

/// Why a state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process uses the folder.
    #[error(
        "{0} 상태 폴더를 다른 실행이 쓰고 있습니다 / \
         another run already uses the state folder {0}"
    )]
    Locked(String),
    /// A file cannot be opened or is damaged.
    #[error(
        "상태 파일을 읽을 수 없습니다: {path} (--fresh 로 비우거나 파일을 옮기십시오) / \
         cannot read the state file {path} (empty the state with --fresh, or move the file away): \
         {why}"
    )]
    Unreadable {
        /// The file.
        path: String,
        /// The reason.
        why: String,
    },
    /// The table has items, but a key that belongs to them is missing.
    #[error(
        "상태에 {name} 열쇠가 없습니다: {path} 파일이 없거나 바뀌었습니다. 되돌려 놓거나 --fresh 로 \
         상태를 비우십시오 / the state has lost the key {name}: {path} is missing or was replaced; \
         put it back, or empty the state with --fresh"
    )]
    LostKey {
        /// The key's name in the Parameter Store.
        name: String,
        /// The file that keeps it.
        path: String,
    },
}

impl StateError {
    pub(crate) fn unreadable(path: &Path, why: &(impl ToString + ?Sized)) -> Self {
        Self::Unreadable { path: path.display().to_string(), why: why.to_string() }
    }
}

/// The table (dynoxide's SQLite file).
const TABLE: &str = "table.sqlite";
/// Queues, positions of streams and schedules, secrets.
const LEDGER: &str = "ledger.sqlite";
/// The payment stand-in's journal.
const PAYMENTS: &str = "payments.jsonl";
/// The key pair for push services.
const VAPID: &str = "vapid.key";
/// Locked while a process uses the folder.
const LOCK: &str = "lock";

/// A state folder locked by this process. The operating system releases the lock of a killed
/// process.
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

    /// Deletes the files this program writes, and no others. Returns how many.
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

/// The payment stand-in's journal in a state folder.
pub fn payments(folder: &Path) -> PathBuf {
    folder.join(PAYMENTS)
}

/// The file of the key pair for which devices are subscribed.
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
    fn a_folder_is_locked_by_one_run() {
        let folder = tempfile::tempdir().unwrap();
        let first = Held::take(folder.path()).unwrap();
        assert!(matches!(Held::take(folder.path()), Err(StateError::Locked(_))));
        drop(first);
        assert!(Held::take(folder.path()).is_ok());
    }

    #[test]
    fn clearing_deletes_only_the_state() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["table.sqlite", "table.sqlite-wal", "ledger.sqlite", "letters.txt"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert!(exists(folder.path()));
        assert_eq!(Held::take(folder.path()).unwrap().clear().unwrap(), 3);
        assert!(!exists(folder.path()) && folder.path().join("letters.txt").exists());
    }
}
