//! What the owner sees of an order that is to be packed or unpacked.

use std::collections::HashMap;

use domain::{
    base::{format, text::Language},
    catalog::{isbn::Isbn, selection::Book},
    order::{Order, ShortNumber},
};
use jiff::civil::Date;
use serde_json::{Value, json};
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
        "address_corrected": order.readdressed_at.map(|at| format::date_time(at, Language::Ko)),
    })
}
