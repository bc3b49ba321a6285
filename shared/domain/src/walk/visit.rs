//! The visit of one visitor: the state of each room, the guestbook, the letter and the orders.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        id::{OrderId, VisitorId},
        text::Language,
    },
    riddle::{
        content::{Height, RoomSet},
        room::{By, Door, RoomRecord},
    },
    walk::{
        bookmark::BookmarkRecord, keepsake::KeptLine, session::Session, wait, whisper::Whisper,
    },
};

mod bell;
mod reader;
mod round;

pub use bell::{Bell, Channel};
pub use reader::{NotAPenName, Reader};
pub use round::Round;

/// The visit of one visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The visitor.
    pub id: VisitorId,
    /// When the visit began: the first door was opened.
    pub began_at: Timestamp,
    /// The version of the content that the visitor entered, and finishes on.
    #[serde(rename = "house")]
    pub version: String,
    /// The language at the beginning of the visit.
    pub language: Language,
    /// The records of rooms with a door, by room.
    #[serde(default)]
    rooms: BTreeMap<String, RoomRecord>,
    /// How the visitor may be notified, once chosen at the bell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bell: Option<Bell>,
    /// The line that was kept in the waiting room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptLine>,
    /// The latest whisper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whisper: Option<Whisper>,
    /// The entry in the guestbook; a visitor with one is a reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
    /// When the letter for the next order was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_at: Option<Timestamp>,
    /// The orders, oldest first.
    #[serde(default)]
    pub orders: Vec<OrderId>,
    /// Whether this is the owner's preview of a version; previews are not counted in the figures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// The visit's bookmark, once one was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<BookmarkRecord>,
    /// Whether an order of it was paid. Until then it ends [`Visit::KEPT_DAYS`] after its last step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paid: bool,
    /// The epoch of the sessions that are admitted.
    #[serde(default, skip_serializing_if = "is_first")]
    pub epoch: u32,
    /// The walk under way, and what the house remembers of those before it.
    #[serde(default, skip_serializing_if = "Round::is_first")]
    pub round: Round,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first(epoch: &u32) -> bool {
    *epoch == 0
}

/// A visitor's position: the first step that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<'a> {
    /// In a room whose door is closed; the room's id.
    Room(&'a str),
    /// All doors are open; the guestbook is not signed.
    Guestbook,
    /// No letter for the next order.
    Letter,
    /// A letter is written, and no order is placed for it.
    Counter,
    /// The latest order was placed.
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
    /// The most orders in the record; older ones are found by their number, or through the mailbox.
    pub const ORDERS: usize = 50;

    /// For how long a visit is kept that led to no paid order: as long as a session and a bookmark.
    pub const KEPT_DAYS: i64 = 180;

    /// When the visitor went on: entered a room, signed, wrote, got a bookmark.
    pub fn went_on_at(&self) -> Timestamp {
        let rooms = self.rooms.values().map(|record| record.entered_at);
        let later = [
            self.reader.as_ref().map(|reader| reader.agreed_at),
            self.letter_at,
            self.bookmark.as_ref().map(|bookmark| bookmark.made_at),
        ];
        rooms.chain(later.into_iter().flatten()).fold(self.walk_began_at(), Timestamp::max)
    }

    /// A new visit.
    pub fn begin(id: VisitorId, content: &RoomSet, language: Language, now: Timestamp) -> Self {
        Self {
            id,
            began_at: now,
            version: content.version().to_owned(),
            language,
            rooms: BTreeMap::new(),
            bell: None,
            kept: None,
            whisper: None,
            reader: None,
            letter_at: None,
            orders: Vec::new(),
            preview: false,
            bookmark: None,
            paid: false,
            epoch: 0,
            round: Round::default(),
        }
    }

    /// The session of a device that is let in now.
    pub const fn session(&self) -> Session {
        Session { visitor: self.id, epoch: self.epoch }
    }

    /// Whether a session still shows this visit.
    ///
    /// ```
    /// use domain::{
    ///     base::{id::VisitorId, text::Language},
    ///     riddle::content::{RoomSet, Height},
    ///     walk::visit::Visit,
    /// };
    ///
    /// let rooms = RoomSet::built_in().unwrap();
    /// let now = "2026-11-23T12:00:00+09:00".parse().unwrap();
    /// let visit = Visit::begin(VisitorId::new(0, 1), &rooms, Language::Ko, now);
    /// let before = visit.session();
    /// let visit = visit.ending_sessions();
    /// assert!(!visit.admits(before) && visit.admits(visit.session()));
    /// ```
    pub fn admits(&self, session: Session) -> bool {
        self.session() == session
    }

    /// The visit after every session so far was ended.
    #[must_use]
    pub const fn ending_sessions(mut self) -> Self {
        self.epoch = self.epoch.saturating_add(1);
        self
    }

    /// The visit as the owner's preview of a version.
    #[must_use]
    pub fn as_preview(self) -> Self {
        Self { preview: true, ..self }
    }

    /// The record of a room with a door: the stored one, or the one of a visitor who entered when
    /// the door before it opened. `None` while a door before it is closed, and for a room without a
    /// door.
    pub fn room(&self, content: &RoomSet, id: &str, now: Timestamp) -> Option<RoomRecord> {
        let mut entered = self.walk_began_at();
        for room in content.rooms().iter().filter(|room| room.has_door()) {
            let record = self
                .rooms
                .get(&room.id)
                .cloned()
                .unwrap_or_else(|| self.entering(&room.id, entered));
            if room.id == id {
                return Some(record);
            }
            match record.door(now) {
                Door::Open(opening) => entered = opening.at,
                Door::Closed => return None,
            }
        }
        None
    }

    /// The record of a visitor who enters a room.
    fn entering(&self, room: &str, at: Timestamp) -> RoomRecord {
        let record = RoomRecord::entered(at);
        match wait::poem_for(&self.id.to_string(), self.round.number) {
            Some(poem) if room == wait::ROOM => record.opening_after(poem.seconds()),
            _ => record,
        }
    }

    /// The room entered last, among those with a stored record.
    pub(crate) fn latest_room(&self) -> Option<(&str, &RoomRecord)> {
        let latest = self.rooms.iter().max_by_key(|(_, record)| record.entered_at);
        latest.map(|(room, record)| (room.as_str(), record))
    }

    /// The shelf that the visitor chose their riddle from in a room.
    pub fn height_in(&self, room: &str) -> Height {
        self.rooms.get(room).map(RoomRecord::height).unwrap_or_default()
    }

    /// The stored record of a room.
    pub(crate) fn kept(&self, room: &str) -> Option<&RoomRecord> {
        self.rooms.get(room)
    }

    /// The visit with the new record of a room.
    #[must_use]
    pub fn with_room(mut self, id: &str, record: RoomRecord) -> Self {
        self.rooms.insert(id.to_owned(), record);
        self
    }

    /// The visit with another line kept in the waiting room.
    #[must_use]
    pub fn keeping(mut self, line: KeptLine) -> Self {
        self.kept = Some(line);
        self
    }

    /// The visit after the bell, with the choice of channels and the whisper that is sent at once.
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

    /// The first room whose door is closed. `None` for a reader, even if rooms were added since they
    /// signed the guestbook.
    pub fn closed_room<'a>(&self, content: &'a RoomSet, now: Timestamp) -> Option<&'a str> {
        if self.reader.is_some() {
            return None;
        }
        content
            .rooms()
            .iter()
            .filter(|room| room.has_door())
            .find(|room| {
                self.room(content, &room.id, now)
                    .is_none_or(|record| record.door(now) == Door::Closed)
            })
            .map(|room| room.id.as_str())
    }

    /// The visitor's position.
    pub fn position<'a>(&self, content: &'a RoomSet, now: Timestamp) -> Position<'a> {
        if let Some(room) = self.closed_room(content, now) {
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

    /// The visit with a new bookmark, which invalidates the one before.
    #[must_use]
    pub fn bookmarked(mut self, bookmark: BookmarkRecord) -> Self {
        self.bookmark = Some(bookmark);
        self
    }

    /// The visit after the guestbook was signed.
    #[must_use]
    pub fn signed(mut self, reader: Reader) -> Self {
        self.reader = Some(reader);
        self
    }

    /// The visit after a letter was written for the next order.
    #[must_use]
    pub fn wrote(mut self, now: Timestamp) -> Self {
        self.letter_at = Some(now);
        self
    }

    /// The visit after an order was placed; the letter belongs to that order.
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
