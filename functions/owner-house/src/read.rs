//! The call: read field by field, each problem with what was expected and an example.

use std::collections::BTreeMap;

use admin::Problem;
use domain::base::text::Text;
use serde_json::{Map, Value, json};

/// The fields of a call, whatever it does.
pub(crate) const FIELDS: [&str; 8] =
    ["do", "file", "version", "files", "room", "riddle", "say", "answer"];

/// Changes of files: a text, or nothing for a file that goes.
pub(crate) type Files = BTreeMap<String, Option<String>>;

/// Which riddle.
pub(crate) struct Place {
    pub(crate) room: String,
    pub(crate) riddle: String,
}

/// A call, read.
pub(crate) enum Command {
    /// Show the current version, or one of its files.
    Show { file: Option<String> },
    /// What is wrong with a version.
    Check { version: Option<String>, files: Files },
    /// Keep a new version and walk it.
    Preview { version: String, files: Files },
    /// Open a version that was kept to new visitors.
    Load { version: String },
    /// Open the version before again.
    Back,
    /// Tell those before a riddle that it was wrong, and clear their counts.
    Erratum { place: Place, say: Text },
    /// Accept an answer that was wrong until now.
    Accept { place: Place, answer: String },
}

impl Command {
    pub(crate) fn read(fields: &Map<String, Value>) -> Result<Self, Problem> {
        let wish = match fields.get("do") {
            None | Some(Value::Null) => "show",
            Some(wish) => wish.as_str().unwrap_or_default(),
        };
        match wish {
            "show" => Ok(Self::Show { file: text(fields, "file")? }),
            "check" => Ok(Self::Check { version: text(fields, "version")?, files: files(fields)? }),
            "preview" => Ok(Self::Preview { version: version(fields)?, files: files(fields)? }),
            "load" => Ok(Self::Load { version: version(fields)? }),
            "back" => Ok(Self::Back),
            "erratum" => Ok(Self::Erratum { place: place(fields)?, say: say(fields)? }),
            "accept" => {
                let answer = text(fields, "answer")?.ok_or_else(|| {
                    Problem::new(
                        "answer",
                        "이제부터 맞는 것으로 할 답을 적습니다",
                        "별 헤아리는 밤",
                    )
                })?;
                Ok(Self::Accept { place: place(fields)?, answer })
            }
            _ => Err(Problem::new(
                "do",
                "show, check, preview, load, back, erratum, accept 가운데 하나를 적습니다",
                "check",
            )),
        }
    }
}

fn text(fields: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        Some(_) => Err(Problem::new(name, "따옴표 안에 글로 적습니다", "study/mirror.toml")),
    }
}

fn version(fields: &Map<String, Value>) -> Result<String, Problem> {
    let good = |version: &String| {
        version.len() <= 20
            && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    text(fields, "version")?.filter(good).ok_or_else(|| {
        Problem::new(
            "version",
            "판의 이름을 로마자, 숫자, 점, 줄표로 20글자까지 적습니다",
            "2027-01",
        )
    })
}

fn files(fields: &Map<String, Value>) -> Result<Files, Problem> {
    let wrong = |field: String| {
        Problem::new(
            field,
            "파일 이름마다 그 글(TOML)을 적습니다. 뺄 파일에는 null을 적습니다. 적지 않은 파일은 지금 판의 것 그대로입니다",
            json!({ "study/mirror.toml": "method = \"mirror\"\n…" }),
        )
    };
    let files = match fields.get("files") {
        None | Some(Value::Null) => return Ok(Files::new()),
        Some(files) => files.as_object().ok_or_else(|| wrong("files".into()))?,
    };
    let one = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), Some(text.clone()))),
        Value::Null => Ok((name.clone(), None)),
        _ => Err(wrong(format!("files.{name}"))),
    };
    files.iter().map(one).collect()
}

fn place(fields: &Map<String, Value>) -> Result<Place, Problem> {
    let room = text(fields, "room")?
        .ok_or_else(|| Problem::new("room", "수수께끼가 있는 방의 이름을 적습니다", "study"))?;
    let riddle = text(fields, "riddle")?.ok_or_else(|| {
        Problem::new("riddle", "수수께끼의 이름(파일 이름)을 적습니다", "counting-stars")
    })?;
    Ok(Place { room, riddle })
}

fn say(fields: &Map<String, Value>) -> Result<Text, Problem> {
    let example = json!({ "ko": "서재의 수수께끼에 글자 하나가 잘못 적혀 있었습니다. 고쳐 두었습니다.", "en": "There was a letter wrong in the riddle of the study. It is mended." });
    let say: Option<Text> =
        fields.get("say").cloned().and_then(|say| serde_json::from_value(say).ok());
    let short = |text: &str| !text.trim().is_empty() && text.chars().count() <= 500;
    say.filter(|say| short(&say.ko) && short(&say.en)).ok_or_else(|| {
        Problem::new("say", "편지함에 넣을 말을 한국어와 영어로, 500글자까지 적습니다", example)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(call: Value) -> String {
        let Value::Object(fields) = call else { panic!("no call") };
        Command::read(&fields).err().map_or_else(String::new, |problem| problem.field)
    }

    #[test]
    fn a_wrong_call_names_its_field() {
        for (call, field) in [
            (json!({}), ""),
            (json!({ "do": "burn" }), "do"),
            (json!({ "do": "preview" }), "version"),
            (json!({ "do": "load", "version": "한 판" }), "version"),
            (json!({ "do": "check", "files": [] }), "files"),
            (json!({ "do": "check", "files": { "house.toml": 3 } }), "files.house.toml"),
            (json!({ "do": "erratum", "room": "study" }), "riddle"),
            (
                json!({ "do": "erratum", "room": "study", "riddle": "mirror", "say": { "ko": "네" } }),
                "say",
            ),
            (json!({ "do": "accept", "room": "study", "riddle": "mirror" }), "answer"),
            (json!({ "do": "show", "file": 3 }), "file"),
        ] {
            assert_eq!(problem(call.clone()), field, "{call}");
        }
    }
}
