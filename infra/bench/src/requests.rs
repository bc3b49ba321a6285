//! What is asked of the functions: one walk from the door to the parcel, and each request on its
//! way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Outcome, trouble};

/// What a request is, and so what a good answer to it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of a page.
    Get,
    /// Of a form.
    Post,
    /// Of a queue, the stream or the schedule.
    Event,
    /// Of the owner.
    Call,
}

/// What makes the saved event true, beyond the session and the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adapt {
    /// Nothing.
    Saved,
    /// Somebody new asks.
    Stranger,
    /// The answer is that of the reader's own riddle.
    Answer,
    /// The form has today's promised day and an address of its own.
    Counter,
    /// The provider sends the reader back with the payment that was approved.
    Back,
    /// The page that the reader came back to posts its form.
    Confirm,
    /// The record is the order's own message for this task.
    Message(&'static str),
    /// The record is the insertion of the order's own message for this task.
    Inserted(&'static str),
    /// The owner's second call, with the code that the first answered.
    Confirmed,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The function's short name.
    pub(crate) function: String,
    /// What it is called in the table of figures.
    pub(crate) name: String,
    /// The stem of the saved event.
    pub(crate) event: String,
    pub(crate) kind: Kind,
    pub(crate) adapt: Adapt,
    /// Whether the walk goes on by it.
    pub(crate) onward: bool,
}

impl Request {
    /// Whether this is the answer of a function that did what it was asked to.
    pub(crate) fn check(&self, answer: &Value) -> Outcome<()> {
        let well = match self.kind {
            Get | Post => {
                answer["statusCode"].as_u64().is_some_and(|status| (200..400).contains(&status))
            }
            Event => answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty),
            Call => answer["status"] == 200,
        };
        if well {
            return Ok(());
        }
        let event = &self.event;
        trouble(format!(
            "{} does not succeed with events/{event}.json ({}): {answer}",
            self.function, self.name
        ))
    }
}

use Adapt::{Answer, Back, Confirm, Confirmed, Counter, Inserted, Message, Saved, Stranger};
use Kind::{Call, Event, Get, Post};

/// Function, name, event, kind, adaptation, onward: in the order of a walk.
const WALK: &[(&str, &str, &str, Kind, Adapt, bool)] = &[
    ("notice", "GET", "notice", Get, Saved, false),
    ("shelf", "GET", "shelf", Get, Saved, false),
    ("owner-shelve", "dry run", "owner-shelve", Call, Saved, false),
    ("owner-shelve", "confirmed", "owner-shelve", Call, Confirmed, false),
    ("door", "GET, a stranger", "door", Get, Stranger, false),
    ("door", "POST", "door-post", Post, Stranger, true),
    ("door", "GET, known", "door", Get, Saved, false),
    ("knock", "GET", "knock", Get, Saved, false),
    ("knock", "POST, a guess", "knock-riddle", Post, Saved, false),
    ("knock", "POST, solved", "knock-riddle", Post, Answer, false),
    ("knock", "POST, plain door", "knock-plain", Post, Saved, true),
    ("study", "GET", "study", Get, Saved, false),
    ("study", "POST, a guess", "study-riddle", Post, Saved, false),
    ("study", "POST, solved", "study-riddle", Post, Answer, false),
    ("study", "POST, plain door", "study-plain", Post, Saved, true),
    ("wait", "GET", "wait", Get, Saved, false),
    ("wait", "POST, plain door", "wait-plain", Post, Saved, true),
    ("bell", "GET", "bell", Get, Saved, false),
    ("bell", "POST, the bell", "bell-pull", Post, Saved, true),
    ("whisper", "GET", "whisper", Get, Saved, false),
    ("whisper", "POST, a guess", "whisper-riddle", Post, Saved, false),
    ("whisper", "POST, plain door", "whisper-plain", Post, Saved, true),
    ("guestbook", "GET", "guestbook", Get, Saved, false),
    ("guestbook", "POST", "guestbook-post", Post, Saved, true),
    ("letter", "GET", "letter", Get, Saved, false),
    ("letter", "POST", "letter-post", Post, Saved, true),
    ("counter", "GET", "counter", Get, Saved, false),
    ("counter", "POST", "counter-post", Post, Counter, true),
    ("cancel", "GET", "cancel", Get, Saved, false),
    ("cancel", "POST", "cancel-post", Post, Saved, false),
    ("pay", "GET", "pay", Get, Saved, false),
    ("pay", "GET, back", "pay-success", Get, Back, false),
    ("pay", "POST, confirm", "pay", Post, Confirm, true),
    ("toss-webhook", "a hint", "toss-webhook", Post, Saved, false),
    ("relay", "one message", "relay", Event, Inserted("choose"), false),
    ("sweep", "nothing due", "sweep", Event, Saved, false),
    ("choose", "one order", "choose", Event, Message("choose"), true),
    ("refund", "the difference", "refund", Event, Message("refund"), false),
    ("notify", "one letter", "notify", Event, Message("notify"), true),
    ("push", "nobody to ring", "push", Event, Saved, false),
    ("pack", "one order", "pack", Event, Message("pack"), true),
    ("window", "GET, the latest", "window", Get, Saved, false),
    ("window", "GET, an order", "window-order", Get, Saved, false),
    ("mailbox", "GET", "mailbox", Get, Saved, false),
    ("owner-desk", "call", "owner-desk", Call, Saved, false),
    ("owner-ship", "dry run", "owner-ship", Call, Saved, false),
    ("owner-ship", "confirmed", "owner-ship", Call, Confirmed, true),
    ("ship", "one order", "ship", Event, Message("ship"), true),
    ("owner-letters", "call", "owner-letters", Call, Saved, false),
    ("owner-refund", "dry run", "owner-refund-one", Call, Saved, false),
    ("owner-export", "call", "owner-export", Call, Saved, false),
    ("owner-redrive", "call", "owner-redrive", Call, Saved, false),
    ("owner-stuck", "call", "owner-stuck", Call, Saved, false),
    ("owner-taste", "dry run", "owner-taste-today", Call, Saved, false),
];

/// Requests of all these functions. One that the walk does not know yet is asked with its saved
/// event as it is, whatever it answers to that: its start, memory and size are right, its times are
/// those of a refusal.
pub(crate) fn of(functions: &BTreeSet<String>) -> Vec<Request> {
    let request =
        |&(function, name, event, kind, adapt, onward): &(&str, &str, &str, Kind, Adapt, bool)| {
            Request {
                function: function.to_owned(),
                name: name.to_owned(),
                event: event.to_owned(),
                kind,
                adapt,
                onward,
            }
        };
    let mut requests: Vec<Request> = WALK.iter().map(request).collect();
    for function in functions {
        if !requests.iter().any(|request| request.function == *function) {
            requests.push(request(&(function, "saved, unchecked", function, Event, Saved, false)));
        }
    }
    requests
}

/// The requests by which a reader comes to a paid order.
pub(crate) fn to_a_paid_order() -> Vec<Request> {
    let mut requests = of(&BTreeSet::new());
    requests.retain(|request| request.onward && matches!(request.kind, Get | Post));
    requests
}
