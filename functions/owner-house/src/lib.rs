//! 집: the versions of the rooms' content. The owner checks a new version, walks through it by a
//! signed link, opens it to new visitors, rolls back, and corrects errors for the visitors they
//! affect. A saved version is never changed: visitors finish in the version they entered.

mod amend;
mod command;
mod version;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, format, text::Language},
    riddle::content::RoomSet,
    walk::content_version::{Head, preview_page},
};
use serde_json::{Value, json};
use signing::Links;
use store::{Commit, Content, Decision, StoreError, Updated, Versioned};

use command::Command;

/// For how long a link to a preview is valid, in minutes: a week.
const LINKS_VALID_FOR: i64 = 7 * 24 * 60;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let command = match call.read_fields(Command::read) {
        Ok(command) => command,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let links =
        Links::open(&state.platform, calendar::minutes_after(call.now, LINKS_VALID_FOR)).await?;
    let head = state.store.head().await?;
    match command {
        Command::Show { file } => show(&state, &head.value, file.as_deref(), &links).await,
        Command::Check { version, files } => {
            version::check(&state, &head.value, version.as_deref(), &files).await
        }
        Command::Preview { version, files } => {
            version::preview(&state, &call, &head.value, &version, &files, &links).await
        }
        Command::Load { version } => version::load(&state, &call, &head.value, &version).await,
        Command::Back => version::back(&state, &call, &head.value).await,
        Command::Erratum { place, say } => {
            amend::erratum(&state, &call, &head.value, &place, &say).await
        }
        Command::Accept { place, answer } => {
            amend::accept(&state, &call, &head.value, &place, &answer).await
        }
    }
}

/// A link to a walk through a version that is not open yet.
fn preview(links: &Links, version: &str) -> Value {
    let until = format::date_time(links.expires(), Language::Ko);
    json!({ "preview": links.to(&preview_page(version)), "until": until })
}

/// A version: saved in the table, or built into the program.
async fn content_of(
    state: &AdminState,
    version: Option<&str>,
) -> Result<Option<Content>, AdminError> {
    let built_in = Content::built_in();
    match version {
        Some(version) if version != built_in.house => Ok(state.store.content(version).await?),
        _ => Ok(Some(built_in)),
    }
}

/// The content that new visitors enter, with the answers accepted since.
async fn current(state: &AdminState, head: &Head) -> Result<Option<RoomSet>, AdminError> {
    let content = content_of(state, head.current()).await?;
    let rooms = content.and_then(|content| RoomSet::load(&content.files()).ok());
    Ok(rooms.map(|rooms| rooms.accepting(&head.accepted)))
}

async fn show(
    state: &AdminState,
    head: &Head,
    file: Option<&str>,
    links: &Links,
) -> Result<Answer, AdminError> {
    let content = content_of(state, head.current()).await?.unwrap_or_else(Content::built_in);
    let mut answer = Answer::ok();
    if let Some(file) = file {
        let Some(text) = content.files.get(file) else {
            let names: Vec<_> = content.files.keys().cloned().collect();
            let expected = "지금 판에 있는 파일 이름을 적습니다. example에 모두 적어 두었습니다";
            return Ok(Answer::problem(Problem::new("file", expected, names)));
        };
        answer.did.push(format!(
            "지금 판 {}의 {file} 파일을 펼쳤습니다. 아무것도 바뀌지 않았습니다.",
            content.house
        ));
        answer.record(json!({ "file": file, "text": text }));
        return Ok(answer);
    }
    answer.did.push(format!(
        "지금 손님이 들어오는 판은 {}입니다. 아무것도 바뀌지 않았습니다.",
        content.house
    ));
    answer.next.push(
        "파일을 보려면 file에 이름을 적습니다. 새 판은 check(살펴보기), preview(미리 걷기), load(열기) 차례로 합니다. \
         되돌리려면 do에 back을 적습니다."
            .into(),
    );
    let opened: Vec<_> = head
        .history
        .iter()
        .rev()
        .map(|loaded| {
            json!({
                "version": loaded.version,
                "opened": format::date_time(loaded.at, Language::Ko),
            })
        })
        .collect();
    answer.record(json!({
        "version": content.house,
        "files": content.files.keys().collect::<Vec<_>>(),
        "opened": opened,
        "accepted": head.accepted,
        "walk": preview(links, &content.house),
    }));
    Ok(answer)
}

/// Changes the head and returns it as it is then. A concurrent change of another caller is kept.
async fn save(
    state: &AdminState,
    change: impl Fn(Head) -> Head,
) -> Result<Versioned<Head>, AdminError> {
    let change = &change;
    let updated = state
        .store
        .update_head(|head| async move {
            let changed = change(head.value.clone());
            Ok::<_, AdminError>(if changed == head.value {
                Decision::Keep(())
            } else {
                Decision::write(Commit::head(&head, changed), ())
            })
        })
        .await?;
    match updated {
        Updated::Done(()) => Ok(state.store.head().await?),
        _ => Err(StoreError::Contended.into()),
    }
}
