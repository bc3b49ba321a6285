//! One shop and the random events in it.

mod faults;
mod readers;

use serde_json::{Value, json};
use walk::{Doors, Random, Recipient, Shop, book};

/// The total of an order in the middle range, in won.
pub(crate) const PAID: u64 = 22_000;

/// The functions that change an order; the ones that move money twice as often.
const FUNCTIONS: [&str; 11] = [
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

/// The form fields of the account for refunds.
const ACCOUNT: &str = "bank=88&account=110123456789&holder=Kim";

const QUEUES: [&str; 5] = ["choose", "pack", "ship", "refund", "notify"];

/// Whether an item waits for something that happens without a person.
fn is_pending(item: &Value) -> bool {
    match item["waiting"]["S"].as_str() {
        Some("payment" | "refund" | "look") => true,
        Some("message") => !matches!(item["task"]["S"].as_str(), Some("choose" | "ring")),
        _ => false,
    }
}

/// A reader, identified by their cookies.
struct Reader {
    cookies: String,
    floor: usize,
}

impl Reader {
    /// The last digits of their telephone.
    pub(crate) fn proof(&self) -> String {
        format!("{:04}", 5_000 + self.floor)
    }
}

/// An order, and the payment keys that its reader got from the payment page, one per tab.
pub(crate) struct Ordered {
    id: String,
    reader: usize,
    tabs: Vec<String>,
}

/// A shop with its readers.
pub(crate) struct Play {
    pub(crate) shop: Shop,
    random: Random,
    readers: Vec<Reader>,
    pub(crate) orders: Vec<Ordered>,
    /// The copies shelved so far.
    pub(crate) copies: u64,
    titles: u32,
    /// Whether there are about as many copies as readers, so that readers compete for places.
    scarce: bool,
}

impl Play {
    /// Opens a shop of random size whose readers have walked to the counter.
    pub(crate) async fn open(seed: u64) -> Self {
        let mut random = Random(seed);
        let (scarce, readers) = (random.below(2) == 0, 2 + random.index(2));
        let mut play = Self::new(random, readers).await;
        play.scarce = scarce;
        let (titles, copies) = if scarce { (2, 1) } else { (14, 4) };
        play.shelves(titles, copies).await;
        play
    }

    /// A shop without books whose readers have walked to the counter.
    pub(crate) async fn new(random: Random, readers: usize) -> Self {
        let shop = Shop::empty().await;
        shop.keep_webhooks();
        let mut play = Self {
            shop,
            random,
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

    /// Shelves a book at the upper end of the range.
    pub(crate) async fn shelves_the_dearest(&mut self, copies: u32) {
        self.titles = 2;
        self.shelves(1, copies).await;
    }

    /// Plays a few orders from the counter until everything is settled. Returns the items of the
    /// table then.
    pub(crate) async fn history(&mut self) -> Vec<Value> {
        self.shop.minutes_pass(1).await;
        if self.scarce {
            self.shelves(1, 1).await;
        }
        let before = self.orders.len();
        let first = self.random.index(self.readers.len());
        for reader in first..=first + self.random.index(2) {
            self.order(reader % self.readers.len()).await;
        }
        for _ in 0..6 + self.random.below(10) {
            self.act(before).await;
        }
        self.settle_everything().await
    }

    /// Ends all faults and lets time pass until nothing is pending.
    pub(crate) async fn settle_everything(&self) -> Vec<Value> {
        self.shop.system().wire().heal();
        self.shop.standin().clear_faults();
        self.shop.system().release_all();
        self.shop.settle().await;
        // A payment without an answer is given up after half an hour, a bank transfer after a day.
        // Most histories end sooner.
        for round in 0..16 {
            self.deliver_transfer_webhooks_and_settle().await;
            self.name_accounts().await;
            let minutes = match round {
                4 => 25 * 60,
                // The bank takes two days to carry out the refund of a transfer.
                7 | 10 | 13 => 50 * 60,
                _ => 11,
            };
            self.shop.jump(minutes).await;
            let items = self.shop.items();
            if !items.iter().any(is_pending) {
                return items;
            }
        }
        self.shop.items()
    }

    /// Delivers the webhooks of bank transfers, which Toss repeats until they are acknowledged.
    pub(crate) async fn deliver_transfer_webhooks_and_settle(&self) {
        self.deliver_transfer_webhooks().await;
        self.shop.settle().await;
    }

    /// Delivers the webhooks of bank transfers, without what follows from them.
    pub(crate) async fn deliver_transfer_webhooks(&self) {
        let deliveries = self.shop.standin().webhooks();
        for delivery in deliveries.iter().filter(|delivery| delivery.event == "DEPOSIT_CALLBACK") {
            self.deliver(delivery).await;
        }
    }

    /// Every reader who is asked for an account names one.
    async fn name_accounts(&self) {
        for which in 0..self.orders.len() {
            let item = self.shop.order_item(&self.orders[which].id);
            let refunds = item["refunds"]["L"].as_array().map_or(&[][..], Vec::as_slice);
            if refunds.iter().any(|refund| refund["M"]["progress"]["S"] == "no_account") {
                self.name_account(which).await;
            }
        }
        self.shop.settle().await;
    }

    async fn act(&mut self, before: usize) {
        let ours = before..self.orders.len();
        let which =
            if ours.is_empty() { None } else { Some(ours.start + self.random.index(ours.len())) };
        let Some(which) = which else {
            let reader = self.random.index(self.readers.len());
            return self.order(reader).await;
        };
        match self.random.below(44) {
            0..=4 => self.pays(which).await,
            5 => {
                let (one, two) = (self.tab(which), self.tab(which));
                tokio::join!(
                    self.confirms(which, one.as_ref()),
                    self.confirms(which, two.as_ref())
                );
            }
            6 => {
                // A double click.
                let tab = self.tab(which);
                tokio::join!(
                    self.confirms(which, tab.as_ref()),
                    self.confirms(which, tab.as_ref())
                );
            }
            7 | 8 => self.cancels(which).await,
            9 => {
                tokio::join!(self.cancels(which), self.cancels(which));
            }
            10 => {
                let tab = self.tab(which);
                tokio::join!(self.confirms(which, tab.as_ref()), self.cancels(which));
            }
            11..=13 => self.overtaken(which).await,
            14..=16 => {
                let crash = self.crash();
                self.shop.system().wire().inject(crash);
            }
            17 => {
                let fault = self.connection_fault();
                self.shop.system().wire().inject(fault);
            }
            18 | 19 => {
                let rule = self.payment_fault(which);
                self.shop.standin().fault(rule);
            }
            20 => {
                for delivery in self.recent_webhooks() {
                    self.deliver(&delivery).await;
                }
            }
            21 => {
                // The same webhook, twice at once.
                if let Some(delivery) = self.recent_webhooks().pop() {
                    tokio::join!(self.deliver(&delivery), self.deliver(&delivery));
                }
            }
            22 => {
                let queue = *self.random.one_of(&QUEUES);
                if self.random.below(2) == 0 {
                    self.shop.system().hold(queue);
                } else {
                    self.shop.system().release(queue);
                }
            }
            23 => self.owner_refunds(which).await,
            27 | 28 => self.owner_ships(which).await,
            36 | 37 => self.owner_packs(which).await,
            38 => self.owner_unpacks(which).await,
            40..=43 => self.owner_takes_a_way_out(which).await,
            29 => self.returns_the_book(which).await,
            30 => self.book_comes_back(which).await,
            31 | 32 => {
                let name = self.name(which);
                self.shop.standin().deposit(&name).await;
            }
            33 => {
                self.shop.standin().reverse_transfer(&self.name(which)).await;
            }
            34 => self.name_account(which).await,
            35 => {
                // A bank transfer at the instant at which its order is cancelled.
                let name = self.name(which);
                tokio::join!(self.shop.standin().deposit(&name), self.cancels(which));
            }
            24 => {
                let minutes = if self.random.below(3) == 0 {
                    15 + self.random.below(30)
                } else {
                    1 + self.random.below(8)
                };
                self.shop.minutes_pass(i64::try_from(minutes).unwrap()).await;
            }
            25 => {
                // Two readers at once, perhaps for the last place.
                let reader = self.random.index(self.readers.len());
                let other = (reader + 1) % self.readers.len();
                let places = tokio::join!(self.at_the_counter(reader), self.at_the_counter(other));
                self.note_order(reader, &places.0);
                self.note_order(other, &places.1);
            }
            _ => self.shop.settle().await,
        }
    }
}
