//! A minimal Lambda Runtime API (the guide's "custom runtime": `next`, `response`, `error`), and a
//! function that runs on it as a process.

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

use crate::{About as _, Outcome, Trouble, trouble};

/// How long a function may take for an answer before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// A function as it is deployed: its binary and its variables.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) binary: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether its log is shown.
    pub(crate) logs: bool,
}

/// What a function said to the Runtime API, and when.
enum Heard {
    /// It is ready for an event.
    Ready(Instant),
    /// It was given one.
    Given(Instant),
    /// It answered.
    Answered(Instant, Bytes),
    /// It failed.
    Failed(Bytes),
}

/// A function that runs. It is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    events: mpsc::UnboundedSender<Bytes>,
    heard: mpsc::UnboundedReceiver<Heard>,
    server: JoinHandle<()>,
}

/// How a process started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From the start of the process until it asked for its first event.
    pub(crate) ready: Duration,
    /// From the start of the process to its first answer.
    pub(crate) answered: Duration,
}

impl Running {
    /// Starts the process and gives it its first event.
    pub(crate) async fn start(program: &Program, event: &Bytes) -> Outcome<(Self, Start, Value)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .about("a port for the Runtime API")?;
        let address = listener.local_addr().about("a port for the Runtime API")?;
        let (events, given) = mpsc::unbounded_channel();
        let (tell, heard) = mpsc::unbounded_channel();
        let server = tokio::spawn(serve(listener, Arc::new(Mutex::new(given)), tell));
        // The event lies ready, as it does when an invocation is what starts a function.
        let _ = events.send(event.clone());
        let (child, began) = spawn(program, address)?;
        let mut running = Self { child, events, heard, server };
        let (mut ready, mut answered, mut answer) = (None, None, None);
        while answered.is_none() {
            match running.hear().await? {
                Heard::Ready(at) => ready = Some(at - began),
                Heard::Given(_) => {}
                Heard::Answered(at, body) => (answered, answer) = (Some(at - began), Some(body)),
                Heard::Failed(why) => return failed(&why),
            }
        }
        let start =
            Start { ready: ready.unwrap_or_default(), answered: answered.unwrap_or_default() };
        Ok((running, start, read(&answer.unwrap_or_default())?))
    }

    /// Gives it an event; the time is from handing the event over to having the answer.
    pub(crate) async fn ask(&mut self, event: &Bytes) -> Outcome<(Duration, Value)> {
        let _ = self.events.send(event.clone());
        let mut given = None;
        loop {
            match self.hear().await? {
                Heard::Ready(_) => {}
                Heard::Given(at) => given = Some(at),
                Heard::Answered(at, body) => {
                    let Some(given) = given else {
                        return trouble("An answer came before its event.");
                    };
                    return Ok((at - given, read(&body)?));
                }
                Heard::Failed(why) => return failed(&why),
            }
        }
    }

    /// The memory it holds at the moment, in bytes (`VmRSS`).
    pub(crate) fn held(&self) -> Outcome<usize> {
        let id = self.child.id().ok_or_else(|| Trouble("The function has ended.".to_owned()))?;
        let status =
            fs::read_to_string(format!("/proc/{id}/status")).about("the memory of a function")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<usize> =
            line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kib.map(|kib| kib * 1_024).ok_or_else(|| {
            Trouble("The kernel does not say how much memory a function holds.".to_owned())
        })
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        self.server.abort();
        self.child.kill().await.about("a function does not end")
    }

    async fn hear(&mut self) -> Outcome<Heard> {
        tokio::select! {
            heard = tokio::time::timeout(PATIENCE, self.heard.recv()) => match heard {
                Ok(Some(heard)) => Ok(heard),
                Ok(None) => trouble("The Runtime API has ended."),
                Err(_) => trouble(format!("A function gave no answer for {} seconds.", PATIENCE.as_secs())),
            },
            ended = self.child.wait() => {
                let status = ended.about("a function")?;
                trouble(format!("A function ended by itself ({status}); --logs shows what it said."))
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn spawn(program: &Program, runtime_api: SocketAddr) -> Outcome<(Child, Instant)> {
    let said = || if program.logs { Stdio::inherit() } else { Stdio::null() };
    let mut command = Command::new(&program.binary);
    command
        .env_clear()
        .envs(&program.environment)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .stdin(Stdio::null())
        .stdout(said())
        .stderr(said())
        .kill_on_drop(true);
    let began = Instant::now();
    let child = command.spawn().about(program.binary.display())?;
    Ok((child, began))
}

async fn serve(
    listener: TcpListener,
    events: Arc<Mutex<mpsc::UnboundedReceiver<Bytes>>>,
    tell: mpsc::UnboundedSender<Heard>,
) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (events, tell) = (Arc::clone(&events), tell.clone());
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| answer(request, &events, &tell));
            // A function that is stopped breaks its connection.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: http::Request<Incoming>,
    events: &Mutex<mpsc::UnboundedReceiver<Bytes>>,
    tell: &mpsc::UnboundedSender<Heard>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let say = |heard| {
        // Nobody listens any more when the measure is over.
        let _ = tell.send(heard);
    };
    if request.method() == Method::GET && path.ends_with("/invocation/next") {
        say(Heard::Ready(Instant::now()));
        let Some(event) = events.lock().await.recv().await else {
            return Ok(status(StatusCode::GONE));
        };
        let response = invocation(event);
        say(Heard::Given(Instant::now()));
        return Ok(response);
    }
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let at = Instant::now();
    say(if path.ends_with("/response") { Heard::Answered(at, body) } else { Heard::Failed(body) });
    Ok(status(StatusCode::ACCEPTED))
}

/// An event with what Lambda says about it.
fn invocation(event: Bytes) -> http::Response<Full<Bytes>> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + PATIENCE;
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

fn read(answer: &Bytes) -> Outcome<Value> {
    serde_json::from_slice(answer).about("the answer of a function")
}

fn failed<T>(why: &Bytes) -> Outcome<T> {
    trouble(format!("A function failed: {}", String::from_utf8_lossy(why)))
}
