//! The MD5 sums in SQS's answers. SDK clients verify them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

/// MD5 in lower-case hexadecimal.
pub(crate) fn md5_hex(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", md5::compute(bytes))
}

/// MD5 of message attributes by SQS's algorithm: for each attribute in the order of names its name,
/// data type, one byte for the kind of value, and value. Each text follows its length in four
/// bytes, big-endian. `None` without attributes.
pub(crate) fn md5_of_attributes(attributes: &Map<String, Json>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    let mut put = |part: &[u8]| {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part);
        bytes.len()
    };
    let mut kinds = Vec::new();
    for (name, value) in attributes {
        let text = |key: &str| value.get(key).and_then(Json::as_str);
        put(name.as_bytes());
        let at = put(text("DataType").unwrap_or_default().as_bytes());
        kinds.push((at, if text("BinaryValue").is_some() { 2_u8 } else { 1 }));
        match text("BinaryValue") {
            Some(binary) => put(&STANDARD.decode(binary).unwrap_or_default()),
            None => put(text("StringValue").unwrap_or_default().as_bytes()),
        };
    }
    for (at, kind) in kinds.into_iter().rev() {
        bytes.insert(at, kind);
    }
    Some(md5_hex(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_match_sqs() {
        assert_eq!(md5_hex("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
        assert_eq!(md5_of_attributes(&Map::new()), None);
        // One attribute by hand: name, type, kind, value.
        let by_hand = b"\0\0\0\x04name\0\0\0\x06String\x01\0\0\0\x05value";
        let attributes =
            serde_json::json!({"name": {"DataType": "String", "StringValue": "value"}});
        assert_eq!(md5_of_attributes(attributes.as_object().unwrap()), Some(md5_hex(by_hand)));
    }
}
