//! What a visitor has typed into a form and not sent yet. A draft is not a letter and not an order:
//! nobody but the visitor sees it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{free_text, id::OrderId, sensitive::Sensitive},
    order::{Address, letter::Letter},
    walk::visit::{Reader, Visit},
};

/// A form of which a draft is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DraftForm {
    /// The pen name.
    Guestbook,
    /// The letter to the owner.
    Letter,
    /// The price range and the address.
    Counter,
    /// The reply to a letter of the owner, each with a draft of its own: by a digest of the place
    /// where the letter lies.
    Reply(u64),
    /// A question to the shop.
    Question,
}

impl DraftForm {
    /// The forms of the walk, of which a visitor has one each.
    pub const ALL: [Self; 3] = [Self::Guestbook, Self::Letter, Self::Counter];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guestbook => "guestbook",
            Self::Letter => "letter",
            Self::Counter => "counter",
            Self::Reply(_) => "reply",
            Self::Question => "question",
        }
    }

    /// The name in the draft's key.
    pub fn key(self) -> String {
        match self {
            Self::Reply(to) => format!("reply#{to:016x}"),
            other => other.name().to_owned(),
        }
    }

    /// The fields that are kept, each with the longest text that the form accepts, in characters.
    /// Consents are not among them: a box that the house ticks is no consent.
    const fn fields(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Guestbook => &[("pen_name", Reader::LONGEST_NAME)],
            Self::Letter | Self::Reply(_) => &[("letter", Letter::LONGEST)],
            Self::Question => &[("question", Letter::LONGEST)],
            Self::Counter => &[
                ("range", 10),
                ("recipient", Address::LONGEST_NAME),
                ("phone", 30),
                ("postcode", 10),
                ("street", Address::LONGEST_LINE),
                ("detail", Address::LONGEST_LINE),
            ],
        }
    }
}

/// The fields of a form, by name.
pub type Fields = BTreeMap<String, Sensitive<String>>;

/// What was typed into a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The fields that are not empty, as they were typed.
    pub fields: Fields,
    /// When it was saved last.
    pub saved_at: Timestamp,
    /// The visitor's latest order when it was saved. A draft that was saved while its form was
    /// being sent does not appear in the form of the next order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<OrderId>,
}

/// A text that is too long even for a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the field {field} has more than {longest} characters")]
pub struct TooLong {
    /// The field.
    pub field: &'static str,
    /// The longest text that is kept, in characters.
    pub longest: usize,
}

impl Draft {
    /// For how long a draft is kept after it was saved last: long enough for a letter that waits
    /// for a quiet evening, short because nobody has agreed to anything yet.
    pub const KEPT_DAYS: i64 = 30;

    /// A draft may be so many times as long as what the form accepts: who has written too much
    /// shortens it later.
    pub const ROOM: usize = 2;

    /// The draft of a form, from the text of each field. `None` if the form has none of its fields.
    ///
    /// # Errors
    /// If a field is longer than [`Draft::ROOM`] times what the form accepts.
    pub fn of<'a>(
        form: DraftForm,
        typed: impl Fn(&str) -> Option<&'a str>,
        visit: &Visit,
        now: Timestamp,
    ) -> Result<Option<Self>, TooLong> {
        let mut fields = Fields::new();
        let mut any = false;
        for (field, accepted) in form.fields().iter().copied() {
            let Some(text) = typed(field) else { continue };
            any = true;
            let longest = accepted.saturating_mul(Self::ROOM);
            if free_text::length(text) > longest {
                return Err(TooLong { field, longest });
            }
            if !text.is_empty() {
                fields.insert(field.to_owned(), Sensitive::from(text));
            }
        }
        let after = visit.orders.last().copied();
        Ok(any.then_some(Self { fields, saved_at: now, after }))
    }

    /// When it ends.
    pub fn until(&self) -> Timestamp {
        days_after(self.saved_at, Self::KEPT_DAYS)
    }

    /// Whether it belongs to what the visitor writes now. The table deletes late, so the time is
    /// checked as well.
    pub fn is_for(&self, visit: &Visit, now: Timestamp) -> bool {
        self.is_kept(now) && self.after == visit.orders.last().copied()
    }

    /// Whether it has not ended. This is all that is asked of a form that stands beside the orders.
    pub fn is_kept(&self, now: Timestamp) -> bool {
        now < self.until()
    }
}

/// Where the latest order went. The counter offers it for the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAddress {
    /// The address as it was ordered to.
    pub address: Address,
    /// When.
    pub at: Timestamp,
}

impl LastAddress {
    /// For how long it is kept: as long as a session and a bookmark.
    pub const KEPT_DAYS: i64 = 180;

    /// When it ends.
    pub fn until(&self) -> Timestamp {
        days_after(self.at, Self::KEPT_DAYS)
    }

    /// The address, until it has ended.
    pub fn kept(self, now: Timestamp) -> Option<Address> {
        (now < self.until()).then_some(self.address)
    }
}

fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(days.saturating_mul(24))).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        base::{id::VisitorId, text::Language},
        riddle::content::RoomSet,
    };

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    fn visit() -> Visit {
        Visit::begin(VisitorId::new(0, 1), RoomSet::built_in().unwrap(), Language::Ko, now())
    }

    fn letter(text: &str) -> Result<Option<Draft>, TooLong> {
        Draft::of(DraftForm::Letter, |name| (name == "letter").then_some(text), &visit(), now())
    }

    #[test]
    fn a_draft_ends_after_thirty_days_and_with_the_order_it_was_written_for() {
        let draft = letter("첫 줄\n").unwrap().unwrap();
        let last = draft.until().saturating_sub(SignedDuration::from_secs(1)).unwrap();
        assert!(draft.is_for(&visit(), last) && !draft.is_for(&visit(), draft.until()));
        assert_eq!((draft.until() - now()).get_seconds(), 30 * 24 * 60 * 60);
        let ordered = visit().wrote(now()).ordered(OrderId::new(0, 7));
        assert!(!draft.is_for(&ordered, now()));
    }

    #[test]
    fn a_letter_that_is_too_long_to_send_is_kept_and_one_twice_as_long_is_not() {
        assert!(letter(&"가".repeat(2 * Letter::LONGEST)).unwrap().is_some());
        let why = letter(&"가".repeat(2 * Letter::LONGEST + 1)).unwrap_err();
        assert_eq!(why, TooLong { field: "letter", longest: 2 * Letter::LONGEST });
        assert!(!why.to_string().contains('가'));
    }

    #[test]
    fn a_form_without_its_fields_is_no_draft_and_an_emptied_one_is_an_empty_draft() {
        let draft = Draft::of(DraftForm::Letter, |_| None, &visit(), now());
        assert_eq!(draft, Ok(None));
        assert!(letter("").unwrap().unwrap().fields.is_empty());
    }

    #[test]
    fn consents_are_not_kept() {
        let draft = Draft::of(DraftForm::Guestbook, |_| Some("yes"), &visit(), now());
        let kept: Vec<String> = draft.unwrap().unwrap().fields.into_keys().collect();
        assert_eq!(kept, ["pen_name"]);
        for form in DraftForm::ALL {
            let consents = ["grown", "terms", "privacy", "news", "agreed", "promised"];
            assert!(form.fields().iter().all(|(field, _)| !consents.contains(field)));
        }
    }

    #[test]
    fn each_reply_has_a_draft_of_its_own() {
        assert_eq!(DraftForm::Letter.key(), "letter");
        assert_eq!(DraftForm::Reply(10).key(), "reply#000000000000000a");
        assert_ne!(DraftForm::Reply(1).key(), DraftForm::Reply(2).key());
    }

    #[test]
    fn debug_output_shows_no_text() {
        assert!(!format!("{:?}", letter("남모를 말")).contains('남'));
    }

    #[test]
    fn the_last_address_fills_the_counter_for_a_hundred_and_eighty_days() {
        let address = Address {
            recipient: "김읽는이".into(),
            phone: "01012345678".into(),
            postcode: "03134".into(),
            street: "서울시 종로구 창의문로 119".into(),
            detail: "".into(),
        };
        let last = LastAddress { address, at: now() };
        let filled = last.clone().kept(now()).unwrap().fields();
        assert_eq!(filled["street"].reveal(), "서울시 종로구 창의문로 119");
        assert!(!filled.contains_key("phone"), "no page shows the last digits");
        let fields: Vec<&str> = DraftForm::Counter.fields().iter().map(|(name, _)| *name).collect();
        assert!(filled.keys().all(|name| fields.contains(&name.as_str())));
        let until = last.until();
        assert_eq!(last.kept(until), None);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_typed(text in "\\PC{1,200}") {
            let draft = letter(&text).unwrap().unwrap();
            prop_assert_eq!(draft.fields["letter"].reveal(), &text);
            let json = serde_json::to_string(&draft).unwrap();
            prop_assert_eq!(serde_json::from_str::<Draft>(&json).unwrap(), draft);
        }
    }
}
