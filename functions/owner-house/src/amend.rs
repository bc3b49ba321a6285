//! Corrections of a riddle, for the visitors they affect: those who gave a wrong answer and whose
//! door is still closed. Nobody else has a count to reset, and a door opens by itself after 25
//! minutes, so they are few.

use admin::{AS_SHOWN, AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::text::Text,
    order::letter::{Author, Letter},
    riddle::{
        answer::Answer as GivenAnswer,
        content::{RoomSet, Solution},
    },
    walk::{
        content_version::{Accepted, ErratumEffect, Head, Missed},
        visit::Visit,
    },
};
use serde_json::Value;
use store::{Commit, Decision, Updated, Versioned};

use crate::{command::Place, current, save};

/// The letter's name in the mailbox, beside its instant.
const NAME: &str = "erratum";

pub(crate) async fn erratum(
    state: &AdminState,
    call: &Call,
    head: &Head,
    place: &Place,
    say: &Text,
) -> Result<Answer, AdminError> {
    if let Some(problem) = unknown(state, head, place).await? {
        return Ok(Answer::problem(problem));
    }
    let mut answer = Answer::ok();
    let met = met_at(state, head, place).await?;
    let concerned = concerned(state, call, &met, None).await?;
    if !call.confirmed {
        answer.would_do.push(format!(
            "{} 방의 {} 수수께끼 앞에서 어긋난 손님 {}명의 셈을 지우고, 지금 판으로 옮기고, 편지함에 알립니다.",
            place.room,
            place.riddle,
            concerned.len()
        ));
        return Ok(answer.to_confirm(call, AS_SHOWN));
    }
    let told = amend(state, call, head, &met, None, |_| say.clone(), concerned).await?;
    answer.did.push(format!("손님 {told}명의 셈을 지우고 편지함에 알렸습니다."));
    Ok(answer)
}

pub(crate) async fn accept(
    state: &AdminState,
    call: &Call,
    head: &Head,
    place: &Place,
    written: &str,
) -> Result<Answer, AdminError> {
    let given = match GivenAnswer::read(written) {
        Ok(given) => given,
        Err(why) => {
            let expected = format!("답이 될 수 없는 글입니다 ({why})");
            return Ok(Answer::problem(Problem::new("answer", expected, "별 헤아리는 밤")));
        }
    };
    if let Some(problem) = unknown(state, head, place).await? {
        return Ok(Answer::problem(problem));
    }
    let accepted = Accepted {
        room: place.room.clone(),
        riddle: place.riddle.clone(),
        answer: written.to_owned(),
    };
    let content = current(state, head)
        .await?
        .map(|content| content.accepting(std::slice::from_ref(&accepted)));
    if let Some(fault) = content.and_then(|content| content.faults().into_iter().next()) {
        return Ok(Answer::problem(Problem::new("answer", fault.korean(), Value::Null)));
    }
    let mut answer = Answer::ok();
    let met = met_at(state, head, place).await?;
    let concerned = concerned(state, call, &met, Some(&given)).await?;
    if !call.confirmed {
        answer.would_do.push(format!(
            "{} 방의 {} 수수께끼에서 이제부터 “{written}”도 맞는 답으로 합니다. 그렇게 말하고 서 있는 손님 {}명의 문을 열고 편지함에 알립니다.",
            place.room,
            place.riddle,
            concerned.len()
        ));
        return Ok(answer.to_confirm(call, AS_SHOWN));
    }
    // The answer is accepted first, so that nobody who gives it meanwhile is missed.
    let head = save(state, |head| head.accepting(accepted.clone())).await?;
    let told = amend(state, call, &head.value, &met, Some(&given), opened, concerned).await?;
    answer.did.push(format!(
        "이제부터 “{written}”도 맞는 답입니다. 그렇게 말한 손님 {told}명의 문을 열었습니다."
    ));
    Ok(answer)
}

/// The letter to a visitor whose answer is accepted now.
fn opened(_: ErratumEffect) -> Text {
    Text::new(
        "아까 하신 말씀이 맞았소. 문지기가 잘못 들었구려. 문은 열어 두었소.",
        "What you said was right after all; I misheard. The door stands open.",
    )
}

/// A problem if the current version does not have the room or the riddle, or if the riddle is not
/// answered in words.
async fn unknown(
    state: &AdminState,
    head: &Head,
    place: &Place,
) -> Result<Option<Problem>, AdminError> {
    let content = current(state, head).await?;
    let Some(room) = content.as_ref().and_then(|content| content.room(&place.room)) else {
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

/// The place under which visits keep a riddle: a room for returning readers is met at a step of the
/// walk.
async fn met_at(state: &AdminState, head: &Head, place: &Place) -> Result<Place, AdminError> {
    let content = current(state, head).await?;
    let step = content.as_ref().map_or(place.room.as_str(), |c| c.step_of(&place.room));
    Ok(Place { room: step.to_owned(), riddle: place.riddle.clone() })
}

/// The visits that the correction affects, as they are now.
async fn concerned(
    state: &AdminState,
    call: &Call,
    place: &Place,
    given: Option<&GivenAnswer>,
) -> Result<Vec<Versioned<Visit>>, AdminError> {
    let mut concerned = Vec::new();
    for visitor in state.store.missed(&place.room, &place.riddle, Missed::since(call.now)).await? {
        let visit = state.store.visit(visitor).await?;
        concerned.extend(visit.filter(|visit| {
            visit.value.amended(&place.room, &place.riddle, given, call.now).is_some()
        }));
    }
    Ok(concerned)
}

/// Corrects each visit and puts its letter into the mailbox, in one transaction. Returns how many
/// visitors were told.
async fn amend(
    state: &AdminState,
    call: &Call,
    head: &Head,
    place: &Place,
    right_now: Option<&GivenAnswer>,
    say: impl Fn(ErratumEffect) -> Text,
    concerned: Vec<Versioned<Visit>>,
) -> Result<usize, AdminError> {
    let content = current(state, head).await?;
    let (content, say) = (content.as_ref(), &say);
    let mut told = 0;
    for visit in concerned {
        let updated = state
            .store
            .update_visit_from(visit, |visit| async move {
                let amended = visit.value.amended(&place.room, &place.riddle, right_now, call.now);
                let Some((mut after, effect)) = amended else {
                    return Ok::<_, AdminError>(Decision::Keep(false));
                };
                if effect == ErratumEffect::CountCleared
                    && let Some(content) = content
                    && has_same_riddle(content, &after, place)
                {
                    content.version().clone_into(&mut after.version);
                }
                let text = say(effect).in_language(after.language).to_owned();
                let letter = Letter::new(Author::House, text, call.now);
                let commit = Commit::visit(&visit, after).with_letter(&letter, NAME);
                Ok(Decision::write(commit, true))
            })
            .await?;
        // A visit that another writer keeps changing has gone on: nothing is left to correct.
        if updated == Updated::Done(true) {
            told += 1;
        }
    }
    Ok(told)
}

/// Whether a visitor has the riddle in the current version too, and can continue in it. Previews
/// stay in their version.
fn has_same_riddle(content: &RoomSet, visit: &Visit, place: &Place) -> bool {
    let puzzle = content.puzzle(&place.room, &visit.walker(), visit.height_in(&place.room));
    !visit.preview && puzzle.is_some_and(|puzzle| puzzle.riddle.id == place.riddle)
}
