//! 막힌 곳: how visitors fared in each room over a range of days. One read a room, however many
//! walked; nothing in it names a visitor.

mod funnel;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::calendar,
    riddle::content::{Room, RoomSet},
    walk::funnel::Tally,
};
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

/// Days shown if the call does not say: today and the six before.
const USUAL_DAYS: i64 = 7;
/// Most days that one call shows.
const MOST_DAYS: i32 = 31;
/// Wrong answers shown of a room.
const COMMONEST: usize = 5;
/// Entrants from which on a share says something.
const ENOUGH: u64 = 10;

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) =
        call.strange(&["from", "to"], &json!({ "from": "2026-11-01", "to": "2026-11-30" }))
    {
        return Ok(strange);
    }
    let today = calendar::today(call.now);
    let (from, to) = match days(&call, today) {
        Ok(days) => days,
        Err(problem) => return Ok(Answer::problems(vec![problem])),
    };
    let mut answer = Answer::well();
    let Ok(house) = RoomSet::built_in() else { return Ok(answer) };
    let mut rooms: Vec<(&Room, Tally)> = Vec::new();
    for room in house.rooms().iter().filter(|room| room.has_door()) {
        rooms.push((room, desk.store.figures(&room.id, from, to).await?));
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
    answer.shows = rooms.iter().map(|(room, tally)| show(room, tally)).collect();
    answer.shows.push(json!({ "funnel_svg": funnel::draw(&rooms) }));
    Ok(answer)
}

/// The range of days: `from` and `to`, or the last week.
fn days(call: &Call, today: Date) -> Result<(Date, Date), Problem> {
    let day = |field: &'static str, usual: Date| match call.fields.get(field) {
        None | Some(Value::Null) => Ok(usual),
        Some(value) => value
            .as_str()
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| Problem::new(field, "날짜를 연-월-일로 적습니다", today.to_string())),
    };
    let to = day("to", today)?;
    let from = day("from", to.checked_sub((USUAL_DAYS - 1).days()).unwrap_or(to))?;
    let length = from.until(to).map_or(i32::MAX, |span| span.get_days());
    if (0..MOST_DAYS).contains(&length) {
        Ok((from, to))
    } else {
        Err(Problem::new(
            "from",
            format!("to보다 늦지 않고, {MOST_DAYS}일을 넘지 않는 날짜여야 합니다"),
            to.to_string(),
        ))
    }
}

fn show(room: &Room, tally: &Tally) -> Value {
    json!({
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
        "commonest_wrong": tally
            .commonest(COMMONEST)
            .into_iter()
            .map(|(said, times)| json!({ "said": said, "times": times }))
            .collect::<Vec<_>>(),
    })
}

/// What a room's figures ask the owner to look at.
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
    fn a_room_that_stops_many_is_named() {
        let house = RoomSet::built_in().unwrap();
        let study = house.room("study").unwrap();
        let tally = Tally { entered: 20, solved: 6, plain: 8, ..Tally::default() };
        assert_eq!(
            advice(study, &tally).unwrap(),
            "서재에서 20명 가운데 6명이 더 가지 않았습니다."
        );
        let tally = Tally { entered: 20, solved: 11, plain: 8, ..Tally::default() };
        assert!(advice(study, &tally).unwrap().contains("8명이 보통 문을 골랐습니다"));
        assert_eq!(advice(study, &Tally { entered: 9, ..Tally::default() }), None);
    }

    #[test]
    fn the_funnel_is_a_drawing_of_the_rooms() {
        let house = RoomSet::built_in().unwrap();
        let knock = house.room("knock").unwrap();
        let svg =
            funnel::draw(&[(knock, Tally { entered: 4, solved: 1, plain: 1, ..Tally::default() })]);
        assert!(svg.starts_with("<svg") && svg.contains("두드림") && svg.contains(">4<"), "{svg}");
    }
}
