//! How the owner's answers show where a parcel goes.

use domain::{base::sensitive::Sensitive, order::Address};
use serde_json::{Value, json};

/// An address, field by field.
pub fn address_data(to: &Address) -> Value {
    json!({
        "recipient": to.recipient.reveal(),
        "phone": to.phone.reveal(),
        "postcode": to.postcode.reveal(),
        "street": to.street.reveal(),
        "detail": to.detail.reveal(),
    })
}

/// An address on one line, as a person reads it.
pub fn address_line(to: &Address) -> String {
    let [recipient, phone, postcode, street, detail] =
        [&to.recipient, &to.phone, &to.postcode, &to.street, &to.detail].map(Sensitive::reveal);
    format!("{recipient} · {phone} · {postcode} {street} {detail}").trim_end().to_owned()
}
