//! Comparison of a knocked rhythm with the rhythm of a line of verse.
//!
//! A line consists of feet (음보). Every syllable is one knock; the last syllable of a foot is held, so
//! a long gap follows it. 「엄마야 / 누나야 / 강변 살자」 is `··— ··— ····`: ten knocks, of which the third
//! and the sixth are held. Nothing follows the last knock, so its length is not known.

use std::iter;

use unicode_normalization::UnicodeNormalization as _;

use crate::{base::free_text, riddle::answer::keys};

/// How far a gap may be from the pattern's, in percent, both scaled to their mean.
const TOLERANCE: u64 = 40;

/// The gap after a held syllable, if a short one is 1. With three, even knocking is outside the
/// tolerance, and any clear pause is within it: from about 1.3 to 6 times the short gap.
const HELD: u64 = 3;

/// The most knocks of a rhythm.
pub const MOST_KNOCKS: usize = 64;

/// The longest gap in milliseconds; a longer one counts as this.
const LONGEST_GAP: u64 = 10_000;

/// Numbers from here on are milliseconds; smaller ones are syllables in a foot.
const LEAST_MILLISECONDS: u64 = 20;

/// The rhythm of a verse: which gaps are long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    gaps: Vec<Gap>,
    feet: Vec<usize>,
}

/// The gap between two knocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Before the next syllable of the same foot.
    Short,
    /// After the held syllable at the end of a foot.
    Long,
}

/// A rhythm as a visitor entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knocks {
    /// Tapped: the gaps in milliseconds.
    Tapped(Vec<u64>),
    /// Typed as signs or words.
    Written(Vec<Gap>),
}

/// How a rhythm compares with the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RhythmMatch {
    /// The rhythm of the pattern.
    Same,
    /// One gap is wrong, or there is one knock too many or too few.
    Almost,
    /// Another rhythm.
    Another,
}

/// Why a text is not a rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARhythm {
    /// No knock.
    #[error("nothing was knocked")]
    Nothing,
    /// A single knock.
    #[error("one knock alone has no rhythm")]
    OneKnock,
    /// More than [`MOST_KNOCKS`].
    #[error("more than {MOST_KNOCKS} knocks")]
    TooMany,
    /// A sign that is neither short nor long.
    #[error("{0:?} is neither a short knock nor a long one")]
    UnknownSign(char),
}

/// The feet of a verse as pages show them: `3 · 4 · 5`, not broken at the end of a line.
pub fn written_feet(feet: &[usize]) -> String {
    feet.iter().map(usize::to_string).collect::<Vec<_>>().join("\u{a0}·\u{a0}")
}

impl Pattern {
    /// The pattern of a line from the number of syllables in each foot; `None` if it has less than two
    /// knocks or more than [`MOST_KNOCKS`].
    pub fn of_feet(feet: &[usize]) -> Option<Self> {
        let gaps = gaps_of_groups(feet);
        let feet = feet.iter().copied().filter(|foot| *foot > 0).collect();
        (!gaps.is_empty() && gaps.len() < MOST_KNOCKS).then_some(Self { gaps, feet })
    }

    /// The number of syllables in each foot: 3, 3, 4. A riddle behind this door may use them.
    pub fn feet(&self) -> &[usize] {
        &self.feet
    }

    /// How many feet from the first on are right; the last one only if the whole rhythm is.
    ///
    /// ```
    /// use domain::riddle::rhythm::{Knocks, Pattern};
    ///
    /// let pattern = Pattern::of_feet(&[3, 3, 4]).unwrap();
    /// assert_eq!(pattern.feet_right(&Knocks::read("··— ·— ····").unwrap()), 1);
    /// assert_eq!(pattern.feet_right(&Knocks::read("3 3 4").unwrap()), 3);
    /// ```
    pub fn feet_right(&self, knocks: &Knocks) -> usize {
        if self.compare(knocks) == RhythmMatch::Same {
            return self.feet.len();
        }
        let heard = knocks.gaps();
        let right = self.gaps.iter().zip(&heard).take_while(|(gap, heard)| gap == heard).count();
        let ends = self.feet.iter().scan(0, |end, foot| {
            *end += foot;
            Some(*end)
        });
        // The gap after the last syllable of a foot tells that the foot has ended.
        ends.take_while(|end| *end <= right).count()
    }

    /// The gaps, for drawing and playing the pattern.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The pattern in signs: `··—··—····`.
    pub fn written(&self) -> String {
        write(&self.gaps) + "·"
    }

    /// Compares a rhythm with the pattern.
    pub fn compare(&self, knocks: &Knocks) -> RhythmMatch {
        match knocks {
            Knocks::Written(gaps) if *gaps == self.gaps => RhythmMatch::Same,
            Knocks::Written(gaps) if one_slip(gaps, &self.gaps) => RhythmMatch::Almost,
            Knocks::Written(_) => RhythmMatch::Another,
            Knocks::Tapped(gaps) => match self.gaps_out_of_place(gaps) {
                Some(0) => RhythmMatch::Same,
                Some(1) => RhythmMatch::Almost,
                _ => RhythmMatch::Another,
            },
        }
    }

    /// How many gaps are outside the tolerance; `None` if the number of gaps differs.
    fn gaps_out_of_place(&self, tapped: &[u64]) -> Option<usize> {
        if tapped.len() != self.gaps.len() {
            return None;
        }
        let wanted = || self.gaps.iter().map(|gap| if *gap == Gap::Long { HELD } else { 1 });
        let (tapped_sum, wanted_sum): (u64, u64) = (tapped.iter().sum(), wanted().sum());
        // Compares t / Σt with w / Σw, multiplied out to avoid fractions.
        let out = tapped.iter().zip(wanted()).filter(|(tapped, wanted)| {
            let (is, should) = (*tapped * wanted_sum, wanted * tapped_sum);
            is.abs_diff(should) * 100 > should * TOLERANCE
        });
        Some(out.count())
    }
}

impl Knocks {
    /// Reads a rhythm: gaps in milliseconds as the page's script sends them (`210 195 640`), or typed
    /// in one of these notations: `··— ··— ····`, `..- ..- ....`, `짧게 짧게 길게`, `short long`,
    /// `똑똑똑 똑똑똑 똑똑똑똑`, `3 3 4`. Decomposed, full-width and invisible characters and a Latin
    /// keyboard left on are read as they are in an answer.
    ///
    /// # Errors
    /// [`NotARhythm`] for any other text.
    pub fn read(text: &str) -> Result<Self, NotARhythm> {
        let text = folded(text);
        let text = text.trim();
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return read_numbers(text);
        }
        // The words of a Korean keyboard are no English words: a text that is not read as it
        // stands may still be words typed with the Latin keyboard on.
        let signs = read_signs(text).or_else(|why| {
            let typed = text.split_whitespace().map(latin_keys).collect::<Option<Vec<_>>>();
            typed.map(|words| words.join(&Sign::Space)).ok_or(why)
        })?;
        let long_somewhere = signs.contains(&Sign::Long);
        let groups = groups_of(&signs);
        let knocks: usize = groups.iter().sum();
        match knocks {
            0 => return Err(NotARhythm::Nothing),
            1 => return Err(NotARhythm::OneKnock),
            _ if knocks > MOST_KNOCKS => return Err(NotARhythm::TooMany),
            _ => {}
        }
        // ··· ··· ····: no long sign, but spaces between the feet. · · · is three knocks.
        if !long_somewhere && groups.len() > 1 && knocks > groups.len() {
            return Ok(Self::Written(gaps_of_groups(&groups)));
        }
        let mut gaps: Vec<Gap> = signs.iter().filter_map(|sign| sign.gap()).collect();
        gaps.pop();
        Ok(Self::Written(gaps))
    }

    /// The rhythm in short and long signs, by which a repeated guess is recognized. A tapped gap is
    /// long if it is nearer to the longest gap than to the shortest.
    pub fn form(&self) -> String {
        write(&self.gaps())
    }

    /// The rhythm in signs, as it is shown again after a wrong guess.
    pub fn written(&self) -> String {
        self.form() + "·"
    }

    /// The gaps as short and long ones.
    fn gaps(&self) -> Vec<Gap> {
        match self {
            Self::Written(gaps) => gaps.clone(),
            Self::Tapped(gaps) => {
                let ends = gaps.iter().min().zip(gaps.iter().max());
                let middle = ends.map_or(0, |(least, most)| least + most);
                let gap = |gap: &u64| if gap * 2 > middle { Gap::Long } else { Gap::Short };
                gaps.iter().map(gap).collect()
            }
        }
    }
}

/// A sign of a written rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Short,
    Long,
    Space,
}

impl Sign {
    fn gap(self) -> Option<Gap> {
        match self {
            Self::Short => Some(Gap::Short),
            Self::Long => Some(Gap::Long),
            Self::Space => None,
        }
    }
}

/// Words for a short and a long knock; a word precedes its prefixes.
const WORDS: [(&str, Sign); 18] = [
    ("짧게", Sign::Short),
    ("길게", Sign::Long),
    ("짧음", Sign::Short),
    ("긺", Sign::Long),
    ("short", Sign::Short),
    ("long", Sign::Long),
    ("knock", Sign::Short),
    ("dit", Sign::Short),
    ("dah", Sign::Long),
    ("단", Sign::Short),
    ("장", Sign::Long),
    ("똑", Sign::Short),
    ("톡", Sign::Short),
    ("탁", Sign::Short),
    ("쿵", Sign::Short),
    ("tap", Sign::Short),
    ("s", Sign::Short),
    ("l", Sign::Long),
];

/// The text as it is read: composed, without invisible characters, and with every compatibility
/// form but the signs of a rhythm in its plain form.
fn folded(text: &str) -> String {
    let visible = text.nfc().filter(|c| c.is_whitespace() || !free_text::is_unseen(*c));
    let plain = visible.flat_map(|c| {
        let known = signs_of(c).is_some();
        let plain = (!known).then(|| iter::once(c).nfkc());
        plain.into_iter().flatten().chain(known.then_some(c))
    });
    plain.nfc().collect()
}

/// The signs of Korean words that were typed with the Latin keyboard on: `Wkfqrp` is 짧게.
fn latin_keys(word: &str) -> Option<Vec<Sign>> {
    let letters: Vec<char> = word.chars().collect();
    keys::readings(&letters).into_iter().find_map(|reading| {
        let (mut rest, mut signs) = (reading.as_slice(), Vec::new());
        while !rest.is_empty() {
            let (after, sign) = WORDS.iter().find_map(|(word, sign)| {
                let mut typed = Vec::new();
                word.chars().for_each(|c| keys::push_keys(c, &mut typed));
                let after = rest.strip_prefix(typed.as_slice())?;
                (!typed.is_empty()).then_some((after, *sign))
            })?;
            signs.push(sign);
            rest = after;
        }
        Some(signs)
    })
}

fn read_signs(text: &str) -> Result<Vec<Sign>, NotARhythm> {
    let text = text.to_lowercase();
    let mut rest = text.as_str();
    let mut signs = Vec::new();
    while let Some(c) = rest.chars().next() {
        if let Some((word, sign)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            signs.push(*sign);
            rest = rest.strip_prefix(word).unwrap_or_default();
            continue;
        }
        rest = rest.strip_prefix(c).unwrap_or_default();
        signs.extend(signs_of(c).ok_or(NotARhythm::UnknownSign(c))?);
        if signs.len() > MOST_KNOCKS * 4 {
            return Err(NotARhythm::TooMany);
        }
    }
    Ok(signs)
}

/// The signs of one character that is no word.
fn signs_of(c: char) -> Option<&'static [Sign]> {
    Some(match c {
        '·' | '.' | '•' | '∙' | '⋅' | '・' | '･' | '‧' | 'ㆍ' | '˙' | '*' | 'o' | 'x' | '●'
        | '○' => &[Sign::Short],
        // Phones turn three dots into this one sign.
        '…' => &[Sign::Short, Sign::Short, Sign::Short],
        '‥' => &[Sign::Short, Sign::Short],
        '-' | '_' | '—' | '–' | '―' | '−' | '‒' | '‑' | 'ー' | 'ㅡ' | '─' | '~' | '〜' => {
            &[Sign::Long]
        }
        ',' | '/' | '|' | '+' | '(' | ')' => &[Sign::Space],
        c if c.is_whitespace() => &[Sign::Space],
        _ => return None,
    })
}

/// `3 3 4`, `3-3-4`, `334`: syllables in each foot. `210, 195, 640`: gaps in milliseconds.
fn read_numbers(text: &str) -> Result<Knocks, NotARhythm> {
    let mut numbers: Vec<u64> = Vec::new();
    for part in text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()) {
        if numbers.len() >= MOST_KNOCKS {
            return Err(NotARhythm::TooMany);
        }
        numbers.push(part.parse().map_or(LONGEST_GAP, |number: u64| number.min(LONGEST_GAP)));
    }
    if let Some(c) = text.chars().find(|c| c.is_alphabetic()) {
        return Err(NotARhythm::UnknownSign(c));
    }
    if let [together] = numbers.as_slice() {
        // 334 without spaces.
        numbers = together.to_string().bytes().map(|digit| u64::from(digit - b'0')).collect();
    }
    if numbers.iter().any(|number| *number >= LEAST_MILLISECONDS) {
        // Two taps at the same instant give a gap of 0, which the comparison cannot scale.
        return Ok(Knocks::Tapped(numbers.into_iter().map(|gap| gap.max(1)).collect()));
    }
    let feet: Vec<usize> =
        numbers.iter().filter_map(|n| usize::try_from(*n).ok()).filter(|n| *n > 0).collect();
    match feet.iter().sum::<usize>() {
        0 => Err(NotARhythm::Nothing),
        1 => Err(NotARhythm::OneKnock),
        knocks if knocks > MOST_KNOCKS => Err(NotARhythm::TooMany),
        _ => Ok(Knocks::Written(gaps_of_groups(&feet))),
    }
}

/// The number of knocks in each group.
fn groups_of(signs: &[Sign]) -> Vec<usize> {
    signs
        .split(|sign| *sign == Sign::Space)
        .map(<[Sign]>::len)
        .filter(|knocks| *knocks > 0)
        .collect()
}

/// The gaps of groups of knocks: short within a group, long between groups.
fn gaps_of_groups(groups: &[usize]) -> Vec<Gap> {
    let knocks =
        |group: &usize| iter::repeat_n(Gap::Short, group.saturating_sub(1)).chain([Gap::Long]);
    let mut gaps: Vec<Gap> = groups.iter().filter(|group| **group > 0).flat_map(knocks).collect();
    gaps.pop();
    gaps
}

fn write(gaps: &[Gap]) -> String {
    gaps.iter().map(|gap| if *gap == Gap::Long { '—' } else { '·' }).collect()
}

/// One gap is wrong, missing or extra.
fn one_slip(a: &[Gap], b: &[Gap]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) =
        (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    match (short, long) {
        ([_, x @ ..], [_, y @ ..]) if short.len() == long.len() => x == y,
        (_, [_, y @ ..]) => short == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
