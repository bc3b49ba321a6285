//! Questions to the shop (문의), by readers and by whoever has no order or has lost everything.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{Letter, NotALetter};
use crate::{
    base::{calendar, free_text, sensitive::Sensitive},
    order::phone,
};

/// Questions of one device in a [`PERIOD`](crate::walk::bookmark::PERIOD).
pub const OF_A_DEVICE: u32 = 3;

/// Questions that name one address for the answer in a period.
pub const OF_AN_ADDRESS: u32 = 3;

/// Questions of everybody in a period. It bounds what programs without cookies can put on the desk.
pub const OF_ALL: u32 = 30;

/// For how long a question and the address for its answer are kept once the owner has answered.
pub const KEPT_DAYS: i64 = 30;

/// For how long the record of a complaint is kept (전자상거래법 시행령 제6조).
pub const COMPLAINT_YEARS: i16 = 3;

/// Longest e-mail address, in bytes (RFC 5321, 4.5.3.1.3).
const LONGEST_MAIL: usize = 254;

impl Letter {
    /// A question to the shop; without `answer_to` the answer comes into the mailbox.
    ///
    /// # Errors
    /// As [`Letter::to_the_owner`].
    pub fn asking(
        text: &str,
        answer_to: Option<Sensitive<String>>,
        now: Timestamp,
    ) -> Result<Self, NotALetter> {
        let letter = Self::to_the_owner(text, now)?;
        Ok(Self { question: true, answer_to, ..letter })
    }
}

/// When an answered question of somebody without a mailbox ends.
pub fn ends(answered: Timestamp) -> Timestamp {
    let kept = SignedDuration::from_hours(24 * KEPT_DAYS);
    answered.saturating_add(kept).unwrap_or(Timestamp::MAX)
}

/// The last day of the record of a complaint that was handled.
pub fn complaint_until(handled: Timestamp) -> Date {
    calendar::today(handled).saturating_add(COMPLAINT_YEARS.years())
}

/// The e-mail address or telephone number for an answer. An e-mail is read as people write it and
/// checked for its shape alone: only a letter to it can tell whether it exists.
///
/// ```
/// use domain::order::letter::question::answer_to;
///
/// assert_eq!(answer_to("＋82 10-1234-5678").unwrap().reveal(), "01012345678");
/// assert_eq!(answer_to(" reader@example.com ").unwrap().reveal(), "reader@example.com");
/// assert_eq!(answer_to("reader@example"), None);
/// ```
pub fn answer_to(typed: &str) -> Option<Sensitive<String>> {
    let typed = free_text::line(&typed.replace('＠', "@"));
    let address = match typed.split_once('@') {
        None => phone(&typed)?,
        Some((name, host)) => {
            let plain =
                |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
            let labels = host.split('.').all(|label| !label.is_empty() && !label.contains('@'));
            let fits = !name.is_empty()
                && host.contains('.')
                && labels
                && typed.len() <= LONGEST_MAIL
                && typed.chars().all(plain);
            fits.then_some(typed)?
        }
    };
    Some(Sensitive::new(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_for_answers_are_read_as_people_write_them() {
        for (typed, read) in [
            ("010-1234-5678", Some("01012345678")),
            ("02) 123 4567", Some("021234567")),
            ("02-123-4567", Some("021234567")),
            ("독자＠example.com", Some("독자@example.com")),
            ("a.b+c@mail.example.co.kr", Some("a.b+c@mail.example.co.kr")),
            ("", None),
            ("\u{3164}", None),
            ("010-0000-123", None),
            ("a@b", None),
            ("@example.com", None),
            ("a@.com", None),
            ("a@b@example.com", None),
            ("a b@example.com", None),
            ("a@example.com, b@example.com", None),
            ("a@example.com\nBcc: x@example.com", None),
        ] {
            let got = answer_to(typed);
            assert_eq!(got.as_ref().map(|to| to.reveal().as_str()), read, "{typed}");
        }
        assert_eq!(answer_to(&format!("{}@example.com", "a".repeat(300))), None);
    }

    #[test]
    fn a_question_is_no_orders_letter_and_shows_no_address() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let to = answer_to("reader@example.com");
        let question = Letter::asking("책이 오지 않습니다.", to, now).unwrap();
        assert!(!question.is_for_an_order() && !question.may_be_replied_to());
        assert!(!format!("{question:?}").contains("reader@"));
        assert_eq!(Letter::asking(" ", None, now), Err(NotALetter::Empty));
    }
}
