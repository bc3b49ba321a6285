//! Comparison of answers.
//!
//! [`Answer::read`] normalizes both the accepted answers and what a visitor types. Hangul is compared
//! by the keys that type it on the two-set keyboard (두벌식), so that composed, decomposed, loose,
//! half-finished and half-width forms are equal; everything else is compared by its letters and
//! numbers. [`judge`] also accepts an answer typed with the Latin keyboard on, or with a copula at its
//! end. Nothing else is accepted: a typing error is reported, not forgiven.

pub(in crate::riddle) mod keys;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;

use crate::base::free_text;

/// The longest answer that is read, in bytes as it arrives.
pub const MOST_BYTES: usize = 2048;

/// The longest answer that is read, in code points after NFC.
pub const MOST_CHARACTERS: usize = 200;

/// Answers of fewer keys are never "nearly right": too many other words are one key away.
const FEWEST_KEYS_WITH_A_NEARLY: usize = 3;

/// Copulas that may follow an answer given as a sentence, with the spellings that people use for
/// them: after a consonant -이오 is often written 이요, and -이에요 이예요.
const COPULAS: [&str; 34] = [
    "입니다",
    "이오",
    "오",
    "이요",
    "요",
    "이에요",
    "이예요",
    "이여요",
    "이어요",
    "이에여",
    "예요",
    "에요",
    "여요",
    "에여",
    "이다",
    "이야",
    "야",
    "이죠",
    "죠",
    "이지요",
    "지요",
    "이네요",
    "네요",
    "이라오",
    "라오",
    "이옵니다",
    "이올시다",
    "올시다",
    "이구려",
    "구려",
    "인가요",
    "일까요",
    "인가",
    "일까",
];

/// Why a text cannot be an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Longer than [`MOST_BYTES`] or [`MOST_CHARACTERS`].
    #[error("the answer is longer than {MOST_CHARACTERS} characters or {MOST_BYTES} bytes")]
    TooLong,
    /// No letter and no number in it.
    #[error("the answer has no letter and no number in it")]
    Empty,
}

/// An answer as written, with its normalized form. Two answers are equal if their forms are.
#[derive(Clone, Debug)]
pub struct Answer {
    written: String,
    /// Two-set keys for Hangul, case-folded letters and numbers for the rest.
    form: Vec<char>,
    /// The forms that the same keys give with the Korean keyboard on; only for ASCII letters.
    readings: Vec<Vec<char>>,
}

/// How a typed answer compares with the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// An accepted answer.
    Right {
        /// Whether it was typed with the Latin keyboard on; the reply mentions it.
        latin_keys: bool,
    },
    /// The half-way answer with this index.
    KeepGoing(usize),
    /// The listed wrong answer with this index, which has a reply of its own.
    Listed(usize),
    /// One key away from an accepted answer.
    Almost,
    /// None of these.
    Wrong,
}

impl Answer {
    /// Normalizes a text for comparison.
    ///
    /// ```
    /// use domain::riddle::answer::Answer;
    ///
    /// let accepted = Answer::read("별 헤는 밤").unwrap();
    /// for typed in ["별헤는밤", " 별-헤는 밤. ", "별 헤는 밤"] {
    ///     assert_eq!(Answer::read(typed).unwrap(), accepted);
    /// }
    /// assert!(Answer::read("…!").is_err());
    /// ```
    ///
    /// # Errors
    /// [`Unreadable`] for a text that is too long or has nothing to compare.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MOST_BYTES {
            return Err(Unreadable::TooLong);
        }
        let composed: String = text.nfc().take(MOST_CHARACTERS + 1).collect();
        if composed.chars().count() > MOST_CHARACTERS {
            return Err(Unreadable::TooLong);
        }
        let visible: String = composed.chars().filter(|c| !free_text::is_unseen(*c)).collect();
        let letters = letters_of(&visible);
        let form: Vec<char> = letters.iter().flat_map(|c| fold(*c)).collect();
        if form.is_empty() {
            return Err(Unreadable::Empty);
        }
        Ok(Self { written: text.to_owned(), readings: keys::readings(&letters), form })
    }

    /// The answer as written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The normalized form as text, for a fingerprint. Not readable.
    pub fn form(&self) -> String {
        self.form.iter().collect()
    }

    /// The forms of every text that is accepted as this answer: with and without a copula, by Korean
    /// and by Latin keys. Latin forms are case-folded like any [`Self::form`].
    pub(crate) fn accepted_forms(&self) -> impl Iterator<Item = String> {
        let with_copulas = [""].into_iter().chain(COPULAS).map(|copula| {
            let mut keys = self.form.clone();
            copula.chars().for_each(|c| keys::push_keys(c, &mut keys));
            keys
        });
        with_copulas.flat_map(|keys| [Some(keys.iter().collect()), keys::latin(&keys)]).flatten()
    }

    /// The normalized form.
    pub(crate) fn form_keys(&self) -> &[char] {
        &self.form
    }

    /// The normalized form, then those that the same keys give with the Korean keyboard on.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &[char]> {
        [self.form.as_slice()].into_iter().chain(self.readings.iter().map(Vec::as_slice))
    }

    /// Whether the two differ by one key.
    #[cfg(test)]
    pub(crate) fn is_nearly(&self, other: &Self) -> bool {
        one_key_apart(&self.form, &other.form)
    }

    /// Every form that may be meant, likeliest first, and whether the Latin keyboard was on.
    fn meanings(&self) -> Vec<(&[char], bool)> {
        let mut meanings = vec![(self.form.as_slice(), false)];
        meanings.extend(self.readings.iter().map(|reading| (reading.as_slice(), true)));
        let spoken: Vec<_> = meanings
            .iter()
            .flat_map(|(form, latin)| without_copula(form).map(|f| (f, *latin)))
            .collect();
        meanings.extend(spoken);
        meanings
    }

    /// Whether `form` is nearly this answer: one key differs.
    fn is_one_key_from(&self, form: &[char]) -> bool {
        // 12 is not nearly 13: in a number each digit counts.
        self.form.len() >= FEWEST_KEYS_WITH_A_NEARLY
            && !self.form.iter().all(|c| c.is_numeric())
            && one_key_apart(&self.form, form)
    }
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for Answer {}

/// Judges a typed answer. Half-way answers take precedence over accepted ones, and those over listed
/// wrong ones.
pub fn judge(
    typed: &Answer,
    accepted: &[Answer],
    keep_going: &[&[Answer]],
    listed: &[&[Answer]],
) -> Judgement {
    let meanings = typed.meanings();
    for (form, latin_keys) in &meanings {
        let is = |answer: &Answer| answer.form == *form;
        if let Some(index) = keep_going.iter().position(|answers| answers.iter().any(is)) {
            return Judgement::KeepGoing(index);
        }
        if accepted.iter().any(is) {
            return Judgement::Right { latin_keys: *latin_keys };
        }
        if let Some(index) = listed.iter().position(|answers| answers.iter().any(is)) {
            return Judgement::Listed(index);
        }
    }
    if meanings.iter().any(|(form, _)| accepted.iter().any(|answer| answer.is_one_key_from(form))) {
        return Judgement::Almost;
    }
    Judgement::Wrong
}

/// Letters and numbers: Hangul as keys, the rest in NFKC. Keeps the case, because on the Korean
/// keyboard shift gives another letter.
fn letters_of(visible: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut between = String::new();
    // Jamo are excluded from NFKC, which would turn ㄱㅏㄱ into 가ᄀ; the text between them is not.
    for c in visible.chars() {
        if keys::is_hangul(c) {
            push_letters(&std::mem::take(&mut between), &mut letters);
            keys::push_keys(c, &mut letters);
        } else {
            between.push(c);
        }
    }
    push_letters(&between, &mut letters);
    letters
}

/// NFKC may give Hangul: ㉮ becomes 가.
fn push_letters(text: &str, letters: &mut Vec<char>) {
    for c in text.nfkc() {
        if keys::is_hangul(c) {
            keys::push_keys(c, letters);
        } else if is_letter_or_number(c) {
            letters.push(c);
        }
    }
}

/// Folds the case by way of upper case, so that ß becomes ss and ς becomes σ.
fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase).filter(|c| is_letter_or_number(*c))
}

fn is_letter_or_number(c: char) -> bool {
    use GeneralCategory as Is;
    matches!(
        get_general_category(c),
        Is::UppercaseLetter
            | Is::LowercaseLetter
            | Is::TitlecaseLetter
            | Is::ModifierLetter
            | Is::OtherLetter
            | Is::DecimalNumber
            | Is::LetterNumber
            | Is::OtherNumber
    )
}

/// The form without each copula at its end: 나이야 gives 나이 and 나.
fn without_copula(form: &[char]) -> impl Iterator<Item = &[char]> {
    COPULAS.into_iter().filter_map(|copula| {
        let mut ending = Vec::new();
        copula.chars().for_each(|c| keys::push_keys(c, &mut ending));
        form.strip_suffix(ending.as_slice()).filter(|rest| !rest.is_empty())
    })
}

/// One key is wrong, missing or extra, or two neighbours are swapped.
fn one_key_apart(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) =
        (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    match (short, long) {
        ([x1, x2, x_rest @ ..], [y1, y2, y_rest @ ..])
            if x1 == y2 && x2 == y1 && x_rest == y_rest =>
        {
            true
        }
        ([_, x_rest @ ..], [_, y_rest @ ..]) if short.len() == long.len() => x_rest == y_rest,
        (_, [_, y_rest @ ..]) => short == y_rest,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
