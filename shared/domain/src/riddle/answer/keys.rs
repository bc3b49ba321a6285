//! The two-set keyboard (두벌식, KS X 5002): which keys write a Hangul character, and which jamo a
//! Latin key writes.
//!
//! A key is written as the compatibility jamo on its cap. The double consonants are keys of their
//! own (with shift); compound vowels and compound finals are two keys.

/// The keys of the 19 initials, in the order of the syllable block.
const INITIALS: [&str; 19] = [
    "ㄱ", "ㄲ", "ㄴ", "ㄷ", "ㄸ", "ㄹ", "ㅁ", "ㅂ", "ㅃ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];

/// The keys of the 21 vowels.
const VOWELS: [&str; 21] = [
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ", "ㅜ",
    "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ",
];

/// The keys of the 27 finals; the first entry is "no final".
const FINALS: [&str; 28] = [
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ",
    "ㅎ",
];

/// The keys of the compatibility consonants U+3131 to U+314E; the half-width ones at U+FFA1 have
/// the same order.
const CONSONANTS: [&str; 30] = [
    "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄸ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅃ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];

/// The jamo on the keys a to z.
const LATIN_KEYS: [char; 26] = [
    'ㅁ', 'ㅠ', 'ㅊ', 'ㅇ', 'ㄷ', 'ㄹ', 'ㅎ', 'ㅗ', 'ㅑ', 'ㅓ', 'ㅏ', 'ㅣ', 'ㅡ', 'ㅜ', 'ㅐ', 'ㅔ',
    'ㅂ', 'ㄱ', 'ㄴ', 'ㅅ', 'ㅕ', 'ㅍ', 'ㅈ', 'ㅌ', 'ㅛ', 'ㅋ',
];

/// Whether [`push_keys`] writes this character: modern Hangul in every encoded form. Old letters have
/// no keys.
pub(in crate::riddle) fn is_hangul(c: char) -> bool {
    !keys_of(c).iter().all(|part| part.is_empty())
}

/// Appends the keys that write a Hangul character; nothing for any other character.
pub(in crate::riddle) fn push_keys(c: char, keys: &mut Vec<char>) {
    keys.extend(keys_of(c).iter().flat_map(|part| part.chars()));
}

/// The keys of up to three jamo.
fn keys_of(c: char) -> [&'static str; 3] {
    let from = |start: char| (u32::from(c).saturating_sub(u32::from(start))) as usize;
    let one = |table: &[&'static str], index: usize| {
        [table.get(index).copied().unwrap_or_default(), "", ""]
    };
    match c {
        '가'..='힣' => {
            let index = from('가');
            let [initial, ..] = one(&INITIALS, index / (21 * 28));
            let [vowel, ..] = one(&VOWELS, index / 28 % 21);
            let [last, ..] = one(&FINALS, index % 28);
            [initial, vowel, last]
        }
        'ㄱ'..='ㅎ' => one(&CONSONANTS, from('ㄱ')),
        'ㅏ'..='ㅣ' => one(&VOWELS, from('ㅏ')),
        '\u{1100}'..='\u{1112}' => one(&INITIALS, from('\u{1100}')),
        '\u{1161}'..='\u{1175}' => one(&VOWELS, from('\u{1161}')),
        '\u{11A8}'..='\u{11C2}' => one(&FINALS, from('\u{11A8}') + 1),
        '\u{FFA1}'..='\u{FFBE}' => one(&CONSONANTS, from('\u{FFA1}')),
        // The half-width vowels stand in groups of six, with gaps of two.
        '\u{FFC2}'..='\u{FFC7}' => one(&VOWELS, from('\u{FFC2}')),
        '\u{FFCA}'..='\u{FFCF}' => one(&VOWELS, from('\u{FFCA}') + 6),
        '\u{FFD2}'..='\u{FFD7}' => one(&VOWELS, from('\u{FFD2}') + 12),
        '\u{FFDA}'..='\u{FFDC}' => one(&VOWELS, from('\u{FFDA}') + 18),
        _ => ["", "", ""],
    }
}

/// The jamo that these keys give with the Korean keyboard on; empty unless all are ASCII letters.
///
/// Three readings: as typed; with swapped case, for Caps Lock; and with a lower-case first letter,
/// because phones capitalize it.
pub(in crate::riddle) fn readings(letters: &[char]) -> Vec<Vec<char>> {
    if !letters.iter().all(char::is_ascii_alphabetic) {
        return Vec::new();
    }
    let turned = |c: &char| {
        if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
    };
    let small_first =
        letters.iter().enumerate().map(|(n, c)| if n == 0 { c.to_ascii_lowercase() } else { *c });
    let mut readings: Vec<Vec<char>> = Vec::new();
    for typed in [letters.to_vec(), letters.iter().map(turned).collect(), small_first.collect()] {
        let reading: Vec<char> = typed.into_iter().filter_map(jamo_on).collect();
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    readings
}

/// The jamo on a Latin key. Shift matters for seven keys: Q W E R T make double consonants, O P
/// make ㅒ ㅖ.
fn jamo_on(key: char) -> Option<char> {
    match key {
        'Q' => Some('ㅃ'),
        'W' => Some('ㅉ'),
        'E' => Some('ㄸ'),
        'R' => Some('ㄲ'),
        'T' => Some('ㅆ'),
        'O' => Some('ㅒ'),
        'P' => Some('ㅖ'),
        _ => {
            LATIN_KEYS.get((key.to_ascii_lowercase() as usize).checked_sub('a' as usize)?).copied()
        }
    }
}

/// The lower-case Latin letters on the keys of these jamo; `None` if one of them has no key. The
/// inverse of [`readings`].
pub(super) fn latin(keys: &[char]) -> Option<String> {
    let letter = |jamo: &char| {
        ('a'..='z').find(|key| [*key, key.to_ascii_uppercase()].map(jamo_on).contains(&Some(*jamo)))
    };
    keys.iter().map(letter).collect()
}

/// Initials, vowels and finals, for the tests that compose keys to syllables.
#[cfg(test)]
pub(super) fn tables() -> (&'static [&'static str], &'static [&'static str], &'static [&'static str])
{
    (&INITIALS, &VOWELS, &FINALS)
}
