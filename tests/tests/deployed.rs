//! The walk on the deployed system: `template.yaml` and the real binaries, deployed through
//! CloudFormation on MiniStack. MiniStack enforces the roles, so a missing permission fails here.
//!
//! Ignored by default: `cargo xtask test deployed` prepares the environment and the binaries.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that finds something else fails"
)]

use std::{
    collections::BTreeSet,
    env, fs,
    future::Future,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde_json::{Value as Json, json};
use toss_standin::Standin;
use walk::{Doors, OverHttp, OwnerDevice, Request, Response, Transport as _, Walker, call_of};

/// How long the pipeline may take for one order. Usually it takes two or three seconds.
const ARRIVES_WITHIN: Duration = Duration::from_mins(3);
/// The interval of polling.
const LOOKS_EVERY: Duration = Duration::from_millis(200);

// -------------------------------------------------------------------------------------------------
// the tests

#[tokio::test]
#[ignore = "needs MiniStack and the functions' binaries: cargo xtask test deployed"]
async fn a_reader_walks_the_deployed_shop_from_the_door_to_the_posted_parcel() {
    let shop = Deployed::new("gongganmunhak", &root().join("template.yaml")).await;
    let twins = shop.hear_the_topic().await;
    shop.owner_does("owner-shelve", event("owner-shelve")).await;

    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    arrives_at(&mut reader, &order, "chosen").await;

    // It is chosen before `pack` has put it on the desk.
    let mut looks = 0;
    let mut parcel = loop {
        let desk = shop.owner("owner-desk", json!({})).await;
        let parcels = call_of(&desk, "owner-ship");
        let parcels = parcels["parcels"].as_array();
        let parcel = parcels.and_then(|all| all.iter().find(|parcel| parcel["order"] == order));
        if let Some(parcel) = parcel {
            break parcel.clone();
        }
        looks += 1;
        assert!(looks < 120, "the order is not on the desk: {desk:#}");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    parcel["number"] = "123456789012".into();
    shop.owner_does("owner-ship", json!({ "parcels": [parcel] })).await;
    arrives_at(&mut reader, &order, "shipped").await;

    let all = ["paid", "chosen", "shipped"].map(str::to_owned);
    let letters = || async {
        let mut reader = reader.clone();
        let page = reader.mailbox().await;
        let news =
            page.all("li[data-notice]").into_iter().filter_map(|letter| letter.attr("data-notice"));
        let news: Vec<String> = news.map(str::to_owned).collect();
        all.iter().all(|notice| news.contains(notice)).then_some(()).ok_or(news)
    };
    within("every letter is in the mailbox", letters).await;
    // A notice carries no name, address or title. At night notices wait until eight; the whisper is
    // sent at any hour.
    let heard = within("the whisper went out", || shop.heard(&twins, 1)).await;
    assert!(!heard.contains("김읽는이") && !heard.contains("창의문로"), "{heard}");

    // Once more with the owner choosing.
    shop.owner_does("owner-taste", event("owner-taste-choosing")).await;
    let mut other = shop.visitor();
    let order = other.walk(Doors::Riddle).await;
    arrives_at(&mut other, &order, "choosing").await;
    // In the office, whose role calls the owner's functions and nothing else.
    let key = shop.owner("owner-office", json!({ "key": "전화기" })).await;
    let mut phone = OwnerDevice::by_link(shop.visitor(), key["page"].as_str().unwrap()).await;
    phone.follow("고르기").await;
    let pick: String = phone.here().first(".pick > form button").unwrap().text().collect();
    phone.press(&pick).await;
    assert!(phone.here().says("되돌리기"), "{:?}", phone.here());
    arrives_at(&mut other, &order, "chosen").await;
}

#[tokio::test]
#[ignore = "needs MiniStack and the functions' binaries: cargo xtask test deployed"]
async fn a_role_without_a_permission_refuses_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("template.yaml")).unwrap();
    let begin = text.find("\n  DoorRole:").expect("the door has a role");
    let less = text[begin..].replacen("dynamodb:PutItem", "dynamodb:DescribeTable", 1);
    fs::write(folder.path().join("template.yaml"), format!("{}{less}", &text[..begin])).unwrap();
    fs::create_dir(folder.path().join("infra")).unwrap();
    fs::copy(root().join("infra/alarms.yaml"), folder.path().join("infra/alarms.yaml")).unwrap();

    let shop = Deployed::new("less", &folder.path().join("template.yaml")).await;
    let mut visitor = shop.visitor();
    visitor.go("/").await;
    let walk::Onward::Form(form) = visitor.here().onward() else {
        panic!("the door is entered by a form")
    };
    let ask = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let ask =
        ask.header("sec-fetch-site", "same-origin").body(Bytes::from(form.encoded())).unwrap();
    let page = visitor.ask(ask).await;
    assert_eq!(page.status, 500, "a door without dynamodb:PutItem answers 500: {page:?}");
}

/// Adds the confirmation code of the dry run: eight hexadecimal digits in quotation marks.
fn confirmed(mut call: Json, preview: &Json) -> Json {
    let mut said = preview["next"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .flat_map(|line| line.split('"'));
    let code =
        said.rfind(|part| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    call["confirm"] = code.unwrap_or_else(|| panic!("no code in {preview:#}")).into();
    call
}

// -------------------------------------------------------------------------------------------------
// MiniStack

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder with the functions' binaries, two levels above this test's.
fn binaries() -> PathBuf {
    env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

fn event(stem: &str) -> Json {
    serde_json::from_slice(&fs::read(root().join("events").join(format!("{stem}.json"))).unwrap())
        .unwrap()
}

fn script(name: &str) -> Command {
    let python = root().join(".tools/venv/bin/python");
    assert!(
        python.is_file(),
        "there is no {}; `cargo xtask test deployed` makes it",
        python.display()
    );
    let mut command = Command::new(python);
    command.arg(root().join("infra/ministack").join(name));
    command
}

/// MiniStack, started by the first test that needs it. It stops when its standard input ends, which
/// is when this process ends.
struct MiniStack {
    endpoint: String,
    _process: Child,
}

fn ministack() -> &'static MiniStack {
    static STARTED: OnceLock<MiniStack> = OnceLock::new();
    STARTED.get_or_init(|| {
        let log = root().join("artefacts/deployed.log");
        fs::create_dir_all(log.parent().unwrap()).unwrap();
        let mut command = script("start.py");
        command.args(["--port", "0", "--log"]).arg(&log);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Json = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("MiniStack did not start (see above)"));
        println!("MiniStack at {}; its log is {}", ready["endpoint"], log.display());
        MiniStack { endpoint: ready["endpoint"].as_str().unwrap().to_owned(), _process: process }
    })
}

/// A stack and its payment stand-in.
struct Deployed {
    stack: Json,
    _standin: Standin,
}

impl Deployed {
    async fn new(name: &str, template: &Path) -> Self {
        // One after another, so that the second deployment finds the uploads of the first.
        static DEPLOYING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let standin = toss_standin::serve(listener, toss_standin::Options::default()).unwrap();
        let _turn = DEPLOYING.lock().await;
        let began = Instant::now();
        let mut deploy = script("deploy.py");
        deploy
            .args(["--endpoint", &ministack().endpoint, "--stack", name, "--template"])
            .arg(template);
        deploy.arg("--binaries").arg(binaries()).args(["--toss-secret", toss_standin::SECRET_KEY]);
        for (parameter, value) in [
            ("TossApiUrl", standin.url()),
            ("TossScriptUrl", standin.script_url()),
            ("TossPlainWindowUrl", standin.window_url()),
            ("TossClientKey", toss_standin::CLIENT_KEY.to_owned()),
        ] {
            deploy.arg("--parameter").arg(format!("{parameter}={value}"));
        }
        let done =
            tokio::task::spawn_blocking(move || deploy.stderr(Stdio::inherit()).output().unwrap())
                .await
                .unwrap();
        assert!(done.status.success(), "the template could not be deployed (see above)");
        let stack = serde_json::from_slice(&done.stdout).unwrap();
        println!("{name} deployed in {:.1} s", began.elapsed().as_secs_f32());
        Self { stack, _standin: standin }
    }

    fn visitor(&self) -> Walker {
        Walker::at(&ministack().endpoint, self.stack["api_host"].as_str())
    }

    /// One call to MiniStack as the root of its account. MiniStack reads the key id and does not
    /// check the signature.
    async fn call(&self, service: &str, ask: http::request::Builder, body: Vec<u8>) -> Response {
        let who = format!("Credential=test/20260101/ap-northeast-2/{service}/aws4_request");
        let ask = ask.header(
            "authorization",
            format!("AWS4-HMAC-SHA256 {who}, SignedHeaders=host, Signature=0"),
        );
        let ask: Request = ask.header("x-amz-date", "20260101T000000Z").body(body.into()).unwrap();
        let answer = OverHttp::new(&ministack().endpoint, None).send(ask).await;
        assert!(answer.status().is_success(), "{service}: {} {:?}", answer.status(), answer.body());
        answer
    }

    /// Invokes an owner's function by Lambda's API, as the console does.
    async fn owner(&self, function: &str, event: Json) -> Json {
        let name = self.stack["functions"][function].as_str().unwrap();
        let ask = http::Request::post(format!("/2015-03-31/functions/{name}/invocations"));
        let answer = self.call("lambda", ask, event.to_string().into_bytes()).await;
        assert!(
            answer.headers().get("x-amz-function-error").is_none(),
            "{function}: {:?}",
            answer.body()
        );
        let answer: Json = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["status"], 200, "{function}: {answer:#}");
        answer
    }

    /// Invokes an owner's function, and again with the code of the dry run.
    async fn owner_does(&self, function: &str, event: Json) {
        let preview = self.owner(function, event.clone()).await;
        let done = self.owner(function, confirmed(event, &preview)).await;
        assert!(
            done["did"].as_array().is_some_and(|did| !did.is_empty()),
            "{function} did nothing: {done:#}"
        );
    }

    /// Subscribes a new queue to the topic. Returns its URL.
    async fn hear_the_topic(&self) -> String {
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": "arn:aws:sqs:ap-northeast-2:000000000000:twins",
                "Condition": { "ArnEquals": { "aws:SourceArn": self.stack["topic"] } }
            }]
        });
        let queue = json!({ "QueueName": "twins", "Attributes": { "Policy": policy.to_string() } });
        let made = self.sqs("CreateQueue", queue).await;
        let queue = made["QueueUrl"].as_str().unwrap().to_owned();
        let arn = format!(
            "arn:aws:sqs:ap-northeast-2:000000000000:{}",
            queue.rsplit('/').next().unwrap()
        );
        let topic = self.stack["topic"].as_str().unwrap();
        let ask =
            http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let form = format!(
            "Action=Subscribe&Version=2010-03-31&TopicArn={topic}&Protocol=sqs&Endpoint={arn}"
        );
        self.call("sns", ask, form.into_bytes()).await;
        queue
    }

    /// The messages on the queue if there are at least `messages`, otherwise their number.
    async fn heard(&self, queue: &str, messages: usize) -> Result<String, usize> {
        let ask = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
        let got = self.sqs("ReceiveMessage", ask).await;
        let bodies: BTreeSet<&str> = got["Messages"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|m| m["Body"].as_str())
            .collect();
        if bodies.len() >= messages { Ok(bodies.into_iter().collect()) } else { Err(bodies.len()) }
    }

    async fn sqs(&self, action: &str, ask: Json) -> Json {
        let target = format!("AmazonSQS.{action}");
        let request = http::Request::post("/")
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0");
        serde_json::from_slice(self.call("sqs", request, ask.to_string().into_bytes()).await.body())
            .unwrap()
    }
}

// -------------------------------------------------------------------------------------------------
// waiting

/// Polls until it succeeds, or panics with the last result.
async fn within<T, Seen: std::fmt::Debug, F: Future<Output = Result<T, Seen>>>(
    what: &str,
    look: impl Fn() -> F,
) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) if began.elapsed() > ARRIVES_WITHIN => {
                panic!("{what}: not within {ARRIVES_WITHIN:?}; last seen: {seen:?}")
            }
            Err(_) => tokio::time::sleep(LOOKS_EVERY).await,
        }
    }
}

/// Polls `window` until the order has this state.
async fn arrives_at(reader: &mut Walker, order: &str, state: &str) {
    let from = reader.clone();
    let look = || async {
        let mut reader = from.clone();
        let seen = reader.go(&format!("/window/{order}")).await.order();
        if seen.1 == state { Ok(()) } else { Err(seen) }
    };
    within(&format!("the order is {state}"), look).await;
    reader.window().await;
}
