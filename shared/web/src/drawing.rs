//! The line drawing of each page, as inline SVG in the colour of the text.

use domain::base::text::Language;
use maud::{Markup, PreEscaped, html};

/// A drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The whole house at night, one window lit: the front page.
    House,
    /// The closed door.
    Door,
    /// The open door of a room that is behind the visitor.
    Doorway,
    /// The knocker on the door.
    Knocker,
    /// Shelves full of books.
    Bookshelf,
    /// A chest under the roof: the attic.
    Chest,
    /// A tree in bloom behind a fence: the backyard.
    Yard,
    /// A bucket over a well.
    Well,
    /// A cushion on the landing of the stairs.
    Stairs,
    /// An empty chair under a lamp.
    Chair,
    /// A bell and its cord.
    Bell,
    /// A keyhole that light comes through.
    Keyhole,
    /// An open guest book and a pen.
    Book,
    /// A lamp over a desk with a letter.
    Desk,
    /// The counter with its scales.
    Counter,
    /// A lit window.
    Window,
    /// The window with its lamp out.
    DarkWindow,
    /// The mailbox with a letter in it.
    Mailbox,
    /// The mailbox without a letter.
    EmptyMailbox,
}

impl Drawing {
    /// The drawing of a room that stands in the place of another; `None` for the rooms that have
    /// pages of their own.
    pub(crate) fn of_room(id: &str) -> Option<Self> {
        match id {
            "attic" => Some(Self::Chest),
            "backyard" => Some(Self::Yard),
            "well" => Some(Self::Well),
            "landing" => Some(Self::Stairs),
            _ => None,
        }
    }

    pub(crate) fn svg(self, language: Language) -> Markup {
        let (korean, english, view, strokes) = match self {
            Self::House => (
                "밤의 작은 기와집, 창 하나에 불이 켜져 있다",
                "A small tiled house at night, one window lit",
                "0 0 360 190",
                HOUSE,
            ),
            Self::Doorway => {
                ("열린 문, 안에 켜진 등불", "An open door, a lamp within", "0 0 120 130", DOORWAY)
            }
            Self::Door => (
                "닫힌 문, 문틈으로 새는 불빛",
                "A closed door, light under it",
                "0 0 120 150",
                DOOR,
            ),
            Self::Knocker => ("문고리", "A knocker", "0 0 120 110", KNOCKER),
            Self::Bookshelf => ("책이 꽂힌 서가", "Shelves of books", "0 0 140 110", BOOKSHELF),
            Self::Chest => ("지붕 밑의 궤짝", "A chest under the roof", "0 0 140 110", CHEST),
            Self::Yard => {
                ("울타리와 꽃 핀 나무", "A fence and a tree in bloom", "0 0 140 110", YARD)
            }
            Self::Well => ("두레박이 걸린 우물", "A bucket over a well", "0 0 140 110", WELL),
            Self::Stairs => ("계단참의 방석", "A cushion on the landing", "0 0 140 110", STAIRS),
            Self::Chair => {
                ("등불 아래 빈 의자", "An empty chair under a lamp", "0 0 130 120", CHAIR)
            }
            Self::Bell => ("줄이 달린 종", "A bell and its cord", "0 0 120 130", BELL),
            Self::Keyhole => {
                ("빛이 새는 열쇠 구멍", "Light through a keyhole", "0 0 120 120", KEYHOLE)
            }
            Self::Book => ("펼친 방명록과 펜", "An open guest book and a pen", "0 0 140 90", BOOK),
            Self::Desk => ("등불 아래 놓인 편지", "A letter under a lamp", "0 0 140 110", DESK),
            Self::Counter => ("저울이 놓인 계산대", "Scales on a counter", "0 0 140 100", COUNTER),
            Self::Window => ("불 켜진 창", "A lit window", "0 0 120 120", WINDOW),
            Self::DarkWindow => ("불 꺼진 창", "A dark window", "0 0 120 120", WINDOW),
            Self::Mailbox => {
                ("편지가 든 편지함", "A mailbox with a letter", "0 0 120 120", MAILBOX)
            }
            Self::EmptyMailbox => ("빈 편지함", "An empty mailbox", "0 0 120 120", MAILBOX),
        };
        // What is drawn with the lamp's colour is not there while the lamp is out.
        let out = matches!(self, Self::DarkWindow | Self::EmptyMailbox);
        let title = match language {
            Language::Ko => korean,
            Language::En => english,
        };
        html! {
            svg.drawing.wide[self == Self::House].out[out] viewBox=(view) role="img" fill="none" stroke="currentColor"
                stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" {
                title { (title) } (PreEscaped(strokes))
            }
        }
    }
}

// The strokes of each drawing: the content of its `svg` element.
/// The strokes of the house, for a picture of its own.
pub const HOUSE: &str = include_str!("drawing/house.svg");
const DOORWAY: &str = include_str!("drawing/doorway.svg");
const DOOR: &str = include_str!("drawing/door.svg");
const KNOCKER: &str = include_str!("drawing/knocker.svg");
const BOOKSHELF: &str = include_str!("drawing/bookshelf.svg");
const CHEST: &str = include_str!("drawing/chest.svg");
const YARD: &str = include_str!("drawing/yard.svg");
const WELL: &str = include_str!("drawing/well.svg");
const STAIRS: &str = include_str!("drawing/stairs.svg");
const CHAIR: &str = include_str!("drawing/chair.svg");
const BELL: &str = include_str!("drawing/bell.svg");
const KEYHOLE: &str = include_str!("drawing/keyhole.svg");
const BOOK: &str = include_str!("drawing/book.svg");
const DESK: &str = include_str!("drawing/desk.svg");
const COUNTER: &str = include_str!("drawing/counter.svg");
const WINDOW: &str = include_str!("drawing/window.svg");
const MAILBOX: &str = include_str!("drawing/mailbox.svg");

#[cfg(test)]
mod tests {
    use domain::riddle::content::RoomSet;

    use super::*;

    #[test]
    fn every_room_for_returning_readers_has_a_drawing_of_its_own() {
        let rooms = RoomSet::built_in().unwrap();
        let drawings: Vec<Option<Drawing>> = rooms
            .all_rooms()
            .filter(|room| room.step() != room.id)
            .map(|room| Drawing::of_room(&room.id))
            .collect();
        assert!(!drawings.is_empty());
        for (place, drawing) in drawings.iter().enumerate() {
            assert!(drawing.is_some() && !drawings[..place].contains(drawing), "{drawings:?}");
        }
    }
}
