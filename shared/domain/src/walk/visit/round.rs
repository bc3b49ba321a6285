//! The rounds of a visitor: who ordered may walk through the house again, and meets other riddles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Position, Visit};
use crate::{
    base::id::OrderId,
    riddle::content::{RoomSet, Walker},
    walk::{
        keepsake::{Keepsake, keepsakes},
        shared_poem::SharedPoem,
    },
};

/// The walk under way, and what the house remembers of those before it. A visit that was stored
/// before there were rounds is in its first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// How many walks there were before this one.
    #[serde(default)]
    pub number: u32,
    /// When it began; `None` for the first, which began with the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// How many orders there were when it began.
    #[serde(default)]
    pub orders: u32,
    /// The riddles that were met in earlier walks, by room.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    met: BTreeMap<String, BTreeSet<String>>,
    /// The poems of earlier walks, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<EarlierWalk>,
}

/// What is kept of an earlier walk: what its rooms gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct EarlierWalk {
    /// When the next walk began.
    until: Timestamp,
    /// A line for each room, as [`SharedPoem::written`] writes them, without a name.
    poem: String,
}

impl Round {
    /// The most poems of earlier walks; older ones are in the mailbox.
    const POEMS: usize = 24;

    /// Whether it is the first, of which nothing is stored.
    pub fn is_first(&self) -> bool {
        self.number == 0
    }
}

impl Visit {
    /// The visitor as the rooms know them: who they are, which round it is, what they have met.
    pub fn walker(&self) -> Walker {
        Walker {
            visitor: self.id.to_string(),
            round: self.round.number,
            orders: self.round.orders,
            met: self.round.met.clone(),
            began_at: self.walk_began_at(),
        }
    }

    /// When the walk under way began.
    pub fn walk_began_at(&self) -> Timestamp {
        self.round.began_at.unwrap_or(self.began_at)
    }

    /// The first room of the walk under way whose door is closed, for a reader as for a stranger.
    fn closed_in_this_round<'a>(&self, content: &'a RoomSet, now: Timestamp) -> Option<&'a str> {
        let walking = Self { reader: None, ..self.clone() };
        walking.closed_room(content, now)
    }

    /// Where the visitor stands: their position, or the room in which a further walk goes on. A
    /// further walk closes nothing to a reader: letter and counter ask for the position alone.
    pub fn stands<'a>(&self, content: &'a RoomSet, now: Timestamp) -> Position<'a> {
        let walking = (!self.round.is_first()).then(|| self.closed_in_this_round(content, now));
        walking.flatten().map_or_else(|| self.position(content, now), Position::Room)
    }

    /// Whether the visitor may begin another walk: after an order, when the walk under way is over.
    /// A second click finds the new walk under way.
    pub fn may_walk_again(&self, content: &RoomSet, now: Timestamp) -> bool {
        let walking = !self.round.is_first() && self.closed_in_this_round(content, now).is_some();
        self.reader.is_some() && !self.orders.is_empty() && !walking
    }

    /// The visit at the beginning of another walk, through the `newest` version; `content` is the
    /// one of the walk so far. `None` if it may not begin. What was met is remembered, the poem is
    /// kept, and letters, orders and devices stay as they are.
    pub fn walking_again(
        &self,
        content: &RoomSet,
        newest: &RoomSet,
        now: Timestamp,
    ) -> Option<Self> {
        if !self.may_walk_again(content, now) {
            return None;
        }
        let mut round = self.round.clone();
        let walker = self.walker();
        for (step, record) in &self.rooms {
            for height in record.heights_seen() {
                let Some(riddle) = content.riddle_for(step, &walker, height) else { continue };
                round.met.entry(step.clone()).or_default().insert(riddle.id.clone());
            }
        }
        let poem = SharedPoem::of(&keepsakes(self, content, now), "").written();
        round.earlier.push(EarlierWalk { until: now, poem });
        if round.earlier.len() > Round::POEMS {
            round.earlier.remove(0);
        }
        round.number = round.number.saturating_add(1);
        round.began_at = Some(now);
        round.orders = u32::try_from(self.orders.len()).unwrap_or(u32::MAX);
        let version = newest.version().to_owned();
        Some(Self { round, version, rooms: BTreeMap::new(), kept: None, ..self.clone() })
    }

    /// The lines of each earlier walk, oldest first, as they stand in these rooms.
    pub fn earlier_walks(&self, content: &RoomSet) -> Vec<Vec<Keepsake>> {
        self.round.earlier.iter().map(|walk| walk.keepsakes(content)).collect()
    }

    /// The lines of the walk that led to an order.
    pub fn keepsakes_of(&self, order: OrderId, content: &RoomSet, now: Timestamp) -> Vec<Keepsake> {
        let placed = order.made_at();
        let walk = self.round.earlier.iter().find(|walk| placed < walk.until);
        walk.map_or_else(|| keepsakes(self, content, now), |walk| walk.keepsakes(content))
    }
}

impl EarlierWalk {
    fn keepsakes(&self, content: &RoomSet) -> Vec<Keepsake> {
        SharedPoem::read(&self.poem).map(|poem| poem.keepsakes(content)).unwrap_or_default()
    }
}
