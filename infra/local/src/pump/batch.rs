//! Reads a function's answer to a batch.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// The outcome of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Every record is done.
    Done,
    /// Every record is to be tried again.
    Failed,
    /// These are to be tried again, by their identifiers; the others are done.
    Partly(BTreeSet<String>),
}

/// Reads an answer as Lambda does under `ReportBatchItemFailures`: no list or an empty one is a
/// success of the whole batch. A list with an unknown, empty or missing identifier, or an answer
/// that is not an object, is a failure of the whole batch.
pub(super) fn verdict(answer: &Json, reports: bool, known: &[&str]) -> Verdict {
    if !reports || answer.is_null() {
        return Verdict::Done;
    }
    let Some(answer) = answer.as_object() else { return Verdict::Failed };
    let failures = match answer.get("batchItemFailures") {
        None | Some(Json::Null) => return Verdict::Done,
        Some(Json::Array(list)) if list.is_empty() => return Verdict::Done,
        Some(Json::Array(list)) => list,
        Some(_) => return Verdict::Failed,
    };
    let mut failed = BTreeSet::new();
    for failure in failures {
        match failure.get("itemIdentifier").and_then(Json::as_str) {
            Some(id) if known.contains(&id) => failed.insert(id.to_owned()),
            _ => return Verdict::Failed,
        };
    }
    Verdict::Partly(failed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_is_read_as_lambda_reads_it() {
        let read = |answer: Json| verdict(&answer, true, &["a", "b"]);
        assert_eq!(read(Json::Null), Verdict::Done);
        assert_eq!(read(json!({})), Verdict::Done);
        assert_eq!(read(json!({ "batchItemFailures": null })), Verdict::Done);
        assert_eq!(read(json!({ "batchItemFailures": [] })), Verdict::Done);
        assert_eq!(
            read(json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] })),
            Verdict::Partly(["b".to_owned()].into())
        );
        assert_eq!(
            read(json!({ "batchItemFailures": [{ "itemIdentifier": "" }] })),
            Verdict::Failed
        );
        assert_eq!(
            read(json!({ "batchItemFailures": [{ "itemIdentifier": "c" }] })),
            Verdict::Failed
        );
        assert_eq!(read(json!({ "batchItemFailures": [{}] })), Verdict::Failed);
        assert_eq!(read(json!({ "batchItemFailures": "b" })), Verdict::Failed);
        assert_eq!(read(json!("done")), Verdict::Failed);
        let ignored = json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] });
        assert_eq!(verdict(&ignored, false, &["a", "b"]), Verdict::Done);
    }
}
