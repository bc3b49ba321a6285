//! What only shows in the whole house: every gate can be reached, nothing leads nowhere, every riddle is solved by its
//! own answers through the function that judges a visitor, no reply contradicts another room, and the walk is as
//! short as the reader was promised.

use jiff::Timestamp;

use super::{
    ContentError, House, Riddle, Room, Solution,
    raw::{complete, wrong},
};
use crate::{
    answer::Judgement,
    room::{Puzzle, RoomRecord, Verdict},
};

/// The longest the whole walk may usually take, in seconds: by riddle and by plain door.
const BUDGET: (u32, u32) = (12 * 60, 2 * 60);

/// Replies, gates and the budget: all that can be known without the riddles.
pub(super) fn head(house: &House) -> Result<(), ContentError> {
    if house.version.trim().is_empty() {
        return Err(wrong("the house", "has an empty version"));
    }
    replies(house)?;
    gates(&house.rooms)?;
    budget(house)
}

/// Every riddle, by itself and beside the others.
pub(super) fn riddles(house: &House) -> Result<(), ContentError> {
    for room in &house.rooms {
        riddles_of(house, room)?;
    }
    contradictions(&house.rooms)
}

fn replies(house: &House) -> Result<(), ContentError> {
    let replies = &house.replies;
    let single = [
        ("plain", &replies.plain, ""),
        ("already_open", &replies.already_open, ""),
        ("almost", &replies.almost, ""),
        ("empty", &replies.empty, ""),
        ("repeated", &replies.repeated, ""),
        ("last_before_wait", &replies.last_before_wait, ""),
        ("next_at", &replies.next_at, "{time}"),
        ("wait", &replies.wait, "{time}"),
        ("too_long", &replies.too_long, ""),
        ("latin_keys", &replies.latin_keys, ""),
        ("unknown_sign", &replies.unknown_sign, "{sign}"),
        ("too_few_knocks", &replies.too_few_knocks, ""),
        ("too_many_knocks", &replies.too_many_knocks, ""),
    ];
    if replies.wrong.is_empty() {
        return Err(wrong("the house", "has no reply to a wrong answer"));
    }
    let several = replies.wrong.iter().map(|reply| ("wrong", reply, ""));
    for (field, reply, slot) in single.into_iter().chain(several) {
        complete("the house", &format!("replies.{field}"), reply)?;
        if !reply.ko.contains(slot) || !reply.en.contains(slot) {
            return Err(wrong("the house", format!("replies.{field} needs {slot} in both languages")));
        }
    }
    Ok(())
}

/// Every room that stands on the way to `id`, not `id` itself.
pub(super) fn all_needed<'a>(rooms: &'a [Room], id: &str) -> Vec<&'a str> {
    let mut needed: Vec<&str> = Vec::new();
    let mut ahead = vec![id];
    while let Some(id) = ahead.pop() {
        let Some(room) = rooms.iter().find(|room| room.id == id) else { continue };
        for need in &room.needs {
            if !needed.contains(&need.as_str()) {
                needed.push(need);
                ahead.push(need);
            }
        }
    }
    needed
}

/// The walk has one beginning and one end, every room can be reached, and every room leads on to the end.
fn gates(rooms: &[Room]) -> Result<(), ContentError> {
    let Some(end) = rooms.last() else { return Err(wrong("the house", "has no rooms")) };
    for (index, room) in rooms.iter().enumerate() {
        let place = format!("room {}", room.id);
        let before = rooms.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.id == room.id) {
            return Err(wrong(place, "is described twice"));
        }
        for need in &room.needs {
            if !rooms.iter().any(|other| other.id == *need) {
                return Err(wrong(place, format!("needs a room {need}, which does not exist")));
            }
            // Rooms are listed in the order in which they are walked, so a gate can only be one already passed.
            if !before.iter().any(|other| other.id == *need) {
                return Err(wrong(
                    place,
                    format!("can never be reached: it needs {need}, which comes no earlier"),
                ));
            }
        }
        if room.needs.is_empty() && index > 0 {
            return Err(wrong(place, "is a second beginning: it needs no room"));
        }
    }
    let on_the_way = all_needed(rooms, &end.id);
    match rooms.iter().find(|room| room.id != end.id && !on_the_way.contains(&room.id.as_str())) {
        Some(room) => Err(wrong(
            format!("room {}", room.id),
            format!("is a dead end: {} can be reached without it", end.id),
        )),
        None => Ok(()),
    }
}

fn riddles_of(house: &House, room: &Room) -> Result<(), ContentError> {
    if room.riddles.is_empty() {
        return Ok(());
    }
    complete(&format!("room {}", room.id), "by_itself", &room.by_itself)?;
    for (index, riddle) in room.riddles.iter().enumerate() {
        let place = format!("room {}, riddle {}", room.id, riddle.id);
        if room.riddles.iter().take(index).any(|other| other.id == riddle.id) {
            return Err(wrong(place, "is described twice"));
        }
        listed_answers(&place, riddle)?;
        let puzzle = Puzzle { replies: &house.replies, room, riddle };
        for typed in solutions(riddle) {
            let verdict = puzzle
                .guess(&RoomRecord::entered(Timestamp::UNIX_EPOCH), &typed, Timestamp::UNIX_EPOCH)
                .verdict;
            if !matches!(verdict, Verdict::Opened { .. }) {
                return Err(wrong(place, format!("is not solved by its own answer {typed:?}")));
            }
        }
    }
    Ok(())
}

/// What a visitor may type to open the riddle's door.
fn solutions(riddle: &Riddle) -> Vec<String> {
    match &riddle.solution {
        Solution::Word(accepted) => accepted.iter().map(|answer| answer.written().to_owned()).collect(),
        Solution::Rhythm(pattern) => vec![pattern.written()],
    }
}

/// No listed answer is hidden behind another: each is judged to be what the content says it is.
fn listed_answers(place: &str, riddle: &Riddle) -> Result<(), ContentError> {
    for (field, lists, expected) in [
        ("keep_going", &riddle.keep_going, Judgement::KeepGoing as fn(usize) -> Judgement),
        ("near", &riddle.near, Judgement::Listed as fn(usize) -> Judgement),
    ] {
        for (index, listed) in lists.iter().enumerate() {
            if listed.answers.is_empty() {
                return Err(wrong(place, format!("{field} has an entry without answers")));
            }
            if let Some(answer) = listed.answers.iter().find(|answer| riddle.judge(answer) != expected(index))
            {
                return Err(wrong(
                    place,
                    format!("{field} has {:?}, which is also listed elsewhere", answer.written()),
                ));
            }
        }
    }
    Ok(())
}

/// What one room calls half-way may not be the answer of another: the same visitor meets both.
fn contradictions(rooms: &[Room]) -> Result<(), ContentError> {
    for room in rooms {
        for other in rooms.iter().filter(|other| other.id != room.id) {
            for (riddle, rival) in room.riddles.iter().flat_map(|r| other.riddles.iter().map(move |o| (r, o)))
            {
                let Solution::Word(accepted) = &rival.solution else { continue };
                let mut half_way = riddle.keep_going.iter().flat_map(|listed| &listed.answers);
                if let Some(answer) = half_way.find(|answer| accepted.contains(answer)) {
                    let place = format!("room {}, riddle {}", room.id, riddle.id);
                    let problem =
                        format!("keep_going has {:?}, which opens room {}", answer.written(), other.id);
                    return Err(wrong(place, problem));
                }
            }
        }
    }
    Ok(())
}

fn budget(house: &House) -> Result<(), ContentError> {
    let expected = house.expected();
    let (riddle, plain) = BUDGET;
    if expected.riddle_seconds > riddle || expected.plain_seconds > plain {
        let problem = format!(
            "usually takes {} seconds by riddle and {} by plain door, of {riddle} and {plain} that were promised",
            expected.riddle_seconds, expected.plain_seconds
        );
        return Err(wrong("the house", problem));
    }
    Ok(())
}
