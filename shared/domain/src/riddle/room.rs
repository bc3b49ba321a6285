//! A room with a riddle: what a guess, a hint or the plain door does to a visitor's record.
//!
//! Nothing here acts: every function takes the record and the clock and gives back a new record.
//! Whether the door is open is a function of the two as well, so that no timer ever has to open it.
//!
//! What a guess can be, in this order: the door is open already; unreadable; half-way; right;
//! listed; nearly right; wrong before; new and wrong. Only the last is counted and only the last
//! can be held back by a wait: a right answer opens the door at any time. The riddles are scenery,
//! and the plain door stands beside them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    base::text::Text,
    riddle::{
        answer::{Answer, Judgement, Unreadable},
        content::{Hint, Listed, Replies, Riddle, Room, RoomSet, Solution},
        guess::{Guesses, Next, fingerprint},
        hint::{self, HINTS, HintState},
        rhythm::{Knocks, NotARhythm, RhythmMatch},
    },
};

/// What is kept of a visitor in a room. Small, whatever they type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// When the reader first saw the room.
    pub entered_at: Timestamp,
    /// When and how the door was opened, once that is written down. Ask [`RoomRecord::door`]
    /// whether it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opening>,
    /// Wrong guesses and the waits between them.
    #[serde(default)]
    pub guesses: Guesses,
    /// All wrong guesses ever counted here, by which hints come; never cleared.
    #[serde(default)]
    pub wrong: u32,
    /// Half-way answers already given, each of which clears the count once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    heard: Vec<u8>,
    /// Hints (0 to 2) that were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hints: Vec<u8>,
    /// Hints that a half-way answer made needless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    needless: Vec<u8>,
    /// The riddle and the last wrong answer that was counted, shortened: for the owner's figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_wrong: Option<String>,
    /// Seconds after which the door opens by itself, where that is not the usual 25 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opens_after: Option<u32>,
}

/// A door that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub by: By,
}

/// What opened a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The riddle was solved.
    Riddle,
    /// The plain door.
    Plain,
    /// It opened by itself when its time had come.
    Itself,
}

/// The state of a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Closed.
    Closed,
    /// Open since then, by this.
    Open(Opening),
}

/// What became of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The door opens.
    Opened {
        /// It was typed with the Latin keyboard on.
        latin_keys: bool,
    },
    /// The door was open already; nothing changes.
    AlreadyOpen(Opening),
    /// Half-way. Free, and it clears the count.
    KeepGoing,
    /// One key or one beat away. Free.
    Almost,
    /// Nothing that counts as an answer. Free.
    Empty,
    /// A rhythm with a sign that is no knock, or fewer than two knocks, or too many. Free.
    NotARhythm(NotARhythm),
    /// Wrong before. Free.
    Repeated,
    /// Wrong and new: counted.
    Wrong(Next),
    /// Wrong and new, too soon: not counted, not remembered. A 429.
    Wait {
        /// The exact instant from which it is heard.
        until: Timestamp,
    },
    /// Longer than an answer can be. A 4xx. Free.
    TooLong,
}

/// What became of a guess: the record to write, the verdict, and what the doorkeeper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Equal to the old one where nothing has to be written.
    pub record: RoomRecord,
    /// What it was.
    pub verdict: Verdict,
    /// What the doorkeeper says.
    pub reply: Text,
}

/// A hint as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintView<'a> {
    /// 0 to 2, as [`Puzzle::open_hint`] takes it.
    pub index: usize,
    /// Visible at any time.
    pub title: &'a Text,
    /// Only of an opened hint.
    pub text: Option<&'a Text>,
    /// What can be done with it.
    pub state: HintState,
}

/// Why a hint stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintRefused {
    /// It may be opened later.
    NotYet {
        /// From this instant.
        from: Timestamp,
        /// Or after so many more wrong guesses, where they count.
        wrong_left: Option<u32>,
    },
    /// There is no such hint.
    NoSuchHint,
}

/// A room and the riddle that is this visitor's.
#[derive(Clone, Copy, Debug)]
pub struct Puzzle<'a> {
    /// The doorkeeper's common replies.
    pub replies: &'a Replies,
    /// The room.
    pub room: &'a Room,
    /// The riddle.
    pub riddle: &'a Riddle,
}

impl RoomSet {
    /// The riddle that a visitor meets in a room; `None` for a room without riddles.
    pub fn puzzle(&self, room_id: &str, visitor_id: &str) -> Option<Puzzle<'_>> {
        let room = self.room(room_id)?;
        Some(Puzzle { replies: self.replies(), room, riddle: room.riddle_for(visitor_id)? })
    }
}

impl RoomRecord {
    /// The record of someone who sees the room for the first time.
    pub fn entered(now: Timestamp) -> Self {
        Self {
            entered_at: now,
            opened: None,
            guesses: Guesses::default(),
            wrong: 0,
            heard: Vec::new(),
            hints: Vec::new(),
            needless: Vec::new(),
            last_wrong: None,
            opens_after: None,
        }
    }

    /// The record of a room whose door opens by itself after so many seconds.
    #[must_use]
    pub fn opening_after(mut self, seconds: u32) -> Self {
        self.opens_after = Some(seconds);
        self
    }

    /// Is the door open at `now`, and by what?
    pub fn door(&self, now: Timestamp) -> Door {
        let by_itself_at = self.opens_by_itself_at();
        match self.opened {
            Some(opening) => Door::Open(opening),
            None if now >= by_itself_at => Door::Open(Opening { at: by_itself_at, by: By::Itself }),
            None => Door::Closed,
        }
    }

    /// When the door opens by itself at the latest.
    pub fn opens_by_itself_at(&self) -> Timestamp {
        match self.opens_after {
            None => hint::opens_by_itself_at(self.entered_at),
            Some(seconds) => {
                let after = SignedDuration::from_secs(i64::from(seconds));
                self.entered_at.checked_add(after).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// How many hints were opened.
    pub fn hints_opened(&self) -> usize {
        self.hints.len()
    }

    /// The last wrong answer that was counted, `riddle: what was said`.
    pub fn last_wrong(&self) -> Option<&str> {
        self.last_wrong.as_deref()
    }

    /// Until when a new wrong guess is not heard; the page shows the clock time.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.guesses.waits_until(now)
    }

    /// The record after the plain door. A door that is open stays opened by what opened it.
    #[must_use]
    pub fn open_plain(&self, now: Timestamp) -> Self {
        self.opened_by(By::Plain, now)
    }

    /// The record after an erratum: the count is forgiven.
    #[must_use]
    pub fn pardoned(&self) -> Self {
        let mut record = self.clone();
        record.guesses.clear();
        record
    }

    /// The record after a wrong answer that is not counted towards a wait.
    #[must_use]
    pub fn missed(&self) -> Self {
        Self { wrong: self.wrong.saturating_add(1), ..self.clone() }
    }

    /// The record with its door open. One that is open stays opened by what opened it.
    #[must_use]
    pub fn opened_by(&self, by: By, now: Timestamp) -> Self {
        let opening = match self.door(now) {
            Door::Open(opening) => opening,
            Door::Closed => Opening { at: now, by },
        };
        Self { opened: Some(opening), ..self.clone() }
    }
}

impl<'a> Puzzle<'a> {
    /// Judges what was typed and counts it if it is new and wrong. The caller writes the record on
    /// the condition that nobody else wrote in between, and judges again if somebody did.
    pub fn guess(&self, record: &RoomRecord, typed: &str, now: Timestamp) -> Outcome {
        if let Door::Open(opening) = record.door(now) {
            return Outcome {
                record: record.opened_by(opening.by, now),
                verdict: Verdict::AlreadyOpen(opening),
                reply: self.replies.already_open.clone(),
            };
        }
        match self.meaning(typed) {
            Meaning::Right { latin_keys } => Outcome {
                record: record.opened_by(By::Riddle, now),
                verdict: Verdict::Opened { latin_keys },
                reply: if latin_keys {
                    self.replies.latin_keys.then(&self.riddle.solved)
                } else {
                    self.riddle.solved.clone()
                },
            },
            Meaning::KeepGoing(index, listed) => keep_going(record, index, listed),
            Meaning::Almost => free(record, Verdict::Almost, &self.replies.almost),
            Meaning::Unreadable(verdict, reply) => free(record, verdict, &reply),
            Meaning::Wrong { form, reply } => {
                let mut outcome = self.wrong(record, &form, reply, now);
                if let Verdict::Wrong(_) = outcome.verdict {
                    outcome.record.last_wrong =
                        Some(format!("{}: {}", self.riddle.id, shortened(typed)));
                }
                outcome
            }
        }
    }

    /// The hints as the page shows them at `now`.
    pub fn hints(&self, record: &RoomRecord, now: Timestamp) -> [HintView<'a>; HINTS] {
        let mut index = 0;
        self.riddle.hints.each_ref().map(|hint| {
            let view = view(hint, index, record, now);
            index += 1;
            view
        })
    }

    /// The record after opening a hint, which forgives the count the first time.
    ///
    /// # Errors
    /// [`HintRefused`] says when it may be opened.
    pub fn open_hint(
        &self,
        record: &RoomRecord,
        index: usize,
        now: Timestamp,
    ) -> Result<RoomRecord, HintRefused> {
        match self.hints(record, now).get(index).map(|view| view.state) {
            None => Err(HintRefused::NoSuchHint),
            Some(HintState::NotYet { from, wrong_left }) => {
                Err(HintRefused::NotYet { from, wrong_left })
            }
            Some(HintState::Opened) => Ok(record.clone()),
            Some(HintState::Ready | HintState::Needless) => {
                let mut record = record.pardoned();
                note(&mut record.hints, index);
                Ok(record)
            }
        }
    }

    fn wrong(
        &self,
        record: &RoomRecord,
        form: &str,
        reply: Option<&Text>,
        now: Timestamp,
    ) -> Outcome {
        let print = fingerprint(&[&self.riddle.id, form]);
        if record.guesses.knows(print) {
            return free(record, Verdict::Repeated, &self.replies.repeated);
        }
        if let Some(until) = record.guesses.waits_until(now) {
            let reply = self.replies.wait.with("time", &clock_time(until));
            return free(record, Verdict::Wait { until }, &reply);
        }
        let mut record = record.clone();
        let next = record.guesses.count(print, now);
        let turn = usize::try_from(record.wrong).unwrap_or_default();
        record.wrong = record.wrong.saturating_add(1);
        let common =
            || self.replies.wrong.iter().cycle().nth(turn % self.replies.wrong.len().max(1));
        let said = reply.or_else(common).cloned().unwrap_or_default();
        let reply = match next {
            Next::Free => said,
            Next::LastBeforeWait => said.then(&self.replies.last_before_wait),
            Next::Waits(until) => said.then(&self.replies.next_at.with("time", &clock_time(until))),
        };
        Outcome { record, verdict: Verdict::Wrong(next), reply }
    }

    fn meaning(&self, typed: &str) -> Meaning<'a> {
        match &self.riddle.solution {
            Solution::Word(_) => match Answer::read(typed) {
                Err(Unreadable::TooLong) => {
                    Meaning::Unreadable(Verdict::TooLong, self.replies.too_long.clone())
                }
                Err(Unreadable::Empty) => {
                    Meaning::Unreadable(Verdict::Empty, self.replies.empty.clone())
                }
                Ok(answer) => self.word(&answer),
            },
            Solution::Rhythm(pattern) => match Knocks::read(typed) {
                Err(why) => Meaning::Unreadable(Verdict::NotARhythm(why), self.not_a_rhythm(why)),
                Ok(knocks) => match pattern.hears(&knocks) {
                    RhythmMatch::Same => Meaning::Right { latin_keys: false },
                    RhythmMatch::Almost => Meaning::Almost,
                    RhythmMatch::Another => Meaning::Wrong { form: knocks.form(), reply: None },
                },
            },
        }
    }

    fn word(&self, answer: &Answer) -> Meaning<'a> {
        let riddle = self.riddle;
        let wrong = |reply| Meaning::Wrong { form: answer.form(), reply };
        match riddle.judge(answer) {
            Judgement::Right { latin_keys } => Meaning::Right { latin_keys },
            Judgement::KeepGoing(index) => riddle
                .keep_going
                .get(index)
                .map_or_else(|| wrong(None), |listed| Meaning::KeepGoing(index, listed)),
            Judgement::Almost => Meaning::Almost,
            Judgement::Listed(index) => wrong(riddle.near.get(index).map(|listed| &listed.reply)),
            Judgement::Wrong => wrong(None),
        }
    }

    fn not_a_rhythm(&self, why: NotARhythm) -> Text {
        match why {
            NotARhythm::Nothing | NotARhythm::OneKnock => self.replies.too_few_knocks.clone(),
            NotARhythm::TooMany => self.replies.too_many_knocks.clone(),
            NotARhythm::UnknownSign(sign) => {
                self.replies.unknown_sign.with("sign", &sign.to_string())
            }
        }
    }
}

/// A guess measured against a riddle, before the record is asked.
enum Meaning<'a> {
    Right { latin_keys: bool },
    KeepGoing(usize, &'a Listed),
    Almost,
    Unreadable(Verdict, Text),
    Wrong { form: String, reply: Option<&'a Text> },
}

fn free(record: &RoomRecord, verdict: Verdict, reply: &Text) -> Outcome {
    Outcome { record: record.clone(), verdict, reply: reply.clone() }
}

/// Each half-way answer clears the count once; said again it is only answered, or it would undo
/// every wait.
fn keep_going(record: &RoomRecord, index: usize, listed: &Listed) -> Outcome {
    let new = !u8::try_from(index).is_ok_and(|index| record.heard.contains(&index));
    let mut record = if new { record.pardoned() } else { record.clone() };
    note(&mut record.heard, index);
    listed.needless.iter().for_each(|hint| note(&mut record.needless, usize::from(*hint)));
    Outcome { record, verdict: Verdict::KeepGoing, reply: listed.reply.clone() }
}

fn view<'a>(hint: &'a Hint, index: usize, record: &RoomRecord, now: Timestamp) -> HintView<'a> {
    let has = |list: &[u8]| u8::try_from(index).is_ok_and(|index| list.contains(&index));
    let state = hint::state(
        index,
        record.entered_at,
        record.wrong,
        has(&record.hints),
        has(&record.needless),
        now,
    )
    .unwrap_or(HintState::NotYet { from: Timestamp::MAX, wrong_left: None });
    HintView {
        index,
        title: &hint.title,
        text: (state == HintState::Opened).then_some(&hint.text),
        state,
    }
}

/// The beginning of what was typed, on one line: enough to know it by.
fn shortened(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect()
}

/// Adds a small number to a set kept as a list.
fn note(list: &mut Vec<u8>, number: usize) {
    if let Ok(number) = u8::try_from(number)
        && !list.contains(&number)
    {
        list.push(number);
        list.sort_unstable();
    }
}

/// The time of day in Korea; moved to [`crate::base::format`].
pub use crate::base::format::clock_time;

#[cfg(test)]
mod tests;
