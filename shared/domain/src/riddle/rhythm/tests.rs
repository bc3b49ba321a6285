use proptest::prelude::*;

use super::*;

/// 「엄마야 누나야 강변 살자」
fn riverside() -> Pattern {
    Pattern::of_feet(&[3, 3, 4]).unwrap()
}

fn heard(text: &str) -> RhythmMatch {
    riverside().compare(&Knocks::read(text).unwrap_or_else(|e| panic!("{text:?}: {e}")))
}

#[test]
fn a_line_is_knocked_syllable_by_syllable_and_the_foot_is_held() {
    assert_eq!(riverside().written(), "··—··—····");
    assert_eq!(Pattern::of_feet(&[1]), None);
    assert_eq!(Pattern::of_feet(&[]), None);
}

#[test]
fn a_written_rhythm_is_read_as_people_write_it() {
    for text in [
        "··—··—····",
        "· · — · · — · · · ·",
        "..-..-....",
        "..-..-...-",
        "…  … ....",
        "... ... ....",
        "··· / ··· / ····",
        "짧게 짧게 길게 짧게 짧게 길게 짧게 짧게 짧게 짧게",
        "단단장단단장단단단장",
        "short short long, short short long, short short short long",
        "똑똑똑 똑똑똑 똑똑똑똑",
        "knockknockknock knockknockknock knockknockknockknock",
        "3 3 4",
        "3·3·4",
        "3-3-4",
        "334",
        "..ㅡ..ㅡ....",
    ] {
        assert_eq!(heard(text), RhythmMatch::Same, "{text:?}");
    }
}

#[test]
fn a_written_rhythm_is_folded_as_an_answer_is() {
    let words = "짧게 짧게 길게 짧게 짧게 길게 짧게 짧게 짧게 짧게";
    let decomposed: String = words.nfd().collect();
    let latin = words.replace("짧게", "Wkfqrp").replace("길게", "rlfrp");
    // Caps Lock swaps the cases.
    let swap = |c: char| {
        if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
    };
    let caps: String = latin.chars().map(swap).collect();
    for text in [
        decomposed.as_str(),
        latin.as_str(),
        caps.as_str(),
        &latin.to_lowercase().replacen('w', "W", 10),
        "eksekswkdeksekswkdekseksekseks",
        "．．－．．－．．．．",
        "３ ３ ４",
        "３３４",
        "\u{200B}3 3\u{FEFF} 4\u{200D}",
        "..-\u{200B}..-....",
        "‥‑‥‑‥‥",
        "˙˙―˙˙―˙˙˙˙",
        "ｓｈｏｒｔ short long short short long short short short short",
        "\u{3164}..-..-....",
    ] {
        match Knocks::read(text) {
            Ok(knocks) => assert_eq!(riverside().compare(&knocks), RhythmMatch::Same, "{text:?}"),
            Err(why) => panic!("{text:?}: {why}"),
        }
    }
    assert_eq!(Knocks::read("Wkfqr"), Err(NotARhythm::UnknownSign('w')));
    assert_eq!(Knocks::read("\u{200B}\u{3164}"), Err(NotARhythm::Nothing));
}

#[test]
fn a_written_rhythm_is_exact() {
    for text in ["··—··—···", "··—·—····", "···—·—····", "3 3 5", "3 4 4"]
    {
        assert_ne!(heard(text), RhythmMatch::Same, "{text:?}");
    }
    assert_eq!(heard("··—··—···"), RhythmMatch::Almost);
    assert_eq!(heard("··—··—·—··"), RhythmMatch::Almost);
    assert_eq!(heard(". . . ."), RhythmMatch::Another);
    assert_eq!(heard("··········"), RhythmMatch::Another);
    assert_eq!(heard("4 3 3"), RhythmMatch::Another);
}

#[test]
fn a_tapped_rhythm_may_be_uneven_by_two_fifths() {
    // A quick hand, a slow hand, a clear pause, a long pause.
    for taps in [
        "200 200 600 200 200 600 200 200 200",
        "900 900 2700 900 900 2700 900 900 900",
        "250,240,400,260,255,410,250,240,250",
        "150,160,800,150,140,780,160,150,150",
        "180 230 620 210 190 540 240 170 200",
    ] {
        assert_eq!(heard(taps), RhythmMatch::Same, "{taps}");
    }
    assert_eq!(
        heard("300 300 300 300 300 300 300 300 300"),
        RhythmMatch::Another,
        "even knocking has no feet"
    );
    assert_eq!(heard("200 200 600 200 200 600 200 200 420"), RhythmMatch::Almost);
    assert_eq!(heard("200 600 200 200 600 200 200 200 600"), RhythmMatch::Another);
    assert_eq!(heard("200 200 600"), RhythmMatch::Another);
    assert_eq!(heard("0 0 0 0 0 0 0 0 99999999999999999999999"), RhythmMatch::Another);
}

#[test]
fn exactly_two_fifths_is_still_right() {
    // Pattern 1 : 3, mean 2. A first gap of 0.7 of the mean is 40 % over 0.5.
    let pattern = Pattern::of_feet(&[2, 1]).unwrap();
    assert_eq!(pattern.gaps(), [Gap::Short, Gap::Long]);
    assert_eq!(pattern.compare(&Knocks::Tapped(vec![700, 1300])), RhythmMatch::Same);
    assert_eq!(pattern.compare(&Knocks::Tapped(vec![701, 1299])), RhythmMatch::Almost);
    assert_eq!(pattern.compare(&Knocks::Tapped(vec![300, 1700])), RhythmMatch::Same);
    assert_eq!(pattern.compare(&Knocks::Tapped(vec![299, 1701])), RhythmMatch::Almost);
}

#[test]
fn what_is_not_a_rhythm_is_refused_by_kind() {
    assert_eq!(Knocks::read("  "), Err(NotARhythm::Nothing));
    assert_eq!(Knocks::read("0"), Err(NotARhythm::Nothing));
    assert_eq!(Knocks::read("·"), Err(NotARhythm::OneKnock));
    assert_eq!(Knocks::read("1"), Err(NotARhythm::OneKnock));
    assert_eq!(Knocks::read("별"), Err(NotARhythm::UnknownSign('별')));
    assert_eq!(Knocks::read("3 셋"), Err(NotARhythm::UnknownSign('셋')));
    assert_eq!(Knocks::read(&"·".repeat(65)), Err(NotARhythm::TooMany));
    assert_eq!(Knocks::read(&"200 ".repeat(65)), Err(NotARhythm::TooMany));
    assert_eq!(Knocks::read("99 99 9"), Ok(Knocks::Tapped(vec![99, 99, 9])));
}

proptest! {
    #[test]
    fn a_steady_hand_is_heard_at_any_speed(
        feet in prop::collection::vec(2_usize..6, 2..5), short in 80_u64..600, held in 18_u64..45,
    ) {
        let pattern = Pattern::of_feet(&feet).unwrap();
        let taps = pattern.gaps().iter()
            .map(|gap| if *gap == Gap::Long { short * held / 10 } else { short }).collect();
        prop_assert_eq!(pattern.compare(&Knocks::Tapped(taps)), RhythmMatch::Same);
    }

    #[test]
    fn what_is_written_is_heard(feet in prop::collection::vec(1_usize..6, 2..6)) {
        let pattern = Pattern::of_feet(&feet).unwrap();
        prop_assert_eq!(pattern.compare(&Knocks::read(&pattern.written()).unwrap()), RhythmMatch::Same);
    }

    #[test]
    fn nothing_that_can_be_typed_is_too_much(text in any::<String>()) {
        if let Ok(knocks) = Knocks::read(&text) {
            riverside().compare(&knocks);
            prop_assert!(knocks.form().chars().count() <= MOST_KNOCKS);
        }
    }
}
