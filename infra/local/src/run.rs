//! What the program `local` does from its first line to Ctrl-C: claim ports and state, start the
//! stand-ins for payments and push, start the system, add sample books to an empty shop, and print
//! what can be called.

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
use crate::greeting;
use crate::postcodes;
use crate::sample;
use crate::state::{self, State, StateError};
use crate::system::System;
use crate::template::Template;

/// 공간문학 in one process: an HTTP API, functions, table, queues and topic, all on this machine.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "local", version)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Arguments {
    /// The port to listen on, on this machine only (0: any free one). The payment stand-in takes
    /// the port ten above it, that of pushes eleven above, that of postcodes twelve above.
    #[arg(long, default_value_t = 9000)]
    pub port: u16,
    /// Keep the state in memory only; it ends with the process.
    #[arg(long, conflicts_with_all = ["state", "fresh"])]
    pub memory: bool,
    /// Delete the state first. Asks for confirmation on a terminal.
    #[arg(long)]
    pub fresh: bool,
    /// Do not ask for confirmation.
    #[arg(long, short)]
    pub yes: bool,
    /// The folder of the state.
    #[arg(long, default_value = ".state")]
    pub state: PathBuf,
    /// The template to run.
    #[arg(long, default_value = "template.yaml")]
    pub template: PathBuf,
    /// Set a template parameter. With `TossApiUrl` the payment stand-in is not started, and the
    /// secret key is read from the variable TOSS_SECRET_KEY.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Do not add sample books to an empty shop.
    #[arg(long)]
    pub bare: bool,
    /// Log more: every publish, every refused call.
    #[arg(long, short)]
    pub verbose: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Why the program exits with status 1, as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The system does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A stand-in's port is taken.
    #[error(
        "{port} 포트({korean} 대역, --port 보다 {above} 높은 포트)를 다른 프로그램이 쓰고 있습니다 \
         (--port 로 바꾸십시오) / port {port} of the {english} stand-in (--port plus {above}) is \
         already in use (choose another with --port)"
    )]
    StandinPort {
        /// The port.
        port: u16,
        /// How far it lies above the system's port.
        above: u16,
        /// The stand-in's name in Korean.
        korean: &'static str,
        /// The stand-in's name in English.
        english: &'static str,
    },
    /// The payment stand-in does not start.
    #[error("결제 대역이 시작되지 않습니다 / the payment stand-in does not start: {0}")]
    Standin(String),
    /// The stand-in for the postcode search does not start.
    #[error("우편번호 대역이 시작되지 않습니다 / the postcode stand-in does not start: {0}")]
    Postcodes(String),
    /// The push stand-in does not start, or its key pair cannot be kept.
    #[error("푸시 대역이 시작되지 않습니다 / the push stand-in does not start: {0}")]
    Push(String),
    /// The sample books cannot be added.
    #[error("{0}")]
    Sample(String),
    /// Deleting the state was not confirmed.
    #[error("상태를 비우지 않았습니다 / the state was not emptied (--fresh --yes does not ask)")]
    NotAgreed,
    /// A real payment service needs a key.
    #[error(
        "TossApiUrl 을 바꾸려면 환경 변수 TOSS_SECRET_KEY 가 필요합니다 / \
         another TossApiUrl needs the variable TOSS_SECRET_KEY"
    )]
    NoTossKey,
    /// The operating system gives no random bytes for a key.
    #[error("열쇠를 만들 수 없습니다 / no key can be made: {0}")]
    NoRandomness(String),
}

/// How far the payment stand-in's port lies above the system's.
const STANDIN_ABOVE: u16 = 10;
/// How far the push stand-in's port lies above the system's.
const PUSH_ABOVE: u16 = 11;
/// How far the port of the stand-in for the postcode search lies above the system's.
const POSTCODE_ABOVE: u16 = 12;

/// Runs until `until` completes (Ctrl-C), then stops cleanly.
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
    let office = running.office_link().await;
    for line in greeting::lines(&running, office.as_deref()) {
        say(&line);
    }
    until.await;
    say("멈추는 중 / stopping …");
    running.system.stop().await;
    say("멈추었습니다 / stopped");
    Ok(())
}

/// A system as people run it, with its stand-ins.
#[derive(Debug)]
pub struct Running {
    /// The system.
    pub system: System,
    standin: Option<toss_standin::Standin>,
    pushes: Option<push_standin::Standin>,
    /// Serves as long as it is held.
    _postcodes: Option<postcode_standin::Standin>,
    pub(crate) state: State,
}

impl Running {
    /// A link that lets a browser into the owner's pages, once and soon.
    async fn office_link(&self) -> Option<String> {
        let call = serde_json::json!({ "key": "이 컴퓨터" });
        let answer = self.system.invoke("owner-office", call).await.ok()?;
        Some(answer.get("page")?.as_str()?.to_owned())
    }

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
        let existed = state::exists(&arguments.state) && !arguments.memory && !arguments.fresh;
        let has_parameter =
            |name: &str| template.parameters.contains_key(name) && !parameters.contains_key(name);
        let (plays_toss, plays_push) =
            (has_parameter("TossApiUrl"), has_parameter("PushPublicKey"));
        let plays_postcodes = has_parameter("PostcodeScriptUrl");

        // Every port before the state: a start that fails must not have emptied it.
        let mut ground = Ground::listen(Some(arguments.port)).await?;
        let port = arguments.port;
        let toss = beside(port, STANDIN_ABOVE, ("결제", "payment"), plays_toss).await?;
        let push = beside(port, PUSH_ABOVE, ("푸시", "push"), plays_push).await?;
        let search =
            beside(port, POSTCODE_ABOVE, ("우편번호", "postcode"), plays_postcodes).await?;
        ground.hold(&state, arguments.fresh).map_err(StartError::from)?;

        let standin = match toss {
            None => None,
            Some(listener) => {
                say("결제 대역 / payment stand-in …");
                Some(start_standin(listener, &state, &mut parameters)?)
            }
        };
        let (pushes, vapid) = match push {
            None => (None, None),
            Some(listener) => {
                say("푸시 대역 / push stand-in …");
                let pushes = push_standin::serve(listener)
                    .map_err(|error| RunError::Push(error.to_string()))?;
                let vapid = vapid(&state, existed)?;
                let called =
                    template.parameters.get("PushHosts").map_or("", |hosts| hosts.value.as_str());
                // Beside the real push services, so that a browser with access to the internet
                // still works.
                let hosts = format!("{called},{}", pushes.url());
                parameters.entry("PushHosts".into()).or_insert(hosts);
                parameters.insert("PushPublicKey".into(), public_half(&vapid)?);
                (Some(pushes), Some(vapid))
            }
        };
        let postcodes = postcodes::start(search, &mut parameters)
            .map_err(|error| RunError::Postcodes(error.to_string()))?;
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
        // The address is known only now.
        if let (Some(standin), Some(address)) = (&standin, system.address()) {
            standin
                .set_webhook_url(Some(format!("http://127.0.0.1:{}/toss-webhook", address.port())));
        }
        let running = Self { system, standin, pushes, _postcodes: postcodes, state };
        if !arguments.bare && running.system.is_empty() {
            let folder = arguments.template.parent().unwrap_or_else(|| Path::new("."));
            let books = sample::fill(&running.system, folder).await.map_err(RunError::Sample)?;
            say(&format!("빈 서가에 견본 책을 꽂았습니다 / sample books shelved: {books}"));
        }
        Ok(running)
    }

    /// The shop's address.
    pub fn url(&self) -> String {
        let port = self.system.address().map_or(0, |address| address.port());
        format!("http://localhost:{port}")
    }

    /// The payment stand-in, unless payments go to a real service.
    pub const fn standin(&self) -> Option<&toss_standin::Standin> {
        self.standin.as_ref()
    }

    /// The push stand-in, if there is one.
    pub const fn pushes(&self) -> Option<&push_standin::Standin> {
        self.pushes.as_ref()
    }
}

/// Listens on the port of a stand-in: `above` the system's, or any free one if that is 0 too.
async fn beside(
    port: u16,
    above: u16,
    (korean, english): (&'static str, &'static str),
    wanted: bool,
) -> Result<Option<TcpListener>, RunError> {
    if !wanted {
        return Ok(None);
    }
    let port = if port == 0 { 0 } else { port.saturating_add(above) };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map(Some).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => RunError::StandinPort { port, above, korean, english },
        _ => StartError::Listen { port, source }.into(),
    })
}

/// Starts the stand-in for Toss and points the template's parameters at it.
fn start_standin(
    listener: TcpListener,
    state: &State,
    parameters: &mut BTreeMap<String, String>,
) -> Result<toss_standin::Standin, RunError> {
    let journal = match state {
        State::Memory => None,
        State::Folder(folder) => Some(state::payments(folder)),
    };
    let options =
        toss_standin::Options { state: journal.clone(), ..toss_standin::Options::default() };
    let standin =
        toss_standin::serve(listener, options).map_err(|error| match (error, journal) {
            (toss_standin::StartError::State(why), Some(path)) => {
                StartError::from(StateError::unreadable(&path, &why)).into()
            }
            (error, _) => RunError::Standin(error.to_string()),
        })?;
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

/// Sets the payment service's key: the stand-in's own, otherwise the one in the environment.
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

/// The key pair for push services. It is made once and kept with the state, because a device is
/// subscribed for one key.
fn vapid(state: &State, existed: bool) -> Result<String, RunError> {
    let made = || webpush::Vapid::generate().ok_or_else(|| RunError::NoRandomness("VAPID".into()));
    let State::Folder(folder) = state else { return made() };
    let path = state::vapid(folder);
    let unusable = |error: io::Error| StartError::from(StateError::unreadable(&path, &error));
    match std::fs::read_to_string(&path) {
        Ok(kept) => Ok(kept.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = made()?;
            std::fs::write(&path, &made).map_err(unusable)?;
            if existed {
                say(&format!(
                    "{0} 파일이 없어 새 열쇠를 만들었습니다. 전에 등록한 기기에는 푸시가 가지 않습니다 / \
                     {0} was missing; devices registered before get no push with the new key",
                    path.display()
                ));
            }
            Ok(made)
        }
        Err(error) => Err(unusable(error).into()),
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

/// Asks on a terminal. Without a terminal the answer is no.
fn agreed(folder: &Path) -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    let mut out = io::stdout();
    let question = format!(
        "{} 의 모든 방문, 편지, 주문을 지울까요? / \
         delete every visit, letter and order in it? [y/N] ",
        folder.display()
    );
    let mut answer = String::new();
    let asked = out
        .write_all(question.as_bytes())
        .and_then(|()| out.flush())
        .and_then(|()| io::stdin().read_line(&mut answer));
    asked.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "예" | "네")
}

/// Prints a line. A closed pipe is not an error.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
