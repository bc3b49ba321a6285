//! Helpers of the tests of rooms; the tests are in the modules.

use jiff::Timestamp;

use super::{Puzzle, RoomRecord, Verdict};
use crate::riddle::content::RoomSet;

mod doors_and_hints;
mod guesses;
mod properties;

const OPENED: Verdict = Verdict::Opened { latin_keys: false };

fn after(minutes: i64, seconds: i64) -> Timestamp {
    // 2026-11-22, 22:00 in Korea.
    Timestamp::from_second(1_795_352_400 + minutes * 60 + seconds).unwrap()
}

fn puzzle(room: &str, riddle: &str) -> Puzzle<'static> {
    let rooms = RoomSet::built_in().unwrap_or_else(|error| panic!("{error}"));
    let room = rooms.room(room).unwrap();
    Puzzle { replies: rooms.replies(), room, riddle: room.riddle(riddle).unwrap() }
}

/// The riddle whose answer is 별 헤는 밤, and a new record.
fn study() -> (Puzzle<'static>, RoomRecord) {
    (puzzle("study", "counting-stars"), RoomRecord::entered(after(0, 0)))
}

/// Makes one guess after another; returns the record and the verdicts.
fn say(
    puzzle: &Puzzle<'_>,
    record: &RoomRecord,
    typed: &[(&str, Timestamp)],
) -> (RoomRecord, Vec<Verdict>) {
    let mut record = record.clone();
    let mut verdicts = Vec::new();
    for (typed, now) in typed {
        let outcome = puzzle.guess(&record, typed, *now);
        record = outcome.record;
        verdicts.push(outcome.verdict);
    }
    (record, verdicts)
}
