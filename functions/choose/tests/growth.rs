//! The cost of a choice does not depend on the number of books.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use walk::{Doors, Recipient, Shop, book};

/// The cost of one choice.
struct Cost {
    works: u32,
    calls: usize,
    /// Read units of the call that reads a page of the index `shelf`.
    units: f64,
    time: Duration,
}

/// The stored item of a book with a rank among the others.
fn item(number: u32) -> Value {
    let row = book(number, 15_000, 0, 1);
    let isbn = row["isbn"].as_str().unwrap();
    let love = number % 6;
    let standing = love * 100 + 100;
    let text = |text: &str| json!({ "S": text });
    let figure = |figure: u32| json!({ "N": figure.to_string() });
    json!({
        "pk": text(&format!("BOOK#{isbn}")), "sk": text("BOOK"), "kind": text("book"), "version": figure(1),
        "isbn": text(isbn), "work": text(isbn), "title": text(&format!("책 {number}")),
        "author": text(&format!("지은이 {}", number % 997)), "publisher": text(&format!("출판사 {}", number % 101)),
        "pages": figure(200), "list_price": figure(15_000), "love": figure(love),
        "tags": { "L": [text(["밤", "겨울", "바다", "편지"][number as usize % 4])] },
        "copies": figure(1), "taken": figure(0), "standing": figure(standing),
        "shelf": text("SHELF#middle"), "rank": text(&format!("{standing:03}#{isbn}")),
    })
}

async fn cost(works: u32) -> Cost {
    // Shelving three books creates the stock record. The others are written beside them.
    let shop =
        Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 15_000, 4, 2), book(3, 15_000, 3, 2)])
            .await;
    let system = shop.system();
    let table = system.template().tables["Table"].name.clone();
    let numbers: Vec<u32> = (4..=works).collect();
    for batch in numbers.chunks(25) {
        let puts: Vec<Value> =
            batch.iter().map(|number| json!({ "PutRequest": { "Item": item(*number) } })).collect();
        let request = json!({ "RequestItems": { &table: puts } });
        system.database().batch_write_item(serde_json::from_value(request).unwrap()).unwrap();
    }
    // The stream records of these books are no part of a choice.
    shop.settle().await;
    // The median of five choices, because the machine is shared.
    system.hold("choose");
    let mut times = Vec::new();
    let mut calls = 0;
    for number in 0..5 {
        let recipient = Recipient::in_street(&format!("어딘가로 {number}"));
        let order = shop.visitor().living(recipient).walk(Doors::Plain).await;
        shop.settle().await;
        let message =
            shop.on_queue("ChooseQueue").into_iter().find(|message| message.body.contains(&order));
        let record =
            json!({ "messageId": "1", "body": message.unwrap().body, "eventSource": "aws:sqs" });
        system.wire().forget_calls();
        let begun = Instant::now();
        system.invoke("choose", json!({ "Records": [record] })).await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(shop.state(&order), "chosen");
        calls = system
            .wire()
            .calls()
            .into_iter()
            .filter(|((caller, ..), _)| caller == "choose")
            .map(|(_, n)| n)
            .sum();
    }
    times.sort();
    let time = times[2];
    let page = json!({
        "TableName": table, "IndexName": "shelf", "ScanIndexForward": false, "Limit": 40,
        "KeyConditionExpression": "shelf = :shelf",
        "ExpressionAttributeValues": { ":shelf": { "S": "SHELF#middle" } },
        "ReturnConsumedCapacity": "TOTAL",
    });
    let page = system.database().query(serde_json::from_value(page).unwrap()).unwrap();
    let page = serde_json::to_value(page).unwrap();
    let units = page["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap();
    shop.nothing_failed();
    Cost { works, calls, units, time }
}

fn holds(small: &Cost, large: &Cost) {
    for Cost { works, calls, units, time } in [small, large] {
        println!(
            "{works} works: {calls} calls, {units} read units for the page, {} ms",
            time.as_millis()
        );
    }
    assert_eq!(small.calls, large.calls, "calls");
    assert!(large.units <= small.units * 1.2, "{} became {} read units", small.units, large.units);
}

#[tokio::test]
async fn a_choice_costs_the_same_with_a_hundred_times_the_books() {
    holds(&cost(100).await, &cost(10_000).await);
}

#[tokio::test]
#[ignore = "fills a table with a hundred thousand books: a minute"]
async fn a_choice_costs_the_same_with_a_thousand_times_the_books() {
    holds(&cost(100).await, &cost(100_000).await);
}
