use super::{after, say, study};
use crate::riddle::{
    hint::HintState,
    room::{By, Door, HintRefused, Opening, RoomRecord, Verdict},
};

#[test]
fn opening_a_hint_clears_the_count_once() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    assert_eq!(
        puzzle.open_hint(&record, 0, now),
        Err(HintRefused::NotYet { from: after(3, 0), wrong_left: Some(3) })
    );
    assert_eq!(puzzle.open_hint(&record, 3, now), Err(HintRefused::NoSuchHint));
    let (record, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    assert!(puzzle.hints(&record, now)[0].text.is_none(), "ready, but not opened");
    let opened = puzzle.open_hint(&record, 0, now).unwrap();
    assert_eq!(opened.waits_until(now), None);
    assert_eq!(puzzle.hints(&opened, now)[0].text, Some(&puzzle.riddle.hints[0].text));

    let (waiting, _) = say(&puzzle, &opened, &[("넷", now), ("다섯", now), ("여섯", now)]);
    assert_eq!(
        puzzle.open_hint(&waiting, 0, now).as_ref(),
        Ok(&waiting),
        "an open hint clears nothing again"
    );
    assert!(
        puzzle.open_hint(&waiting, 1, now).is_ok(),
        "the second is ready after six wrong guesses"
    );
    assert!(matches!(
        puzzle.open_hint(&waiting, 2, now),
        Err(HintRefused::NotYet { wrong_left: None, .. })
    ));
    assert!(puzzle.open_hint(&waiting, 2, after(15, 0)).is_ok());
}

#[test]
fn a_hint_that_a_half_way_answer_made_needless_can_be_opened() {
    let (puzzle, record) = study();
    let record = puzzle.guess(&record, "별", after(0, 0)).record;
    let states = puzzle.hints(&record, after(4, 0)).map(|hint| hint.state);
    assert_eq!(states[0], HintState::Needless);
    assert!(matches!(states[1], HintState::NotYet { .. }));
    assert!(puzzle.open_hint(&record, 0, after(0, 1)).is_ok(), "a needless hint can be opened");
}

#[test]
fn the_plain_door_opens_at_any_time() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (waiting, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    for record in [record, waiting] {
        let opened = record.open_plain(now);
        assert_eq!(opened.door(now), Door::Open(Opening { at: now, by: By::Plain }));
        assert_eq!(opened.open_plain(after(1, 0)), opened, "opening twice changes nothing");
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
        assert_eq!(outcome.verdict, Verdict::Opened { latin_keys: false });
        assert_eq!(outcome.record.opened, Some(by_itself), "it opened by itself all the same");
        assert!(outcome.record.is_solved());
        assert_eq!(record.open_plain(late).opened, Some(by_itself));
    }
}

#[test]
fn a_riddle_can_be_solved_after_the_plain_door_and_nothing_is_counted() {
    let (puzzle, record) = study();
    let opened = record.open_plain(after(0, 0));
    assert!(!opened.is_solved());
    // However often it is wrong, and in whatever way.
    for (typed, verdict) in [
        ("모름", Verdict::NotSolvedYet),
        ("모름", Verdict::NotSolvedYet),
        ("서시", Verdict::NotSolvedYet),
        ("별", Verdict::KeepGoing),
        ("!", Verdict::Empty),
    ] {
        let outcome = puzzle.guess(&opened, typed, after(1, 0));
        assert_eq!((outcome.verdict, &outcome.record), (verdict, &opened), "{typed}");
    }
    let month = after(60 * 24 * 30, 0);
    let solved = puzzle.guess(&opened, "별 헤는 밤", month);
    assert_eq!(solved.verdict, Verdict::Opened { latin_keys: false });
    assert!(solved.record.is_solved());
    assert_eq!(solved.record.opened, opened.opened, "the door keeps its opening");
    let again = puzzle.guess(&solved.record, "별 헤는 밤", month);
    assert!(matches!(again.verdict, Verdict::AlreadyOpen(_)));
    assert_eq!(again.record, solved.record);
}

#[test]
fn an_open_door_keeps_its_opening() {
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
fn a_stored_record_is_read_back() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, _) =
        say(&puzzle, &record, &[("하나", now), ("둘", now), ("별", now), ("셋", now)]);
    let record = puzzle.open_hint(&record, 0, after(3, 0)).unwrap();
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<RoomRecord>(&json).unwrap(), record);
    // A record without the newer fields, and one with an unknown field, can be read.
    let bare: RoomRecord =
        serde_json::from_str(r#"{"entered_at":"2026-11-22T13:00:00Z","later":1}"#).unwrap();
    assert_eq!(bare, RoomRecord::entered(after(0, 0)));
}
