//! What `local` does from its first line to Ctrl-C: take the ground, start the stand-ins for
//! payment and push, start the system, fill an empty house, say where everything is.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;

use crate::assemble::Ground;
use crate::config::{Config, Source, StartError};
use crate::function::Build;
use crate::sample;
use crate::state::{self, State};
use crate::system::System;
use crate::template::Template;

/// 공간문학 in one process: an HTTP API, functions, table, queues and topic, all on this machine.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "local", version)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Arguments {
    /// The port to listen on, on this machine only (0: any free one).
    #[arg(long, default_value_t = 9000)]
    pub port: u16,
    /// Keep nothing: the state is gone with the process.
    #[arg(long, conflicts_with_all = ["state", "fresh"])]
    pub memory: bool,
    /// Empty the state first. Asks on a terminal.
    #[arg(long)]
    pub fresh: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// The folder of the state.
    #[arg(long, default_value = ".state")]
    pub state: PathBuf,
    /// The template to run.
    #[arg(long, default_value = "template.yaml")]
    pub template: PathBuf,
    /// A template parameter instead of its default. With `TossApiUrl` the payment stand-in stays
    /// out, and the secret key comes from the variable TOSS_SECRET_KEY.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Leave an empty house empty.
    #[arg(long)]
    pub bare: bool,
    /// Say more: every publish, every refused call.
    #[arg(long, short)]
    pub verbose: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Why the program ends with status 1, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The system does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The payment stand-in does not start.
    #[error("결제 대역이 시작되지 않습니다 / the payment stand-in does not start: {0}")]
    Standin(String),
    /// The push stand-in does not start, or the key pair for it cannot be kept.
    #[error("푸시 대역이 시작되지 않습니다 / the push stand-in does not start: {0}")]
    Push(String),
    /// The sample content cannot be used.
    #[error("{0}")]
    Sample(String),
    /// Emptying was not agreed to.
    #[error("상태를 비우지 않았습니다 / the state was not emptied (--fresh --yes does not ask)")]
    NotAgreed,
    /// A real payment service needs a key.
    #[error(
        "TossApiUrl 을 바꾸려면 환경 변수 TOSS_SECRET_KEY 가 필요합니다 / another TossApiUrl needs the variable TOSS_SECRET_KEY"
    )]
    NoTossKey,
    /// The machine gives no randomness for the session key.
    #[error("세션 열쇠를 만들 수 없습니다 / no session key can be made: {0}")]
    NoRandomness(String),
}

/// Where the payment stand-in's port lies above the system's.
const STANDIN_ABOVE: u16 = 10;
/// Where the push stand-in's port lies above the system's.
const PUSH_ABOVE: u16 = 11;

/// Runs until `until` is over (Ctrl-C), then stops cleanly.
pub async fn run(
    arguments: Arguments,
    build: Build,
    until: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let mut until = std::pin::pin!(until);
    let running = tokio::select! {
        running = Running::start(arguments, build) => running?,
        () = &mut until => return Ok(()),
    };
    running.greet();
    until.await;
    say("멈추는 중 / stopping …");
    running.system.stop().await;
    say("멈추었습니다 / stopped");
    Ok(())
}

/// A system as people run it, with the stand-in beside it.
#[derive(Debug)]
pub struct Running {
    /// The system.
    pub system: System,
    standin: Option<toss_standin::Standin>,
    pushes: Option<push_standin::Standin>,
    state: State,
}

impl Running {
    /// Starts everything the arguments ask for.
    pub async fn start(arguments: Arguments, build: Build) -> Result<Self, RunError> {
        let state =
            if arguments.memory { State::Memory } else { State::Folder(arguments.state.clone()) };
        let mut parameters: BTreeMap<String, String> =
            arguments.parameters.iter().cloned().collect();
        say(&format!("템플릿 / template   {}", arguments.template.display()));
        let template =
            Template::load(&arguments.template, &parameters).map_err(StartError::from)?;
        if arguments.fresh
            && state::exists(&arguments.state)
            && !arguments.yes
            && !agreed(&arguments.state)
        {
            return Err(RunError::NotAgreed);
        }
        let ground = Ground::take(Some(arguments.port), &state, arguments.fresh).await?;

        let beside =
            |above: u16| if arguments.port == 0 { 0 } else { arguments.port.saturating_add(above) };
        let standin = if template.parameters.contains_key("TossApiUrl")
            && !parameters.contains_key("TossApiUrl")
        {
            say("결제 대역 / payment stand-in …");
            Some(start_standin(beside(STANDIN_ABOVE), &state, &mut parameters).await?)
        } else {
            None
        };
        let (pushes, vapid) = if template.parameters.contains_key("PushPublicKey")
            && !parameters.contains_key("PushPublicKey")
        {
            say("푸시 대역 / push stand-in …");
            let pushes = start_push_standin(beside(PUSH_ABOVE)).await?;
            let vapid = vapid(&state)?;
            let called =
                template.parameters.get("PushHosts").map_or("", |hosts| hosts.value.as_str());
            // Beside the real ones: a browser with the internet behind it is rung by its own
            // service.
            parameters.entry("PushHosts".into()).or_insert(format!("{called},{}", pushes.url()));
            parameters.insert("PushPublicKey".into(), public_half(&vapid)?);
            (Some(pushes), Some(vapid))
        } else {
            (None, None)
        };
        let mut config =
            Config::running(Source::Path(arguments.template.clone()), state.clone(), 0, build);
        config.parameters = parameters;
        if !template.environment_values("SESSION_KEY_NAME").is_empty() {
            config.secrets.insert("SESSION_KEY_NAME".into(), session_key()?);
        }
        say("함수와 표, 대기열 / functions, table, queues …");
        let system = System::start_on(ground, config).await?;
        set_toss_key(&system, standin.is_some())?;
        if let Some(vapid) = vapid {
            set_secret(&system, "VAPID_KEY_NAME", &vapid)?;
        }
        // Known only now: what the stand-in says by itself goes where the system listens.
        if let (Some(standin), Some(address)) = (&standin, system.address()) {
            standin
                .set_webhook_url(Some(format!("http://127.0.0.1:{}/toss-webhook", address.port())));
        }
        let running = Self { system, standin, pushes, state };
        if !arguments.bare && running.system.is_empty() {
            let folder = arguments.template.parent().unwrap_or_else(|| Path::new("."));
            let books = sample::fill(&running.system, folder).await.map_err(RunError::Sample)?;
            say(&format!("빈 집에 견본 책을 꽂았습니다 / sample books shelved: {books}"));
        }
        Ok(running)
    }

    /// The address of the house.
    pub fn url(&self) -> String {
        let port = self.system.address().map_or(0, |address| address.port());
        format!("http://localhost:{port}")
    }

    /// The payment stand-in, if it is one that takes the payments.
    pub const fn standin(&self) -> Option<&toss_standin::Standin> {
        self.standin.as_ref()
    }

    /// The push stand-in, if there is one.
    pub const fn pushes(&self) -> Option<&push_standin::Standin> {
        self.pushes.as_ref()
    }

    fn greet(&self) {
        let url = self.url();
        let state = match &self.state {
            State::Memory => "없음 / none (--memory)".to_owned(),
            State::Folder(folder) => {
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
                format!("{} (--fresh 로 비움 / empties it)", folder.display())
            }
        };
        say("");
        say(&format!("공간문학   {url}/"));
        say("");
        say(
            "걷기 / walk       브라우저로 위 주소를 열고, 문을 두드리고, 방마다 수수께끼 문이나 보통 문으로 나아갑니다.",
        );
        say(
            "                  Open the address, knock, and leave each room by its riddle door or its plain door.",
        );
        if let Some(standin) = &self.standin {
            say(&format!(
                "결제 / payment    {} (대역, 돈은 오가지 않습니다 / a stand-in, no money)",
                standin.url()
            ));
        }
        if let Some(pushes) = &self.pushes {
            say(&format!(
                "푸시 / push        {}/_standin/pushes (대역에 온 것 / what the stand-in got)",
                pushes.url()
            ));
        }
        let drawers: Vec<&str> = self
            .system
            .template()
            .functions
            .keys()
            .map(String::as_str)
            .filter(|n| n.starts_with("owner-"))
            .collect();
        if !drawers.is_empty() {
            let port = self.system.address().map_or(0, |address| address.port());
            say(&format!("서랍 / drawers    {}", drawers.join(", ")));
            say(&format!(
                "                  cargo lambda invoke owner-desk --invoke-port {port} --data-file events/owner-desk.json"
            ));
            say(&format!(
                "                  aws lambda invoke --endpoint-url {url} --function-name owner-desk answer.json"
            ));
        }
        say(&format!("상태 / state      {state}"));
        say("멈추기 / stop     Ctrl-C");
        say("");
    }
}

/// Starts the stand-in for Toss, and points the template's parameters at it.
async fn start_standin(
    port: u16,
    state: &State,
    parameters: &mut BTreeMap<String, String>,
) -> Result<toss_standin::Standin, RunError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            match error.kind() {
                io::ErrorKind::AddrInUse => StartError::PortInUse(port).into(),
                _ => RunError::Standin(error.to_string()),
            }
        })?;
    let journal = match state {
        State::Memory => None,
        State::Folder(folder) => Some(state::payments(folder)),
    };
    let options = toss_standin::Options { state: journal, ..toss_standin::Options::default() };
    let standin = toss_standin::serve(listener, options)
        .map_err(|error| RunError::Standin(error.to_string()))?;
    for (name, value) in [
        ("TossApiUrl", standin.url()),
        ("TossScriptUrl", standin.script_url()),
        ("TossPlainWindowUrl", standin.window_url()),
        ("TossClientKey", toss_standin::CLIENT_KEY.to_owned()),
    ] {
        parameters.entry(name.to_owned()).or_insert(value);
    }
    Ok(standin)
}

/// The key follows the payment service: with the stand-in its own, otherwise what the person gave.
fn set_toss_key(system: &System, standin: bool) -> Result<(), RunError> {
    let names = system.template().environment_values("TOSS_SECRET_NAME");
    if names.is_empty() {
        return Ok(());
    }
    let key = if standin {
        toss_standin::SECRET_KEY.to_owned()
    } else {
        std::env::var("TOSS_SECRET_KEY").map_err(|_| RunError::NoTossKey)?
    };
    set_secret(system, "TOSS_SECRET_NAME", &key)
}

/// Sets the secret that a variable of the template names.
fn set_secret(system: &System, variable: &str, value: &str) -> Result<(), RunError> {
    for name in system.template().environment_values(variable) {
        let set = system.secrets().set(name, value);
        set.map_err(|error| {
            StartError::from(state::StateError::unreadable(Path::new(name), &error))
        })?;
    }
    Ok(())
}

/// Starts the stand-in for the browsers' push services.
async fn start_push_standin(port: u16) -> Result<push_standin::Standin, RunError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            match error.kind() {
                io::ErrorKind::AddrInUse => StartError::PortInUse(port).into(),
                _ => RunError::Push(error.to_string()),
            }
        })?;
    push_standin::serve(listener).map_err(|error| RunError::Push(error.to_string()))
}

/// The key pair for push services: made once and kept with the state, because a device is hung for
/// one key.
fn vapid(state: &State) -> Result<String, RunError> {
    let made = || webpush::Vapid::generate().ok_or_else(|| RunError::NoRandomness("VAPID".into()));
    let State::Folder(folder) = state else { return made() };
    let path = state::vapid(folder);
    let unusable = |error: io::Error| RunError::Push(format!("{}: {error}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(kept) => Ok(kept.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = made()?;
            std::fs::write(&path, &made).map_err(unusable)?;
            Ok(made)
        }
        Err(error) => Err(unusable(error)),
    }
}

fn public_half(vapid: &str) -> Result<String, RunError> {
    let pair = webpush::Vapid::new(vapid, "nobody@example.com");
    pair.map(|pair| pair.public_key()).map_err(|why| RunError::Push(why.to_string()))
}

/// Thirty-two random bytes in base64, as the deploy verb makes them.
fn session_key() -> Result<String, RunError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| RunError::NoRandomness(error.to_string()))?;
    Ok(STANDARD.encode(bytes))
}

/// Asks on a terminal. Where nobody can be asked the answer is no.
fn agreed(folder: &Path) -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    let mut out = io::stdout();
    let question = format!(
        "{} 의 모든 방문, 편지, 주문을 지울까요? / delete every visit, letter and order in it? [y/N] ",
        folder.display()
    );
    let mut answer = String::new();
    let asked = out
        .write_all(question.as_bytes())
        .and_then(|()| out.flush())
        .and_then(|()| io::stdin().read_line(&mut answer));
    asked.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "예" | "네")
}

/// A line for the person who started the program. Whoever closed the pipe does not want it.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
