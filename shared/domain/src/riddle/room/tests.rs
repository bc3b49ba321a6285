use proptest::prelude::*;

use super::*;
use crate::base::text::Language;

const OPENED: Verdict = Verdict::Opened { latin_keys: false };

fn after(minutes: i64, seconds: i64) -> Timestamp {
    // 2026-11-22, ten in the evening in Seoul.
    Timestamp::from_second(1_795_352_400 + minutes * 60 + seconds).unwrap()
}

fn puzzle(room: &str, riddle: &str) -> Puzzle<'static> {
    let house = RoomSet::built_in().unwrap_or_else(|error| panic!("{error}"));
    let room = house.room(room).unwrap();
    Puzzle { replies: house.replies(), room, riddle: room.riddle(riddle).unwrap() }
}

/// The riddle whose answer is 별 헤는 밤, and a reader who has just come in.
fn study() -> (Puzzle<'static>, RoomRecord) {
    (puzzle("study", "counting-stars"), RoomRecord::entered(after(0, 0)))
}

/// Says one thing after another; gives the record and what became of each.
fn say(
    puzzle: &Puzzle<'_>,
    record: &RoomRecord,
    typed: &[(&str, Timestamp)],
) -> (RoomRecord, Vec<Verdict>) {
    let mut record = record.clone();
    let mut verdicts = Vec::new();
    for (typed, now) in typed {
        let outcome = puzzle.guess(&record, typed, *now);
        record = outcome.record;
        verdicts.push(outcome.verdict);
    }
    (record, verdicts)
}

#[test]
fn the_night_of_counting_stars_opens_the_study() {
    let (puzzle, record) = study();
    for typed in
        ["별 헤는 밤", "ㅂㅕㄹ 헤는 밤", "별\u{200B}헤는\u{3164}밤", "Night of counting stars"]
    {
        let outcome = puzzle.guess(&record, typed, after(1, 0));
        assert_eq!(outcome.verdict, OPENED, "{typed:?}");
        assert_eq!(
            outcome.record.door(after(1, 0)),
            Door::Open(Opening { at: after(1, 0), by: By::Riddle })
        );
        assert_eq!(outcome.reply, puzzle.riddle.solved);
    }
    let outcome = puzzle.guess(&record, "qufgpsmsqka", after(1, 0));
    assert_eq!(outcome.verdict, Verdict::Opened { latin_keys: true });
    assert_eq!(outcome.reply.ko, "한/영 글쇠가 눌려 있었구려. 그 밤이 아직 다 헤아려지지 않았소.");
}

#[test]
fn only_wrong_and_new_guesses_are_counted() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, verdicts) = say(
        &puzzle,
        &record,
        &[
            ("", now),
            ("…", now),
            (&"가".repeat(201), now),
            ("별 헤는 밥", now),
            ("눈 오는 밤", now),
            ("눈오는밤!", now),
        ],
    );
    assert_eq!(
        verdicts,
        [
            Verdict::Empty,
            Verdict::Empty,
            Verdict::TooLong,
            Verdict::Almost,
            Verdict::Wrong(Next::Free),
            Verdict::Repeated
        ]
    );
    assert_eq!(record.wrong, 1);
}

#[test]
fn a_free_guess_leaves_nothing_to_write() {
    let (puzzle, record) = study();
    for typed in ["", "별 헤는 밥", &"가".repeat(999)] {
        assert_eq!(puzzle.guess(&record, typed, after(0, 0)).record, record);
    }
}

#[test]
fn the_keeper_warns_then_waits_and_says_until_when() {
    let (puzzle, record) = study();
    let first = puzzle.guess(&record, "하나", after(0, 0));
    assert_eq!(first.reply.ko, "그것은 아니오.");
    let second = puzzle.guess(&first.record, "둘", after(0, 0));
    assert_eq!(second.verdict, Verdict::Wrong(Next::LastBeforeWait));
    assert_eq!(second.reply.ko, "그 말로는 열리지 않는구려. 한 번 더 어긋나면 잠시 쉬어 가리다.");
    let third = puzzle.guess(&second.record, "셋", after(0, 0));
    assert_eq!(third.verdict, Verdict::Wrong(Next::Waits(after(1, 0))));
    assert_eq!(third.reply.ko, "아직 아니오. 쉬었다가 22:01:00에 다시 듣겠소.");
    assert_eq!(third.record.waits_until(after(0, 30)), Some(after(1, 0)));

    let fourth = puzzle.guess(&third.record, "넷", after(0, 59));
    assert_eq!(fourth.verdict, Verdict::Wait { until: after(1, 0) });
    assert_eq!(fourth.reply.ko, "천천히 하시오. 22:01:00에 다시 듣겠소.");
    assert_eq!(fourth.record, third.record, "what was not heard is not counted");
    let again = puzzle.guess(&fourth.record, "넷", after(1, 0));
    assert_eq!(again.verdict, Verdict::Wrong(Next::Waits(after(4, 0))));
}

#[test]
fn a_wait_holds_back_nothing_but_a_new_wrong_guess() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    for (typed, verdict) in [
        ("넷", Verdict::Wait { until: after(1, 0) }),
        ("셋", Verdict::Repeated),
        ("", Verdict::Empty),
        ("별 헤는 밥", Verdict::Almost),
        ("별", Verdict::KeepGoing),
        ("별 헤는 밤", OPENED),
    ] {
        assert_eq!(puzzle.guess(&record, typed, now).verdict, verdict, "{typed}");
    }
}

#[test]
fn a_half_way_answer_clears_the_count_once() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, verdicts) = say(
        &puzzle,
        &record,
        &[("하나", now), ("둘", now), ("셋", now), ("별", now), ("넷", now), ("다섯", now)],
    );
    assert_eq!(
        verdicts[3..],
        [Verdict::KeepGoing, Verdict::Wrong(Next::Free), Verdict::Wrong(Next::LastBeforeWait)]
    );
    let (record, _) = say(&puzzle, &record, &[("여섯", now), ("밤", now)]);
    assert_eq!(
        record.waits_until(now),
        Some(after(1, 0)),
        "the same half-way answer clears nothing twice"
    );
    let (record, _) = say(&puzzle, &record, &[("별 세는 밤", now)]);
    assert_eq!(record.waits_until(now), None, "another one does");
    assert_eq!(record.wrong, 6, "hints remember every wrong guess");
}

#[test]
fn a_wrong_answer_worth_a_reply_gets_its_own_and_counts() {
    let (puzzle, record) = study();
    let outcome = puzzle.guess(&record, "서시", after(0, 0));
    assert_eq!(outcome.reply.ko, "같은 책에 있으나 이 장은 아니오.");
    assert_eq!(outcome.record.wrong, 1);
}

#[test]
fn hints_are_opened_on_purpose_and_forgive_the_count() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    assert_eq!(
        puzzle.open_hint(&record, 0, now),
        Err(HintRefused::NotYet { from: after(3, 0), wrong_left: Some(3) })
    );
    assert_eq!(puzzle.open_hint(&record, 3, now), Err(HintRefused::NoSuchHint));
    let (record, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    assert!(puzzle.hints(&record, now)[0].text.is_none(), "ready, but not opened unasked");
    let opened = puzzle.open_hint(&record, 0, now).unwrap();
    assert_eq!(opened.waits_until(now), None);
    assert_eq!(puzzle.hints(&opened, now)[0].text, Some(&puzzle.riddle.hints[0].text));

    let (waiting, _) = say(&puzzle, &opened, &[("넷", now), ("다섯", now), ("여섯", now)]);
    assert_eq!(
        puzzle.open_hint(&waiting, 0, now).as_ref(),
        Ok(&waiting),
        "an open hint forgives nothing again"
    );
    assert!(puzzle.open_hint(&waiting, 1, now).is_ok(), "six wrong guesses bring the second");
    assert!(matches!(
        puzzle.open_hint(&waiting, 2, now),
        Err(HintRefused::NotYet { wrong_left: None, .. })
    ));
    assert!(puzzle.open_hint(&waiting, 2, after(15, 0)).is_ok());
}

#[test]
fn a_hint_that_is_known_already_says_so() {
    let (puzzle, record) = study();
    let record = puzzle.guess(&record, "별", after(0, 0)).record;
    let states = puzzle.hints(&record, after(4, 0)).map(|hint| hint.state);
    assert_eq!(states[0], HintState::Needless);
    assert!(matches!(states[1], HintState::NotYet { .. }));
    assert!(puzzle.open_hint(&record, 0, after(0, 1)).is_ok(), "and may be opened all the same");
}

#[test]
fn the_plain_door_opens_at_any_time_and_asks_nothing() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (waiting, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    for record in [record, waiting] {
        let opened = record.open_plain(now);
        assert_eq!(opened.door(now), Door::Open(Opening { at: now, by: By::Plain }));
        assert_eq!(opened.open_plain(after(1, 0)), opened, "twice is once");
    }
}

#[test]
fn the_door_opens_by_itself_after_25_minutes() {
    let (puzzle, record) = study();
    assert_eq!(record.door(after(24, 59)), Door::Closed);
    let by_itself = Opening { at: after(25, 0), by: By::Itself };
    assert_eq!(record.door(after(25, 0)), Door::Open(by_itself));
    for late in [after(25, 0), after(60 * 24 * 30, 0)] {
        let outcome = puzzle.guess(&record, "별 헤는 밤", late);
        assert_eq!(outcome.verdict, Verdict::AlreadyOpen(by_itself));
        assert_eq!(outcome.record.opened, Some(by_itself));
        assert_eq!(record.open_plain(late).opened, Some(by_itself));
    }
}

#[test]
fn an_open_door_stays_as_it_was_opened() {
    let (puzzle, record) = study();
    let opened = puzzle.guess(&record, "별 헤는 밤", after(1, 0)).record;
    for outcome in [
        puzzle.guess(&opened, "별 헤는 밤", after(2, 0)),
        puzzle.guess(&opened, "모름", after(2, 0)),
    ] {
        assert_eq!(
            outcome.verdict,
            Verdict::AlreadyOpen(Opening { at: after(1, 0), by: By::Riddle })
        );
        assert_eq!(outcome.record, opened);
    }
    assert_eq!(opened.open_plain(after(9, 0)), opened);
}

#[test]
fn an_erratum_forgives_the_count() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    assert_eq!(record.pardoned().waits_until(now), None);
}

#[test]
fn the_verse_is_knocked() {
    let (puzzle, record) = (puzzle("knock", "riverside"), RoomRecord::entered(after(0, 0)));
    let now = after(0, 10);
    for typed in ["··—··—····", "3 3 4", "210 190 640 205 195 610 200 210 190"] {
        assert_eq!(puzzle.guess(&record, typed, now).verdict, OPENED, "{typed}");
    }
    let outcome = puzzle.guess(&record, "엄마야", now);
    assert_eq!(outcome.verdict, Verdict::NotARhythm(NotARhythm::UnknownSign('엄')));
    assert_eq!(
        outcome.reply.ko,
        "‘엄’에서는 두드리는 소리가 나지 않소. 짧으면 점(·), 길면 줄(—)로 적어 주시오."
    );
    let (record, verdicts) = say(
        &puzzle,
        &record,
        &[
            ("", now),
            ("·", now),
            ("··—··—···", now),
            ("4 3 3", now),
            ("4-3-3", now),
            ("200 200 200 700 200 200 700 200 200", now),
        ],
    );
    assert_eq!(
        verdicts,
        [
            Verdict::NotARhythm(NotARhythm::Nothing),
            Verdict::NotARhythm(NotARhythm::OneKnock),
            Verdict::Almost,
            Verdict::Wrong(Next::Free),
            Verdict::Repeated,
            Verdict::Repeated
        ]
    );
    assert_eq!(record.wrong, 1);
}

#[test]
fn a_record_is_kept_as_it_is() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, _) =
        say(&puzzle, &record, &[("하나", now), ("둘", now), ("별", now), ("셋", now)]);
    let record = puzzle.open_hint(&record, 0, after(3, 0)).unwrap();
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<RoomRecord>(&json).unwrap(), record);
    // A record from before this field, and one with a field from after it, can be read.
    let bare: RoomRecord =
        serde_json::from_str(r#"{"entered_at":"2026-11-22T13:00:00Z","later":1}"#).unwrap();
    assert_eq!(bare, RoomRecord::entered(after(0, 0)));
}

#[test]
fn the_clock_is_the_korean_clock() {
    assert_eq!(clock_time(after(0, 0)), "22:00:00");
    assert_eq!(clock_time(after(125, 7)), "00:05:07");
    assert_eq!(
        clock_time(Timestamp::new(1_795_352_400, 1).unwrap()),
        "22:00:01",
        "never too early"
    );
    clock_time(Timestamp::MAX);
    clock_time(Timestamp::MIN);
}

#[test]
fn every_reply_is_at_most_two_sentences() {
    let house = RoomSet::built_in().unwrap();
    let sentences = |text: &str| text.matches(['.', '?', '!']).count();
    for puzzle in house.rooms().iter().flat_map(|room| {
        room.riddles.iter().map(|riddle| Puzzle { replies: house.replies(), room, riddle })
    }) {
        let riddle = puzzle.riddle;
        let listed = riddle.keep_going.iter().chain(&riddle.near).map(|listed| &listed.reply);
        for language in Language::ALL {
            for text in listed.clone().chain([
                &riddle.ask,
                &riddle.solved,
                &puzzle.room.greeting,
                &puzzle.room.by_itself,
            ]) {
                let words = text.in_language(language);
                assert!(sentences(words) <= 2, "{}: {words}", riddle.id);
            }
            // These are said together with a second sentence.
            for text in riddle.near.iter().map(|listed| &listed.reply).chain([&riddle.solved]) {
                let words = text.in_language(language);
                assert_eq!(sentences(words), 1, "{}: {words}", riddle.id);
            }
        }
    }
}

proptest! {
    /// Nobody can be locked out by any sequence of inputs.
    #[test]
    fn whatever_was_typed_the_answer_opens_the_door(
        typed in prop::collection::vec((prop_oneof![any::<String>(), "[가-힣 ]{1,8}", "(별|밤|서시|별 세는 밤)"], 0_i64..400), 0..60),
    ) {
        let (puzzle, mut record) = study();
        let mut now = after(0, 0);
        for (typed, seconds) in typed {
            now += jiff::SignedDuration::from_secs(seconds);
            let outcome = puzzle.guess(&record, &typed, now);
            if let Verdict::Wait { until } = outcome.verdict {
                prop_assert!(until > now && until <= now + crate::riddle::guess::LONGEST_WAIT);
                prop_assert_eq!(&outcome.record, &record);
            }
            prop_assert!(!outcome.reply.ko.is_empty() && !outcome.reply.en.is_empty());
            record = outcome.record;
        }
        prop_assert!(matches!(puzzle.guess(&record, "별 헤는 밤", now).record.door(now), Door::Open(_)));
        prop_assert!(matches!(record.open_plain(now).door(now), Door::Open(_)));
        // What is kept of a visitor stays far below what one item of the table may hold.
        prop_assert!(serde_json::to_string(&record).unwrap().len() < 4096);
    }

    /// Whatever is done in a room, in whatever order: its plain door opens at once, and without
    /// anything more it opens by itself.
    #[test]
    fn no_sequence_of_guesses_hints_and_errata_locks_anybody_out(
        riddle in 0_usize..14,
        acts in prop::collection::vec((0_u8..4, any::<String>(), 0_i64..400), 0..60),
    ) {
        let house = RoomSet::built_in().unwrap();
        let all = || house.rooms().iter().flat_map(|room| room.riddles.iter().map(move |riddle| (room, riddle)));
        let (room, riddle) = all().nth(riddle % all().count()).unwrap();
        let puzzle = Puzzle { replies: house.replies(), room, riddle };
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
                _ => record.pardoned(),
            };
            prop_assert!(matches!(record.open_plain(now).door(now), Door::Open(_)));
            prop_assert!(matches!(puzzle.guess(&record, &answer, now).record.door(now), Door::Open(_)));
            prop_assert!(record.waits_until(now).is_none_or(|until| until <= now + crate::riddle::guess::LONGEST_WAIT));
        }
        prop_assert!(matches!(record.door(after(25, 0).max(now)), Door::Open(_)));
    }
}
