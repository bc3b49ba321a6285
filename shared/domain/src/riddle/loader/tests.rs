use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use jiff::Timestamp;

use super::*;
use crate::{
    base::text::Language,
    riddle::{
        content::{Room, Solution, Walker},
        room::Puzzle,
    },
};

mod refused;
mod rounds;

fn built_in() -> &'static RoomSet {
    RoomSet::built_in().unwrap_or_else(|error| panic!("{error}"))
}

fn anyone() -> Walker {
    Walker::first("anyone", Timestamp::UNIX_EPOCH)
}

#[test]
fn the_built_in_content_is_valid() {
    if let Err(error) = RoomSet::load(&RoomSet::built_in_files()) {
        panic!("{error}");
    }
    let walk: Vec<_> = built_in().rooms().iter().map(|room| room.id.as_str()).collect();
    assert_eq!(
        walk,
        [
            "door",
            "knock",
            "study",
            "wait",
            "bell",
            "whisper",
            "guestbook",
            "letter",
            "counter",
            "pay"
        ]
    );
    assert_eq!(built_in().next_after("knock").map(|room| room.id.as_str()), Some("study"));
    assert!(built_in().next_after("pay").is_none());
}

#[test]
fn the_built_in_riddles_are_those_that_were_checked() {
    let checked = RoomSet::load(&RoomSet::built_in_files()).unwrap();
    for (room, checked) in built_in().all_rooms().zip(checked.all_rooms()) {
        let stands = |room: &Room| room.riddles.stands().collect::<Vec<_>>();
        assert_eq!(stands(room), stands(checked), "{}", room.id);
        assert_eq!(room.riddles.is_empty(), checked.riddles.is_empty(), "{}", room.id);
        let shown = |room: &Room| format!("{:?}", room.riddles.iter().collect::<Vec<_>>());
        assert_eq!(shown(room), shown(checked), "{}", room.id);
    }
}

#[test]
fn the_friction_budget_is_kept() {
    let (by_riddle, by_plain) = built_in().expected().minutes();
    assert_eq!((by_riddle, by_plain), (11, 2));
    let each = built_in().rooms().iter().map(|room| built_in().minutes_of(&room.id));
    assert_eq!(each.sum::<u32>(), by_riddle, "the plan and the door say the same");
}

#[test]
fn someone_ahead_of_the_walk_is_led_back_to_the_first_closed_door() {
    let rooms = built_in();
    let missing = |id: &str, passed: &[&str]| {
        rooms.missing_before(id, |room| passed.contains(&room)).map(|room| room.id.as_str())
    };
    assert_eq!(missing("door", &[]), None);
    assert_eq!(missing("counter", &[]), Some("door"));
    assert_eq!(missing("counter", &["door", "knock"]), Some("study"));
    assert_eq!(missing("study", &["door", "knock"]), None);
    assert_eq!(missing("nowhere", &[]), None);
}

#[test]
fn the_study_has_many_riddles_of_many_kinds() {
    let study = built_in().room("study").unwrap();
    let kinds: BTreeSet<_> = study.riddles.iter().map(|riddle| riddle.kind).collect();
    assert!(study.riddles.len() >= 8, "{}", study.riddles.len());
    assert!(kinds.len() >= 5, "{kinds:?}");
}

#[test]
fn a_visitor_always_meets_the_same_riddle_and_visitors_meet_them_all() {
    let rooms = built_in();
    let study = rooms.room("study").unwrap();
    assert_eq!(study.riddles.heights(), Height::ALL);
    for shelf in Height::ALL {
        let mut met: BTreeMap<&str, u32> = BTreeMap::new();
        let visitors = 11_000;
        for n in 0..visitors {
            let visitor = Walker::first(&format!("01JD{n:022}"), Timestamp::UNIX_EPOCH);
            let riddle = rooms.riddle_for("study", &visitor, *shelf).unwrap();
            let again = rooms.riddle_for("study", &visitor, *shelf).unwrap();
            assert_eq!((&again.id, &again.key), (&riddle.id, &riddle.key));
            assert_eq!(riddle.height, *shelf);
            *met.entry(&riddle.id).or_default() += 1;
        }
        let there = study.riddles.iter().filter(|riddle| riddle.height == *shelf);
        let there: BTreeSet<_> = there.map(|riddle| &riddle.id).collect();
        assert_eq!(met.len(), there.len(), "{shelf:?}");
        let share = visitors / u32::try_from(met.len()).unwrap();
        let fair = share * 8 / 10..share * 12 / 10;
        assert!(met.values().all(|visitors| fair.contains(visitors)), "{met:?}");
    }
    assert!(rooms.riddle_for("letter", &anyone(), Height::default()).is_none());
}

#[test]
fn the_study_asks_for_the_numbers_of_the_verse_that_its_visitor_knocks() {
    let rooms = built_in();
    let mut keys = BTreeSet::new();
    for n in 0..2_000 {
        let visitor = Walker::first(&format!("01JD{n:022}"), Timestamp::UNIX_EPOCH);
        let knocked = rooms.riddle_for("knock", &visitor, Height::default()).unwrap();
        let Solution::Rhythm(pattern) = &knocked.solution else { panic!("{knocked:?}") };
        assert_eq!(rooms.given_in("knock", &visitor), Some(pattern.feet()));
        let riddle = rooms.riddle_for("study", &visitor, Height::default()).unwrap();
        if let Some(key) = &riddle.key {
            assert_eq!(key.numbers, pattern.feet());
            let shown = crate::riddle::rhythm::written_feet(&key.numbers);
            assert!(riddle.ask.ko.contains(&shown) && riddle.ask.en.contains(&shown), "{riddle:?}");
            keys.insert(key);
        }
    }
    assert_eq!(keys.len(), 3, "every verse leads to a word: {keys:?}");
    assert_eq!(rooms.given_in("study", &anyone()), None, "a word gives no numbers");
}

#[test]
fn a_solved_page_is_whole_and_inks_what_was_found() {
    for riddle in built_in().all_rooms().flat_map(|room| room.riddles.iter()) {
        assert_eq!(riddle.revealed.len(), riddle.page.len(), "{}", riddle.id);
        for language in Language::ALL {
            let pieces = || riddle.revealed.iter().flat_map(|one| one.in_language(language));
            assert!(pieces().any(|piece| piece.inked), "{} {language:?}", riddle.id);
            assert!(!pieces().any(|piece| piece.text.contains("{gap}")), "{}", riddle.id);
        }
    }
    let inked =
        |id: &str| {
            let study = built_in().room("study").unwrap();
            let pieces =
                study.riddle(id).unwrap().revealed.iter().flat_map(|one| {
                    one.in_language(Language::Ko).iter().filter(|piece| piece.inked)
                });
            pieces.map(|piece| piece.text.as_str()).collect::<Vec<_>>()
        };
    assert_eq!(inked("ferryboat"), ["나룻배"]);
    assert_eq!(inked("one-in-the-well"), ["사", "나", "이"]);
    assert_eq!(inked("flowers-on-the-hill"), ["꽃"; 8]);
    assert_eq!(inked("roads"), ["오늘도"]);
    assert_eq!(inked("green-grapes").len(), 3);
}

#[test]
fn every_quoted_text_names_its_source() {
    for riddle in built_in().all_rooms().flat_map(|room| room.riddles.iter()) {
        assert!(riddle.page.iter().any(|passage| passage.source.is_some()), "{}", riddle.id);
    }
}

/// The snapshot is the text that was last proofread.
#[test]
fn the_pages_are_as_proofread() {
    for room in built_in().all_rooms().filter(|room| !room.riddles.is_empty()) {
        let mut shown = String::new();
        for riddle in room.riddles.iter() {
            writeln!(shown, "════ {} ({})", riddle.id, riddle.kind.name()).unwrap();
            for language in Language::ALL {
                writeln!(shown, "──── {}\n{}\n", language.tag(), riddle.ask.in_language(language))
                    .unwrap();
                for passage in &riddle.page {
                    for line in passage.lines(language) {
                        writeln!(shown, "{}", format!("    {line}").trim_end()).unwrap();
                    }
                    if let Some(source) = &passage.source {
                        writeln!(shown, "    ({})", source.in_language(language)).unwrap();
                    }
                }
                writeln!(shown, "[{}]", riddle.label.in_language(language)).unwrap();
                for hint in &riddle.hints {
                    let (title, text) =
                        (hint.title.in_language(language), hint.text.in_language(language));
                    writeln!(shown, "{title}: {text}").unwrap();
                }
                writeln!(shown, "→ {}\n", riddle.solved.in_language(language)).unwrap();
            }
        }
        insta::assert_snapshot!(format!("pages_of_{}", room.id), shown);
    }
}

#[test]
fn every_reply_is_at_most_two_sentences() {
    let rooms = RoomSet::built_in().unwrap();
    let sentences = |text: &str| text.matches(['.', '?', '!']).count();
    for puzzle in rooms.all_rooms().flat_map(|room| {
        room.riddles.iter().map(|riddle| Puzzle { replies: rooms.replies(), room, riddle })
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

/// The built-in content with one more riddle, in a file of this name.
fn with_one_more(name: &str, text: &str) -> Result<RoomSet, ContentError> {
    let mut files = RoomSet::built_in_files();
    let with_a_door = HEAD.1.replace(
        "title = { ko = \"편지\"",
        "by_itself = { ko = \"열렸소.\", en = \"Open.\" }\ntitle = { ko = \"편지\"",
    );
    files[0] = ("house.toml", &with_a_door);
    files.push((name, text));
    RoomSet::load(&files)
}

#[test]
fn a_new_riddle_leaves_most_visitors_theirs() {
    let more = with_one_more("study/another-night.toml", RIDDLES[3].1).unwrap();
    let visitors = (0..1200).map(|n| Walker::first(&format!("01JD{n:022}"), Timestamp::UNIX_EPOCH));
    let moved: Vec<_> = visitors
        .map(|visitor| {
            let of = |rooms: &RoomSet| {
                let riddle = rooms.riddle_for("study", &visitor, Height::Middle).unwrap();
                riddle.id.clone()
            };
            (of(built_in()), of(&more))
        })
        .filter(|(before, after)| before != after)
        .collect();
    assert!((150..250).contains(&moved.len()), "{}", moved.len());
    assert!(moved.iter().all(|(_, after)| after == "another-night"));
}

/// Visitors finish on the version they entered, so any change of a file needs a new version. After a
/// change, name a new one in `house.toml` and put its fingerprint here. Comments count too.
#[test]
fn content_does_not_change_under_the_name_of_a_version() {
    let files: Vec<&str> =
        RoomSet::built_in_files().into_iter().flat_map(|(name, text)| [name, text]).collect();
    let version = RoomSet::built_in().unwrap().version();
    assert_eq!(
        (version, crate::riddle::guess::fingerprint(&files)),
        ("2026-12e", 5_442_963_510_059_400_561)
    );
}

#[test]
fn greetings_follow_the_clock() {
    let rooms = RoomSet::built_in().unwrap();
    let door = rooms.room("door").unwrap();
    let said = |hour: &str| {
        let now = format!("2026-11-23T{hour}:00+09:00").parse().unwrap();
        door.greeting_at(now).in_language(Language::Ko)
    };
    assert!(said("23:30").contains("밤") && said("04:59") == said("21:00"));
    assert!(said("05:00").contains("아침") && said("09:59").contains("아침"));
    assert!(said("12:00").contains("해가 높은데") && said("18:00").contains("저물녘"));
    // No other room speaks of a time of day.
    for room in rooms.rooms() {
        for text in [&room.greeting, &room.by_itself] {
            let words = text.in_language(Language::Ko);
            let time = ["밤", "새벽", "아침", "낮", "저녁", "오늘"];
            assert!(time.iter().all(|time| !words.contains(time)), "{}: {words}", room.id);
            // Nor of an act of the owner: nobody knows what the owner is doing.
            assert!(!words.contains("주인장이"), "{}: {words}", room.id);
        }
    }
}

#[test]
fn hours_out_of_order_are_refused() {
    for (right, wrong) in [("from = 10", "from = 3"), ("from = 21", "from = 24")] {
        let head = HEAD.1.replace(right, wrong);
        assert_ne!(head, HEAD.1);
        let mut files = RoomSet::built_in_files();
        files[0] = ("house.toml", &head);
        assert!(RoomSet::load(&files).is_err(), "{wrong}");
    }
}
