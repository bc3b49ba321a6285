//! Looks at every state that can be reached, nearest first, and then from all states at rest
//! backwards.

use std::collections::VecDeque;

use indexmap::IndexSet;

use crate::saga::{Next, Saga, World};

/// What the search found.
pub(crate) enum Found {
    /// Nothing is wrong.
    Whole {
        /// States that can be reached.
        states: usize,
        /// Steps between them.
        steps: usize,
        /// States in which nobody has anything left to do.
        at_rest: usize,
    },
    /// Something is.
    Wrong {
        /// What.
        what: String,
        /// The shortest way there.
        way: Vec<String>,
    },
}

/// Looks at every state.
pub(crate) fn search(saga: &mut Saga) -> Found {
    let start = saga.start();
    let mut worlds = IndexSet::from([start]);
    let mut came_from: Vec<(usize, Next)> = vec![(0, Next::Begins)];
    // Who gets here by a step that the system takes by itself.
    let mut before: Vec<Vec<u32>> = vec![Vec::new()];
    let mut resting = VecDeque::new();
    let (mut steps, mut at) = (0, 0);
    while let Some(world) = worlds.get_index(at).copied() {
        if let Some(what) = saga.wrong(&world) {
            return Found::Wrong { what, way: way(saga, &worlds, &came_from, at) };
        }
        if saga.at_rest(&world) {
            resting.push_back(at);
        }
        for (next, after) in saga.steps(&world) {
            steps += 1;
            let (number, is_new) = worlds.insert_full(after);
            if is_new {
                came_from.push((at, next));
                before.push(Vec::new());
            }
            if next.is_the_systems_own() {
                before[number].push(u32::try_from(at).unwrap());
            }
        }
        at += 1;
    }
    let at_rest = resting.len();
    let mut finds_rest = vec![false; worlds.len()];
    for number in &resting {
        finds_rest[*number] = true;
    }
    while let Some(number) = resting.pop_front() {
        for earlier in &before[number] {
            let earlier = *earlier as usize;
            if !std::mem::replace(&mut finds_rest[earlier], true) {
                resting.push_back(earlier);
            }
        }
    }
    match finds_rest.iter().position(|finds| !finds) {
        Some(stuck) => Found::Wrong {
            what: "there is no way to rest from here".to_owned(),
            way: way(saga, &worlds, &came_from, stuck),
        },
        None => Found::Whole { states: worlds.len(), steps, at_rest },
    }
}

fn way(
    saga: &Saga,
    worlds: &IndexSet<World>,
    came_from: &[(usize, Next)],
    mut at: usize,
) -> Vec<String> {
    let mut way = vec![saga.told(&worlds[at])];
    while at != 0 {
        let (from, next) = came_from[at];
        way.push(format!("{next:?}"));
        at = from;
    }
    way.reverse();
    way
}
