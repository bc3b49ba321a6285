//! One invocation by the owner, and the code that confirms it.

use std::{fmt, sync::Arc};

use domain::base::{calendar, free_text, korean::Particle};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};
use signing::Keys;
use store::{Commit, Decision};

use crate::{Line, Problem, RowPlace};

/// The field of a long call that names the row to continue from. It is not part of the call's
/// content: the call keeps its code while it is worked through.
pub const FROM_ROW: &str = "from_row";

/// Longest name of a device, in characters.
const LONGEST_NAME: usize = 20;

/// One call.
#[derive(Clone)]
pub struct Call {
    /// The name of the function that is called.
    pub function: &'static str,
    /// The call's fields, without `confirm`, `by` and `once`.
    pub fields: Map<String, Value>,
    /// When the function was invoked.
    pub now: Timestamp,
    /// The code that confirms this very call, today and tomorrow.
    pub code: String,
    /// Whether the call carries that code and is to be executed.
    pub confirmed: bool,
    /// From which of the owner's devices the call comes.
    pub by: By,
    /// Keeps two calls with the same content apart, such as two forms. It is part of what the code
    /// confirms.
    once: Option<String>,
    keys: Arc<Keys>,
}

/// Where a call comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum By {
    /// The Lambda console, or whoever else invokes the function.
    #[default]
    Console,
    /// A device that is signed in to the owner's pages, by the name that the owner gave it.
    Device(String),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Console => "콘솔",
            Self::Device(name) => name,
        })
    }
}

impl By {
    /// Reads the field `by`. Only a function of ours sends it; anything else is the console.
    fn read(value: Option<&Value>) -> Self {
        let name = value.and_then(|by| by.get("name")).and_then(Value::as_str).map(free_text::line);
        let fits = |name: &String| (1..=LONGEST_NAME).contains(&free_text::length(name));
        name.filter(fits).map_or(Self::Console, Self::Device)
    }
}

/// The fields may hold names and addresses and stay out of logs.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Call {
    /// Reads an event of the function `function`. Anything but a JSON object is a problem.
    pub(crate) fn read(
        function: &'static str,
        event: Value,
        now: Timestamp,
        keys: Arc<Keys>,
    ) -> Result<Self, Problem> {
        let mut fields = match event {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            _ => {
                let expected = "중괄호로 묶인 JSON 하나가 와야 합니다";
                return Err(Problem::new("(전체)", expected, json!({})));
            }
        };
        let given = match fields.remove("confirm") {
            None | Some(Value::Null) => None,
            Some(Value::String(code)) => Some(code.trim().to_owned()).filter(|c| !c.is_empty()),
            Some(_) => {
                let expected = "미리보기가 알려 준 코드를 따옴표 안에 적습니다";
                return Err(Problem::new("confirm", expected, "a1b2c3d4"));
            }
        };
        let by = By::read(fields.remove("by").as_ref());
        let once = match fields.remove("once") {
            None | Some(Value::Null) => None,
            Some(Value::String(once)) => Some(once),
            Some(_) => {
                let expected = "비워 두셔도 됩니다. 적으신다면 따옴표 안에 적습니다";
                return Err(Problem::new("once", expected, Value::Null));
            }
        };
        let mut call =
            Self { function, fields, now, code: String::new(), confirmed: false, by, once, keys };
        call.code = call.keys.confirmation(&call.content(calendar::today(now)));
        let Some(given) = given else { return Ok(call) };
        let today = calendar::today(now);
        let days = [Some(today), today.yesterday().ok()];
        let confirms = |day| call.keys.confirms(&given, &call.content(day));
        if given != call.code && !days.into_iter().flatten().any(confirms) {
            let expected = "코드가 이 내용의 것이 아닙니다. 내용이 바뀌었거나 이틀이 지났습니다. \
                            confirm을 지우고 미리보기부터 다시 해 주세요";
            return Err(Problem::new("confirm", expected, Value::Null));
        }
        call.code = given;
        call.confirmed = true;
        Ok(call)
    }

    /// The same call without some of its rows. A list of which nothing is left goes as well.
    #[must_use]
    pub(crate) fn without(&self, rows: &[RowPlace]) -> Self {
        if rows.is_empty() {
            return self.clone();
        }
        let mut rest = self.clone();
        for (list, value) in &mut rest.fields {
            let Value::Array(entries) = value else { continue };
            let mut place = 0;
            entries.retain(|_| {
                let goes = rows.iter().any(|(name, at)| name == list && *at == place);
                place += 1;
                !goes
            });
        }
        let emptied = |list: &str| rows.iter().any(|(name, _)| name == list);
        rest.fields
            .retain(|list, value| !(emptied(list) && value.as_array().is_some_and(Vec::is_empty)));
        rest.code = self.keys.confirmation(&rest.content(calendar::today(self.now)));
        rest
    }

    /// The dry-run rule: a confirmed call writes `commit`, a dry run does not. Both return `answer`.
    pub fn decide<T>(&self, commit: impl Into<Commit>, answer: T) -> Decision<T> {
        if self.confirmed { Decision::write(commit, answer) } else { Decision::Keep(answer) }
    }

    /// The line about a write: `would` in a dry run, `did` in a confirmed call.
    pub fn line(&self, would: impl Into<String>, did: impl Into<String>) -> Line {
        if self.confirmed { Line::Did(did.into()) } else { Line::Would(would.into()) }
    }

    /// The same call with its code, ready to paste.
    pub fn to_confirm(&self) -> Value {
        let mut fields = self.fields.clone();
        if let Some(once) = &self.once {
            fields.insert("once".into(), Value::String(once.clone()));
        }
        fields.insert("confirm".into(), Value::String(self.code.clone()));
        Value::Object(fields)
    }

    /// How to confirm, as a whole sentence: the end of a dry run.
    pub fn how_to_confirm(&self) -> String {
        format!("맞으면 {} 다시 부르세요(calls에 적어 두었습니다).", self.code_to_write())
    }

    /// Where the code goes, as the beginning of a sentence: `confirm에 "0a1b2c3d"를 적어`.
    pub fn code_to_write(&self) -> String {
        let code = Particle::Object.attach(&format!("\"{}\"", self.code));
        format!("confirm에 {code} 적어")
    }

    /// What a code of `day` confirms: the function, the day in Korea and the call's content. A code
    /// holds for its day and the one after, so that no dry run ends at midnight.
    fn content(&self, day: Date) -> String {
        let mut content = self.fields.clone();
        content.remove(FROM_ROW);
        if let Some(once) = &self.once {
            content.insert("once".into(), Value::String(once.clone()));
        }
        format!("{}\n{day}\n{}", self.function, Value::Object(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    fn read(function: &'static str, event: Value, now: Timestamp) -> Result<Call, Problem> {
        keyed("secret", function, event, now)
    }

    fn keyed(
        secret: &str,
        function: &'static str,
        event: Value,
        now: Timestamp,
    ) -> Result<Call, Problem> {
        Call::read(function, event, now, Arc::new(Keys::read(secret).unwrap()))
    }

    #[test]
    fn a_call_is_a_dry_run_until_it_carries_its_own_code() {
        let call = read("owner-ship", json!({ "parcels": [1] }), now()).unwrap();
        assert!(!call.confirmed);
        let confirmed = read("owner-ship", call.to_confirm(), now()).unwrap();
        assert!(confirmed.confirmed);
        assert_eq!(confirmed.code, call.code);
        let mut changed = call.to_confirm();
        changed["parcels"] = json!([2]);
        assert_eq!(read("owner-ship", changed, now()).unwrap_err().field, "confirm");
        let on = |time: &str| read("owner-ship", call.to_confirm(), time.parse().unwrap());
        // No dry run ends at midnight.
        let tomorrow = on("2026-11-24T23:59:00+09:00").unwrap();
        assert_eq!((tomorrow.confirmed, tomorrow.code), (true, call.code.clone()));
        assert!(on("2026-11-25T00:01:00+09:00").is_err());
        assert!(read("owner-pack", call.to_confirm(), now()).is_err());
    }

    #[test]
    fn a_code_is_of_the_shop_and_stays_valid_while_its_secret_does() {
        let call = read("owner-ship", json!({ "parcels": [1] }), now()).unwrap();
        let confirmed = |secret| keyed(secret, "owner-ship", call.to_confirm(), now());
        assert!(confirmed("another").is_err(), "without the key nobody makes a code");
        let rotated = confirmed("sign another\nsign secret").unwrap();
        assert_eq!((rotated.confirmed, rotated.code), (true, call.code.clone()));
        assert!(confirmed("sign another\ndigest secret").is_err());
    }

    #[test]
    fn who_calls_is_no_part_of_the_content_and_the_form_is() {
        let call = json!({ "packed": [1], "once": "form 1", "by": { "name": "주인장 전화기" } });
        let call = read("owner-pack", call, now()).unwrap();
        assert_eq!(call.by, By::Device("주인장 전화기".into()));
        let mut from_console = call.to_confirm();
        assert_eq!(from_console["once"], "form 1");
        let console = read("owner-pack", from_console.clone(), now()).unwrap();
        assert_eq!((console.confirmed, console.by), (true, By::Console));
        from_console["once"] = json!("form 2");
        assert!(read("owner-pack", from_console, now()).is_err(), "another form is another call");
        let number = read("owner-pack", json!({ "once": 1 }), now()).unwrap_err();
        assert_eq!(number.field, "once");
    }

    #[test]
    fn rows_that_cannot_be_done_are_left_out_of_the_call_to_confirm() {
        let call = json!({ "packed": ["a", "b", "c"], "unpacked": ["d"], "copy": "good" });
        let call = read("owner-pack", call, now()).unwrap();
        let rest = call.without(&[("packed".into(), 1), ("unpacked".into(), 0)]);
        let ready = rest.to_confirm();
        assert_eq!(ready["packed"], json!(["a", "c"]));
        assert!(ready.get("unpacked").is_none() && ready["copy"] == "good");
        assert!(read("owner-pack", ready, now()).unwrap().confirmed);
    }

    #[test]
    fn an_event_that_is_not_an_object_is_a_problem() {
        assert_eq!(read("owner-desk", json!([1]), now()).unwrap_err().field, "(전체)");
        assert!(read("owner-desk", Value::Null, now()).is_ok());
        let number = read("owner-desk", json!({ "confirm": 3 }), now()).unwrap_err();
        assert_eq!(number.field, "confirm");
    }
}
