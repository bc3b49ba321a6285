//! The simulated provider: payments, movements of money, idempotency keys and webhooks, kept in
//! memory and in the state file. Nothing here waits; the HTTP side decides which faults happen.
//!
//! This file has the state and what only reads it. The submodules change it: [`calls`] for the
//! API, [`checkout`] for the payment window, [`bank`] for deposits, [`events`] for the webhooks.

mod bank;
mod calls;
mod checkout;
mod events;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::DateTime};
use serde_json::{Value, json};

use crate::Options;
use crate::clock::{Clock, iso_korea, korea_datetime, webhook_time};
use crate::codes::{self, Code};
use crate::delivery::Delivery;
use crate::faults::Rule;
use crate::idempotency::IdempotencyKeys;
use crate::journal::{Change, Journal, JournalError};
use crate::ledger::{Kind, Ledger, Movement};
use crate::payment::{Method, Payment, State};
use crate::window::WindowRequest;

pub(crate) use calls::Call;
pub(crate) use checkout::WindowAnswer;

/// A successful body of the API, or an error.
pub(crate) type Answer = Result<Value, &'static Code>;

/// The state of the provider.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) clock: Clock,
    pub(crate) rules: Vec<Rule>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) deliveries: BTreeMap<String, Delivery>,
    pub(crate) payments: BTreeMap<String, Payment>,
    movements: Vec<Movement>,
    keys: IdempotencyKeys,
    base: String,
    seed: u64,
    drawn: u64,
    journal: Option<Journal>,
    unwritten: Vec<Change>,
}

impl Provider {
    /// Reads the state file, if there is one. `base` is the stand-in's own address.
    pub(crate) fn new(options: &Options, base: String) -> Result<Self, JournalError> {
        let mut provider = Self {
            clock: options.clock,
            rules: Vec::new(),
            webhook_url: options.webhook_url.clone(),
            deliveries: BTreeMap::new(),
            payments: BTreeMap::new(),
            movements: Vec::new(),
            keys: IdempotencyKeys::default(),
            base,
            seed: options.seed.unwrap_or_else(random_seed),
            drawn: 0,
            journal: None,
            unwritten: Vec::new(),
        };
        if let Some(path) = &options.state {
            for change in Journal::read(path)? {
                provider.load(change);
            }
            let mut kept = provider.everything();
            // A seeded stand-in must not draw the numbers of an earlier run again.
            provider.drawn = (kept.len() as u64) << 32;
            if provider.clock != options.clock {
                kept.push(Change::Clock(provider.clock));
            }
            provider.journal = Some(Journal::begin(path, &kept)?);
        }
        Ok(provider)
    }

    fn load(&mut self, change: Change) {
        match change {
            Change::Payment(payment) => {
                self.payments.insert(payment.payment_key.clone(), *payment);
            }
            Change::Movement(movement) => self.movements.push(movement),
            Change::Answer(stored) => self.keys.store(stored),
            Change::Delivery(delivery) => {
                self.deliveries.insert(delivery.id.clone(), delivery);
            }
            Change::Clock(clock) => self.clock = clock,
        }
    }

    fn everything(&self) -> Vec<Change> {
        let payments = self.payments.values().cloned().map(Box::new).map(Change::Payment);
        let mut changes: Vec<Change> = payments.collect();
        changes.extend(self.movements.iter().cloned().map(Change::Movement));
        changes.extend(self.keys.stored().cloned().map(Change::Answer));
        changes.extend(self.deliveries.values().cloned().map(Change::Delivery));
        changes
    }

    /// Makes a change and queues it for the state file.
    pub(crate) fn apply(&mut self, change: Change) {
        if self.journal.is_some() {
            self.unwritten.push(change.clone());
        }
        self.load(change);
    }

    /// Writes the queued changes. Called before an answer leaves.
    pub(crate) fn commit(&mut self) {
        let changes = std::mem::take(&mut self.unwritten);
        if let (Some(journal), false) = (&mut self.journal, changes.is_empty())
            && let Err(error) = journal.write(&changes)
        {
            eprintln!(
                "toss-standin: the state file cannot be written, nothing more is kept: {error}"
            );
            // Another line after an incomplete one would make the file unreadable.
            self.journal = None;
        }
    }

    /// The current time of the stand-in.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Expires the payments whose time is over.
    pub(crate) fn expire_payments(&mut self) {
        let now = self.now();
        let due: Vec<Payment> = self
            .payments
            .values()
            .filter(|payment| payment.expires().is_some_and(|at| now >= at))
            .cloned()
            .collect();
        // A refund that the bank gives up is in the balance again.
        let failed: Vec<Payment> = self
            .payments
            .values()
            .filter(|payment| payment.refund_fails_at().is_some_and(|at| now >= at))
            .cloned()
            .collect();
        for mut payment in failed {
            payment.cancels.pop();
            payment.refund_failed = true;
            payment.state =
                if payment.cancels.is_empty() { State::Done } else { State::PartialCanceled };
            self.apply(Change::Payment(Box::new(payment)));
        }
        for mut payment in due {
            payment.state = State::Expired;
            self.queue_webhooks(&payment, false, None);
            self.apply(Change::Payment(Box::new(payment)));
        }
        self.commit();
    }

    /// The next number of the seeded random sequence (SplitMix64).
    pub(crate) fn next_random(&mut self) -> u64 {
        self.drawn += 1;
        let mut z = self.seed.wrapping_add(self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn transaction_key(&mut self) -> String {
        format!("{:016X}{:016X}", self.next_random(), self.next_random())
    }

    /// A new payment; [`Self::save`] stores it.
    fn new_payment(&mut self, request: &WindowRequest, method: Method) -> Payment {
        let now = self.now();
        let stamp =
            webhook_time(now).chars().filter(char::is_ascii_digit).take(14).collect::<String>();
        Payment {
            seq: self.payments.len() as u64 + 1,
            payment_key: format!("tgen_{stamp}{:08X}", self.next_random() >> 32),
            order_id: request.order_id.clone(),
            order_name: request.order_name.clone(),
            amount: request.amount,
            tax_free: request.tax_free,
            method,
            state: State::Ready,
            success_url: request.success_url.clone(),
            fail_url: request.fail_url.clone(),
            requested_at: now,
            authenticated_at: None,
            approved_at: None,
            last_transaction_key: None,
            secret: format!("ps_{:016x}{:016x}", self.next_random(), self.next_random()),
            account: None,
            valid_hours: request.valid_hours,
            cancels: Vec::new(),
            refund_failed: false,
            failure: None,
        }
    }

    /// Stores a payment and returns it in the form of the API.
    fn save(&mut self, payment: &Payment) -> Value {
        self.apply(Change::Payment(Box::new(payment.clone())));
        payment.to_wire(self.now(), &self.base)
    }

    /// Records a movement of money and returns its transaction key.
    fn move_money(&mut self, payment: &mut Payment, kind: Kind, amount: u64) -> String {
        let transaction_key = self.transaction_key();
        payment.last_transaction_key = Some(transaction_key.clone());
        self.apply(Change::Movement(Movement {
            at: self.now(),
            order_id: payment.order_id.clone(),
            payment_key: payment.payment_key.clone(),
            transaction_key: transaction_key.clone(),
            kind,
            amount,
        }));
        transaction_key
    }

    /// `GET /v1/payments/{paymentKey}`
    pub(crate) fn payment(&mut self, payment_key: &str) -> Answer {
        self.expire_payments();
        let payment = self.payments.get(payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?;
        Ok(payment.to_wire(self.now(), &self.base))
    }

    /// `GET /v1/payments/orders/{orderId}`: of several payments the one opened last, whatever has
    /// become of it.
    pub(crate) fn payment_of_order(&mut self, order_id: &str) -> Answer {
        self.expire_payments();
        let of_the_order = self.payments.values().filter(|payment| payment.order_id == order_id);
        let payment =
            of_the_order.max_by_key(|payment| payment.seq).ok_or(&codes::NOT_FOUND_PAYMENT)?;
        Ok(payment.to_wire(self.now(), &self.base))
    }

    /// `GET /v1/transactions`: the movements between two times, oldest first, at most `limit`,
    /// those after the one with the key `after`.
    pub(crate) fn transactions(
        &mut self,
        from: DateTime,
        until: DateTime,
        after: Option<&str>,
        limit: usize,
    ) -> Value {
        self.expire_payments();
        let begin = after.and_then(|key| {
            self.movements.iter().position(|movement| movement.transaction_key == key)
        });
        let later = self.movements.iter().skip(begin.map_or(0, |place| place + 1));
        let within = |movement: &&Movement| (from..=until).contains(&korea_datetime(movement.at));
        let lines = later.filter(within).take(limit).filter_map(|movement| {
            let payment = self.payments.get(&movement.payment_key)?;
            Some(json!({
                "mId": "standin",
                "transactionKey": movement.transaction_key,
                "paymentKey": movement.payment_key,
                "orderId": movement.order_id,
                "method": payment.method.korean(),
                "customerKey": null,
                "useEscrow": false,
                "receiptUrl": format!("{}/receipt/{}", self.base, movement.payment_key),
                "status": match movement.kind {
                    Kind::Charge => "DONE",
                    Kind::Refund if payment.state == State::Canceled => "CANCELED",
                    Kind::Refund => "PARTIAL_CANCELED",
                    Kind::Reversal => "WAITING_FOR_DEPOSIT",
                },
                "transactionAt": iso_korea(movement.at),
                "currency": "KRW",
                "amount": movement.amount,
            }))
        });
        lines.collect()
    }

    /// The payment of an order that has come furthest.
    fn main_payment(&self, order_id: &str) -> Option<&Payment> {
        self.payments
            .values()
            .filter(|payment| payment.order_id == order_id)
            .max_by_key(|payment| payment.rank())
    }

    /// The method of a payment.
    pub(crate) fn method_of(&self, payment_key: &str) -> Option<Method> {
        self.payments.get(payment_key).map(|payment| payment.method)
    }

    /// All payments, newest first.
    pub(crate) fn payments(&self) -> Vec<Payment> {
        let mut all: Vec<Payment> = self.payments.values().cloned().collect();
        all.sort_by_key(|payment| std::cmp::Reverse(payment.seq));
        all
    }

    /// What happened to the money.
    pub(crate) fn ledger(&mut self) -> Ledger {
        self.expire_payments();
        Ledger::of(self.payments().iter().rev(), &self.movements)
    }

    /// The next time at which a payment expires or a webhook is due.
    pub(crate) fn next_event(&self) -> Option<Timestamp> {
        let expiries = self.payments.values().filter_map(Payment::expires);
        let deliveries = self.deliveries.values().filter_map(Delivery::due);
        expiries.chain(deliveries).min()
    }
}

/// A seed that differs between runs: the standard library's hash keys are random.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}
