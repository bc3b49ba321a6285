//! Holds the direction of dependencies, between the folders of this crate, the modules of `riddle` and
//! the shared crates, and the length of source files.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing helper fails the test"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each folder of `src`, with those it may use.
const FOLDERS: [(&str, &[&str]); 6] = [
    ("base", &[]),
    ("riddle", &["base"]),
    ("catalog", &["base"]),
    ("office", &["base"]),
    ("order", &["base", "catalog"]),
    ("walk", &["base", "catalog", "order", "riddle"]),
];

/// The modules of `riddle`, each of which may use those before it. `content` once used a room to check
/// its riddles; the checker is now above both.
const RIDDLE_MODULES: [&str; 9] =
    ["answer", "guess", "hint", "rhythm", "last_room", "content", "room", "checker", "loader"];

/// The most lines of a source file in `functions/` and `shared/`: read in one sitting.
const MOST_LINES: usize = 400;

/// Longer files, each with the reason.
const LONGER: [(&str, &str); 1] =
    [("shared/domain/tests/letters.rs", "its properties vary one table of letters and books")];

/// The shared crates in layers. A crate may use those of lower layers only; functions may use all.
const LAYERS: [&[&str]; 4] = [
    &["domain"],
    &["http-client", "platform", "spreadsheet"],
    &["gateway", "invoke", "signing", "store", "toss", "webpush"],
    &["admin", "messaging", "payments", "web"],
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The folders that a source file names: `crate::base::…`, and each name of `use crate::{…}`.
fn used(source: &str) -> BTreeSet<String> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut folders = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let name = |text: &str| -> String {
            text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        let Some(group) = after.strip_prefix('{') else {
            folders.insert(name(after));
            continue;
        };
        // Only the outermost level of the group names folders.
        let (mut depth, mut item) = (0_u32, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    folders.insert(name(item.trim()));
                    item.clear();
                }
                c if depth == 0 => item.push(c),
                _ => {}
            }
        }
        folders.insert(name(item.trim()));
    }
    folders.retain(|name| FOLDERS.iter().any(|(folder, _)| folder == name));
    folders
}

#[test]
fn a_folder_uses_only_the_folders_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (folder, allowed) in FOLDERS {
        let mut files = vec![src.join(format!("{folder}.rs"))];
        sources(&src.join(folder), &mut files);
        assert!(files.len() > 1, "{folder} has no files");
        for file in files {
            for name in used(&fs::read_to_string(&file).unwrap()) {
                assert!(
                    name == folder || allowed.contains(&name.as_str()),
                    "{} uses {name}, which is not below {folder}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn a_module_of_riddle_uses_only_the_modules_before_it() {
    let riddle = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/riddle");
    for (place, module) in RIDDLE_MODULES.iter().enumerate() {
        let mut files = vec![riddle.join(format!("{module}.rs"))];
        if riddle.join(module).is_dir() {
            sources(&riddle.join(module), &mut files);
        }
        // Tests may use everything.
        files.retain(|file| !file.iter().any(|part| part == "tests" || part == "tests.rs"));
        for file in files {
            let source = fs::read_to_string(&file).unwrap();
            let names: BTreeSet<&str> = source
                .lines()
                .take_while(|line| *line != "#[cfg(test)]")
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':'))
                .filter_map(|path| path.rsplit_once("::"))
                .flat_map(|(modules, _)| modules.split("::"))
                .collect();
            for later in RIDDLE_MODULES.iter().skip(place + 1) {
                assert!(
                    !names.contains(later),
                    "{} uses {later}, which is above {module}",
                    file.display()
                );
            }
        }
    }
    let listed = RIDDLE_MODULES.map(|module| format!("mod {module};"));
    let declared = fs::read_to_string(riddle.with_extension("rs")).unwrap();
    let declared = declared.lines().map(|line| line.trim_start_matches("pub "));
    for line in declared.filter(|line| line.starts_with("mod ")) {
        assert!(listed.contains(&line.to_owned()), "`{line}` is not in RIDDLE_MODULES");
    }
}

#[test]
fn a_source_file_has_at_most_400_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut files = Vec::new();
    for folder in ["functions", "shared"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 200, "only {} files were found", files.len());
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        let path = file.strip_prefix(root).unwrap();
        let excepted = LONGER.iter().any(|(longer, _)| Path::new(longer) == path);
        assert!(
            (lines > MOST_LINES) == excepted,
            "{} has {lines} lines: split it by meaning, or correct LONGER",
            path.display()
        );
    }
}

#[test]
fn a_group_of_imports_names_each_of_its_folders() {
    let source = "use crate::{\n    base::{id::OrderId, money},\n    order::Order,\n};\nfn f(_: crate::walk::visit::Visit) {}\n// crate::riddle\n";
    assert_eq!(used(source), ["base", "order", "walk"].map(str::to_owned).into());
}

#[test]
fn a_shared_crate_uses_only_the_crates_below_it() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let layer = |name: &str| LAYERS.iter().position(|crates| crates.contains(&name));
    for entry in fs::read_dir(shared).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let own = layer(&name).unwrap_or_else(|| panic!("{name} is in no layer"));
        let manifest: toml::Table =
            toml::from_str(&fs::read_to_string(path.join("Cargo.toml")).unwrap()).unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        for (dependency, _) in dependencies {
            let Some(other) = layer(dependency) else { continue };
            assert!(other < own, "{name} uses {dependency}, which is not in a layer below");
        }
    }
}
