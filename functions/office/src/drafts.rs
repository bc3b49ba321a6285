//! Numbers that were scanned or typed and not yet posted. They are in the owner's table, so that a
//! reload, another page and another device go on with them.

use std::collections::BTreeMap;

use admin::Answer;
use domain::{base::id::OrderId, order::parcel::Carrier};
use serde_json::Value;
use store::StoreError;
use web::Request;

use crate::{
    Office,
    ship::{Waiting, parcel, with_carrier},
};

/// What is typed for the orders that wait: `None` for an empty field. A field that the form does not
/// have says nothing.
pub(crate) fn typed(request: &Request, waiting: &[Waiting]) -> BTreeMap<OrderId, Option<String>> {
    let usual = request.form.typed("carrier");
    let fields = waiting.iter().filter_map(|parcel| {
        let number = request.form.get(&format!("number-{}", parcel.order))?;
        Some((parcel.order.parse().ok()?, as_kept(usual, number)))
    });
    fields.collect()
}

/// A number as it is kept, whichever carrier is the usual one of the next page; `None` without one.
pub(crate) fn as_kept(usual: &str, number: &str) -> Option<String> {
    if number.trim().is_empty() {
        return None;
    }
    let (carrier, number) = parcel(usual, number);
    Some(with_carrier(carrier, number, Carrier::Cj.name()))
}

/// The request of a page whose fields are filled with what is kept. One read.
pub(crate) async fn filled(
    office: &Office,
    request: &Request,
    waiting: &[Waiting],
) -> Result<Request, StoreError> {
    let mut filled = request.clone();
    for (order, number) in office.table.parcel_drafts().await? {
        let field = format!("number-{order}");
        if waiting.iter().any(|parcel| parcel.order == order.to_string()) {
            filled.form.set(&field, number);
        }
    }
    Ok(filled)
}

/// Forgets the numbers of the parcels that a call has posted. The parcels are posted, whether or not
/// the table answers.
pub(crate) async fn posted(office: &Office, request: &Request, call: &Value, answer: &Answer) {
    let parcels = call.get("parcels").and_then(Value::as_array).filter(|_| !answer.did.is_empty());
    let order = |parcel: &Value| parcel.get("order")?.as_str()?.parse().ok();
    let orders = parcels.into_iter().flatten().filter_map(order);
    let gone: BTreeMap<OrderId, Option<String>> = orders.map(|order| (order, None)).collect();
    if gone.is_empty() {
        return;
    }
    if let Err(error) = office.table.keep_parcel_drafts(&gone, request.now).await {
        tracing::warn!(error.message = %error, "numbers of posted parcels are still kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_with_its_carrier() {
        assert_eq!(as_kept("cj", " 612345678901 ").as_deref(), Some("612345678901"));
        assert_eq!(as_kept("epost", "1234567890123").as_deref(), Some("우체국 1234567890123"));
        assert_eq!(as_kept("epost", "CJ 6123").as_deref(), Some("6123"));
        assert_eq!(as_kept("cj", "직접").as_deref(), Some("직접 전달"));
        assert_eq!(as_kept("cj", "  "), None);
    }
}
