//! The file beside the table: messages on queues, checkpoints of streams and schedules, secrets.
//!
//! SQLite in WAL mode: a transaction that has returned survives the process being killed. (A power
//! cut may take the last moments; this is a developer's machine, and `synchronous = NORMAL` saves a
//! disk flush per message.)

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

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

/// The SQLite file, or a database in memory. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(Arc<Mutex<Connection>>);

impl Ledger {
    /// Opens the file and brings its tables up; `None` is in memory.
    pub(crate) fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version > VERSION {
            return Err(rusqlite::Error::InvalidParameterName(format!(
                "the file has version {version}, this program knows {VERSION}"
            )));
        }
        let damage: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if damage != "ok" {
            return Err(rusqlite::Error::InvalidParameterName(damage));
        }
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// The connection. A panic while it was held leaves no half-done work: every change is one
    /// transaction.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A named mark: how far a stream was read, when a schedule last called.
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
    fn marks_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        Ledger::open(Some(&path)).unwrap().set_mark("stream", "7").unwrap();
        let again = Ledger::open(Some(&path)).unwrap();
        assert_eq!(again.mark("stream").unwrap().as_deref(), Some("7"));
        assert_eq!(again.mark("nothing").unwrap(), None);
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        std::fs::write(&path, "이것은 데이터베이스가 아니다. ".repeat(100)).unwrap();
        assert!(Ledger::open(Some(&path)).is_err());
    }
}
