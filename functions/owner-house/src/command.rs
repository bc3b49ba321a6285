//! The call: one of seven commands, named by `do`. Reading stops at the first problem.

use std::collections::BTreeMap;

use admin::Fields;
use domain::base::{free_text, text::Text};
use serde_json::{Value, json};

/// The fields of a call, whatever its command.
const FIELDS: [&str; 8] = ["do", "file", "version", "files", "room", "riddle", "say", "answer"];

/// Most characters of a version's name.
const LONGEST_VERSION: usize = 20;

/// Most characters of a letter, in each language.
const LONGEST_LETTER: usize = 500;

/// Changes of files: a new text, or `None` to remove the file.
pub(crate) type Files = BTreeMap<String, Option<String>>;

/// A riddle by its room and name.
pub(crate) struct Place {
    pub(crate) room: String,
    pub(crate) riddle: String,
}

/// A call, read.
pub(crate) enum Command {
    /// Show the current version, or one of its files.
    Show { file: Option<String> },
    /// Report what is wrong with a version.
    Check { version: Option<String>, files: Files },
    /// Save a new version and link to a walk through it.
    Preview { version: String, files: Files },
    /// Open a saved version to new visitors.
    Load { version: String },
    /// Open the previous version again.
    Back,
    /// Write to the visitors who were turned away by a wrong riddle, and reset their counts.
    Erratum { place: Place, say: Text },
    /// Accept an answer that was rejected so far.
    Accept { place: Place, answer: String },
}

impl Command {
    pub(crate) fn read(fields: &mut Fields<'_, '_>) -> Option<Self> {
        fields.known(&FIELDS, &json!({ "do": "check", "version": "2027-01" }));
        fields.checked()?;
        let command = fields.given("do").map_or("show", |name| name.as_str().unwrap_or_default());
        Some(match command {
            "show" => Self::Show { file: non_empty(text(fields, "file")?) },
            "check" => {
                Self::Check { version: non_empty(text(fields, "version")?), files: files(fields)? }
            }
            "preview" => Self::Preview { version: version(fields)?, files: files(fields)? },
            "load" => Self::Load { version: version(fields)? },
            "back" => Self::Back,
            "erratum" => Self::Erratum { place: place(fields)?, say: say(fields)? },
            "accept" => {
                let expected = "이제부터 맞는 것으로 할 답을 적습니다";
                let answer = required(fields, "answer", expected, "별 헤아리는 밤")?;
                Self::Accept { place: place(fields)?, answer }
            }
            _ => {
                let expected =
                    "show, check, preview, load, back, erratum, accept 가운데 하나를 적습니다";
                fields.problem("do", expected, "check");
                return None;
            }
        })
    }
}

/// A text without blanks around it; empty if absent.
fn text(fields: &mut Fields<'_, '_>, name: &str) -> Option<String> {
    let expected = "따옴표 안에 글로 적습니다";
    let text = fields.optional(name, Value::as_str, expected, "study/mirror.toml");
    fields.checked()?;
    Some(text.unwrap_or_default().trim().to_owned())
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn required(
    fields: &mut Fields<'_, '_>,
    name: &str,
    expected: &str,
    example: &str,
) -> Option<String> {
    let text = non_empty(text(fields, name)?);
    if text.is_none() {
        fields.problem(name, expected, example);
    }
    text
}

fn version(fields: &mut Fields<'_, '_>) -> Option<String> {
    let valid = |version: &String| {
        (1..=LONGEST_VERSION).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    let version = Some(text(fields, "version")?).filter(valid);
    if version.is_none() {
        let expected =
            format!("판의 이름을 로마자, 숫자, 점, 줄표로 {LONGEST_VERSION}글자까지 적습니다");
        fields.problem("version", expected, "2027-01");
    }
    version
}

fn files(fields: &mut Fields<'_, '_>) -> Option<Files> {
    let expected = "파일 이름마다 그 글(TOML)을 적습니다. 뺄 파일에는 null을 적습니다. \
                    적지 않은 파일은 지금 판의 것 그대로입니다";
    let example = || json!({ "study/mirror.toml": "method = \"mirror\"\n…" });
    let given = fields.optional("files", Value::as_object, expected, example());
    fields.checked()?;
    let mut files = Files::new();
    for (name, value) in given.into_iter().flatten() {
        let text = match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            _ => {
                fields.problem(&format!("files.{name}"), expected, example());
                return None;
            }
        };
        files.insert(name.clone(), text);
    }
    Some(files)
}

fn place(fields: &mut Fields<'_, '_>) -> Option<Place> {
    let room = required(fields, "room", "수수께끼가 있는 방의 이름을 적습니다", "study")?;
    let expected = "수수께끼의 이름(파일 이름)을 적습니다";
    let riddle = required(fields, "riddle", expected, "counting-stars")?;
    Some(Place { room, riddle })
}

fn say(fields: &mut Fields<'_, '_>) -> Option<Text> {
    let example = json!({
        "ko": "서재의 수수께끼에 글자 하나가 잘못 적혀 있었습니다. 고쳐 두었습니다.",
        "en": "There was a letter wrong in the riddle of the study. It is mended."
    });
    let fits = |text: &str| !free_text::is_blank(text) && free_text::length(text) <= LONGEST_LETTER;
    let letter = |value: &Value| {
        let letter: Text = serde_json::from_value(value.clone()).ok()?;
        Some(letter).filter(|letter| fits(&letter.ko) && fits(&letter.en))
    };
    let expected = format!("편지함에 넣을 말을 한국어와 영어로, {LONGEST_LETTER}글자까지 적습니다");
    fields.required("say", letter, expected, example)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_field(call: &Value) -> String {
        let problems = admin::fields::read(call, "", Command::read).err().unwrap_or_default();
        problems.into_iter().next().map_or_else(String::new, |problem| problem.field)
    }

    #[test]
    fn a_problem_names_its_field() {
        for (call, field) in [
            (json!({}), ""),
            (json!({ "do": "burn" }), "do"),
            (json!({ "do": "preview" }), "version"),
            (json!({ "do": "load", "version": "한 판" }), "version"),
            (json!({ "do": "check", "files": [] }), "files"),
            (json!({ "do": "check", "files": { "house.toml": 3 } }), "files.house.toml"),
            (json!({ "do": "erratum", "room": "study" }), "riddle"),
            (
                json!({
                    "do": "erratum", "room": "study", "riddle": "mirror", "say": { "ko": "네" }
                }),
                "say",
            ),
            (json!({ "do": "accept", "room": "study", "riddle": "mirror" }), "answer"),
            (json!({ "do": "show", "file": 3 }), "file"),
        ] {
            assert_eq!(wrong_field(&call), field, "{call}");
        }
    }
}
