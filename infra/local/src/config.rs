//! The configuration of a local system, and the errors of its start.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::function::Build;
use crate::pump::PumpError;
use crate::state::{State, StateError};
use crate::template::TemplateError;

/// The source of the template.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// Its text.
    Text(String),
}

/// The configuration of a [`System`](crate::System).
#[derive(Clone)]
pub struct Config {
    /// The template.
    pub template: Source,
    /// Template parameters that replace the defaults.
    pub parameters: BTreeMap<String, String>,
    /// Secrets by the environment variable that names them (`SESSION_KEY_NAME` → the key). They are
    /// set in the Parameter Store unless the state has them.
    pub secrets: BTreeMap<String, String>,
    /// Where the state is kept.
    pub state: State,
    /// The clock.
    pub clock: Clock,
    /// Whether deliveries run in the background. Otherwise
    /// [`System::settle`](crate::System::settle) and [`System::advance`](crate::System::advance)
    /// run them.
    pub running: bool,
    /// The loopback port to listen on: 0 is any free one, `None` is no socket.
    pub port: Option<u16>,
    /// Builds each function of the template.
    pub build: Build,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("state", &self.state)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// How many times longer than on Lambda a function and its calls to AWS may take. Where a test
    /// moves the clock, the speed of a busy machine must not decide.
    pub(crate) fn slack(&self) -> u32 {
        if self.clock.runs() { 1 } else { 8 }
    }

    /// For tests: in memory, without a socket, stepped, with a clock that stands at 09:00 in Korea
    /// on 1 August 2026.
    pub fn stepped(template: Source, build: Build) -> Self {
        let morning = Timestamp::from_second(1_785_542_400).unwrap_or_default();
        Self {
            template,
            parameters: BTreeMap::new(),
            secrets: BTreeMap::new(),
            state: State::Memory,
            clock: Clock::standing(morning),
            running: false,
            port: None,
            build,
        }
    }

    /// For `cargo xtask run`: a persistent state (unless it is memory), the machine's clock, a
    /// port, deliveries in the background.
    pub fn running(template: Source, state: State, port: u16, build: Build) -> Self {
        Self {
            clock: Clock::system(),
            running: true,
            port: Some(port),
            state,
            ..Self::stepped(template, build)
        }
    }
}

/// Why a system does not start, as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The port is taken.
    #[error(
        "{0} 포트를 다른 프로그램이 쓰고 있습니다 (--port 로 바꾸십시오) / \
         port {0} is already in use (choose another with --port)"
    )]
    PortInUse(u16),
    /// The port cannot be listened on.
    #[error("{port} 포트를 열 수 없습니다 / cannot listen on port {port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// The template has a function that the program does not know.
    #[error(
        "템플릿에 있는 함수가 이 프로그램에 없습니다: {0} / \
         the template's function {0} is not in this program"
    )]
    NoSuchFunction(String),
    /// A function cannot be built.
    #[error("함수를 준비하지 못했습니다: {name} / the function {name} could not be built: {why}")]
    Build {
        /// Its short name.
        name: String,
        /// The reason.
        why: String,
    },
    /// No function has the environment variable that names a secret.
    #[error(
        "비밀값의 이름을 담는 변수가 템플릿의 어느 함수에도 없습니다: {0} / \
         no function of the template has the variable {0} that names a secret"
    )]
    NoSuchSecret(String),
    /// The embedded DynamoDB refuses the template's table.
    #[error("테이블을 만들 수 없습니다: {name} / cannot make the table {name}: {why}")]
    Table {
        /// The table.
        name: String,
        /// The database's error.
        why: String,
    },
    /// A pump cannot read its position.
    #[error(transparent)]
    Pump(#[from] PumpError),
}
