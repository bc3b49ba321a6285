//! The call: a key for a device, or which devices are put out.

use admin::{Call, Problem, fields};
use domain::office::DeviceName;
use serde_json::{Value, json};

/// Most devices named in one call.
const MOST: usize = 20;

/// A call, read.
pub(crate) enum Command {
    /// Show the devices that are in.
    Devices,
    /// Make a key for a device with this name.
    Key(DeviceName),
    /// Put devices out.
    Revoke(Out),
}

/// Which devices are put out.
pub(crate) enum Out {
    /// All of them.
    All,
    /// Those with these names.
    Named(Vec<String>),
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            fields.known(&["key", "revoke"], &json!({ "key": "주인장 전화기" }));
            fields.checked()?;
            if fields.given("key").is_some() && fields.given("revoke").is_some() {
                let expected = "key와 revoke는 따로 부릅니다. 하나만 남겨 주십시오";
                fields.problem("revoke", expected, Value::Null);
                return None;
            }
            if fields.given("key").is_some() {
                let name = |value: &Value| DeviceName::new(value.as_str()?).ok();
                let expected = format!("기기의 이름을 {}글자까지 적습니다", DeviceName::LONGEST);
                return fields.required("key", name, expected, "주인장 전화기").map(Self::Key);
            }
            if fields.given("revoke").is_none() {
                return Some(Self::Devices);
            }
            let expected =
                "닫을 기기의 이름을 대괄호 안에 적습니다. 모두 닫으려면 \"all\"을 적습니다";
            let names = fields::texts(MOST, DeviceName::LONGEST);
            let out = |value: &Value| match value.as_str() {
                Some("all") => Some(Out::All),
                _ => names(value).filter(|names| !names.is_empty()).map(Out::Named),
            };
            fields.required("revoke", out, expected, json!(["작업실"])).map(Self::Revoke)
        })
    }
}
