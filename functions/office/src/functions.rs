//! Calling the owner's functions. Looking at something cannot change anything: a call that is looked
//! at loses its confirmation. Acting needs a form that the owner sent, [`Posted`].

use admin::Answer;
use invoke::InvokeError;
use serde_json::{Value, json};

use crate::{
    Office,
    entry::{Posted, SignedIn},
};

/// The functions that the office may call, as the role in template.yaml allows.
const ALLOWED: [&str; 14] = [
    "owner-desk",
    "owner-choose",
    "owner-pack",
    "owner-ship",
    "owner-letters",
    "owner-order",
    "owner-refund",
    "owner-shelve",
    "owner-taste",
    "owner-export",
    "owner-stuck",
    "owner-redrive",
    "owner-forget",
    "reconcile",
];

/// The function with this name, if the office may call it. Names never come from a form unchecked.
pub(crate) fn allowed(name: &str) -> Option<&'static str> {
    ALLOWED.into_iter().find(|known| *known == name)
}

/// What the owner calls a function.
pub(crate) fn title(function: &str) -> &str {
    match function {
        "owner-desk" => "오늘",
        "owner-choose" => "고르기",
        "owner-pack" => "포장",
        "owner-ship" => "부치기",
        "owner-letters" => "편지",
        "owner-order" => "주문",
        "owner-refund" => "돈",
        "owner-shelve" => "서가",
        "owner-taste" => "설정",
        "owner-export" => "장부",
        "owner-stuck" => "막힌 곳",
        "owner-redrive" => "멈춘 일",
        "owner-forget" => "자료 지우기",
        "owner-office" => "열쇠",
        "owner-house" => "방",
        "reconcile" => "장부 맞춰 보기",
        other => other,
    }
}

/// A call without an answer.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Whether it may have been done all the same.
    pub(crate) maybe_done: bool,
}

impl Office {
    /// Calls a function without confirming anything.
    pub(crate) async fn look(
        &self,
        who: &SignedIn,
        function: &'static str,
        mut call: Value,
    ) -> Result<Answer, Failed> {
        if let Some(fields) = call.as_object_mut() {
            fields.remove("confirm");
        }
        self.call(who, function, call, false).await
    }

    /// Calls a function for a form that the owner sent; a call that is confirmed is done.
    pub(crate) async fn act(
        &self,
        _posted: &Posted,
        who: &SignedIn,
        function: &'static str,
        call: Value,
    ) -> Result<Answer, Failed> {
        let confirmed = call.get("confirm").is_some();
        self.call(who, function, call, confirmed).await
    }

    async fn call(
        &self,
        who: &SignedIn,
        function: &'static str,
        mut call: Value,
        confirmed: bool,
    ) -> Result<Answer, Failed> {
        if let Some(fields) = call.as_object_mut() {
            let name = who.device.name.to_string();
            fields.insert("by".into(), json!({ "device": who.id, "name": name }));
        }
        let answer = self.functions.invoke(function, &call).await.map_err(|error| {
            tracing::error!(function, error.message = %error, "an owner’s function gave no answer");
            let not_begun = matches!(error, InvokeError::Throttled(_) | InvokeError::NotAllowed(_));
            Failed { maybe_done: confirmed && !not_begun }
        })?;
        serde_json::from_value(answer).map_err(|error| {
            tracing::error!(function, error.message = %error, "an answer cannot be read");
            Failed { maybe_done: confirmed }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_keys_nor_rooms_can_be_reached_from_a_page() {
        assert_eq!(allowed("owner-desk"), Some("owner-desk"));
        for name in ["owner-office", "owner-house", "pay", "owner-desk ", ""] {
            assert_eq!(allowed(name), None, "{name}");
        }
    }
}
