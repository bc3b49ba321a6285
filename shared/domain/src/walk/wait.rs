//! 기다림: the owner is busy, and a poem is read meanwhile. The door opens when it has been read at
//! reading speed.
//!
//! Nothing counts down: how long a poem takes is a function of its words, and when the door opens
//! is a function of that and of when the visitor came in. The poems stand in `content/wait.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{base::text::Text, riddle::guess::fingerprint};

/// The room's id.
pub const ROOM: &str = "wait";

/// The longest that anyone waits, in seconds.
pub const LONGEST_SECONDS: u32 = 3 * 60;

/// Reading aloud, unhurried, in milliseconds: a letter of Hangul, the end of a line, the white
/// between two stanzas.
const LETTER_MS: usize = 250;
const LINE_MS: usize = 1_000;
const STANZA_MS: usize = 2_000;

/// A poem to wait with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poem {
    /// Unique among the poems.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Author, book, first publication.
    pub source: Text,
    /// Its lines; an empty one parts two stanzas.
    pub text: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    poem: Vec<Poem>,
}

/// The poems that are part of the program. The file is compiled in and a test reads it, so there is
/// no broken one to tell of here.
static POEMS: LazyLock<Vec<Poem>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../content/wait.toml"))
        .map_or_else(|_| Vec::new(), |file: File| file.poem)
});

/// Every poem.
pub fn poems() -> &'static [Poem] {
    &POEMS
}

/// The poem that is this visitor's, always the same: each draws a lot from the visitor's id and the
/// highest wins.
pub fn poem_for(visitor_id: &str) -> Option<&'static Poem> {
    POEMS.iter().max_by_key(|poem| fingerprint(&[ROOM, visitor_id, &poem.id]))
}

impl Poem {
    /// How long it takes to read, in seconds: counted from the Korean words, whatever language it
    /// is read in.
    pub fn seconds(&self) -> u32 {
        let (mut lines, mut stanzas) = (0_usize, 0_usize);
        for line in self.text.ko.lines() {
            if line.trim().is_empty() { stanzas += 1 } else { lines += 1 }
        }
        let letters = self.text.ko.chars().filter(|letter| letter.is_alphanumeric()).count();
        let milliseconds = letters * LETTER_MS + lines * LINE_MS + stanzas * STANZA_MS;
        u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(LONGEST_SECONDS).min(LONGEST_SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Language;

    #[test]
    fn every_poem_is_whole_in_both_languages_and_none_takes_over_three_minutes() {
        let file: File = toml::from_str(include_str!("../../content/wait.toml")).unwrap();
        assert!(file.poem.len() >= 3);
        for poem in &file.poem {
            for language in Language::ALL {
                for text in [&poem.title, &poem.source, &poem.text] {
                    assert!(
                        !text.in_language(language).trim().is_empty(),
                        "{}: {language:?}",
                        poem.id
                    );
                }
            }
            let stanzas = |text: &str| text.split("\n\n").count();
            assert_eq!(stanzas(&poem.text.ko), stanzas(&poem.text.en), "{}", poem.id);
            assert!(
                (30..=LONGEST_SECONDS).contains(&poem.seconds()),
                "{}: {} s",
                poem.id,
                poem.seconds()
            );
        }
    }

    #[test]
    fn a_visitor_always_waits_with_the_same_poem() {
        let met: std::collections::BTreeSet<_> = (0..60)
            .filter_map(|n| poem_for(&format!("01JD{n:022}")))
            .map(|poem| &poem.id)
            .collect();
        assert_eq!(met.len(), poems().len());
        assert_eq!(poem_for("01JD"), poem_for("01JD"));
    }
}
