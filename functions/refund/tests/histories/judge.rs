//! Whether the payment service's ledger and the table agree. Uses none of the code under test.

use serde_json::Value;
use toss_standin::{Kind, Ledger, OrderLedger, State};

use crate::play::PAID;

const SERVICE_AND_POSTAGE: u64 = 5_000;

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn amount(item: &Value, name: &str) -> u64 {
    item[name]["N"].as_str().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn list<'a>(item: &'a Value, name: &str) -> &'a [Value] {
    item[name]["L"].as_array().map_or(&[], Vec::as_slice)
}

macro_rules! agree {
    ($holds:expr, $($why:tt)*) => {
        if !$holds {
            return Err(format!($($why)*));
        }
    };
}

/// The first disagreement between the table and the ledger, once nothing is pending any more.
/// `copies` is how many copies were shelved.
pub(crate) fn judge(items: &[Value], ledger: &Ledger, copies: u64) -> Result<(), String> {
    let kind = |kind: &'static str| items.iter().filter(move |item| text(item, "kind") == kind);
    let (mut gone, mut held_places, mut had) = (0, 0, 0);
    for order in kind("order") {
        let letters = kind("letter").filter(|letter| text(letter, "order") == text(order, "id"));
        let refunded = letters.filter(|letter| text(letter, "notice") == "refunded").count();
        let ledger = of_order(ledger, text(order, "id"));
        match one(order, &ledger, refunded)? {
            Book::None => {}
            Book::Held => held_places += 1,
            Book::Gone => {
                gone += 1;
                had += 1;
            }
            Book::Back => had += 1,
            Book::NotOnShelf => gone += 1,
        }
        let paid = kind("paid").filter(|paid| text(paid, "sk") == text(order, "id")).count();
        // The shop may or may not have learned of a transfer that was reversed.
        let charged = ledger.charges as usize;
        agree!(
            paid == charged || ledger.reversed > 0,
            "{} is {paid} times among the paid of a day",
            text(order, "id")
        );
    }
    for (id, ledger) in &ledger.orders {
        let known = kind("order").any(|order| id.starts_with(text(order, "id")));
        agree!(known || ledger.charged == 0, "money for an unknown order: {id} {ledger:?}");
    }
    let stock =
        items.iter().find(|item| text(item, "pk") == "SHELF#middle").cloned().unwrap_or_default();
    let empty = serde_json::Map::new();
    let holds = stock["holds"]["M"].as_object().unwrap_or(&empty);
    let for_good = holds.values().filter(|hold| hold["S"] == "paid").count() as u64;
    let by_book: u64 = kind("book")
        .map(|book| {
            amount(book, "copies") + list(book, "back").len() as u64 - amount(book, "taken")
        })
        .sum();
    let free = amount(&stock, "free");
    agree!(
        (free, by_book) == (copies - gone, copies - gone),
        "{copies} copies, {gone} gone: the shelf says {free}, the books say {by_book}"
    );
    agree!(
        for_good == held_places,
        "{held_places} orders wait for a book, {for_good} places are held: {stock}"
    );
    agree!(for_good <= free, "{for_good} places are promised and {free} copies are there: {stock}");
    let sent = items.iter().filter(|item| text(item, "sk").starts_with("SENT#")).count() as u64;
    agree!(sent == 2 * had, "{had} books had, {sent} times reader or address have had one");
    // The letters are there; notifications may wait for the morning.
    let waits = kind("message").find(|message| {
        text(message, "waiting") == "message"
            && !["choose", "ring"].contains(&text(message, "task"))
    });
    agree!(waits.is_none(), "a message is not handled: {waits:?}");
    Ok(())
}

/// The ledger of an order, summed over its names at the payment service.
fn of_order(ledger: &Ledger, id: &str) -> OrderLedger {
    let mut all = OrderLedger::default();
    for (_, named) in ledger.orders.iter().filter(|(name, _)| name.starts_with(id)) {
        all.charged += named.charged;
        all.refunded += named.refunded;
        all.reversed += named.reversed;
        all.charges += named.charges;
        all.payments.extend(named.payments.iter().cloned());
        all.movements.extend(named.movements.iter().cloned());
    }
    all
}

/// What an order means for the stock.
enum Book {
    None,
    Held,
    Gone,
    /// Returned; the reader has had it.
    Back,
    /// In a parcel of a cancelled order, or not for sale any more.
    NotOnShelf,
}

fn one(order: &Value, ledger: &OrderLedger, letters: usize) -> Result<Book, String> {
    let state = text(order, "state");
    let refunds = list(order, "refunds").iter().map(|refund| &refund["M"]);
    let refunds: Vec<&Value> =
        refunds.filter(|refund| text(refund, "progress") != "replaced").collect();
    let details = || format!("{} is {state}: {ledger:?} {refunds:#?}", text(order, "id"));
    let taken_back = ledger.movements.iter().filter(|moved| moved.kind == Kind::Reversal).count();
    agree!(ledger.charges as usize <= 1 + taken_back, "charged twice: {}", details());
    let open = ledger.payments.iter().any(|payment| payment.status == State::WaitingForDeposit);
    let gone = text(&order["payment"]["M"], "outcome") == "reversed";
    agree!(!open || gone, "an account is open without an order that waits: {}", details());
    agree!(text(order, "waiting") != "payment", "a payment is still unknown: {}", details());
    agree!(
        refunds.iter().all(|refund| text(refund, "progress") == "done"),
        "a refund is not done: {}",
        details()
    );
    // Every promised refund exactly once, and no other.
    let mut promised: Vec<u64> = refunds.iter().map(|refund| amount(refund, "amount")).collect();
    let back = ledger.movements.iter().filter(|moved| moved.kind == Kind::Refund);
    let mut back: Vec<u64> = back.map(|moved| moved.amount).collect();
    promised.sort_unstable();
    back.sort_unstable();
    agree!(promised == back, "{promised:?} was promised and {back:?} went back: {}", details());
    agree!(letters == refunds.len(), "{letters} letters tell of the refunds: {}", details());
    let owner: u64 = refunds
        .iter()
        .filter(|refund| text(refund, "why") == "owner")
        .map(|refund| amount(refund, "amount"))
        .sum();
    Ok(match state {
        "priced" | "cancelled" => {
            agree!(
                ledger.held() == 0 && ledger.refunded == 0,
                "not paid, and charged: {}",
                details()
            );
            Book::None
        }
        "refunded" if order["parcel"].is_object() => {
            let postage = amount(&order["withdrawal"]["M"], "postage");
            agree!(
                ledger.charged >= PAID && ledger.held() <= postage,
                "not all but the postage went back: {}",
                details()
            );
            let lost = refunds.iter().any(|refund| text(refund, "why") == "lost_in_post");
            if lost { Book::NotOnShelf } else { Book::Back }
        }
        "refunded" => {
            agree!(
                ledger.charged >= PAID && ledger.held() == 0,
                "not all went back: {}",
                details()
            );
            let unpack = &order["unpack"];
            let unpacked = text(&unpack["M"]["done"]["M"], "copy");
            if unpack.is_object() && unpacked != "good" { Book::NotOnShelf } else { Book::None }
        }
        // No book is left that this reader has not had: paid, and waits for one.
        "choosing" => {
            agree!(
                ledger.held() + owner == PAID,
                "what is held is not what was paid: {}",
                details()
            );
            Book::Held
        }
        // With the owner: nothing goes back before the parcel is handed over.
        "chosen" | "packed" if !order["parcel"].is_object() => {
            let wanted = if gone { 0 } else { PAID - owner };
            agree!(ledger.held() == wanted, "not {wanted} held: {}", details());
            Book::Gone
        }
        "packed" | "shipped" | "delivered" => {
            let price = amount(&order["choice"]["M"], "list_price");
            if gone {
                agree!(ledger.held() == 0, "taken back, and held: {}", details());
                return Ok(Book::Gone);
            }
            // A refund by the owner reduces the held sum, and with it the largest difference.
            let wanted = (price + SERVICE_AND_POSTAGE).min(PAID).saturating_sub(owner);
            agree!(ledger.held() == wanted, "not {wanted} held: {}", details());
            Book::Gone
        }
        other => return Err(format!("not settled: {other}: {}", details())),
    })
}
