//! Content that is refused, with the error.

use super::{super::RIDDLES, with_one_more};
use crate::riddle::content::RoomSet;

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
fn a_file_that_cannot_be_read_is_refused_with_its_line() {
    assert_eq!(
        complaint("house.toml", "version = \"2026-12e\"", "version = "),
        "house.toml, line 4: string values must be quoted, expected literal string."
    );
    assert_eq!(
        complaint("house.toml", "[replies]", "[reply]"),
        "house.toml, line 7: unknown field `reply`, expected one of `version`, `replies`, `room`, `returning`."
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
fn a_line_that_is_given_stands_on_its_page_and_tells_no_answer() {
    let given = "gives.ko = \"잎새에 이는 바람에도 나는 괴로워했다.\"";
    let complaint = |to| complaint("study/foreword.toml", given, to);
    assert_eq!(
        complaint("gives.ko = \"내일도 바람이 분다\""),
        "study/foreword.toml: gives a line that is not on its page: 내일도바람이분다."
    );
    assert_eq!(
        complaint("gives.ko = \"별을 노래하는 마음으로\""),
        "study/foreword.toml: gives a line with its answer: 별."
    );
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

#[test]
fn a_riddle_that_needs_a_key_has_an_answer_for_each_that_a_visitor_can_bring() {
    let without_one = "[[method.shelf.found]]\nkey = [3, 4, 5]\n\
                       answers.ko = [\"봄을\", \"봄\", \"봄이오\", \"春\"]\nanswers.en = [\"spring\"]\n";
    for (file, from, to, said) in [
        (
            "study/roads.toml",
            without_one,
            "",
            "room study, riddle roads: has no answer for the numbers [3, 4, 5].",
        ),
        (
            "study/roads.toml",
            "key = \"knock\"",
            "key = \"wait\"",
            "room study, riddle roads: needs what room wait gives, which is not on the way.",
        ),
        (
            "study/roads.toml",
            "says = [\"word\", \"line\", \"book\"]",
            "says = [\"word\", \"line\"]",
            "study/roads.toml: the key 3\u{a0}·\u{a0}3\u{a0}·\u{a0}4 points at no word on the shelf.",
        ),
        (
            "study/roads.toml",
            "key = [3, 4, 4]",
            "key = [3, 3, 4]",
            "study/roads.toml: found names the key 3\u{a0}·\u{a0}3\u{a0}·\u{a0}4 twice.",
        ),
        (
            "study/roads.toml",
            "spine = { ko = \"하나 · 길\", en = \"One · The Road\" }",
            "",
            "study/roads.toml: has no spine.",
        ),
        (
            "knock/azaleas.toml",
            "minutes = 2",
            "shelf = \"low\"",
            "room study, riddle roads: needs what room knock gives, whose riddles have to be on one shelf.",
        ),
    ] {
        assert_eq!(complaint(file, from, to), said);
    }
}

#[test]
fn a_riddle_belongs_to_the_room_its_file_names() {
    let (_, text, _) = RIDDLES[3];
    let said = |name| with_one_more(name, text).unwrap_err().to_string();
    assert_eq!(
        said("cellar/stars.toml"),
        "cellar/stars.toml: is for a room cellar, which house.toml does not have."
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
fn a_version_needs_a_head() {
    assert_eq!(RoomSet::load(&[]).unwrap_err().to_string(), "the house: has no files.");
    assert_eq!(
        RoomSet::load(&[("house.toml", "")]).unwrap_err().to_string(),
        "house.toml, line 1: missing field `version`."
    );
}
