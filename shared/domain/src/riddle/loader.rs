//! Loads the content: the built-in files, or the files of another version. Everything that is
//! loaded is checked, except the built-in riddles, which a test checks.

use std::sync::LazyLock;

use crate::riddle::{
    checker,
    content::{ContentError, Height, RoomSet, Stands, read_head, read_riddle, said, wrong},
};

/// The built-in rooms, gates and replies: file name and text.
const HEAD: (&str, &str) = ("house.toml", include_str!("../../content/house.toml"));

macro_rules! riddle {
    ($name:literal, $shelf:ident) => {
        riddle!($name, $shelf, Always)
    };
    ($name:literal, $shelf:ident, $stands:ident) => {
        (
            concat!($name, ".toml"),
            include_str!(concat!("../../content/", $name, ".toml")),
            (Height::$shelf, Stands::$stands),
        )
    };
}

/// The built-in riddles: file name, text, and the shelf and the time that the file names. They stand
/// here as well, so that a file is not parsed for them; a test compares them.
const RIDDLES: [(&str, &str, (Height, Stands)); 25] = [
    riddle!("knock/riverside", Middle),
    riddle!("knock/azaleas", Middle),
    riddle!("knock/stone-wall", Middle),
    riddle!("study/counting-stars", Middle),
    riddle!("study/radiant-sorrow", Low),
    riddle!("study/foreword", Low),
    riddle!("study/ferryboat", Low),
    riddle!("study/green-grapes", High),
    riddle!("study/tree-ring", High),
    riddle!("study/one-in-the-well", Middle),
    riddle!("study/mirror", Low),
    riddle!("study/spring-under-grass", Low),
    riddle!("study/one-star", Low),
    riddle!("study/flowers-on-the-hill", Middle),
    riddle!("study/roads", Middle),
    riddle!("study/silence", Middle),
    riddle!("study/five-friends", High),
    riddle!("attic/two-papers", Middle),
    riddle!("attic/under-snow", Middle, Winter),
    riddle!("backyard/peony-word", Middle),
    riddle!("backyard/field-word", Middle, Spring),
    riddle!("well/echo", Middle),
    riddle!("well/night-insects", Middle, Night),
    riddle!("landing/first-and-last", Middle),
    riddle!("landing/only-marks", Middle),
];

impl RoomSet {
    /// The built-in rooms. `house.toml` is parsed and checked once, each riddle is parsed on first
    /// use.
    ///
    /// # Errors
    /// [`ContentError`] if `house.toml` is wrong.
    pub fn built_in() -> Result<&'static Self, &'static ContentError> {
        static ROOMS: LazyLock<Result<RoomSet, ContentError>> = LazyLock::new(|| {
            let mut rooms = read_head(HEAD.0, HEAD.1)?;
            for (name, text, stands) in RIDDLES {
                rooms.add_unread(name, text, stands)?;
            }
            checker::head(&rooms)?;
            Ok(rooms)
        });
        ROOMS.as_ref()
    }

    /// Name and text of each built-in file, as [`RoomSet::load`] takes them.
    pub fn built_in_files() -> Vec<(&'static str, &'static str)> {
        let riddles = RIDDLES.into_iter().map(|(name, text, _)| (name, text));
        [HEAD].into_iter().chain(riddles).collect()
    }

    /// Parses and checks all files of a version, each a name and its TOML: first `house.toml`, then
    /// the riddles, named `<room>/<riddle>.toml`.
    ///
    /// # Errors
    /// The first [`ContentError`].
    pub fn load(files: &[(&str, &str)]) -> Result<Self, ContentError> {
        let [(name, text), riddles @ ..] = files else { return Err(no_files()) };
        let mut rooms = read_head(name, text)?;
        for (name, text) in riddles {
            rooms.add(name, read_riddle(name, text)?)?;
        }
        checker::head(&rooms)?;
        checker::each_riddle(&rooms).into_iter().next().map_or(Ok(rooms), Err)
    }

    /// Every mistake in these files, in file order; empty if [`RoomSet::load`] accepts them and
    /// they have the rooms of the built-in content. A mistake that hides another has to be fixed
    /// before the other one is found.
    pub fn findings(files: &[(&str, &str)]) -> Vec<ContentError> {
        let [(name, text), riddles @ ..] = files else { return vec![no_files()] };
        let mut rooms = match read_head(name, text) {
            Ok(rooms) => rooms,
            Err(error) => return vec![error],
        };
        let mut findings: Vec<ContentError> = checker::head(&rooms).err().into_iter().collect();
        for (name, text) in riddles {
            let read = read_riddle(name, text).and_then(|riddles| rooms.add(name, riddles));
            findings.extend(read.err());
        }
        findings.extend(checker::each_riddle(&rooms));
        findings.extend(match Self::built_in() {
            Ok(built_in) => checker::same_rooms(&rooms, built_in).err(),
            Err(error) => Some(error.clone()),
        });
        findings
    }

    /// Every mistake in the riddles, for example after an answer was accepted.
    pub fn faults(&self) -> Vec<ContentError> {
        checker::each_riddle(self)
    }
}

fn no_files() -> ContentError {
    wrong("the house", said!("파일이 없습니다", "has no files"))
}

#[cfg(test)]
mod tests;
