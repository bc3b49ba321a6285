//! The rooms of one version of the content, in the order of the walk.

use std::sync::OnceLock;

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    ContentError, Height, Riddle, Stands,
    raw::{read_riddle, room_and_riddle},
    said, wrong,
};
use crate::base::{calendar, text::Text};

/// One version of the content: its rooms and the doorkeeper's common replies.
#[derive(Clone, Debug)]
pub struct RoomSet {
    pub(super) version: String,
    pub(super) replies: Replies,
    pub(super) rooms: Vec<Room>,
    /// Rooms for returning readers, each in the place of one of the walk.
    pub(super) returning: Vec<Room>,
}

/// A step of the walk. Some rooms have riddles; the others only appear in the floor plan.
#[derive(Clone, Debug)]
pub struct Room {
    /// The id: also its path, its function's name and its mark (`study`).
    pub id: String,
    /// The title in the floor plan: 서재.
    pub title: Text,
    /// The doorkeeper's greeting at any hour that has none of its own.
    pub greeting: Text,
    /// Greetings that speak of the time of day, each from its hour in Korea on, in order.
    pub(crate) by_the_clock: Vec<HourlyGreeting>,
    /// Greetings that are true at some times of the year or the day only; the first that is, holds.
    pub(crate) at_times: Vec<TimelyGreeting>,
    /// The ids of the rooms that must be open before this one.
    pub needs: Vec<String>,
    /// How long it usually takes.
    pub expected: Expected,
    /// One line that says why the door opened by itself; empty for a room without a door.
    pub by_itself: Text,
    /// The riddles, one of which is chosen for each visitor; empty if the room has no riddle door.
    pub riddles: Riddles,
    /// The step of the walk in whose place returning readers find it; `None` for a step.
    pub(crate) in_place_of: Option<String>,
    /// How many orders a visitor has who finds it.
    pub(crate) needs_orders: u32,
}

/// A greeting that is true from an hour of the day on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HourlyGreeting {
    /// The first hour, 0 to 23, in Korea.
    pub from: i8,
    /// What the doorkeeper says.
    pub greeting: Text,
}

/// A greeting that is true at some times only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelyGreeting {
    /// When.
    pub when: Stands,
    /// What the doorkeeper says.
    pub greeting: Text,
}

impl Room {
    /// The doorkeeper's greeting now. Those of a room with hours go round the clock: before the
    /// first hour the last one still holds.
    pub fn greeting_at(&self, now: Timestamp) -> &Text {
        if let Some(timely) = self.at_times.iter().find(|timely| timely.when.at(now)) {
            return &timely.greeting;
        }
        let hour = calendar::in_korea(now).hour();
        let begun = self.by_the_clock.iter().rev().find(|hourly| hourly.from <= hour);
        begun.or(self.by_the_clock.last()).map_or(&self.greeting, |hourly| &hourly.greeting)
    }
}

/// The riddles of a room.
///
/// Built-in riddles are parsed on first use, because parsing all of them would slow down every cold
/// start.
#[derive(Clone, Debug, Default)]
pub struct Riddles(Vec<Entry>);

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) height: Height,
    pub(super) stands: Stands,
    /// Name and text of a file that is parsed on first use.
    unread: Option<(&'static str, &'static str)>,
    /// One for each key that it is solved with; a riddle without a key is one alone.
    riddles: OnceLock<Vec<Riddle>>,
}

/// Seconds that a room, or the whole walk, usually takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// By the riddle door.
    pub riddle_seconds: u32,
    /// By the plain door.
    pub plain_seconds: u32,
}

/// The doorkeeper's replies for riddles without a reply of their own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replies {
    /// The plain door was taken.
    pub plain: Text,
    /// The door is open already.
    pub already_open: Text,
    /// One key or one beat away.
    pub almost: Text,
    /// Nothing that counts was typed; says which characters count.
    pub empty: Text,
    /// The same wrong answer again; not counted.
    pub repeated: Text,
    /// Wrong; used in turn.
    pub wrong: Vec<Text>,
    /// The next wrong guess starts a wait.
    pub last_before_wait: Text,
    /// After a wrong guess: the next one is accepted from `{time}` on.
    pub next_at: Text,
    /// Not accepted now; again from `{time}` on.
    pub wait: Text,
    /// Longer than an answer can be.
    pub too_long: Text,
    /// Typed with the Latin keyboard on.
    pub latin_keys: Text,
    /// A typed rhythm contains `{sign}`, which is not a knock.
    pub unknown_sign: Text,
    /// One knock, or none.
    pub too_few_knocks: Text,
    /// More than [`MOST_KNOCKS`](crate::riddle::rhythm::MOST_KNOCKS).
    pub too_many_knocks: Text,
}

impl RoomSet {
    /// The name of this state of the content. A visitor finishes on the version they entered.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The doorkeeper's common replies.
    pub fn replies(&self) -> &Replies {
        &self.replies
    }

    /// Every room, in the order of the walk.
    pub fn rooms(&self) -> &[Room] {
        &self.rooms
    }

    /// One room by its id, of the walk or for returning readers.
    pub fn room(&self, id: &str) -> Option<&Room> {
        self.all_rooms().find(|room| room.id == id)
    }

    /// The room after `id` in the walk.
    pub fn next_after(&self, id: &str) -> Option<&Room> {
        self.rooms.iter().skip_while(|room| room.id != id).nth(1)
    }

    /// The first room on the way to `id` that is not yet passed; a visitor who is ahead of the walk
    /// is redirected there. `None` if `id` may be entered or does not exist.
    pub fn missing_before(&self, id: &str, passed: impl Fn(&str) -> bool) -> Option<&Room> {
        let needed = all_needed(&self.rooms, id);
        self.rooms.iter().find(|room| needed.contains(&room.id.as_str()) && !passed(&room.id))
    }

    /// How long the whole walk usually takes.
    pub fn expected(&self) -> Expected {
        self.rooms.iter().fold(Expected::default(), |sum, room| Expected {
            riddle_seconds: sum.riddle_seconds.saturating_add(room.expected.riddle_seconds),
            plain_seconds: sum.plain_seconds.saturating_add(room.expected.plain_seconds),
        })
    }

    /// The minutes of one room by its riddle door, as the plan shows them: the minutes of all rooms
    /// add up to those of the whole walk.
    pub fn minutes_of(&self, id: &str) -> u32 {
        let (mut before, mut after) = (0, 0);
        for room in &self.rooms {
            before = after;
            after += room.expected.riddle_seconds;
            if room.id == id {
                break;
            }
        }
        after.div_ceil(60).saturating_sub(before.div_ceil(60))
    }

    /// Adds the riddles of a file to the room that it names.
    pub(in crate::riddle) fn add(
        &mut self,
        file: &str,
        riddles: Vec<Riddle>,
    ) -> Result<(), ContentError> {
        let first = riddles.first();
        let stands = first.map(|riddle| (riddle.height, riddle.stands)).unwrap_or_default();
        self.push(file, stands, None, OnceLock::from(riddles))
    }

    /// Adds a file that is parsed on first use. Its shelf and its time are known before.
    pub(in crate::riddle) fn add_unread(
        &mut self,
        file: &'static str,
        text: &'static str,
        stands: (Height, Stands),
    ) -> Result<(), ContentError> {
        self.push(file, stands, Some((file, text)), OnceLock::new())
    }

    fn push(
        &mut self,
        file: &str,
        (height, stands): (Height, Stands),
        unread: Option<(&'static str, &'static str)>,
        riddles: OnceLock<Vec<Riddle>>,
    ) -> Result<(), ContentError> {
        let (room_id, riddle_id) = room_and_riddle(file)?;
        let mut all = self.rooms.iter_mut().chain(&mut self.returning);
        let Some(room) = all.find(|room| room.id == room_id) else {
            return Err(wrong(
                file,
                said!(
                    "house.toml에 없는 방 {room_id}의 것입니다",
                    "is for a room {room_id}, which house.toml does not have"
                ),
            ));
        };
        room.riddles.0.push(Entry { id: riddle_id.to_owned(), height, stands, unread, riddles });
        Ok(())
    }

    /// Changes one riddle, whatever its key; does nothing if it does not exist.
    pub(crate) fn change_riddle(
        &mut self,
        room: &str,
        riddle: &str,
        change: impl FnMut(&mut Riddle),
    ) {
        let mut all = self.rooms.iter_mut().chain(&mut self.returning);
        let room = all.find(|other| other.id == room);
        let entry =
            room.and_then(|room| room.riddles.0.iter_mut().find(|entry| entry.id == riddle));
        if let Some(entry) = entry {
            let mut changed = entry.riddles().to_vec();
            changed.iter_mut().for_each(change);
            entry.riddles = OnceLock::from(changed);
        }
    }
}

/// The ids of all rooms that lead to `id`, without `id` itself.
pub(in crate::riddle) fn all_needed<'a>(rooms: &'a [Room], id: &str) -> Vec<&'a str> {
    let mut needed: Vec<&str> = Vec::new();
    let mut ahead = vec![id];
    while let Some(id) = ahead.pop() {
        let Some(room) = rooms.iter().find(|room| room.id == id) else { continue };
        for need in &room.needs {
            if !needed.contains(&need.as_str()) {
                needed.push(need);
                ahead.push(need);
            }
        }
    }
    needed
}

impl Room {
    /// The step of the walk at which it is met, which is its page: its own id, or that of the room
    /// in whose place it stands.
    pub fn step(&self) -> &str {
        self.in_place_of.as_deref().unwrap_or(&self.id)
    }

    /// Whether the room has a door that is closed at first.
    pub fn has_door(&self) -> bool {
        !self.by_itself.ko.is_empty()
    }

    /// One riddle by its id, for its first key if it has one.
    pub fn riddle(&self, id: &str) -> Option<&Riddle> {
        self.riddles.0.iter().find(|entry| entry.id == id)?.riddles().first()
    }
}

impl Riddles {
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    /// The shelves and times of the riddles. Parses none.
    pub(in crate::riddle) fn stands(&self) -> impl Iterator<Item = (Height, Stands)> {
        self.0.iter().map(|entry| (entry.height, entry.stands))
    }

    /// Whether the room has no riddle. Parses none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many riddles there are. Parses none.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All riddles, each for each of its keys.
    pub fn iter(&self) -> impl Iterator<Item = &Riddle> {
        self.0.iter().flat_map(Entry::riddles)
    }

    /// The shelves on which there is a riddle, from the lowest on.
    pub fn heights(&self) -> Vec<Height> {
        let there = |height: &&Height| self.0.iter().any(|entry| entry.height == **height);
        Height::ALL.iter().filter(there).copied().collect()
    }
}

impl Entry {
    /// The riddles, parsed if they were not before. A built-in file cannot be malformed: a test parses
    /// all of them.
    pub(super) fn riddles(&self) -> &[Riddle] {
        let parse = || self.unread.and_then(|(name, text)| read_riddle(name, text).ok());
        self.riddles.get_or_init(|| parse().unwrap_or_default())
    }
}

impl Expected {
    /// Whole minutes by riddle and by plain door, rounded up.
    pub fn minutes(self) -> (u32, u32) {
        (self.riddle_seconds.div_ceil(60), self.plain_seconds.div_ceil(60))
    }
}
