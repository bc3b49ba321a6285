use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::*;
use crate::{
    base::text::Language,
    riddle::{content::Room, room::Puzzle},
};

fn built_in() -> &'static RoomSet {
    RoomSet::built_in().unwrap_or_else(|error| panic!("{error}"))
}

/// Loads the built-in files after one change, and returns the error.
fn complaint(file: &str, from: &str, to: &str) -> String {
    let mut changed = false;
    let texts = RoomSet::built_in_files().into_iter().map(|(name, text)| {
        let text = if name == file && text.contains(from) {
            changed = true;
            text.replacen(from, to, 1)
        } else {
            text.to_owned()
        };
        (name, text)
    });
    let texts: Vec<_> = texts.collect();
    assert!(changed, "{file} has no {from:?}");
    let files: Vec<_> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    RoomSet::load(&files).err().map_or_else(|| "nothing".to_owned(), |error| error.to_string())
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
    for (room, checked) in built_in().rooms().iter().zip(checked.rooms()) {
        assert_eq!(room.riddles.is_empty(), checked.riddles.is_empty(), "{}", room.id);
        let shown = |room: &Room| format!("{:?}", room.riddles.iter().collect::<Vec<_>>());
        assert_eq!(shown(room), shown(checked), "{}", room.id);
    }
}

#[test]
fn the_friction_budget_is_kept() {
    assert_eq!(built_in().expected().minutes(), (11, 2));
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
    let study = built_in().room("study").unwrap();
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 0..11_000 {
        let visitor = format!("01JD{n:022}");
        let riddle = study.riddle_for(&visitor).unwrap();
        assert_eq!(study.riddle_for(&visitor).map(|again| &again.id), Some(&riddle.id));
        *met.entry(&riddle.id).or_default() += 1;
    }
    assert_eq!(met.len(), study.riddles.len());
    assert!(met.values().all(|visitors| (800..1200).contains(visitors)), "{met:?}");
    assert!(built_in().room("letter").unwrap().riddle_for("anyone").is_none());
}

#[test]
fn every_quoted_text_names_its_source() {
    for riddle in built_in().rooms().iter().flat_map(|room| room.riddles.iter()) {
        assert!(riddle.page.iter().any(|passage| passage.source.is_some()), "{}", riddle.id);
    }
}

/// The snapshot is the text that was last proofread.
#[test]
fn the_pages_are_as_proofread() {
    for room in built_in().rooms().iter().filter(|room| !room.riddles.is_empty()) {
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
    for puzzle in rooms.rooms().iter().flat_map(|room| {
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

#[test]
fn a_file_that_cannot_be_read_is_refused_with_its_line() {
    assert_eq!(
        complaint("house.toml", "version = \"2026-12\"", "version = "),
        "house.toml, line 4: string values must be quoted, expected literal string."
    );
    assert_eq!(
        complaint("house.toml", "[replies]", "[reply]"),
        "house.toml, line 7: unknown field `reply`, expected one of `version`, `replies`, `room`."
    );
}

#[test]
fn impossible_gates_are_refused() {
    for (from, to, said) in [
        (
            "needs = [\"door\"]",
            "needs = [\"cellar\"]",
            "room knock: needs a room cellar, which does not exist.",
        ),
        (
            "needs = [\"door\"]",
            "needs = [\"pay\"]",
            "room knock: can never be reached: it needs pay, which comes no earlier.",
        ),
        ("needs = [\"door\"]", "", "room knock: is a second beginning: it needs no room."),
        (
            "needs = [\"study\"]",
            "needs = [\"knock\"]",
            "room study: is a dead end: pay can be reached without it.",
        ),
        ("id = \"letter\"", "id = \"knock\"", "room knock: is described twice."),
    ] {
        assert_eq!(complaint("house.toml", from, to), said);
    }
}

#[test]
fn a_walk_longer_than_promised_is_refused() {
    assert_eq!(
        complaint("house.toml", "riddle_seconds = 240", "riddle_seconds = 600"),
        "the house: usually takes 1020 seconds by riddle and 115 by plain door, of 720 and 120 that were promised."
    );
    assert_eq!(
        complaint("house.toml", "plain_seconds = 5", "plain_seconds = 30"),
        "the house: usually takes 660 seconds by riddle and 140 by plain door, of 720 and 120 that were promised."
    );
}

#[test]
fn both_languages_are_complete() {
    for (file, from, to, said) in [
        (
            "house.toml",
            "en = \"The study\"",
            "en = \"\"",
            "house.toml, room study: title has no English.",
        ),
        ("house.toml", "들어오시오.", " ", "the house: replies.plain has no Korean."),
        (
            "house.toml",
            "{time}에 다시 듣겠소.\", en = \"Let",
            "다시 듣겠소.\", en = \"Let",
            "the house: replies.next_at needs {time} in both languages.",
        ),
    ] {
        assert_eq!(complaint(file, from, to), said);
    }
}

#[test]
fn a_riddle_that_its_page_does_not_solve_is_refused() {
    for (file, from, to, said) in [
        (
            "study/green-grapes.toml",
            "[11, 9]",
            "[11, 99]",
            "the cipher's 11–99 points at nothing on the page.",
        ),
        (
            "study/green-grapes.toml",
            "[4, 3]",
            "[4, 4]",
            "the Korean page gives \"은늘수\", which is not among the answers.",
        ),
        (
            "study/foreword.toml",
            "오늘 밤에도 {gap}이",
            "오늘 밤에도 별이",
            "the page (ko) needs exactly one {gap}.",
        ),
        (
            "study/foreword.toml",
            "With a heart that sings the stars\n",
            "With a heart that sings\n",
            "\"stars\" is in the answer and not on the page (en).",
        ),
        (
            "study/one-star.toml",
            "별 하나에 시와\n",
            "",
            "the Korean page gives \"6\", which is not among the answers.",
        ),
        (
            "study/one-in-the-well.toml",
            "나는 나룻배\n이 마을",
            "그는 나룻배\n이 마을",
            "the Korean page gives \"사그이\", which is not among the answers.",
        ),
        ("study/counting-stars.toml", "{clue}. 세 마디", "세 마디", "ask (ko) needs {clue}."),
        (
            "study/mirror.toml",
            "form = \"mirror\"",
            "form = \"verse\"",
            "the page needs exactly one passage in the form mirror.",
        ),
        (
            "knock/riverside.toml",
            "엄마야/누나야/강변 살자",
            "아빠야/누나야/강변 살자",
            "the rhythm's line \"아빠야/누나야/강변 살자\" is not on the page.",
        ),
    ] {
        assert_eq!(complaint(file, from, to), format!("{file}: {said}"));
    }
}

#[test]
fn answers_that_contradict_each_other_are_refused() {
    for (file, from, to, said) in [
        (
            "study/radiant-sorrow.toml",
            "answers = [\"봄\", ",
            "answers = [\"찬란한 슬픔의 봄\", ",
            "room study, riddle radiant-sorrow: is not solved by its own answer \"찬란한 슬픔의 봄\".",
        ),
        (
            "study/counting-stars.toml",
            "[\"서시\", ",
            "[\"별\", ",
            "room study, riddle counting-stars: near has \"별\", which is also listed elsewhere.",
        ),
        (
            "study/counting-stars.toml",
            "needless = [1]",
            "needless = [4]",
            "study/counting-stars.toml: keep_going.needless names a hint 4; there are 3.",
        ),
        (
            "study/foreword.toml",
            "answers.en = [\"stars\"",
            "answers.en = [\"!\", \"stars\"",
            "study/foreword.toml: answers.en has \"!\": the answer has no letter and no number in it.",
        ),
    ] {
        assert_eq!(complaint(file, from, to), said);
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
fn a_riddle_belongs_to_the_room_its_file_names() {
    let (_, text) = RIDDLES[3];
    let said = |name| with_one_more(name, text).unwrap_err().to_string();
    assert_eq!(
        said("attic/stars.toml"),
        "attic/stars.toml: is for a room attic, which house.toml does not have."
    );
    assert_eq!(
        said("stars.toml"),
        "stars.toml: is not named after a room and a riddle, as study/mirror.toml is."
    );
    assert_eq!(
        said("study/counting-stars.toml"),
        "room study, riddle counting-stars: is described twice."
    );
}

#[test]
fn what_one_room_calls_half_way_may_not_open_another() {
    // 별 is half-way to 별 헤는 밤, and all of the answer where the study's foreword has its gap.
    let error = with_one_more("letter/counting-stars.toml", RIDDLES[3].1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "room letter, riddle counting-stars: keep_going has \"별\", which opens room study."
    );
}

#[test]
fn a_new_riddle_leaves_most_visitors_theirs() {
    let study = built_in().room("study").unwrap();
    let more = with_one_more("study/another-night.toml", RIDDLES[3].1).unwrap();
    let more = more.room("study").unwrap();
    let visitors = (0..1200).map(|n| format!("01JD{n:022}"));
    let moved: Vec<_> = visitors
        .map(|visitor| (study.riddle_for(&visitor).unwrap(), more.riddle_for(&visitor).unwrap()))
        .filter(|(before, after)| before.id != after.id)
        .collect();
    assert!((60..140).contains(&moved.len()), "{}", moved.len());
    assert!(moved.iter().all(|(_, after)| after.id == "another-night"));
}

#[test]
fn a_version_needs_a_head() {
    assert_eq!(RoomSet::load(&[]).unwrap_err().to_string(), "the house: has no files.");
    assert_eq!(
        RoomSet::load(&[("house.toml", "")]).unwrap_err().to_string(),
        "house.toml, line 1: missing field `version`."
    );
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
        ("2026-12", 3_625_781_736_430_226_668)
    );
}
