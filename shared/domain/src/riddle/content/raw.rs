//! The TOML files, and their conversion to a [`RoomSet`] and to [`Riddle`]s. Mistakes within one
//! file are found here, mistakes across files by the `checker`.

use serde::Deserialize;

use super::{
    ContentError, Expected, Form, Height, Hint, HourlyGreeting, Key, Listed, Passage, Replies,
    Riddle, Riddles, Room, RoomSet, Solution, Stands, complete,
    method::{self, Method, Out},
    returning::{RawReturning, build_returning},
    reveal::revealed,
    said, wrong,
};
use crate::{
    base::text::{Language, Text},
    riddle::{answer::Answer, hint::HINTS, rhythm::written_feet},
};

/// The file `house.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHead {
    version: String,
    replies: Replies,
    room: Vec<RawRoom>,
    #[serde(default)]
    returning: Vec<RawReturning>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoom {
    pub(super) id: String,
    pub(super) title: Text,
    pub(super) greeting: Text,
    #[serde(default)]
    pub(super) by_the_clock: Vec<HourlyGreeting>,
    #[serde(default)]
    pub(super) needs: Vec<String>,
    pub(super) riddle_seconds: u32,
    pub(super) plain_seconds: u32,
    #[serde(default)]
    pub(super) by_itself: Text,
}

/// A file `<room>/<riddle>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRiddle {
    pub(super) method: Method,
    pub(super) ask: Text,
    label: Text,
    #[serde(default)]
    pub(super) answers: ByLanguage<Vec<String>>,
    solved: Text,
    #[serde(default)]
    pub(super) gives: Option<Text>,
    #[serde(rename = "shelf", default)]
    height: Height,
    #[serde(default)]
    stands: Stands,
    #[serde(default = "usual_minutes")]
    minutes: u32,
    pub(super) page: Vec<RawPassage>,
    #[serde(default)]
    keep_going: Vec<RawListed>,
    #[serde(default)]
    near: Vec<RawListed>,
    hint: Vec<RawHint>,
}

/// The minutes of a riddle that names none: its hints come as late as any.
const fn usual_minutes() -> u32 {
    9
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ByLanguage<T> {
    pub(super) ko: T,
    pub(super) en: T,
}

impl<T> ByLanguage<T> {
    pub(super) fn get(&self, language: Language) -> &T {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPassage {
    pub(super) form: Form,
    pub(super) text: Text,
    source: Option<Text>,
    spine: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListed {
    answers: Vec<String>,
    reply: Text,
    /// Hints by number, 1 to 3.
    #[serde(default)]
    needless: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHint {
    title: Text,
    text: Text,
}

/// Reads `house.toml`: rooms, gates and replies, without riddles.
pub(in crate::riddle) fn read_head(name: &str, text: &str) -> Result<RoomSet, ContentError> {
    let head: RawHead = toml::from_str(text).map_err(|error| unreadable(name, text, &error))?;
    let rooms: Vec<Room> =
        head.room.into_iter().map(|room| build_room(name, room)).collect::<Result<_, _>>()?;
    let returning = head
        .returning
        .into_iter()
        .map(|room| build_returning(name, room, &rooms))
        .collect::<Result<_, _>>()?;
    Ok(RoomSet { version: head.version, replies: head.replies, rooms, returning })
}

/// The room and the riddle that a file is named after: `study/mirror.toml`.
pub(super) fn room_and_riddle(name: &str) -> Result<(&str, &str), ContentError> {
    let parts = name.strip_suffix(".toml").and_then(|path| path.split_once('/'));
    parts.ok_or_else(|| {
        wrong(
            name,
            said!(
                "study/mirror.toml처럼 방과 수수께끼의 이름으로 되어 있지 않습니다",
                "is not named after a room and a riddle, as study/mirror.toml is"
            ),
        )
    })
}

/// Reads the file of one riddle: one for each key that it is solved with.
pub(in crate::riddle) fn read_riddle(name: &str, text: &str) -> Result<Vec<Riddle>, ContentError> {
    let (_, id) = room_and_riddle(name)?;
    let parse = || -> Result<RawRiddle, ContentError> {
        toml::from_str(text).map_err(|error| unreadable(name, text, &error))
    };
    let raw = parse()?;
    let Method::Shelf(shelf) = &raw.method else {
        return Ok(vec![build_riddle(name, id, raw, None)?]);
    };
    let keys: Vec<Vec<usize>> = shelf.found.iter().map(|found| found.key.clone()).collect();
    if keys.is_empty() {
        return Err(wrong(name, said!("found에 수가 없습니다", "found has no key")));
    }
    let twice = |key: &&Vec<usize>| keys.iter().filter(|other| other == key).count() > 1;
    if let Some(key) = keys.iter().find(twice) {
        let key = written_feet(key);
        return Err(wrong(
            name,
            said!("found에 수 {key}, 두 번 적혀 있습니다", "found names the key {key} twice"),
        ));
    }
    keys.into_iter().map(|key| build_riddle(name, id, parse()?, Some(key))).collect()
}

/// The TOML parser's error on one line, with the line number.
fn unreadable(name: &str, text: &str, error: &toml::de::Error) -> ContentError {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(|| name.to_owned(), |line| format!("{name}, line {line}"));
    let why = error.message().replace('\n', "; ");
    wrong(place, said!("읽을 수 없습니다 ({why})", "{why}"))
}

pub(super) fn build_room(name: &str, raw: RawRoom) -> Result<Room, ContentError> {
    let place = format!("{name}, room {}", raw.id);
    complete(&place, "title", &raw.title)?;
    complete(&place, "greeting", &raw.greeting)?;
    for hourly in &raw.by_the_clock {
        complete(&place, "by_the_clock", &hourly.greeting)?;
    }
    let hours: Vec<i8> = raw.by_the_clock.iter().map(|hourly| hourly.from).collect();
    if !hours.iter().all(|hour| (0..24).contains(hour)) || !hours.is_sorted_by(|a, b| a < b) {
        return Err(wrong(
            place,
            said!(
                "by_the_clock의 from은 0부터 23까지의 시이고, 이른 것부터 적습니다",
                "from in by_the_clock is an hour from 0 to 23, the earliest first"
            ),
        ));
    }
    Ok(Room {
        id: raw.id,
        title: raw.title,
        greeting: raw.greeting,
        by_the_clock: raw.by_the_clock,
        needs: raw.needs,
        expected: Expected { riddle_seconds: raw.riddle_seconds, plain_seconds: raw.plain_seconds },
        by_itself: raw.by_itself,
        riddles: Riddles::default(),
        at_times: Vec::new(),
        in_place_of: None,
        needs_orders: 0,
    })
}

fn build_riddle(
    place: &str,
    id: &str,
    mut raw: RawRiddle,
    key: Option<Vec<usize>>,
) -> Result<Riddle, ContentError> {
    if let Method::Shelf(shelf) = &mut raw.method
        && let Some(found) = shelf.found.iter_mut().find(|found| Some(&found.key) == key.as_ref())
    {
        raw.answers = std::mem::take(&mut found.answers);
    }
    let gave = match &raw.method {
        Method::Shelf(spines) => spines.key.clone(),
        _ => String::new(),
    };
    complete(place, "ask", &raw.ask)?;
    complete(place, "label", &raw.label)?;
    complete(place, "solved", &raw.solved)?;
    for passage in &raw.page {
        complete(place, "page", &passage.text)?;
        if let Some(source) = &passage.source {
            complete(place, "source", source)?;
        }
        match &passage.spine {
            Some(spine) => complete(place, "spine", spine)?,
            None if passage.form == Form::Spine => {
                return Err(wrong(place, said!("책등(spine)이 없습니다", "has no spine")));
            }
            None => {}
        }
    }
    if let Some(given) = &raw.gives {
        gives(place, &raw, given)?;
    }
    let revealed = revealed(&raw, key.as_deref());
    let made = method::make(&raw, key.as_deref()).map_err(|problem| wrong(place, problem))?;
    let mut accepted = answers(place, "answers.ko", &raw.answers.ko)?;
    accepted.extend(answers(place, "answers.en", &raw.answers.en)?);
    let solution = match made.out {
        Out::Rhythm(pattern) => Solution::Rhythm(pattern),
        Out::Word(word) => {
            for (tongue, language, field, word) in [
                ("한국어", "Korean", &raw.answers.ko, &word.ko),
                ("영어", "English", &raw.answers.en, &word.en),
            ] {
                if field.is_empty() {
                    return Err(wrong(
                        place,
                        said!("{tongue} 답이 없습니다", "has no {language} answer"),
                    ));
                }
                if !Answer::read(word).is_ok_and(|word| accepted.contains(&word)) {
                    let problem = said!(
                        "{tongue} 쪽에서 나온 {word:?}, 그런 답이 목록에 없습니다",
                        "the {language} page gives {word:?}, which is not among the answers"
                    );
                    return Err(wrong(place, problem));
                }
            }
            Solution::Word(accepted)
        }
    };
    let hints: [RawHint; HINTS] = raw.hint.try_into().map_err(|hints: Vec<_>| {
        let there = hints.len();
        wrong(
            place,
            said!(
                "귀띔이 {there}개입니다. {HINTS}개여야 합니다",
                "has {there} hints and needs {HINTS}"
            ),
        )
    })?;
    for hint in &hints {
        complete(place, "hint.title", &hint.title)?;
        complete(place, "hint.text", &hint.text)?;
    }
    Ok(Riddle {
        id: id.to_owned(),
        key: key.map(|numbers| Key { room: gave, numbers }),
        height: raw.height,
        stands: raw.stands,
        minutes: raw.minutes,
        revealed,
        kind: made.kind,
        ask: made.ask,
        label: raw.label,
        page: raw
            .page
            .into_iter()
            .zip(made.page)
            .map(|(raw, text)| Passage {
                form: raw.form,
                text,
                source: raw.source,
                spine: raw.spine,
            })
            .collect(),
        solution,
        keep_going: listed(place, "keep_going", raw.keep_going)?,
        near: listed(place, "near", raw.near)?,
        hints: hints.map(|hint| Hint { title: hint.title, text: hint.text }),
        solved: raw.solved,
        gives: raw.gives,
    })
}

/// Checks the line that a riddle gives: it stands on its page, so that its source is the page's, and
/// it does not tell the answer, because readers show it to each other.
fn gives(place: &str, raw: &RawRiddle, given: &Text) -> Result<(), ContentError> {
    complete(place, "gives", given)?;
    let plain = |text: &str| -> String {
        text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    for language in Language::ALL {
        let line = plain(given.in_language(language));
        let pages = raw.page.iter().map(|passage| plain(passage.text.in_language(language)));
        if !pages.into_iter().any(|page| page.contains(&line)) {
            return Err(wrong(
                place,
                said!(
                    "gives의 줄이 이 장에 없습니다: {line}",
                    "gives a line that is not on its page: {line}"
                ),
            ));
        }
        let told = raw.answers.get(language).iter().find(|answer| line.contains(&plain(answer)));
        if let Some(told) = told {
            return Err(wrong(
                place,
                said!("gives의 줄에 답이 있습니다: {told}", "gives a line with its answer: {told}"),
            ));
        }
    }
    Ok(())
}

fn listed(place: &str, field: &str, raw: Vec<RawListed>) -> Result<Vec<Listed>, ContentError> {
    let one = |raw: RawListed| {
        complete(place, &format!("{field}.reply"), &raw.reply)?;
        let needless = raw.needless.iter().map(|number| match usize::from(*number) {
            1..=HINTS => Ok(number - 1),
            _ => Err(wrong(
                place,
                said!(
                    "{field}.needless에 적힌 {number}번 귀띔은 없습니다. 귀띔은 {HINTS}개입니다",
                    "{field}.needless names a hint {number}; there are {HINTS}"
                ),
            )),
        });
        Ok(Listed {
            answers: answers(place, field, &raw.answers)?,
            reply: raw.reply,
            needless: needless.collect::<Result<_, ContentError>>()?,
        })
    };
    raw.into_iter().map(one).collect()
}

fn answers(place: &str, field: &str, texts: &[String]) -> Result<Vec<Answer>, ContentError> {
    let read = |text: &String| {
        Answer::read(text).map_err(|error| {
            wrong(
                place,
                said!(
                    "{field}의 {text:?}, 이것은 답이 될 수 없습니다 ({error})",
                    "{field} has {text:?}: {error}"
                ),
            )
        })
    };
    texts.iter().map(read).collect()
}
