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

use clap::Subcommand;

use crate::{Failure, Outcome, fail, root, tools};

mod edit;
mod kind;
mod name;

use edit::{after_block, after_last, into_list, keys, with_metric};
use kind::Kind;

/// Two lines of a skeleton's manifest that a function does not have.
const LEFT_OUT: &str = "# In the skeleton only: its test needs the function in the template.\n\
                        autotests = false\n";

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

/// Writes a new function and prints the paths.
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
    name::check(root, name, kind, &manifest, &file("Cargo.lock")?)?;

    let named = |text: &str| name::fill_in(text, kind, name);
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
        }
        Kind::Queue => {
            alarms = Some(with_metric(&file("infra/alarms.yaml")?, "QueuesOldAlarm", name)?);
            // `sweep` counts the dead letters of every queue.
            let dead = format!("{}DeadLetters", name::camel(name));
            template = into_list(&template, "# Counts the dead letters.", "!GetAtt ", &dead)?;
            template = into_list(&template, "# Every queue of dead letters.", "!Ref ", &dead)?;
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

#[cfg(test)]
mod tests;
