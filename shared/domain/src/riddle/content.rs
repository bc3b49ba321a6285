//! The house as content: rooms, gates, riddles, replies, hints and the minutes they take, read from
//! TOML and checked.
//!
//! The files in `content/` are the source, `house.toml` and one file for every riddle;
//! `content/README.md` explains them to a writer. Loading a house checks it (`content/check.rs`): a
//! house that can be loaded can be walked.

mod check;
mod method;
mod raw;

use std::sync::{LazyLock, OnceLock};

use crate::{
    base::text::{Language, Text},
    riddle::{
        answer::{Answer, Judgement, judge},
        guess::fingerprint,
        hint::HINTS,
        rhythm::Pattern,
    },
};

/// The head of the house that is part of the program: rooms, gates, replies.
const HEAD: (&str, &str) = ("house.toml", include_str!("../../content/house.toml"));

macro_rules! riddle {
    ($name:literal) => {
        (concat!($name, ".toml"), include_str!(concat!("../../content/", $name, ".toml")))
    };
}

/// The riddles of that house.
const RIDDLES: [(&str, &str); 14] = [
    riddle!("knock/riverside"),
    riddle!("knock/azaleas"),
    riddle!("knock/stone-wall"),
    riddle!("study/counting-stars"),
    riddle!("study/radiant-sorrow"),
    riddle!("study/foreword"),
    riddle!("study/ferryboat"),
    riddle!("study/green-grapes"),
    riddle!("study/tree-ring"),
    riddle!("study/one-in-the-well"),
    riddle!("study/mirror"),
    riddle!("study/spring-under-grass"),
    riddle!("study/one-star"),
    riddle!("study/flowers-on-the-hill"),
];

/// One clear sentence about what is wrong with the content, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {}.", .problem.en)]
pub struct ContentError {
    /// File, room, riddle and field, from the outside in.
    pub place: String,
    /// What is wrong there, a clause in both languages.
    pub problem: Text,
}

impl ContentError {
    /// The same in Korean, for the owner.
    pub fn korean(&self) -> String {
        let place = self
            .place
            .replace("the house", "집 전체")
            .replace("room ", "방 ")
            .replace("riddle ", "수수께끼 ");
        let place = place.split(", ").map(|part| match part.strip_prefix("line ") {
            Some(line) => format!("{line}째 줄"),
            None => part.to_owned(),
        });
        format!("{}: {}.", place.collect::<Vec<_>>().join(", "), self.problem.ko)
    }
}

/// A house that can be walked.
#[derive(Clone, Debug)]
pub struct RoomSet {
    version: String,
    replies: Replies,
    rooms: Vec<Room>,
}

/// A step of the walk. Some have riddles; the others only stand in the floor plan.
#[derive(Clone, Debug)]
pub struct Room {
    /// The name that its address, its function and its marks share: `study`.
    pub id: String,
    /// What the floor plan calls it: 서재.
    pub title: Text,
    /// What the doorkeeper says to someone who comes in.
    pub greeting: Text,
    /// The rooms that must be open before this one.
    pub needs: Vec<String>,
    /// How long it usually takes.
    pub expected: Expected,
    /// Why the door opened by itself, in one line. Empty where there is no door.
    pub by_itself: Text,
    /// One of these is a visitor's; none means that the room has no riddle door.
    pub riddles: Riddles,
}

/// The riddles of a room.
///
/// Those of the built-in house are read one by one when someone first meets them, so that a
/// function that draws the floor plan starts without any and a visitor's riddle without the others.
#[derive(Clone, Debug, Default)]
pub struct Riddles(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    /// The file of a riddle that is read later.
    later: Option<(&'static str, &'static str)>,
    riddle: OnceLock<Option<Riddle>>,
}

/// Seconds that a room, or the whole house, usually takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// By the riddle door.
    pub riddle_seconds: u32,
    /// By the plain door.
    pub plain_seconds: u32,
}

/// A riddle as it stands on the page, and what opens it.
#[derive(Clone, Debug)]
pub struct Riddle {
    /// Unique in its room.
    pub id: String,
    /// What kind it is, for the page's form and the owner's figures.
    pub kind: Kind,
    /// What the doorkeeper asks.
    pub ask: Text,
    /// The label of the answer's field: what to type, and in which form.
    pub label: Text,
    /// What the riddle is solved from.
    pub page: Vec<Passage>,
    /// What opens the door.
    pub solution: Solution,
    /// Half-way answers. They are free and clear the count.
    pub keep_going: Vec<Listed>,
    /// Wrong answers that deserve a reply of their own. They count.
    pub near: Vec<Listed>,
    /// Where to look; how; nearly the answer.
    pub hints: [Hint; HINTS],
    /// What the doorkeeper says when it is solved.
    pub solved: Text,
}

/// The kinds of riddles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Knock the rhythm of a line.
    Rhythm,
    /// Numbers point at syllables (Korean) or words (English) of a numbered page.
    BookCipher,
    /// A word is missing that stands elsewhere on the page.
    Cloze,
    /// The first letters of the lines.
    Acrostic,
    /// The first consonants of the syllables (초성); in English the words without their vowels.
    Initials,
    /// A line in the mirror.
    Mirror,
    /// Count something on the page.
    Count,
}

/// What opens a riddle's door.
#[derive(Clone, Debug)]
pub enum Solution {
    /// One of these answers, whatever language the page is read in.
    Word(Vec<Answer>),
    /// The rhythm of a verse.
    Rhythm(Pattern),
}

/// Answers that are not the solution, and what the doorkeeper says to them.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The answers meant.
    pub answers: Vec<Answer>,
    /// The reply.
    pub reply: Text,
    /// Hints (0 to 2) that someone who gives this answer no longer needs.
    pub needless: Vec<u8>,
}

/// A hint. Its title is visible before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it is about.
    pub title: Text,
    /// What it says.
    pub text: Text,
}

/// Something to read on a riddle's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// How it is set.
    pub form: Form,
    /// The words as the page shows them: the gap is a gap, the mirrored line is mirrored.
    pub text: Text,
    /// Author, title, first publication; `None` for the house's own words.
    pub source: Option<Text>,
}

/// How a passage is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Lines of verse; empty lines part the stanzas.
    Verse,
    /// Running prose.
    Prose,
    /// Verse whose lines are numbered on the page from 1, empty lines not counted.
    Numbered,
    /// Lines set apart, one by one, from different places.
    Lines,
    /// One line, written from its end.
    Mirror,
}

/// What the doorkeeper says where no riddle has words of its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replies {
    /// The plain door.
    pub plain: Text,
    /// The door is open already.
    pub already_open: Text,
    /// One key away, or one beat.
    pub almost: Text,
    /// Nothing that counts was typed: which characters count.
    pub empty: Text,
    /// Wrong before, wrong still, and free.
    pub repeated: Text,
    /// Wrong; taken in turn.
    pub wrong: Vec<Text>,
    /// One more wrong guess, then a wait.
    pub last_before_wait: Text,
    /// After a wrong guess: from `{time}` on the next one is heard.
    pub next_at: Text,
    /// Not heard now; from `{time}` on again.
    pub wait: Text,
    /// Longer than an answer can be.
    pub too_long: Text,
    /// The Korean-English key was on.
    pub latin_keys: Text,
    /// What was given as a rhythm has a `{sign}` that is no knock.
    pub unknown_sign: Text,
    /// One knock, or none.
    pub too_few_knocks: Text,
    /// More knocks than anyone would count.
    pub too_many_knocks: Text,
}

impl RoomSet {
    /// The house that is part of the program. Its head is read and checked once, a riddle when
    /// someone first meets it; a test loads and checks the whole.
    ///
    /// # Errors
    /// [`ContentError`] if its head is broken.
    pub fn built_in() -> Result<&'static Self, &'static ContentError> {
        static HOUSE: LazyLock<Result<RoomSet, ContentError>> = LazyLock::new(|| {
            let mut house = raw::read_head(HEAD.0, HEAD.1)?;
            for file in RIDDLES {
                house.furnish(file.0, Some(file), OnceLock::new())?;
            }
            check::head(&house)?;
            Ok(house)
        });
        HOUSE.as_ref()
    }

    /// The files of the built-in house, each a name and its TOML, as [`RoomSet::load`] takes them.
    pub fn built_in_files() -> Vec<(&'static str, &'static str)> {
        [HEAD].into_iter().chain(RIDDLES).collect()
    }

    /// Reads and checks a whole house from files, each a name and its TOML: first `house.toml`,
    /// then the riddles, named `<room>/<riddle>.toml`.
    ///
    /// # Errors
    /// [`ContentError`] for the first thing that is wrong.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, ContentError> {
        let [(name, text), riddles @ ..] = files else {
            return Err(raw::wrong("the house", raw::said!("파일이 없습니다", "has no files")));
        };
        let mut house = raw::read_head(name, text)?;
        for (name, text) in riddles {
            let riddle = raw::read_riddle(name, text)?;
            house.furnish(name, None, OnceLock::from(Some(riddle)))?;
        }
        check::head(&house)?;
        check::each_riddle(&house).into_iter().next().map_or(Ok(house), Err)
    }

    /// Puts a riddle, read or to be read later, into the room that its file names.
    fn furnish(
        &mut self,
        file: &str,
        later: Option<(&'static str, &'static str)>,
        riddle: OnceLock<Option<Riddle>>,
    ) -> Result<(), ContentError> {
        let (room_id, riddle_id) = raw::room_and_riddle(file)?;
        let Some(room) = self.rooms.iter_mut().find(|room| room.id == room_id) else {
            return Err(raw::wrong(
                file,
                raw::said!(
                    "house.toml에 없는 방 {room_id}의 것입니다",
                    "is for a room {room_id}, which house.toml does not have"
                ),
            ));
        };
        room.riddles.0.push(Entry { id: riddle_id.to_owned(), later, riddle });
        Ok(())
    }

    /// Everything that is wrong with these files, in the order in which they stand; nothing if
    /// [`RoomSet::load`] takes them. What can not be seen before something else is mended is found
    /// the next time.
    pub fn findings(files: &[(&str, &str)]) -> Vec<ContentError> {
        let [(name, text), riddles @ ..] = files else {
            return vec![raw::wrong("the house", raw::said!("파일이 없습니다", "has no files"))];
        };
        let mut house = match raw::read_head(name, text) {
            Ok(house) => house,
            Err(error) => return vec![error],
        };
        let mut findings: Vec<ContentError> = check::head(&house).err().into_iter().collect();
        for (name, text) in riddles {
            let read = raw::read_riddle(name, text)
                .and_then(|riddle| house.furnish(name, None, OnceLock::from(Some(riddle))));
            findings.extend(read.err());
        }
        findings.extend(check::each_riddle(&house));
        findings.extend(check::same_rooms(&house).err());
        findings
    }

    /// What is wrong with the riddles of this house, as after an answer was accepted.
    pub fn faults(&self) -> Vec<ContentError> {
        check::each_riddle(self)
    }

    /// Changes one riddle, if there is one of that name.
    pub(crate) fn change_riddle(
        &mut self,
        room: &str,
        riddle: &str,
        change: impl FnOnce(&mut Riddle),
    ) {
        let room = self.rooms.iter_mut().find(|other| other.id == room);
        let entry =
            room.and_then(|room| room.riddles.0.iter_mut().find(|entry| entry.id == riddle));
        if let Some(entry) = entry
            && let Some(mut changed) = entry.riddle().cloned()
        {
            change(&mut changed);
            entry.riddle = OnceLock::from(Some(changed));
        }
    }

    /// The name of this state of the content. A visitor finishes on the one they entered.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The doorkeeper's common replies.
    pub fn replies(&self) -> &Replies {
        &self.replies
    }

    /// Every room, in the order of the walk.
    pub fn rooms(&self) -> &[Room] {
        &self.rooms
    }

    /// One room by its id.
    pub fn room(&self, id: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.id == id)
    }

    /// The room that comes after `id` in the walk.
    pub fn next_after(&self, id: &str) -> Option<&Room> {
        self.rooms.iter().skip_while(|room| room.id != id).nth(1)
    }

    /// The first room on the way to `id` that is not yet passed, where someone who is ahead of the
    /// walk is led back to; `None` if `id` may be entered, or is no room.
    pub fn missing_before(&self, id: &str, passed: impl Fn(&str) -> bool) -> Option<&Room> {
        let needed = check::all_needed(&self.rooms, id);
        self.rooms.iter().find(|room| needed.contains(&room.id.as_str()) && !passed(&room.id))
    }

    /// How long the whole walk usually takes.
    pub fn expected(&self) -> Expected {
        self.rooms.iter().fold(Expected::default(), |sum, room| Expected {
            riddle_seconds: sum.riddle_seconds.saturating_add(room.expected.riddle_seconds),
            plain_seconds: sum.plain_seconds.saturating_add(room.expected.plain_seconds),
        })
    }
}

impl Room {
    /// Does a door lead out of it that is closed at first?
    pub fn has_door(&self) -> bool {
        !self.by_itself.ko.is_empty()
    }

    /// The riddle that is this visitor's, always the same. `None` where there are no riddles.
    ///
    /// Each riddle draws a lot from the visitor's id and the highest wins, so that a riddle added
    /// to a room becomes that of a few visitors and leaves all others theirs.
    pub fn riddle_for(&self, visitor_id: &str) -> Option<&Riddle> {
        let lot = |entry: &&Entry| fingerprint(&[&self.id, visitor_id, &entry.id]);
        self.riddles.0.iter().max_by_key(lot)?.riddle()
    }

    /// One riddle by its id.
    pub fn riddle(&self, id: &str) -> Option<&Riddle> {
        self.riddles.0.iter().find(|entry| entry.id == id)?.riddle()
    }
}

impl Riddle {
    /// Judges a word against this riddle; a riddle without words accepts none.
    pub fn judge(&self, typed: &Answer) -> Judgement {
        let accepted = match &self.solution {
            Solution::Word(accepted) => accepted.as_slice(),
            Solution::Rhythm(_) => &[],
        };
        judge(typed, accepted, &slices(&self.keep_going), &slices(&self.near))
    }
}

impl Riddles {
    /// Has the room no riddle? Answered without reading one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Riddle> {
        self.0.iter().filter_map(Entry::riddle)
    }
}

impl Entry {
    /// The riddle, read now if it was not before. The built-in files are compiled in and a test
    /// reads them all, so there is no broken one to tell of here.
    fn riddle(&self) -> Option<&Riddle> {
        let read = || self.later.and_then(|(name, text)| raw::read_riddle(name, text).ok());
        self.riddle.get_or_init(read).as_ref()
    }
}

impl Expected {
    /// Whole minutes by riddle and by plain door, rounded up.
    pub fn minutes(self) -> (u32, u32) {
        (self.riddle_seconds.div_ceil(60), self.plain_seconds.div_ceil(60))
    }
}

impl Passage {
    /// The lines in one language, as the page sets them; an empty one parts two stanzas.
    pub fn lines(&self, language: Language) -> impl Iterator<Item = &str> {
        self.text.in_language(language).lines()
    }
}

impl Kind {
    /// A short name for marks and figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rhythm => "rhythm",
            Self::BookCipher => "book-cipher",
            Self::Cloze => "cloze",
            Self::Acrostic => "acrostic",
            Self::Initials => "initials",
            Self::Mirror => "mirror",
            Self::Count => "count",
        }
    }
}

fn slices(list: &[Listed]) -> Vec<&[Answer]> {
    list.iter().map(|listed| listed.answers.as_slice()).collect()
}

#[cfg(test)]
mod tests;
