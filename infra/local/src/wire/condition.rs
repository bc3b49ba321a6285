//! A guard that a function forgets on purpose, so that a test can show what it was for.

use aws_smithy_types::body::SdkBody;
use serde_json::Value as Json;

use super::call::{Call, Service};

/// A condition that counts as met.
#[derive(Debug)]
pub(super) struct Forgotten {
    function: String,
    condition: String,
    met: usize,
}

impl Forgotten {
    pub(super) fn new(function: &str, condition: &str) -> Self {
        Self { function: function.to_owned(), condition: condition.to_owned(), met: 0 }
    }

    /// In how many calls it stood.
    pub(super) const fn met(&self) -> usize {
        self.met
    }

    /// Takes the condition out of a call of the function. It stays written, because names and values that nothing uses are refused.
    pub(super) fn apply(&mut self, caller: &str, call: &mut Call) {
        if call.service != Service::Dynamodb || caller != self.function {
            return;
        }
        let Ok(mut body) = serde_json::from_slice::<Json>(call.body()) else { return };
        if !self.forget(&mut body) {
            return;
        }
        self.met += 1;
        let text = body.to_string();
        call.request.headers_mut().insert("content-length", text.len().to_string());
        *call.request.body_mut() = SdkBody::from(text);
    }

    /// Whether the condition stood somewhere in it.
    fn forget(&self, value: &mut Json) -> bool {
        let mut found = false;
        match value {
            Json::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Json::String(expression) if name == "ConditionExpression" => {
                            found |= expression.contains(&self.condition);
                            let always = format!(
                                "(attribute_exists(pk) OR attribute_not_exists(pk) OR {})",
                                self.condition
                            );
                            *expression = expression.replace(&self.condition, &always);
                        }
                        _ => found |= self.forget(value),
                    }
                }
            }
            Json::Array(values) => {
                for value in values {
                    found |= self.forget(value);
                }
            }
            _ => {}
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_condition_is_forgotten_and_its_names_stay_used() {
        let forgotten = Forgotten::new("pay", "#a = :a");
        let mut body = json!({ "TransactItems": [
            { "Put": { "ConditionExpression": "#a = :a AND #b = :b", "UpdateExpression": "SET #a = :a" } },
            { "Put": { "ConditionExpression": "#b = :b" } },
        ] });
        assert!(forgotten.forget(&mut body));
        assert_eq!(
            body,
            json!({ "TransactItems": [
                { "Put": {
                    "ConditionExpression": "(attribute_exists(pk) OR attribute_not_exists(pk) OR #a = :a) AND #b = :b",
                    "UpdateExpression": "SET #a = :a",
                } },
                { "Put": { "ConditionExpression": "#b = :b" } },
            ] })
        );
        assert!(!forgotten.forget(&mut json!({ "UpdateExpression": "SET #a = :a" })));
    }
}
