//! The funnel of the rooms: what a change of a visit adds to the figures of each room.
//!
//! The figures follow from the visit before and after a change, without a clock and without stored
//! state. A door that opens by itself is not stored, so it is counted when something behind it is.

use std::collections::BTreeMap;

use crate::{
    riddle::{
        content::{Room, RoomSet},
        room::{By, RoomRecord},
    },
    walk::{visit::Visit, whisper},
};

/// The last minute of the distribution; longer stays are counted there, since a door opens by itself
/// after 25 minutes.
const LAST_MINUTE: u32 = 26;

/// The figures of one room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Entered the room.
    pub entered: u64,
    /// Solved the riddle; at the bell: pulled it.
    pub solved: u64,
    /// Took the plain door.
    pub plain: u64,
    /// Went on after the door had opened by itself.
    pub itself: u64,
    /// Hints opened.
    pub hints: u64,
    /// Wrong answers that were counted.
    pub wrong: u64,
    /// Whole minutes from entering to opening the door, by riddle or plain door, and the number of
    /// visitors that took so long.
    pub minutes: BTreeMap<u32, u64>,
    /// Wrong answers (`riddle: answer`) and how often each was given.
    pub said: BTreeMap<String, u64>,
}

impl Tally {
    /// Adds other figures to these.
    pub fn add(&mut self, other: &Self) {
        self.entered += other.entered;
        self.solved += other.solved;
        self.plain += other.plain;
        self.itself += other.itself;
        self.hints += other.hints;
        self.wrong += other.wrong;
        for (minute, visitors) in &other.minutes {
            *self.minutes.entry(*minute).or_default() += visitors;
        }
        for (said, times) in &other.said {
            *self.said.entry(said.clone()).or_default() += times;
        }
    }

    /// Whether all figures are 0.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Visitors who entered and have not gone on.
    pub fn left(&self) -> u64 {
        self.entered.saturating_sub(self.solved + self.plain + self.itself)
    }

    /// The median of the minutes; `None` if there are none.
    pub fn median_minutes(&self) -> Option<u32> {
        let all: u64 = self.minutes.values().sum();
        let mut seen = 0;
        self.minutes.iter().find_map(|(minute, visitors)| {
            seen += visitors;
            (seen * 2 >= all).then_some(*minute)
        })
    }

    /// The `most` most frequent wrong answers, most frequent first.
    pub fn commonest(&self, most: usize) -> Vec<(&str, u64)> {
        let mut said: Vec<(&str, u64)> =
            self.said.iter().map(|(said, times)| (said.as_str(), *times)).collect();
        said.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        said.truncate(most);
        said
    }

    fn opened(&mut self, by: By, record: Option<&RoomRecord>) {
        match by {
            By::Riddle => self.solved += 1,
            By::Plain => self.plain += 1,
            By::Itself => self.itself += 1,
        }
        let took = record.filter(|_| by != By::Itself).and_then(|record| {
            let seconds = record.opened?.at.duration_since(record.entered_at).as_secs().max(0);
            u32::try_from(seconds / 60).ok()
        });
        if let Some(minutes) = took {
            *self.minutes.entry(minutes.min(LAST_MINUTE)).or_default() += 1;
        }
    }

    fn in_the_room(&mut self, before: Option<&RoomRecord>, after: &RoomRecord) {
        let (hints, wrong) = before.map_or((0, 0), |record| (record.hints_opened(), record.wrong));
        self.hints += u64::try_from(after.hints_opened().saturating_sub(hints)).unwrap_or_default();
        let wrong = after.wrong.saturating_sub(wrong);
        self.wrong += u64::from(wrong);
        // One write is one guess, so the last wrong answer is the new one.
        if let Some(said) = after.last_wrong().filter(|_| wrong > 0) {
            *self.said.entry(said.to_owned()).or_default() += 1;
        }
    }
}

/// Wrong answers of one visitor in a room that trigger an alert.
const TOO_OFTEN: u32 = 10;

/// Entrants of a day below which their share is not significant.
const ENOUGH: u64 = 20;

/// An alert to the owner about a room; each is sent at most once a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
pub enum Alert {
    /// One visitor gave ten wrong answers.
    #[strum(serialize = "wrong")]
    WrongTenTimes,
    /// More than three in ten of the day's entrants took the plain door.
    #[strum(serialize = "plain")]
    PlainDoor,
}

impl Alert {
    /// The stored name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The alert's text, in Korean.
    pub fn words(self, room: &Room, of_the_day: &Tally) -> String {
        let name = &room.title.ko;
        let what = match self {
            Self::WrongTenTimes => format!("{name}: 한 손님이 {TOO_OFTEN}번 어긋났습니다."),
            Self::PlainDoor => format!(
                "{name}: 오늘 들어온 {}명 가운데 {}명이 보통 문을 골랐습니다.",
                of_the_day.entered, of_the_day.plain
            ),
        };
        format!(
            "{what} owner-stuck에서 무엇이 걸렸는지 볼 수 있습니다. 오늘은 이 일로 다시 알리지 않습니다."
        )
    }
}

/// Whether there is something to solve in the room: only then does the plain door mean that it was too
/// hard.
fn has_a_riddle(room: &Room) -> bool {
    !room.riddles.is_empty() || room.id == whisper::ROOM
}

/// The rooms in which this change is the visitor's tenth wrong answer.
pub fn wrong_ten_times<'a>(
    content: &'a RoomSet,
    before: Option<&Visit>,
    after: &Visit,
) -> Vec<&'a Room> {
    let wrong = |visit: &Visit, room: &str| visit.kept(room).map_or(0, |record| record.wrong);
    let crosses = |room: &&Room| {
        before.map_or(0, |visit| wrong(visit, &room.id)) < TOO_OFTEN
            && wrong(after, &room.id) >= TOO_OFTEN
    };
    if after.preview {
        return Vec::new();
    }
    let walker = after.walker();
    let rooms = content.rooms().iter().filter(crosses);
    rooms.filter_map(|room| content.place(&room.id, &walker)).collect()
}

/// Whether too many of a day's entrants took a room's plain door.
pub fn too_plain(room: &Room, of_the_day: &Tally) -> bool {
    has_a_riddle(room)
        && of_the_day.entered >= ENOUGH
        && of_the_day.plain * 10 > of_the_day.entered * 3
}

/// What a change of a visit adds to the figures, by room; rooms without a change are omitted.
/// `before` is `None` for a new visit.
pub fn changes(
    content: &RoomSet,
    before: Option<&Visit>,
    after: &Visit,
) -> BTreeMap<String, Tally> {
    let rooms: Vec<&str> = content
        .rooms()
        .iter()
        .filter(|room| room.has_door())
        .map(|room| room.id.as_str())
        .collect();
    let mut changes = BTreeMap::new();
    // The owner's preview of a version is not counted.
    if after.preview {
        return changes;
    }
    // Another walk is counted like a new visit.
    let before = before.filter(|before| before.round.number == after.round.number);
    let walker = after.walker();
    let mut comes_in = before.is_none();
    for (at, room) in rooms.iter().enumerate() {
        let behind = rooms.get(at + 1..).unwrap_or_default();
        let mut tally = Tally::default();
        if comes_in {
            tally.entered += 1;
        }
        let record = after.kept(room);
        if let Some(record) = record {
            tally.in_the_room(before.and_then(|visit| visit.kept(room)), record);
        }
        let passed_before = before.and_then(|visit| passed(visit, room, behind));
        let passed_now = passed(after, room, behind);
        comes_in = passed_before.is_none() && passed_now.is_some();
        if let Some(by) = passed_now.filter(|_| comes_in) {
            tally.opened(by, record);
        }
        if !tally.is_empty() {
            let place = content.place(room, &walker).map_or(*room, |place| &place.id);
            changes.insert(place.to_owned(), tally);
        }
    }
    changes
}

/// How the visitor left the room, if they are known to have.
fn passed(visit: &Visit, room: &str, behind: &[&str]) -> Option<By> {
    let written = visit.kept(room).and_then(|record| record.opened).map(|opening| opening.by);
    let signed = visit.reader.is_some() && visit.round.is_first();
    let further = signed || behind.iter().any(|room| visit.kept(room).is_some());
    written.or(further.then_some(By::Itself))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        base::{id::VisitorId, text::Language},
        riddle::content::Height,
        walk::visit::Reader,
    };

    fn content() -> &'static RoomSet {
        RoomSet::built_in().unwrap()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
    }

    fn begun() -> Visit {
        Visit::begin(VisitorId::new(1, 2), content(), Language::Ko, at(0))
    }

    fn of<'a>(changes: &'a BTreeMap<String, Tally>, room: &str) -> &'a Tally {
        changes.get(room).unwrap_or_else(|| panic!("nothing about {room}: {changes:?}"))
    }

    #[test]
    fn a_walk_is_counted_room_by_room() {
        let visit = begun();
        let first = changes(content(), None, &visit);
        assert_eq!((first.len(), of(&first, "knock").entered), (1, 1));
        let record = visit.room(content(), "knock", at(4)).unwrap();
        let after = visit.clone().with_room("knock", record.open_plain(at(4)));
        let opened = changes(content(), Some(&visit), &after);
        assert_eq!(
            (of(&opened, "knock").plain, of(&opened, "knock").median_minutes()),
            (1, Some(4))
        );
        assert_eq!(of(&opened, "study").entered, 1);
        // A write without a change counts nothing.
        assert_eq!(changes(content(), Some(&after), &after), BTreeMap::new());
    }

    #[test]
    fn a_wrong_answer_is_counted_by_its_text() {
        let visit = begun();
        let record = visit.room(content(), "knock", at(1)).unwrap();
        let visit = visit.with_room("knock", record.open_plain(at(1)));
        let puzzle = content().puzzle("study", &visit.walker(), Height::default()).unwrap();
        let record = visit.room(content(), "study", at(2)).unwrap();
        let outcome = puzzle.guess(&record, " 코끼리 ", at(2));
        let after = visit.clone().with_room("study", outcome.record);
        let counted = changes(content(), Some(&visit), &after);
        let study = of(&counted, "study");
        assert_eq!((study.wrong, study.entered), (1, 0));
        assert_eq!(study.commonest(5), [(format!("{}: 코끼리", puzzle.riddle.id).as_str(), 1)]);
    }

    #[test]
    fn a_door_that_opened_by_itself_is_counted_from_the_next_room() {
        let visit = begun();
        // The door of the knock opened by itself after 25 minutes; the study's plain door is the first
        // thing that is stored.
        let record = visit.room(content(), "study", at(30)).unwrap();
        let after = visit.clone().with_room("study", record.open_plain(at(30)));
        let counted = changes(content(), Some(&visit), &after);
        assert_eq!(
            (of(&counted, "knock").itself, of(&counted, "knock").median_minutes()),
            (1, None)
        );
        assert_eq!((of(&counted, "study").entered, of(&counted, "study").plain), (1, 1));
        assert_eq!(of(&counted, "wait").entered, 1);
        let signed = after.clone().signed(Reader::sign("물억새", false, at(60)).unwrap());
        let counted = changes(content(), Some(&after), &signed);
        for room in ["wait", "bell", "whisper"] {
            assert_eq!(of(&counted, room).itself, 1, "{room}");
        }
    }

    #[test]
    fn only_the_tenth_wrong_answer_triggers_an_alert() {
        let mut visit = begun();
        let mut told = Vec::new();
        for wrong in 1..=12 {
            let record = visit.room(content(), "knock", at(0)).unwrap().with_wrong_answer();
            let after = visit.clone().with_room("knock", record);
            let rooms = wrong_ten_times(content(), Some(&visit), &after);
            told.extend(rooms.iter().map(|room| (wrong, room.id.as_str())));
            visit = after;
        }
        assert_eq!(told, [(10, "knock")]);
        let preview = visit.clone().as_preview();
        assert!(wrong_ten_times(content(), None, &preview).is_empty());
        assert!(changes(content(), None, &preview).is_empty());
    }

    #[test]
    fn more_than_three_in_ten_by_the_plain_door_is_too_many() {
        let day = |entered, plain| Tally { entered, plain, ..Tally::default() };
        let study = content().room("study").unwrap();
        assert!(!too_plain(study, &day(19, 19)), "too few entrants");
        assert!(!too_plain(study, &day(20, 6)));
        assert!(too_plain(study, &day(20, 7)));
        assert!(too_plain(content().room("whisper").unwrap(), &day(20, 7)));
        // The waiting room has nothing to solve.
        assert!(!too_plain(content().room("wait").unwrap(), &day(20, 20)));
        let said = Alert::PlainDoor.words(study, &day(20, 7));
        assert!(
            said.starts_with("서재: 오늘 들어온 20명 가운데 7명이 보통 문을 골랐습니다."),
            "{said}"
        );
    }

    #[test]
    fn figures_add_up() {
        let mut all = Tally::default();
        for (minute, said) in [(1, "a"), (2, "b"), (9, "b")] {
            all.add(&Tally {
                entered: 2,
                solved: 1,
                minutes: BTreeMap::from([(minute, 1)]),
                said: BTreeMap::from([(said.to_owned(), 1)]),
                ..Tally::default()
            });
        }
        assert_eq!((all.entered, all.left(), all.median_minutes()), (6, 3, Some(2)));
        assert_eq!(all.commonest(1), [("b", 2)]);
        assert_eq!(Tally::default().median_minutes(), None);
    }
}
