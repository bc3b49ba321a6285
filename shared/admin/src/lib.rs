//! The owner's drawers. The owner opens one in the console's Test tab with a small JSON and reads
//! the answer in plain Korean: what was done (`did`), what would be done (`would_do`), what comes
//! next (`next`).
//!
//! What changes something is a dry run unless `confirm` carries the code that the dry run printed.
//! The code is made of the drawer's name, the day and the call itself, so that a changed call needs
//! a new look, and the same call twice does its work once.
//!
//! Errors: what the owner typed wrong is an answer with `problems`, each naming the field, what was
//! expected and a correct example. What is our fault fails the invocation, which the console shows
//! in red.

mod lines;

use std::{future::Future, sync::Arc};

use domain::base::calendar;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use platform::{Init, InitError, LazyState, Platform};
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{Lost, Store, StoreError};

pub use lines::{Line, strangers};

/// What every drawer has.
#[derive(Debug, Clone)]
pub struct AdminState {
    /// The table.
    pub store: Store,
    /// What a drawer needs beyond the table: its variables, secrets, other clients.
    pub platform: Platform,
}

impl Init for AdminState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, platform: platform.clone() })
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("code", &self.code).finish_non_exhaustive()
    }
}

/// One call of a drawer.
#[derive(Clone)]
pub struct Call {
    /// What the owner wrote.
    pub fields: Map<String, Value>,
    /// When.
    pub now: Timestamp,
    /// The code that confirms this very call today.
    pub code: String,
    /// Whether the call carries that code: it is to be done, not only shown.
    pub confirmed: bool,
}

/// Something the owner wrote wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field, with its place: `parcels[0].number`.
    pub field: String,
    /// What is wrong and what was expected, in Korean.
    pub expected: String,
    /// A correct example.
    pub example: Value,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(
        field: impl Into<String>,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Self {
        Self { field: field.into(), expected: expected.into(), example: example.into() }
    }
}

/// A drawer's answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// 200; 400 if there are problems.
    pub status: u16,
    /// What was done.
    pub did: Vec<String>,
    /// What would be done, and is not yet.
    pub would_do: Vec<String>,
    /// What comes next.
    pub next: Vec<String>,
    /// What the owner wrote wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// The call that does what `would_do` says, ready to paste.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Value>,
    /// What the drawer shows, as a web page: a signed link that is good for a few hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Calls of other drawers that come next, ready to paste, by the drawer's name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub calls: Map<String, Value>,
    /// What the drawer shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Value>,
}

impl Answer {
    /// An answer that found problems; nothing was done.
    pub fn problems(problems: Vec<Problem>) -> Self {
        Self {
            status: 400,
            next: vec![
                "problems에 적힌 칸을 고쳐 다시 불러 주세요. 아무것도 바뀌지 않았습니다.".into(),
            ],
            problems,
            ..Self::default()
        }
    }

    /// An answer that is well.
    pub fn well() -> Self {
        Self { status: 200, ..Self::default() }
    }
}

/// A drawer that failed, by our fault.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// It could not start.
    #[error("서랍을 열 수 없습니다: {0}")]
    InitError(#[from] InitError),
    /// It worked, and what it found is to ring the owner's bell: a failed invocation does.
    #[error("{0}")]
    Alert(String),
    /// The payment provider did not answer; nothing was changed.
    #[error("결제사에 물어보지 못했습니다. 잠시 뒤에 같은 내용으로 다시 불러 주세요: {0}")]
    Provider(String),
    /// The table's fault.
    #[error(
        "장부에 닿지 못했습니다. 잠시 뒤에 같은 내용으로 다시 불러 주세요(두 번 되지 않습니다): {0}"
    )]
    Store(#[from] StoreError),
}

impl From<store::WriteError> for AdminError {
    fn from(error: store::WriteError) -> Self {
        Self::from(Lost::from(error))
    }
}

impl From<Lost> for AdminError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Store(error) => Self::Store(error),
            lost => Self::Store(StoreError::Unavailable(lost.to_string())),
        }
    }
}

impl Call {
    /// Reads a call. Anything but a JSON object is a problem.
    fn read(drawer: &str, event: Value, now: Timestamp) -> Result<Self, Problem> {
        let mut fields = match event {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            _ => {
                return Err(Problem::new(
                    "(전체)",
                    "중괄호로 묶인 JSON 하나가 와야 합니다",
                    json!({}),
                ));
            }
        };
        let confirm = match fields.remove("confirm") {
            None | Some(Value::Null) => None,
            Some(Value::String(code)) => {
                Some(code.trim().to_owned()).filter(|code| !code.is_empty())
            }
            Some(_) => {
                return Err(Problem::new(
                    "confirm",
                    "미리보기가 알려 준 코드를 따옴표 안에 적습니다",
                    "a1b2c3d4",
                ));
            }
        };
        let code = code(drawer, &fields, now);
        let confirmed = match confirm {
            None => false,
            Some(given) if given == code => true,
            Some(_) => {
                return Err(Problem::new(
                    "confirm",
                    "코드가 이 내용의 것이 아닙니다. 내용이 바뀌었거나 날이 바뀌었습니다. confirm을 지우고 미리보기부터 다시 해 주세요",
                    Value::Null,
                ));
            }
        };
        Ok(Self { fields, now, code, confirmed })
    }

    /// The same call with its code, ready to paste.
    pub fn to_confirm(&self) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("confirm".into(), Value::String(self.code.clone()));
        Value::Object(fields)
    }
}

/// The field that says from which row a long call goes on.
pub const GOES_ON: &str = "from_row";

/// The code of a call: eight hexadecimal digits of a digest over the drawer, the day in Korea and
/// the call's content. Not a secret: it only shows that the owner has seen what would be done. From
/// where a long call goes on is no content: it is the same call with the same code.
fn code(drawer: &str, fields: &Map<String, Value>, now: Timestamp) -> String {
    let mut content = fields.clone();
    content.remove(GOES_ON);
    let content = format!("{drawer}\n{}\n{}", calendar::today(now), Value::Object(content));
    let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
    domain::base::hex::of(digest.as_ref(), 4)
}

/// Runs a drawer as the Lambda function it is: all that its `main` does.
pub async fn run<H, F>(name: &'static str, handle: H) -> Result<(), Error>
where
    H: Fn(Arc<AdminState>, Call) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, AdminError>> + Send + 'static,
{
    platform::log::start();
    lambda_runtime::run(function(name, Platform::of_process()?, handle)).await
}

/// A drawer as a service from call to answer, for the local run and the tests.
pub fn function<H, F>(
    name: &'static str,
    platform: Platform,
    handle: H,
) -> impl Service<LambdaEvent<Value>, Response = Answer, Error = Error, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    H: Fn(Arc<AdminState>, Call) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, AdminError>> + Send + 'static,
{
    let opened = Arc::new(LazyState::<AdminState>::new(platform));
    service_fn(move |event: LambdaEvent<Value>| {
        let (opened, handle) = (Arc::clone(&opened), handle.clone());
        async move {
            let desk = opened.get().await.map_err(AdminError::from)?;
            let answer = match Call::read(name, event.payload, desk.platform.clock.now()) {
                Ok(call) => handle(desk, call).await,
                Err(problem) => Ok(Answer::problems(vec![problem])),
            };
            if let Err(stuck) = &answer {
                tracing::error!(function = name, error.message = %stuck, "drawer is stuck");
            }
            Ok::<_, Error>(answer?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    #[test]
    fn a_call_is_a_dry_run_until_it_carries_its_own_code() {
        let call = Call::read("owner-ship", json!({ "parcels": [1] }), now()).unwrap();
        assert!(!call.confirmed);
        let confirmed = Call::read("owner-ship", call.to_confirm(), now()).unwrap();
        assert!(confirmed.confirmed);
        assert_eq!(confirmed.code, call.code);
        let mut changed = call.to_confirm();
        changed["parcels"] = json!([2]);
        assert_eq!(Call::read("owner-ship", changed, now()).unwrap_err().field, "confirm");
        let tomorrow = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert!(Call::read("owner-ship", call.to_confirm(), tomorrow).is_err());
    }

    #[test]
    fn an_event_that_is_no_object_is_answered() {
        assert_eq!(Call::read("owner-desk", json!([1]), now()).unwrap_err().field, "(전체)");
        assert!(Call::read("owner-desk", Value::Null, now()).is_ok());
        assert_eq!(
            Call::read("owner-desk", json!({ "confirm": 3 }), now()).unwrap_err().field,
            "confirm"
        );
    }
}
