//! Letters that were begun: a preview keeps what was written, `나중에 쓰기` as well, and sending it
//! forgets it.

use admin::Answer;
use serde_json::Value;
use web::Request;

use crate::Office;

/// The function that sends letters.
const LETTERS: &str = "owner-letters";

/// The button that keeps a letter without showing it.
pub(crate) const LATER: &str = "later";

/// Longest draft, in bytes: twice the longest letter. What is longer is refused by its preview, and
/// comes back with it.
const LONGEST: usize = 24_000;

/// A letter in a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    /// What it answers, or the order that it is about.
    pub(crate) what: String,
    /// The place of its text in the call.
    pub(crate) place: &'static str,
}

/// The letter that a call sends: one answer, or one that nobody asked for.
pub(crate) fn begun(call: &Value) -> Option<Begun> {
    if let Some(order) = call.pointer("/write/order").and_then(Value::as_str) {
        return Some(Begun { what: format!("write/{order}"), place: "/write/text" });
    }
    let [letter] = call.get("letters")?.as_array()?.as_slice() else { return None };
    letter.get("answer")?;
    let what = letter.get("letter")?.as_str()?.to_owned();
    Some(Begun { what, place: "/letters/0/answer" })
}

/// Keeps the letter of a form that shows it before it is sent. What cannot be kept is still shown.
pub(crate) async fn keep(office: &Office, request: &Request, function: &str, asked: &Value) {
    let Some(Begun { what, place }) = begun(asked).filter(|_| function == LETTERS) else { return };
    let text = request.form.typed(place);
    if text.len() > LONGEST {
        return;
    }
    if let Err(error) = office.table.keep_letter_draft(&what, text, request.now).await {
        tracing::warn!(error.message = %error, "the draft of a letter is not kept");
    }
}

/// Forgets the draft of a letter that was sent.
pub(crate) async fn sent(
    office: &Office,
    request: &Request,
    (function, call): (&str, &Value),
    answer: &Answer,
) {
    let begun = begun(call).filter(|_| function == LETTERS && !answer.did.is_empty());
    let Some(Begun { what, .. }) = begun else { return };
    if let Err(error) = office.table.keep_letter_draft(&what, "", request.now).await {
        tracing::warn!(error.message = %error, "the draft of a letter that was sent is still kept");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_sends_one_letter_or_none() {
        let answer = json!({ "letters": [{ "letter": "a/b", "answer": "" }] });
        let begun_answer = begun(&answer).unwrap();
        assert_eq!((begun_answer.what.as_str(), begun_answer.place), ("a/b", "/letters/0/answer"));
        let unasked = json!({ "write": { "order": "01J", "text": "" } });
        assert_eq!(begun(&unasked).unwrap().what, "write/01J");
        for call in [
            json!({}),
            json!({ "letters": [{ "letter": "a" }] }),
            json!({ "letters": [{ "letter": "a", "answer": "" }, { "letter": "b" }] }),
        ] {
            assert_eq!(begun(&call), None, "{call}");
        }
    }
}
