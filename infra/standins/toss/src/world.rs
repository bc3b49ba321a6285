//! What the stand-in knows: payments, the money that moved, answers to repeat, webhooks to send.
//! Everything here happens at once and without waiting; the HTTP side decides what goes wrong.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::calls::{Outcome, payment_key_in};
use crate::clock::{Clock, korean, korean_without_zone, later, on_the_wall};
use crate::codes::{self, Code};
use crate::faults::{Fault, On, Rule};
use crate::journal::{Change, Journal, JournalError};
use crate::ledger::{Kind, Ledger, Movement};
use crate::record::{Method, Record, State};
use crate::webhook::{Delivery, Progress};
use crate::{Options, window};

/// How long an idempotency key is remembered after its first use.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(15 * 24);

/// An answer that its idempotency key will replay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) scope: String,
    pub(crate) first_used: Timestamp,
    pub(crate) reply: Reply,
}

/// What a call is answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// A call that changes something.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Confirm(Vec<u8>),
    Cancel(String, Vec<u8>),
    VirtualAccount(Vec<u8>),
}

/// What an idempotency key says about a call.
pub(crate) enum Begun {
    /// The first call under its key, or one without a key.
    Fresh,
    /// The first call under this key has not ended.
    InFlight,
    /// It has: the same answer again.
    Again(Reply),
}

/// What becomes of a browser that asks for the window.
pub(crate) enum Opened {
    /// The page of this payment.
    Page(Box<Record>),
    /// The order is paid: back to the shop.
    Back(String),
}

/// Everything the stand-in knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) rules: Vec<Rule>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) deliveries: BTreeMap<String, Delivery>,
    pub(crate) payments: BTreeMap<String, Record>,
    movements: Vec<Movement>,
    answers: HashMap<String, Stored>,
    in_flight: HashSet<String>,
    base: String,
    seed: u64,
    drawn: u64,
    journal: Option<Journal>,
    unwritten: Vec<Change>,
}

impl World {
    /// The world as the state file left it, or an empty one. `base` is the stand-in's own address.
    pub(crate) fn new(options: &Options, base: String) -> Result<Self, JournalError> {
        let mut world = Self {
            clock: options.clock,
            rules: Vec::new(),
            webhook_url: options.webhook_url.clone(),
            deliveries: BTreeMap::new(),
            payments: BTreeMap::new(),
            movements: Vec::new(),
            answers: HashMap::new(),
            in_flight: HashSet::new(),
            base,
            seed: options.seed.unwrap_or_else(random),
            drawn: 0,
            journal: None,
            unwritten: Vec::new(),
        };
        if let Some(path) = &options.state {
            for change in Journal::read(path)? {
                world.remember(change);
            }
            let mut kept = world.everything();
            // A seeded stand-in goes on drawing where no earlier run has drawn.
            world.drawn = (kept.len() as u64) << 32;
            if world.clock != options.clock {
                kept.push(Change::Clock(world.clock));
            }
            world.journal = Some(Journal::begin(path, &kept)?);
        }
        Ok(world)
    }

    fn remember(&mut self, change: Change) {
        match change {
            Change::Payment(record) => {
                self.payments.insert(record.payment_key.clone(), *record);
            }
            Change::Movement(movement) => self.movements.push(movement),
            Change::Answer(stored) => {
                self.answers.insert(stored.scope.clone(), stored);
            }
            Change::Delivery(delivery) => {
                self.deliveries.insert(delivery.id.clone(), delivery);
            }
            Change::Clock(clock) => self.clock = clock,
        }
    }

    fn everything(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(
            self.payments.values().cloned().map(|record| Change::Payment(Box::new(record))),
        );
        changes.extend(self.movements.iter().cloned().map(Change::Movement));
        changes.extend(self.answers.values().cloned().map(Change::Answer));
        changes.extend(self.deliveries.values().cloned().map(Change::Delivery));
        changes
    }

    /// Remembers a change and queues it for the journal.
    pub(crate) fn put(&mut self, change: Change) {
        if self.journal.is_some() {
            self.unwritten.push(change.clone());
        }
        self.remember(change);
    }

    /// Writes what changed, before anybody is told.
    pub(crate) fn commit(&mut self) {
        let changes = std::mem::take(&mut self.unwritten);
        if let (Some(journal), false) = (&mut self.journal, changes.is_empty())
            && let Err(error) = journal.write(&changes)
        {
            eprintln!(
                "toss-standin: the state file cannot be written, from now on nothing is kept: {error}"
            );
            // One more line after half a line would make the whole file unreadable.
            self.journal = None;
        }
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets the payments expire whose time is over.
    pub(crate) fn tick(&mut self) {
        let now = self.now();
        let over: Vec<Record> = self
            .payments
            .values()
            .filter(|record| record.expires().is_some_and(|at| now >= at))
            .cloned()
            .collect();
        for mut record in over {
            record.state = State::Expired;
            self.announce(&record, false, None);
            self.put(Change::Payment(Box::new(record)));
        }
        self.commit();
    }

    /// The next random number of this world: the same seed draws the same ones (SplitMix64).
    pub(crate) fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let mut z = self.seed.wrapping_add(self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn transaction_key(&mut self) -> String {
        format!("{:016X}{:016X}", self.draw(), self.draw())
    }

    /// A payment that has just begun.
    pub(crate) fn record(&mut self, asked: &window::Asked, method: Method) -> Record {
        let now = self.now();
        let stamp = korean_without_zone(now)
            .chars()
            .filter(char::is_ascii_digit)
            .take(14)
            .collect::<String>();
        Record {
            seq: self.payments.len() as u64 + 1,
            payment_key: format!("tgen_{stamp}{:08X}", self.draw() >> 32),
            order_id: asked.order_id.clone(),
            order_name: asked.order_name.clone(),
            amount: asked.amount,
            method,
            state: State::Ready,
            success_url: asked.success_url.clone(),
            fail_url: asked.fail_url.clone(),
            requested_at: now,
            authenticated_at: None,
            approved_at: None,
            last_transaction_key: None,
            secret: format!("ps_{:016x}{:016x}", self.draw(), self.draw()),
            account: None,
            valid_hours: asked.valid_hours,
            cancels: Vec::new(),
            failure: None,
        }
    }

    pub(crate) fn save(&mut self, record: &Record) -> Value {
        self.put(Change::Payment(Box::new(record.clone())));
        record.to_wire(self.now(), &self.base)
    }

    pub(crate) fn move_money(&mut self, record: &mut Record, kind: Kind, amount: u64) -> String {
        let transaction_key = self.transaction_key();
        record.last_transaction_key = Some(transaction_key.clone());
        self.put(Change::Movement(Movement {
            at: self.now(),
            order_id: record.order_id.clone(),
            payment_key: record.payment_key.clone(),
            transaction_key: transaction_key.clone(),
            kind,
            amount,
        }));
        transaction_key
    }

    // ---- the window ----

    /// A browser asks for the window. A window that is still open for the same purpose is shown
    /// again.
    pub(crate) fn open(&mut self, asked: &window::Asked, method: Method) -> Opened {
        self.tick();
        let paid = |record: &&Record| record.order_id == asked.order_id && record.weight().0 >= 3;
        if self.payments.values().any(|record| paid(&record)) {
            return Opened::Back(window::failed(
                &asked.fail_url,
                &codes::DUPLICATED_ORDER_ID,
                Some(&asked.order_id),
            ));
        }
        let same = |record: &&Record| {
            record.state == State::Ready
                && record.order_id == asked.order_id
                && record.amount == asked.amount
                && record.success_url == asked.success_url
                && record.fail_url == asked.fail_url
        };
        if let Some(record) = self.payments.values().find(same) {
            return Opened::Page(Box::new(record.clone()));
        }
        let record = self.record(asked, method);
        self.save(&record);
        self.commit();
        Opened::Page(Box::new(record))
    }

    /// A person has chosen in the window: where the browser goes next.
    pub(crate) fn choose(&mut self, payment_key: &str, choice: window::Choice) -> Option<String> {
        self.tick();
        let mut record = self.payments.get(payment_key)?.clone();
        let back = match choice {
            window::Choice::Approve(method) if record.state == State::Ready => {
                record.state = State::InProgress;
                record.method = method;
                record.authenticated_at = Some(self.now());
                self.save(&record);
                window::approved(&record)
            }
            // The back button and a second click: the same way again.
            window::Choice::Approve(_) if record.authenticated_at.is_some() => {
                window::approved(&record)
            }
            window::Choice::Approve(_) => window::failed(
                &record.fail_url,
                &codes::PAY_PROCESS_ABORTED,
                Some(&record.order_id),
            ),
            window::Choice::Refuse => {
                if record.state == State::Ready {
                    record.state = State::Aborted;
                    record.failure = Some(codes::REJECT_CARD_COMPANY.code.to_owned());
                    self.announce(&record, false, None);
                    self.save(&record);
                }
                window::failed(
                    &record.fail_url,
                    &codes::REJECT_CARD_COMPANY,
                    Some(&record.order_id),
                )
            }
            // The payment stays as it is, and Toss does not say which order it was for.
            window::Choice::Cancel => {
                window::failed(&record.fail_url, &codes::PAY_PROCESS_CANCELED, None)
            }
        };
        self.commit();
        Some(back)
    }

    // ---- the API ----

    /// The payment with this key.
    pub(crate) fn payment(&mut self, payment_key: &str) -> Outcome {
        self.tick();
        let record = self.payments.get(payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?;
        Ok(record.to_wire(self.now(), &self.base))
    }

    /// The payment that says most about an order.
    pub(crate) fn payment_of_order(&mut self, order_id: &str) -> Outcome {
        self.tick();
        let record = self.of_order(order_id).ok_or(&codes::NOT_FOUND_PAYMENT)?;
        Ok(record.to_wire(self.now(), &self.base))
    }

    /// What moved from one moment to another, oldest first, at most `limit` movements after the one
    /// with the key `after`.
    pub(crate) fn transactions(
        &mut self,
        from: DateTime,
        until: DateTime,
        after: Option<&str>,
        limit: usize,
    ) -> Value {
        self.tick();
        let begin = after
            .and_then(|key| self.movements.iter().position(|moved| moved.transaction_key == key));
        let later = self.movements.iter().skip(begin.map_or(0, |place| place + 1));
        let within = |moved: &&Movement| (from..=until).contains(&on_the_wall(moved.at));
        let lines = later.filter(within).take(limit).filter_map(|moved| {
            let record = self.payments.get(&moved.payment_key)?;
            Some(json!({
                "mId": "standin",
                "transactionKey": moved.transaction_key,
                "paymentKey": moved.payment_key,
                "orderId": moved.order_id,
                "method": record.method.korean(),
                "customerKey": null,
                "useEscrow": false,
                "receiptUrl": format!("{}/receipt/{}", self.base, moved.payment_key),
                "status": match moved.kind {
                    Kind::Charge => "DONE",
                    Kind::Refund if record.state == State::Canceled => "CANCELED",
                    Kind::Refund => "PARTIAL_CANCELED",
                    Kind::Reversal => "WAITING_FOR_DEPOSIT",
                },
                "transactionAt": korean(moved.at),
                "currency": "KRW",
                "amount": moved.amount,
            }))
        });
        lines.collect()
    }

    pub(crate) fn of_order(&self, order_id: &str) -> Option<&Record> {
        self.payments
            .values()
            .filter(|record| record.order_id == order_id)
            .max_by_key(|record| record.weight())
    }

    /// How a payment is to be made.
    pub(crate) fn method_of(&self, payment_key: &str) -> Option<Method> {
        self.payments.get(payment_key).map(|record| record.method)
    }

    /// All payments, newest first.
    pub(crate) fn payments(&self) -> Vec<Record> {
        let mut all: Vec<Record> = self.payments.values().cloned().collect();
        all.sort_by_key(|record| std::cmp::Reverse(record.seq));
        all
    }

    /// The order a call is for, as far as it can be told before the call is judged.
    pub(crate) fn order_of(&self, call: &Call) -> Option<String> {
        match call {
            Call::Confirm(body) | Call::VirtualAccount(body) => {
                let body: Value = serde_json::from_slice(body).ok()?;
                Some(body.get("orderId")?.as_str()?.to_owned())
            }
            Call::Cancel(payment_key, _) => Some(self.payments.get(payment_key)?.order_id.clone()),
        }
    }

    /// What the idempotency key of a call says; a fresh one is in flight from here on.
    pub(crate) fn begin(&mut self, scope: Option<&str>) -> Begun {
        self.tick();
        let Some(scope) = scope else { return Begun::Fresh };
        if self.in_flight.contains(scope) {
            return Begun::InFlight;
        }
        let now = self.now();
        match self.answers.get(scope) {
            Some(stored) if now < later(stored.first_used, REMEMBERED) => {
                Begun::Again(stored.reply.clone())
            }
            _ => {
                self.in_flight.insert(scope.to_owned());
                Begun::Fresh
            }
        }
    }

    /// The call ends without having done anything: its key is free again.
    pub(crate) fn forget(&mut self, scope: Option<&str>) {
        if let Some(scope) = scope {
            self.in_flight.remove(scope);
        }
    }

    /// Does what a call asks for and remembers the answer under its key.
    pub(crate) fn perform(
        &mut self,
        call: &Call,
        scope: Option<&str>,
        webhook: Option<&Fault>,
    ) -> Reply {
        self.tick();
        let outcome = match call {
            Call::Confirm(body) => self.confirm(body, webhook),
            Call::Cancel(payment_key, body) => self.cancel(payment_key, body, webhook),
            Call::VirtualAccount(body) => self.virtual_account(body, webhook),
        };
        self.answer(outcome, scope)
    }

    /// Refuses a call with a code. A card that says no aborts the payment, and the answer stays
    /// under its key; any other error leaves no trace.
    pub(crate) fn refuse(
        &mut self,
        call: &Call,
        scope: Option<&str>,
        code: &'static Code,
        webhook: Option<&Fault>,
    ) -> Reply {
        self.tick();
        let confirmed = match call {
            Call::Confirm(body) if code.refuses() => payment_key_in(body),
            _ => None,
        };
        let record = confirmed.and_then(|payment_key| self.payments.get(&payment_key).cloned());
        if let Some(mut record) = record.filter(|record| record.state == State::InProgress) {
            record.state = State::Aborted;
            record.failure = Some(code.code.to_owned());
            self.announce(&record, false, webhook);
            self.save(&record);
            return self.answer(Err(code), scope);
        }
        self.forget(scope);
        Reply::error(code)
    }

    fn answer(&mut self, outcome: Outcome, scope: Option<&str>) -> Reply {
        let reply = match outcome {
            Ok(body) => Reply { status: 200, body },
            Err(code) => Reply::error(code),
        };
        if let Some(scope) = scope {
            self.in_flight.remove(scope);
            let stored =
                Stored { scope: scope.to_owned(), first_used: self.now(), reply: reply.clone() };
            self.put(Change::Answer(stored));
        }
        self.commit();
        reply
    }

    // ---- webhooks ----

    /// Queues the webhooks about a payment: its status, and the deposit callback when a deposit is
    /// what happened.
    pub(crate) fn announce(&mut self, record: &Record, deposit: bool, fault: Option<&Fault>) {
        let Some(url) = self.webhook_url.clone() else { return };
        if fault == Some(&Fault::WebhookNever) {
            return;
        }
        let now = self.now();
        let created_at = korean_without_zone(now);
        let mut bodies = vec![(
            "PAYMENT_STATUS_CHANGED",
            json!({
                "eventType": "PAYMENT_STATUS_CHANGED",
                "createdAt": created_at,
                "data": record.to_wire(now, &self.base),
            }),
        )];
        if deposit {
            bodies.push((
                "DEPOSIT_CALLBACK",
                json!({
                    "createdAt": created_at,
                    "secret": record.secret,
                    "status": record.state,
                    "transactionKey": record.last_transaction_key,
                    "orderId": record.order_id,
                }),
            ));
        }
        for (event, body) in bodies {
            let delivery = Delivery {
                seq: self.deliveries.len() as u64 + 1,
                id: format!("whtrans_{:016x}", self.draw()),
                order_id: record.order_id.clone(),
                event: event.to_owned(),
                url: url.clone(),
                body: body.to_string(),
                copies: if fault == Some(&Fault::WebhookTwice) { 2 } else { 1 },
                retried: 0,
                progress: match fault {
                    Some(Fault::WebhookHeld | Fault::WebhookFirst) => Progress::Held,
                    _ => Progress::Due(now),
                },
                attempts: Vec::new(),
                sending: false,
            };
            self.put(Change::Delivery(delivery));
        }
    }

    // ---- the truth ----

    /// What truly happened to money.
    pub(crate) fn ledger(&mut self) -> Ledger {
        self.tick();
        Ledger::of(self.payments().iter().rev(), &self.movements)
    }

    /// When something happens next by itself: a payment expires or a webhook is due.
    pub(crate) fn next_event(&self) -> Option<Timestamp> {
        let expiries = self.payments.values().filter_map(Record::expires);
        let deliveries = self.deliveries.values().filter_map(Delivery::due);
        expiries.chain(deliveries).min()
    }
}

impl Reply {
    /// An error answer.
    pub(crate) fn error(code: &Code) -> Self {
        Self { status: code.status, body: json!({"code": code.code, "message": code.korean}) }
    }
}

impl Call {
    /// Which rules are for this call.
    pub(crate) fn on(&self) -> On {
        match self {
            Self::Confirm(_) => On::Confirm,
            Self::Cancel(..) => On::Cancel,
            Self::VirtualAccount(_) => On::VirtualAccount,
        }
    }
}

/// A number nobody chose, from the standard library's own source of them.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}
