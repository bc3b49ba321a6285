//! One invocation by the owner, and the code that confirms it.

use std::fmt;

use domain::base::{calendar, korean::Particle};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use signing::Keys;
use store::{Commit, Decision};

use crate::{Line, Problem};

/// The field of a long call that names the row to continue from. It is not part of the call's
/// content: the call keeps its code while it is worked through.
pub const FROM_ROW: &str = "from_row";

/// One call.
#[derive(Clone)]
pub struct Call {
    /// The call's fields, without `confirm`.
    pub fields: Map<String, Value>,
    /// When the function was invoked.
    pub now: Timestamp,
    /// The code that confirms this very call today.
    pub code: String,
    /// Whether the call carries that code and is to be executed.
    pub confirmed: bool,
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
        function: &str,
        event: Value,
        now: Timestamp,
        keys: &Keys,
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
        let content = content(function, &fields, now);
        let code = keys.confirmation(&content);
        if let Some(given) = &given
            && *given != code
            && !keys.confirms(given, &content)
        {
            let expected = "코드가 이 내용의 것이 아닙니다. 내용이 바뀌었거나 날이 바뀌었습니다. \
                            confirm을 지우고 미리보기부터 다시 해 주세요";
            return Err(Problem::new("confirm", expected, Value::Null));
        }
        let confirmed = given.is_some();
        Ok(Self { fields, now, code: given.unwrap_or(code), confirmed })
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
        fields.insert("confirm".into(), Value::String(self.code.clone()));
        Value::Object(fields)
    }

    /// How to confirm, as a whole sentence: the end of a dry run.
    pub fn how_to_confirm(&self) -> String {
        format!("맞으면 {} 다시 부르세요(call에 적어 두었습니다).", self.code_to_write())
    }

    /// Where the code goes, as the beginning of a sentence: `confirm에 "0a1b2c3d"를 적어`.
    pub fn code_to_write(&self) -> String {
        let code = Particle::Object.attach(&format!("\"{}\"", self.code));
        format!("confirm에 {code} 적어")
    }
}

/// What the code confirms: the function, the day in Korea and the call's content.
fn content(function: &str, fields: &Map<String, Value>, now: Timestamp) -> String {
    let mut content = fields.clone();
    content.remove(FROM_ROW);
    format!("{function}\n{}\n{}", calendar::today(now), Value::Object(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    fn read(function: &str, event: Value, now: Timestamp) -> Result<Call, Problem> {
        keyed("secret", function, event, now)
    }

    fn keyed(secret: &str, function: &str, event: Value, now: Timestamp) -> Result<Call, Problem> {
        Call::read(function, event, now, &Keys::read(secret).unwrap())
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
        let tomorrow = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert!(read("owner-ship", call.to_confirm(), tomorrow).is_err());
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
    fn an_event_that_is_not_an_object_is_a_problem() {
        assert_eq!(read("owner-desk", json!([1]), now()).unwrap_err().field, "(전체)");
        assert!(read("owner-desk", Value::Null, now()).is_ok());
        let number = read("owner-desk", json!({ "confirm": 3 }), now()).unwrap_err();
        assert_eq!(number.field, "confirm");
    }
}
