//! The call of `owner-pack`, which `owner-pack` and the desk offer.

use domain::order::Order;
use serde_json::{Map, Value};

/// The call that records these orders as packed and unpacked, by their short numbers. The condition
/// of unpacked copies is left to the owner. `None` if there are no orders.
pub fn packing_call(to_pack: &[&Order], to_unpack: &[&Order]) -> Option<Value> {
    let mut call = Map::new();
    if !to_pack.is_empty() {
        call.insert("packed".into(), names(to_pack));
    }
    if !to_unpack.is_empty() {
        call.insert("unpacked".into(), names(to_unpack));
        call.insert("copy".into(), "".into());
    }
    (!call.is_empty()).then_some(Value::Object(call))
}

/// The short numbers in full; orders packed by an earlier version have none.
fn names(orders: &[&Order]) -> Value {
    let name = |order: &&Order| match order.number {
        Some(number) => number.to_string(),
        None => order.id.to_string(),
    };
    orders.iter().map(name).collect()
}
