//! The queue journal beside the table's file: messages on queues, positions of streams and
//! schedules, secrets.
//!
//! SQLite in WAL mode: a transaction that has returned survives a killed process. A power cut may
//! lose the last transactions, because `synchronous = NORMAL` saves a disk flush per message.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

/// The version of the tables below, kept in `user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS messages (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    trace TEXT,
    source TEXT,
    sent INTEGER NOT NULL,
    visible INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    first_received INTEGER,
    receipt TEXT
);
CREATE INDEX IF NOT EXISTS messages_by_time ON messages (queue, visible, row);
CREATE INDEX IF NOT EXISTS messages_by_age ON messages (queue, sent);
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_receipt ON messages (receipt) WHERE receipt IS NOT NULL;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secrets (
    name TEXT PRIMARY KEY, value TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, modified INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Why a SQLite file of the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The file is something else.
    #[error("it is not a SQLite database")]
    NotADatabase,
    /// SQLite finds the file damaged.
    #[error("SQLite finds it damaged ({0})")]
    Damaged(String),
    /// A later version of this program wrote the file.
    #[error("it has format {found}, and this program reads formats up to {known}")]
    Newer {
        /// The file's format.
        found: i64,
        /// The latest format this program reads.
        known: i64,
    },
    /// A stored value is not what this program writes.
    #[error("its entry `{0}` is not readable")]
    Value(String),
    /// SQLite refuses for another reason.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// Lets SQLite check a file: one line of its first finding is enough.
pub(crate) fn check(connection: &Connection) -> Result<(), LedgerError> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(LedgerError::Damaged(found.replace('\n', " "))) }
}

/// The SQLite file, or a database in memory. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(Arc<Mutex<Connection>>);

impl Ledger {
    /// Opens the file and creates its tables; `None` is in memory.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, LedgerError> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version > VERSION {
            return Err(LedgerError::Newer { found: version, known: VERSION });
        }
        check(&connection)?;
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// The connection. A poisoned lock is harmless, because every change is one transaction.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A named mark: the position in a stream, or when a schedule last fired.
    pub(crate) fn mark(&self, name: &str) -> rusqlite::Result<Option<String>> {
        self.connection()
            .prepare_cached("SELECT value FROM marks WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    /// Sets a named mark.
    pub(crate) fn set_mark(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO marks VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![name, value])
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        Ledger::open(Some(&path)).unwrap().set_mark("stream", "7").unwrap();
        let again = Ledger::open(Some(&path)).unwrap();
        assert_eq!(again.mark("stream").unwrap().as_deref(), Some("7"));
        assert_eq!(again.mark("nothing").unwrap(), None);
    }

    #[test]
    fn an_unusable_file_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        std::fs::write(&path, "이것은 데이터베이스가 아니다. ".repeat(100)).unwrap();
        assert!(matches!(Ledger::open(Some(&path)), Err(LedgerError::NotADatabase)));
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 9).unwrap();
        let refusal = Ledger::open(Some(&path)).unwrap_err().to_string();
        assert_eq!(refusal, "it has format 9, and this program reads formats up to 1");
    }
}
