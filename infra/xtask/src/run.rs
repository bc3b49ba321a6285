//! `cargo xtask run`: the whole house in one process (`infra/local`).

use std::{env, os::unix::process::CommandExt as _, path::Path, process::ExitCode};

use crate::{Outcome, fail, process::cargo};

/// Builds `local` and becomes it, so that signals reach it and its status is ours.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Outcome<ExitCode> {
    let here = env::current_dir().unwrap_or_default();
    println!("짓는 중 / building (처음에는 몇 분 / a few minutes the first time) …");
    // Cargo in its turn becomes the program it built.
    let mut cargo = cargo(&["run", "--package", "local", "--"]);
    cargo.args(from_here(arguments, &here));
    let error = cargo.exec();
    fail(format!("cargo could not be started: {error}."))
}

/// The program runs in the repository; a folder was meant from where the person stands.
fn from_here(arguments: impl Iterator<Item = String>, here: &Path) -> Vec<String> {
    let absolute = |path: &str| here.join(path).display().to_string();
    let mut before = String::new();
    arguments
        .map(|argument| {
            let path = if matches!(before.as_str(), "--state" | "--template") {
                absolute(&argument)
            } else if let Some((name @ ("--state" | "--template"), path)) = argument.split_once('=')
            {
                format!("{name}={}", absolute(path))
            } else {
                argument.clone()
            };
            before = argument;
            path
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_meant_from_where_the_person_stands() {
        let given = ["--state", "kept", "--port", "9001", "--state=/there", "--template=t.yaml"];
        let got = from_here(given.into_iter().map(str::to_owned), Path::new("/home/me"));
        let wanted = [
            "--state",
            "/home/me/kept",
            "--port",
            "9001",
            "--state=/there",
            "--template=/home/me/t.yaml",
        ];
        assert_eq!(got, wanted);
    }
}
