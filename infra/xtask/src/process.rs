//! Other programs: run to their end, or kept running and stopped by their own ids.

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

/// How long a program may take to stop when asked.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// A program that runs in the repository.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(root());
    command
}

/// Cargo: the one that runs us, if one does.
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

/// Runs it before the person's eyes. Its failure is ours.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        fail(format!("`{}` failed ({status}).", written(command)))
    }
}

/// Runs it before the person's eyes, hands each line of its output to `see`, and gives its status.
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

/// Runs it and gives what it wrote to its output; what it complains of is in the failure.
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

/// What a crew waits for.
#[derive(Debug)]
pub(crate) enum News {
    /// Ctrl-C, or the termination signal.
    Asked,
    /// A program ended by itself.
    Ended(&'static str, ExitStatus),
}

/// Programs that run side by side until the person stops them. Whatever happens, none is left
/// behind: dropping the crew stops them, the last started first, each by its own process group.
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
    /// Some end when their input does.
    input: Option<ChildStdin>,
}

impl Crew {
    /// No program yet. From here on Ctrl-C is news instead of the end.
    pub(crate) fn new() -> Outcome<Self> {
        let (tell, news) = channel();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| Failure(format!("Signals cannot be heard: {error}.")))?;
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

    /// Starts a program whose first line says that it is ready, and gives that line. Later lines
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

    /// Starts a program that talks to the person itself.
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

    /// Waits for news, at most this long.
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
            // An error means that nobody of the group is left.
            if kill_process_group(group, signal).is_err() {
                return;
            }
            let until = Instant::now() + STOPS_WITHIN;
            while let Ok(heard) =
                self.news.recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                match heard {
                    Heard::Ended(ended, _) if ended == group => {
                        // The program itself has gone; what it started and left goes too.
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
    // A group of its own: Ctrl-C comes to us, and we stop the programs in order.
    command
        .process_group(0)
        .spawn()
        .map_err(|error| Failure(format!("{name} could not be started: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crew_leaves_nobody_behind() {
        let mut crew = Crew::new().unwrap();
        // Child and grandchild hold the pipe; it ends when the last of them is gone.
        let (mut held, holds) = std::io::pipe().unwrap();
        let mut shell = command("sh");
        crew.start_ready("shell", shell.args(["-c", "sleep 600 & echo ready; wait"]).stderr(holds))
            .unwrap();
        drop((crew, shell));
        let (tell, gone) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            tell.send(std::io::copy(&mut held, &mut std::io::sink()).is_ok())
        });
        assert_eq!(gone.recv_timeout(Duration::from_secs(20)), Ok(true), "somebody is left");
    }

    #[test]
    fn a_program_that_ends_by_itself_is_news() {
        let mut crew = Crew::new().unwrap();
        crew.start("false", &mut command("false")).unwrap();
        assert!(
            matches!(crew.wait(Duration::from_secs(20)), Some(News::Ended("false", status)) if !status.success())
        );
    }
}
