//! Payment by bank transfer: the virtual account that the provider opens for one order, and the
//! reader's account for refunds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, digits, free_text, id::OrderId, sensitive::Sensitive, text::Language},
    order::{Order, Payment, PaymentStatus},
};

/// A bank, as the payment provider's two-digit code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bank(String);

/// Code, Korean and English name of every bank that the provider can refund to; the most used ones
/// first, which is the order of the form.
const BANKS: [(&str, &str, &str); 26] = [
    ("06", "KB국민은행", "KB Kookmin Bank"),
    ("88", "신한은행", "Shinhan Bank"),
    ("20", "우리은행", "Woori Bank"),
    ("81", "하나은행", "Hana Bank"),
    ("11", "NH농협은행", "NH Nonghyup Bank"),
    ("03", "IBK기업은행", "Industrial Bank of Korea"),
    ("90", "카카오뱅크", "KakaoBank"),
    ("92", "토스뱅크", "Toss Bank"),
    ("89", "케이뱅크", "K bank"),
    ("71", "우체국", "Korea Post"),
    ("45", "새마을금고", "MG Community Credit"),
    ("48", "신협", "Shinhyup Credit Union"),
    ("12", "지역 농·축협", "Local Nonghyup"),
    ("07", "Sh수협은행", "Sh Suhyup Bank"),
    ("23", "SC제일은행", "SC First Bank"),
    ("27", "씨티은행", "Citibank Korea"),
    ("31", "iM뱅크(대구은행)", "iM Bank (Daegu)"),
    ("32", "부산은행", "Busan Bank"),
    ("39", "경남은행", "Kyongnam Bank"),
    ("34", "광주은행", "Kwangju Bank"),
    ("37", "전북은행", "Jeonbuk Bank"),
    ("35", "제주은행", "Jeju Bank"),
    ("02", "KDB산업은행", "Korea Development Bank"),
    ("50", "저축은행", "Savings bank"),
    ("64", "산림조합", "Forestry cooperative"),
    ("54", "HSBC", "HSBC"),
];

impl Bank {
    /// The bank with the provider's code, whether or not it is in the list: an account has to be
    /// shown in either case.
    pub fn told(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// The bank with this code, if refunds to it are possible.
    pub fn known(code: &str) -> Option<Self> {
        BANKS.iter().any(|(known, ..)| *known == code).then(|| Self::told(code))
    }

    /// Every bank that refunds are possible to, in the order of the form.
    pub fn all() -> impl Iterator<Item = Self> {
        BANKS.iter().map(|(code, ..)| Self::told(code))
    }

    /// The provider's code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Its name, or the code of a bank that is not in the list.
    pub fn name(&self, language: Language) -> &str {
        let known = BANKS.iter().find(|(code, ..)| *code == self.0);
        known.map_or(&self.0, |(_, korean, english)| match language {
            Language::Ko => korean,
            Language::En => english,
        })
    }
}

/// A virtual account that the provider opened for one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualAccount {
    /// The bank.
    pub bank: Bank,
    /// The account number.
    pub number: Sensitive<String>,
    /// The holder's name; empty if the provider states none.
    pub holder: Sensitive<String>,
    /// Until when the transfer is awaited and a copy stays reserved, by the shop's clock.
    pub due: Timestamp,
}

impl VirtualAccount {
    /// Hours for which a transfer is awaited.
    pub const HOURS: i64 = 24;

    /// Until when a transfer is awaited that was asked for at `asked_at`.
    pub fn due(asked_at: Timestamp) -> Timestamp {
        calendar::minutes_after(asked_at, Self::HOURS * 60)
    }
}

/// The reader's account for refunds. Kept with the order until nothing is left to refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundTo {
    /// The bank.
    pub bank: Bank,
    /// The account number: 8 to 20 digits.
    pub number: Sensitive<String>,
    /// The holder's name: 1 to 60 characters.
    pub holder: Sensitive<String>,
}

/// Which field of an account is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAnAccount {
    /// No bank, or one that refunds are not possible to.
    #[error("no such bank")]
    Bank,
    /// Not 8 to 20 digits.
    #[error("no account number")]
    Number,
    /// Not 1 to 60 characters.
    #[error("no holder")]
    Holder,
}

impl RefundTo {
    /// Reads an account as typed. The number is read by [`digits::of`].
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn typed(bank: &str, number: &str, holder: &str) -> Result<Self, Vec<NotAnAccount>> {
        let bank = Bank::known(bank.trim());
        let number = digits::of(number).filter(|number| (8..=20).contains(&number.len()));
        let holder = free_text::line(holder);
        let named = (1..=60).contains(&free_text::length(&holder));
        match (bank, number) {
            (Some(bank), Some(number)) if named => {
                Ok(Self { bank, number: Sensitive::new(number), holder: Sensitive::new(holder) })
            }
            (bank, number) => {
                let wrong = [
                    (bank.is_none(), NotAnAccount::Bank),
                    (number.is_none(), NotAnAccount::Number),
                    (!named, NotAnAccount::Holder),
                ];
                Err(wrong
                    .into_iter()
                    .filter(|(is_wrong, _)| *is_wrong)
                    .map(|(_, what)| what)
                    .collect())
            }
        }
    }
}

/// The order that an order name at the payment provider belongs to; the inverse of
/// [`Order::at_the_provider`].
pub fn order_named(name: &str) -> Option<OrderId> {
    match name.split_once('-') {
        None => name.parse().ok(),
        Some((id, again)) if again.parse::<u32>().is_ok_and(|again| again > 1) => id.parse().ok(),
        Some(_) => None,
    }
}

impl Order {
    /// The order's name at the payment provider: its id, or `{id}-{n}` for the `n`th virtual
    /// account. The provider accepts each name once, so every account that was closed without a
    /// transfer needs a new one.
    pub fn at_the_provider(&self) -> String {
        match self.accounts_closed {
            0 => self.id.to_string(),
            closed => format!("{}-{}", self.id, closed.saturating_add(1)),
        }
    }

    /// The virtual account into which a transfer is awaited.
    pub const fn awaits_transfer(&self) -> Option<&VirtualAccount> {
        match &self.payment {
            Some(Payment { outcome: PaymentStatus::Waits { account }, .. }) => Some(account),
            _ => None,
        }
    }

    /// Whether the money came by bank transfer: it can only be refunded to an account that the
    /// reader names.
    pub const fn by_bank_transfer(&self) -> bool {
        matches!(
            &self.payment,
            Some(Payment {
                outcome: PaymentStatus::Done { deposit: true, .. } | PaymentStatus::Reversed { .. },
                ..
            })
        )
    }

    /// Whether the bank reversed the transfer after the order was packed.
    pub const fn transfer_is_reversed(&self) -> bool {
        matches!(&self.payment, Some(Payment { outcome: PaymentStatus::Reversed { .. }, .. }))
    }

    /// Whether owner and reader still have to settle a reversal.
    pub const fn reversal_is_open(&self) -> bool {
        matches!(
            &self.payment,
            Some(Payment { outcome: PaymentStatus::Reversed { settled: None, .. }, .. })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{
        RefusalCode,
        tests::{asked, noon},
    };

    #[test]
    fn each_closed_account_gives_the_order_a_new_name_at_the_provider() {
        let closed = asked().account_closed(RefusalCode::TransferExpired, noon());
        let id = closed.id.to_string();
        assert_eq!(
            (asked().at_the_provider(), closed.at_the_provider()),
            (id.clone(), format!("{id}-2"))
        );
        for name in [id.clone(), format!("{id}-2"), format!("{id}-17")] {
            assert_eq!(order_named(&name), Some(closed.id), "{name}");
        }
        for name in
            ["", "-2", &format!("{id}-"), &format!("{id}-1"), &format!("{id}-x"), &format!("{id}2")]
        {
            assert_eq!(order_named(name), None, "{name}");
        }
        assert_eq!(closed.waiting(), None);
    }

    #[test]
    fn an_account_is_read_as_typed_and_hidden_from_debug_output() {
        let account = RefundTo::typed("88", "110-123-456789", "윤동주").unwrap();
        assert_eq!(account.number.reveal(), "110123456789");
        for (bank, number, holder, wrong) in [
            ("", "", " ", vec![NotAnAccount::Bank, NotAnAccount::Number, NotAnAccount::Holder]),
            ("99", "110-123-456789", "윤동주", vec![NotAnAccount::Bank]),
            ("88", "110123", "윤동주", vec![NotAnAccount::Number]),
            ("88", "1101234567890123456789", "윤동주", vec![NotAnAccount::Number]),
            ("88", "110-123-45678a", "윤동주", vec![NotAnAccount::Number]),
            ("88", "110-123-456789", &"가".repeat(61), vec![NotAnAccount::Holder]),
        ] {
            assert_eq!(
                RefundTo::typed(bank, number, holder),
                Err(wrong),
                "{bank} {number} {holder}"
            );
        }
        let order = Order { refund_to: Some(account), ..asked() };
        let debug = format!("{order:?}");
        for personal in ["110123456789", "윤동주"] {
            assert!(!debug.contains(personal), "{debug}");
        }
    }
}
