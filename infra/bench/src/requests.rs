//! The measured requests: one walk from the first page to the posted parcel, and every other
//! request at its place in that walk.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

/// The kind of a request, which decides what counts as a successful answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page.
    Get,
    /// A form.
    Post,
    /// A batch of a queue or of the stream, or a tick of a schedule.
    Event,
    /// A call by the owner.
    Call,
}

/// What to fill into the saved event, beyond the session and the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adapt {
    /// Nothing.
    Saved,
    /// Nothing, not even the session: a new visitor.
    Stranger,
    /// The answer to the reader's own riddle.
    Answer,
    /// The promised day of the order, and an address that no other reader has.
    Counter,
    /// The query with which the provider sends the reader back after an approval.
    Back,
    /// The form of the page that the reader comes back to.
    Confirm,
    /// The order's own outbox message for this task, as a record of a queue.
    Message(&'static str),
    /// The order's own outbox message for this task, as an insertion in the stream.
    Inserted(&'static str),
    /// The form that makes a bookmark.
    Bookmark,
    /// The confirmation code of the owner's dry run.
    Confirmed,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The function's short name.
    pub(crate) function: String,
    /// The request's name in the table of figures.
    pub(crate) name: String,
    /// The stem of the saved event.
    pub(crate) event: String,
    pub(crate) kind: Kind,
    pub(crate) adapt: Adapt,
    /// Whether the walk performs the request after it was measured.
    pub(crate) onward: bool,
}

impl Request {
    /// Fails if the answer is not a success.
    pub(crate) fn check(&self, answer: &Value) -> Result<()> {
        let success = match self.kind {
            Get | Post => {
                answer["statusCode"].as_u64().is_some_and(|status| (200..400).contains(&status))
            }
            Event => answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty),
            Call => answer["status"] == 200,
        };
        if !success {
            let Self { function, event, name, .. } = self;
            bail!("{function} does not succeed with events/{event}.json ({name}): {answer}");
        }
        Ok(())
    }
}

use Adapt::{
    Answer, Back, Bookmark, Confirm, Confirmed, Counter, Inserted, Message, Saved, Stranger,
};
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
    ("bookmark", "GET", "bookmark", Get, Saved, false),
    ("bookmark", "POST, a new one", "bookmark", Post, Bookmark, false),
    ("wait", "GET", "wait", Get, Saved, false),
    ("wait", "POST, plain door", "wait-plain", Post, Saved, true),
    ("bell", "GET", "bell", Get, Saved, false),
    ("bell", "POST, the bell", "bell-pull", Post, Saved, true),
    ("whisper", "GET", "whisper", Get, Saved, false),
    ("whisper", "POST, a guess", "whisper-riddle", Post, Saved, false),
    ("whisper", "POST, plain door", "whisper-plain", Post, Saved, true),
    ("figures", "one visit", "figures", Event, Saved, false),
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
    ("receipt", "GET", "receipt", Get, Saved, false),
    ("address", "GET", "address", Get, Saved, false),
    ("find", "GET", "find", Get, Saved, false),
    ("contact", "GET", "contact", Get, Saved, false),
    ("toss-webhook", "a hint", "toss-webhook", Post, Saved, false),
    ("relay", "one message", "relay", Event, Inserted("choose"), false),
    ("sweep", "nothing due", "sweep", Event, Saved, false),
    ("report", "an hour", "report", Event, Saved, false),
    ("reconcile", "one day", "reconcile-day", Call, Saved, false),
    ("choose", "one order", "choose", Event, Message("choose"), true),
    ("owner-choose", "why", "owner-choose", Call, Saved, false),
    ("refund", "the difference", "refund", Event, Message("refund"), false),
    ("notify", "one letter", "notify", Event, Message("notify"), true),
    ("push", "no device", "push", Event, Saved, false),
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
    ("owner-house", "call", "owner-house", Call, Saved, false),
    ("owner-stuck", "call", "owner-stuck", Call, Saved, false),
    ("owner-taste", "dry run", "owner-taste-today", Call, Saved, false),
];

/// The requests of these functions. A function that is not in the walk gets its saved event as it
/// is, and its answer is not checked: start, memory and size are right, times are those of whatever
/// it answers.
pub(crate) fn of(functions: &BTreeSet<String>) -> Vec<Request> {
    let mut requests: Vec<Request> = WALK.iter().map(request).collect();
    for function in functions {
        if !requests.iter().any(|request| request.function == *function) {
            requests.push(request(&(function, "saved, unchecked", function, Event, Saved, false)));
        }
    }
    requests
}

/// The requests of one reader's walk to a paid order.
pub(crate) fn to_a_paid_order() -> Vec<Request> {
    let mut requests: Vec<Request> = WALK.iter().map(request).collect();
    requests.retain(|request| request.onward && matches!(request.kind, Get | Post));
    requests
}

fn request(
    &(function, name, event, kind, adapt, onward): &(&str, &str, &str, Kind, Adapt, bool),
) -> Request {
    Request {
        function: function.to_owned(),
        name: name.to_owned(),
        event: event.to_owned(),
        kind,
        adapt,
        onward,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events;

    #[test]
    fn every_request_has_a_function_and_a_saved_event() {
        for request in WALK.iter().map(request) {
            let folder = events::root().join("functions").join(&request.function);
            assert!(folder.is_dir(), "functions/{} is missing", request.function);
            assert!(events::saved(&request.event).is_ok(), "events/{}.json", request.event);
        }
    }
}
