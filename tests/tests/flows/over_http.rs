//! The same walk over a socket, on the machine's own clock, with deliveries that run by themselves.

use std::path::{Path, PathBuf};

use local::{Config, Source, State, System};
use toss_standin::{CLIENT_KEY, Options, SECRET_KEY, Standin};
use walk::{Doors, Walker, book};

/// As many looks through the window as a slow machine needs to pack one book.
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
    call["confirm"] = preview["call"]["confirm"].clone();
    let done = system.invoke("owner-shelve", call).await.unwrap();
    assert_eq!(done["did"].as_array().unwrap().len(), 1, "{done:#}");
    (system, standin)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_over_http_ends_in_a_packed_book() {
    let (system, _standin) = running().await;
    let port = system.address().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    // Under its own address, and under the name that a deployed stack has.
    let name = format!("a1b2c3d4.execute-api.localhost:{port}");
    for (host, doors) in [(None, Doors::Riddle), (Some(name.as_str()), Doors::Plain)] {
        let mut reader = Walker::at(&base, host);
        if host.is_some() {
            reader = reader
                .living(walk::Recipient { street: "다른 길 7".to_owned(), ..walk::Recipient::default() });
        }
        let order = reader.walk(doors).await;
        let mut state = String::new();
        for _ in 0..LOOKS {
            state = reader.window().await.order().1;
            if state == "packed" {
                break;
            }
        }
        assert_eq!(state, "packed", "{order}");
    }
    assert!(system.failures().is_empty(), "{:?}", system.failures());
    system.stop().await;
}
