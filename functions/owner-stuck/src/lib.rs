//! 막힌 곳: the funnel of the rooms over a range of days: how many visitors entered, solved, took
//! the plain door or left. One read per room, however many visitors there were. No figure names a
//! visitor.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem, Show, fields};
use domain::{
    base::calendar,
    riddle::content::{Room, RoomSet},
    walk::funnel::Tally,
};
use jiff::{ToSpan, civil::Date};
use serde_json::json;

/// The days shown if the call does not say: today and the six days before.
const USUAL_DAYS: i64 = 7;

/// Most days in one call.
const MOST_DAYS: i32 = 31;

/// How many wrong answers are shown of a room.
const COMMONEST: usize = 5;

/// The number of visitors from which on their shares are worth advice.
const ENOUGH: u64 = 10;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let (from, to) = match days(&call) {
        Ok(days) => days,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    let Ok(content) = RoomSet::built_in() else { return Ok(answer) };
    let mut rooms: Vec<(&Room, Tally)> = Vec::new();
    for room in content.all_rooms().filter(|room| room.has_door()) {
        rooms.push((room, state.store.figures(&room.id, from, to).await?));
    }
    answer
        .did
        .push(format!("{from}부터 {to}까지의 방들을 보았습니다. 아무것도 바뀌지 않았습니다."));
    answer.next.extend(rooms.iter().filter_map(|(room, tally)| advice(room, tally)));
    if rooms.iter().all(|(_, tally)| tally.is_empty()) {
        answer.next.push("이 동안 다녀간 손님이 없습니다.".into());
    } else if answer.next.is_empty() {
        answer.next.push("눈에 띄게 막힌 방은 없습니다.".into());
    }
    answer.shows.extend(rooms.iter().map(|(room, tally)| show(room, tally)));
    Ok(answer)
}

/// The range of days: `from` and `to`, or the last week. Stops at the first problem.
fn days(call: &Call) -> Result<(Date, Date), Vec<Problem>> {
    let today = calendar::today(call.now);
    call.read_fields(|fields| {
        fields.known(&["from", "to"], &json!({ "from": "2026-11-01", "to": "2026-11-30" }));
        fields.checked()?;
        let mut day = |name: &str| {
            let expected = "날짜를 연-월-일로 적습니다";
            let day = fields.optional(name, fields::date, expected, today.to_string());
            fields.checked().map(|()| day)
        };
        let to = day("to")?.unwrap_or(today);
        let week_before = to.checked_sub((USUAL_DAYS - 1).days()).unwrap_or(to);
        let from = day("from")?.unwrap_or(week_before);
        let length = from.until(to).map_or(i32::MAX, |span| span.get_days());
        if !(0..MOST_DAYS).contains(&length) {
            let expected = format!("to보다 늦지 않고, {MOST_DAYS}일을 넘지 않는 날짜여야 합니다");
            fields.problem("from", expected, to.to_string());
        }
        Some((from, to))
    })
}

fn show(room: &Room, tally: &Tally) -> Show {
    let commonest = tally.commonest(COMMONEST);
    let said: Vec<String> =
        commonest.iter().map(|(said, times)| format!("{said} {times}")).collect();
    let data = json!({
        "room": room.id,
        "name": room.title.ko,
        "entered": tally.entered,
        "solved": tally.solved,
        "hints": tally.hints,
        "plain_door": tally.plain,
        "opened_by_itself": tally.itself,
        "left": tally.left(),
        "wrong": tally.wrong,
        "median_minutes": tally.median_minutes(),
        "commonest_wrong": commonest
            .iter()
            .map(|(said, times)| json!({ "said": said, "times": times }))
            .collect::<Vec<_>>(),
    });
    let people = |count: u64| format!("{count}명");
    Show::new("room", room.title.ko.clone(), data)
        .fact("들어온 손님", people(tally.entered))
        .fact("푼 손님", people(tally.solved))
        .fact("귀띔을 본 손님", people(tally.hints))
        .fact("보통 문으로 나간 손님", people(tally.plain))
        .fact("더 가지 않은 손님", people(tally.left()))
        .fact_if("푸는 데 걸린 시간", tally.median_minutes().map(|minutes| format!("{minutes}분")))
        .fact_if("자주 나온 틀린 답", (!said.is_empty()).then(|| said.join(", ")))
}

/// What the owner should look at in a room, if anything.
fn advice(room: &Room, tally: &Tally) -> Option<String> {
    if tally.entered < ENOUGH {
        return None;
    }
    let name = &room.title.ko;
    if tally.left() * 4 > tally.entered {
        Some(format!(
            "{name}에서 {}명 가운데 {}명이 더 가지 않았습니다.",
            tally.entered,
            tally.left()
        ))
    } else if !room.riddles.is_empty() && tally.plain * 10 > tally.entered * 3 {
        Some(format!(
            "{name}에서 {}명 가운데 {}명이 보통 문을 골랐습니다. 귀띔을 다시 읽어 보세요.",
            tally.entered, tally.plain
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_many_visitors_leave_gets_advice() {
        let content = RoomSet::built_in().unwrap();
        let study = content.room("study").unwrap();
        let tally = Tally { entered: 20, solved: 6, plain: 8, ..Tally::default() };
        assert_eq!(
            advice(study, &tally).unwrap(),
            "서재에서 20명 가운데 6명이 더 가지 않았습니다."
        );
        let tally = Tally { entered: 20, solved: 11, plain: 8, ..Tally::default() };
        assert!(advice(study, &tally).unwrap().contains("8명이 보통 문을 골랐습니다"));
        assert_eq!(advice(study, &Tally { entered: 9, ..Tally::default() }), None);
    }
}
