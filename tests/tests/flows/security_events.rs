//! What readers do not do by mistake is in the log, with nothing personal in it (ASVS 5.0, 16.3).

use serde_json::Value;
use walk::{Doors, Log, Shop};

use super::{bookmark::type_in, get, post};

/// The security events of a log, in their order.
fn events(log: &Log) -> Vec<String> {
    let event = |line: Value| line.get("event")?.as_str().map(ToOwned::to_owned);
    log.lines().into_iter().filter_map(event).collect()
}

#[tokio::test]
async fn attempts_that_are_refused_are_logged() {
    let log = Log::keep(tracing::Level::INFO);
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    assert_eq!(events(&log), Vec::<String>::new(), "a walk has none");

    let (name, value) = reader.cookies().iter().next().unwrap();
    let forged = format!("{name}={}", value.replace('A', "B").replace('a', "b"));
    let mut request = get("/mailbox");
    request.headers_mut().insert("cookie", forged.parse().unwrap());
    assert_eq!(shop.visitor().ask(request).await.status, 403);
    let mut request = post("/letter", "letter=x");
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(reader.ask(request).await.status, 403);
    let mut guesser = shop.visitor();
    type_in(&mut guesser, "바람 바람 바람 바람 바람 바람").await;
    guesser.go("/find").await;
    let form = guesser.here().form("form").fill("number", &order).fill("phone", "0212345678");
    guesser.submit(form).await;
    let cancel = post(&format!("/cancel/{order}"), "proof=0000");
    assert_eq!(reader.ask(cancel).await.status, 422);
    assert_eq!(
        events(&log),
        [
            "forged session",
            "form of another site",
            "bookmark does not fit",
            "order and telephone do not fit",
            "proof does not fit",
        ]
    );
    for personal in ["0212345678", "바람", "evil.example"] {
        assert!(!log.text().contains(personal), "{personal}");
    }
}
