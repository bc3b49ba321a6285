//! Checks across files: every gate can be reached, there is no dead end, every riddle accepts its
//! own answers through [`Puzzle::guess`], no half-way answer opens another room, and the walk is as
//! short as promised. Mistakes within one file are found when it is read.

use jiff::Timestamp;

use crate::riddle::{
    answer::Judgement,
    content::{
        ContentError, Key, Riddle, Room, RoomSet, Solution, Stands, all_needed, complete, said,
        wrong,
    },
    room::{Puzzle, RoomRecord, Verdict},
};

/// The most seconds that the whole walk may usually take: by riddle and by plain door.
const BUDGET: (u32, u32) = (12 * 60, 2 * 60);

/// Replies, gates and the budget: what can be checked without the riddles.
pub(super) fn head(rooms: &RoomSet) -> Result<(), ContentError> {
    if rooms.version().trim().is_empty() {
        return Err(wrong(
            "the house",
            said!("판 이름(version)이 비어 있습니다", "has an empty version"),
        ));
    }
    replies(rooms)?;
    gates(rooms.rooms())?;
    returning(rooms)?;
    budget(rooms)
}

/// Checks the riddles of each room, then the rooms against each other.
pub(super) fn each_riddle(rooms: &RoomSet) -> Vec<ContentError> {
    let by_themselves = rooms.all_rooms().filter_map(|room| riddles_of(rooms, room).err());
    let keys = rooms.all_rooms().filter_map(|room| keys_of(rooms, room).err());
    by_themselves.chain(keys).chain(contradictions(rooms).err()).collect()
}

/// Checks that a version has the rooms of the built-in content, in their order, with the same doors
/// and riddle rooms, because each room is a function with a page of its own.
pub(super) fn same_rooms(rooms: &RoomSet, built_in: &RoomSet) -> Result<(), ContentError> {
    let outline = |rooms: &RoomSet| -> Vec<_> {
        rooms
            .rooms()
            .iter()
            .map(|room| (room.id.clone(), room.has_door(), room.riddles.is_empty()))
            .collect()
    };
    if outline(rooms) == outline(built_in) {
        return Ok(());
    }
    let rooms: Vec<_> = built_in.rooms().iter().map(|room| room.id.as_str()).collect();
    let rooms = rooms.join(", ");
    Err(wrong(
        "the house",
        said!(
            "방과 그 차례, 문, 수수께끼가 있는 방은 프로그램의 것과 같아야 합니다 ({rooms})",
            "needs the rooms of the program, in their order, with the same doors and riddle rooms ({rooms})"
        ),
    ))
}

fn replies(rooms: &RoomSet) -> Result<(), ContentError> {
    let replies = rooms.replies();
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
        return Err(wrong(
            "the house",
            said!("틀린 답에 할 말(replies.wrong)이 없습니다", "has no reply to a wrong answer"),
        ));
    }
    let several = replies.wrong.iter().map(|reply| ("wrong", reply, ""));
    for (field, reply, slot) in single.into_iter().chain(several) {
        complete("the house", &format!("replies.{field}"), reply)?;
        if !reply.ko.contains(slot) || !reply.en.contains(slot) {
            return Err(wrong(
                "the house",
                said!(
                    "replies.{field}에는 두 말 모두 {slot} 자리가 있어야 합니다",
                    "replies.{field} needs {slot} in both languages"
                ),
            ));
        }
    }
    Ok(())
}

/// Checks that the walk has one first and one last room, and that every room can be reached and is
/// needed for the last one.
fn gates(rooms: &[Room]) -> Result<(), ContentError> {
    let Some(end) = rooms.last() else {
        return Err(wrong("the house", said!("방이 없습니다", "has no rooms")));
    };
    for (index, room) in rooms.iter().enumerate() {
        let place = format!("room {}", room.id);
        let before = rooms.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.id == room.id) {
            return Err(wrong(place, said!("두 번 적혀 있습니다", "is described twice")));
        }
        for need in &room.needs {
            if !rooms.iter().any(|other| other.id == *need) {
                return Err(wrong(
                    place,
                    said!(
                        "먼저 지나야 할 방 {need}, 그런 방은 없습니다",
                        "needs a room {need}, which does not exist"
                    ),
                ));
            }
            // Rooms are listed in the order of the walk, so a gate has to be an earlier room.
            if !before.iter().any(|other| other.id == *need) {
                return Err(wrong(
                    place,
                    said!(
                        "아무도 갈 수 없습니다. 먼저 지나야 할 방 {need}, 그 방이 앞에 없습니다",
                        "can never be reached: it needs {need}, which comes no earlier"
                    ),
                ));
            }
        }
        if room.needs.is_empty() && index > 0 {
            return Err(wrong(
                place,
                said!(
                    "또 하나의 시작이 됩니다. 먼저 지날 방이 없습니다",
                    "is a second beginning: it needs no room"
                ),
            ));
        }
    }
    let on_the_way = all_needed(rooms, &end.id);
    let last = &end.id;
    match rooms.iter().find(|room| room.id != end.id && !on_the_way.contains(&room.id.as_str())) {
        Some(room) => Err(wrong(
            format!("room {}", room.id),
            said!(
                "막다른 방입니다. 이 방을 지나지 않고도 {last}에 갈 수 있습니다",
                "is a dead end: {last} can be reached without it"
            ),
        )),
        None => Ok(()),
    }
}

/// Checks that the id of each room for returning readers is its own.
fn returning(rooms: &RoomSet) -> Result<(), ContentError> {
    for room in rooms.all_rooms().filter(|room| room.step() != room.id) {
        if rooms.all_rooms().filter(|other| other.id == room.id).count() > 1 {
            let place = format!("room {}", room.id);
            return Err(wrong(place, said!("두 번 적혀 있습니다", "is described twice")));
        }
    }
    Ok(())
}

/// Checks that what is met at the step of a room is told apart, and that at any time there is a
/// riddle on each of its shelves.
fn met_at_any_time(rooms: &RoomSet, room: &Room) -> Result<(), ContentError> {
    let place = || format!("room {}", room.id);
    if room.riddles.is_empty() && room.step() != room.id {
        return Err(wrong(place(), said!("수수께끼가 없습니다", "has no riddle")));
    }
    for height in room.riddles.heights() {
        let always = (height, Stands::Always);
        if !room.riddles.stands().any(|stands| stands == always) {
            let shelf = height.name();
            let problem = said!(
                "칸 {shelf}에 언제나 서 있는 수수께끼가 없습니다",
                "has no riddle that always stands on the shelf {shelf}"
            );
            return Err(wrong(place(), problem));
        }
    }
    let others = || rooms.rooms_of(room.step()).filter(|other| other.id != room.id);
    let ids = room.riddles.iter().map(|riddle| &riddle.id);
    match ids.into_iter().find(|id| others().any(|other| other.riddle(id).is_some())) {
        Some(id) => Err(wrong(
            format!("room {}, riddle {id}", room.id),
            said!(
                "같은 자리의 다른 방에도 이 이름의 수수께끼가 있습니다",
                "has the name of a riddle in another room of its place"
            ),
        )),
        None => Ok(()),
    }
}

fn riddles_of(rooms: &RoomSet, room: &Room) -> Result<(), ContentError> {
    met_at_any_time(rooms, room)?;
    if room.riddles.is_empty() {
        return Ok(());
    }
    complete(&format!("room {}", room.id), "by_itself", &room.by_itself)?;
    for (index, riddle) in room.riddles.iter().enumerate() {
        let place = format!("room {}, riddle {}", room.id, riddle.id);
        let same = |other: &Riddle| other.id == riddle.id && other.key == riddle.key;
        if room.riddles.iter().take(index).any(same) {
            return Err(wrong(place, said!("두 번 적혀 있습니다", "is described twice")));
        }
        listed_answers(&place, riddle)?;
        let puzzle = Puzzle { replies: rooms.replies(), room, riddle };
        for typed in solutions(riddle) {
            let verdict = puzzle
                .guess(&RoomRecord::entered(Timestamp::UNIX_EPOCH), &typed, Timestamp::UNIX_EPOCH)
                .verdict;
            if !matches!(verdict, Verdict::Opened { .. }) {
                return Err(wrong(
                    place,
                    said!(
                        "제 답 가운데 문을 열지 못하는 것이 있습니다: {typed:?}",
                        "is not solved by its own answer {typed:?}"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Checks that a riddle with a key has one for each key that its visitors can bring: the room that
/// gives it is on the way, and every verse that is knocked there leads to an answer.
fn keys_of(rooms: &RoomSet, room: &Room) -> Result<(), ContentError> {
    let on_the_way = all_needed(rooms.rooms(), room.step());
    for riddle in room.riddles.iter() {
        let Some(Key { room: giver, .. }) = &riddle.key else { continue };
        let place = format!("room {}, riddle {}", room.id, riddle.id);
        let knocked = rooms.room(giver).filter(|_| on_the_way.contains(&giver.as_str()));
        let brought: Vec<&[usize]> = knocked
            .into_iter()
            .flat_map(|giver| giver.riddles.iter())
            .filter_map(|riddle| match &riddle.solution {
                Solution::Rhythm(pattern) => Some(pattern.feet()),
                Solution::Word(_) => None,
            })
            .collect();
        if brought.is_empty() {
            return Err(wrong(
                place,
                said!(
                    "수를 내어 줄 방 {giver}, 앞에 그런 방이 없습니다",
                    "needs what room {giver} gives, which is not on the way"
                ),
            ));
        }
        if knocked.is_some_and(|giver| giver.riddles.heights().len() > 1) {
            return Err(wrong(
                place,
                said!(
                    "방 {giver}의 수수께끼는 모두 한 칸(shelf)에 있어야, 내어 주는 수가 손님마다 하나입니다",
                    "needs what room {giver} gives, whose riddles have to be on one shelf"
                ),
            ));
        }
        let answers = |numbers: &[usize]| {
            let mut same = room.riddles.iter().filter(|other| other.id == riddle.id);
            same.any(|other| other.key.as_ref().is_some_and(|key| key.numbers == numbers))
        };
        if let Some(numbers) = brought.into_iter().find(|numbers| !answers(numbers)) {
            return Err(wrong(
                place,
                said!(
                    "수 {numbers:?}의 답이 없습니다",
                    "has no answer for the numbers {numbers:?}"
                ),
            ));
        }
    }
    Ok(())
}

/// The texts that open the riddle's door.
fn solutions(riddle: &Riddle) -> Vec<String> {
    match &riddle.solution {
        Solution::Word(accepted) => {
            accepted.iter().map(|answer| answer.written().to_owned()).collect()
        }
        Solution::Rhythm(pattern) => vec![pattern.written()],
    }
}

/// Checks that each listed answer is judged as the list that it is in, so none hides another.
fn listed_answers(place: &str, riddle: &Riddle) -> Result<(), ContentError> {
    for (field, lists, expected) in [
        ("keep_going", &riddle.keep_going, Judgement::KeepGoing as fn(usize) -> Judgement),
        ("near", &riddle.near, Judgement::Listed as fn(usize) -> Judgement),
    ] {
        for (index, listed) in lists.iter().enumerate() {
            if listed.answers.is_empty() {
                return Err(wrong(
                    place,
                    said!(
                        "{field}에 답이 없는 칸이 있습니다",
                        "{field} has an entry without answers"
                    ),
                ));
            }
            if let Some(answer) =
                listed.answers.iter().find(|answer| riddle.judge(answer) != expected(index))
            {
                let answer = answer.written();
                return Err(wrong(
                    place,
                    said!(
                        "{field}의 답 {answer:?}, 다른 데에도 적혀 있습니다",
                        "{field} has {answer:?}, which is also listed elsewhere"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Checks that no half-way answer of a room opens another room, since a visitor meets both. The
/// rooms of one step are met on different walks.
fn contradictions(rooms: &RoomSet) -> Result<(), ContentError> {
    for room in rooms.all_rooms() {
        for other in rooms.all_rooms().filter(|other| other.step() != room.step()) {
            for (riddle, rival) in
                room.riddles.iter().flat_map(|r| other.riddles.iter().map(move |o| (r, o)))
            {
                let Solution::Word(accepted) = &rival.solution else { continue };
                let mut half_way = riddle.keep_going.iter().flat_map(|listed| &listed.answers);
                if let Some(answer) = half_way.find(|answer| accepted.contains(answer)) {
                    let place = format!("room {}, riddle {}", room.id, riddle.id);
                    let (answer, opens) = (answer.written(), &other.id);
                    let problem = said!(
                        "keep_going에 적힌 {answer:?}, 방 {opens}의 문을 여는 답입니다",
                        "keep_going has {answer:?}, which opens room {opens}"
                    );
                    return Err(wrong(place, problem));
                }
            }
        }
    }
    Ok(())
}

fn budget(rooms: &RoomSet) -> Result<(), ContentError> {
    let expected = rooms.expected();
    let (riddle, plain) = BUDGET;
    if expected.riddle_seconds > riddle || expected.plain_seconds > plain {
        let (takes, plainly) = (expected.riddle_seconds, expected.plain_seconds);
        let problem = said!(
            "수수께끼 문으로 보통 {takes}초, 보통 문으로 {plainly}초 걸립니다. 약속은 {riddle}초와 {plain}초입니다",
            "usually takes {takes} seconds by riddle and {plainly} by plain door, of {riddle} and {plain} that were promised"
        );
        return Err(wrong("the house", problem));
    }
    Ok(())
}
