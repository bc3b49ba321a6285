//! Sample content for an empty house, put in the way the owner would: by calling the drawer with
//! the saved event, and again with the code it answers.

use std::path::Path;

use serde_json::Value as Json;

use crate::system::System;

/// The drawer that takes books in, and the event beside the template that has them.
const DRAWER: &str = "owner-shelve";

/// Puts the sample books on the shelf. Gives how many lines the drawer answered, or why there are
/// none.
pub(crate) async fn fill(system: &System, folder: &Path) -> Result<usize, String> {
    let path = folder.join("events").join(format!("{DRAWER}.json"));
    let broken = |why: String| {
        let path = path.display();
        format!(
            "견본 내용을 쓸 수 없습니다: {path} / the sample content {path} cannot be used: {why}"
        )
    };
    let text = std::fs::read_to_string(&path).map_err(|e| broken(e.to_string()))?;
    let mut event: Json = serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?;
    let preview = system.invoke(DRAWER, event.clone()).await.map_err(|f| broken(f.message))?;
    let problems = |answer: &Json| answer.get("problems").map(|p| broken(p.to_string()));
    if let Some(problems) = problems(&preview) {
        return Err(problems);
    }
    let code = code(&preview).ok_or_else(|| broken("the drawer answered no code".into()))?;
    if let Some(map) = event.as_object_mut() {
        map.insert("confirm".into(), code.into());
    }
    let done = system.invoke(DRAWER, event).await.map_err(|f| broken(f.message))?;
    match problems(&done) {
        Some(problems) => Err(problems),
        None => Ok(done.get("did").and_then(Json::as_array).map_or(0, Vec::len)),
    }
}

/// The code stands between quotation marks in what the drawer says comes next.
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
    fn the_code_is_found_where_the_owner_finds_it() {
        let answer = serde_json::json!({ "next": ["서두를 것 없습니다.", "맞으면 confirm에 \"0a1b2c3d\"를 적어 다시 부르세요."] });
        assert_eq!(code(&answer).as_deref(), Some("0a1b2c3d"));
        assert_eq!(code(&serde_json::json!({ "next": ["confirm에 \"나중에\""] })), None);
    }
}
