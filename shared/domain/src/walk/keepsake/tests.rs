use super::*;
use crate::{
    base::id::VisitorId,
    riddle::room::{By, RoomRecord},
};

fn now() -> Timestamp {
    "2026-11-23T20:00:00+09:00".parse().unwrap()
}

/// A visit whose rooms were opened so.
fn visit(opened: &[(&str, By)]) -> Visit {
    let rooms = RoomSet::built_in().unwrap();
    let mut visit = Visit::begin(VisitorId::new(1, 7), rooms, Language::Ko, now());
    for (room, by) in opened {
        let mut record = RoomRecord::entered(now());
        record.opened = Some(crate::riddle::room::Opening { at: now(), by: *by });
        visit = visit.with_room(room, record);
    }
    visit
}

fn lines_of(visit: &Visit) -> Vec<(String, bool)> {
    let rooms = RoomSet::built_in().unwrap();
    let found = keepsakes(visit, rooms, now());
    found.into_iter().map(|keepsake| (keepsake.room, keepsake.line.is_some())).collect()
}

#[test]
fn each_room_gives_its_line_to_who_solves_it() {
    assert_eq!(lines_of(&visit(&[])), []);
    let solved = visit(&[("knock", By::Riddle), ("study", By::Plain)]);
    assert_eq!(lines_of(&solved), [("knock".to_owned(), true), ("study".to_owned(), false)]);
    let all = [
        ("knock", By::Plain),
        ("study", By::Riddle),
        ("wait", By::Itself),
        ("bell", By::Riddle),
        ("whisper", By::Riddle),
    ];
    let mut walked = visit(&all);
    walked.whisper = whisper::Whisper::next(None, walked.id, now()).ok();
    let given = |room: &str, given| (room.to_owned(), given);
    let without_a_kept_line =
        [given("knock", false), given("study", true), given("wait", false), given("whisper", true)];
    assert_eq!(lines_of(&walked), without_a_kept_line);
    let poem = wait::poem_for(&walked.id.to_string(), 0).unwrap();
    let walked = walked.keeping(KeptLine { poem: poem.id.clone(), line: 2 });
    assert!(lines_of(&walked).contains(&given("wait", true)));
}

#[test]
fn the_lines_are_one_poem_under_the_pen_name() {
    let rooms = RoomSet::built_in().unwrap();
    let walked = visit(&[("knock", By::Riddle), ("study", By::Plain)]);
    let found = keepsakes(&walked, rooms, now());
    assert!(has_a_line(&found));
    let poem = poem(&found, "봄밤", Language::Ko);
    let knocked = found[0].line.as_ref().unwrap().text.ko.clone();
    assert_eq!(poem, format!("{knocked}\n……\n\n— 봄밤"));
    assert!(!has_a_line(&keepsakes(&visit(&[("knock", By::Plain)]), rooms, now())));
}

#[test]
fn every_built_in_riddle_gives_a_line_with_its_source() {
    for room in RoomSet::built_in().unwrap().rooms() {
        for riddle in room.riddles.iter() {
            assert!(riddle.gives.is_some(), "{}", riddle.id);
            assert!(riddle.page.iter().any(|passage| passage.source.is_some()), "{}", riddle.id);
        }
    }
}

#[test]
fn a_line_that_can_be_kept_is_the_same_in_both_languages() {
    for poem in wait::poems() {
        let count = |language| lines(poem, language).count();
        assert_eq!(count(Language::Ko), count(Language::En), "{}", poem.id);
    }
    let beyond = KeptLine { poem: wait::poems()[0].id.clone(), line: 999 };
    assert_eq!(kept(&beyond.poem, beyond.line), None);
    assert_eq!(kept("gone", 0), None);
}
