//! 기다림: a room with a poem, whose door opens after the time that it takes to read the poem aloud.
//!
//! There is no timer: the reading time follows from the poem's text, and the opening time from the
//! reading time and the visitor's entry. The poems are in `content/wait.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{base::text::Text, riddle::guess::fingerprint};

/// The room's id.
pub const ROOM: &str = "wait";

/// The longest wait, in seconds.
pub const LONGEST_SECONDS: u32 = 3 * 60;

/// Unhurried reading aloud, in milliseconds: a Hangul syllable, the end of a line, the gap between
/// two stanzas.
const LETTER_MS: usize = 250;
const LINE_MS: usize = 1_000;
const STANZA_MS: usize = 2_000;

/// A poem of the waiting room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poem {
    /// Unique among the poems.
    pub id: String,
    /// The title.
    pub title: Text,
    /// Author, book, first publication.
    pub source: Text,
    /// The lines; an empty one separates two stanzas.
    pub text: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    poem: Vec<Poem>,
}

/// The built-in poems. The file cannot be malformed: a test parses it.
static POEMS: LazyLock<Vec<Poem>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../content/wait.toml"))
        .map_or_else(|_| Vec::new(), |file: File| file.poem)
});

/// Every poem.
pub fn poems() -> &'static [Poem] {
    &POEMS
}

/// The poem of this visitor on one of their walks, always the same; each walk has another one, until
/// they have read them all. Rendezvous hashing, as in
/// [`RoomSet::riddle_for`](crate::riddle::content::RoomSet::riddle_for).
pub fn poem_for(visitor_id: &str, round: u32) -> Option<&'static Poem> {
    let mut poems: Vec<&Poem> = POEMS.iter().collect();
    poems.sort_by_key(|poem| std::cmp::Reverse(fingerprint(&[ROOM, visitor_id, &poem.id])));
    let turn = usize::try_from(round).unwrap_or_default().checked_rem(poems.len())?;
    poems.get(turn).copied()
}

impl Poem {
    /// The reading time in seconds, by the Korean text in either language.
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
    fn a_visitor_always_gets_the_same_poem() {
        let met: std::collections::BTreeSet<_> = (0..60)
            .filter_map(|n| poem_for(&format!("01JD{n:022}"), 0))
            .map(|poem| &poem.id)
            .collect();
        assert_eq!(met.len(), poems().len());
        assert_eq!(poem_for("01JD", 0), poem_for("01JD", 0));
    }
}
