//! The shop's secret is rotated while readers are inside: nobody notices, until the older one is
//! taken away.

use local::Service;
use serde_json::json;
use walk::{Doors, Shop, Walker, ready};

use super::bookmark::{type_in, words};

fn cookie(walker: &Walker) -> String {
    walker.cookies()["sid"].clone()
}

/// The id of the secret that signed a cookie.
fn signed_by(cookie: &str) -> String {
    cookie.rsplit('.').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn readers_walk_on_through_a_rotation() {
    let shop = Shop::open().await;
    let first = shop.session_key();
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let code = words(&mut reader).await;
    let dry = shop.owner("owner-taste", json!({ "shop": { "closed_until": "2099-01-01" } })).await;
    let before = cookie(&reader);

    // As `cargo xtask keys add` writes it. The functions run on.
    shop.set_session_key(&format!("sign second\nsign {first}\ndigest {first}\n"));
    reader.go(&format!("/window/{order}")).await;
    reader.expect("window");
    // A function that read the keys a while ago reads them again and signs with the new secret …
    shop.jump(16).await;
    let mut newcomer = shop.visitor();
    newcomer.open_the_door().await;
    assert_ne!(signed_by(&cookie(&newcomer)), signed_by(&before));
    // … and what the older one signed holds: sessions, and codes of the owner's calls.
    reader.go("/mailbox").await;
    reader.expect("mailbox");
    let confirmed = ready(&dry);
    assert_eq!(shop.owner("owner-taste", confirmed).await["problems"], json!(null));

    // As `cargo xtask keys drop` writes it.
    shop.set_session_key(&format!("sign second\ndigest {first}\n"));
    shop.jump(16).await;
    assert_eq!(reader.go("/mailbox").await.status, 403);
    newcomer.go("/study").await;
    assert_ne!(newcomer.here().status, 403);
    // What the table is searched by stays: the bookmark, and the order by its telephone.
    type_in(&mut reader, &code).await;
    assert!(reader.here().says("다시 오셨구려."), "{:?}", reader.here());
    assert_eq!(signed_by(&cookie(&reader)), signed_by(&cookie(&newcomer)));
    assert_eq!(words(&mut reader).await, code, "the words are shown as before");
    reader.go(&format!("/window/{order}")).await;
    reader.expect("window");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_function_that_started_before_a_rotation_asks_for_the_newer_secret() {
    let shop = Shop::empty().await;
    let first = shop.session_key();
    let mut reader = shop.visitor();
    reader.open_the_door().await;
    reader.go("/mailbox").await;
    // Five minutes later nothing is old yet. A cookie of the newer secret comes all the same, from a
    // function that started after the rotation.
    shop.set_session_key(&format!("sign second\nsign {first}\n"));
    shop.jump(5).await;
    let newer = signing::Keys::read("sign second").unwrap();
    let old = signing::Keys::read(&first).unwrap();
    let session = old.verify_session(&cookie(&reader), shop.now()).unwrap();
    reader.set_cookie("sid", &newer.session(session, shop.now()));
    assert_eq!(reader.go("/mailbox").await.status, 200);
    // Invented cookies do not make it read the keys each time.
    let reads = || shop.system().wire().count(Service::Ssm, "GetParameter");
    let mut stranger = shop.visitor();
    stranger.set_cookie("sid", "0.0.00000000.AAAA");
    assert_eq!(stranger.go("/mailbox").await.status, 403);
    let before = reads();
    for _ in 0..5 {
        assert_eq!(stranger.go("/mailbox").await.status, 403);
    }
    assert_eq!(reads(), before);
    shop.nothing_failed();
}
