//! Registering and removing devices, and the worker script.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use push_standin::Subscription;
use walk::{Doors, Shop};

use super::{before_the_bell, devices, hang, hung, pull, whispers_again, with, word, words};
use crate::{get, post, sent};

#[tokio::test]
async fn invalid_device_fields_are_named_and_not_stored() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_bell(&shop).await;
    let good = shop.device();
    let broken: [(&str, Subscription); 5] = [
        (
            "endpoint",
            Subscription { endpoint: "https://169.254.169.254/latest".into(), ..good.clone() },
        ),
        ("endpoint", Subscription { endpoint: String::new(), ..good.clone() }),
        ("p256dh", {
            let mut device = good.clone();
            device.keys.p256dh = "AAAA".into();
            device
        }),
        // As long as a point, and none of the curve.
        ("p256dh", {
            let mut device = good.clone();
            let mut point = URL_SAFE_NO_PAD.decode(&good.keys.p256dh).unwrap();
            *point.last_mut().unwrap() ^= 1;
            device.keys.p256dh = URL_SAFE_NO_PAD.encode(point);
            device
        }),
        ("auth", {
            let mut device = good.clone();
            device.keys.auth = "별".into();
            device
        }),
    ];
    for (field, device) in &broken {
        let form = with(visitor.here().door("bell"), device);
        let page = visitor.submit(form).await;
        assert_eq!(page.status.as_u16(), 422, "{field}: {page:?}");
        assert!(page.text_of(".problems").contains("알림"), "{field}: {page:?}");
        assert!(!page.text_of(".problems").contains(field), "no jargon: {page:?}");
        assert!(page.has_door("bell") && page.has_door("plain"), "{page:?}");
    }
    assert_eq!(devices(&shop), 0);
    pull(&mut visitor, &good).await;
    assert_eq!(devices(&shop), 1);
    visitor.go("/bell").await;
    for (field, device) in &broken {
        let form = with(visitor.here().form("#pushing"), device);
        let page = visitor.submit(form).await;
        assert_eq!(page.status.as_u16(), 422, "{field}: {page:?}");
        assert!(page.text_of(".problems").contains("알림"), "{field}: {page:?}");
        assert!(!page.text_of(".problems").contains(field), "no jargon: {page:?}");
    }
    assert_eq!(devices(&shop), 1);
}

#[tokio::test]
async fn the_plain_door_and_the_mailbox_ask_for_no_device() {
    let shop = Shop::empty().await;
    for door in ["bell", "plain"] {
        let mut visitor = before_the_bell(&shop).await;
        assert_eq!(
            visitor.here().first("#by-push").unwrap().attr("hidden"),
            Some(""),
            "only script shows it"
        );
        let form = visitor.here().door(door);
        visitor.submit(form).await;
        visitor.expect("whisper");
        assert!(
            visitor.mailbox().await.says("소식은 이 편지함에만 놓입니다."),
            "{:?}",
            visitor.here()
        );
    }
    shop.settle().await;
    assert_eq!((devices(&shop), shop.pushes().asked()), (0, 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_device_is_removed_in_the_mailbox_and_a_sixth_replaces_the_first() {
    let shop = Shop::empty().await;
    let (mut visitor, first) = hung(&shop).await;
    shop.settle().await;
    for _ in 0..4 {
        hang(&mut visitor, &shop.device()).await;
    }
    assert_eq!(visitor.here().all("#devices form").len(), 5);
    hang(&mut visitor, &shop.device()).await;
    assert_eq!((visitor.here().all("#devices form").len(), devices(&shop)), (5, 5));
    whispers_again(&shop, &mut visitor).await;
    assert_eq!((words(&shop, &first).len(), shop.pushes().asked()), (1, 1 + 5));
    for left in (0..5).rev() {
        let form = visitor.mailbox().await.form("#devices form");
        visitor.submit(form).await;
        visitor.expect("mailbox");
        assert_eq!((visitor.here().all("#devices form").len(), devices(&shop)), (left, left));
    }
    // The id of another visitor's device removes nothing.
    let (mut other, _) = hung(&shop).await;
    let form = other.mailbox().await.form("#devices form");
    assert_eq!(visitor.ask(sent(&form)).await.status.as_u16(), 303);
    assert_eq!(devices(&shop), 1);
}

#[tokio::test]
async fn the_worker_script_may_load_nothing() {
    let shop = Shop::empty().await;
    let visitor = before_the_bell(&shop).await;
    assert!(visitor.here().header("content-security-policy").contains("; worker-src 'self'"));
    shop.system().wire().forget_calls();
    let worker = visitor.ask(get("/bell/worker.js")).await;
    assert_eq!(
        (worker.status.as_u16(), worker.header("content-type").as_str()),
        (200, "text/javascript; charset=utf-8")
    );
    assert_eq!(worker.header("content-security-policy"), "default-src 'none'");
    assert_eq!(worker.header("x-content-type-options"), "nosniff");
    assert!(shop.system().wire().calls().is_empty(), "{:?}", shop.system().wire().calls());
    assert_eq!(visitor.ask(post("/bell/worker.js", "")).await.status.as_u16(), 405);
    // The worker script is public; the bell is not.
    assert_eq!(shop.visitor().ask(get("/bell/worker.js")).await.status.as_u16(), 200);
    assert_eq!(shop.visitor().ask(get("/bell")).await.status.as_u16(), 403);
}

#[tokio::test]
async fn a_device_gets_pushes_for_180_days_and_only_its_readers() {
    let shop = Shop::at_full_price().await;
    let (_visitor, device) = hung(&shop).await;
    shop.settle().await;
    shop.system().leap(SignedDuration::from_hours(24 * 180 - 1)).await.unwrap();
    shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(words(&shop, &device).len(), 1, "another reader’s word");
    word(&shop, 7);
    shop.settle().await;
    assert_eq!(words(&shop, &device).len(), 2);
    shop.jump(60).await;
    // DynamoDB deletes expired items late; they are not used meanwhile.
    word(&shop, 8);
    shop.settle().await;
    assert_eq!((devices(&shop), words(&shop, &device).len()), (1, 2));
    assert!(shop.system().expire().unwrap() > 0);
    assert_eq!(devices(&shop), 0);
}
