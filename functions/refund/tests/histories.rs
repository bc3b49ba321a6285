//! Random histories of money: several readers pay, click twice, cancel and wait, the owner gives back and posts, while connections break, functions
//! crash in the middle, queues stand still and the payment service says things late, twice or never. When everything is whole again the payment
//! service's own ledger and a read of the table have to agree.
//!
//! `MONEY_SEED=n` replays one history, `MONEY_SECONDS=n` sets how long new ones are tried (60).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use local::{Breakage, Fault as Wire, Service};
use serde_json::{Value, json};
use toss_standin::{Fault, Method, On, Rule};
use walk::{Doors, Recipient, Shop, Walker, book};

/// Titles on the shelf at first, and copies of all together: enough that nobody waits for a book.
const TITLES: u32 = 12;
const COPIES: u64 = 36;
/// How often each reader of one shop orders.
const ROUNDS: usize = 8;
const PAID: u64 = 22_000;
const SERVICE_AND_POSTAGE: u64 = 5_000;

/// Dice: SplitMix64.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.throw(all.len() as u64)).unwrap()]
    }
}

struct Ordered {
    id: String,
    reader: Walker,
    key: Option<String>,
}

async fn post(reader: &Walker, path: &str, body: String) {
    let request = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    reader.ask(request.body(Bytes::from(body)).unwrap()).await;
}

async fn pays(shop: &Shop, order: &mut Ordered) {
    if order.key.is_none() {
        order.key = shop.standin().approve(&order.id, PAID, Method::Card);
    }
    let Some(key) = &order.key else { return };
    post(&order.reader, &format!("/pay/{}", order.id), format!("payment_key={key}&amount={PAID}")).await;
}

async fn cancels(order: &Ordered) {
    post(&order.reader, &format!("/cancel/{}", order.id), String::new()).await;
}

async fn hears(shop: &Shop, dice: &mut Dice) {
    let said = shop.standin().webhooks();
    if said.is_empty() {
        return;
    }
    let one = dice.one_of(&said);
    let request = http::Request::post("/toss-webhook")
        .header("host", "house.test")
        .header("tosspayments-webhook-transmission-id", &one.id)
        .body(Bytes::from(one.body.clone()))
        .unwrap();
    shop.system().request(request).await;
}

/// What breaks next on the wire to AWS.
fn breaks(dice: &mut Dice) -> Wire {
    let function = *dice.one_of(&[
        "pay",
        "cancel",
        "choose",
        "pack",
        "refund",
        "refund",
        "ring",
        "toss-webhook",
        "sweep",
        "owner-refund",
    ]);
    let operation = *dice.one_of(&[
        "TransactWriteItems",
        "TransactWriteItems",
        "TransactWriteItems",
        "UpdateItem",
        "GetItem",
    ]);
    let breakage = match dice.throw(4) {
        0 => Breakage::Error500,
        1 => Breakage::Throttle,
        _ => Breakage::LostReply,
    };
    let nth = usize::try_from(1 + dice.throw(2)).unwrap();
    let times = if dice.throw(3) == 0 { 3 } else { 1 };
    Wire::on(Service::Dynamodb, operation, breakage).of(function).nth(nth).times(times)
}

/// What goes wrong at the payment service next. Nothing that takes real time.
fn goes_wrong(dice: &mut Dice) -> Rule {
    let on = *dice.one_of(&[On::Confirm, On::Cancel, On::Cancel, On::Query]);
    let fault = match (on, dice.throw(6)) {
        (On::Confirm, 0) => Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() },
        (On::Cancel, 0) => Fault::Answer { code: "FORBIDDEN_CONSECUTIVE_REQUEST".to_owned() },
        (On::Cancel, 1) => Fault::Answer { code: "COMMON_ERROR".to_owned() },
        (On::Query, _) | (_, 2) => Fault::ErrorBefore,
        (_, 3) => Fault::ErrorAfter,
        (_, 4) => Fault::InFlight,
        _ => Fault::ReplyLost,
    };
    let times = u32::try_from(1 + dice.throw(2)).unwrap();
    Rule { times, ..Rule::once(on, fault) }
}

/// One shop, a few readers, and round after round of orders. Gives how many orders there were.
async fn history(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let prices = [13_500, 15_000, 17_000];
    let books: Vec<Value> = (0..TITLES).map(|title| book(title, prices[title as usize % 3], 3, 3)).collect();
    let shop = Shop::with_books(&books).await;
    shop.standin().set_webhook_url(Some("http://127.0.0.1:1/toss-webhook".to_owned()));
    let mut readers = Vec::new();
    for number in 0..2 + dice.throw(2) {
        let home = Recipient { detail: format!("{number}층"), ..Recipient::default() };
        readers.push((shop.visitor().living(home), false));
    }
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let mut orders = Vec::new();
        for (reader, known) in &mut readers {
            shop.minutes_pass(1).await;
            let id = if *known {
                reader.order_again("middle").await
            } else {
                reader.to_an_order(Doors::Plain, "middle").await
            };
            *known = true;
            orders.push(Ordered { id, reader: reader.clone(), key: None });
        }
        round(&shop, &mut dice, &mut orders).await;
        all.extend(orders);
        judge(&shop, &all);
    }
    all.len()
}

/// What happens to the orders of one round, until everything is whole again.
async fn round(shop: &Shop, dice: &mut Dice, orders: &mut [Ordered]) {
    for _ in 0..10 + dice.throw(16) {
        let which = usize::try_from(dice.throw(orders.len() as u64)).unwrap();
        let queue = *dice.one_of(&["choose", "pack", "refund", "ring"]);
        match dice.throw(16) {
            0..=3 => pays(shop, &mut orders[which]).await,
            4 | 5 => cancels(&orders[which]).await,
            6 => {
                let order = &orders[which];
                tokio::join!(cancels(order), cancels(order));
            }
            7 => shop.system().wire().inject(breaks(dice)),
            8 | 9 => shop.standin().fault(goes_wrong(dice)),
            10 => hears(shop, dice).await,
            11 => {
                shop.system().hold(queue);
            }
            12 => {
                shop.system().release(queue);
            }
            13 => gives_back(shop, dice, &orders[which]).await,
            14 => shop.minutes_pass(1 + i64::try_from(dice.throw(12)).unwrap()).await,
            _ => shop.settle().await,
        }
    }
    shop.system().wire().heal();
    shop.standin().clear_faults();
    shop.system().release_all();
    shop.settle().await;
    shop.minutes_pass(50).await;
}

/// The owner gives something back, or tries to, and perhaps sends the same call twice.
async fn gives_back(shop: &Shop, dice: &mut Dice, order: &Ordered) {
    let call = json!({ "order": order.id, "amount": 500 * (1 + dice.throw(3)), "reason": "까닭" });
    let Ok(preview) = shop.system().invoke("owner-refund", call).await else { return };
    for _ in 0..=dice.throw(2) {
        if !preview["call"].is_null() {
            shop.system().invoke("owner-refund", preview["call"].clone()).await.ok();
        }
    }
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn amount(item: &Value, name: &str) -> u64 {
    item[name]["N"].as_str().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn judge(shop: &Shop, orders: &[Ordered]) {
    let items = shop.items();
    let books: Vec<&Value> = items.iter().filter(|item| text(item, "kind") == "book").collect();
    let (mut gone, mut held_places) = (0, 0);
    for ordered in orders {
        let (order, ledger) = (shop.order(&ordered.id), shop.standin().ledger().order(&ordered.id));
        let state = text(&order, "state").to_owned();
        let refunds: Vec<Value> = order["refunds"]["L"].as_array().cloned().unwrap_or_default();
        let refunds: Vec<&Value> = refunds.iter().map(|refund| &refund["M"]).collect();
        let told = format!("{} is {state}: {ledger:?} {refunds:#?}", ordered.id);
        assert!(ledger.charges <= 1, "charged twice: {told}");
        assert!(
            refunds.iter().all(|refund| text(refund, "progress") == "done"),
            "a refund is not done: {told}"
        );
        // Every refund exactly once, and none that nobody promised.
        let mut promised: Vec<u64> = refunds.iter().map(|refund| amount(refund, "amount")).collect();
        let back = ledger.movements.iter().filter(|moved| moved.kind == toss_standin::Kind::Refund);
        let mut back: Vec<u64> = back.map(|moved| moved.amount).collect();
        promised.sort_unstable();
        back.sort_unstable();
        assert_eq!(promised, back, "what was promised and what went back: {told}");
        let letters = items.iter().filter(|item| {
            text(item, "order") == ordered.id
                && text(item, "notice") == "refunded"
                && text(item, "kind") == "letter"
        });
        assert_eq!(letters.count(), refunds.len(), "letters: {told}");
        let owner: u64 = refunds
            .iter()
            .filter(|refund| text(refund, "why") == "owner")
            .map(|refund| amount(refund, "amount"))
            .sum();
        match state.as_str() {
            "priced" | "cancelled" => assert_eq!(ledger.charged, 0, "{told}"),
            "refunded" => assert_eq!((ledger.charged, ledger.held()), (PAID, 0), "{told}"),
            // No book was left: paid and kept until there is one.
            "choosing" => {
                held_places += 1;
                assert_eq!(ledger.held() + owner, PAID, "{told}");
            }
            "packed" => {
                gone += 1;
                let price = amount(&order["choice"]["M"], "list_price");
                // What the owner gives back comes off what is held; a difference is never more than is held.
                assert_eq!(ledger.held(), (price + SERVICE_AND_POSTAGE).min(PAID) - owner, "{told}");
            }
            other => panic!("not settled: {other} {told}"),
        }
    }
    let stock = shop.item("SHELF#middle", "STOCK");
    let holds = stock["holds"]["M"]
        .as_object()
        .map_or(0, |holds| holds.values().filter(|hold| hold["S"] == "paid").count());
    let copies: i64 = books
        .iter()
        .map(|book| {
            let number = |name: &str| i64::try_from(amount(book, name)).unwrap();
            let back = book["back"]["L"].as_array().map_or(0, Vec::len);
            number("copies") - number("taken") + i64::try_from(back).unwrap()
        })
        .sum();
    assert_eq!(
        (amount(&stock, "free"), u64::try_from(copies).unwrap()),
        (COPIES - gone, COPIES - gone),
        "copies"
    );
    assert_eq!(holds, held_places, "places: {stock}");
    let sent = items.iter().filter(|item| text(item, "sk").starts_with("SENT#")).count() as u64;
    assert_eq!(sent, 2 * gone, "works that reader and address have had");
    // The letters lie there; their ringing may wait for the morning.
    let waits = items.iter().filter(|item| {
        text(item, "waiting") == "message" && !["choose", "ring"].contains(&text(item, "task"))
    });
    assert_eq!(waits.count(), 0, "a message that nobody handled");
}

#[tokio::test]
async fn however_it_goes_ledger_and_table_agree_in_the_end() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    if let Some(seed) = number("MONEY_SEED") {
        history(seed).await;
        return;
    }
    let (begin, first) = (Instant::now(), u64::from(std::process::id()) << 32);
    let patience = Duration::from_secs(number("MONEY_SECONDS").unwrap_or(60));
    let (mut seed, mut orders) = (first, 0);
    while begin.elapsed() < patience {
        eprintln!("MONEY_SEED={seed}");
        orders += history(seed).await;
        seed += 1;
    }
    println!(
        "{} histories of {orders} orders in {:?}, from MONEY_SEED={first}",
        seed - first,
        begin.elapsed()
    );
}
