//! What calls consume, against DynamoDB's published rules
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed lookup fails the test")]

mod common;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use common::{Stage, dynamodb, start};
use local::{Parts, System, Usage};

/// A client, the table's name, and the meter's readings between calls.
struct Bench {
    system: System,
    client: Client,
    table: String,
}

impl Bench {
    async fn open() -> Self {
        let system = start(&Stage::default()).await;
        let clock = system.clock().clone();
        let client = dynamodb(&Parts {
            http: system.client(),
            now: std::sync::Arc::new(move || clock.now()),
            slack: 1,
            environment: std::collections::BTreeMap::new(),
        });
        let table = system.template().tables["Table"].name.clone();
        system.wire().measure();
        Self { system, client, table }
    }

    fn read(&self) -> Usage {
        self.system.wire().usage().get("").copied().unwrap_or_default()
    }

    /// Write units in all and of indexes, and read units, since `before`.
    fn since(&self, before: Usage) -> (f64, f64, f64) {
        let now = self.read();
        (
            now.write_units - before.write_units,
            now.index_write_units - before.index_write_units,
            now.read_units - before.read_units,
        )
    }

    /// The item `name` with a text of so many bytes; `waiting` puts it into the index `due`.
    fn put(&self, name: &str, bytes: usize, waiting: Option<&str>) -> Put {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = Put::builder().table_name(&self.table).item("pk", text(name));
        let put = put.item("sk", text("A")).item("text", text(&"x".repeat(bytes)));
        let put = match waiting {
            Some(waiting) => put.item("waiting", text(waiting)).item("due", text("now")),
            None => put,
        };
        put.build().unwrap()
    }

    async fn write(&self, put: Put) -> (f64, f64, f64) {
        let before = self.read();
        let put = self.client.put_item().table_name(&self.table).set_item(Some(put.item));
        put.send().await.unwrap();
        self.since(before)
    }

    async fn transact(&self, puts: &[Put]) -> (f64, f64, f64) {
        let before = self.read();
        let parts = puts.iter().map(|put| TransactWriteItem::builder().put(put.clone()).build());
        let call = self.client.transact_write_items();
        call.set_transact_items(Some(parts.collect())).send().await.unwrap();
        self.since(before)
    }

    async fn get(&self, name: &str, consistent: bool) -> (f64, f64, f64) {
        let before = self.read();
        let get = self.client.get_item().table_name(&self.table).consistent_read(consistent);
        let get = get.key("pk", AttributeValue::S(name.into()));
        get.key("sk", AttributeValue::S("A".into())).send().await.unwrap();
        self.since(before)
    }
}

#[tokio::test]
async fn a_write_counts_each_begun_kb_of_the_larger_image() {
    let bench = Bench::open().await;
    assert_eq!(bench.write(bench.put("a", 900, None)).await, (1.0, 0.0, 0.0));
    assert_eq!(bench.write(bench.put("a", 1_500, None)).await, (2.0, 0.0, 0.0));
    assert_eq!(bench.write(bench.put("a", 10, None)).await, (2.0, 0.0, 0.0), "it shrinks");
    assert_eq!(bench.write(bench.put("a", 10, None)).await, (1.0, 0.0, 0.0));
}

#[tokio::test]
async fn a_transaction_counts_twice_for_each_item_of_the_table() {
    let bench = Bench::open().await;
    let puts = [bench.put("a", 10, None), bench.put("b", 1_500, None)];
    assert_eq!(bench.transact(&puts).await, (2.0 + 4.0, 0.0, 0.0));
    let indexed = [bench.put("c", 1_500, Some("message"))];
    assert_eq!(bench.transact(&indexed).await, (4.0 + 2.0, 2.0, 0.0), "a copy counts once");
}

#[tokio::test]
async fn an_index_counts_its_copy_and_a_changed_key_twice() {
    let bench = Bench::open().await;
    assert_eq!(bench.write(bench.put("a", 1_500, Some("one"))).await, (4.0, 2.0, 0.0));
    assert_eq!(bench.write(bench.put("a", 1_500, Some("one"))).await, (2.0, 0.0, 0.0), "the same");
    assert_eq!(bench.write(bench.put("a", 1_500, Some("two"))).await, (6.0, 4.0, 0.0), "moved");
    assert_eq!(bench.write(bench.put("a", 10, Some("two"))).await, (4.0, 2.0, 0.0), "smaller");
    assert_eq!(bench.write(bench.put("a", 10, None)).await, (2.0, 1.0, 0.0), "gone from it");
}

#[tokio::test]
async fn a_read_counts_each_begun_four_kb_and_half_if_it_may_be_late() {
    let bench = Bench::open().await;
    bench.write(bench.put("a", 5_000, None)).await;
    assert_eq!(bench.get("a", true).await, (0.0, 0.0, 2.0));
    assert_eq!(bench.get("a", false).await, (0.0, 0.0, 1.0));
    assert_eq!(bench.get("nobody", false).await, (0.0, 0.0, 0.5), "what is not there");
}

#[tokio::test]
async fn a_refused_write_counts_and_is_named() {
    let bench = Bench::open().await;
    bench.write(bench.put("a", 10, None)).await;
    let before = bench.read();
    let put = bench.client.put_item().table_name(&bench.table);
    let put = put.set_item(Some(bench.put("a", 10, None).item));
    put.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
    assert_eq!(bench.since(before), (1.0, 0.0, 0.0));
    assert_eq!(bench.read().refused_writes, before.refused_writes + 1);
}

#[tokio::test]
async fn invocations_are_counted_with_their_time() {
    let bench = Bench::open().await;
    bench.write(bench.put("a", 10, None)).await;
    bench.system.settle().await.unwrap();
    bench.system.invoke("work", serde_json::json!({ "Records": [] })).await.unwrap();
    let runs = bench.system.runs();
    assert_eq!(runs["work"].count, 1);
    assert!(runs["work"].billed.as_millis() >= 1, "rounded up to a millisecond");
}
