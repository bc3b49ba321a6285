//! The parts of a system, made one after another when it starts.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::{Config, StartError};
use crate::function::{Function, Parts, environment};
use crate::later::Later;
use crate::ledger::Ledger;
use crate::pump::{self, World};
use crate::secret::Secrets;
use crate::state::{Held, State, StateError};
use crate::table::Store;
use crate::template::{Lambda, Template};
use crate::wire::Wire;

/// What only one system at a time can have: a port and a state folder. Taken first, so that nothing
/// is touched in vain.
#[derive(Debug)]
pub struct Ground {
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) held: Option<Held>,
}

impl Ground {
    /// Takes the port (`None`: no socket) and the state, which is emptied first if it is to be
    /// `fresh`.
    pub async fn take(port: Option<u16>, state: &State, fresh: bool) -> Result<Self, StartError> {
        let listeners = match port {
            None => Vec::new(),
            Some(port) => listen(port).await?,
        };
        let held = match state {
            State::Memory => None,
            State::Folder(folder) => {
                let held = Held::take(folder)?;
                if fresh {
                    held.clear()?;
                }
                Some(held)
            }
        };
        Ok(Self { listeners, held })
    }

    /// The port taken.
    pub fn port(&self) -> Option<u16> {
        self.listeners
            .first()
            .and_then(|listener| listener.local_addr().ok())
            .map(|address| address.port())
    }
}

/// Listens on both loopback addresses, because `localhost` is one to some programs and the other to
/// others (`cargo lambda invoke` calls `[::1]`). A machine without IPv6 has the first only.
async fn listen(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let first =
        bind(Ipv4Addr::LOCALHOST.into(), port).await.map_err(|source| taken(port, source))?;
    let port = first.local_addr().map_or(port, |address| address.port());
    match bind(Ipv6Addr::LOCALHOST.into(), port).await {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(taken(port, error)),
        Err(error) => {
            tracing::debug!(%error, "no IPv6 here");
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
        let nowhere = std::path::Path::new(":memory:");
        let ledger = Ledger::open(None).map_err(|e| StateError::unreadable(nowhere, &e))?;
        return Ok((
            ledger,
            Store::open(None, None).map_err(|e| StateError::unreadable(nowhere, &e))?,
        ));
    };
    let ledger = Ledger::open(Some(&held.ledger()))
        .map_err(|e| StateError::unreadable(&held.ledger(), &e))?;
    let mut read = Vec::new();
    for lambda in template.functions.values() {
        for source in lambda.streams.iter().filter(|s| s.enabled) {
            let mark = ledger.mark(&pump::stream_mark(&lambda.name, source));
            read.push(mark.map_err(|e| StateError::unreadable(&held.ledger(), &e))?);
        }
    }
    // What every mapping has read; nothing, if one has read nothing yet.
    let read = if read.contains(&None) { None } else { read.into_iter().flatten().min() };
    let store = Store::open(Some(&held.table()), read.as_deref());
    Ok((ledger, store.map_err(|e| StateError::unreadable(&held.table(), &e))?))
}

pub(crate) fn set_secrets(
    config: &Config,
    template: &Template,
    secrets: &Secrets,
    held: Option<&Held>,
) -> Result<(), StartError> {
    for (variable, value) in &config.secrets {
        let names = template.environment_values(variable);
        if names.is_empty() {
            return Err(StartError::NoSuchSecret(variable.clone()));
        }
        for name in names {
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
            now: Arc::new(move || clock.now()),
            environment: at_home(environment(lambda, &template.names), template, address),
        };
        let function =
            (config.build)(name, parts).ok_or_else(|| StartError::NoSuchFunction(name.clone()))?;
        out.insert(name.clone(), (lambda.clone(), function));
    }
    Ok(out)
}

/// The address of the API, which the template writes as AWS will give it, is this system's own: a
/// link in an answer opens here.
fn at_home(
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
