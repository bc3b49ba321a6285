//! How the owner's answers show what the owner wrote down about an order.

use domain::{
    base::{format, text::Language},
    order::{Order, OwnerNote},
};
use serde_json::{Value, json};

/// The notes, oldest first.
pub fn notes_data(order: &Order) -> Vec<Value> {
    let note = |note: &OwnerNote| {
        let (at, text) = (note.at.to_string(), note.text.reveal());
        json!({ "at": at, "by": note.by, "text": text })
    };
    order.notes.iter().map(note).collect()
}

/// The notes on one line, each with its day; `None` without any.
pub fn note_line(order: &Order) -> Option<String> {
    let note = |note: &OwnerNote| {
        format!("{} ({})", note.text.reveal(), format::date_time(note.at, Language::Ko))
    };
    let notes: Vec<String> = order.notes.iter().map(note).collect();
    (!notes.is_empty()).then(|| notes.join(" · "))
}
