//! Breadth-first search of the reachable states, then backwards from the states at rest.

use std::collections::VecDeque;

use indexmap::IndexSet;

use crate::saga::{Action, Saga, World};

/// The result of a search.
pub(crate) enum SearchResult {
    /// Every invariant holds, and every state has a path to rest.
    Holds {
        /// The number of reachable states.
        states: usize,
        /// The number of steps between them.
        steps: usize,
        /// The number of states in which nothing is left to do.
        at_rest: usize,
    },
    /// An invariant is violated, or a state has no path to rest.
    Violated {
        /// Which.
        what: String,
        /// The shortest path there.
        path: Vec<String>,
    },
}

/// Visits every reachable state.
pub(crate) fn search(saga: &mut Saga) -> SearchResult {
    let start = saga.start();
    let mut worlds = IndexSet::from([start]);
    let mut came_from: Vec<(usize, Action)> = vec![(0, Action::Start)];
    // The predecessors by automatic steps.
    let mut before: Vec<Vec<u32>> = vec![Vec::new()];
    let mut resting = VecDeque::new();
    let (mut steps, mut at) = (0, 0);
    while let Some(world) = worlds.get_index(at).copied() {
        if let Some(what) = saga.wrong(&world) {
            return SearchResult::Violated { what, path: path(saga, &worlds, &came_from, at) };
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
            if next.is_automatic() {
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
        Some(stuck) => SearchResult::Violated {
            what: "no path to rest".to_owned(),
            path: path(saga, &worlds, &came_from, stuck),
        },
        None => SearchResult::Holds { states: worlds.len(), steps, at_rest },
    }
}

fn path(
    saga: &Saga,
    worlds: &IndexSet<World>,
    came_from: &[(usize, Action)],
    mut at: usize,
) -> Vec<String> {
    let mut path = vec![saga.describe(&worlds[at])];
    while at != 0 {
        let (from, next) = came_from[at];
        path.push(format!("{next:?}"));
        at = from;
    }
    path.reverse();
    path
}
