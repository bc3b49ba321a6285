//! Which room and which riddle a visitor meets at a step of the walk.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use super::{Height, Riddle, Room, RoomSet, Solution, rooms::Entry};
use crate::{base::calendar, riddle::guess::fingerprint};

/// A visitor as the rooms know them. Room and riddle follow from it alone.
#[derive(Clone, Debug)]
pub struct Walker {
    /// The visitor's id.
    pub visitor: String,
    /// How many walks they made before this one.
    pub round: u32,
    /// How many orders they had when this walk began.
    pub orders: u32,
    /// The riddles that they met on earlier walks, by step.
    pub met: BTreeMap<String, BTreeSet<String>>,
    /// When this walk began: season and hour are those of this instant, so that no riddle changes
    /// under a visitor.
    pub began_at: Timestamp,
}

impl Walker {
    /// A visitor on their first walk.
    pub fn first(visitor: &str, began_at: Timestamp) -> Self {
        Self { visitor: visitor.to_owned(), round: 0, orders: 0, met: BTreeMap::new(), began_at }
    }

    fn has_met(&self, step: &str, riddle: &str) -> bool {
        self.met.get(step).is_some_and(|met| met.contains(riddle))
    }
}

/// When a riddle stands in its room, in Korea.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
pub enum Stands {
    /// At any time.
    #[default]
    Always,
    /// March to May.
    Spring,
    /// June to August.
    Summer,
    /// September to November.
    Autumn,
    /// December to February.
    Winter,
    /// From nine in the evening to five in the morning.
    Night,
}

impl Stands {
    /// Whether it stands at this instant.
    pub fn at(self, now: Timestamp) -> bool {
        let now = calendar::in_korea(now);
        match self {
            Self::Always => true,
            Self::Spring => (3..=5).contains(&now.month()),
            Self::Summer => (6..=8).contains(&now.month()),
            Self::Autumn => (9..=11).contains(&now.month()),
            Self::Winter => matches!(now.month(), 12 | 1 | 2),
            Self::Night => !(5..21).contains(&now.hour()),
        }
    }
}

impl RoomSet {
    /// The room that a visitor finds at a step: on a further walk a room for returning readers, in
    /// turn, and after all of them the room of the first walk. A room of which they have met every
    /// riddle waits until they have met those of the others. `None` if there is no such step.
    pub fn place(&self, step: &str, walker: &Walker) -> Option<&Room> {
        let usual = self.room(step)?;
        if walker.round == 0 {
            return Some(usual);
        }
        let open = |room: &&Room| {
            room.in_place_of.as_deref() == Some(step) && room.needs_orders <= walker.orders
        };
        let mut rooms: Vec<&Room> = self.returning.iter().filter(open).collect();
        rooms.sort_by_key(|room| fingerprint(&[step, &walker.visitor, &room.id]));
        rooms.push(usual);
        let turn = usize::try_from(walker.round - 1).unwrap_or_default() % rooms.len();
        rooms.rotate_left(turn);
        let new = |room: &&&Room| {
            room.riddles
                .entries()
                .any(|e| e.stands.at(walker.began_at) && !walker.has_met(step, &e.id))
        };
        rooms.iter().find(new).or(rooms.first()).copied()
    }

    /// The riddle of a visitor at a step, on the shelf that they chose; `None` for a step without
    /// riddles.
    ///
    /// The riddle is always the same for the same walk and shelf, and no riddle is met twice while
    /// one is left at the step. Rendezvous hashing: the one with the highest fingerprint of room,
    /// visitor and riddle is chosen, so that a riddle added to a room changes the riddle of a few
    /// visitors only. A riddle that is solved with what another room gave is the one for the key of
    /// the visitor's riddle there.
    pub fn riddle_for(&self, step: &str, walker: &Walker, height: Height) -> Option<&Riddle> {
        let room = self.place(step, walker)?;
        let weight = |entry: &&Entry| fingerprint(&[&room.id, &walker.visitor, &entry.id]);
        let again = |entry: &&Entry| {
            fingerprint(&[&room.id, &walker.visitor, &entry.id, &walker.round.to_string()])
        };
        let there = || room.riddles.entries().filter(|entry| entry.stands.at(walker.began_at));
        let new = || there().filter(|entry| !walker.has_met(step, &entry.id));
        let on_the_shelf = |entry: &&Entry| entry.height == height;
        // A shelf without riddles, or without new ones, is no dead end.
        let entry = new()
            .filter(on_the_shelf)
            .max_by_key(weight)
            .or_else(|| new().max_by_key(weight))
            .or_else(|| there().filter(on_the_shelf).max_by_key(again))
            .or_else(|| there().max_by_key(again));
        let riddles = entry?.riddles();
        let first = riddles.first()?;
        let Some(key) = &first.key else { return Some(first) };
        let brought = self.given_in(&key.room, walker);
        let fits =
            |riddle: &&Riddle| riddle.key.as_ref().map(|key| key.numbers.as_slice()) == brought;
        riddles.iter().find(fits).or(Some(first))
    }

    /// The numbers that a visitor carries out of a room: the feet of the verse that they knock there.
    pub fn given_in(&self, room: &str, walker: &Walker) -> Option<&[usize]> {
        match &self.riddle_for(room, walker, Height::default())?.solution {
            Solution::Rhythm(pattern) => Some(pattern.feet()),
            Solution::Word(_) => None,
        }
    }

    /// A riddle that can be met at a step, in whichever of its rooms it stands.
    pub fn riddle_at(&self, step: &str, riddle: &str) -> Option<&Riddle> {
        self.rooms_of(step).find_map(|room| room.riddle(riddle))
    }

    /// The rooms that can be met at a step.
    pub fn rooms_of(&self, step: &str) -> impl Iterator<Item = &Room> {
        self.all_rooms().filter(move |room| room.step() == step)
    }

    /// The step at which a room is met; the id itself if there is no such room.
    pub fn step_of<'a>(&'a self, room: &'a str) -> &'a str {
        self.room(room).map_or(room, Room::step)
    }

    /// The rooms of the walk, and those for returning readers.
    pub fn all_rooms(&self) -> impl Iterator<Item = &Room> {
        self.rooms.iter().chain(&self.returning)
    }
}
