//! The tools that a verb needs beyond Rust, installed once under `.tools` and again when their
//! pinned version changes.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{
    Failure, Outcome, fail,
    process::{cargo, command, output, run},
    root,
};

/// A Python environment: its folder under `.tools`, and the requirement files it is made from. The
/// first one is installed (it names the others).
struct Environment {
    name: &'static str,
    folder: &'static str,
    lists: &'static [&'static str],
}

/// cfn-lint and MiniStack: 260 MB, half a minute.
pub(crate) fn test_python() -> Outcome<PathBuf> {
    python(&Environment {
        name: "test",
        folder: "venv",
        lists: &["requirements-test.txt", "constraints.txt"],
    })
}

/// cfn-lint, MiniStack and cargo-lambda: 700 MB.
pub(crate) fn watch_python() -> Outcome<PathBuf> {
    let lists = &["requirements-watch.txt", "requirements-test.txt", "constraints.txt"];
    python(&Environment { name: "watch", folder: "venv", lists })
}

/// The SAM CLI and cargo-lambda: 790 MB, most of a minute.
pub(crate) fn deploy_python() -> Outcome<PathBuf> {
    let lists = &["requirements-deploy.txt", "constraints-deploy.txt"];
    python(&Environment { name: "deploy", folder: "deploy", lists })
}

/// fontTools and brotli: 25 MB.
pub(crate) fn font_python() -> Outcome<PathBuf> {
    python(&Environment { name: "font", folder: "font", lists: &["requirements-font.txt"] })
}

/// A cargo subcommand of this version: the one in `.tools/bin`, installed from crates.io if it is
/// missing. `None` if it cannot be installed here.
///
/// It is built without optimisation, which takes two minutes instead of ten; running it takes no
/// noticeable time either way.
pub(crate) fn cargo_tool(name: &str, version: &str) -> Option<PathBuf> {
    let folder = root().join(".tools");
    let program = folder.join("bin").join(name);
    // As cargo calls it: with the name of the subcommand first.
    let subcommand = name.trim_start_matches("cargo-");
    let installed = output(command(&program).args([subcommand, "--version"]));
    if installed.is_ok_and(|line| line.trim().ends_with(version)) {
        return Some(program);
    }
    println!("installing {name} {version} into .tools (once) …");
    let mut install = cargo(&["install", "--locked", "--debug", "--quiet", "--force", "--version"]);
    install.args([version, name]).arg("--root").arg(&folder);
    let build = folder.join("build");
    let done = run(install.env("CARGO_TARGET_DIR", &build));
    // The build folder is ten times the size of the program.
    let _ = fs::remove_dir_all(&build);
    done.is_ok().then_some(program)
}

/// The pinned Python package that contains axe-core 4.12, the accessibility rules in one file. Only
/// that file is used; PyPI saves us npm.
const AXE: &str = "axe-playwright-python==0.1.8";

/// Installs axe-core into `.tools/axe`, where the browser tests look for it.
pub(crate) fn axe() -> Outcome<()> {
    let python = test_python()?;
    let folder = root().join(".tools/axe");
    let stamp = folder.join(".made");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == AXE) {
        return Ok(());
    }
    println!("setting up .tools/axe (once) …");
    let mut pip = command(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--upgrade",
        "--no-deps",
    ]);
    run(pip.arg("--target").arg(&folder).arg(AXE))?;
    fs::write(&stamp, AXE)
        .map_err(|error| Failure(format!("{} cannot be written: {error}.", stamp.display())))
}

/// The pinned Lighthouse, the last one that runs on Node 18 and 20: 190 MB from npm.
const LIGHTHOUSE: &str = "lighthouse@12.8.2";

/// Installs Lighthouse into `.tools/lighthouse`, where its test looks for it.
pub(crate) fn lighthouse() -> Outcome<()> {
    if ["node", "npm"].into_iter().any(|program| on_path(program).is_none()) {
        return fail(format!("{LIGHTHOUSE} comes from npm: install node and npm, then repeat."));
    }
    let folder = root().join(".tools/lighthouse");
    let stamp = folder.join(".made");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == LIGHTHOUSE) {
        return Ok(());
    }
    println!("setting up .tools/lighthouse (once) …");
    let mut npm = command("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]);
    run(npm.arg(&folder).arg(LIGHTHOUSE))?;
    fs::write(&stamp, LIGHTHOUSE)
        .map_err(|error| Failure(format!("{} cannot be written: {error}.", stamp.display())))
}

/// Returns the environment's `python`. Creates the environment if it is missing or its requirement
/// files have changed.
fn python(environment: &Environment) -> Outcome<PathBuf> {
    let folder = root().join(".tools").join(environment.folder);
    let python = folder.join("bin/python");
    let stamp = folder.join(format!(".{}", environment.name));
    let mut wanted = String::new();
    for list in environment.lists {
        wanted += &read(&root().join("infra").join(list))?;
    }
    let usable = quiet(&python, &["-c", ""]);
    if usable && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    println!("setting up .tools/{} for `{}` (once) …", environment.folder, environment.name);
    if !usable {
        make_environment(&folder)?;
    }
    let list = root().join("infra").join(environment.lists.first().copied().unwrap_or_default());
    let mut pip = command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(list);
    run(&mut pip)?;
    fs::write(&stamp, wanted)
        .map_err(|error| Failure(format!("{} cannot be written: {error}.", stamp.display())))?;
    Ok(python)
}

fn make_environment(folder: &Path) -> Outcome<()> {
    let make = || quiet("python3", &["-m", "venv", "--clear", &folder.display().to_string()]);
    if !quiet("python3", &["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]) {
        return fail("Python 3.10 or newer is needed: install python3.");
    }
    // Debian ships venv as a separate package.
    if make() || (install(&["python3-venv"]).is_ok() && make()) {
        return Ok(());
    }
    fail(
        "Python cannot create an environment: install python3-venv (for example \
         `sudo apt-get install python3-venv`).",
    )
}

/// Chromium, its driver and a Korean font: installed if we are root, otherwise named in the failure.
pub(crate) fn browser() -> Outcome<()> {
    let there = |program: &str| on_path(program).is_some();
    let mut missing = Vec::new();
    if !["chromium", "chromium-browser", "google-chrome"].into_iter().any(there) {
        missing.push("chromium");
    }
    if !there("chromedriver") {
        missing.push("chromium-driver");
    }
    if !korean_font() {
        missing.push("fonts-nanum");
    }
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn korean_font() -> bool {
    let mut list = command("fc-list");
    list.args([":lang=ko", "family"]).output().is_ok_and(|found| !found.stdout.is_empty())
}

/// Installs packages with apt-get if we are root.
fn install(packages: &[&str]) -> Outcome<()> {
    let names = packages.join(", ");
    if !rustix::process::geteuid().is_root() || on_path("apt-get").is_none() {
        return fail(format!(
            "install {names} (for example `sudo apt-get install {}`)",
            packages.join(" ")
        ));
    }
    println!("installing {names} …");
    // Failing is fine: the old package list may be good enough.
    quiet("apt-get", &["update", "-qq"]);
    let mut apt = command("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages);
    apt.stdin(Stdio::null()).stdout(Stdio::null());
    run(&mut apt)
        .map_err(|_| Failure(format!("{names} could not be installed by apt-get; install by hand")))
}

/// Whether the command can be started and succeeds. Its output is dropped.
pub(crate) fn quiet(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    let mut command = command(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The path of a program on `PATH`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path)
        .map_err(|error: io::Error| Failure(format!("{} cannot be read: {error}.", path.display())))
}

/// A program of the Python environment that this interpreter belongs to.
pub(crate) fn beside(python: &Path, program: &str) -> PathBuf {
    python.with_file_name(program)
}

/// A binary that cargo built: it lies beside this one.
pub(crate) fn built(program: &str) -> Outcome<PathBuf> {
    let us = env::current_exe()
        .map_err(|error| Failure(format!("This program cannot find its own folder: {error}.")))?;
    Ok(us.with_file_name(program))
}
