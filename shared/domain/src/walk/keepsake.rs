//! What a visitor takes along: each room gives a line of verse to who solves it, and together the
//! lines are one short poem (a cento), in the order of the walk. A room that was left by the plain
//! door, or whose door opened by itself, leaves "……" in its place, until its riddle is solved.
//!
//! Nothing is stored for it but the line that the visitor kept while waiting.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::text::{Language, Text},
    order::letter::{Author, Letter},
    riddle::{content::RoomSet, room::Door},
    walk::{
        visit::Visit,
        wait::{self, Poem},
        whisper,
    },
};

/// What stands in the place of a line that was not taken along.
pub const UNWRITTEN: &str = "……";

/// A line of verse, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line.
    pub text: Text,
    /// Author, title, first publication.
    pub source: Text,
}

/// The line that a visitor kept while they waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLine {
    /// The poem.
    pub poem: String,
    /// The line, counted from 0 without the empty ones; the same in both languages.
    pub line: u16,
}

/// A room that gives a line, and whether it was taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keepsake {
    /// The room's id.
    pub room: String,
    /// What gave the line; `None` if the visitor left without it.
    pub given: Option<Given>,
    /// The line; `None` as well if the content no longer has it.
    pub line: Option<Line>,
}

/// What gave a line: enough to find it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The riddle of this id, in its room.
    Riddle(String),
    /// A line of a poem, kept while waiting; both as in [`KeptLine`].
    Kept {
        /// The poem.
        poem: String,
        /// The line.
        line: u16,
    },
    /// The verse of this id, joined from its halves.
    Verse(String),
}

impl Given {
    /// Reads what [`shared_poem`](crate::walk::shared_poem) writes for a room.
    pub(crate) fn read(room: &str, text: &str) -> Option<Self> {
        Some(match room {
            wait::ROOM => {
                let (poem, line) = text.rsplit_once('/')?;
                Self::Kept { poem: poem.to_owned(), line: line.parse().ok()? }
            }
            whisper::ROOM => Self::Verse(text.to_owned()),
            _ => Self::Riddle(text.to_owned()),
        })
    }

    /// The line, as it stands in these rooms.
    pub fn line(&self, room: &str, rooms: &RoomSet) -> Option<Line> {
        match self {
            Self::Riddle(id) => {
                let (text, source) = rooms.riddle_at(room, id)?.given()?;
                Some(Line { text: text.clone(), source: source.clone() })
            }
            Self::Kept { poem, line } => kept(poem, *line),
            Self::Verse(id) => whisper::verses().iter().find(|verse| verse.id == *id).map(whole),
        }
    }
}

/// The lines of a visitor's walk, in its order: one of each room that gives one and lies behind them.
pub fn keepsakes(visit: &Visit, rooms: &RoomSet, now: Timestamp) -> Vec<Keepsake> {
    let mut found = Vec::new();
    let walker = visit.walker();
    for room in rooms.rooms() {
        let Some(record) = visit.room(rooms, &room.id, now) else { continue };
        let Door::Open(_) = record.door(now) else { continue };
        let solved = record.is_solved();
        let given = if room.id == wait::ROOM {
            let kept = visit.kept.as_ref();
            kept.map(|kept| Given::Kept { poem: kept.poem.clone(), line: kept.line })
        } else if room.id == whisper::ROOM {
            let whisper = visit.whisper.as_ref().filter(|_| solved);
            whisper.map(|whisper| Given::Verse(whisper.verse.clone()))
        } else if let Some(riddle) = rooms.riddle_for(&room.id, &walker, record.height()) {
            (solved && riddle.gives.is_some()).then(|| Given::Riddle(riddle.id.clone()))
        } else {
            continue;
        };
        let line = given.as_ref().and_then(|given| given.line(&room.id, rooms));
        found.push(Keepsake { room: room.id.clone(), given, line });
    }
    found
}

/// Whether there is a line at all: a walk by plain doors alone makes no poem.
pub fn has_a_line(keepsakes: &[Keepsake]) -> bool {
    keepsakes.iter().any(|keepsake| keepsake.line.is_some())
}

/// The poem as text: a line each, and the pen name below it.
pub fn poem(keepsakes: &[Keepsake], pen_name: &str, language: Language) -> String {
    let line = |keepsake: &Keepsake| match &keepsake.line {
        Some(line) => line.text.in_language(language).to_owned(),
        None => UNWRITTEN.to_owned(),
    };
    let lines: Vec<String> = keepsakes.iter().map(line).collect();
    format!("{}\n\n— {pen_name}", lines.join("\n"))
}

/// The shop's letter with the poem, when its reader has signed; `None` without a line.
pub fn letter(
    keepsakes: &[Keepsake],
    pen_name: &str,
    language: Language,
    at: Timestamp,
) -> Option<Letter> {
    let poem = has_a_line(keepsakes).then(|| poem(keepsakes, pen_name, language))?;
    let text = match language {
        Language::Ko => format!("걸어오신 방들이 한 줄씩 내어 준 시입니다.\n\n{poem}"),
        Language::En => format!("A poem of the lines that the rooms gave you.\n\n{poem}"),
    };
    Some(Letter::new(Author::House, text, at))
}

/// The lines of a poem that can be kept, in one language.
pub fn lines(poem: &Poem, language: Language) -> impl Iterator<Item = &str> {
    poem.text.in_language(language).lines().map(str::trim).filter(|line| !line.is_empty())
}

fn kept(poem: &str, line: u16) -> Option<Line> {
    let poem = wait::poems().iter().find(|other| other.id == poem)?;
    let at = |language| lines(poem, language).nth(usize::from(line));
    let text = Text::new(at(Language::Ko)?, at(Language::En)?);
    // The source of a poem names author and book; here its title stands between them.
    let with_title = |language| {
        let title = match language {
            Language::Ko => format!("「{}」", poem.title.ko),
            Language::En => format!("“{}”", poem.title.en),
        };
        let source = poem.source.in_language(language);
        match source.split_once(", ") {
            Some((author, book)) => format!("{author}, {title}, {book}"),
            None => format!("{title}, {source}"),
        }
    };
    let source = Text::new(with_title(Language::Ko), with_title(Language::En));
    Some(Line { text, source })
}

/// A verse whose halves were joined.
fn whole(verse: &whisper::Verse) -> Line {
    let joined = |language| {
        let (page, whispered) =
            (verse.page.in_language(language), verse.whispered.in_language(language));
        format!("{page} {whispered}")
    };
    let text = Text::new(joined(Language::Ko), joined(Language::En));
    Line { text, source: verse.source.clone() }
}

#[cfg(test)]
mod tests;
