//! Runs other programs: to their end, or side by side until they are stopped.

use std::{
    env,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{Failure, Outcome, fail, root};

/// How long a program may take to stop after a signal.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// A command that runs in the repository's root.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(root());
    command
}

/// Cargo: the one that runs this program, otherwise the one on `PATH`.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo =
        command(env::var_os("CARGO").map_or_else(|| "cargo".into(), std::path::PathBuf::from));
    cargo.args(arguments);
    cargo
}

/// The command as a person would type it.
pub(crate) fn written(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words =
        std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure(format!("`{}` could not be started: {error}.", written(command)))
}

/// Runs a command and shows its output; a failure status is a failure.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        fail(format!("`{}` failed ({status}).", written(command)))
    }
}

/// Runs a command, shows its output and passes each line to `see`; returns its status.
pub(crate) fn watched(command: &mut Command, mut see: impl FnMut(&str)) -> Outcome<ExitStatus> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { break };
            println!("{line}");
            see(&line);
        }
    }
    child.wait().map_err(|error| not_started(command, &error))
}

/// Runs a command and returns its stdout; its stderr is the failure's sentence.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let done = command.output().map_err(|error| not_started(command, &error))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&done.stderr);
    let complaint = complaint.trim();
    if complaint.is_empty() {
        fail(format!("`{}` failed ({}).", written(command), done.status))
    } else {
        fail(complaint)
    }
}

/// What [`Crew::wait`] reports.
#[derive(Debug)]
pub(crate) enum News {
    /// Ctrl-C, or the termination signal.
    Asked,
    /// A program ended by itself.
    Ended(&'static str, ExitStatus),
}

/// Programs that run side by side until the person stops them.
///
/// Dropping the crew stops every program that still runs, the last started first, each with its
/// whole process group.
pub(crate) struct Crew {
    news: Receiver<Heard>,
    tell: Sender<Heard>,
    members: Vec<Member>,
}

enum Heard {
    Asked,
    Ended(Pid, ExitStatus),
}

struct Member {
    name: &'static str,
    group: Pid,
    /// Kept open: some programs end at the end of their input.
    input: Option<ChildStdin>,
}

impl Crew {
    /// A crew without programs. From here on Ctrl-C no longer ends this process; it is reported by
    /// [`Crew::wait`].
    pub(crate) fn new() -> Outcome<Self> {
        let (tell, news) = channel();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| Failure(format!("Signals cannot be handled: {error}.")))?;
        let asked = tell.clone();
        thread::spawn(move || {
            for _ in signals.forever() {
                if asked.send(Heard::Asked).is_err() {
                    break;
                }
            }
        });
        Ok(Self { news, tell, members: Vec::new() })
    }

    /// Starts a program that prints one line when it is ready, and returns that line. Later lines
    /// are shown.
    pub(crate) fn start_ready(
        &mut self,
        name: &'static str,
        command: &mut Command,
    ) -> Outcome<String> {
        let mut child = spawn(name, command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let output = child.stdout.take();
        self.keep(name, child);
        let mut first = String::new();
        if let Some(output) = output {
            let mut lines = BufReader::new(output);
            lines
                .read_line(&mut first)
                .map_err(|error| Failure(format!("{name} cannot be read: {error}.")))?;
            thread::spawn(move || {
                for line in lines.lines().map_while(Result::ok) {
                    println!("{line}");
                }
            });
        }
        if first.is_empty() { fail(format!("{name} did not start.")) } else { Ok(first) }
    }

    /// Starts a program that writes to the terminal itself.
    pub(crate) fn start(&mut self, name: &'static str, command: &mut Command) -> Outcome<()> {
        let child = spawn(name, command.stdin(Stdio::null()))?;
        self.keep(name, child);
        Ok(())
    }

    fn keep(&mut self, name: &'static str, mut child: Child) {
        let group = Pid::from_child(&child);
        self.members.push(Member { name, group, input: child.stdin.take() });
        let tell = self.tell.clone();
        thread::spawn(move || {
            if let Ok(status) = child.wait() {
                let _ = tell.send(Heard::Ended(group, status));
            }
        });
    }

    /// Waits for a signal or the end of a program, at most this long.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Option<News> {
        match self.news.recv_timeout(at_most).ok()? {
            Heard::Asked => Some(News::Asked),
            Heard::Ended(group, status) => {
                let place = self.members.iter().position(|member| member.group == group)?;
                Some(News::Ended(self.members.remove(place).name, status))
            }
        }
    }

    fn stop(&mut self, member: Member) {
        let Member { group, input, .. } = member;
        drop(input);
        for signal in [Signal::TERM, Signal::KILL] {
            // An error means that the group has no process left.
            if kill_process_group(group, signal).is_err() {
                return;
            }
            let until = Instant::now() + STOPS_WITHIN;
            while let Ok(heard) =
                self.news.recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                match heard {
                    Heard::Ended(ended, _) if ended == group => {
                        // The program has ended; its orphaned children are ended too.
                        let _ = kill_process_group(group, Signal::KILL);
                        return;
                    }
                    Heard::Ended(other, _) => self.members.retain(|member| member.group != other),
                    Heard::Asked => {}
                }
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        while let Some(member) = self.members.pop() {
            println!("stopping {} …", member.name);
            self.stop(member);
        }
    }
}

fn spawn(name: &str, command: &mut Command) -> Outcome<Child> {
    // In its own process group Ctrl-C does not reach it, so the programs are stopped in order.
    command
        .process_group(0)
        .spawn()
        .map_err(|error| Failure(format!("{name} could not be started: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_crew_ends_every_process() {
        let mut crew = Crew::new().unwrap();
        // Child and grandchild hold the pipe; reading ends when the last of them has ended.
        let (mut held, holds) = std::io::pipe().unwrap();
        let mut shell = command("sh");
        crew.start_ready("shell", shell.args(["-c", "sleep 600 & echo ready; wait"]).stderr(holds))
            .unwrap();
        drop((crew, shell));
        let (tell, gone) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            tell.send(std::io::copy(&mut held, &mut std::io::sink()).is_ok())
        });
        assert_eq!(gone.recv_timeout(Duration::from_secs(20)), Ok(true), "a process is left");
    }

    #[test]
    fn the_end_of_a_program_is_reported() {
        let mut crew = Crew::new().unwrap();
        crew.start("false", &mut command("false")).unwrap();
        assert!(
            matches!(crew.wait(Duration::from_secs(20)), Some(News::Ended("false", status)) if !status.success())
        );
    }
}
