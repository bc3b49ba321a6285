//! Paying by a deposit: the account that is opened for one order, the money that comes into it,
//! comes late, or is taken back by the bank, and the account of the reader that a deposit goes back
//! to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, free_text, id::OrderId, sensitive::Sensitive, text::Language},
    order::{
        Order, Payment, PaymentStatus, Refused, State, Step,
        message::{Notice, Task},
        refund::{Progress, Refund, RefundReason},
    },
};

/// A bank by the payment provider's two digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bank(String);

/// Code, Korean and English name of every bank that the provider sends money to, in the order in
/// which readers look for them.
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
    /// The bank with the provider's code, whether it is known here or not: an account must be shown
    /// in any case.
    pub fn told(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// A bank that money can be sent to.
    pub fn known(code: &str) -> Option<Self> {
        BANKS.iter().any(|(known, ..)| *known == code).then(|| Self::told(code))
    }

    /// Every bank that money can be sent to.
    pub fn all() -> impl Iterator<Item = Self> {
        BANKS.iter().map(|(code, ..)| Self::told(code))
    }

    /// The provider's code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Its name; the code of a bank that is new.
    pub fn name(&self, language: Language) -> &str {
        let known = BANKS.iter().find(|(code, ..)| *code == self.0);
        known.map_or(&self.0, |(_, korean, english)| match language {
            Language::Ko => korean,
            Language::En => english,
        })
    }
}

/// An account that was opened for one deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualAccount {
    /// Where.
    pub bank: Bank,
    /// Its number.
    pub number: Sensitive<String>,
    /// Who is named as its holder; empty if the provider names nobody.
    pub holder: Sensitive<String>,
    /// Until when the deposit is awaited, and the place held: by our own clock.
    pub due: Timestamp,
}

impl VirtualAccount {
    /// For how many hours a deposit is awaited.
    pub const HOURS: i64 = 24;

    /// Until when a deposit is awaited that was asked for at an instant.
    pub fn due(asked_at: Timestamp) -> Timestamp {
        calendar::minutes_after(asked_at, Self::HOURS * 60)
    }
}

/// The reader's account that a deposit goes back to. Kept with the order until it is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundTo {
    /// Where.
    pub bank: Bank,
    /// Its number, digits alone.
    pub number: Sensitive<String>,
    /// Who holds it.
    pub holder: Sensitive<String>,
}

/// What of an account is not as it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAnAccount {
    /// No bank, or none that money can be sent to.
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
    /// An account as a reader types it, or everything that is wrong with it. Blanks and hyphens in
    /// the number are left out.
    pub fn typed(bank: &str, number: &str, holder: &str) -> Result<Self, Vec<NotAnAccount>> {
        let bank = Bank::known(bank.trim());
        let number: String = free_text::line(number)
            .chars()
            .filter(|c| !c.is_whitespace() && !"-–.".contains(*c))
            .collect();
        let digits =
            (8..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let holder = free_text::line(holder);
        let named = (1..=60).contains(&holder.chars().count());
        match bank {
            Some(bank) if digits && named => {
                Ok(Self { bank, number: Sensitive::new(number), holder: Sensitive::new(holder) })
            }
            bank => {
                let wrong = [
                    (bank.is_none(), NotAnAccount::Bank),
                    (!digits, NotAnAccount::Number),
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

/// The code of an account that was closed because its time was over.
pub const EXPIRED: &str = "DEPOSIT_EXPIRED";
/// The code of a deposit that the bank took back.
pub const REVERSED: &str = "DEPOSIT_REVERSED";
/// The code of an account that was closed at once, because the last place was gone.
pub const NO_PLACE: &str = "DEPOSIT_NO_PLACE";
/// The code of an account that was closed because the order was cancelled, or that the provider
/// closed.
pub const CLOSED: &str = "DEPOSIT_CLOSED";

/// The order that a name at the payment provider is of.
pub fn order_named(name: &str) -> Option<OrderId> {
    match name.split_once('-') {
        None => name.parse().ok(),
        Some((id, again)) if again.parse::<u32>().is_ok_and(|again| again > 1) => id.parse().ok(),
        Some(_) => None,
    }
}

impl Order {
    /// Its name at the payment provider, which takes a name once: each account that was closed
    /// without a deposit makes the next one new.
    pub fn at_the_provider(&self) -> String {
        match self.accounts_closed {
            0 => self.id.to_string(),
            closed => format!("{}-{}", self.id, closed.saturating_add(1)),
        }
    }

    /// The account into which a deposit is awaited.
    pub const fn awaits_transfer(&self) -> Option<&VirtualAccount> {
        match &self.payment {
            Some(Payment { outcome: PaymentStatus::Waits { account }, .. }) => Some(account),
            _ => None,
        }
    }

    /// Whether the money came by a deposit: it goes back only to an account that the reader names.
    pub const fn by_bank_transfer(&self) -> bool {
        matches!(
            &self.payment,
            Some(Payment {
                outcome: PaymentStatus::Done { deposit: true, .. } | PaymentStatus::Reversed { .. },
                ..
            })
        )
    }

    /// Whether the bank took the deposit back after the order was packed.
    pub const fn transfer_is_reversed(&self) -> bool {
        matches!(&self.payment, Some(Payment { outcome: PaymentStatus::Reversed { .. }, .. }))
    }

    /// Whether that is still to be settled between the owner and the reader.
    pub const fn reversal_is_open(&self) -> bool {
        matches!(
            &self.payment,
            Some(Payment { outcome: PaymentStatus::Reversed { settled: None, .. }, .. })
        )
    }

    /// The owner says how a deposit that the bank took back was settled. The first word counts.
    /// `None` if none was taken back.
    pub fn reversal_settled(mut self, how: &str, now: Timestamp) -> Option<Self> {
        match &mut self.payment {
            Some(Payment { outcome: PaymentStatus::Reversed { settled, .. }, .. }) => {
                if settled.is_none() {
                    *settled = Some(how.to_owned());
                    self.refund_to = None;
                    self.changed_at = now;
                }
                Some(self)
            }
            _ => None,
        }
    }

    /// An account was opened for the payment that was asked for: the place is held as long, and the
    /// reader is told.
    pub fn account_opened(
        mut self,
        account: VirtualAccount,
        now: Timestamp,
    ) -> Result<Step, Refused> {
        let refused = Refused::NoSuchTransition { from: self.state, to: State::Priced };
        match &mut self.payment {
            Some(payment)
                if self.state == State::Priced && payment.outcome == PaymentStatus::Asked =>
            {
                self.held_until = account.due;
                payment.outcome = PaymentStatus::Waits { account };
            }
            _ => return Err(refused),
        }
        self.changed_at = now;
        Ok(self.asking(&[Task::Notify { notice: Notice::BankTransfer }], now))
    }

    /// The account is closed, and no money came into it. Another attempt may follow, under a new
    /// name.
    #[must_use]
    pub fn account_closed(self, code: &str, now: Timestamp) -> Self {
        let mut order = self.payment_refused(code.to_owned(), now);
        order.accounts_closed = order.accounts_closed.saturating_add(1);
        order
    }

    /// The bank took the deposit back. An order that is not packed ends, and whatever was to go
    /// back is not owed any more; one that is packed or posted stands as it is and lies on the
    /// owner's desk. The account is closed at the provider before this is said.
    pub fn transfer_reversed(self, now: Timestamp) -> Result<Step, Refused> {
        let refused = Refused::NoSuchTransition { from: self.state, to: State::Cancelled };
        if !self.by_bank_transfer() || self.transfer_is_reversed() {
            return Err(refused);
        }
        let mut order = match self.state {
            State::Paid | State::Choosing | State::Chosen => {
                self.become_state(State::Cancelled, now)?.without_money()
            }
            State::RefundDue => self.become_state(State::Refunded, now)?.without_money(),
            State::Packed | State::Shipped | State::Delivered => {
                let mut order = self;
                if let Some(payment) = &mut order.payment {
                    payment.outcome = PaymentStatus::Reversed { at: now, settled: None };
                }
                order.changed_at = now;
                order
            }
            _ => return Err(refused),
        };
        for refund in &mut order.refunds {
            if refund.progress.is_open() || matches!(refund.progress, Progress::NeedsOwner { .. }) {
                refund.progress = Progress::Superseded;
            }
        }
        // Whoever keeps the book may pay again, and what was on its way back is then on its way
        // again.
        if !order.transfer_is_reversed() {
            order.refund_to = None;
        }
        Ok(order.asking(&[Task::Notify { notice: Notice::Reversed }], now))
    }

    fn without_money(mut self) -> Self {
        self.paid_at = None;
        self.want = None;
        self.desk = None;
        if let Some(payment) = &mut self.payment {
            payment.outcome = PaymentStatus::Refused { code: REVERSED.to_owned() };
        }
        self.accounts_closed = self.accounts_closed.saturating_add(1);
        self
    }

    /// A deposit that the bank had taken back has come again; what is owed of it is owed again.
    pub fn transfer_restored(mut self, now: Timestamp) -> Result<Step, Refused> {
        if !self.transfer_is_reversed() {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Paid });
        }
        if let Some(payment) = &mut self.payment {
            payment.outcome = PaymentStatus::Done { receipt: None, deposit: true };
        }
        self.changed_at = now;
        let back = self.price_difference().unwrap_or_default();
        let went = self.refunds.iter().filter(|refund| {
            refund.why == RefundReason::Difference
                && matches!(refund.progress, Progress::Done { .. })
        });
        let owed = back.saturating_sub(went.map(|refund| refund.amount).sum());
        // Asked for before the bank took the deposit back, it may have gone back after all: then it
        // is found, and not given again.
        let before = self.refunds.iter().rev().find(|refund| {
            (refund.why, refund.amount, &refund.progress)
                == (RefundReason::Difference, owed, &Progress::Superseded)
        });
        let asked_as = before.map(Refund::number);
        let mut step = Step { order: self, messages: Vec::new() }.promising(
            owed,
            RefundReason::Difference,
            None,
            now,
        );
        if let Some(refund) =
            step.order.refunds.last_mut().filter(|refund| refund.progress.is_open())
        {
            refund.asked_as = asked_as;
        }
        Ok(step)
    }

    /// Whether money waits to go back for the reader to name an account.
    pub fn wants_account(&self) -> bool {
        self.refunds.iter().any(|refund| refund.progress == Progress::AwaitingBankDetails)
    }

    /// The reader names the account that the deposit goes back to: what waited for it is on its way
    /// now, within three working days from today.
    #[must_use]
    pub fn refunds_go_to(mut self, account: RefundTo, now: Timestamp) -> Step {
        self.refund_to = Some(account);
        self.changed_at = now;
        let mut messages = Vec::new();
        for refund in &mut self.refunds {
            if refund.progress == Progress::AwaitingBankDetails {
                refund.progress = Progress::Due;
                refund.by = calendar::refunded_by(now);
                messages.push(refund.message(self.id, now));
            }
        }
        Step { order: self, messages }
    }

    /// The reader cancels, and says where to the money goes if it came by a deposit.
    pub fn cancelled_to(self, account: Option<RefundTo>, now: Timestamp) -> Result<Step, Refused> {
        let Some(account) = account else { return self.cancelled(now) };
        let Step { order, mut messages } = self.refunds_go_to(account, now);
        let step = order.cancelled(now)?;
        messages.extend(step.messages);
        Ok(Step { order: step.order, messages })
    }

    /// The provider does not take the account that a refund was asked to. It is asked for again,
    /// and the refund has a new number, because an answer is kept under the old one. An account
    /// that was named meanwhile stays.
    #[must_use]
    pub fn account_refused(
        mut self,
        sequence: u32,
        tried: Option<&RefundTo>,
        now: Timestamp,
    ) -> Step {
        if self.refund_to.as_ref() == tried {
            self.refund_to = None;
        }
        self.changed_at = now;
        let Some(refund) = self.refunds.iter_mut().find(|refund| refund.sequence == sequence)
        else {
            return Step { order: self, messages: Vec::new() };
        };
        refund.progress = Progress::Superseded;
        let (amount, why, note) = (refund.amount, refund.why, refund.note.clone());
        Step { order: self, messages: Vec::new() }.promising(amount, why, note.as_deref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::money::Won,
        order::{
            Waiting,
            tests::{choice, noon, order},
        },
    };

    fn account() -> VirtualAccount {
        VirtualAccount {
            bank: Bank::told("20"),
            number: Sensitive::new("X6505636518308".into()),
            holder: Sensitive::new("윤동주".into()),
            due: VirtualAccount::due(noon()),
        }
    }

    fn to() -> RefundTo {
        RefundTo::typed("88", "110-123-456789", "윤동주").unwrap()
    }

    fn asked() -> Order {
        let payment = Payment { key: "k".into(), asked_at: noon(), outcome: PaymentStatus::Asked };
        Order { payment: Some(payment), ..order() }
    }

    fn waiting() -> Order {
        asked().account_opened(account(), noon()).unwrap().order
    }

    fn paid_by_transfer() -> Order {
        waiting().paid(None, noon()).unwrap().order
    }

    fn chosen() -> Step {
        paid_by_transfer().choosing(None, noon()).unwrap().chosen(choice(), noon()).unwrap()
    }

    fn notices(step: &Step) -> Vec<Notice> {
        let told = |task: &Task| match task {
            Task::Notify { notice } => Some(*notice),
            _ => None,
        };
        step.messages.iter().filter_map(|message| told(&message.task)).collect()
    }

    #[test]
    fn an_account_holds_the_place_until_its_deposit_is_due() {
        let step = asked().account_opened(account(), noon()).unwrap();
        assert_eq!((step.order.state, notices(&step)), (State::Priced, vec![Notice::BankTransfer]));
        let due: Timestamp = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert_eq!(step.order.held_until, due);
        assert_eq!(step.order.waiting(), Some(Waiting::Payment(due)));
        assert!(!step.order.by_bank_transfer(), "nothing is paid yet");
        assert!(step.order.account_opened(account(), noon()).is_err(), "once");
        assert!(order().account_opened(account(), noon()).is_err(), "nobody asked for one");
        assert!(paid_by_transfer().by_bank_transfer());
    }

    #[test]
    fn each_account_closed_gives_the_order_a_new_name_at_the_provider() {
        let closed = waiting().account_closed(EXPIRED, noon());
        let id = closed.id.to_string();
        assert_eq!(
            (waiting().at_the_provider(), closed.at_the_provider()),
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
    fn a_cancelled_order_waits_until_its_account_is_closed() {
        let cancelled = waiting().cancelled(noon()).unwrap().order;
        assert_eq!(cancelled.waiting(), Some(Waiting::Payment(noon())));
        assert_eq!(cancelled.account_closed(CLOSED, noon()).waiting(), None);
    }

    #[test]
    fn what_goes_back_of_a_deposit_waits_for_an_account() {
        let step = chosen();
        assert_eq!(notices(&step), [Notice::Chosen, Notice::BankDetails]);
        assert!(step.order.wants_account());
        let [refund] = &step.order.refunds[..] else { panic!("{step:?}") };
        assert!(
            !step.messages.iter().any(|message| message.task == Task::Refund),
            "nobody knows where to"
        );
        assert_eq!(step.order.refundable(), Won(20_000), "promised all the same");
        let named = step.order.clone().refunds_go_to(to(), noon());
        let [message] = &named.messages[..] else { panic!("{named:?}") };
        assert_eq!((message.id.sequence, &message.task), (refund.sequence, &Task::Refund));
        let done = named.order.refund_done(refund.sequence, noon()).order;
        assert_eq!(done.refund_to, None, "kept only until it is back");
        assert!(done.clone().refunds_go_to(to(), noon()).messages.is_empty());
        // A cancel that names the account needs no second step.
        let cancelled = done.refunds_go_to(to(), noon()).order.cancelled(noon()).unwrap();
        assert!(!cancelled.order.wants_account());
        assert_eq!(
            cancelled.messages.iter().filter(|message| message.task == Task::Refund).count(),
            1
        );
    }

    #[test]
    fn an_account_that_the_provider_does_not_take_is_asked_for_again() {
        let named = chosen().order.refunds_go_to(to(), noon()).order;
        let sequence = named.refunds[0].sequence;
        let again = named.clone().account_refused(sequence, Some(&to()), noon());
        assert_eq!(
            (notices(&again), again.order.wants_account()),
            (vec![Notice::BankDetails], true)
        );
        assert_eq!((again.order.refund_to.clone(), again.order.refundable()), (None, Won(20_000)));
        assert_ne!(again.order.refunds[1].sequence, sequence);
        // Another one was named while the first was tried: it is tried at once.
        let other = RefundTo::typed("90", "3333012345678", "윤동주").unwrap();
        let meanwhile =
            named.refunds_go_to(other, noon()).order.account_refused(sequence, Some(&to()), noon());
        assert!(!meanwhile.order.wants_account());
        assert_eq!(meanwhile.messages.last().unwrap().task, Task::Refund);
    }

    #[test]
    fn a_deposit_taken_back_ends_an_order_that_is_not_packed() {
        for before in [paid_by_transfer(), chosen().order] {
            let step = before.transfer_reversed(noon()).unwrap();
            assert_eq!(
                (step.order.state, notices(&step)),
                (State::Cancelled, vec![Notice::Reversed])
            );
            assert_eq!((step.order.refundable(), step.order.waiting()), (Won::ZERO, None));
            assert!(
                step.order.refunds.iter().all(|refund| refund.progress == Progress::Superseded)
            );
            assert!(step.order.transfer_reversed(noon()).is_err(), "once");
        }
        let cancelled =
            chosen().order.refunds_go_to(to(), noon()).order.cancelled(noon()).unwrap().order;
        let step = cancelled.transfer_reversed(noon()).unwrap();
        assert_eq!((step.order.state, step.order.refund_to), (State::Refunded, None));
        let by_card = order().paid(None, noon()).unwrap().order;
        assert!(by_card.transfer_reversed(noon()).is_err(), "no bank takes a card's payment back");
    }

    #[test]
    fn a_deposit_taken_back_from_a_packed_order_lies_on_the_desk_until_it_comes_again() {
        let packed = chosen().order.packed(noon()).unwrap().order;
        let step = packed.transfer_reversed(noon()).unwrap();
        assert_eq!((step.order.state, step.order.refundable()), (State::Packed, Won::ZERO));
        assert_eq!(step.order.waiting(), Some(Waiting::Owner(step.order.promised)));
        let again = step.order.transfer_restored(noon()).unwrap();
        assert_eq!((again.order.refundable(), again.order.wants_account()), (Won(20_000), true));
        assert!(again.order.transfer_restored(noon()).is_err(), "once");
    }

    #[test]
    fn an_account_is_read_as_people_type_it_and_shows_in_no_log() {
        assert_eq!(to().number.reveal(), "110123456789");
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
        let mut order = waiting();
        order.refund_to = Some(to());
        let debug = format!("{order:?}");
        for personal in ["110123456789", "윤동주", "X6505636518308"] {
            assert!(!debug.contains(personal), "{debug}");
        }
    }
}
