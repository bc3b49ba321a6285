use super::{OPENED, after, puzzle, say, study};
use crate::riddle::{
    guess::Next,
    rhythm::NotARhythm,
    room::{By, Door, Opening, RoomRecord, Verdict},
};

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
fn an_uncounted_guess_does_not_change_the_record() {
    let (puzzle, record) = study();
    for typed in ["", "별 헤는 밥", &"가".repeat(999)] {
        assert_eq!(puzzle.guess(&record, typed, after(0, 0)).record, record);
    }
}

#[test]
fn a_warning_comes_before_the_wait_which_names_its_end() {
    let (puzzle, record) = study();
    let first = puzzle.guess(&record, "하나", after(0, 0));
    assert_eq!(first.reply.ko, "그것은 아니오.");
    let second = puzzle.guess(&first.record, "둘", after(0, 0));
    assert_eq!(second.verdict, Verdict::Wrong(Next::LastBeforeWait));
    assert_eq!(second.reply.ko, "그 말로는 열리지 않는구려. 한 번 더 어긋나면 잠시 쉬어 가리다.");
    let third = puzzle.guess(&second.record, "셋", after(0, 0));
    assert_eq!(third.verdict, Verdict::Wrong(Next::Waits(after(1, 0))));
    assert_eq!(third.reply.ko, "아직 아니오. 쉬었다가 22:01에 다시 듣겠소.");
    assert_eq!(third.record.waits_until(after(0, 30)), Some(after(1, 0)));

    let fourth = puzzle.guess(&third.record, "넷", after(0, 59));
    assert_eq!(fourth.verdict, Verdict::Wait { until: after(1, 0) });
    assert_eq!(fourth.reply.ko, "천천히 하시오. 22:01에 다시 듣겠소.");
    assert_eq!(fourth.record, third.record, "a refused guess is not counted");
    let again = puzzle.guess(&fourth.record, "넷", after(1, 0));
    assert_eq!(again.verdict, Verdict::Wrong(Next::Waits(after(4, 0))));
}

#[test]
fn a_wait_refuses_only_new_wrong_guesses() {
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
        "the same half-way answer clears the count once"
    );
    let (record, _) = say(&puzzle, &record, &[("별 세는 밤", now)]);
    assert_eq!(record.waits_until(now), None, "another one clears it");
    assert_eq!(record.wrong, 6, "the total is never cleared");
}

#[test]
fn a_listed_wrong_answer_has_its_own_reply_and_counts() {
    let (puzzle, record) = study();
    let outcome = puzzle.guess(&record, "서시", after(0, 0));
    assert_eq!(outcome.reply.ko, "같은 책에 있으나 이 장은 아니오.");
    assert_eq!(outcome.record.wrong, 1);
}

#[test]
fn a_rhythm_opens_the_door_in_each_notation() {
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
fn clearing_the_count_ends_the_wait() {
    let (puzzle, record) = study();
    let now = after(0, 0);
    let (record, _) = say(&puzzle, &record, &[("하나", now), ("둘", now), ("셋", now)]);
    assert_eq!(record.with_count_cleared().waits_until(now), None);
}
