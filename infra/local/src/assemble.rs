//! Builds the parts of a system when it starts.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::{Config, StartError};
use crate::function::{Function, Parts, environment};
use crate::later::Later;
use crate::ledger::{Ledger, LedgerError};
use crate::pump::{self, World};
use crate::secret::Secrets;
use crate::state::{Held, State, StateError};
use crate::table::Store;
use crate::template::{Lambda, Template};
use crate::wire::Wire;

/// What only one system at a time can have: a port and a state folder.
#[derive(Debug)]
pub struct Ground {
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) held: Option<Held>,
}

impl Ground {
    /// Takes the port (`None`: no socket), then the state, which is emptied first if `fresh`.
    pub async fn take(port: Option<u16>, state: &State, fresh: bool) -> Result<Self, StartError> {
        let mut ground = Self::listen(port).await?;
        ground.hold(state, fresh)?;
        Ok(ground)
    }

    /// Takes the port alone (`None`: no socket).
    pub async fn listen(port: Option<u16>) -> Result<Self, StartError> {
        let listeners = match port {
            None => Vec::new(),
            Some(port) => listen(port).await?,
        };
        Ok(Self { listeners, held: None })
    }

    /// Takes the state, which is emptied first if `fresh`.
    pub fn hold(&mut self, state: &State, fresh: bool) -> Result<(), StateError> {
        if let State::Folder(folder) = state {
            let held = Held::take(folder)?;
            if fresh {
                held.clear()?;
            }
            self.held = Some(held);
        }
        Ok(())
    }

    /// The port that was taken.
    pub fn port(&self) -> Option<u16> {
        self.listeners
            .first()
            .and_then(|listener| listener.local_addr().ok())
            .map(|address| address.port())
    }
}

/// How often a free port is chosen until it is free on both loopback addresses.
const FREE_PORT_ATTEMPTS: u32 = 20;

/// Listens on both loopback addresses, because programs disagree on what `localhost` is (`cargo
/// lambda invoke` calls `[::1]`). A machine without IPv6 has the first only.
///
/// For port 0 the system chooses a port for the first address, which may be taken on the second.
/// Then another one is chosen.
async fn listen(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let mut attempts = if port == 0 { FREE_PORT_ATTEMPTS } else { 1 };
    loop {
        attempts -= 1;
        match listen_once(port).await {
            Err(StartError::PortInUse(_)) if attempts > 0 => {}
            done => return done,
        }
    }
}

async fn listen_once(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let first =
        bind(Ipv4Addr::LOCALHOST.into(), port).await.map_err(|source| taken(port, source))?;
    let port = first.local_addr().map_or(port, |address| address.port());
    match bind(Ipv6Addr::LOCALHOST.into(), port).await {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(taken(port, error)),
        Err(error) => {
            tracing::debug!(%error, "no IPv6 loopback address");
            Ok(vec![first])
        }
    }
}

async fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((address, port)).await
}

fn taken(port: u16, source: io::Error) -> StartError {
    match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse(port),
        _ => StartError::Listen { port, source },
    }
}

pub(crate) fn open(
    held: Option<&Held>,
    template: &Template,
) -> Result<(Ledger, Store), StateError> {
    let Some(held) = held else {
        let memory = std::path::Path::new(":memory:");
        let ledger = Ledger::open(None).map_err(|e| StateError::unreadable(memory, &e))?;
        let store = Store::open(None, None).map_err(|e| StateError::unreadable(memory, &e))?;
        return Ok((ledger, store));
    };
    let ledger = Ledger::open(Some(&held.ledger()))
        .map_err(|e| StateError::unreadable(&held.ledger(), &e))?;
    let mut read = Vec::new();
    for lambda in template.functions.values() {
        for source in lambda.streams.iter().filter(|s| s.enabled) {
            let name = pump::stream_mark(&lambda.name, source);
            let mark = ledger
                .mark(&name)
                .map_err(LedgerError::from)
                .and_then(|mark| position(&name, mark))
                .map_err(|e| StateError::unreadable(&held.ledger(), &e))?;
            read.push(mark);
        }
    }
    // What every mapping has read; nothing if one of them has no position yet.
    let read = if read.contains(&None) { None } else { read.into_iter().flatten().min() };
    let store = Store::open(Some(&held.table()), read.as_deref());
    Ok((ledger, store.map_err(|e| StateError::unreadable(&held.table(), &e))?))
}

/// A position in a stream is a decimal number.
fn position(name: &str, mark: Option<String>) -> Result<Option<String>, LedgerError> {
    let wrong = mark.as_ref().is_some_and(|mark| mark.parse::<u128>().is_err());
    if wrong { Err(LedgerError::Value(name.to_owned())) } else { Ok(mark) }
}

/// Sets the configured secrets that the state does not have. A table with items whose secrets are
/// missing is refused: a new session key would sign every visitor out without a word.
pub(crate) fn set_secrets(
    config: &Config,
    template: &Template,
    secrets: &Secrets,
    (held, store): (Option<&Held>, &Store),
) -> Result<(), StartError> {
    for (variable, value) in &config.secrets {
        let names = template.environment_values(variable);
        if names.is_empty() {
            return Err(StartError::NoSuchSecret(variable.clone()));
        }
        for name in names {
            let known = secrets.get(name).map_err(|e| ledger_fault(held, &e))?.is_some();
            if !known
                && !store.is_empty()
                && let Some(held) = held
            {
                let path = held.ledger().display().to_string();
                return Err(StateError::LostKey { name: name.to_owned(), path }.into());
            }
            secrets.set_if_absent(name, value).map_err(|e| ledger_fault(held, &e))?;
        }
    }
    Ok(())
}

pub(crate) fn build(
    config: &Config,
    template: &Template,
    wire: &Wire,
    address: Option<SocketAddr>,
) -> Result<BTreeMap<String, (Lambda, Function)>, StartError> {
    let mut out = BTreeMap::new();
    for (name, lambda) in &template.functions {
        let clock = config.clock.clone();
        let parts = Parts {
            http: wire.of(name).client(),
            slack: config.slack(),
            now: Arc::new(move || clock.now()),
            environment: with_local_address(
                environment(lambda, &template.names),
                template,
                address,
            ),
        };
        let function =
            (config.build)(name, parts).ok_or_else(|| StartError::NoSuchFunction(name.clone()))?;
        out.insert(name.clone(), (lambda.clone(), function));
    }
    Ok(out)
}

/// Replaces the API's address on AWS by this system's, so that links in answers open here.
fn with_local_address(
    mut environment: BTreeMap<String, String>,
    template: &Template,
    address: Option<SocketAddr>,
) -> BTreeMap<String, String> {
    let Some(address) = address else { return environment };
    let api = format!(".execute-api.{}.", template.names.region);
    for value in environment.values_mut() {
        let rest = value.strip_prefix("https://").and_then(|value| value.split_once(&api));
        let Some((_, rest)) = rest else { continue };
        let path = rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default();
        *value = format!("http://localhost:{}{path}", address.port());
    }
    environment
}

pub(crate) fn release_in_flight(
    template: &Template,
    world: &World,
    held: Option<&Held>,
) -> Result<(), StartError> {
    let mapped = template.functions.values().flat_map(|f| f.queues.iter().map(|s| s.queue.clone()));
    let hidden = template.functions.values().map(|f| Later::queue_name(&f.name));
    for queue in mapped.chain(hidden) {
        world.queues.release_in_flight(&queue).map_err(|e| ledger_fault(held, &e))?;
    }
    Ok(())
}

fn ledger_fault(held: Option<&Held>, why: &dyn std::error::Error) -> StartError {
    let path = held.map_or_else(|| ":memory:".into(), Held::ledger);
    StateError::unreadable(&path, &why.to_string()).into()
}
