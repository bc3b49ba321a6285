//! Reads the table's stream: outbox messages and changes of visits.

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::{order::message::Message, walk::visit::Visit};

/// What the relay reads from a stream record.
#[derive(Debug)]
pub enum Record {
    /// A new message of the outbox.
    Message(Message),
    /// Another item. The event source mapping's filter drops most of these.
    Other,
    /// A message that cannot be read. It stays in the table, where `sweep` finds it.
    Unreadable(String),
}

/// A visit that was created or changed: before, if it existed, and after. `None` for every other
/// record, and for a visit that this version of the code cannot read.
pub fn visit(record: &EventRecord) -> Option<(Option<Visit>, Visit)> {
    let read = |item: &serde_dynamo::Item| -> Option<Visit> {
        let is_visit = matches!(item.get("kind"), Some(serde_dynamo::AttributeValue::S(kind)) if kind == "visit");
        if is_visit { serde_dynamo::from_item(item.clone()).ok() } else { None }
    };
    let after = read(&record.change.new_image)?;
    match record.event_name.as_str() {
        "INSERT" => Some((None, after)),
        "MODIFY" => Some((Some(read(&record.change.old_image)?), after)),
        _ => None,
    }
}

/// Reads one record.
pub fn read(record: &EventRecord) -> Record {
    let item = &record.change.new_image;
    let is_message = record.event_name == "INSERT"
        && matches!(item.get("kind"), Some(serde_dynamo::AttributeValue::S(kind)) if kind == "message");
    if !is_message {
        return Record::Other;
    }
    match serde_dynamo::from_item(item.clone()) {
        Ok(message) => Record::Message(message),
        Err(why) => Record::Unreadable(why.to_string()),
    }
}
