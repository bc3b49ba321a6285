//! The floor plan: which rooms the visitor has passed, which one this is, and which lie ahead with
//! their usual minutes.

use domain::{riddle::content::RoomSet, walk::visit::Visit};

use crate::{
    Request,
    reply::{PlanPlace, PlanRoom},
};

/// The plan for a visitor in the room `here`.
pub fn of(rooms: &RoomSet, visit: &Visit, here: &str, request: &Request) -> Vec<PlanRoom> {
    let walker = visit.walker();
    let reached = visit.stands(rooms, request.now).path();
    let at = |id: &str| rooms.rooms().iter().position(|room| room.id == id);
    let reached = at(reached.trim_start_matches('/')).unwrap_or(rooms.rooms().len());
    let here_at = at(here);
    rooms
        .rooms()
        .iter()
        .enumerate()
        .map(|(place, room)| {
            let lies = match here_at {
                Some(here) if place == here => PlanPlace::Here,
                _ if place < reached => PlanPlace::Behind,
                _ => PlanPlace::Ahead,
            };
            let minutes = rooms.minutes_of(&room.id);
            PlanRoom {
                name: short(
                    rooms
                        .place(&room.id, &walker)
                        .unwrap_or(room)
                        .title
                        .in_language(request.language),
                ),
                path: (lies == PlanPlace::Behind)
                    .then(|| if room.id == "door" { "/".into() } else { format!("/{}", room.id) }),
                place: lies,
                minutes: (lies == PlanPlace::Ahead && minutes > 0).then_some(minutes),
            }
        })
        .collect()
}

/// A room's name without its article, because the plan is narrow on a phone.
fn short(title: &str) -> String {
    let Some(name) = title.strip_prefix("The ") else { return title.to_owned() };
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
