//! How the owner's answers name an order.

use domain::{
    base::{format, text::Language},
    order::Order,
};

/// An order for the owner: by its short number, before it has one by when it was paid; and the
/// reader's pen name, if it is known.
pub fn order_title(order: &Order, pen_name: Option<&str>) -> String {
    let name = match (order.number, order.paid_at()) {
        (Some(number), _) => number.short(),
        (None, Some(paid)) => format!("{} 결제", format::date_time(paid, Language::Ko)),
        (None, None) => "결제 전".to_owned(),
    };
    match pen_name {
        Some(pen_name) => format!("{name} · {pen_name} 님"),
        None => name,
    }
}
