//! The documents hold: their links lead somewhere, and the files and code names in them exist.
//!
//! A name in backticks is checked if it looks like one of these; anything else is prose:
//! - a path below a folder of the repository, or a file name with a known extension;
//! - a path of Rust names (`store::Store`), whose last name must stand in that crate;
//! - a type, a constant or a name with an underscore, which must stand in some source file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a document that cannot be read fails the test"
)]

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

/// The most characters of a line of prose.
const LINE: usize = 100;

/// Names of other projects, and of files that only a deployment has.
const EXTERNAL: &[&str] = &["serde_yaml", "samconfig.local.toml"];

/// What a document may name.
#[derive(Default)]
struct Tree {
    /// Every file, by its path below the root.
    files: BTreeSet<String>,
    /// Every word of the sources.
    words: HashSet<String>,
    /// The words of each crate.
    crates: BTreeMap<String, HashSet<String>>,
    /// The text of each document.
    documents: BTreeMap<String, String>,
}

impl Tree {
    fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned());
        if Path::new(path).extension().is_some_and(|ending| ending == "md") {
            self.documents.insert(path.to_owned(), text.to_owned());
            return;
        }
        let words: HashSet<&str> =
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        if let Some(name) = crate_of(path) {
            let known = self.crates.entry(name).or_default();
            known.extend(words.iter().map(|word| (*word).to_owned()));
        }
        for word in words {
            if !self.words.contains(word) {
                self.words.insert(word.to_owned());
            }
        }
    }

    /// Whether a file, a folder, or a file that fits a pattern with `*` has this path.
    fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let fits = |file: &String| match path.split_once('*') {
            Some((begins, ends)) => file.starts_with(begins) && file.ends_with(ends),
            None => file == path || file.strip_prefix(path).is_some_and(|r| r.starts_with('/')),
        };
        self.files.iter().any(fits)
    }

    fn has_name(&self, name: &str) -> bool {
        let end = format!("/{name}");
        EXTERNAL.contains(&name)
            || self.files.iter().any(|file| file == name || file.ends_with(&end))
    }

    fn knows(&self, word: &str) -> bool {
        self.words.contains(word) || EXTERNAL.contains(&word)
    }
}

/// The crate that a source file belongs to, as Rust writes it.
fn crate_of(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    match (parts.next()?, parts.next()?) {
        ("shared" | "functions", name) => Some(name.replace('-', "_")),
        ("infra", name @ ("local" | "xtask" | "bench")) => Some(name.to_owned()),
        ("tests", _) => Some("walk".to_owned()),
        _ => None,
    }
}

/// What is wrong with a document, one sentence each.
fn problems(tree: &Tree, path: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut fence = None;
    for (number, line) in tree.documents[path].lines().enumerate() {
        let mark = line.trim_start();
        let ticks = mark.len() - mark.trim_start_matches('`').len();
        match fence {
            Some(opened) if ticks >= opened => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            _ => {}
        }
        if fence.is_some() || ticks >= 3 {
            continue;
        }
        let mut report = |what: String| problems.push(format!("{path}:{}: {what}", number + 1));
        let exempt = mark.starts_with('|') || line.contains("](");
        let length = line.chars().count();
        if length > LINE && !exempt {
            report(format!("{length} characters; wrap at {LINE}"));
        }
        if line.matches('`').count() % 2 == 1 {
            report("a code span is not closed on its line".to_owned());
            continue;
        }
        let (prose, code) = spans(line);
        links(&prose).filter_map(|link| broken(tree, path, &link)).for_each(&mut report);
        code.iter().filter_map(|span| unknown(tree, span)).for_each(&mut report);
    }
    problems
}

/// A line without its code spans, and the spans.
fn spans(line: &str) -> (String, Vec<String>) {
    let parts: Vec<&str> = line.split('`').collect();
    let prose = parts.iter().step_by(2).copied().collect::<Vec<_>>().join("");
    let code = parts.iter().skip(1).step_by(2).map(|span| (*span).to_owned()).collect();
    (prose, code)
}

/// The targets of the links in a line.
fn links(prose: &str) -> impl Iterator<Item = String> {
    prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
}

/// Why a link leads nowhere. Addresses of the web are not looked at.
fn broken(tree: &Tree, from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let target = if file.is_empty() { from.to_owned() } else { normal(&folder.join(file)) };
    if !target.is_empty() && !tree.has(&target) {
        return Some(format!("the link {link} leads to no file"));
    }
    let missing = |text: &String| !anchors(text).contains(anchor);
    let lost = !anchor.is_empty() && tree.documents.get(&target).is_none_or(missing);
    lost.then(|| format!("the link {link} leads to no heading"))
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.to_str().unwrap().split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors that GitHub gives the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| -> String {
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        text.chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

/// Why a code span names nothing.
fn unknown(tree: &Tree, span: &str) -> Option<String> {
    const FOLDERS: [&str; 9] = [
        "shared/",
        "functions/",
        "infra/",
        "tests/",
        "events/",
        "docs/",
        ".github/",
        ".ci/",
        ".devcontainer/",
    ];
    const ENDINGS: [&str; 8] = [".rs", ".toml", ".yaml", ".yml", ".py", ".md", ".json", ".snap"];
    // A placeholder names nothing yet; with a space, `=`, `#` or a quote it is a command or a key.
    let placeholder = ["NAME", "ROOM", "<", "…", "{"].iter().any(|mark| span.contains(mark));
    if placeholder || span.contains([' ', '=', '#', '"', '(', ')', '@', ',', '$']) {
        let call = span.strip_suffix("()")?;
        return if placeholder { None } else { unknown(tree, call) };
    }
    if FOLDERS.iter().any(|folder| span.starts_with(folder)) {
        return (!tree.has(span)).then(|| format!("there is no file `{span}`"));
    }
    if span.contains('/') {
        return None;
    }
    if ENDINGS.iter().any(|ending| span.ends_with(ending)) {
        return (!tree.has_name(span)).then(|| format!("there is no file `{span}`"));
    }
    let identifier = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let mut names: Vec<&str> = span.trim_end_matches('!').split("::").collect();
    if !names.iter().all(|name| identifier(name)) {
        return None;
    }
    let gone = || format!("no source file contains `{span}`");
    if names.len() > 1 {
        let known = match tree.crates.get(names[0]) {
            Some(words) => {
                names.remove(0);
                names.iter().all(|name| words.contains(*name))
            }
            None => names.iter().all(|name| tree.knows(name)),
        };
        return (!known).then(gone);
    }
    let checked = span.starts_with(|c: char| c.is_ascii_uppercase()) || span.contains('_');
    (checked && !tree.knows(span)).then(gone)
}

/// The repository as it lies here.
fn tree() -> Tree {
    const SKIPPED: [&str; 7] =
        ["target", ".git", ".tools", ".state", "artefacts", "node_modules", ".aws-sam"];
    const SOURCES: [&str; 9] = ["rs", "toml", "yaml", "yml", "py", "js", "json", "md", "snap"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut tree = Tree::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            if entry.file_type().unwrap().is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                }
                continue;
            }
            let path = path.to_str().unwrap().to_owned();
            let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
            // This file spells names that must not exist.
            if SOURCES.contains(&ending) && path != "tests/tests/docs.rs" {
                tree.add(&path, &fs::read_to_string(root.join(&path)).unwrap());
            } else {
                tree.files.insert(path);
            }
        }
    }
    tree
}

#[test]
fn links_files_and_code_names_in_the_documents_exist() {
    let tree = tree();
    let found: Vec<String> =
        tree.documents.keys().flat_map(|document| problems(&tree, document)).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_documents_that_a_newcomer_needs_are_there() {
    let tree = tree();
    for document in
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/testing.md"]
    {
        assert!(tree.documents.contains_key(document), "{document}");
    }
    let lines = tree.documents["ARCHITECTURE.md"].lines().count();
    assert!(lines <= 150, "ARCHITECTURE.md has {lines} lines; at most 150");
}

/// The arrows of the crate graph in ARCHITECTURE.md.
fn drawn(architecture: &str) -> BTreeSet<(String, String)> {
    let graph = architecture.split_once("flowchart TD\n").unwrap().1.split_once("```").unwrap().0;
    let names = |side: &str| -> Vec<String> {
        side.split('&').map(|name| name.trim().to_owned()).collect()
    };
    let mut arrows = BTreeSet::new();
    for (from, to) in graph.lines().filter_map(|line| line.split_once("-->")) {
        for from in names(from) {
            arrows.extend(names(to).into_iter().map(|to| (from.clone(), to)));
        }
    }
    arrows
}

/// The dependencies between the shared crates, and those of any function on them.
fn declared() -> BTreeSet<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let (shared, functions) = (names("shared"), names("functions"));
    let mut arrows = BTreeSet::new();
    for (folder, name) in shared
        .iter()
        .map(|name| ("shared", name))
        .chain(functions.iter().map(|name| ("functions", name)))
    {
        let manifest = root.join(folder).join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let section = manifest.split("\n[").find_map(|part| part.strip_prefix("dependencies]\n"));
        for line in section.unwrap_or_default().lines() {
            let to = line.split(['.', ' ', '=']).next().unwrap();
            assert!(!functions.iter().any(|name| name == to), "{name} depends on {to}");
            if shared.iter().any(|name| name == to) {
                let from = if folder == "shared" { name } else { folder };
                arrows.insert((from.to_owned(), to.to_owned()));
            }
        }
    }
    arrows
}

#[test]
fn the_graph_of_the_crates_is_that_of_the_manifests() {
    let (drawn, declared) = (drawn(&tree().documents["ARCHITECTURE.md"]), declared());
    let invented: Vec<_> = drawn.difference(&declared).collect();
    assert!(invented.is_empty(), "ARCHITECTURE.md draws what no manifest says: {invented:?}");
    let mut reached = drawn;
    loop {
        let longer: Vec<(String, String)> = reached
            .iter()
            .flat_map(|(from, over)| {
                let onward = reached.iter().filter(move |(next, _)| next == over);
                onward.map(|(_, to)| (from.clone(), to.clone()))
            })
            .filter(|arrow| !reached.contains(arrow))
            .collect();
        if longer.is_empty() {
            break;
        }
        reached.extend(longer);
    }
    let left_out: Vec<_> = declared.difference(&reached).collect();
    assert!(left_out.is_empty(), "ARCHITECTURE.md does not draw {left_out:?}");
    assert!(reached.iter().all(|(from, to)| from != to), "the crates depend on one another");
}

// The checker itself.

fn sample(text: &str) -> Vec<String> {
    let mut tree = Tree::default();
    tree.add("shared/store/src/lib.rs", "pub struct Store; pub async fn update_order() {}");
    tree.add("functions/owner-desk/src/lib.rs", "pub async fn handle() {}");
    tree.add("events/owner-desk-twenty.json", "{}");
    tree.add("docs/other.md", "# The table\n## Keys, and `who` writes them\n");
    tree.add("docs/it.md", text);
    problems(&tree, "docs/it.md")
}

#[test]
fn what_exists_is_accepted() {
    let text = "\
`store::Store`, `Store`, `update_order()`, `owner_desk::handle`, `shared/store`, `lib.rs`,
`events/owner-desk*.json`, `functions/<name>/src`, `VISITOR#id`, `cargo xtask run`, `door`.
[a](other.md), [b](other.md#the-table), [c](other.md#keys-and-who-writes-them), [d](../shared/store)
[e](https://example.com/nowhere), [f](#own)
# Own
```sh
cat shared/nowhere # `Nothing` here is checked
```
";
    assert_eq!(sample(text), Vec::<String>::new());
}

#[test]
fn what_is_gone_is_reported_with_its_line() {
    for (text, expected) in [
        ("`shared/gone/src/lib.rs`", "there is no file `shared/gone/src/lib.rs`"),
        ("`gone.rs`", "there is no file `gone.rs`"),
        ("`events/pack*.json`", "there is no file `events/pack*.json`"),
        ("`store::Gone`", "no source file contains `store::Gone`"),
        ("`owner_desk::Store`", "no source file contains `owner_desk::Store`"),
        ("`GoneType`", "no source file contains `GoneType`"),
        ("`Gone`", "no source file contains `Gone`"),
        ("`store`, `cargo", "a code span is not closed on its line"),
        ("`write_gone()`", "no source file contains `write_gone`"),
        ("[a](gone.md)", "the link gone.md leads to no file"),
        ("[a](other.md#gone)", "the link other.md#gone leads to no heading"),
        ("[a](#gone)", "the link #gone leads to no heading"),
    ] {
        assert_eq!(sample(&format!("\n{text}\n")), [format!("docs/it.md:2: {expected}")]);
    }
}

#[test]
fn a_long_line_of_prose_is_reported_and_a_table_is_not() {
    let long = "word ".repeat(21);
    assert_eq!(sample(&long), ["docs/it.md:1: 105 characters; wrap at 100"]);
    for exempt in
        [format!("| {long} |"), format!("```\n{long}\n```"), format!("[{long}](other.md)")]
    {
        assert_eq!(sample(&exempt), Vec::<String>::new(), "{exempt}");
    }
}
