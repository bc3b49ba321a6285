//! A visitor's riddle in a room: what a guess or an opened hint does to the record.

use jiff::Timestamp;

use super::record::{By, Door, Opening, RoomRecord, insert};
use crate::{
    base::{format::clock_from, text::Text},
    riddle::{
        answer::{Answer, Judgement, Unreadable},
        content::{Height, Hint, Listed, Replies, Riddle, Room, RoomSet, Solution, Walker},
        guess::{Next, fingerprint},
        hint::{self, HINTS, HintState},
        rhythm::{Knocks, NotARhythm, RhythmMatch},
    },
};

/// How a guess was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The door opens.
    Opened {
        /// It was typed with the Latin keyboard on.
        latin_keys: bool,
    },
    /// The door was open already, and the riddle is solved.
    AlreadyOpen(Opening),
    /// Wrong, while the door is open: nothing is counted, and nobody waits.
    NotSolvedYet,
    /// A half-way answer. Not counted; the first time it clears the count.
    KeepGoing,
    /// One key or one beat away. Not counted.
    Almost,
    /// No letter and no number in it. Not counted.
    Empty,
    /// Not a rhythm. Not counted.
    NotARhythm(NotARhythm),
    /// The same wrong answer again. Not counted.
    Repeated,
    /// Wrong and new. Counted.
    Wrong(Next),
    /// Wrong and new, during a wait: not counted, not remembered. HTTP status 429.
    Wait {
        /// From when on it is accepted.
        until: Timestamp,
    },
    /// Longer than an answer can be. Not counted.
    TooLong,
}

/// The result of a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The record to write; equal to the old one if nothing has to be written.
    pub record: RoomRecord,
    /// The verdict.
    pub verdict: Verdict,
    /// The doorkeeper's reply.
    pub reply: Text,
}

/// A hint as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintView<'a> {
    /// 0 to 2, for [`Puzzle::open_hint`].
    pub index: usize,
    /// The title, visible at any time.
    pub title: &'a Text,
    /// The text, once the hint is opened.
    pub text: Option<&'a Text>,
    /// Whether it can be opened.
    pub state: HintState,
}

/// Why a hint is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintRefused {
    /// It may be opened later.
    NotYet {
        /// From this instant.
        from: Timestamp,
        /// Or after this many more wrong guesses, for a hint that counts them.
        wrong_left: Option<u32>,
    },
    /// There is no such hint.
    NoSuchHint,
}

/// A room and the riddle that a visitor has in it.
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
    /// Room and riddle of a visitor at a step, on the shelf of their record; `None` for a step
    /// without riddles.
    pub fn puzzle(&self, step: &str, walker: &Walker, height: Height) -> Option<Puzzle<'_>> {
        let (room, riddle) = (self.place(step, walker)?, self.riddle_for(step, walker, height)?);
        Some(Puzzle { replies: self.replies(), room, riddle })
    }
}

impl<'a> Puzzle<'a> {
    /// Judges a guess and counts it if it is new and wrong. The caller writes the record on the
    /// version it was read with and, on a conflict, judges the guess again.
    pub fn guess(&self, record: &RoomRecord, typed: &str, now: Timestamp) -> Outcome {
        if let Door::Open(opening) = record.door(now) {
            return self.guess_later(&record.opened_by(opening.by, now), opening, typed, now);
        }
        match self.meaning(typed) {
            Meaning::Right { latin_keys } => Outcome {
                record: record.opened_by(By::Riddle, now),
                verdict: Verdict::Opened { latin_keys },
                reply: self.right(latin_keys),
            },
            Meaning::KeepGoing(index, listed) => keep_going(record, index, listed),
            Meaning::Almost => uncounted(record, Verdict::Almost, &self.replies.almost),
            Meaning::Unreadable(verdict, reply) => uncounted(record, verdict, &reply),
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

    /// Judges a guess while the door is open: who left by the plain door may still solve the riddle
    /// and take its line. Nothing is counted.
    fn guess_later(
        &self,
        record: &RoomRecord,
        opening: Opening,
        typed: &str,
        now: Timestamp,
    ) -> Outcome {
        if record.is_solved() {
            return uncounted(record, Verdict::AlreadyOpen(opening), &self.replies.already_open);
        }
        match self.meaning(typed) {
            Meaning::Right { latin_keys } => Outcome {
                record: record.solved_later(now),
                verdict: Verdict::Opened { latin_keys },
                reply: self.right(latin_keys),
            },
            Meaning::KeepGoing(_, listed) => uncounted(record, Verdict::KeepGoing, &listed.reply),
            Meaning::Almost => uncounted(record, Verdict::Almost, &self.replies.almost),
            Meaning::Unreadable(verdict, reply) => uncounted(record, verdict, &reply),
            Meaning::Wrong { reply, .. } => {
                let said = reply.or_else(|| self.replies.wrong.first()).cloned();
                uncounted(record, Verdict::NotSolvedYet, &said.unwrap_or_default())
            }
        }
    }

    /// The doorkeeper's reply to the right answer.
    fn right(&self, latin_keys: bool) -> Text {
        if latin_keys {
            self.replies.latin_keys.then(&self.riddle.solved)
        } else {
            self.riddle.solved.clone()
        }
    }

    /// The hints as the page shows them at `now`.
    pub fn hints(&self, record: &RoomRecord, now: Timestamp) -> [HintView<'a>; HINTS] {
        let mut index = 0;
        let minutes = self.riddle.minutes;
        self.riddle.hints.each_ref().map(|hint| {
            let view = view(hint, index, minutes, record, now);
            index += 1;
            view
        })
    }

    /// The record after opening a hint, which clears the count the first time.
    ///
    /// # Errors
    /// [`HintRefused`], with the time from which the hint may be opened.
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
                let mut record = record.with_count_cleared();
                insert(&mut record.hints, index);
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
        if record.guesses.contains(print) {
            return uncounted(record, Verdict::Repeated, &self.replies.repeated);
        }
        if let Some(until) = record.guesses.waits_until(now) {
            let reply = self.replies.wait.with("time", &clock_from(until));
            return uncounted(record, Verdict::Wait { until }, &reply);
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
            Next::Waits(until) => said.then(&self.replies.next_at.with("time", &clock_from(until))),
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
                Ok(knocks) => match pattern.compare(&knocks) {
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

/// What a guess is for a riddle, without regard to the record.
enum Meaning<'a> {
    Right { latin_keys: bool },
    KeepGoing(usize, &'a Listed),
    Almost,
    Unreadable(Verdict, Text),
    Wrong { form: String, reply: Option<&'a Text> },
}

fn uncounted(record: &RoomRecord, verdict: Verdict, reply: &Text) -> Outcome {
    Outcome { record: record.clone(), verdict, reply: reply.clone() }
}

/// A half-way answer clears the count only the first time: otherwise repeating it would undo every
/// wait.
fn keep_going(record: &RoomRecord, index: usize, listed: &Listed) -> Outcome {
    let new = !u8::try_from(index).is_ok_and(|index| record.heard.contains(&index));
    let mut record = if new { record.with_count_cleared() } else { record.clone() };
    insert(&mut record.heard, index);
    listed.needless.iter().for_each(|hint| insert(&mut record.needless, usize::from(*hint)));
    Outcome { record, verdict: Verdict::KeepGoing, reply: listed.reply.clone() }
}

fn view<'a>(
    hint: &'a Hint,
    index: usize,
    minutes: u32,
    record: &RoomRecord,
    now: Timestamp,
) -> HintView<'a> {
    let has = |list: &[u8]| u8::try_from(index).is_ok_and(|index| list.contains(&index));
    let state = hint::state(
        index,
        minutes,
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

/// The first 40 characters, on one line.
fn shortened(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect()
}
