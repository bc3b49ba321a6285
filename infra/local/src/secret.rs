//! The part of SSM's Parameter Store that the functions use: secrets by name, kept with the state.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::template::Names;

/// The secrets of a local system. Clones share them.
#[derive(Debug, Clone)]
pub struct Secrets {
    ledger: Ledger,
    clock: Clock,
    names: Names,
}

impl Secrets {
    pub(crate) fn new(ledger: Ledger, clock: Clock, names: Names) -> Self {
        Self { ledger, clock, names }
    }

    /// Sets a `SecureString`.
    pub fn set(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.put(name, value, "excluded.value, version = version + 1, modified = excluded.modified")
    }

    /// Sets a `SecureString` unless it exists, so that a restart keeps the first value.
    pub fn set_if_absent(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.put(name, value, "value")
    }

    fn put(&self, name: &str, value: &str, update: &str) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT INTO secrets VALUES (?1, ?2, 'SecureString', 1, ?3) ON CONFLICT (name) DO UPDATE SET value = {update}"
        );
        self.ledger.connection().execute(&sql, params![name, value, self.clock.millis()]).map(drop)
    }

    /// A secret's value.
    pub fn get(&self, name: &str) -> rusqlite::Result<Option<String>> {
        Ok(self.row(name)?.map(|(value, ..)| value))
    }

    fn row(&self, name: &str) -> rusqlite::Result<Option<(String, String, i64, i64)>> {
        self.ledger
            .connection()
            .prepare_cached("SELECT value, kind, version, modified FROM secrets WHERE name = ?1")?
            .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()
    }

    /// The parameter in SSM's JSON form. Without decryption a `SecureString` has an unusable
    /// ciphertext as its value.
    fn parameter(&self, name: &str, decrypt: bool) -> rusqlite::Result<Option<Json>> {
        Ok(self.row(name)?.map(|(value, kind, version, modified)| {
            let sealed = !decrypt && kind == "SecureString";
            let value =
                if sealed { STANDARD.encode(format!("sealed {name} {version}")) } else { value };
            #[expect(
                clippy::cast_precision_loss,
                reason = "epoch milliseconds fit a double until the year 287396"
            )]
            let modified = modified as f64 / 1_000.0;
            json!({
                "Name": name,
                "Type": kind,
                "Value": value,
                "Version": version,
                "LastModifiedDate": modified,
                "ARN": self.arn(name),
                "DataType": "text",
            })
        }))
    }

    /// A parameter's ARN; a name's leading slash is not doubled.
    pub(crate) fn arn(&self, name: &str) -> String {
        self.names.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
    }

    /// Answers one call of `X-Amz-Target: AmazonSSM.<operation>`.
    pub(crate) fn answer(&self, operation: &str, body: &Json) -> Answer {
        match self.call(operation, body) {
            Ok(answer) => answer,
            Err(error) => failure(500, "InternalServerError", &error.to_string()),
        }
    }

    fn call(&self, operation: &str, body: &Json) -> rusqlite::Result<Answer> {
        let decrypt = body.get("WithDecryption").and_then(Json::as_bool).unwrap_or(false);
        match operation {
            "GetParameter" => {
                let name = body.get("Name").and_then(Json::as_str).unwrap_or_default();
                Ok(match self.parameter(name, decrypt)? {
                    Some(parameter) => Answer::json(200, &json!({ "Parameter": parameter })),
                    None => failure(400, "ParameterNotFound", ""),
                })
            }
            "GetParameters" => {
                let (mut found, mut invalid) = (Vec::new(), Vec::new());
                for name in body
                    .get("Names")
                    .and_then(Json::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                {
                    match self.parameter(name, decrypt)? {
                        Some(parameter) => found.push(parameter),
                        None => invalid.push(name),
                    }
                }
                Ok(Answer::json(200, &json!({ "Parameters": found, "InvalidParameters": invalid })))
            }
            other => Ok(failure(
                400,
                "UnknownOperationException",
                &format!("the local run does not support {other}"),
            )),
        }
    }
}

fn failure(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "__type": code, "message": message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let clock = Clock::standing("2026-08-01T00:00:00Z".parse().unwrap());
        Secrets::new(Ledger::open(None).unwrap(), clock, Names::default())
    }

    #[test]
    fn a_secret_is_read_with_decryption_only() {
        let secrets = secrets();
        secrets.set("/gongganmunhak/dev/session-key", "열쇠").unwrap();
        let ask = |decrypt| {
            let body =
                json!({ "Name": "/gongganmunhak/dev/session-key", "WithDecryption": decrypt });
            let answer: Json =
                serde_json::from_str(&secrets.answer("GetParameter", &body).body).unwrap();
            answer.pointer("/Parameter/Value").unwrap().as_str().unwrap().to_owned()
        };
        assert_eq!(ask(true), "열쇠");
        assert_ne!(ask(false), "열쇠");
        let missing = secrets.answer("GetParameter", &json!({ "Name": "/nothing" }));
        assert!(missing.status == 400 && missing.body.contains("ParameterNotFound"));
    }

    #[test]
    fn an_existing_secret_is_kept() {
        let secrets = secrets();
        secrets.set_if_absent("key", "first").unwrap();
        secrets.set_if_absent("key", "second").unwrap();
        assert_eq!(secrets.get("key").unwrap().as_deref(), Some("first"));
        secrets.set("key", "third").unwrap();
        assert_eq!(secrets.get("key").unwrap().as_deref(), Some("third"));
    }
}
