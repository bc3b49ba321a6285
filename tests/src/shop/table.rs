//! What a test reads from the shop's table and queues. Items are as DynamoDB writes them
//! (`{"S": …}`); [`Shop::order`] reads one as the domain does.

use domain::order::Order;
use local::Peeked;
use serde_json::{Value, json};

use crate::Shop;

impl Shop {
    /// Every item of the table.
    pub fn items(&self) -> Vec<Value> {
        self.items_of("Table")
    }

    /// What the law has the shop keep of forgotten orders.
    pub fn kept_records(&self) -> Vec<Value> {
        self.items_of("Records")
    }

    fn items_of(&self, table: &str) -> Vec<Value> {
        let system = self.system();
        let (mut items, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut scan = json!({ "TableName": system.template().tables[table].name });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let scan = serde_json::from_value(scan).expect("a scan");
            let page =
                system.database().scan(scan).unwrap_or_else(|why| panic!("the table: {why}"));
            let page = serde_json::to_value(page).expect("an answer is JSON");
            items.extend(page["Items"].as_array().cloned().unwrap_or_default());
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return items;
            }
        }
    }

    /// The items of one kind: `order`, `letter`, `message`, …
    pub fn items_of_kind(&self, kind: &str) -> Vec<Value> {
        self.items().into_iter().filter(|item| item["kind"]["S"] == kind).collect()
    }

    /// One item by its keys; null if there is none.
    pub fn item(&self, pk: &str, sk: &str) -> Value {
        let is_it = |item: &&Value| item["pk"]["S"] == pk && item["sk"]["S"] == sk;
        self.items().iter().find(is_it).cloned().unwrap_or_default()
    }

    /// Overwrites an item, without any condition.
    pub fn put_back(&self, item: &Value) {
        let system = self.system();
        let put = json!({ "TableName": system.template().tables["Table"].name, "Item": item });
        let put = serde_json::from_value(put).expect("an item");
        system.database().put_item(put).unwrap_or_else(|why| panic!("the table: {why}"));
    }

    /// An order, read as the store reads it.
    pub fn order(&self, id: &str) -> Order {
        let item: serde_dynamo::Item =
            serde_json::from_value(self.order_item(id)).unwrap_or_else(|_| panic!("no order {id}"));
        serde_dynamo::from_item(item).unwrap_or_else(|why| panic!("the order {id}: {why}"))
    }

    /// The stored item of an order; null if there is none.
    pub fn order_item(&self, id: &str) -> Value {
        self.item(&format!("ORDER#{id}"), "ORDER")
    }

    /// The stored state of an order, `none` if there is no order.
    pub fn state(&self, id: &str) -> String {
        self.order_item(id)["state"]["S"].as_str().unwrap_or("none").to_owned()
    }

    /// The state of an order; `prepared` if it is chosen and waits for the owner to pack it.
    pub fn stage(&self, id: &str) -> String {
        let order = self.order_item(id);
        match order["state"]["S"].as_str() {
            Some("chosen") if order["number"].is_object() => "prepared".to_owned(),
            state => state.unwrap_or("none").to_owned(),
        }
    }

    /// The ISBN of the book chosen for an order, `none` if none is chosen.
    pub fn chosen(&self, id: &str) -> String {
        self.order_item(id)["choice"]["M"]["isbn"]["S"].as_str().unwrap_or("none").to_owned()
    }

    /// The stored item of a book; null if there is none.
    pub fn book_item(&self, isbn: &str) -> Value {
        self.item(&format!("BOOK#{isbn}"), "BOOK")
    }

    /// The stock of a price range (`light`, `middle`, `heavy`): the free copies, and the places
    /// held for orders now.
    pub fn stock(&self, range: &str) -> (u32, usize) {
        let stock = self.item(&format!("SHELF#{range}"), "STOCK");
        let now = self.now().to_string();
        let is_held = |hold: &&Value| {
            hold["S"] == "paid" || hold["M"]["until"]["S"].as_str() > Some(now.as_str())
        };
        let held = stock["holds"]["M"].as_object();
        let held = held.map_or(0, |holds| holds.values().filter(is_held).count());
        let free = stock["free"]["N"].as_str().and_then(|free| free.parse().ok());
        (free.unwrap_or_default(), held)
    }

    /// How many places the record of a price range lists, expired ones too.
    pub fn listed_places(&self, range: &str) -> usize {
        let stock = self.item(&format!("SHELF#{range}"), "STOCK");
        stock["holds"]["M"].as_object().map_or(0, serde_json::Map::len)
    }

    /// How many times the table notes that a reader or an address was sent a work: twice a book.
    pub fn sent_works(&self) -> usize {
        let is_sent =
            |item: &&Value| item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("SENT#"));
        self.items().iter().filter(is_sent).count()
    }

    /// Panics if a message of the outbox is not handled.
    pub fn every_message_is_handled(&self) {
        let waits = |item: &&Value| item["waiting"]["S"] == "message";
        assert_eq!(self.items().iter().find(waits), None);
    }

    /// A queue's name by its logical id: `ChooseQueue`, or `ChooseDeadLetters`.
    pub fn queue(&self, logical_id: &str) -> String {
        let system = self.system();
        let queue = system.template().queues.get(logical_id);
        queue
            .unwrap_or_else(|| {
                panic!("no queue {logical_id}: {:?}", system.template().queues.keys())
            })
            .name
            .clone()
    }

    /// The messages on a queue.
    pub fn on_queue(&self, logical_id: &str) -> Vec<Peeked> {
        let queue = self.queue(logical_id);
        self.system().queues().peek(&queue).unwrap_or_else(|why| panic!("{queue}: {why}"))
    }
}
