//! Looks at every state that can be reached, nearest first, and then from all states at rest backwards.

use std::collections::{HashMap, VecDeque};

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
    let mut numbers: HashMap<World, usize> = HashMap::from([(start, 0)]);
    let mut worlds = vec![start];
    let mut came_from: Vec<(usize, Next)> = vec![(0, Next::Begins)];
    // Who gets here by a step that the system takes by itself.
    let mut before: Vec<Vec<usize>> = vec![Vec::new()];
    let mut resting = VecDeque::new();
    let (mut steps, mut at) = (0, 0);
    while let Some(world) = worlds.get(at).copied() {
        if let Some(what) = saga.wrong(&world) {
            return Found::Wrong { what, way: way(saga, &worlds, &came_from, at) };
        }
        if saga.at_rest(&world) {
            resting.push_back(at);
        }
        for (next, after) in saga.steps(&world) {
            steps += 1;
            let number = *numbers.entry(after).or_insert_with(|| {
                worlds.push(after);
                came_from.push((at, next));
                before.push(Vec::new());
                worlds.len() - 1
            });
            if next.is_the_systems_own() {
                before[number].push(at);
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
            if !std::mem::replace(&mut finds_rest[*earlier], true) {
                resting.push_back(*earlier);
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

fn way(saga: &Saga, worlds: &[World], came_from: &[(usize, Next)], mut at: usize) -> Vec<String> {
    let mut way = vec![saga.told(&worlds[at])];
    while at != 0 {
        let (from, next) = came_from[at];
        way.push(format!("{next:?}"));
        at = from;
    }
    way.reverse();
    way
}
