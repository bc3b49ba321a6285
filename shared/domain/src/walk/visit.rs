//! The walk of one visitor: which doors are open, who they became at the guestbook, what they
//! wrote, what they ordered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        free_text,
        id::{OrderId, VisitorId},
        sensitive::Sensitive,
        text::Language,
    },
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord},
    },
    walk::{
        bookmark::BookmarkRecord,
        device::{Device, DeviceId},
        wait,
        whisper::Whisper,
    },
};

/// Someone's walk through the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Who walks.
    pub id: VisitorId,
    /// When they opened the first door.
    pub began_at: Timestamp,
    /// The version of the house they entered, and finish on.
    pub house: String,
    /// The language they came in with.
    pub language: Language,
    /// What is kept of each room with a door.
    #[serde(default)]
    rooms: BTreeMap<String, RoomRecord>,
    /// How the house may reach them, once they pulled the bell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bell: Option<Bell>,
    /// The latest whisper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whisper: Option<Whisper>,
    /// The name in the guestbook; a visitor with one is a reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
    /// When the letter for the next order was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_at: Option<Timestamp>,
    /// The orders, oldest first.
    #[serde(default)]
    pub orders: Vec<OrderId>,
    /// The owner walks a version that is not open yet; nothing here counts for the figures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// The bookmark that leads back here, once one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<BookmarkRecord>,
}

/// A visitor who signed the guestbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// The name they go by here.
    pub pen_name: Sensitive<String>,
    /// When they agreed to the terms and the keeping of what an order needs.
    pub agreed_at: Timestamp,
    /// Whether they also agreed to be told of news that no order asks for.
    pub wants_news: bool,
}

/// What a visitor answered at the bell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bell {
    /// When.
    pub at: Timestamp,
    /// The channels on which they may be notified; stored as `ways`. The mailbox is always one of
    /// them, because the others only point at it.
    #[serde(rename = "ways")]
    pub channels: Vec<Channel>,
}

/// A channel on which a visitor is notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "lowercase")]
pub enum Channel {
    /// The mailbox in the house.
    Mailbox,
    /// A push to a device.
    Push {
        /// Which.
        device: DeviceId,
    },
}

impl Bell {
    /// The room's id.
    pub const ROOM: &str = "bell";

    /// The mailbox and nothing else.
    pub fn mailbox(now: Timestamp) -> Self {
        Self { at: now, channels: vec![Channel::Mailbox] }
    }

    /// Most devices that are rung for one visitor.
    pub const MOST_DEVICES: usize = 5;

    /// The bell with a device more, and the device that makes room for it: the one that was hung
    /// first. One that hangs there already is hung anew.
    #[must_use]
    pub fn hung(mut self, device: &Device) -> (Self, Option<DeviceId>) {
        let device = device.id();
        self = self.without(&device);
        let oldest =
            self.devices().next().cloned().filter(|_| self.devices().count() >= Self::MOST_DEVICES);
        if let Some(oldest) = &oldest {
            self = self.without(oldest);
        }
        self.channels.push(Channel::Push { device });
        (self, oldest)
    }

    /// The bell without a device.
    #[must_use]
    pub fn without(mut self, device: &DeviceId) -> Self {
        self.channels
            .retain(|way| !matches!(way, Channel::Push { device: hung } if hung == device));
        self
    }

    /// The devices that were hung, in that order. One that its push service has given up since may
    /// still be among them; which are there, their own items say.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.channels.iter().filter_map(|way| match way {
            Channel::Push { device } => Some(device),
            Channel::Mailbox => None,
        })
    }
}

/// A pen name that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPenName {
    /// Nothing is written.
    #[error("the pen name is empty")]
    Empty,
    /// Longer than [`Reader::LONGEST_NAME`] characters.
    #[error("the pen name is too long")]
    TooLong,
}

impl Reader {
    /// Longest pen name, in characters.
    pub const LONGEST_NAME: usize = 30;

    /// Signs the guestbook.
    pub fn sign(pen_name: &str, wants_news: bool, now: Timestamp) -> Result<Self, NotAPenName> {
        let pen_name = free_text::line(pen_name);
        match pen_name.chars().count() {
            0 => Err(NotAPenName::Empty),
            length if length > Self::LONGEST_NAME => Err(NotAPenName::TooLong),
            _ => Ok(Self { pen_name: Sensitive::new(pen_name), agreed_at: now, wants_news }),
        }
    }
}

/// Where a visitor stands: the first step that is not yet behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<'a> {
    /// Before a closed door of the house; the room's id.
    Room(&'a str),
    /// All doors are open; the guestbook is not signed.
    Guestbook,
    /// No letter for the next order.
    Letter,
    /// A letter is written and no order placed for it.
    Counter,
    /// An order was placed: this is the latest.
    Window(OrderId),
}

impl Position<'_> {
    /// The path of the step.
    pub fn path(&self) -> String {
        match self {
            Self::Room(id) => format!("/{id}"),
            Self::Guestbook => "/guestbook".to_owned(),
            Self::Letter => "/letter".to_owned(),
            Self::Counter => "/counter".to_owned(),
            Self::Window(order) => format!("/window/{order}"),
        }
    }
}

impl Visit {
    /// Orders kept in the record of a walk; older ones are found through the mailbox.
    const ORDERS: usize = 50;

    /// Someone who opened the first door.
    pub fn begin(id: VisitorId, house: &RoomSet, language: Language, now: Timestamp) -> Self {
        Self {
            id,
            began_at: now,
            house: house.version().to_owned(),
            language,
            rooms: BTreeMap::new(),
            bell: None,
            whisper: None,
            reader: None,
            letter_at: None,
            orders: Vec::new(),
            preview: false,
            bookmark: None,
        }
    }

    /// The walk of the owner through a version that is not open yet.
    #[must_use]
    pub fn as_preview(self) -> Self {
        Self { preview: true, ..self }
    }

    /// The record of a room with a door: the one kept, or that of someone who came in when the door
    /// before it opened. None while a door before it is closed, and for a room without a door.
    pub fn room(&self, house: &RoomSet, id: &str, now: Timestamp) -> Option<RoomRecord> {
        let mut came_in = self.began_at;
        for room in house.rooms().iter().filter(|room| room.has_door()) {
            let record = self
                .rooms
                .get(&room.id)
                .cloned()
                .unwrap_or_else(|| self.coming_into(&room.id, came_in));
            if room.id == id {
                return Some(record);
            }
            match record.door(now) {
                Door::Open(opening) => came_in = opening.at,
                Door::Closed => return None,
            }
        }
        None
    }

    /// The record of someone who comes into a room for the first time.
    fn coming_into(&self, room: &str, at: Timestamp) -> RoomRecord {
        let record = RoomRecord::entered(at);
        match wait::poem_for(&self.id.to_string()) {
            Some(poem) if room == wait::ROOM => record.opening_after(poem.seconds()),
            _ => record,
        }
    }

    /// The room they came into last, of those of which anything is written down.
    pub(crate) fn latest_room(&self) -> Option<(&str, &RoomRecord)> {
        let latest = self.rooms.iter().max_by_key(|(_, record)| record.entered_at);
        latest.map(|(room, record)| (room.as_str(), record))
    }

    /// What is written down of a room; `None` while nothing was.
    pub(crate) fn kept(&self, room: &str) -> Option<&RoomRecord> {
        self.rooms.get(room)
    }

    /// The walk with a room's new record.
    #[must_use]
    pub fn with_room(mut self, id: &str, record: RoomRecord) -> Self {
        self.rooms.insert(id.to_owned(), record);
        self
    }

    /// The walk after the bell: by which door, how the house may reach them, and what was whispered
    /// at once.
    #[must_use]
    pub fn rang(
        self,
        record: &RoomRecord,
        by: By,
        bell: Bell,
        whisper: Whisper,
        now: Timestamp,
    ) -> Self {
        let mut visit = self.with_room(Bell::ROOM, record.opened_by(by, now));
        visit.bell = Some(bell);
        visit.whisper = Some(whisper);
        visit
    }

    /// The first room whose door is still closed. Who signed the guestbook has all of them behind
    /// them, also those that the house was given since.
    pub fn closed_room<'a>(&self, house: &'a RoomSet, now: Timestamp) -> Option<&'a str> {
        if self.reader.is_some() {
            return None;
        }
        house
            .rooms()
            .iter()
            .filter(|room| room.has_door())
            .find(|room| {
                self.room(house, &room.id, now)
                    .is_none_or(|record| record.door(now) == Door::Closed)
            })
            .map(|room| room.id.as_str())
    }

    /// Where the visitor stands.
    pub fn place<'a>(&self, house: &'a RoomSet, now: Timestamp) -> Position<'a> {
        if let Some(room) = self.closed_room(house, now) {
            Position::Room(room)
        } else if self.reader.is_none() {
            Position::Guestbook
        } else if self.letter_at.is_some() {
            Position::Counter
        } else if let Some(order) = self.orders.last() {
            Position::Window(*order)
        } else {
            Position::Letter
        }
    }

    /// The walk with another bookmark; the one before leads nowhere any more.
    #[must_use]
    pub fn bookmarked(mut self, bookmark: BookmarkRecord) -> Self {
        self.bookmark = Some(bookmark);
        self
    }

    /// The walk after the guestbook was signed.
    #[must_use]
    pub fn signed(mut self, reader: Reader) -> Self {
        self.reader = Some(reader);
        self
    }

    /// The walk after a letter was written for the next order.
    #[must_use]
    pub fn wrote(mut self, now: Timestamp) -> Self {
        self.letter_at = Some(now);
        self
    }

    /// The walk after an order was placed: its letter belongs to it.
    #[must_use]
    pub fn ordered(mut self, order: OrderId) -> Self {
        self.letter_at = None;
        self.orders.push(order);
        if self.orders.len() > Self::ORDERS {
            self.orders.remove(0);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::device::Hosts;

    fn device(number: u8) -> Device {
        let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let fields =
            (&*format!("https://web.push.apple.com/{number}"), key, "BTBZMqHH6r4Tts7J_aSIgg");
        Device::read(
            fields,
            &Hosts::parse("web.push.apple.com"),
            Language::Ko,
            Timestamp::UNIX_EPOCH,
        )
        .unwrap()
    }

    #[test]
    fn the_sixth_device_takes_the_place_of_the_first_and_one_hung_twice_is_one() {
        let mut bell = Bell::mailbox(Timestamp::UNIX_EPOCH);
        for number in [1, 2, 3, 4, 5, 2] {
            let gone;
            (bell, gone) = bell.hung(&device(number));
            assert_eq!(gone, None);
        }
        let (bell, gone) = bell.hung(&device(6));
        assert_eq!(gone, Some(device(1).id()));
        let names: Vec<DeviceId> = [3, 4, 5, 2, 6].map(|number| device(number).id()).into();
        assert_eq!(bell.devices().cloned().collect::<Vec<_>>(), names);
        let bell = bell.without(&device(6).id());
        assert_eq!((bell.devices().count(), bell.channels.first()), (4, Some(&Channel::Mailbox)));
    }

    #[test]
    fn a_bell_written_before_there_were_pushes_is_still_read() {
        let bell: Bell =
            serde_json::from_str(r#"{"at":"2026-08-01T00:00:00Z","ways":[{"way":"mailbox"}]}"#)
                .unwrap();
        let (bell, _) = bell.hung(&device(1));
        let json = serde_json::to_string(&bell).unwrap();
        assert!(json.contains(r#""way":"push","device":""#), "{json}");
        assert_eq!(serde_json::from_str::<Bell>(&json).unwrap(), bell);
    }
}
