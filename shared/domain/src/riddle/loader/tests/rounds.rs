//! The house remembers: no riddle twice while one is left, rooms for returning readers in turn.

use std::collections::BTreeSet;

use super::*;
use crate::riddle::content::Stands;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Walks on after a round in which the riddle of each step was met on the middle shelf.
fn again(walker: &Walker, began_at: Timestamp) -> Walker {
    let mut next = Walker { round: walker.round + 1, orders: 1, began_at, ..walker.clone() };
    for step in ["knock", "study"] {
        let riddle = built_in().riddle_for(step, walker, Height::Middle).unwrap();
        next.met.entry(step.to_owned()).or_default().insert(riddle.id.clone());
    }
    next
}

#[test]
fn no_riddle_is_met_twice_while_one_is_left() {
    let summer = at("2026-07-01T12:00:00+09:00");
    for n in 0..60 {
        let mut walker = Walker::first(&format!("01JD{n:022}"), summer);
        for step in ["knock", "study"] {
            let there = built_in().rooms_of(step).flat_map(|room| {
                let always = room.riddles.stands().filter(|(_, stands)| stands.at(summer));
                always.map(|(height, _)| height).collect::<Vec<_>>()
            });
            let all = there.count();
            let mut walker = walker.clone();
            let mut met = BTreeSet::new();
            for round in 0..all {
                let riddle = built_in().riddle_for(step, &walker, Height::Middle).unwrap();
                assert!(met.insert(&riddle.id), "{step} {round}: {met:?} {}", riddle.id);
                walker = again(&walker, summer);
            }
            // None is left: it is no dead end.
            assert!(built_in().riddle_for(step, &walker, Height::Middle).is_some());
        }
        walker = again(&walker, summer);
        assert_eq!(walker.met.len(), 2);
    }
}

#[test]
fn returning_readers_find_each_of_the_four_rooms_then_the_study() {
    let now = at("2026-07-01T12:00:00+09:00");
    let mut firsts = BTreeSet::new();
    for n in 0..60 {
        let mut walker = Walker::first(&format!("01JD{n:022}"), now);
        assert_eq!(built_in().place("study", &walker).unwrap().id, "study");
        let mut found = Vec::new();
        for _ in 0..5 {
            walker = again(&walker, now);
            let room = built_in().place("study", &walker).unwrap();
            assert_eq!((room.step(), room.expected), ("study", built_in().rooms()[2].expected));
            assert_eq!(built_in().place("knock", &walker).unwrap().id, "knock");
            found.push(room.id.as_str());
        }
        firsts.insert(found[0]);
        assert_eq!(found[4], "study");
        found.sort_unstable();
        assert_eq!(found, ["attic", "backyard", "landing", "study", "well"]);
        let without_an_order = Walker { orders: 0, ..walker };
        assert_eq!(built_in().place("study", &without_an_order).unwrap().id, "study");
    }
    assert_eq!(firsts.len(), 4, "{firsts:?}");
}

#[test]
fn some_riddles_stand_in_their_season_or_at_night_only() {
    for (stands, then, not_then) in [
        (Stands::Winter, "2026-12-01T12:00:00+09:00", "2026-11-30T12:00:00+09:00"),
        (Stands::Spring, "2026-03-01T00:00:00+09:00", "2026-02-28T23:59:00+09:00"),
        (Stands::Summer, "2026-08-31T23:00:00+09:00", "2026-09-01T00:00:00+09:00"),
        (Stands::Autumn, "2026-09-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00"),
        (Stands::Night, "2026-07-01T21:00:00+09:00", "2026-07-01T20:59:00+09:00"),
        (Stands::Night, "2026-07-01T04:59:00+09:00", "2026-07-01T05:00:00+09:00"),
    ] {
        assert!(stands.at(at(then)) && !stands.at(at(not_then)), "{stands:?}");
    }
    let met_in = |room: &str, began_at: &str| -> BTreeSet<&str> {
        let walkers = (0..400).map(|n| Walker {
            round: 1,
            orders: 1,
            ..Walker::first(&format!("01JD{n:022}"), at(began_at))
        });
        let there = walkers.filter(|walker| built_in().place("study", walker).unwrap().id == room);
        let met = |walker| built_in().riddle_for("study", &walker, Height::Middle).unwrap();
        there.map(met).map(|riddle| riddle.id.as_str()).collect()
    };
    let summer_noon = "2026-07-01T12:00:00+09:00";
    assert_eq!(met_in("attic", summer_noon), BTreeSet::from(["two-papers"]));
    let winter = met_in("attic", "2026-12-24T12:00:00+09:00");
    assert_eq!(winter, BTreeSet::from(["two-papers", "under-snow"]));
    assert_eq!(met_in("well", summer_noon), BTreeSet::from(["echo"]));
    let night = met_in("well", "2026-07-01T23:00:00+09:00");
    assert_eq!(night, BTreeSet::from(["echo", "night-insects"]));
    let attic = built_in().room("attic").unwrap();
    let greeting = |now| attic.greeting_at(at(now)).ko.clone();
    assert!(greeting("2026-12-24T12:00:00+09:00").contains("겨울빛"));
    assert!(greeting("2026-07-01T23:00:00+09:00").contains("밤"));
    assert_eq!(greeting(summer_noon), attic.greeting.ko);
}

#[test]
fn a_room_that_is_in_no_place_or_has_nothing_to_ask_is_refused() {
    let head = |from: &str, to: &str| {
        let head = HEAD.1.replacen(from, to, 1);
        assert_ne!(head, HEAD.1);
        let mut files = RoomSet::built_in_files();
        files[0] = ("house.toml", &head);
        RoomSet::load(&files).unwrap_err().to_string()
    };
    assert_eq!(
        head("in_place_of = \"study\"", "in_place_of = \"cellar\""),
        "house.toml, returning attic: stands in place of cellar, which is no room of the walk."
    );
    assert_eq!(
        head("needs = \"orders >= 1\"", "needs = \"orders >= 0\""),
        "house.toml, returning attic: needs reads like orders >= 1, not \"orders >= 0\"."
    );
    let mut files = RoomSet::built_in_files();
    files.retain(|(name, _)| !name.starts_with("landing/"));
    let said = RoomSet::load(&files).unwrap_err().to_string();
    assert_eq!(said, "room landing: has no riddle.");
    let mut files = RoomSet::built_in_files();
    files.retain(|(name, _)| *name != "attic/two-papers.toml");
    let said = RoomSet::load(&files).unwrap_err().to_string();
    assert_eq!(said, "room attic: has no riddle that always stands on the shelf middle.");
    let (_, mirror, _) =
        RIDDLES.into_iter().find(|riddle| riddle.0 == "study/mirror.toml").unwrap();
    let said = with_one_more("attic/mirror.toml", mirror).unwrap_err().to_string();
    assert_eq!(
        said,
        "room study, riddle mirror: has the name of a riddle in another room of its place."
    );
}
