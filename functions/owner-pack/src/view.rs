//! What the owner sees of an order that is to be packed or unpacked.

use std::collections::HashMap;

use domain::{
    base::format,
    catalog::{isbn::Isbn, selection::Book},
    order::{Order, ShortNumber},
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use store::Versioned;

/// The chosen books of these orders.
pub(crate) fn isbns(to_pack: &[&Order], to_unpack: &[&Order]) -> Vec<Isbn> {
    let orders = to_pack.iter().chain(to_unpack);
    let mut isbns: Vec<Isbn> =
        orders.filter_map(|order| Some(order.choice.as_ref()?.isbn.clone())).collect();
    isbns.sort();
    isbns.dedup();
    isbns
}

/// The call that records all of them; the condition of unpacked copies is left to the owner.
pub(crate) fn call(to_pack: &[&Order], to_unpack: &[&Order]) -> Option<Value> {
    let mut call = Map::new();
    if !to_pack.is_empty() {
        call.insert("packed".into(), to_pack.iter().map(|order| name(order)).collect());
    }
    if !to_unpack.is_empty() {
        call.insert("unpacked".into(), to_unpack.iter().map(|order| name(order)).collect());
        call.insert("copy".into(), json!(""));
    }
    (!call.is_empty()).then_some(Value::Object(call))
}

/// The short number in full; orders packed by an earlier version have none.
fn name(order: &Order) -> Value {
    order.number.map_or_else(|| order.id.to_string(), |number| number.to_string()).into()
}

pub(crate) fn order(order: &Order, books: &HashMap<Isbn, Versioned<Book>>, today: Date) -> Value {
    let choice = order.choice.as_ref();
    let book = choice.and_then(|choice| books.get(&choice.isbn)).map(|book| &book.value);
    json!({
        "what": order.owner_task(today).title(),
        "number": order.number.map(ShortNumber::short),
        "order": order.id.to_string(),
        "title": book.map(|book| book.title.clone()),
        "author": book.map(|book| book.author.clone()),
        "isbn": choice.map(|choice| choice.isbn.to_string()),
        "copy": choice.map(|choice| choice.copy),
        "promised": format::korean_date(order.promised),
        "late": order.promised < today,
    })
}
