//! One shop and what happens in it.

use bytes::Bytes;
use domain::base::calendar;
use local::{Breakage, Fault as Wire, Service};
use serde_json::{Value, json};
use toss_standin::{Delivery, Fault, Method, On, Rule};
use walk::{Doors, Recipient, Shop, book};

use crate::dice::Dice;

/// What a book of the middle range costs at first, all in.
pub(crate) const PAID: u64 = 22_000;

/// Functions that change an order.
const HANDS: [&str; 11] = [
    "pay",
    "pay",
    "cancel",
    "choose",
    "pack",
    "ship",
    "refund",
    "refund",
    "notify",
    "toss-webhook",
    "sweep",
];

/// The account that readers name.
const ACCOUNT: &str = "bank=88&account=110123456789&holder=Kim";

const QUEUES: [&str; 5] = ["choose", "pack", "ship", "refund", "notify"];

/// Whether an item waits for something that comes by itself.
fn is_under_way(item: &Value) -> bool {
    match item["waiting"]["S"].as_str() {
        Some("payment" | "refund") => true,
        Some("message") => !matches!(item["task"]["S"].as_str(), Some("choose" | "ring")),
        _ => false,
    }
}

/// Somebody who orders, told by their cookies.
struct Reader {
    cookies: String,
    floor: usize,
}

/// An order, and the payment keys that its reader brought back from the payment page, a tab each.
pub(crate) struct Ordered {
    id: String,
    reader: usize,
    tabs: Vec<String>,
}

/// A shop with its readers.
pub(crate) struct Play {
    pub(crate) shop: Shop,
    dice: Dice,
    readers: Vec<Reader>,
    pub(crate) orders: Vec<Ordered>,
    /// Copies ever shelved.
    pub(crate) copies: u64,
    titles: u32,
    /// Whether there are about as many copies as readers: places are fought for.
    scarce: bool,
}

impl Play {
    /// Opens a shop of random size and lets its readers walk to the counter.
    pub(crate) async fn open(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (scarce, readers) = (dice.throw(2) == 0, 2 + dice.place(2));
        let mut play = Self::new(dice, readers).await;
        play.scarce = scarce;
        let (titles, copies) = if scarce { (2, 1) } else { (14, 4) };
        play.shelves(titles, copies).await;
        play
    }

    /// A shop without books, and readers before the counter.
    pub(crate) async fn new(dice: Dice, readers: usize) -> Self {
        let shop = Shop::empty().await;
        // The webhooks lie there to be heard when the dice say so; nobody listens at this port.
        shop.standin().set_webhook_url(Some("http://127.0.0.1:1/toss-webhook".to_owned()));
        let mut play = Self {
            shop,
            dice,
            readers: Vec::new(),
            orders: Vec::new(),
            copies: 0,
            titles: 0,
            scarce: false,
        };
        for floor in 0..readers {
            let home = Recipient { detail: format!("{floor}층"), ..Recipient::default() };
            let mut walker = play.shop.visitor().living(home);
            walker.to_the_counter(Doors::Plain).await;
            let cookies = walker.cookies().iter().map(|(name, value)| format!("{name}={value}"));
            play.readers.push(Reader { cookies: cookies.collect::<Vec<_>>().join("; "), floor });
        }
        play
    }

    pub(crate) async fn shelves(&mut self, titles: u32, copies: u32) {
        let prices = [13_500, 15_000, 17_000];
        let new = self.titles..self.titles + titles;
        let books: Vec<Value> =
            new.map(|title| book(title, prices[title as usize % 3], 3, copies)).collect();
        self.shop.owner_does("owner-shelve", json!({ "books": books })).await;
        self.titles += titles;
        self.copies += u64::from(titles * copies);
    }

    /// A book that costs as much as the range allows.
    pub(crate) async fn shelves_the_dearest(&mut self, copies: u32) {
        self.titles = 2;
        self.shelves(1, copies).await;
    }

    /// A few orders, from the counter until everything is whole again. Gives the items of the table
    /// as they are then.
    pub(crate) async fn history(&mut self) -> Vec<Value> {
        self.shop.minutes_pass(1).await;
        if self.scarce {
            self.shelves(1, 1).await;
        }
        let before = self.orders.len();
        let first = self.dice.place(self.readers.len());
        for reader in first..=first + self.dice.place(2) {
            self.order(reader % self.readers.len()).await;
        }
        for _ in 0..6 + self.dice.throw(10) {
            self.something_happens(before).await;
        }
        self.becomes_whole().await
    }

    /// Nothing breaks any more, and time passes until nothing is under way.
    pub(crate) async fn becomes_whole(&self) -> Vec<Value> {
        self.shop.system().wire().heal();
        self.shop.standin().clear_faults();
        self.shop.system().release_all();
        self.shop.settle().await;
        // An answer that nobody can have is given up after half an hour, a deposit that does not
        // come after a day; most histories are over sooner.
        for round in 0..12 {
            self.hears_of_deposits().await;
            self.names_accounts().await;
            let minutes = if round == 4 { 25 * 60 } else { 11 };
            self.shop.jump(minutes).await;
            let items = self.shop.items();
            if !items.iter().any(is_under_way) {
                return items;
            }
        }
        self.shop.items()
    }

    /// Whatever there is to say of deposits is said until it is heard: the payment service says it
    /// again for three days.
    pub(crate) async fn hears_of_deposits(&self) {
        self.hears_of_deposits_now().await;
        self.shop.settle().await;
    }

    /// The same, and nothing else happens.
    pub(crate) async fn hears_of_deposits_now(&self) {
        let said = self.shop.standin().webhooks();
        for delivery in said.iter().filter(|delivery| delivery.event == "DEPOSIT_CALLBACK") {
            self.hears(delivery).await;
        }
    }

    /// Who has money to come back names an account.
    async fn names_accounts(&self) {
        for which in 0..self.orders.len() {
            let item = self.shop.order_item(&self.orders[which].id);
            let refunds = item["refunds"]["L"].as_array().map_or(&[][..], Vec::as_slice);
            if refunds.iter().any(|refund| refund["M"]["progress"]["S"] == "no_account") {
                self.names_account(which).await;
            }
        }
        self.shop.settle().await;
    }

    async fn something_happens(&mut self, before: usize) {
        let ours = before..self.orders.len();
        let which =
            if ours.is_empty() { None } else { Some(ours.start + self.dice.place(ours.len())) };
        let Some(which) = which else {
            let reader = self.dice.place(self.readers.len());
            return self.order(reader).await;
        };
        match self.dice.throw(37) {
            0..=4 => self.pays(which).await,
            5 => {
                let (one, two) = (self.tab(which), self.tab(which));
                tokio::join!(self.takes(which, one.as_ref()), self.takes(which, two.as_ref()));
            }
            6 => {
                // A double click.
                let tab = self.tab(which);
                tokio::join!(self.takes(which, tab.as_ref()), self.takes(which, tab.as_ref()));
            }
            7 | 8 => self.cancels(which).await,
            9 => {
                tokio::join!(self.cancels(which), self.cancels(which));
            }
            10 => {
                let tab = self.tab(which);
                tokio::join!(self.takes(which, tab.as_ref()), self.cancels(which));
            }
            11..=13 => self.overtaken(which).await,
            14..=16 => {
                let crash = self.crash();
                self.shop.system().wire().inject(crash);
            }
            17 => {
                let fault = self.breaks();
                self.shop.system().wire().inject(fault);
            }
            18 | 19 => {
                let rule = self.goes_wrong(which);
                self.shop.standin().fault(rule);
            }
            20 => {
                let said = self.said();
                for delivery in said {
                    self.hears(&delivery).await;
                }
            }
            21 => {
                // The same transmission, twice at once.
                if let Some(delivery) = self.said().pop() {
                    tokio::join!(self.hears(&delivery), self.hears(&delivery));
                }
            }
            22 => {
                let queue = *self.dice.one_of(&QUEUES);
                if self.dice.throw(2) == 0 {
                    self.shop.system().hold(queue);
                } else {
                    self.shop.system().release(queue);
                }
            }
            23 => self.gives_back(which).await,
            27 | 28 => self.posts(which).await,
            29 => self.withdraws(which).await,
            30 => self.comes_back(which).await,
            31 | 32 => {
                let name = self.name(which);
                self.shop.standin().deposit(&name).await;
            }
            33 => {
                let name = self.name(which);
                self.shop.standin().reverse_transfer(&name).await;
            }
            34 => self.names_account(which).await,
            35 => {
                // A deposit in the very moment in which its order is cancelled.
                let name = self.name(which);
                tokio::join!(self.shop.standin().deposit(&name), self.cancels(which));
            }
            24 => {
                let minutes = if self.dice.throw(3) == 0 {
                    15 + self.dice.throw(30)
                } else {
                    1 + self.dice.throw(8)
                };
                self.shop.minutes_pass(i64::try_from(minutes).unwrap()).await;
            }
            25 => {
                // Two readers, perhaps before the last place.
                let reader = self.dice.place(self.readers.len());
                let other = (reader + 1) % self.readers.len();
                let places = tokio::join!(self.at_the_counter(reader), self.at_the_counter(other));
                self.placed(reader, &places.0);
                self.placed(other, &places.1);
            }
            _ => self.shop.settle().await,
        }
    }

    // ---- the readers

    async fn post(&self, reader: &Reader, path: &str, body: String) -> String {
        let request = http::Request::post(path)
            .header("host", "house.test")
            .header("cookie", &reader.cookies)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        let answer = self.shop.system().request(request).await;
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
        to.unwrap_or_default().to_owned()
    }

    /// Writes a letter and orders, if there is a place.
    pub(crate) async fn order(&mut self, reader: usize) {
        let to = self.at_the_counter(reader).await;
        self.placed(reader, &to);
    }

    /// The forms of a letter and an order. Gives where they lead.
    pub(crate) async fn at_the_counter(&self, reader: usize) -> String {
        let reader = &self.readers[reader];
        self.post(reader, "/letter", "letter=A+long+autumn.".to_owned()).await;
        let promised = calendar::promised_date(self.shop.now());
        let form = format!(
            "range=middle&recipient=Kim&phone=01012345678&postcode=03134&street=Hill+119&detail={}F&agreed=yes&promised={promised}",
            reader.floor
        );
        self.post(reader, "/counter", form).await
    }

    pub(crate) fn placed(&mut self, reader: usize, to: &str) {
        let Some(id) = to.strip_prefix("/pay/") else { return };
        if self.orders.iter().all(|order| order.id != id) {
            self.orders.push(Ordered { id: id.to_owned(), reader, tabs: Vec::new() });
        }
    }

    /// What an order is called at the payment service: a new name after each account that was
    /// closed.
    pub(crate) fn name(&self, which: usize) -> String {
        let id = &self.orders[which].id;
        match self.shop.order_item(id)["accounts_closed"]["N"]
            .as_str()
            .and_then(|closed| closed.parse::<u32>().ok())
        {
            Some(closed) => format!("{id}-{}", closed + 1),
            None => id.clone(),
        }
    }

    /// A payment that the reader has approved: in a tab that is open, or in a new one; by card, or
    /// by a deposit.
    fn tab(&mut self, which: usize) -> Option<String> {
        if self.orders[which].tabs.is_empty() || self.dice.throw(4) == 0 {
            let method =
                if self.dice.throw(3) == 0 { Method::VirtualAccount } else { Method::Card };
            let tab = self.shop.standin().approve(&self.name(which), PAID, method);
            self.orders[which].tabs.extend(tab);
        }
        let order = &self.orders[which];
        if order.tabs.is_empty() { None } else { Some(self.dice.one_of(&order.tabs).clone()) }
    }

    /// A payment approved in a tab of its own.
    pub(crate) fn new_tab(&mut self, which: usize) -> Option<String> {
        let order = &mut self.orders[which];
        order.tabs.extend(self.shop.standin().approve(&order.id, PAID, Method::Card));
        order.tabs.last().cloned()
    }

    /// An account asked for in a tab of its own.
    pub(crate) fn new_account(&mut self, which: usize) -> Option<String> {
        self.shop.standin().approve(&self.orders[which].id, PAID, Method::VirtualAccount)
    }

    pub(crate) async fn pays_by_card(&mut self, which: usize) {
        let tab = self.new_tab(which);
        self.takes(which, tab.as_ref()).await;
    }

    pub(crate) async fn pays(&mut self, which: usize) {
        let tab = self.tab(which);
        self.takes(which, tab.as_ref()).await;
    }

    /// The form that takes the money; without a tab the one that asks again.
    pub(crate) async fn takes(&self, which: usize, tab: Option<&String>) {
        let order = &self.orders[which];
        let body = tab.map_or_else(String::new, |key| format!("payment_key={key}&amount={PAID}"));
        self.post(&self.readers[order.reader], &format!("/pay/{}", order.id), body).await;
    }

    pub(crate) async fn cancels(&self, which: usize) {
        let order = &self.orders[which];
        self.post(
            &self.readers[order.reader],
            &format!("/cancel/{}", order.id),
            ACCOUNT.to_owned(),
        )
        .await;
    }

    /// Names the account that a deposit goes back to, if it is asked for.
    async fn names_account(&self, which: usize) {
        let order = &self.orders[which];
        let body = format!("only=account&{ACCOUNT}");
        self.post(&self.readers[order.reader], &format!("/cancel/{}", order.id), body).await;
    }

    /// Sends the book back, if it has come.
    async fn withdraws(&mut self, which: usize) {
        let reason = *self.dice.one_of(&["mind_changed", "damaged"]);
        let order = &self.orders[which];
        let body = format!("reason={reason}&received={}", calendar::today(self.shop.now()));
        self.post(&self.readers[order.reader], &format!("/cancel/{}", order.id), body).await;
    }

    // ---- the payment service

    /// What it said of late, in any order.
    fn said(&mut self) -> Vec<Delivery> {
        let mut said = self.shop.standin().webhooks();
        said.drain(..said.len().saturating_sub(5));
        for place in (1..said.len()).rev() {
            let other = self.dice.place(place + 1);
            said.swap(place, other);
        }
        said.truncate(3);
        said
    }

    async fn hears(&self, said: &Delivery) {
        let request = http::Request::post("/toss-webhook")
            .header("host", "house.test")
            .header("tosspayments-webhook-transmission-id", &said.id)
            .body(Bytes::from(said.body.clone()))
            .unwrap();
        self.shop.system().request(request).await;
    }

    /// What goes wrong there next. Nothing that takes real time.
    fn goes_wrong(&mut self, which: usize) -> Rule {
        // A card has no account that could be refused.
        let item = self.shop.order_item(&self.orders[which].id);
        if item["payment"]["M"]["deposit"]["BOOL"] == true && self.dice.throw(3) == 0 {
            let fault = Fault::Answer { code: "INVALID_REFUND_ACCOUNT_NUMBER".to_owned() };
            return Rule { order: Some(self.name(which)), ..Rule::once(On::Cancel, fault) };
        }
        let on = *self.dice.one_of(&[On::Confirm, On::Cancel, On::Cancel, On::Query]);
        let fault = match (on, self.dice.throw(6)) {
            (On::Confirm, 0) => Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() },
            (On::Cancel, 0) => Fault::Answer { code: "FORBIDDEN_CONSECUTIVE_REQUEST".to_owned() },
            (On::Cancel, 1) => Fault::Answer { code: "COMMON_ERROR".to_owned() },
            (On::Query, _) | (_, 2) => Fault::ErrorBefore,
            (_, 3) => Fault::ErrorAfter,
            (_, 4) => Fault::InFlight,
            _ => Fault::ReplyLost,
        };
        let times = u32::try_from(1 + self.dice.throw(2)).unwrap();
        Rule { times, ..Rule::once(on, fault) }
    }

    // ---- the machines

    fn call(&mut self, breakage: Breakage) -> Wire {
        let operation = *self.dice.one_of(&[
            "TransactWriteItems",
            "TransactWriteItems",
            "UpdateItem",
            "GetItem",
        ]);
        let (nth, hand) = (1 + self.dice.place(2), *self.dice.one_of(&HANDS));
        Wire::on(Service::Dynamodb, operation, breakage).of(hand).nth(nth)
    }

    /// A function dies, before or after a call of its takes effect.
    fn crash(&mut self) -> Wire {
        let breakage = if self.dice.throw(2) == 0 { Breakage::Crash } else { Breakage::CrashAfter };
        let (hand, sender) = (
            *self.dice.one_of(&["counter", "owner-refund", "owner-ship"]),
            *self.dice.one_of(&["relay", "sweep"]),
        );
        match self.dice.throw(8) {
            0 => Wire::on(Service::Dynamodb, "TransactWriteItems", breakage).of(hand),
            1 => Wire::on(Service::Sqs, "SendMessageBatch", breakage).of(sender),
            _ => self.call(breakage),
        }
    }

    /// A connection breaks; sometimes for longer than anybody tries again.
    fn breaks(&mut self) -> Wire {
        let breakage =
            *self.dice.one_of(&[Breakage::Error500, Breakage::Throttle, Breakage::LostReply]);
        let times = if self.dice.throw(3) == 0 { 3 } else { 1 };
        self.call(breakage).times(times)
    }

    /// One hand stands still before it writes, and another does its work meanwhile.
    async fn overtaken(&mut self, which: usize) {
        let (slow, other, tab) = (self.dice.throw(5), self.dice.throw(4), self.tab(which));
        let said = self.said().pop();
        let another = self.dice.place(self.orders.len());
        let (function, operation) = match slow {
            0 => ("pay", "TransactWriteItems"),
            1 => ("cancel", "TransactWriteItems"),
            2 => ("toss-webhook", "TransactWriteItems"),
            _ => (*self.dice.one_of(&["choose", "pack", "refund", "sweep"]), "TransactWriteItems"),
        };
        let wire = self.shop.system().wire().clone();
        wire.inject(Wire::on(Service::Dynamodb, operation, Breakage::Pause).of(function));
        let (this, tab) = (&*self, tab.as_ref());
        let slowly = async {
            match slow {
                0 => this.takes(which, tab).await,
                1 => this.cancels(which).await,
                2 => {
                    if let Some(said) = &said {
                        this.hears(said).await;
                    }
                }
                _ => this.shop.settle().await,
            }
        };
        let meanwhile = async {
            match other {
                0 => this.takes(which, tab).await,
                1 => this.cancels(another).await,
                _ => this.cancels(which).await,
            }
            wire.go_on();
        };
        tokio::join!(slowly, meanwhile);
    }

    // ---- the owner

    /// The owner gives something back, or tries to.
    async fn gives_back(&mut self, which: usize) {
        let amount = 500 * (1 + self.dice.throw(3));
        let call = json!({ "order": self.orders[which].id, "amount": amount, "reason": "까닭" });
        self.opens("owner-refund", call).await;
    }

    /// The owner hands the parcel over, if it is packed.
    async fn posts(&mut self, which: usize) {
        let number = format!("{:010}", 1_000_000_000 + which);
        let parcel = json!({ "order": self.orders[which].id, "carrier": "cj", "number": number });
        self.opens("owner-ship", json!({ "parcels": [parcel] })).await;
    }

    /// The book came back, and goes on the shelf.
    async fn comes_back(&mut self, which: usize) {
        let day = calendar::today(self.shop.now()).to_string();
        let call = json!({ "order": self.orders[which].id, "came_back": day, "shelve": true });
        self.opens("owner-refund", call).await;
    }

    /// A call of a drawer, tried first, then meant, perhaps twice.
    async fn opens(&mut self, drawer: &str, call: Value) {
        let Ok(preview) = self.shop.system().invoke(drawer, call).await else { return };
        for _ in 0..=self.dice.throw(2) {
            if !preview["call"].is_null() {
                self.shop.system().invoke(drawer, preview["call"].clone()).await.ok();
            }
        }
    }
}
