//! 사무실 열쇠: makes a key that lets a device into the owner's pages, shows which devices are in, and
//! puts devices out. Only the console calls this function: whoever may use the AWS account may let a
//! device in, and nobody else.
//!
//! A key changes nothing until it is used, so it is made at once. Putting a device out is a dry run
//! first.

mod command;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, Problem, Show};
use domain::{
    base::{format, text::Language},
    office::{KeyRecord, OfficeKey},
};
use jiff::Timestamp;
use platform::InitError;
use serde_json::json;
use store::{Deviced, OfficeTable};

use command::{Command, Out};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    match Command::read(&call) {
        Ok(Command::Devices) => devices(&state, call.now).await,
        Ok(Command::Key(name)) => key(&state, name, call.now).await,
        Ok(Command::Revoke(out)) => revoke(&state, &call, &out).await,
        Err(problems) => Ok(Answer::problems(problems)),
    }
}

/// Makes a key.
async fn key(
    state: &AdminState,
    name: domain::office::DeviceName,
    now: Timestamp,
) -> Result<Answer, AdminError> {
    let random = &state.platform.random;
    let key = OfficeKey::new(u64::try_from(random.next_u128() >> 64).unwrap_or_default());
    let link = format!("{:032x}", random.next_u128());
    let until = now.saturating_add(KeyRecord::GOOD_FOR).unwrap_or(Timestamp::MAX);
    let record = KeyRecord { name, link: OfficeTable::digest(&link), until };
    state.office.keep_key(&key, &record).await?;
    let base = state.platform.environment.required("PAGE_URL").map_err(InitError::from)?;
    let until = format::clock_at(until);
    let mut answer = Answer::ok();
    answer.page = Some(format!("{base}/office/key?k={}.{link}", key.letters()));
    answer.next.push(format!(
        "page를 열거나, 전화기의 사무실에서 열쇠 {key}를 넣으십시오. {until}까지 한 번 쓸 수 있습니다."
    ));
    let data = json!({ "key": key.to_string(), "until": until });
    answer.shows.push(Show::new("key", key.to_string(), data));
    Ok(answer)
}

async fn devices(state: &AdminState, now: Timestamp) -> Result<Answer, AdminError> {
    let mut answer = Answer::ok();
    for Deviced { id, device } in state.office.devices().await? {
        if !device.is_in(now) {
            continue;
        }
        let day = |at| format::date_time(at, Language::Ko);
        let data = json!({ "device": id, "name": device.name.to_string() });
        let show = Show::new("device", device.name.to_string(), data)
            .fact("들어온 때", day(device.since))
            .fact(
                "마지막으로 쓴 날",
                format::korean_date(domain::base::calendar::today(device.seen)),
            )
            .fact("늦어도", format!("{}까지", day(device.until())));
        answer.shows.push(show);
    }
    answer.next.push(if answer.shows.is_empty() {
        "열린 기기가 없습니다. 열쇠를 만들려면 key에 기기의 이름을 적어 부르세요.".into()
    } else {
        "기기를 닫으려면 revoke에 그 이름을 적어 부르세요. 모두 닫으려면 \"all\"을 적습니다.".into()
    });
    answer.offer("열쇠 만들기", "owner-office", json!({ "key": "주인장 전화기" }));
    Ok(answer)
}

/// Puts devices out. A device that is out already stays so.
async fn revoke(state: &AdminState, call: &Call, out: &Out) -> Result<Answer, AdminError> {
    let devices = state.office.devices().await?;
    let mut answer = Answer::ok();
    let is_called = |deviced: &Deviced, name: &str| deviced.device.name.to_string() == name;
    let chosen: Vec<&Deviced> = match out {
        Out::All => devices.iter().collect(),
        Out::Named(names) => {
            for (place, name) in names.iter().enumerate() {
                if !devices.iter().any(|deviced| is_called(deviced, name)) {
                    let field = format!("revoke[{place}]");
                    let problem =
                        Problem::new(field, "이런 이름의 기기는 열려 있지 않습니다", name.as_str());
                    answer.row("revoke", place, Line::Not(problem));
                }
            }
            devices
                .iter()
                .filter(|device| names.iter().any(|name| is_called(device, name)))
                .collect()
        }
    };
    for Deviced { id, device } in chosen {
        if call.confirmed {
            state.office.revoke(id).await?;
        }
        let name = &device.name;
        answer.line(call.line(format!("{name}: 닫습니다"), format!("{name}: 닫았습니다")));
    }
    if answer.would_do.is_empty() && answer.did.is_empty() && answer.problems.is_empty() {
        answer.next.push("열린 기기가 없습니다.".into());
    }
    Ok(answer.closed(
        call,
        "닫기",
        "problems에 적힌 이름은 그대로 두었습니다.",
        "닫은 기기는 다음에 여는 쪽부터 열쇠를 다시 묻습니다.",
    ))
}
