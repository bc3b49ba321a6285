//! Versions: check, preview, open, roll back.

use admin::{AS_SHOWN, AdminError, AdminState, Answer, Call, Problem};
use domain::{
    riddle::content::{ContentError, RoomSet},
    walk::content_version::Head,
};
use serde_json::{Value, json};
use signing::Links;
use store::{Content, WriteError};

use crate::{command::Files, content_of, save};

/// Most bytes of a version. An item of the table takes 400 KB.
const MOST_BYTES: usize = 300_000;

/// The name of a version that is only checked.
const ONLY_CHECKED: &str = "check";

/// The current version with these changes, under a new name.
async fn compose(
    state: &AdminState,
    head: &Head,
    version: &str,
    files: &Files,
) -> Result<Content, AdminError> {
    let mut content = content_of(state, head.current()).await?.unwrap_or_else(Content::built_in);
    for (name, text) in files {
        match text {
            Some(text) => content.files.insert(name.clone(), text.clone()),
            None => content.files.remove(name),
        };
    }
    if let Some(text) = content.files.get_mut("house.toml") {
        *text = named(text, version);
    }
    version.clone_into(&mut content.house);
    Ok(content)
}

/// `house.toml` with another version name.
fn named(text: &str, version: &str) -> String {
    let mut done = false;
    let lines = text.lines().map(|line| {
        let key = line.split('=').next().unwrap_or_default().trim();
        if !done && key == "version" {
            done = true;
            format!("version = {version:?}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

/// What is wrong with a version.
fn findings(content: &Content) -> Vec<String> {
    let bytes: usize = content.files.iter().map(|(name, text)| name.len() + text.len()).sum();
    let too_large = (bytes > MOST_BYTES).then(|| {
        format!("집 전체: {bytes}바이트입니다. 한 판은 {MOST_BYTES}바이트까지 넣을 수 있습니다.")
    });
    RoomSet::findings(&content.files()).iter().map(ContentError::korean).chain(too_large).collect()
}

fn as_problems(findings: Vec<String>) -> Answer {
    Answer::problems(
        findings.into_iter().map(|finding| Problem::new("files", finding, Value::Null)).collect(),
    )
}

pub(crate) async fn check(
    state: &AdminState,
    head: &Head,
    version: Option<&str>,
    files: &Files,
) -> Result<Answer, AdminError> {
    let content = if files.is_empty() {
        content_of(state, version.or(head.current())).await?
    } else {
        Some(compose(state, head, version.unwrap_or(ONLY_CHECKED), files).await?)
    };
    let Some(content) = content else { return Ok(unknown_version()) };
    let findings = findings(&content);
    let mut answer = Answer::ok();
    answer.did.push(format!(
        "{}개 파일을 살펴보았습니다. 아무것도 바뀌지 않았습니다.",
        content.files.len()
    ));
    if findings.is_empty() {
        answer.next.push("고칠 데가 없습니다. 새 판이면 preview로 넣어 두고 걸어 보세요.".into());
        if let Ok(rooms) = RoomSet::load(&content.files()) {
            answer.record(summary(&rooms));
        }
    } else {
        answer
            .next
            .push(format!("고칠 데가 {}곳 있습니다. 고치고 다시 살펴보세요.", findings.len()));
        for finding in findings {
            answer.record(json!({ "finding": finding }));
        }
    }
    Ok(answer)
}

/// The riddles of a version with their kinds, and how long a walk takes.
fn summary(rooms: &RoomSet) -> Value {
    let (riddle, plain) = rooms.expected().minutes();
    let shown: Vec<_> = rooms
        .all_rooms()
        .filter(|room| !room.riddles.is_empty())
        .map(|room| {
            let riddles: Vec<_> = room
                .riddles
                .iter()
                .map(|riddle| json!({ "riddle": riddle.id, "kind": riddle.kind.name() }))
                .collect();
            json!({ "room": room.id, "name": room.title.ko, "riddles": riddles })
        })
        .collect();
    json!({
        "version": rooms.version(),
        "minutes_by_riddle": riddle,
        "minutes_by_plain_door": plain,
        "rooms": shown,
    })
}

fn unknown_version() -> Answer {
    let expected = "넣어 둔 판의 이름을 적습니다. 새 판은 먼저 preview로 넣습니다";
    Answer::problem(Problem::new("version", expected, "2027-01"))
}

pub(crate) async fn preview(
    state: &AdminState,
    call: &Call,
    head: &Head,
    version: &str,
    files: &Files,
    links: &Links,
) -> Result<Answer, AdminError> {
    let kept = content_of(state, Some(version)).await?;
    if files.is_empty() {
        if kept.is_none() {
            return Ok(unknown_version());
        }
        let mut answer = Answer::ok();
        answer.did.push(format!(
            "{version} 판을 걸어 볼 주소를 만들었습니다. 아무것도 바뀌지 않았습니다."
        ));
        answer.offer("이 판 열기", "owner-house", json!({ "do": "load", "version": version }));
        answer.next.push("마음에 들면 여세요. 부를 내용은 calls에 적어 두었습니다.".into());
        answer.record(crate::preview(links, version));
        return Ok(answer);
    }
    let content = compose(state, head, version, files).await?;
    if kept.as_ref().is_some_and(|kept| *kept != content) {
        let expected =
            "이 이름의 판이 이미 있고 글이 다릅니다. 넣어 둔 판은 바꾸지 않으니 새 이름을 적습니다";
        return Ok(Answer::problem(Problem::new("version", expected, "2027-01b")));
    }
    let findings = findings(&content);
    if !findings.is_empty() {
        return Ok(as_problems(findings));
    }
    let mut answer = Answer::ok();
    if !call.confirmed {
        answer.would_do.push(format!(
            "{version} 판을 넣어 두고 걸어 볼 주소를 만듭니다. 손님에게는 아직 열지 않습니다."
        ));
        return Ok(answer.to_confirm(call, AS_SHOWN));
    }
    match state.store.save_content(&content).await {
        // A repeated or concurrent call saved it. What is saved was compared above, or is compared
        // by the next call.
        Ok(()) | Err(WriteError::ConditionFailed(_)) => {}
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    answer.did.push(format!("{version} 판을 넣어 두었습니다. 손님에게는 아직 열지 않았습니다."));
    answer.offer("이 판 열기", "owner-house", json!({ "do": "load", "version": version }));
    answer.next.push(
        "주소를 열어 걸어 보고, 마음에 들면 여세요. 부를 내용은 calls에 적어 두었습니다.".into(),
    );
    answer.record(crate::preview(links, version));
    Ok(answer)
}

pub(crate) async fn load(
    state: &AdminState,
    call: &Call,
    head: &Head,
    version: &str,
) -> Result<Answer, AdminError> {
    let Some(content) = content_of(state, Some(version)).await? else {
        return Ok(unknown_version());
    };
    let findings = findings(&content);
    if !findings.is_empty() {
        return Ok(as_problems(findings));
    }
    open(state, call, head, version).await
}

pub(crate) async fn back(
    state: &AdminState,
    call: &Call,
    head: &Head,
) -> Result<Answer, AdminError> {
    // A repeated rollback would go forward again, so the call's code is recorded.
    let row = format!("owner-house-{}", call.code);
    if call.confirmed && state.store.was_heard(&row).await? {
        let mut answer = Answer::ok();
        answer.did.push("이미 되돌렸습니다. 두 번 하지 않았습니다.".into());
        return Ok(answer);
    }
    let Some(previous) = head.before().map(ToOwned::to_owned) else {
        let expected = "되돌아갈 앞의 판이 없습니다";
        return Ok(Answer::problem(Problem::new("do", expected, "load")));
    };
    let answer = open(state, call, head, &previous).await?;
    if call.confirmed {
        state.store.heard(&row, call.now).await?;
    }
    Ok(answer)
}

/// Makes new visitors enter this version.
async fn open(
    state: &AdminState,
    call: &Call,
    head: &Head,
    version: &str,
) -> Result<Answer, AdminError> {
    let mut answer = Answer::ok();
    let built_in = Content::built_in();
    let current = head.current().unwrap_or(&built_in.house).to_owned();
    if current == version {
        answer.did.push(format!("{version} 판은 이미 열려 있습니다. 아무것도 바뀌지 않았습니다."));
        return Ok(answer);
    }
    if !call.confirmed {
        answer.would_do.push(format!(
            "새로 오는 손님에게 {version} 판을 엽니다(지금은 {current}). 이미 들어온 손님은 들어온 판에서 끝까지 걷습니다."
        ));
        return Ok(answer.to_confirm(call, AS_SHOWN));
    }
    // `back` finds it by its name, whatever program is deployed then.
    state.store.keep_built_in().await?;
    save(state, |head| {
        if head.current() == Some(version) {
            return head;
        }
        let head = if head.history.is_empty() {
            head.with_current(&built_in.house, call.now)
        } else {
            head
        };
        if head.current() == Some(version) { head } else { head.with_current(version, call.now) }
    })
    .await?;
    answer
        .did
        .push(format!("새로 오는 손님은 {version} 판으로 들어옵니다. 앞의 판은 {current}입니다."));
    answer.next.push("되돌리려면 do에 back을 적어 부르세요.".into());
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_a_version_is_replaced() {
        let text = RoomSet::built_in_files()[0].1;
        let renamed = named(text, "2027-01");
        assert!(renamed.contains("version = \"2027-01\"\n"));
        assert_eq!(renamed.lines().count(), text.lines().count());
    }

    #[test]
    fn all_findings_are_reported_in_korean() {
        let mut content = Content::built_in();
        assert_eq!(findings(&content), Vec::<String>::new());
        let head = content.files.get_mut("house.toml").unwrap();
        *head = head.replace("riddle_seconds = 240", "riddle_seconds = 600");
        let mirror = content.files.get_mut("study/mirror.toml").unwrap();
        *mirror = mirror.replace("form = \"mirror\"", "form = \"verse\"");
        let found = findings(&content);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found[0].contains("약속은 720초와 120초입니다"), "{found:#?}");
        assert!(found[1].contains("mirror 꼴의 글이 꼭 하나"), "{found:#?}");
        content.files.remove("house.toml");
        assert!(!findings(&content).is_empty());
    }
}
