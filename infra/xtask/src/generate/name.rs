//! The name of a new function: whether it can be used, and its forms in the skeleton's text.

use std::{fs, path::Path};

use super::Kind;
use crate::{Failure, Outcome, fail};

/// The console shows no test event with a longer name.
const LONGEST_NAME: usize = 25;
/// Names that are legal for a package but unusable for a crate.
const UNUSABLE: &[&str] = &[
    "alloc",
    "async",
    "await",
    "bench",
    "bootstrap",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "use",
    "where",
    "while",
    "yield",
];

/// Refuses a name that cannot be used, in one sentence.
pub(super) fn check(
    root: &Path,
    name: &str,
    kind: Kind,
    manifest: &str,
    lock: &str,
) -> Outcome<()> {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.split('-').all(word) {
        return fail(format!(
            "`{name}` is not a function's name: lower-case letters and digits, words joined by \
             single hyphens, a letter first."
        ));
    }
    if name.len() > LONGEST_NAME {
        return fail(format!(
            "`{name}` is too long: the console shows test events with at most {LONGEST_NAME} \
             characters."
        ));
    }
    match (kind == Kind::Owner, name.starts_with("owner-")) {
        (true, false) => {
            return fail(format!("An owner's function begins with `owner-`; `{name}` does not."));
        }
        (false, true) => {
            return fail(format!("`{name}` names an owner's function; add `--kind owner`."));
        }
        _ => {}
    }
    if root.join("functions").join(name).exists() {
        return fail(format!("functions/{name} exists already."));
    }
    let declared = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = "));
    let locked = format!("name = \"{name}\"");
    if UNUSABLE.contains(&name)
        || manifest.lines().any(declared)
        || lock.lines().any(|line| line == locked)
    {
        return fail(format!(
            "`{name}` cannot be used: a crate of the workspace or of its dependencies, or Rust \
             itself, has that name."
        ));
    }
    let events = fs::read_dir(root.join("events"))
        .map_err(|error| Failure(format!("events/ cannot be read: {error}.")))?;
    for event in events.filter_map(Result::ok) {
        let event = event.file_name().to_string_lossy().into_owned();
        let rest = event.strip_prefix(name).unwrap_or_default();
        if rest.starts_with(['-', '.']) {
            return fail(format!(
                "`{name}` cannot be used: events/{event} is a test event of another function."
            ));
        }
    }
    Ok(())
}

/// The skeleton's text with the function's name: `skeleton-page`, `skeleton_page` and
/// `SkeletonPage` are where it goes.
pub(super) fn fill_in(text: &str, kind: Kind, name: &str) -> String {
    let skeleton = kind.skeleton_name();
    text.replace(&skeleton, name)
        .replace(&snake(&skeleton), &snake(name))
        .replace(&camel(&skeleton), &camel(name))
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

pub(super) fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    name.split('-').map(capital).collect::<Vec<String>>().concat()
}
