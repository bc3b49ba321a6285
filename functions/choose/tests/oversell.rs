//! More orders than copies, all at once: each copy goes to one order, and the other orders wait.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::{Value, json};
use walk::{Doors, Shop, book, shown};

const ORDERS: u32 = 200;
const COPIES: usize = 50;

/// The items of a paid order without a book, copied for another reader at another address.
fn copied(paid: &[Value], order: &str, visitor: &str, number: u32) -> (String, Vec<Value>) {
    let (other_order, other_visitor) =
        (format!("01JD9G5T3M8Q2W6X4Z7N1{number:05}"), format!("01JD9G5T3M8Q2W6X4Z7N2{number:05}"));
    let copies = paid.iter().map(|item| {
        let text = item.to_string().replace(order, &other_order).replace(visitor, &other_visitor);
        let mut item: Value = serde_json::from_str(&text).unwrap();
        if item["kind"]["S"] == "order" {
            item["address"]["M"]["street"]["S"] = format!("어딘가로 {number}").into();
            item["sent_to"]["S"] = format!("{number:032x}").into();
        }
        item
    });
    let copies = copies.collect();
    (other_order, copies)
}

/// Invokes `choose` for every message at the same time. Returns the messages to be delivered
/// again.
async fn all_at_once(shop: &Shop, bodies: &[String]) -> Vec<String> {
    let invocations: Vec<_> = bodies
        .iter()
        .map(|body| {
            let (system, body) = (shop.system(), body.clone());
            tokio::spawn(async move {
                let record = json!({ "messageId": "1", "body": body, "eventSource": "aws:sqs" });
                let again = match system.invoke("choose", json!({ "Records": [record] })).await {
                    Ok(answer) => answer["batchItemFailures"]
                        .as_array()
                        .is_some_and(|failures| !failures.is_empty()),
                    // On a slow machine an invocation can time out, as on Lambda.
                    Err(failure) if failure.error_type == "Sandbox.Timedout" => true,
                    Err(failure) => panic!("{failure:?}"),
                };
                again.then_some(body)
            })
        })
        .collect();
    let mut again = Vec::new();
    for invocation in invocations {
        again.extend(invocation.await.unwrap());
    }
    again
}

/// The copies that orders got (ISBN and number), and the orders that wait for a book.
fn fates(shop: &Shop) -> (Vec<String>, Vec<Value>) {
    let orders = shop.items_of_kind("order").into_iter();
    let (chosen, waiting): (Vec<Value>, Vec<Value>) =
        orders.partition(|order| order["choice"].is_object());
    let copy = |order: &Value| {
        let choice = &order["choice"]["M"];
        format!(
            "{} {}",
            choice["isbn"]["S"].as_str().unwrap(),
            choice["copy"]["N"].as_str().unwrap()
        )
    };
    (chosen.iter().map(copy).collect(), waiting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_orders_at_once_for_fifty_copies() {
    // Ten works of five copies: every order prefers the same one.
    let books: Vec<Value> =
        (1..=10).map(|number| book(number, 15_000, u8::try_from(number % 6).unwrap(), 5)).collect();
    let shop = Shop::with_books(&books).await;
    // The steps after a choice are not part of this test.
    for held in ["choose", "pack", "refund", "notify"] {
        shop.system().hold(held);
    }
    let mut reader = shop.visitor();
    let late = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let visitor = shop.order_item(&late)["visitor"]["S"].as_str().unwrap().to_owned();
    let message = shop.items().into_iter().find(|item| item["task"]["S"] == "choose").unwrap();
    let paid = [shop.order_item(&late), message];
    // The counter takes no more orders than copies; a stock record written here allows it.
    let mut stock = shop.item("SHELF#middle", "STOCK");
    let mut orders = vec![late.clone()];
    for number in 1..=ORDERS {
        let (order, items) = copied(&paid, &late, &visitor, number);
        for item in &items {
            shop.put_back(item);
        }
        stock["holds"]["M"][&order] = stock["holds"]["M"][&late].clone();
        orders.push(order);
    }
    shop.put_back(&stock);
    shop.settle().await;
    let bodies: Vec<String> =
        shop.on_queue("ChooseQueue").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies.len(), orders.len());

    let begun = Instant::now();
    let (late_body, mut left): (Vec<String>, Vec<String>) =
        bodies.into_iter().partition(|body| body.contains(&late));
    let mut deliveries = 0;
    while !left.is_empty() {
        deliveries += 1;
        assert!(deliveries <= 5, "{} messages would lie in the dead letters", left.len());
        left = all_at_once(&shop, &left).await;
        println!(
            "delivery {deliveries}: {} to come again, after {} ms",
            left.len(),
            begun.elapsed().as_millis()
        );
    }
    let (copies, _) = fates(&shop);
    assert_eq!(copies.len(), COPIES);
    // An order without a copy is shown as waiting on the desk and in the window.
    assert!(all_at_once(&shop, &late_body).await.is_empty());
    reader.go(&format!("/window/{late}")).await;
    assert_eq!(reader.here().order(), (late.clone(), "choosing".to_owned()));
    assert!(reader.here().says("새 책을 기다립니다"), "{:?}", reader.here());

    let (copies, waiting) = fates(&shop);
    assert_eq!(
        (copies.len(), waiting.len()),
        (COPIES, orders.len() - COPIES),
        "chosen and waiting"
    );
    assert_eq!(copies.iter().collect::<BTreeSet<_>>().len(), COPIES, "a copy went out twice");
    assert!(
        waiting
            .iter()
            .all(|order| order["state"]["S"] == "choosing" && order["want"]["S"] == "book")
    );
    let stock = shop.item("SHELF#middle", "STOCK");
    assert_eq!(stock["free"]["N"], "0");
    assert_eq!(
        stock["holds"]["M"].as_object().unwrap().len(),
        waiting.len(),
        "who waits keeps the place"
    );
    let desk = shop.owner("owner-desk", json!({ "limit": 100 })).await;
    let shown = shown(&desk);
    assert!(
        shown.len() == 100 && shown.iter().all(|shown| shown["what"] == "책이 모자람"),
        "{desk:#}"
    );

    // With new books every waiting order gets one by itself.
    let new: Vec<Value> = (11..=20).map(|number| book(number, 15_000, 3, 20)).collect();
    shop.owner_does("owner-shelve", json!({ "books": new })).await;
    shop.system().release("choose");
    shop.minutes_pass(20).await;
    let (copies, waiting) = fates(&shop);
    assert_eq!((copies.len(), waiting.len()), (orders.len(), 0));
    assert_eq!(copies.iter().collect::<BTreeSet<_>>().len(), orders.len(), "a copy went out twice");
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for copy in &copies {
        *taken.entry(copy.split(' ').next().unwrap().to_owned()).or_default() += 1;
    }
    for (isbn, count) in taken {
        assert_eq!(shop.book_item(&isbn)["taken"]["N"], count.to_string(), "{isbn}");
    }
    assert!(shop.on_queue("ChooseDeadLetters").is_empty());
    println!("{} orders, {COPIES} copies: {} ms in all", orders.len(), begun.elapsed().as_millis());
    assert!(
        shop.system().failures().iter().all(|failure| failure.error_type == "Sandbox.Timedout")
    );
}
