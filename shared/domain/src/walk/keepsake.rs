//! What a visitor takes along: each room gives a line of verse to who solves it, and together the
//! lines are one short poem (a cento), in the order of the walk. A room that was left by the plain
//! door, or whose door opened by itself, leaves "……" in its place, until its riddle is solved.
//!
//! Nothing is stored for it but the line that the visitor kept while waiting.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        sensitive::Sensitive,
        text::{Language, Text},
    },
    order::letter::{Author, Letter},
    riddle::{content::RoomSet, room::Door},
    walk::{
        visit::Visit,
        wait::{self, Poem},
        whisper::{self, Whisper},
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
    /// The line; `None` if the visitor left without it.
    pub line: Option<Line>,
}

/// The lines of a visitor's walk, in its order: one of each room that gives one and lies behind them.
pub fn keepsakes(visit: &Visit, rooms: &RoomSet, now: Timestamp) -> Vec<Keepsake> {
    let mut found = Vec::new();
    for room in rooms.rooms() {
        let Some(record) = visit.room(rooms, &room.id, now) else { continue };
        let Door::Open(_) = record.door(now) else { continue };
        let solved = record.is_solved();
        let line = if room.id == wait::ROOM {
            visit.kept.as_ref().and_then(kept)
        } else if room.id == whisper::ROOM {
            visit.whisper.as_ref().filter(|_| solved).and_then(Whisper::verse).map(whole)
        } else if let Some(riddle) = room.riddle_for(&visit.id.to_string()) {
            let source = riddle.page.iter().rev().find_map(|passage| passage.source.clone());
            let line = riddle.gives.clone().zip(source).filter(|_| solved);
            line.map(|(text, source)| Line { text, source })
        } else {
            continue;
        };
        found.push(Keepsake { room: room.id.clone(), line });
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
    let text = Sensitive::new(text);
    Some(Letter { at, author: Author::House, text, order: None, notice: None })
}

/// The lines of a poem that can be kept, in one language.
pub fn lines(poem: &Poem, language: Language) -> impl Iterator<Item = &str> {
    poem.text.in_language(language).lines().map(str::trim).filter(|line| !line.is_empty())
}

fn kept(kept: &KeptLine) -> Option<Line> {
    let poem = wait::poems().iter().find(|poem| poem.id == kept.poem)?;
    let at = |language| lines(poem, language).nth(usize::from(kept.line));
    let text = Text::new(at(Language::Ko)?, at(Language::En)?);
    // The source of a poem names author and book; here its title belongs to it.
    let with_title = |language| match language {
        Language::Ko => format!("「{}」, {}", poem.title.ko, poem.source.ko),
        Language::En => format!("“{}”, {}", poem.title.en, poem.source.en),
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
