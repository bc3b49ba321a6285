//! Adds sample books to an empty shop as the owner does: calls `owner-shelve` with the saved event,
//! and again with the confirmation code of its answer.

use std::path::Path;

use serde_json::Value as Json;

use crate::system::System;

/// The function that adds books, and the stem of the event that has them.
const FUNCTION: &str = "owner-shelve";

/// Adds the sample books. Returns how many lines the function answered.
pub(crate) async fn fill(system: &System, folder: &Path) -> Result<usize, String> {
    let path = folder.join("events").join(format!("{FUNCTION}.json"));
    let broken = |why: String| {
        let path = path.display();
        format!(
            "견본 내용을 쓸 수 없습니다: {path} / the sample event {path} cannot be used: {why}"
        )
    };
    let text = std::fs::read_to_string(&path).map_err(|e| broken(e.to_string()))?;
    let mut event: Json = serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?;
    let preview = system.invoke(FUNCTION, event.clone()).await.map_err(|f| broken(f.message))?;
    let problems = |answer: &Json| answer.get("problems").map(|p| broken(p.to_string()));
    if let Some(problems) = problems(&preview) {
        return Err(problems);
    }
    let code = code(&preview)
        .ok_or_else(|| broken("owner-shelve answered no confirmation code".into()))?;
    if let Some(map) = event.as_object_mut() {
        map.insert("confirm".into(), code.into());
    }
    let done = system.invoke(FUNCTION, event).await.map_err(|f| broken(f.message))?;
    match problems(&done) {
        Some(problems) => Err(problems),
        None => Ok(done.get("did").and_then(Json::as_array).map_or(0, Vec::len)),
    }
}

/// The code is in quotation marks in the answer's `next`.
fn code(answer: &Json) -> Option<String> {
    let next = answer.get("next")?.as_array()?.iter().filter_map(Json::as_str);
    next.flat_map(|line| line.split('"')).find(|part| is_code(part)).map(str::to_owned)
}

fn is_code(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_read_from_the_answer() {
        let answer = serde_json::json!({ "next": ["서두를 것 없습니다.", "맞으면 confirm에 \"0a1b2c3d\"를 적어 다시 부르세요."] });
        assert_eq!(code(&answer).as_deref(), Some("0a1b2c3d"));
        assert_eq!(code(&serde_json::json!({ "next": ["confirm에 \"나중에\""] })), None);
    }
}
