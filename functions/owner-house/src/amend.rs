//! What was wrong, mended for those it concerns: who stands before the riddle's door after a wrong
//! answer. Nobody else has a count to clear, and a door opens by itself after 25 minutes, so that
//! they are never many.

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{sensitive::Sensitive, text::Text},
    order::letter::{Author, Letter},
    riddle::{answer::Answer as Said, content::Solution},
    walk::{
        content_version::{Accepted, Amends, Head, Missed},
        visit::Visit,
    },
};
use serde_json::Value;
use store::{Lost, Versioned};

use crate::{ROUNDS, current, read::Place, save, to_confirm};

/// The letter's name in the mailbox, beside its instant.
const NAME: &str = "erratum";

pub(crate) async fn erratum(
    desk: &AdminState,
    call: &Call,
    head: &Head,
    place: &Place,
    say: &Text,
) -> Result<Answer, AdminError> {
    if let Some(problem) = unknown(desk, head, place).await? {
        return Ok(Answer::problems(vec![problem]));
    }
    let mut answer = Answer::well();
    let concerned = concerned(desk, call, place, None).await?;
    if !call.confirmed {
        answer.would_do.push(format!(
            "{} 방의 {} 수수께끼 앞에서 어긋난 손님 {}명의 셈을 지우고, 지금 판으로 옮기고, 편지함에 알립니다.",
            place.room,
            place.riddle,
            concerned.len()
        ));
        return Ok(to_confirm(answer, call));
    }
    let told = amend(desk, call, head, place, None, |_| say.clone(), concerned).await?;
    answer.did.push(format!("손님 {told}명의 셈을 지우고 편지함에 알렸습니다."));
    Ok(answer)
}

pub(crate) async fn accept(
    desk: &AdminState,
    call: &Call,
    head: Versioned<Head>,
    place: &Place,
    written: &str,
) -> Result<Answer, AdminError> {
    let said = match Said::read(written) {
        Ok(said) => said,
        Err(why) => {
            let expected = format!("답이 될 수 없는 글입니다 ({why})");
            return Ok(Answer::problems(vec![Problem::new("answer", expected, "별 헤아리는 밤")]));
        }
    };
    if let Some(problem) = unknown(desk, &head.value, place).await? {
        return Ok(Answer::problems(vec![problem]));
    }
    let accepted = Accepted {
        room: place.room.clone(),
        riddle: place.riddle.clone(),
        answer: written.to_owned(),
    };
    let house = current(desk, &head.value)
        .await?
        .map(|house| house.accepting(std::slice::from_ref(&accepted)));
    if let Some(fault) = house.and_then(|house| house.faults().into_iter().next()) {
        return Ok(Answer::problems(vec![Problem::new("answer", fault.korean(), Value::Null)]));
    }
    let mut answer = Answer::well();
    let concerned = concerned(desk, call, place, Some(&said)).await?;
    if !call.confirmed {
        answer.would_do.push(format!(
            "{} 방의 {} 수수께끼에서 이제부터 “{written}”도 맞는 답으로 합니다. 그렇게 말하고 서 있는 손님 {}명의 문을 열고 편지함에 알립니다.",
            place.room,
            place.riddle,
            concerned.len()
        ));
        return Ok(to_confirm(answer, call));
    }
    // First the answer, so that who says it from now on is right; then those who had said it.
    let head = save(desk, head, |head| head.accepting(accepted.clone())).await?;
    let told = amend(desk, call, &head.value, place, Some(&said), opened, concerned).await?;
    answer.did.push(format!(
        "이제부터 “{written}”도 맞는 답입니다. 그렇게 말한 손님 {told}명의 문을 열었습니다."
    ));
    Ok(answer)
}

fn opened(_: Amends) -> Text {
    Text::new(
        "아까 하신 말씀이 맞았소. 문지기가 잘못 들었구려. 문은 열어 두었소.",
        "What you said was right after all; I misheard. The door stands open.",
    )
}

/// A room or riddle that the current version does not have, or a riddle without words.
async fn unknown(
    desk: &AdminState,
    head: &Head,
    place: &Place,
) -> Result<Option<Problem>, AdminError> {
    let house = current(desk, head).await?;
    let Some(room) = house.as_ref().and_then(|house| house.room(&place.room)) else {
        return Ok(Some(Problem::new("room", "지금 판에 있는 방의 이름을 적습니다", "study")));
    };
    let words =
        |riddle: &&domain::riddle::content::Riddle| matches!(riddle.solution, Solution::Word(_));
    let riddles: Vec<_> =
        room.riddles.iter().filter(words).map(|riddle| riddle.id.clone()).collect();
    if riddles.contains(&place.riddle) {
        return Ok(None);
    }
    let expected =
        "이 방에 있는, 낱말로 답하는 수수께끼의 이름을 적습니다. example에 모두 적어 두었습니다";
    Ok(Some(Problem::new("riddle", expected, riddles)))
}

/// The walks that it concerns, as they lie in the table now.
async fn concerned(
    desk: &AdminState,
    call: &Call,
    place: &Place,
    said: Option<&Said>,
) -> Result<Vec<Versioned<Visit>>, AdminError> {
    let mut concerned = Vec::new();
    for visitor in desk.store.missed(&place.room, &place.riddle, Missed::since(call.now)).await? {
        let visit = desk.store.visit(visitor).await?;
        concerned.extend(visit.filter(|visit| {
            visit.value.amended(&place.room, &place.riddle, said, call.now).is_some()
        }));
    }
    Ok(concerned)
}

/// Amends each walk, with its letter, in one write; a walk that went on meanwhile is looked at
/// again. Gives how many were told.
async fn amend(
    desk: &AdminState,
    call: &Call,
    head: &Head,
    place: &Place,
    right_now: Option<&Said>,
    say: impl Fn(Amends) -> Text,
    concerned: Vec<Versioned<Visit>>,
) -> Result<usize, AdminError> {
    let house = current(desk, head).await?;
    let mut told = 0;
    for mut visit in concerned {
        for _ in 0..ROUNDS {
            let amended = visit.value.amended(&place.room, &place.riddle, right_now, call.now);
            let Some((mut after, amends)) = amended else { break };
            // The mended text is in the current version: who meets the same riddle there goes on in
            // it.
            let same = house.as_ref().filter(|house| {
                let puzzle = house.puzzle(&place.room, &after.id.to_string());
                puzzle.is_some_and(|puzzle| puzzle.riddle.id == place.riddle)
            });
            if let Some(house) = same.filter(|_| amends == Amends::Pardoned && !after.preview) {
                house.version().clone_into(&mut after.house);
            }
            let letter = Letter {
                at: call.now,
                author: Author::House,
                text: Sensitive::new(say(amends).in_language(after.language).to_owned()),
                order: None,
                notice: None,
            };
            match desk.store.save_visit_with_letter(&visit.with(after), &letter, NAME).await {
                Ok(()) => {
                    told += 1;
                    break;
                }
                Err(Lost::Race(_) | Lost::Conflict) => {
                    match desk.store.visit(visit.value.id).await? {
                        Some(now) => visit = now,
                        None => break,
                    }
                }
                Err(lost) => return Err(lost.into()),
            }
        }
    }
    Ok(told)
}
