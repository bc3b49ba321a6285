use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Answer {
    Answer::read(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

fn judged(typed: &str, accepted: &str) -> Judgement {
    judge(&read(typed), &[read(accepted)], &[], &[])
}

const RIGHT: Judgement = Judgement::Right { latin_keys: false };
const RIGHT_ON_LATIN_KEYS: Judgement = Judgement::Right { latin_keys: true };

#[test]
fn the_night_of_counting_stars_has_one_answer_in_many_forms() {
    let decomposed: String = "별 헤는 밤".nfd().collect();
    for typed in [
        "별 헤는 밤",
        "별헤는밤",
        "「별 헤는 밤」!",
        "  별\t헤는\n밤. ",
        "ㅂㅕㄹ 헤는 밤",
        "ㅂㅕㄹㅎㅔㄴㅡㄴㅂㅏㅁ",
        "벼ㄹ헤느ㄴ바ㅁ",
        decomposed.as_str(),
        "별\u{200B}헤\u{200D}는\u{FEFF}밤\u{3164}",
        "\u{115F}별\u{1160}헤는\u{FFA0}밤\u{FE0F}",
        "별　헤는　밤",
        "ﾲￊﾩ ﾾￇﾤￚﾤ ﾲￂﾱ",
        "별 헤는 밤입니다.",
        "별 헤는 밤이에요",
        "별 헤는 밤이다",
        "별 헤는 밤이야",
        "별 헤는 밤 요",
        "별 헤는 밤이요",
        "별 헤는 밤이오",
        "별 헤는 밤이죠",
        "별 헤는 밤이구려",
    ] {
        assert_eq!(judged(typed, "별 헤는 밤"), RIGHT, "{typed:?}");
    }
}

#[test]
fn a_latin_keyboard_left_on_is_understood() {
    for typed in [
        "qufgpsmsqka",
        "quf gpsms qka",
        "QUFGPSMSQKA",
        "Qufgpsmsqka",
        "ｑｕｆｇｐｓｍｓｑｋａ",
        "qufgpsmsqkadlqslek",
    ] {
        assert_eq!(judged(typed, "별 헤는 밤"), RIGHT_ON_LATIN_KEYS, "{typed:?}");
    }
    // Shifted keys: Q W E R T O P.
    assert_eq!(judged("Rhc", "꽃"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("rHC", "꽃"), RIGHT_ON_LATIN_KEYS, "caps lock");
    assert_eq!(judged("Qkfrks", "빨간"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("dOrl", "얘기"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("dPtskf", "옛날"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("Ejr", "떡"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("Wkr", "짝"), RIGHT_ON_LATIN_KEYS);
    assert_eq!(judged("dlTek", "있다"), RIGHT_ON_LATIN_KEYS);
    // Anything but letters is not a keyboard left on.
    assert_ne!(judged("qufgpsmsqka1", "별 헤는 밤"), RIGHT_ON_LATIN_KEYS);
    // An English answer stays English.
    assert_eq!(judged("Stars", "stars"), RIGHT);
}

#[test]
fn only_one_copula_is_dropped_and_only_from_the_guess() {
    assert_eq!(judged("거울이다", "거울"), RIGHT);
    assert_eq!(judged("아이예요", "아이"), RIGHT);
    assert_eq!(judged("나이야", "나이"), RIGHT);
    assert_eq!(judged("나이야", "나"), RIGHT);
    assert_ne!(judged("거울이다이다", "거울"), RIGHT);
    assert_ne!(judged("거울", "거울이다"), RIGHT);
    assert_ne!(judged("이다", "거울"), RIGHT);
}

#[test]
fn letters_of_other_scripts_are_folded() {
    for (typed, accepted) in [
        ("Ｃｏｕｎｔｉｎｇ  ＳＴＡＲＳ", "counting stars"),
        ("cafe\u{301}", "CAFÉ"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("⑥", "6"),
        ("㈥", "六"),
        ("ﬁrst", "FIRST"),
        ("left-handed", "Left handed"),
        ("㉮", "가"),
    ] {
        assert_eq!(judged(typed, accepted), RIGHT, "{typed:?}");
    }
    assert_eq!(judged("cafe", "café"), Judgement::Almost);
}

#[test]
fn one_key_away_is_almost_and_nothing_else_is() {
    for typed in [
        "별 헤는 박",
        "별 헤느 밤",
        "별 헤는 밤ㅁ",
        "별 헤는 밤s",
        "벼 헤는 밤",
        "뱔 헤는 밤",
        "별 헤늑 밤",
        "ufgpsmsqka",
    ] {
        assert_eq!(judged(typed, "별 헤는 밤"), Judgement::Almost, "{typed:?}");
    }
    // Two neighbours swapped.
    assert_eq!(judged("ㅕㅂㄹ헤는밤", "별 헤는 밤"), Judgement::Almost);
    for typed in ["별 세는 봄", "별", "밤", "헤는 밤", "별 하나"] {
        assert_eq!(judged(typed, "별 헤는 밤"), Judgement::Wrong, "{typed:?}");
    }
    // With numbers every key is another answer, and two keys are too few to be near to.
    assert_eq!(judged("12", "13"), Judgement::Wrong);
    assert_eq!(judged("너", "나"), Judgement::Wrong);
}

#[test]
fn half_way_answers_take_precedence() {
    let (star, night) = ([read("별")], [read("밤")]);
    let keep_going: [&[Answer]; 2] = [&star, &night];
    let lamp = [read("등불")];
    let judged = |typed: &str| judge(&read(typed), &[read("별 헤는 밤")], &keep_going, &[&lamp]);
    assert_eq!(judged("별"), Judgement::KeepGoing(0));
    assert_eq!(judged("밤이야"), Judgement::KeepGoing(1));
    assert_eq!(judged("qka"), Judgement::KeepGoing(1));
    assert_eq!(judged("등불입니다"), Judgement::Listed(0));
    assert_eq!(judged("별 헤는 밤"), RIGHT);
}

#[test]
fn what_cannot_be_read_is_refused_by_kind() {
    assert_eq!(Answer::read(""), Err(Unreadable::Empty));
    assert_eq!(Answer::read(" \u{200B}!?…🌙\u{3164}"), Err(Unreadable::Empty));
    assert_eq!(Answer::read(&"a".repeat(200)).map(|a| a.form().len()), Ok(200));
    assert_eq!(Answer::read(&"a".repeat(201)), Err(Unreadable::TooLong));
    assert_eq!(Answer::read(&"가".repeat(201)), Err(Unreadable::TooLong));
    assert_eq!(Answer::read(&" ".repeat(2049)), Err(Unreadable::TooLong));
    // 600 conjoining jamo are 200 syllables.
    assert!(Answer::read(&"각".repeat(200).nfd().collect::<String>()).is_ok());
}

#[test]
fn no_two_syllables_are_one() {
    let mut forms = HashMap::new();
    for syllable in '가'..='힣' {
        if let Some(other) = forms.insert(read(&syllable.to_string()).form, syllable) {
            panic!("{syllable} and {other} are typed alike");
        }
    }
    assert_eq!(forms.len(), 11_172);
}

/// Composes keys to syllables, as a two-set input method does. As an inverse of the normalization it
/// shows that no two words of whole syllables have the same keys.
fn compose(keys: &[char]) -> String {
    let find = |table: &[&str], keys: &[char]| {
        let wanted: String = keys.iter().collect();
        table.iter().position(|entry| *entry == wanted)
    };
    let (initials, vowels, finals) = keys::tables();
    let is_vowel = |c: &char| ('ㅏ'..='ㅣ').contains(c);
    let mut written = String::new();
    let mut rest = keys;
    while let [initial, after @ ..] = rest {
        let vowel_keys = after.iter().take_while(|c| is_vowel(c)).count();
        let consonants = after[vowel_keys..].iter().take_while(|c| !is_vowel(c)).count();
        let more = vowel_keys + consonants < after.len();
        let final_keys = if more { consonants - 1 } else { consonants };
        let index = find(initials, &[*initial]).unwrap() * 588
            + find(vowels, &after[..vowel_keys]).unwrap() * 28
            + find(finals, &after[vowel_keys..vowel_keys + final_keys]).unwrap();
        written.push(char::from_u32(0xAC00 + u32::try_from(index).unwrap()).unwrap());
        rest = &after[vowel_keys + final_keys..];
    }
    written
}

/// The Latin keys that type a form on the two-set keyboard.
fn latin_keys(form: &[char]) -> String {
    let on_key = |jamo: char| {
        ('a'..='z')
            .chain(['Q', 'W', 'E', 'R', 'T', 'O', 'P'])
            .find(|key| keys::readings(&[*key])[0] == [jamo])
            .unwrap()
    };
    form.iter().map(|jamo| on_key(*jamo)).collect()
}

fn half_width(form: &[char]) -> String {
    let all = ('\u{FFA1}'..='\u{FFBE}').chain('\u{FFC2}'..='\u{FFDC}');
    let table: HashMap<Vec<char>, char> = all
        .filter_map(|c| {
            let mut keys = Vec::new();
            keys::push_keys(c, &mut keys);
            (keys.len() == 1).then_some((keys, c))
        })
        .collect();
    form.iter().map(|jamo| table[&vec![*jamo]]).collect()
}

fn hangul() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::char::range('가', '힣'), 1..16).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn every_form_of_a_hangul_word_is_one_answer(word in hangul(), filler in prop::sample::select(vec![
        " ", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{3164}", "\u{1160}", "\u{FE0F}", "　", ".", "\u{00AD}",
    ])) {
        let answer = read(&word);
        let loose: String = answer.form.iter().collect();
        let filled = |text: &str| -> String {
            text.chars().flat_map(|c| [c.to_string(), filler.to_owned()]).collect()
        };
        let decomposed: String = word.nfd().collect();
        for form in [
            word.nfc().collect::<String>(),
            decomposed.clone(),
            loose.clone(),
            filled(&word),
            filled(&decomposed),
            filled(&loose),
            half_width(&answer.form),
            filler.to_owned() + &word,
        ] {
            if form.chars().count() <= MOST_CHARACTERS {
                prop_assert_eq!(&read(&form).form, &answer.form, "{:?}", form);
            }
        }
    }

    #[test]
    fn every_hangul_word_can_be_typed_on_the_latin_keyboard(word in hangul()) {
        let answer = read(&word);
        let typed = latin_keys(&answer.form);
        let swap_case = |c: char| {
            if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
        };
        let full_width = |c| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
        for typed in [
            typed.clone(),
            typed.chars().map(swap_case).collect(),
            typed.chars().map(full_width).collect(),
        ] {
            let judgement = judge(&read(&typed), std::slice::from_ref(&answer), &[], &[]);
            prop_assert_eq!(judgement, RIGHT_ON_LATIN_KEYS, "{}", typed);
        }
    }

    #[test]
    fn no_two_words_are_typed_alike(word in hangul()) {
        prop_assert_eq!(compose(&read(&word).form), word);
    }

    #[test]
    fn one_slip_is_almost(
        word in hangul(),
        slip in 0..4_u8,
        at in any::<prop::sample::Index>(),
        key in any::<prop::sample::Index>(),
    ) {
        let answer = read(&word);
        prop_assume!(answer.form.len() >= FEWEST_KEYS_WITH_A_NEARLY);
        let mut slipped = answer.form.clone();
        let place = at.index(slipped.len() - 1);
        match slip {
            0 => { slipped.remove(place); }
            1 => slipped.insert(place, keys::readings(&['a'])[0][0]),
            2 => slipped.swap(place, place + 1),
            _ => slipped[place] = *key.get(&['ㅁ', 'ㅛ', 'ㄸ']),
        }
        let judgement = judge(&read(&String::from_iter(&slipped)), std::slice::from_ref(&answer), &[], &[]);
        prop_assert!(judgement == Judgement::Almost || (slipped == answer.form && judgement == RIGHT));
    }

    #[test]
    fn no_text_panics(text in any::<String>(), accepted in hangul()) {
        if let Ok(answer) = Answer::read(&text) {
            judge(&answer, &[read(&accepted)], &[], &[]);
            // Normalization is idempotent.
            prop_assert_eq!(&read(&answer.form()).form, &answer.form);
        }
    }

    #[test]
    fn hangul_among_anything_never_panics(parts in prop::collection::vec(
        prop_oneof![
            prop::char::range('\u{1100}', '\u{11FF}'),
            prop::char::range('\u{3130}', '\u{318F}'),
            prop::char::range('\u{A960}', '\u{A97F}'),
            prop::char::range('\u{D7B0}', '\u{D7FF}'),
            prop::char::range('\u{FFA0}', '\u{FFDC}'),
            prop::char::range('\u{3200}', '\u{327F}'),
            any::<char>(),
        ],
        0..120,
    )) {
        let _ = Answer::read(&String::from_iter(parts));
    }
}
