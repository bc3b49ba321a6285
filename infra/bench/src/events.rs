//! Reads the saved events of `events/` and fills in what a real event would contain: a session, an
//! order, a message that is in the table.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// The order id in the saved events.
const SAMPLE_ORDER: &str = "01JD9G5T3M8Q2W6X4Z7N1C0V5K";

/// The session cookie's name behind TLS; the saved events claim TLS.
pub(crate) const SESSION: &str = "__Host-sid";

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads `events/{stem}.json`.
pub(crate) fn saved(stem: &str) -> Result<Value> {
    let path = root().join("events").join(format!("{stem}.json"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

/// Replaces the sample's order id everywhere in the event.
pub(crate) fn about_order(event: &Value, order: &str) -> Result<Value> {
    serde_json::from_str(&event.to_string().replace(SAMPLE_ORDER, order))
        .context("the order id breaks the event")
}

/// Sets the session cookie.
pub(crate) fn with_session(event: &mut Value, session: &str) {
    event["cookies"] = json!([format!("{SESSION}={session}")]);
}

/// Sets fields of the form; a GET becomes a POST.
pub(crate) fn with_form(event: &mut Value, fields: &[(&str, &str)]) -> Result<()> {
    let body = event["body"].as_str().unwrap_or_default();
    let body = STANDARD.decode(body).context("the form of a saved event is not Base64")?;
    let mut form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    set(&mut form, fields);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    event["requestContext"]["http"]["method"] = "POST".into();
    event["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["isBase64Encoded"] = true.into();
    event["body"] = STANDARD.encode(body).into();
    Ok(())
}

/// Sets fields of the query.
pub(crate) fn with_query(event: &mut Value, fields: &[(&str, &str)]) {
    let query = event["rawQueryString"].as_str().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    set(&mut pairs, fields);
    event["queryStringParameters"] = pairs
        .iter()
        .cloned()
        .map(|(name, value)| (name, value.into()))
        .collect::<Map<_, _>>()
        .into();
    event["rawQueryString"] =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into();
}

fn set(pairs: &mut Vec<(String, String)>, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => (*value).clone_into(old),
            None => pairs.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
}

/// Makes the one record of a queue's batch this message of the outbox; `item` is as DynamoDB
/// writes it.
pub(crate) fn with_message(event: &mut Value, item: &Value) -> Result<()> {
    let text = |name: &str| item[name]["S"].as_str().map(Value::from);
    let Some(record) = event["Records"].get_mut(0) else {
        bail!("the saved event has no record");
    };
    let mut body: Map<String, Value> =
        serde_json::from_str(record["body"].as_str().unwrap_or_default())
            .context("the body of a saved record is not JSON")?;
    for name in ["id", "at"] {
        body.insert(name.into(), text(name).unwrap_or_default());
    }
    record["body"] = Value::Object(body).to_string().into();
    Ok(())
}

/// Makes the one record of a stream's batch the insertion of this item.
pub(crate) fn with_inserted(event: &mut Value, item: &Value) -> Result<()> {
    let Some(record) = event["Records"].get_mut(0) else {
        bail!("the saved event has no record");
    };
    record["dynamodb"]["Keys"] = json!({ "pk": item["pk"], "sk": item["sk"] });
    record["dynamodb"]["NewImage"] = item.clone();
    Ok(())
}

/// The session that an answer sets.
pub(crate) fn session_of(answer: &Value) -> Option<String> {
    let cookies = answer["cookies"].as_array()?;
    let pair = |cookie: &Value| {
        let (name, value) = cookie.as_str()?.split(';').next()?.split_once('=')?;
        (name == SESSION).then(|| value.to_owned())
    };
    cookies.iter().find_map(pair)
}

/// The code that confirms a dry run of an owner's function: the answer quotes it in `next`.
pub(crate) fn code_of(answer: &Value) -> Option<String> {
    let next = answer["next"].as_array()?.iter().filter_map(Value::as_str);
    let is_code =
        |part: &&str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    next.flat_map(|line| line.split('"')).find(is_code).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_a_field_keeps_the_others() {
        let mut event = saved("counter-post").unwrap();
        with_form(&mut event, &[("detail", "3층 & 다락"), ("new", "1")]).unwrap();
        let body = STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
        let typed = |name: &str| form.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        assert_eq!((typed("detail"), typed("new"), typed("range")), ("3층 & 다락", "1", "middle"));
    }

    #[test]
    fn the_session_is_read_from_the_cookies() {
        let answer = json!({ "cookies": ["lang=ko; Path=/", "__Host-sid=a.1.b; Path=/; Secure"] });
        assert_eq!(session_of(&answer).as_deref(), Some("a.1.b"));
        assert_eq!(session_of(&json!({})), None);
    }
}
