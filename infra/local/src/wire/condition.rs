//! Disables a condition of a function's writes, so that a test can show that it is needed.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::call::{Call, Service};

/// A condition of a write: the function, the kind of item (the first word of its key), and the
/// expression.
pub type Condition = (String, String, String);

/// A disabled condition.
#[derive(Debug)]
pub(super) struct Forgotten {
    function: String,
    item: String,
    condition: String,
    met: usize,
}

impl Forgotten {
    pub(super) fn new(function: &str, item: &str, condition: &str) -> Self {
        Self {
            function: function.to_owned(),
            item: item.to_owned(),
            condition: condition.to_owned(),
            met: 0,
        }
    }

    /// In how many calls the condition occurred.
    pub(super) const fn met(&self) -> usize {
        self.met
    }

    /// Disables the condition in a call of the function. It stays in the expression, because
    /// DynamoDB refuses unused names and values.
    pub(super) fn apply(&mut self, caller: &str, call: &mut Call) {
        if caller != self.function {
            return;
        }
        let Some(mut body) = writes(call) else { return };
        if !self.forget(&mut body) {
            return;
        }
        self.met += 1;
        call.rewrite(&body);
    }

    /// Disables the condition in a body. Returns whether it occurred.
    fn forget(&self, body: &mut Json) -> bool {
        let mut found = false;
        each_condition(body, &mut |item, expression| {
            if item == self.item && expression.contains(&self.condition) {
                found = true;
                let always = format!(
                    "(attribute_exists(pk) OR attribute_not_exists(pk) OR {})",
                    self.condition
                );
                *expression = expression.replace(&self.condition, &always);
            }
        });
        found
    }
}

/// Records the conditions of a call.
pub(super) fn note(caller: &str, call: &Call, noted: &mut BTreeSet<Condition>) {
    let Some(mut body) = writes(call) else { return };
    each_condition(&mut body, &mut |item, expression| {
        noted.insert((caller.to_owned(), item.to_owned(), expression.clone()));
    });
}

fn writes(call: &Call) -> Option<Json> {
    (call.service == Service::Dynamodb).then(|| serde_json::from_slice(call.body()).ok()).flatten()
}

/// Visits every condition expression in a call, with the first word of its item's key.
fn each_condition(value: &mut Json, with: &mut dyn FnMut(&str, &mut String)) {
    match value {
        Json::Object(fields) => {
            let key = fields
                .get("Key")
                .or_else(|| fields.get("Item"))
                .and_then(|key| key.pointer("/pk/S"));
            let item = key
                .and_then(Json::as_str)
                .and_then(|key| key.split('#').next())
                .unwrap_or_default();
            let item = item.to_owned();
            for (name, value) in fields {
                match value {
                    Json::String(expression) if name == "ConditionExpression" => {
                        with(&item, expression);
                    }
                    value => each_condition(value, with),
                }
            }
        }
        Json::Array(values) => values.iter_mut().for_each(|value| each_condition(value, with)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_condition_is_disabled_and_its_names_stay_used() {
        let forgotten = Forgotten::new("pay", "ORDER", "#a = :a");
        let mut body = json!({ "TransactItems": [
            { "Put": {
                "Item": { "pk": { "S": "ORDER#1" } },
                "ConditionExpression": "#a = :a AND #b = :b",
                "UpdateExpression": "SET #a = :a",
            } },
            { "Put": { "Item": { "pk": { "S": "ORDER#1" } }, "ConditionExpression": "#b = :b" } },
            { "Update": { "Key": { "pk": { "S": "SHELF#low" } }, "ConditionExpression": "#a = :a" } },
        ] });
        assert!(forgotten.forget(&mut body));
        assert_eq!(
            body,
            json!({ "TransactItems": [
                { "Put": {
                    "Item": { "pk": { "S": "ORDER#1" } },
                    "ConditionExpression": "(attribute_exists(pk) OR attribute_not_exists(pk) OR #a = :a) AND #b = :b",
                    "UpdateExpression": "SET #a = :a",
                } },
                { "Put": { "Item": { "pk": { "S": "ORDER#1" } }, "ConditionExpression": "#b = :b" } },
                // Another kind of item.
                { "Update": { "Key": { "pk": { "S": "SHELF#low" } }, "ConditionExpression": "#a = :a" } },
            ] })
        );
        assert!(!forgotten.forget(&mut json!({ "UpdateExpression": "SET #a = :a" })));
    }
}
