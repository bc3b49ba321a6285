//! A minimal Lambda Runtime API (`next`, `response` and `error` of the guide to custom runtimes),
//! and functions that run on it as processes.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    task::{JoinHandle, JoinSet},
};

/// The time limit for one answer.
const LIMIT: Duration = Duration::from_secs(30);

/// A deployed function: its binary and its environment.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) binary: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether to show its log.
    pub(crate) logs: bool,
}

/// What a function did at the Runtime API, and when.
enum Report {
    /// It asked for an event.
    Ready(Instant),
    /// It received one.
    Received(Instant),
    /// It answered.
    Answered(Instant, Bytes),
    /// It failed.
    Failed(Bytes),
}

/// A running function. Dropping it kills the process.
pub(crate) struct Running {
    child: Child,
    events: mpsc::UnboundedSender<Bytes>,
    reports: mpsc::UnboundedReceiver<Report>,
    server: JoinHandle<()>,
}

/// The times of a process start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From the start of the process to its first request for an event.
    pub(crate) ready: Duration,
    /// From the start of the process to its first answer.
    pub(crate) answered: Duration,
}

impl Running {
    /// Starts the process and gives it its first event.
    pub(crate) async fn start(program: &Program, event: &Bytes) -> Result<(Self, Start, Value)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port for the Runtime API")?;
        let address = listener.local_addr().context("no port for the Runtime API")?;
        let (events, pending) = mpsc::unbounded_channel();
        let (report, reports) = mpsc::unbounded_channel();
        let server = tokio::spawn(serve(listener, Arc::new(Mutex::new(pending)), report));
        // The event is there before the process, as in a cold start.
        let _ = events.send(event.clone());
        let (child, started) = spawn(program, address)?;
        let mut running = Self { child, events, reports, server };
        let (mut ready, mut answered, mut answer) = (None, None, None);
        while answered.is_none() {
            match running.next_report().await? {
                Report::Ready(at) => ready = Some(at - started),
                Report::Received(_) => {}
                Report::Answered(at, body) => (answered, answer) = (Some(at - started), Some(body)),
                Report::Failed(why) => return failed(&why),
            }
        }
        let start =
            Start { ready: ready.unwrap_or_default(), answered: answered.unwrap_or_default() };
        Ok((running, start, read(&answer.unwrap_or_default())?))
    }

    /// Sends an event. The time is from handing it over to receiving the answer.
    pub(crate) async fn invoke(&mut self, event: &Bytes) -> Result<(Duration, Value)> {
        let _ = self.events.send(event.clone());
        let mut received = None;
        loop {
            match self.next_report().await? {
                Report::Ready(_) => {}
                Report::Received(at) => received = Some(at),
                Report::Answered(at, body) => {
                    let Some(received) = received else {
                        bail!("the function answered before it received an event");
                    };
                    return Ok((at - received, read(&body)?));
                }
                Report::Failed(why) => return failed(&why),
            }
        }
    }

    /// Its resident memory, in bytes (`VmRSS`).
    pub(crate) fn resident_memory(&self) -> Result<usize> {
        let id = self.child.id().ok_or_else(|| anyhow!("the function has exited"))?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))
            .context("the function's memory cannot be read")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<usize> =
            line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kib.map(|kib| kib * 1_024).ok_or_else(|| anyhow!("/proc has no VmRSS of the function"))
    }

    /// Kills it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.server.abort();
        self.child.kill().await.context("the function cannot be killed")
    }

    async fn next_report(&mut self) -> Result<Report> {
        tokio::select! {
            report = tokio::time::timeout(LIMIT, self.reports.recv()) => match report {
                Ok(Some(report)) => Ok(report),
                Ok(None) => bail!("the Runtime API has ended"),
                Err(_) => bail!("the function did not answer within {} seconds", LIMIT.as_secs()),
            },
            ended = self.child.wait() => {
                let status = ended.context("the function's process cannot be waited for")?;
                bail!("the function exited ({status}); --logs shows its log")
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn spawn(program: &Program, runtime_api: SocketAddr) -> Result<(Child, Instant)> {
    let output = || if program.logs { Stdio::inherit() } else { Stdio::null() };
    let mut command = Command::new(&program.binary);
    command
        .env_clear()
        .envs(&program.environment)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .stdin(Stdio::null())
        .stdout(output())
        .stderr(output())
        .kill_on_drop(true);
    let started = Instant::now();
    let child = command.spawn().with_context(|| program.binary.display().to_string())?;
    Ok((child, started))
}

async fn serve(
    listener: TcpListener,
    events: Arc<Mutex<mpsc::UnboundedReceiver<Bytes>>>,
    report: mpsc::UnboundedSender<Report>,
) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (events, report) = (Arc::clone(&events), report.clone());
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| answer(request, &events, &report));
            // Stopping a function breaks its connection.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: http::Request<Incoming>,
    events: &Mutex<mpsc::UnboundedReceiver<Bytes>>,
    report: &mpsc::UnboundedSender<Report>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let send = |what| {
        // The receiver is gone when the measurement is over.
        let _ = report.send(what);
    };
    if request.method() == Method::GET && path.ends_with("/invocation/next") {
        send(Report::Ready(Instant::now()));
        let Some(event) = events.lock().await.recv().await else {
            return Ok(status(StatusCode::GONE));
        };
        let response = invocation(event);
        send(Report::Received(Instant::now()));
        return Ok(response);
    }
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let at = Instant::now();
    send(if path.ends_with("/response") {
        Report::Answered(at, body)
    } else {
        Report::Failed(body)
    });
    Ok(status(StatusCode::ACCEPTED))
}

/// An event with the headers that Lambda adds.
fn invocation(event: Bytes) -> http::Response<Full<Bytes>> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + LIMIT;
    http::Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ap-northeast-2:123456789012:function:bench",
        )
        .header(
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        )
        .body(Full::new(event))
        .unwrap_or_default()
}

fn status(status: StatusCode) -> http::Response<Full<Bytes>> {
    http::Response::builder().status(status).body(Full::default()).unwrap_or_default()
}

fn read(answer: &Bytes) -> Result<Value> {
    serde_json::from_slice(answer).context("the function's answer is not JSON")
}

fn failed<T>(why: &Bytes) -> Result<T> {
    bail!("the function failed: {}", String::from_utf8_lossy(why))
}
