//! Errors of the content, each in both languages.

use crate::base::text::Text;

/// A mistake in the content, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {}.", .problem.en)]
pub struct ContentError {
    /// File, room, riddle and field, outermost first.
    pub place: String,
    /// The mistake, as a clause in both languages.
    pub problem: Text,
}

impl ContentError {
    /// The message in Korean, for the owner.
    pub fn korean(&self) -> String {
        let place = self
            .place
            .replace("the house", "집 전체")
            .replace("room ", "방 ")
            .replace("riddle ", "수수께끼 ");
        let place = place.split(", ").map(|part| match part.strip_prefix("line ") {
            Some(line) => format!("{line}째 줄"),
            None => part.to_owned(),
        });
        format!("{}: {}.", place.collect::<Vec<_>>().join(", "), self.problem.ko)
    }
}

/// A [`Text`] from two format strings with the same values.
macro_rules! said {
    ($ko:literal, $en:literal) => {
        $crate::base::text::Text::new(format!($ko), format!($en))
    };
}
pub(in crate::riddle) use said;

pub(in crate::riddle) fn wrong(place: impl Into<String>, problem: Text) -> ContentError {
    ContentError { place: place.into(), problem }
}

/// Checks that the text is not blank in either language.
pub(in crate::riddle) fn complete(
    place: &str,
    field: &str,
    text: &Text,
) -> Result<(), ContentError> {
    for (tongue, language, words) in [("한국어", "Korean", &text.ko), ("영어", "English", &text.en)]
    {
        if words.trim().is_empty() {
            return Err(wrong(
                place,
                said!("{field}에 {tongue} 글이 없습니다", "{field} has no {language}"),
            ));
        }
    }
    Ok(())
}
