//! A call with what was typed into its blanks. A blank is an empty text or a null in the call that a
//! function has ready; its input is named by its place, as a JSON pointer (RFC 6901).

use serde_json::Value;
use web::Request;

/// A blank of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blank {
    /// Its place, as a JSON pointer: `/picks/0/because`.
    pub(crate) place: String,
    /// The name of its field.
    pub(crate) field: String,
    /// Whether it may stay empty.
    pub(crate) optional: bool,
}

/// The blanks of a call, in their order.
pub(crate) fn blanks(call: &Value) -> Vec<Blank> {
    let mut blanks = Vec::new();
    collect(call, "", "", &mut blanks);
    blanks
}

fn collect(value: &Value, place: &str, field: &str, blanks: &mut Vec<Blank>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let step = name.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{place}/{step}"), name, blanks);
            }
        }
        Value::Array(entries) => {
            for (at, value) in entries.iter().enumerate() {
                collect(value, &format!("{place}/{at}"), field, blanks);
            }
        }
        Value::Null => {
            blanks.push(Blank { place: place.into(), field: field.into(), optional: true });
        }
        Value::String(text) if text.is_empty() => {
            blanks.push(Blank { place: place.into(), field: field.into(), optional: false });
        }
        _ => {}
    }
}

/// The call of a form, as its function had it ready and with what was typed: a blank that may stay
/// empty, and did, is left out. `None` if the form carries no call.
pub(crate) fn call(request: &Request) -> Option<(Value, Value)> {
    let asked: Value = serde_json::from_str(request.form.get("call")?).ok()?;
    if !asked.is_object() {
        return None;
    }
    let mut call = asked.clone();
    for blank in blanks(&asked) {
        let typed = request.form.typed(&blank.place);
        if let (false, Some(value)) = (typed.trim().is_empty(), call.pointer_mut(&blank.place)) {
            *value = Value::String(typed.to_owned());
        }
    }
    leave_out_nulls(&mut call);
    Some((asked, call))
}

/// Without the fields that have no value: the dry run's call would ask for them again.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(entries) => entries.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

/// Whether one tap does what a call does, because the owner can take it back, or nobody else sees
/// it: what is chosen, printed, packed, read or noted. Money, letters, posting and stock are shown
/// before they are done.
pub(crate) fn is_light(function: &str, call: &Value) -> bool {
    let has = |field: &str| call.get(field).is_some_and(|value| !value.is_null());
    let unanswered = |letters: &Value| {
        let letters = letters.as_array().map(Vec::as_slice).unwrap_or_default();
        letters
            .iter()
            .all(|letter| letter.get("answer").is_none() && letter.get("complaint").is_none())
    };
    match function {
        "owner-choose" => has("picks"),
        // Only the unpacking is shown before: the copy may go back to the shelf.
        "owner-pack" => !has("unpacked"),
        "owner-letters" => call.get("letters").is_some_and(unanswered),
        "owner-order" => has("choose_anew") || has("note"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blanks_are_found_by_their_place() {
        let call = json!({
            "order": "01J", "cancel": { "reason": "" },
            "picks": [{ "isbn": "978", "because": "" }], "received": null,
        });
        let places: Vec<String> = blanks(&call).into_iter().map(|blank| blank.place).collect();
        assert_eq!(places, ["/cancel/reason", "/picks/0/because", "/received"]);
        for blank in blanks(&call) {
            assert!(call.pointer(&blank.place).is_some(), "{}", blank.place);
        }
    }

    #[test]
    fn what_was_left_empty_is_left_out() {
        let mut call = json!({ "a": null, "rows": [{ "b": null, "c": "" }, null], "d": 1 });
        leave_out_nulls(&mut call);
        assert_eq!(call, json!({ "rows": [{ "c": "" }, null], "d": 1 }));
    }

    #[test]
    fn what_cannot_be_taken_back_is_shown_before() {
        assert!(is_light("owner-choose", &json!({ "picks": [{}] })));
        assert!(is_light("owner-pack", &json!({ "packed": ["목-01"] })));
        assert!(is_light("owner-pack", &json!({ "printed": ["목-01"] })));
        assert!(is_light("owner-order", &json!({ "order": "x", "note": "선물" })));
        assert!(is_light("owner-letters", &json!({ "letters": [{ "letter": "x" }] })));
        for (function, call) in [
            ("owner-letters", json!({ "letters": [{ "letter": "x", "answer": "y" }] })),
            ("owner-letters", json!({ "letters": [{ "letter": "x", "complaint": "y" }] })),
            ("owner-pack", json!({ "packed": ["목-01"], "unpacked": ["수-02"] })),
            ("owner-ship", json!({ "parcels": [{}] })),
            ("owner-order", json!({ "order": "x", "cancel": { "reason": "y" } })),
            ("owner-refund", json!({ "order": "x" })),
        ] {
            assert!(!is_light(function, &call), "{function} {call}");
        }
    }
}
