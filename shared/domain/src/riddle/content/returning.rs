//! The rooms for returning readers, as `house.toml` describes them.

use serde::Deserialize;

use super::{
    ContentError, Room, TimelyGreeting, complete,
    raw::{RawRoom, build_room},
    said, wrong,
};
use crate::base::text::Text;

/// A room for returning readers. It takes as long as the room in whose place it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReturning {
    id: String,
    in_place_of: String,
    /// `orders >= 1`.
    needs: String,
    title: Text,
    greeting: Text,
    #[serde(default)]
    at_times: Vec<TimelyGreeting>,
    by_itself: Text,
}

/// The room; `rooms` are those of the walk.
pub(super) fn build_returning(
    name: &str,
    raw: RawReturning,
    rooms: &[Room],
) -> Result<Room, ContentError> {
    let place = format!("{name}, returning {}", raw.id);
    let Some(usual) = rooms.iter().find(|room| room.id == raw.in_place_of) else {
        let step = raw.in_place_of;
        let problem = said!(
            "in_place_of의 방 {step}, 그런 방은 걸음에 없습니다",
            "stands in place of {step}, which is no room of the walk"
        );
        return Err(wrong(place, problem));
    };
    let orders = raw.needs.strip_prefix("orders >= ").and_then(|number| number.parse().ok());
    let Some(needs_orders @ 1..) = orders else {
        let needs = raw.needs;
        let problem = said!(
            "needs는 orders >= 1처럼 적습니다: {needs:?}",
            "needs reads like orders >= 1, not {needs:?}"
        );
        return Err(wrong(place, problem));
    };
    let room = RawRoom {
        id: raw.id,
        title: raw.title,
        greeting: raw.greeting,
        by_the_clock: Vec::new(),
        needs: usual.needs.clone(),
        riddle_seconds: usual.expected.riddle_seconds,
        plain_seconds: usual.expected.plain_seconds,
        by_itself: raw.by_itself,
    };
    for timely in &raw.at_times {
        complete(&place, "at_times", &timely.greeting)?;
    }
    let (in_place_of, at_times) = (Some(raw.in_place_of), raw.at_times);
    Ok(Room { at_times, in_place_of, needs_orders, ..build_room(name, room)? })
}
