//! What the owner sees of an order that is to be packed or unpacked.

use std::collections::HashMap;

use admin::{Show, note_line, notes_data, order_title};
use domain::{
    base::{format, text::Language},
    catalog::{isbn::Isbn, selection::Book, spot::Spot},
    order::{Order, ShortNumber},
};
use jiff::civil::Date;
use serde_json::json;
use store::Versioned;

/// The chosen books of these orders.
pub(crate) fn isbns<'a>(orders: impl Iterator<Item = &'a Order>) -> Vec<Isbn> {
    let mut isbns: Vec<Isbn> =
        orders.filter_map(|order| Some(order.choice.as_ref()?.isbn.clone())).collect();
    isbns.sort();
    isbns.dedup();
    isbns
}

pub(crate) fn order(
    order: &Order,
    books: &HashMap<Isbn, Versioned<Book>>,
    pen_name: Option<&str>,
    today: Date,
) -> Show {
    let choice = order.choice.as_ref();
    let book = choice.and_then(|choice| books.get(&choice.isbn)).map(|book| &book.value);
    let time = |at| format::date_time(at, Language::Ko);
    let (corrected, printed) = (order.outdated_print().map(time), order.printed_at.map(time));
    let spot = book.and_then(|book| book.spot.as_ref()).map(Spot::as_str);
    let data = json!({
        "what": order.owner_task(today).title(),
        "number": order.number.map(ShortNumber::short),
        "name": order.number.map_or_else(|| order.id.to_string(), |number| number.to_string()),
        "order": order.id.to_string(),
        "title": book.map(|book| book.title.clone()),
        "author": book.map(|book| book.author.clone()),
        "isbn": choice.map(|choice| choice.isbn.to_string()),
        "copy": choice.map(|choice| choice.copy),
        "notes": notes_data(order),
        "spot": spot,
        "printed": printed,
        "promised": format::korean_date(order.promised),
        "late": order.promised < today,
        "address_corrected": corrected,
    });
    let title = book
        .zip(choice)
        .map(|(book, choice)| format!("「{}」 {} · {}권째", book.title, book.author, choice.copy));
    Show::new("parcel", order_title(order, pen_name), data)
        .fact("할 일", order.owner_task(today).title())
        .fact_if("책", title)
        .fact_if("적어 둔 말", note_line(order))
        .fact_if("자리", spot.map(str::to_owned))
        .fact_if("쪽지", printed.map(|at| format!("{at} 인쇄")))
        .fact("약속한 날", format!("{}까지", format::korean_date(order.promised)))
        .fact_if(
            "받으실 곳을 고침",
            corrected.map(|at| format!("{at}. 그 전에 인쇄한 것은 버리고 새로 인쇄해 주십시오")),
        )
}
