//! The line drawing of each page, as inline SVG in the colour of the text.

use domain::base::text::Language;
use maud::{Markup, PreEscaped, html};

/// A drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The closed door.
    Door,
    /// The knocker on the door.
    Knocker,
    /// Shelves full of books.
    Bookshelf,
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
    /// The mailbox.
    Mailbox,
}

impl Drawing {
    pub(crate) fn svg(self, language: Language) -> Markup {
        let (korean, english, view, strokes) = match self {
            Self::Door => (
                "닫힌 문, 문틈으로 새는 불빛",
                "A closed door, light under it",
                "0 0 120 150",
                DOOR,
            ),
            Self::Knocker => ("문고리", "A knocker", "0 0 120 110", KNOCKER),
            Self::Bookshelf => ("책이 꽂힌 서가", "Shelves of books", "0 0 140 110", BOOKSHELF),
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
            Self::Mailbox => ("편지함", "A mailbox", "0 0 120 120", MAILBOX),
        };
        let title = match language {
            Language::Ko => korean,
            Language::En => english,
        };
        html! {
            svg.drawing viewBox=(view) role="img" fill="none" stroke="currentColor"
                stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" {
                title { (title) } (PreEscaped(strokes))
            }
        }
    }
}

// The strokes of each drawing: the content of its `svg` element.
const DOOR: &str = include_str!("drawing/door.svg");
const KNOCKER: &str = include_str!("drawing/knocker.svg");
const BOOKSHELF: &str = include_str!("drawing/bookshelf.svg");
const CHAIR: &str = include_str!("drawing/chair.svg");
const BELL: &str = include_str!("drawing/bell.svg");
const KEYHOLE: &str = include_str!("drawing/keyhole.svg");
const BOOK: &str = include_str!("drawing/book.svg");
const DESK: &str = include_str!("drawing/desk.svg");
const COUNTER: &str = include_str!("drawing/counter.svg");
const WINDOW: &str = include_str!("drawing/window.svg");
const MAILBOX: &str = include_str!("drawing/mailbox.svg");
