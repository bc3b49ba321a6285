//! The log of one test, captured.
//!
//! The tests of one binary share a process. tracing remembers for each line of code whether anybody
//! wants it, and with a subscriber of one thread alone it may ask another thread, which has none:
//! the line then stays off for good (tokio-rs/tracing#2874). So there is one subscriber for the
//! process, set before anything can be logged, and it keeps the lines of the threads that ask.

use std::cell::RefCell;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Once;

use platform::log::Stamped;
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets, dynamic_filter_fn};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::prelude::*;

/// The local run, its database and the stand-ins: not a part of what is deployed.
const QUIET: [&str; 4] = ["dynoxide", "local", "tower_http", "toss_standin"];

struct Kept {
    most: Level,
    lines: Vec<u8>,
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// What this thread logs from [`Log::keep`] until this is dropped.
#[derive(Debug)]
pub struct Log {
    /// Another thread's lines are not in it.
    this_thread: PhantomData<Rc<()>>,
}

impl Log {
    /// Captures this thread's log up to a level, one JSON object a line.
    pub fn keep(most: Level) -> Self {
        listen();
        let before = KEPT.replace(Some(Kept { most, lines: Vec::new() }));
        assert!(before.is_none(), "this thread's log is kept already");
        Self { this_thread: PhantomData }
    }

    /// The lines so far, parsed.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let text = self.text();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
            .collect()
    }

    /// The lines so far.
    pub fn text(&self) -> String {
        KEPT.with_borrow(|kept| {
            kept.as_ref().map(|kept| String::from_utf8_lossy(&kept.lines).into_owned())
        })
        .unwrap_or_default()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        KEPT.set(None);
    }
}

/// Sets the subscriber of the process, once.
pub(crate) fn listen() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let deployed = QUIET
            .into_iter()
            .fold(Targets::new().with_default(LevelFilter::DEBUG), |targets, quiet| {
                targets.with_target(quiet, LevelFilter::OFF)
            });
        let wanted = dynamic_filter_fn(|line, _| {
            KEPT.with_borrow(|kept| kept.as_ref().is_some_and(|kept| line.level() <= &kept.most))
        });
        // As a deployed function writes it; whose line it is, is not known in one process.
        let lines = tracing_subscriber::fmt::layer()
            .event_format(Stamped::new("shop", "gongganmunhak-test-shop"))
            .fmt_fields(JsonFields::new())
            .with_writer(|| ThisThread)
            .with_filter(wanted)
            .with_filter(deployed);
        tracing_subscriber::registry().with(lines).init();
    });
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.with_borrow_mut(|kept| {
            if let Some(kept) = kept {
                kept.lines.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(said: &str) {
        tracing::info!("{said}");
        tracing::debug!("whispered");
    }

    #[test]
    fn a_line_that_another_thread_logged_first_is_kept() {
        let kept = Log::keep(Level::INFO);
        std::thread::spawn(|| log("elsewhere")).join().unwrap();
        log("here");
        assert!(kept.text().contains("here"), "{}", kept.text());
        assert!(!kept.text().contains("elsewhere") && !kept.text().contains("whispered"));
        drop(kept);
        log("later");
        assert_eq!(Log::keep(Level::INFO).text(), "");
    }
}
