use proptest::prelude::*;

use super::{after, study};
use crate::riddle::{
    content::{RoomSet, Solution},
    guess::LONGEST_WAIT,
    room::{Door, Puzzle, RoomRecord, Verdict},
};

proptest! {
    /// No sequence of inputs locks a visitor out.
    #[test]
    fn the_answer_opens_the_door_after_any_guesses(
        typed in prop::collection::vec((prop_oneof![any::<String>(), "[가-힣 ]{1,8}", "(별|밤|서시|별 세는 밤)"], 0_i64..400), 0..60),
    ) {
        let (puzzle, mut record) = study();
        let mut now = after(0, 0);
        for (typed, seconds) in typed {
            now += jiff::SignedDuration::from_secs(seconds);
            let outcome = puzzle.guess(&record, &typed, now);
            if let Verdict::Wait { until } = outcome.verdict {
                prop_assert!(until > now && until <= now + LONGEST_WAIT);
                prop_assert_eq!(&outcome.record, &record);
            }
            prop_assert!(!outcome.reply.ko.is_empty() && !outcome.reply.en.is_empty());
            record = outcome.record;
        }
        prop_assert!(matches!(puzzle.guess(&record, "별 헤는 밤", now).record.door(now), Door::Open(_)));
        prop_assert!(matches!(record.open_plain(now).door(now), Door::Open(_)));
        // The record stays far below DynamoDB's item limit.
        prop_assert!(serde_json::to_string(&record).unwrap().len() < 4096);
    }

    /// After any sequence of actions the plain door opens at once, and the door opens by itself.
    #[test]
    fn guesses_hints_and_errata_lock_nobody_out(
        riddle in 0_usize..14,
        acts in prop::collection::vec((0_u8..4, any::<String>(), 0_i64..400), 0..60),
    ) {
        let rooms = RoomSet::built_in().unwrap();
        let all = || {
            let rooms = rooms.rooms().iter();
            rooms.flat_map(|room| room.riddles.iter().map(move |riddle| (room, riddle)))
        };
        let (room, riddle) = all().nth(riddle % all().count()).unwrap();
        let puzzle = Puzzle { replies: rooms.replies(), room, riddle };
        let answer = match &riddle.solution {
            Solution::Word(answers) => answers[0].written().to_owned(),
            Solution::Rhythm(pattern) => pattern.written(),
        };
        let (came, mut now) = (after(0, 0), after(0, 0));
        let mut record = RoomRecord::entered(came);
        for (act, typed, seconds) in acts {
            now += jiff::SignedDuration::from_secs(seconds);
            record = match act {
                0 | 1 => puzzle.guess(&record, &typed, now).record,
                2 => puzzle.open_hint(&record, typed.len() % 5, now).unwrap_or(record),
                _ => record.with_count_cleared(),
            };
            prop_assert!(matches!(record.open_plain(now).door(now), Door::Open(_)));
            prop_assert!(matches!(puzzle.guess(&record, &answer, now).record.door(now), Door::Open(_)));
            prop_assert!(record.waits_until(now).is_none_or(|until| until <= now + LONGEST_WAIT));
        }
        prop_assert!(matches!(record.door(after(25, 0).max(now)), Door::Open(_)));
    }
}
