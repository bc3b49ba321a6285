//! `cargo xtask new function NAME`: writes a new function that compiles, answers in the local run
//! and passes the template's rules.
//!
//! The text of the new files is in `infra/xtask/skeleton`, one crate for each kind. They are members of
//! the workspace, so that a change of a shared crate has to keep them compiling. Every change is
//! computed before the first one is written, so a refusal leaves the repository as it was.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};

use crate::{Failure, Outcome, fail, root, tools};

/// The console shows no test event with a longer name.
const LONGEST_NAME: usize = 25;
/// CloudWatch's limit of metrics in one alarm.
const MOST_METRICS: usize = 10;
/// Two lines of a skeleton's manifest that a function does not have.
const LEFT_OUT: &str = "# In the skeleton only: its test needs the function in the template.\n\
                        autotests = false\n";
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

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A Lambda function: crate, template, event, route, registry, and a test.
    Function {
        /// The name: lower-case words joined by hyphens; an owner's function begins with `owner-`.
        name: String,
        /// What the function answers to.
        #[arg(long, value_enum, default_value_t = Kind::Page)]
        kind: Kind,
    },
}

/// What a function answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A page at /NAME.
    Page,
    /// The messages of a queue of its own.
    Queue,
    /// A call of the owner from the console.
    Owner,
    /// A schedule, every hour.
    Schedule,
}

/// The texts of a kind.
struct Skeleton {
    /// Path below the function's folder, and content.
    files: &'static [(&'static str, &'static str)],
    event: &'static str,
    template: &'static str,
    /// The call in the local registry.
    registry: &'static str,
    /// The function in template.yaml after whose block the new one goes; the last one that begins
    /// and ends like this.
    after: (&'static str, &'static str),
    /// What is left for the person to do.
    next: &'static str,
}

impl Kind {
    /// The name of the skeleton's crate.
    fn skeleton_name(self) -> String {
        let kind = self.to_possible_value();
        format!("skeleton-{}", kind.as_ref().map_or("", |kind| kind.get_name()))
    }

    fn skeleton(self) -> Skeleton {
        match self {
            Self::Page => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../skeleton/page/Cargo.toml")),
                    ("src/main.rs", include_str!("../skeleton/page/src/main.rs")),
                    ("src/lib.rs", include_str!("../skeleton/page/src/lib.rs")),
                    ("src/view.rs", include_str!("../skeleton/page/src/view.rs")),
                    (
                        "tests/skeleton_page.rs",
                        include_str!("../skeleton/page/tests/skeleton_page.rs"),
                    ),
                ],
                event: include_str!("../skeleton/page/event.json"),
                template: include_str!("../skeleton/page/template.yaml"),
                registry: "http(web::function(\"skeleton-page\", platform, skeleton_page::handle))",
                after: ("NoticeFunction", ""),
                next: "Add to its role in template.yaml what the page reads and writes.",
            },
            Self::Queue => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../skeleton/queue/Cargo.toml")),
                    ("src/main.rs", include_str!("../skeleton/queue/src/main.rs")),
                    ("src/lib.rs", include_str!("../skeleton/queue/src/lib.rs")),
                    (
                        "tests/skeleton_queue.rs",
                        include_str!("../skeleton/queue/tests/skeleton_queue.rs"),
                    ),
                ],
                event: include_str!("../skeleton/queue/event.json"),
                template: include_str!("../skeleton/queue/template.yaml"),
                registry: "event(skeleton_queue::function(platform))",
                after: ("PushFunction", ""),
                next: "Nothing sends to the queue yet: add a variant to `Task` and `Queue` in \
                       shared/domain/src/order/message.rs for a message of the outbox, and the \
                       queue to owner-redrive in template.yaml.",
            },
            Self::Owner => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../skeleton/owner/Cargo.toml")),
                    ("src/main.rs", include_str!("../skeleton/owner/src/main.rs")),
                    ("src/lib.rs", include_str!("../skeleton/owner/src/lib.rs")),
                    (
                        "tests/skeleton_owner.rs",
                        include_str!("../skeleton/owner/tests/skeleton_owner.rs"),
                    ),
                ],
                event: include_str!("../skeleton/owner/event.json"),
                template: include_str!("../skeleton/owner/template.yaml"),
                registry: "event(admin::function(\"skeleton-owner\", platform, skeleton_owner::handle))",
                after: ("Owner", "Function"),
                next: "Add to its role in template.yaml what the function reads and writes.",
            },
            Self::Schedule => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../skeleton/schedule/Cargo.toml")),
                    ("src/main.rs", include_str!("../skeleton/schedule/src/main.rs")),
                    ("src/lib.rs", include_str!("../skeleton/schedule/src/lib.rs")),
                    (
                        "tests/skeleton_schedule.rs",
                        include_str!("../skeleton/schedule/tests/skeleton_schedule.rs"),
                    ),
                ],
                event: include_str!("../skeleton/schedule/event.json"),
                template: include_str!("../skeleton/schedule/template.yaml"),
                registry: "event(skeleton_schedule::function(platform))",
                after: ("ReconcileFunction", ""),
                next: "Set the schedule and the role in template.yaml.",
            },
        }
    }
}

/// Writes the skeleton and says what was written.
pub(crate) fn new(arguments: &Arguments) -> Outcome<std::process::ExitCode> {
    let What::Function { name, kind } = &arguments.what;
    let root = root();
    let written = write(&root, name, *kind)?;
    for path in &written {
        println!("wrote {}", path.display());
    }
    // Long names break lines that the skeleton has on one.
    let rust = written.iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut format = crate::process::command("rustfmt");
    let _ = format.args(["--edition", "2024"]).args(rust).status();
    println!("{}", kind.skeleton().next);
    println!("`cargo test -p {name} && cargo test -p walk --test template` checks it.");
    Ok(std::process::ExitCode::SUCCESS)
}

/// Computes every change, then writes. Returns the paths below `root`.
fn write(root: &Path, name: &str, kind: Kind) -> Outcome<Vec<PathBuf>> {
    let changes = changes(root, name, kind)?;
    for (path, text) in &changes {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| Failure(format!("{} cannot be written: {error}.", path.display())))?;
    }
    Ok(changes.into_iter().map(|(path, _)| path).collect())
}

/// The new and the changed files.
fn changes(root: &Path, name: &str, kind: Kind) -> Outcome<Vec<(PathBuf, String)>> {
    let file = |path: &str| tools::read(&root.join(path));
    let manifest = file("Cargo.toml")?;
    let template = file("template.yaml")?;
    check(root, name, kind, &manifest, &file("Cargo.lock")?)?;

    let named = |text: &str| named(text, kind, name);
    let skeleton = kind.skeleton();
    for id in keys(skeleton.template) {
        let id = named(id);
        if template.lines().any(|line| line == format!("  {id}:")) {
            return fail(format!(
                "template.yaml has a resource {id} already; choose another name."
            ));
        }
    }

    let mut template = after_block(&template, skeleton.after, &named(skeleton.template))?;
    let mut alarms = None;
    match kind {
        Kind::Owner => {
            let output = named(include_str!("../skeleton/owner/output.yaml"));
            template = after_block(&template, ("Owner", "Name"), &output)?;
            alarms = Some(with_metric(&file("infra/alarms.yaml")?, name)?);
        }
        Kind::Queue => {
            let text = file("infra/alarms.yaml")?;
            let alarm = named(include_str!("../skeleton/queue/alarm.yaml"));
            alarms = Some(after_block(&text, ("PushDeadAlarm", ""), &alarm)?);
        }
        Kind::Page | Kind::Schedule => {}
    }

    let dependency = format!("{name} = {{ path = \"functions/{name}\" }}\n");
    let mut manifest = after_last(&manifest, &dependency, "Cargo.toml", |line| {
        line.contains("{ path = \"functions/")
    })?;
    if kind == Kind::Page {
        let route = format!("\"/{name}\" = \"{name}\"\n");
        manifest = after_last(&manifest, &route, "Cargo.toml", |line| {
            line.starts_with("\"/") && !line.contains("{*elsewhere}")
        })?;
    }
    let local = file("infra/local/Cargo.toml")?;
    let local = after_last(&local, &format!("{name}.workspace = true\n"), "infra/local", |line| {
        let dependency = line.strip_suffix(".workspace = true").unwrap_or_default();
        !dependency.is_empty() && root.join("functions").join(dependency).is_dir()
    })?;
    let registry = file("infra/local/src/registry.rs")?;
    let arm = format!("        \"{name}\" => {},\n", named(skeleton.registry));
    let registry = after_last(&registry, &arm, "infra/local/src/registry.rs", |line| {
        line.starts_with("        \"") && line.contains("\" => ")
    })?;

    let mut changes: Vec<(PathBuf, String)> = skeleton
        .files
        .iter()
        .map(|(path, text)| {
            (format!("functions/{name}/{}", named(path)).into(), named(&text.replace(LEFT_OUT, "")))
        })
        .collect();
    changes.push((format!("events/{name}.json").into(), named(skeleton.event)));
    changes.push(("Cargo.toml".into(), manifest));
    changes.push(("template.yaml".into(), template));
    changes.extend(alarms.map(|text| ("infra/alarms.yaml".into(), text)));
    changes.push(("infra/local/Cargo.toml".into(), local));
    changes.push(("infra/local/src/registry.rs".into(), registry));
    Ok(changes)
}

/// Refuses a name that cannot be used, in one sentence.
fn check(root: &Path, name: &str, kind: Kind, manifest: &str, lock: &str) -> Outcome<()> {
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
fn named(text: &str, kind: Kind, name: &str) -> String {
    let skeleton = kind.skeleton_name();
    text.replace(&skeleton, name)
        .replace(&snake(&skeleton), &snake(name))
        .replace(&camel(&skeleton), &camel(name))
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    name.split('-').map(capital).collect::<Vec<String>>().concat()
}

/// The logical ids in a piece of a template.
fn keys(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(key)
}

/// The key that this line begins, if it is a resource or an output.
fn key(line: &str) -> Option<&str> {
    let key = line.strip_prefix("  ")?.strip_suffix(':')?;
    (!key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(key)
}

/// Puts a block after the last one whose key begins and ends as given, and a blank line between
/// them if the blocks of that section are separated by one.
fn after_block(text: &str, (begins, ends): (&str, &str), block: &str) -> Outcome<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let wanted = |line: &&str| {
        key(line.trim_end()).is_some_and(|k| k.starts_with(begins) && k.ends_with(ends))
    };
    let Some(start) = lines.iter().rposition(wanted) else {
        return fail(format!("No block {begins}…{ends} was found to put the new one after."));
    };
    let body = lines.iter().skip(start + 1);
    let inside = |line: &&&str| line.starts_with("    ") && !line.trim().is_empty();
    let end = start + 1 + body.take_while(inside).count();
    let (before, after) = lines.split_at(end.min(lines.len()));
    let separated = after.first().is_some_and(|line| line.trim().is_empty());
    let blank = if separated { "\n" } else { "" };
    Ok(format!("{}{blank}{block}{}", before.concat(), after.concat()))
}

/// Puts a line after the last one that fits.
fn after_last(text: &str, line: &str, file: &str, fits: impl Fn(&str) -> bool) -> Outcome<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(last) = lines.iter().rposition(|line| fits(line.trim_end())) else {
        return fail(format!("{file} has no line to put `{}` after.", line.trim()));
    };
    let (before, after) = lines.split_at((last + 1).min(lines.len()));
    Ok(format!("{}{line}{}", before.concat(), after.concat()))
}

/// Adds the errors of an owner's function to an alarm that has room for one metric more.
fn with_metric(alarms: &str, name: &str) -> Outcome<String> {
    let lines: Vec<&str> = alarms.split_inclusive('\n').collect();
    // One stays free for the expression that adds the metrics up.
    let has_room = |metrics| metrics < MOST_METRICS - 1;
    let (mut metrics, mut last, mut place) = (0, None, None);
    for (number, line) in lines.iter().enumerate() {
        if key(line.trim_end()).is_some() {
            place = last.filter(|_| has_room(metrics)).or(place);
            (metrics, last) = (0, None);
        }
        if line.contains("MetricStat") {
            metrics += 1;
            last = if line.contains("}-owner-") { Some(number) } else { last };
        }
    }
    let place = last.filter(|_| has_room(metrics)).or(place);
    let metric = place.and_then(|number| {
        let line = lines.get(number)?;
        let function = line.split_once("}-")?.1.split_once('"')?.0;
        let id = line.split_once("Id: ")?.1.split_once(',')?.0;
        let new_id = format!("of_{}", name.trim_start_matches("owner-").replace('-', "_"));
        Some(line.replace(function, name).replace(&format!("Id: {id},"), &format!("Id: {new_id},")))
    });
    let (Some(number), Some(metric)) = (place, metric) else {
        return fail("Every alarm of the owner's functions in infra/alarms.yaml is full; add one.");
    };
    let (before, after) = lines.split_at((number + 1).min(lines.len()));
    Ok(format!("{}{metric}{}", before.concat(), after.concat()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: [(&str, Kind); 4] = [
        ("attic", Kind::Page),
        ("bind", Kind::Queue),
        ("owner-count", Kind::Owner),
        ("dust-off", Kind::Schedule),
    ];

    /// A folder with the files that the generator reads.
    fn copy() -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        let files = [
            "Cargo.toml",
            "Cargo.lock",
            "template.yaml",
            "infra/alarms.yaml",
            "infra/local/Cargo.toml",
            "infra/local/src/registry.rs",
        ];
        for file in files {
            let to = copy.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(file), to).unwrap();
        }
        for folder in ["functions", "events"] {
            for entry in fs::read_dir(root().join(folder)).unwrap() {
                let to = copy.path().join(folder).join(entry.unwrap().file_name());
                fs::create_dir_all(to).unwrap();
            }
        }
        copy
    }

    fn text(copy: &tempfile::TempDir, path: &str) -> String {
        fs::read_to_string(copy.path().join(path)).unwrap()
    }

    fn yaml(text: &str) -> serde_norway::Value {
        serde_norway::from_str(text).unwrap()
    }

    fn all_keys(text: &str) -> BTreeSet<String> {
        keys(text).map(str::to_owned).collect()
    }

    #[test]
    fn every_kind_writes_files_that_parse_and_stand_where_they_belong() {
        let copy = copy();
        let before = text(&copy, "template.yaml");
        for (name, kind) in ALL {
            let written = write(copy.path(), name, kind).unwrap();
            assert!(written.contains(&format!("functions/{name}/src/main.rs").into()));
            for file in ["Cargo.toml", "src/main.rs", "src/lib.rs"] {
                let text = text(&copy, &format!("functions/{name}/{file}"));
                assert!(!text.to_lowercase().contains("skeleton-"), "{text}");
                assert!(!text.to_lowercase().contains("skeleton_"), "{text}");
                assert!(!text.contains("autotests"), "{text}");
            }
            let manifest: toml::Table =
                text(&copy, &format!("functions/{name}/Cargo.toml")).parse().unwrap();
            assert_eq!(manifest["package"]["name"].as_str(), Some(name));
            let event = text(&copy, &format!("events/{name}.json"));
            serde_json::from_str::<serde_json::Value>(&event).unwrap();
            let template = yaml(&text(&copy, "template.yaml"));
            for part in ["Log", "Role", "Function"] {
                let id = camel(name) + part;
                assert!(template["Resources"].get(&id).is_some(), "{id}");
            }
            assert!(text(&copy, "infra/local/src/registry.rs").contains(&format!("\"{name}\" =>")));
        }
        let template = text(&copy, "template.yaml");
        assert!(all_keys(&before).is_subset(&all_keys(&template)));
        let place = |id: &str| template.find(&format!("\n  {id}:\n")).unwrap();
        assert!(place("NoticeFunction") < place("AtticLog"));
        assert!(place("AtticFunction") < place("RelayDeadLetters"));
        assert!(place("BindFunction") < place("OwnerShelveLog"));
        assert!(place("OwnerExportFunction") < place("OwnerCountLog"));
        assert!(yaml(&template)["Outputs"].get("OwnerCountName").is_some());

        let manifest: toml::Table = text(&copy, "Cargo.toml").parse().unwrap();
        let workspace = &manifest["workspace"];
        for (name, _) in ALL {
            let path = workspace["dependencies"][name]["path"].as_str();
            assert_eq!(path, Some(format!("functions/{name}").as_str()));
        }
        let router = &workspace["metadata"]["lambda"]["watch"]["router"];
        assert_eq!(router["/attic"].as_str(), Some("attic"));
        let local: toml::Table = text(&copy, "infra/local/Cargo.toml").parse().unwrap();
        assert!(local["dependencies"].get("dust-off").is_some());

        let alarms = yaml(&text(&copy, "infra/alarms.yaml"));
        assert!(alarms["Resources"].get("BindDeadAlarm").is_some());
        let text = text(&copy, "infra/alarms.yaml");
        assert!(text.contains("Id: of_count,") && text.contains("}-owner-count\""));
    }

    #[test]
    fn a_name_that_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_written() {
        let copy = copy();
        let before = text(&copy, "Cargo.toml") + &text(&copy, "template.yaml");
        let refused = |name: &str, kind| write(copy.path(), name, kind).unwrap_err().to_string();
        for name in ["", "Attic", "attic-", "-attic", "at tic", "9lives", "다락", "a--b", "../x"]
        {
            let sentence = refused(name, Kind::Page);
            assert!(sentence.contains("is not a function's name"), "{name}: {sentence}");
        }
        assert!(refused("door", Kind::Page).contains("functions/door exists already"));
        for name in ["web", "http", "xtask", "ring", "type", "std"] {
            assert!(refused(name, Kind::Page).contains("has that name"), "{name}");
        }
        assert!(refused("a-name-with-more-than-25-c", Kind::Page).contains("too long"));
        assert!(refused("count", Kind::Owner).contains("begins with `owner-`"));
        assert!(refused("owner-count", Kind::Page).contains("--kind owner"));
        assert!(refused("owner-taste-open", Kind::Owner).contains("events/owner-taste-open.json"));
        // `Api` has a log of that name.
        assert!(refused("api", Kind::Page).contains("ApiLog"));
        assert_eq!(before, text(&copy, "Cargo.toml") + &text(&copy, "template.yaml"));
        let folders = fs::read_dir(copy.path().join("functions")).unwrap().count();
        assert_eq!(folders, fs::read_dir(root().join("functions")).unwrap().count());
    }

    #[test]
    fn alarms_without_room_are_reported() {
        let full = "  Alarm:\n".to_owned()
            + &"    - {Id: of_x, MetricStat: \"${House}-owner-x\"}\n".repeat(9);
        let sentence = with_metric(&full, "owner-count").unwrap_err().to_string();
        assert!(sentence.contains("is full"), "{sentence}");
    }
}
