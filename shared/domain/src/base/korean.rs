//! Korean particles after a word that is only known at run time: a pen name, a title, a number.
//!
//! The form depends on the last sound of the spoken word. For Hangul it follows from the last
//! syllable, for a number from its Sino-Korean reading, for a Latin word from its usual Hangul
//! spelling, which is a heuristic. If the sound is unknown (an emoji, a Chinese character), both
//! forms are written, as is usual in Korean: 은(는).

use unicode_normalization::UnicodeNormalization as _;

/// A particle with two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// 은 / 는
    Topic,
    /// 이 / 가
    Subject,
    /// 을 / 를
    Object,
    /// 으로 / 로; ㄹ takes 로
    Toward,
    /// 과 / 와
    With,
    /// 이라 / 라
    Called,
}

/// The last sound of a spoken word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Vowel,
    Rieul,
    Consonant,
    Unknown,
}

impl Particle {
    /// The form that follows `word`.
    pub fn after(self, word: &str) -> &'static str {
        let (closed, open, both) = match self {
            Self::Topic => ("은", "는", "은(는)"),
            Self::Subject => ("이", "가", "이(가)"),
            Self::Object => ("을", "를", "을(를)"),
            Self::Toward => ("으로", "로", "(으)로"),
            Self::With => ("과", "와", "과(와)"),
            Self::Called => ("이라", "라", "(이)라"),
        };
        match ending(word) {
            Ending::Vowel => open,
            Ending::Rieul if self == Self::Toward => open,
            Ending::Rieul | Ending::Consonant => closed,
            Ending::Unknown => both,
        }
    }

    /// `word` with its particle.
    ///
    /// ```
    /// use domain::base::korean::Particle;
    ///
    /// assert_eq!(Particle::Object.attach("책"), "책을");
    /// assert_eq!(Particle::Object.attach("편지"), "편지를");
    /// assert_eq!(Particle::Toward.attach("서울"), "서울로");
    /// assert_eq!(Particle::Topic.attach("🌙"), "🌙은(는)");
    /// ```
    pub fn attach(self, word: &str) -> String {
        format!("{word}{}", self.after(word))
    }
}

/// An ordinal in native Korean: 첫 번째, 스무 번째, 서른두 번째. In figures from 100 on.
pub fn counted(number: usize) -> String {
    const ONES: [&str; 10] = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
    const TENS: [&str; 10] =
        ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];
    match (TENS.get(number / 10), ONES.get(number % 10)) {
        _ if number == 0 => "0".to_owned(),
        _ if number == 1 => "첫".to_owned(),
        _ if number == 20 => "스무".to_owned(),
        (Some(tens), Some(ones)) => format!("{tens}{ones}"),
        _ => number.to_string(),
    }
}

fn ending(word: &str) -> Ending {
    // Closing brackets, quotes and full stops have no sound.
    let spoken: String = word.nfc().collect();
    let spoken = spoken.trim_end_matches(|c: char| !c.is_alphanumeric() && is_silent(c));
    match spoken.chars().next_back() {
        None => Ending::Unknown,
        Some(last @ '가'..='힣') => match (u32::from(last) - 0xAC00) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // A single letter is read by its name: 기역, 리을, 아.
        Some('ㄹ') => Ending::Rieul,
        Some('ㄱ'..='ㅎ') => Ending::Consonant,
        Some('ㅏ'..='ㅣ') => Ending::Vowel,
        Some('0'..='9') => number_ending(spoken),
        Some(last) => latin_ending(spoken, last),
    }
}

fn is_silent(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || matches!(c, '·' | '…' | '‘'..='”' | '「'..='』' | '〈'..='》')
}

/// By the last digit that is read: 1 일, 10 십, 100 백 …
fn number_ending(spoken: &str) -> Ending {
    let number = spoken
        .rsplit(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
        .next()
        .unwrap_or(spoken);
    let digits: String =
        number.rsplit('.').next().unwrap_or(number).chars().filter(char::is_ascii_digit).collect();
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let Some(last) = digits.trim_end_matches('0').chars().next_back() else {
        return Ending::Consonant; // 영
    };
    if zeros > 0 {
        // 십, 백, 천, 만, 억 end in a consonant, and so does 영, the reading of zeros after a
        // decimal point. 조 ends in a vowel.
        let trillions = !number.contains('.') && (12..16).contains(&zeros);
        return if trillions { Ending::Vowel } else { Ending::Consonant };
    }
    match last {
        '1' | '7' | '8' => Ending::Rieul,
        '3' | '6' => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

/// By the usual Hangul spelling: book 북, Apple 애플, Jane 제인, Mike 마이크, SMS 에스엠에스.
fn latin_ending(spoken: &str, last: char) -> Ending {
    // Without its accent: é is e.
    let Some(last) = last.nfd().next().filter(char::is_ascii_alphabetic) else {
        return Ending::Unknown;
    };
    let word: Vec<char> = spoken
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default()
        .chars()
        .filter_map(|c| c.nfd().next())
        .collect();
    let initials = word.len() > 1 && word.iter().all(char::is_ascii_uppercase) || word.len() == 1;
    if initials {
        return match last.to_ascii_uppercase() {
            'L' | 'R' => Ending::Rieul,
            'M' | 'N' => Ending::Consonant,
            _ => Ending::Vowel,
        };
    }
    let from_end = |n: usize| word.iter().rev().nth(n).map_or(' ', char::to_ascii_lowercase);
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    match (from_end(1), from_end(0)) {
        (_, 'l') | ('l', 'e') => Ending::Rieul,
        (_, 'm' | 'n') | ('m' | 'n', 'e') | ('n', 'g') | ('c', 'k') => Ending::Consonant,
        (before, 'b' | 'c' | 'k' | 'p' | 't') if is_vowel(before) || before == from_end(0) => {
            Ending::Consonant
        }
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangul_says_itself_how_it_ends() {
        for (word, topic, subject, object, toward, with, called) in [
            ("소월", "은", "이", "을", "로", "과", "이라"),
            ("동주", "는", "가", "를", "로", "와", "라"),
            ("육사", "는", "가", "를", "로", "와", "라"),
            ("이상", "은", "이", "을", "으로", "과", "이라"),
            ("「서시」", "는", "가", "를", "로", "와", "라"),
            ("‘별 헤는 밤’", "은", "이", "을", "으로", "과", "이라"),
            ("벗.", "은", "이", "을", "으로", "과", "이라"),
        ] {
            assert_eq!(Particle::Topic.after(word), topic, "{word}");
            assert_eq!(Particle::Subject.after(word), subject, "{word}");
            assert_eq!(Particle::Object.after(word), object, "{word}");
            assert_eq!(Particle::Toward.after(word), toward, "{word}");
            assert_eq!(Particle::With.after(word), with, "{word}");
            assert_eq!(Particle::Called.after(word), called, "{word}");
        }
        let decomposed: String = "소월".nfd().collect();
        assert_eq!(Particle::Topic.after(&decomposed), "은");
    }

    #[test]
    fn what_is_counted_has_a_korean_number() {
        for (number, word) in [
            (1, "첫"),
            (2, "두"),
            (10, "열"),
            (11, "열한"),
            (20, "스무"),
            (21, "스물한"),
            (48, "마흔여덟"),
            (99, "아흔아홉"),
            (100, "100"),
        ] {
            assert_eq!(counted(number), word);
        }
    }

    #[test]
    fn a_number_is_read_aloud() {
        for (number, toward) in [
            ("0", "으로"),
            ("1", "로"),
            ("2", "로"),
            ("3", "으로"),
            ("6", "으로"),
            ("7", "로"),
            ("8", "로"),
            ("9", "로"),
            ("10", "으로"),
            ("15,000", "으로"),
            ("1000000000000", "로"),
            ("12.5", "로"),
            ("3층 21", "로"),
        ] {
            assert_eq!(Particle::Toward.after(number), toward, "{number}");
        }
        assert_eq!(Particle::Object.attach("16,800"), "16,800을");
        assert_eq!(Particle::Object.attach("12"), "12를");
    }

    #[test]
    fn a_latin_word_is_taken_as_it_is_written_in_hangul() {
        for (word, topic) in [
            ("book", "은"),
            ("Jack", "은"),
            ("Jane", "은"),
            ("Apple", "은"),
            ("Kim", "은"),
            ("Scott", "은"),
            ("Mike", "는"),
            ("Peter", "는"),
            ("Robert", "는"),
            ("Frank", "는"),
            ("café", "는"),
            ("SMS", "는"),
            ("XML", "은"),
            ("A", "는"),
            ("L", "은"),
        ] {
            assert_eq!(Particle::Topic.after(word), topic, "{word}");
        }
        assert_eq!(Particle::Toward.attach("e-mail"), "e-mail로");
    }

    #[test]
    fn where_nothing_can_be_known_both_forms_stand() {
        assert_eq!(Particle::Topic.attach("🌙"), "🌙은(는)");
        assert_eq!(Particle::Toward.attach("夜"), "夜(으)로");
        assert_eq!(Particle::Subject.attach(""), "이(가)");
    }
}
