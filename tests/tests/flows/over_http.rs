//! The walk over a socket, on the machine's clock, with deliveries that run by themselves.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use futures_util::future::join_all;
use local::{
    Config, Source, State, System,
    run::{Arguments, Running},
};
use toss_standin::{CLIENT_KEY, Options, Progress, SECRET_KEY, Standin};
use walk::{Doors, Pay, Recipient, Walker, book, ready};

/// How often to open the window until a slow machine has chosen a book.
const LOOKS: usize = 20_000;

async fn running() -> (System, Standin) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let standin = toss_standin::serve(listener, Options::default()).unwrap();
    let template: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let mut config =
        Config::running(Source::Path(template), State::Memory, 0, local::registry::seeded([3; 32]));
    for (name, value) in [
        ("TossApiUrl", standin.url()),
        ("TossScriptUrl", standin.script_url()),
        ("TossPlainWindowUrl", standin.window_url()),
        ("TossClientKey", CLIENT_KEY.to_owned()),
    ] {
        config.parameters.insert(name.to_owned(), value);
    }
    config.secrets.insert("SESSION_KEY_NAME".to_owned(), "c2Vzc2lvbiBrZXkgb2YgYSB0ZXN0".to_owned());
    config.secrets.insert("TOSS_SECRET_NAME".to_owned(), SECRET_KEY.to_owned());
    let system = System::start(config).await.unwrap_or_else(|why| panic!("{why}"));
    let mut call = serde_json::json!({ "books": [book(1, 15_000, 5, 2)] });
    let preview = system.invoke("owner-shelve", call.clone()).await.unwrap();
    call["confirm"] = ready(&preview)["confirm"].clone();
    let done = system.invoke("owner-shelve", call).await.unwrap();
    assert_eq!(done["did"].as_array().unwrap().len(), 1, "{done:#}");
    (system, standin)
}

/// As in `cargo xtask run`: the stand-in delivers its webhooks to the running system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_made_at_the_stand_in_reaches_the_running_system() {
    let template =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml").display().to_string();
    let arguments = ["local", "--memory", "--port=0", "--template", template.as_str()];
    let arguments = Arguments::try_parse_from(arguments).unwrap();
    let running = Running::start(arguments, local::registry::seeded([3; 32])).await.unwrap();
    let mut reader = Walker::at(&running.url(), None);
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Account).await;
    assert_eq!(reader.here().order().1, "priced");
    let standin = running.standin().unwrap();
    assert!(standin.deposit(&order).await);
    standin.webhooks_sent().await;
    assert_ne!(reader.window().await.order().1, "priced");
    let heard = standin.webhooks().iter().all(|said| said.progress == Progress::Delivered);
    assert!(heard, "{:#?}", standin.webhooks());
    running.system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_over_http_ends_in_a_chosen_book() {
    let (system, _standin) = running().await;
    let port = system.address().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    // Under its own address, and under the name of a deployed stack.
    let name = format!("a1b2c3d4.execute-api.localhost:{port}");
    for (host, doors) in [(None, Doors::Riddle), (Some(name.as_str()), Doors::Plain)] {
        let mut reader = Walker::at(&base, host);
        if host.is_some() {
            reader = reader.living(Recipient::in_street("다른 길 7"));
        }
        let order = reader.walk(doors).await;
        let mut state = String::new();
        for _ in 0..LOOKS {
            state = reader.window().await.order().1;
            if state == "chosen" {
                break;
            }
        }
        assert_eq!(state, "chosen", "{order}");
    }
    assert!(system.failures().is_empty(), "{:?}", system.failures());
    system.stop().await;
}

/// A visitor over the socket at the riddle whose answer is 별 헤는 밤.
async fn before_the_stars(base: &str) -> Walker {
    for _ in 0..300 {
        let mut visitor = Walker::at(base, None);
        visitor.open_the_door().await;
        visitor.by_plain_door().await;
        if visitor.riddle().id == "counting-stars" {
            return visitor;
        }
    }
    panic!("nobody meets the riddle of the stars");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_in_all_its_forms_opens_the_door_at_the_public_address() {
    let (system, _standin) = running().await;
    let base = format!("http://127.0.0.1:{}", system.address().unwrap().port());
    let decomposed = "\u{1107}\u{1167}\u{11af} \u{1112}\u{1166}\u{1102}\u{1173}\u{11ab} \u{1107}\u{1161}\u{11b7}";
    for answer in [
        "별 헤는 밤",
        "ㅂㅕㄹ 헤는 밤",
        "qufgpsmsqka",
        "ｑｕｆｇｐｓｍｓｑｋａ",
        decomposed,
        "별　헤는　밤",
        "Ｎｉｇｈｔ　ｏｆ　Ｃｏｕｎｔｉｎｇ　Ｓｔａｒｓ",
        "별\u{200b}헤\u{200d}는\u{feff}\u{3164}밤\u{fe0f}",
    ] {
        let mut visitor = before_the_stars(&base).await;
        visitor.guess(answer).await;
        assert!(
            !visitor.here().has_door("riddle"),
            "`{answer}` did not open: {:?}",
            visitor.here()
        );
        assert!(visitor.here().says("그 밤이 아직 다 헤아려지지 않았소."), "{:?}", visitor.here());
    }
    assert!(system.failures().is_empty(), "{:?}", system.failures());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_guesses_over_fifty_sockets_count_what_may_be_heard_and_lose_no_right_one() {
    let (system, _standin) = running().await;
    let base = format!("http://127.0.0.1:{}", system.address().unwrap().port());
    for right in [None, Some(0), Some(25), Some(49)] {
        let visitor = before_the_stars(&base).await;
        let guesses = (0..50).map(|number| {
            let answer = if right == Some(number) {
                "별 헤는 밤".to_owned()
            } else {
                format!("코끼리{number}")
            };
            visitor.ask(super::sent(&visitor.here().door("riddle").fill("answer", &answer)))
        });
        let pages = join_all(guesses.collect::<Vec<_>>()).await;
        let answers: Vec<u16> = pages.iter().map(|page| page.status.as_u16()).collect();
        let with = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        match right {
            None => assert_eq!(
                (with(200), with(429)),
                (3, 47),
                "two are free, the third is the last before the wait"
            ),
            Some(number) => {
                assert_eq!(answers[number], 303, "the right one opens: {answers:?}");
                assert!(
                    with(200) <= 3 && answers.iter().all(|status| *status < 500),
                    "{answers:?}"
                );
                assert!(!visitor.clone().reload().await.has_door("riddle"));
            }
        }
    }
    assert!(system.failures().is_empty(), "{:?}", system.failures());
    system.stop().await;
}
