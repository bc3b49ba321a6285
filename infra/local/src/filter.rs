//! Event patterns: the filters of event source mappings and of subscriptions.

use serde_json::Value as Json;

/// Whether an event passes: there are no patterns, or at least one matches.
pub(crate) fn passes(patterns: &[Json], event: &Json) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, Some(event)))
}

/// Whether a value matches a pattern: an object matches key by key, a list matches when one of its
/// rules does. A list in the event matches when one of its elements does.
pub(crate) fn matches(pattern: &Json, event: Option<&Json>) -> bool {
    match pattern {
        Json::Object(keys) => keys.iter().all(|(key, pattern)| {
            if key == "$or" {
                pattern.as_array().is_some_and(|any| any.iter().any(|p| matches(p, event)))
            } else {
                matches(pattern, event.and_then(|event| event.get(key)))
            }
        }),
        Json::Array(rules) => match event {
            Some(Json::Array(elements)) => {
                elements.iter().any(|e| rules.iter().any(|rule| obeys(rule, Some(e))))
            }
            other => rules.iter().any(|rule| obeys(rule, other)),
        },
        _ => false,
    }
}

fn obeys(rule: &Json, value: Option<&Json>) -> bool {
    let Json::Object(rule) = rule else {
        return value == Some(rule);
    };
    let text = value.and_then(Json::as_str);
    rule.iter().all(|(name, argument)| match (name.as_str(), argument) {
        ("exists", Json::Bool(wanted)) => value.is_some() == *wanted,
        ("prefix", Json::String(prefix)) => text.is_some_and(|t| t.starts_with(prefix)),
        ("suffix", Json::String(suffix)) => text.is_some_and(|t| t.ends_with(suffix)),
        ("equals-ignore-case", Json::String(other)) => {
            text.is_some_and(|t| t.to_lowercase() == other.to_lowercase())
        }
        ("anything-but", Json::Array(others)) => value.is_some_and(|v| !others.contains(v)),
        ("anything-but", rule @ Json::Object(_)) => value.is_some() && !obeys(rule, value),
        ("anything-but", other) => value.is_some_and(|v| v != other),
        ("numeric", Json::Array(rule)) => number(value).is_some_and(|n| numeric(rule, n)),
        _ => false,
    })
}

/// DynamoDB's numbers arrive as text, and filters compare them as numbers.
fn number(value: Option<&Json>) -> Option<f64> {
    value.and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()))
}

fn numeric(rule: &[Json], n: f64) -> bool {
    rule.chunks(2).all(|pair| match pair {
        [Json::String(operator), bound] => {
            bound.as_f64().is_some_and(|bound| match operator.as_str() {
                "<" => n < bound,
                "<=" => n <= bound,
                ">" => n > bound,
                ">=" => n >= bound,
                "=" => (n - bound).abs() < f64::EPSILON,
                _ => false,
            })
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_relays_pattern_passes_new_outbox_messages_only() {
        let pattern = [
            json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": { "kind": { "S": ["message"] } } } }),
        ];
        let record = |event: &str, kind: &str| json!({ "eventName": event, "dynamodb": { "NewImage": { "kind": { "S": kind } } } });
        assert!(passes(&pattern, &record("INSERT", "message")));
        assert!(!passes(&pattern, &record("MODIFY", "message")));
        assert!(!passes(&pattern, &record("INSERT", "order")));
        assert!(!passes(&pattern, &json!({ "eventName": "REMOVE", "dynamodb": {} })));
        assert!(passes(&[], &json!({})));
    }

    #[test]
    fn every_rule_of_a_pattern_is_evaluated() {
        let cases = [
            (json!({ "a": [{ "exists": false }] }), json!({}), true),
            (json!({ "a": [{ "exists": true }] }), json!({}), false),
            (json!({ "a": [{ "prefix": "ORDER#" }] }), json!({ "a": "ORDER#1" }), true),
            (json!({ "a": [{ "suffix": "#1" }] }), json!({ "a": "ORDER#2" }), false),
            (json!({ "a": [{ "anything-but": ["x", "y"] }] }), json!({ "a": "z" }), true),
            (json!({ "a": [{ "anything-but": { "prefix": "x" } }] }), json!({ "a": "xy" }), false),
            (json!({ "a": [{ "numeric": [">", 0, "<=", 5] }] }), json!({ "a": "5" }), true),
            (json!({ "a": [{ "numeric": [">", 0, "<=", 5] }] }), json!({ "a": 6 }), false),
            (json!({ "a": [{ "equals-ignore-case": "PAID" }] }), json!({ "a": "paid" }), true),
            (json!({ "a": ["x", null] }), json!({ "a": null }), true),
            (json!({ "a": ["x"] }), json!({ "a": ["y", "x"] }), true),
            (json!({ "$or": [{ "a": [1] }, { "b": [2] }] }), json!({ "b": 2 }), true),
            (json!({ "a": "x" }), json!({ "a": "x" }), false),
        ];
        for (pattern, event, wanted) in cases {
            assert_eq!(matches(&pattern, Some(&event)), wanted, "{pattern} on {event}");
        }
    }
}
