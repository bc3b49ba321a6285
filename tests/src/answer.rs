//! Reading the answers of the owner's functions, as the owner does in the console.

use serde_json::Value;

/// The first call that an answer has ready: of a dry run, the one that does it. Null without one.
pub fn ready(answer: &Value) -> Value {
    answer["calls"][0]["call"].clone()
}

/// The first call of a function that an answer has ready. Null without one.
pub fn call_of(answer: &Value, function: &str) -> Value {
    let calls = answer["calls"].as_array().into_iter().flatten();
    let mut calls = calls.filter(|call| call["function"] == function);
    calls.next().map_or(Value::Null, |call| call["call"].clone())
}

/// The data of what an answer shows; of a desk, that of its orders, without the lines and the chart
/// beside them.
pub fn shown(answer: &Value) -> Vec<Value> {
    let shows = answer["shows"].as_array().into_iter().flatten();
    let shows = shows.filter(|show| show["kind"] != "line" && show["kind"] != "notes");
    shows.map(|show| show["data"].clone()).collect()
}
