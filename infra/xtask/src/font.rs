//! `cargo xtask font`: cuts the shop's font into subsets by what the pages and the content say.
//!
//! The subsets, their licence and the rules of the style sheet are committed, so that nothing else
//! needs npm or Python for them. A test says when the content has a character that they lack.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    Failure, Outcome, fail,
    process::{command, run},
    root, tools,
};

/// The npm package with the whole font, and the name under which npm saves it.
/// `infra/font/subset.py` has its checksum.
const PACKAGE: &str = "@expo-google-fonts/gowun-batang@0.4.1";
const TARBALL: &str = "expo-google-fonts-gowun-batang-0.4.1.tgz";

/// What readers see: the texts of the rooms, and the sources of rules and pages. The owner's
/// functions answer in the console.
const SOURCES: [&str; 4] =
    ["shared/domain/content", "shared/domain/src", "shared/web/src", "functions"];

/// No flags: the font, its version and its parts are pinned.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Writes the subsets and prints their sizes.
pub(crate) fn font(_: &Arguments) -> Outcome<ExitCode> {
    let python = tools::font_python()?;
    let folder = root().join(".tools/font");
    let package = package(&folder)?;
    let characters = folder.join("characters.txt");
    let wanted: String = content(&root())?.into_iter().collect();
    fs::write(&characters, wanted).map_err(|error| {
        Failure(format!("{} cannot be written: {error}.", characters.display()))
    })?;
    let script = "infra/font/subset.py";
    run(command(&python).arg(script).arg(package).arg(characters).arg(root()))?;
    Ok(ExitCode::SUCCESS)
}

/// The font's package, downloaded once.
fn package(folder: &Path) -> Outcome<PathBuf> {
    let file = folder.join(TARBALL);
    if file.is_file() {
        return Ok(file);
    }
    if tools::on_path("npm").is_none() {
        return fail(format!("{PACKAGE} comes from npm: install npm, then repeat."));
    }
    println!("downloading {PACKAGE} (once) …");
    let mut pack = command("npm");
    run(pack.args(["pack", "--silent", "--pack-destination"]).arg(folder).arg(PACKAGE))?;
    Ok(file)
}

/// Every character that the content and the pages may show, but for ASCII.
fn content(root: &Path) -> Outcome<BTreeSet<char>> {
    let mut found = BTreeSet::new();
    for source in SOURCES {
        collect(&root.join(source), &mut found)?;
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut BTreeSet<char>) -> Outcome<()> {
    let unread = |error| Failure(format!("{} cannot be read: {error}.", folder.display()));
    for entry in fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if path.is_dir() {
            if name != "tests" && name != "font" && !name.starts_with("owner-") {
                collect(&path, found)?;
            }
        } else if is_source(&name) {
            let text = tools::read(&path)?;
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(shipped.chars().filter(|one| is_written(*one)));
        }
    }
    Ok(())
}

fn is_source(name: &str) -> bool {
    let written =
        ["rs", "toml", "svg", "js", "css"].map(|ending| name.ends_with(&format!(".{ending}")));
    written.contains(&true) && !["tests.rs", "Cargo.toml"].contains(&name)
}

/// Leaves out ASCII, which the font always has, and the full-width forms, which are read and never
/// written.
fn is_written(one: char) -> bool {
    !one.is_ascii() && !one.is_control() && !('\u{ff00}'..='\u{ffef}').contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the committed font has, and what of the content it lacks.
    fn record() -> (BTreeSet<char>, BTreeSet<char>) {
        let record = root().join("functions/asset/src/font/characters.txt");
        let text = tools::read(&record).unwrap();
        let mut lines = text.lines().map(|line| line.chars().collect());
        (lines.next().unwrap(), lines.next().unwrap())
    }

    #[test]
    fn the_committed_font_is_of_the_present_content() {
        let (has, lacks) = record();
        let known: BTreeSet<char> = has.union(&lacks).copied().collect();
        let new: String = content(&root()).unwrap().difference(&known).collect();
        assert!(new.is_empty(), "`cargo xtask font` adds to the font: {new}");
        assert!((' '..='~').all(|one| has.contains(&one)), "ASCII is missing");
        let fallen_back: String = lacks.iter().filter(|one| ('가'..='힣').contains(*one)).collect();
        assert!(fallen_back.is_empty(), "another font shows {fallen_back}");
    }

    #[test]
    fn tests_and_the_owners_functions_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for source in SOURCES {
            fs::create_dir_all(folder.path().join(source)).unwrap();
        }
        write("shared/domain/content/knock/verse.toml", "verse = '별이 A７'");
        write("functions/door/src/lib.rs", "\"문\"\n#[cfg(test)]\nmod tests { \"뷁\" }");
        write("functions/door/src/tests.rs", "쀍");
        write("functions/door/tests/door.rs", "쀓");
        write("functions/owner-desk/src/lib.rs", "쀙");
        write("functions/door/README.md", "쀠");
        let found: String = content(folder.path()).unwrap().into_iter().collect();
        assert_eq!(found, "문별이");
    }
}
