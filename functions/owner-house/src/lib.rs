//! 집: the rooms' content. The owner checks a new version, walks it by a signed link, opens it to
//! visitors, goes back, and mends what was wrong for those who stand before it. A version that was
//! kept is never changed: visitors finish on the one they entered.

mod amend;
mod read;
mod version;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, text::Language},
    order::letter,
    riddle::content::RoomSet,
    walk::content_version::{Head, preview_page},
};
use serde_json::{Value, json};
use signing::Links;
use store::{Content, Versioned};

use read::Command;

/// For how long a link to a preview is good, in minutes: a week to read it over.
const LINKS_GOOD_FOR: i64 = 7 * 24 * 60;

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) =
        call.strange(&read::FIELDS, &json!({ "do": "check", "version": "2027-01" }))
    {
        return Ok(strange);
    }
    let links =
        Links::open(&desk.platform, calendar::minutes_after(call.now, LINKS_GOOD_FOR)).await?;
    let wish = match Command::read(&call.fields) {
        Ok(wish) => wish,
        Err(problem) => return Ok(Answer::problems(vec![problem])),
    };
    let head = desk.store.head().await?;
    match wish {
        Command::Show { file } => show(&desk, &head.value, file.as_deref(), &links).await,
        Command::Check { version, files } => {
            version::check(&desk, &head.value, version.as_deref(), &files).await
        }
        Command::Preview { version, files } => {
            version::preview(&desk, &call, &head.value, &version, &files, &links).await
        }
        Command::Load { version } => version::load(&desk, &call, head, &version).await,
        Command::Back => version::back(&desk, &call, head).await,
        Command::Erratum { place, say } => {
            amend::erratum(&desk, &call, &head.value, &place, &say).await
        }
        Command::Accept { place, answer } => {
            amend::accept(&desk, &call, head, &place, &answer).await
        }
    }
}

/// Where a version can be walked before it is open.
fn preview(links: &Links, version: &str) -> Value {
    json!({ "preview": links.to(&preview_page(version)), "until": letter::clock(links.expires(), Language::Ko) })
}

/// The files of a version: kept in the table, or the program's own.
async fn content_of(
    desk: &AdminState,
    version: Option<&str>,
) -> Result<Option<Content>, AdminError> {
    let built_in = Content::built_in();
    match version {
        Some(version) if version != built_in.house => Ok(desk.store.content(version).await?),
        _ => Ok(Some(built_in)),
    }
}

/// The house that new visitors enter, with what was accepted since.
async fn current(desk: &AdminState, head: &Head) -> Result<Option<RoomSet>, AdminError> {
    let content = content_of(desk, head.current()).await?;
    let house = content.and_then(|content| RoomSet::load(&content.files()).ok());
    Ok(house.map(|house| house.accepting(&head.accepted)))
}

async fn show(
    desk: &AdminState,
    head: &Head,
    file: Option<&str>,
    links: &Links,
) -> Result<Answer, AdminError> {
    let content = content_of(desk, head.current()).await?.unwrap_or_else(Content::built_in);
    let mut answer = Answer::well();
    if let Some(file) = file {
        let Some(text) = content.files.get(file) else {
            let names: Vec<_> = content.files.keys().cloned().collect();
            let expected = "지금 판에 있는 파일 이름을 적습니다. example에 모두 적어 두었습니다";
            return Ok(Answer::problems(vec![Problem::new("file", expected, names)]));
        };
        answer.did.push(format!(
            "지금 판 {}의 {file} 파일을 펼쳤습니다. 아무것도 바뀌지 않았습니다.",
            content.house
        ));
        answer.shows.push(json!({ "file": file, "text": text }));
        return Ok(answer);
    }
    answer.did.push(format!(
        "지금 손님이 들어오는 판은 {}입니다. 아무것도 바뀌지 않았습니다.",
        content.house
    ));
    answer.next.push(
        "파일을 보려면 file에 이름을 적습니다. 새 판은 check(살펴보기), preview(미리 걷기), load(열기) 차례로 합니다. 되돌리려면 do에 back을 적습니다.".into(),
    );
    let opened: Vec<_> = head
        .history
        .iter()
        .rev()
        .map(|loaded| json!({ "version": loaded.version, "opened": letter::clock(loaded.at, Language::Ko) }))
        .collect();
    answer.shows.push(json!({
        "version": content.house,
        "files": content.files.keys().collect::<Vec<_>>(),
        "opened": opened,
        "accepted": head.accepted,
        "walk": preview(links, &content.house),
    }));
    Ok(answer)
}

/// The end of a dry run: how to confirm it.
fn to_confirm(mut answer: Answer, call: &Call) -> Answer {
    answer.next.push(call.asks());
    answer.call = Some(call.to_confirm());
    answer
}

/// How often a lost race for the head is run again.
const ROUNDS: usize = 4;

/// Saves the head after a change; somebody else's change meanwhile is kept.
async fn save(
    desk: &AdminState,
    mut head: Versioned<Head>,
    change: impl Fn(Head) -> Head,
) -> Result<Versioned<Head>, AdminError> {
    for _ in 0..ROUNDS {
        let changed = change(head.value.clone());
        if changed == head.value {
            return Ok(head);
        }
        match desk.store.save_head(&head.with(changed)).await {
            Ok(()) => return Ok(desk.store.head().await?),
            Err(store::Lost::Race(_) | store::Lost::Conflict) => head = desk.store.head().await?,
            Err(lost) => return Err(lost.into()),
        }
    }
    Err(store::Lost::Conflict.into())
}
