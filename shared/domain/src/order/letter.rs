//! Letters in a reader's mailbox. Every push notification has a letter with the full news; the push
//! itself only points at the mailbox.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        calendar, format, free_text,
        id::{MessageId, OrderId},
        sensitive::Sensitive,
        text::{Language, Text},
    },
    order::{Order, bank_transfer::RefundTo, masked, message::Notice},
};

pub mod acts;
mod news;
pub mod question;
mod refunds;

/// The author of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The reader, to the owner.
    Reader,
    /// The shop, about an order or a device, or with the poem of a walk.
    House,
    /// The doorkeeper: half a line of verse at the whisper.
    Doorkeeper,
    /// The owner, to the reader.
    Owner,
}

/// A letter in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// When it was written.
    pub at: Timestamp,
    /// The author.
    pub author: Author,
    /// The text.
    pub text: Sensitive<String>,
    /// The order it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The notice that it explains, if a push was sent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Of a reader's reply: the place in the mailbox of the owner's letter that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies_to: Option<String>,
    /// Of the owner's letter: when the reader replied to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<Timestamp>,
    /// Whether it is a question to the shop ([`question`]) and came with no order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub question: bool,
    /// Of a question from somebody without a mailbox: the e-mail or telephone for the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_to: Option<Sensitive<String>>,
}

/// Why a written letter is refused: by its length alone, never by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotALetter {
    /// Nothing is written.
    #[error("the letter is empty")]
    Empty,
    /// It is longer than [`Letter::LONGEST`].
    #[error("the letter is too long")]
    TooLong,
}

impl Letter {
    /// Longest letter, in characters.
    pub const LONGEST: usize = 4_000;

    /// A reader's letter to the owner, tidied by [`free_text::tidy`](crate::base::free_text::tidy).
    ///
    /// # Errors
    /// If it is empty or longer than [`Letter::LONGEST`].
    pub fn to_the_owner(text: &str, now: Timestamp) -> Result<Self, NotALetter> {
        Self::by(Author::Reader, text, now)
    }

    /// The owner's answer to a reader, under the same rules.
    ///
    /// # Errors
    /// As [`Letter::to_the_owner`].
    pub fn from_the_owner(text: &str, now: Timestamp) -> Result<Self, NotALetter> {
        Self::by(Author::Owner, text, now)
    }

    /// A reader's reply to the owner's letter at `place`. It is about the same order.
    ///
    /// # Errors
    /// As [`Letter::to_the_owner`].
    pub fn reply(&self, place: &str, text: &str, now: Timestamp) -> Result<Self, NotALetter> {
        let reply = Self::to_the_owner(text, now)?;
        Ok(Self { order: self.order, replies_to: Some(place.to_owned()), ..reply })
    }

    /// Whether its reader may reply: to what the owner wrote, and not to what the shop tells in
    /// somebody's name. A second reply is not refused here: its sender hears of the first.
    pub fn may_be_replied_to(&self) -> bool {
        self.author == Author::Owner && self.notice.is_none()
    }

    /// Whether it came with an order: a reader's letter that replies to nothing and asks nothing.
    pub fn is_for_an_order(&self) -> bool {
        self.author == Author::Reader && self.replies_to.is_none() && !self.question
    }

    /// A letter and nothing else.
    pub fn new(author: Author, text: String, at: Timestamp) -> Self {
        Self {
            at,
            author,
            text: Sensitive::new(text),
            order: None,
            notice: None,
            replies_to: None,
            replied_at: None,
            question: false,
            answer_to: None,
        }
    }

    fn by(author: Author, text: &str, now: Timestamp) -> Result<Self, NotALetter> {
        let text = free_text::tidy(text);
        if text.is_empty() {
            return Err(NotALetter::Empty);
        }
        if free_text::length(&text) > Self::LONGEST {
            return Err(NotALetter::TooLong);
        }
        Ok(Self::new(author, text, now))
    }

    /// The shop's letter after the reader named an account for refunds of an order: so that they
    /// hear of it if it was somebody else. The account is masked.
    pub fn account_named(order: &Order, account: &RefundTo, at: Timestamp) -> Self {
        let number = masked(account.number.reveal());
        let bank = account.bank.name(order.language);
        let text = match order.language {
            Language::Ko => format!(
                "돌려받으실 계좌를 적어 두었습니다: {bank} {number}.\n\n적으신 적이 없으면 바로 주문 쪽의 문의처로 알려 주십시오. 책갈피에서 다른 기기를 모두 내보내실 수 있습니다."
            ),
            Language::En => format!(
                "The account for your refund is noted: {bank} {number}.\n\nIf it was not you who named it, please contact us at once; on the bookmark’s page you can send all other devices out."
            ),
        };
        Self { order: Some(order.id), ..Self::new(Author::House, text, at) }
    }

    /// The shop's letter for a notice about an order, in the order's language. `asked_by` is the
    /// message that asked for it; a refund is found by it.
    pub fn about(order: &Order, notice: Notice, asked_by: MessageId, at: Timestamp) -> Self {
        let text = news::text(order, notice, asked_by);
        let letter = Self::new(Author::House, text, at);
        Self { order: Some(order.id), notice: Some(notice), ..letter }
    }
}

/// The text of the push for a letter of the owner, be it an answer or not.
pub const ANSWERED: &str =
    "주인장이 편지를 썼소. 편지함을 보시오. / The owner has written to you. Look in your mailbox.";

/// The text of the push for a notice. It names no person, address or book.
pub fn push(notice: Notice) -> Text {
    match notice {
        Notice::Paid => {
            Text::new("집에 불이 켜졌소. 편지함을 보시오.", "A lamp is lit. Look in your mailbox.")
        }
        Notice::Chosen => Text::new(
            "보낼 책이 정해졌소. 편지함을 보시오.",
            "A book is chosen for you. Look in your mailbox.",
        ),
        Notice::Packed => Text::new(
            "책이 꾸러미가 되었소. 편지함을 보시오.",
            "Your book is packed. Look in your mailbox.",
        ),
        Notice::Cancelled | Notice::Refunded => Text::new(
            "셈을 적어 두었소. 편지함을 보시오.",
            "The account is written down. Look in your mailbox.",
        ),
        Notice::BankTransfer => Text::new(
            "문 앞에 함을 내어 두었소. 편지함을 보시오.",
            "A box stands before the door. Look in your mailbox.",
        ),
        Notice::BankDetails => Text::new(
            "돌려드릴 것이 있소. 편지함을 보시오.",
            "Something is to go back to you. Look in your mailbox.",
        ),
        Notice::Reversed => Text::new(
            "은행에서 기별이 왔소. 편지함을 보시오.",
            "There is word from the bank. Look in your mailbox.",
        ),
        Notice::Again => Text::new(
            "책을 다시 보낼 일이 생겼소. 편지함을 보시오.",
            "A book has to be sent again. Look in your mailbox.",
        ),
        Notice::Return => Text::new(
            "책이 돌아올 길을 적어 두었소. 편지함을 보시오.",
            "The book’s way back is noted. Look in your mailbox.",
        ),
        Notice::Later => Text::new(
            "주인장이 내일 다시 고르겠다 하오. 편지함을 보시오.",
            "The owner looks again tomorrow. Look in your mailbox.",
        ),
        Notice::Shipped => {
            Text::new("길을 나섰소. 편지함을 보시오.", "It has set out. Look in your mailbox.")
        }
        Notice::Renumbered => Text::new(
            "번호를 바로잡아 두었소. 편지함을 보시오.",
            "A number is put right. Look in your mailbox.",
        ),
    }
}

/// A date in a letter about an order, with its year if that is not the year in which the order
/// became what the letter tells of.
fn dated(order: &Order, day: Date) -> String {
    format::date_seen(day, calendar::today(order.changed_at), order.language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::{order, paid};

    #[test]
    fn a_promise_for_the_next_year_names_it() {
        let mut order = paid();
        order.changed_at = "2026-12-31T20:00:00+09:00".parse().unwrap();
        order.promised = jiff::civil::date(2027, 1, 5);
        let paid = MessageId { order: order.id, sequence: 1 };
        let text = |order: &Order| news::text(order, Notice::Paid, paid);
        assert!(text(&order).contains("2027년 1월 5일 화요일까지"), "{}", text(&order));
        order.language = Language::En;
        assert!(text(&order).contains("by Tuesday, 5 January 2027."), "{}", text(&order));
        order.changed_at = "2027-01-01T00:00:00+09:00".parse().unwrap();
        assert!(text(&order).contains("by Tuesday, 5 January."), "{}", text(&order));
    }

    #[test]
    fn a_letter_keeps_its_text_without_invisible_characters() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let written = "  별 하나에 추억과\n별 하나에 사랑과 👨‍👩‍👧\u{200B}  ";
        let letter = Letter::to_the_owner(written, now).unwrap();
        assert_eq!(letter.text.reveal(), "별 하나에 추억과\n별 하나에 사랑과 👨‍👩‍👧");
        assert_eq!(Letter::to_the_owner(" \u{200B}\n", now), Err(NotALetter::Empty));
        assert_eq!(Letter::to_the_owner(&"가".repeat(4_001), now), Err(NotALetter::TooLong));
    }

    #[test]
    fn only_what_the_owner_wrote_is_replied_to_and_a_reply_is_no_orders_letter() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let answer = Letter::from_the_owner("여기도 눈이 옵니다.", now).unwrap();
        assert!(answer.may_be_replied_to() && !answer.is_for_an_order());
        let reply = answer.reply("2026-11-23T03:00:00.000Z#owner", "그렇군요.", now).unwrap();
        assert!(!reply.may_be_replied_to() && !reply.is_for_an_order());
        assert!(Letter::to_the_owner("창밖에 눈이 옵니다.", now).unwrap().is_for_an_order());
        assert_eq!(answer.reply("x", " ", now), Err(NotALetter::Empty));
        let order = paid();
        let asked_by = MessageId { order: order.id, sequence: 1 };
        assert!(!Letter::about(&order, Notice::Paid, asked_by, now).may_be_replied_to());
    }

    #[test]
    fn pushes_contain_no_personal_data() {
        let order = order();
        for &notice in Notice::ALL {
            let push = push(notice);
            for text in [push.in_language(Language::Ko), push.in_language(Language::En)] {
                assert!(!text.contains("윤동주") && !text.contains(&order.id.to_string()));
            }
        }
    }
}
