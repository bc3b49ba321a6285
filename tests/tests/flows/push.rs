//! Web pushes: devices registered, notified once per message, deferred, expired and removed. The
//! stand-in's devices decrypt every push and check it against the RFCs.

mod devices;

use jiff::SignedDuration;
use local::{Breakage, Fault as Break, Service};
use push_standin::{Fault, Push, Subscription};
use serde_json::Value;
use walk::{Form, Shop, Walker};

use super::post;

/// The form with the subscription that the page's script fills in.
fn with(form: Form, device: &Subscription) -> Form {
    let form = form.tampered("way", "push").tampered("endpoint", &device.endpoint);
    form.tampered("p256dh", &device.keys.p256dh).tampered("auth", &device.keys.auth)
}

/// A visitor at the bell.
async fn before_the_bell(shop: &Shop) -> Walker {
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    for _ in 0..3 {
        visitor.by_plain_door().await;
    }
    visitor.expect("bell");
    visitor
}

/// Rings the bell with a device.
async fn pull(visitor: &mut Walker, device: &Subscription) {
    let form = with(visitor.here().door("bell"), device);
    visitor.submit(form).await;
    visitor.expect("whisper");
}

/// A visitor who rang the bell with a device; the whisper is on its way.
async fn hung(shop: &Shop) -> (Walker, Subscription) {
    let (mut visitor, device) = (before_the_bell(shop).await, shop.device());
    pull(&mut visitor, &device).await;
    (visitor, device)
}

/// Registers another device at a bell that was rung before.
async fn hang(visitor: &mut Walker, device: &Subscription) {
    let form = with(visitor.go("/bell").await.form("#pushing"), device);
    visitor.submit(form).await;
    visitor.expect("mailbox");
}

/// The contents of the pushes to a device.
fn words(shop: &Shop, device: &Subscription) -> Vec<Value> {
    let to = |push: &Push| push.endpoint == device.endpoint;
    let pushes = shop.pushes().pushes().into_iter().filter(to);
    pushes.map(|push| serde_json::from_str(&push.text).unwrap()).collect()
}

fn devices(shop: &Shop) -> usize {
    shop.items_of_kind("device").len()
}

const NEWS: &str = "공간문학에서 소식이 왔습니다. 편지함에 놓아 두었습니다.";

#[tokio::test]
async fn a_bell_pulled_with_a_device_whispers_to_it() {
    let shop = Shop::empty().await;
    let (visitor, device) = hung(&shop).await;
    shop.settle().await;
    let [word] = &words(&shop, &device)[..] else { panic!("{:?}", shop.pushes().pushes()) };
    let half = word["body"].as_str().unwrap();
    let verse =
        domain::walk::whisper::verses().iter().find(|verse| verse.whispered.ko == half).unwrap();
    assert!(
        visitor.here().says(&verse.page.ko),
        "the half that belongs to the other: {:?}",
        visitor.here()
    );
    assert_eq!(
        (&word["path"], &word["title"], &word["lang"]),
        (&"/whisper".into(), &"공간문학".into(), &"ko".into())
    );
    let push = &shop.pushes().pushes()[0];
    assert_eq!(
        (push.ttl, push.urgency.as_deref()),
        (600, Some("high")),
        "as long as a whisper is good"
    );
    assert!(push.bytes <= 2_048, "{push:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn every_notice_of_an_order_is_pushed_once_and_tells_nothing_of_it() {
    let shop = Shop::at_full_price().await;
    let (mut reader, device) = hung(&shop).await;
    shop.settle().await;
    reader.by_plain_door().await;
    reader.sign().await;
    reader.write_letter().await;
    reader.order("middle").await;
    reader.pay(walk::Pay::Approve).await;
    let (order, _) = reader.here().order();
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(reader.notices().await, ["paid", "chosen", "shipped"]);
    let words = words(&shop, &device);
    assert_eq!(words.len(), 1 + 3, "{words:?}");
    for word in &words[1..] {
        assert_eq!((&word["body"], &word["path"]), (&NEWS.into(), &"/mailbox".into()));
        assert!(!word.to_string().contains(&order), "{word}");
    }
    let tags: std::collections::BTreeSet<&str> =
        words.iter().filter_map(|word| word["tag"].as_str()).collect();
    assert_eq!(tags.len(), words.len(), "each has a place of its own on the screen");
    shop.minutes_pass(30).await;
    assert_eq!(shop.pushes().asked(), 4, "and nothing comes again");
    shop.nothing_failed();
}

#[tokio::test]
async fn two_devices_get_the_push_and_an_expired_one_is_removed() {
    let shop = Shop::empty().await;
    let (mut visitor, first) = hung(&shop).await;
    shop.settle().await;
    let second = shop.device();
    hang(&mut visitor, &second).await;
    assert_eq!(visitor.here().all("#devices form").len(), 2, "{:?}", visitor.here());
    whispers_again(&shop, &mut visitor).await;
    assert_eq!((words(&shop, &first).len(), words(&shop, &second).len()), (2, 1));
    shop.pushes().end(&first.endpoint);
    whispers_again(&shop, &mut visitor).await;
    assert_eq!((words(&shop, &first).len(), words(&shop, &second).len()), (2, 2));
    assert_eq!(devices(&shop), 1);
    assert_eq!(visitor.mailbox().await.all("#devices form").len(), 1);
    let asked = shop.pushes().asked();
    whispers_again(&shop, &mut visitor).await;
    assert_eq!(shop.pushes().asked(), asked + 1, "nobody calls the dead one any more");
    assert!(shop.on_queue("PushDeadLetters").is_empty());
    shop.nothing_failed();
}

/// Sends a notice for the first visitor to the queue, as the topic does; `number` identifies it.
fn word(shop: &Shop, number: u32) {
    let whisper = shop.system().topics().published()[0].text_for("sqs");
    let mut news: Value = serde_json::from_str(&whisper).unwrap();
    let visitor = news["reader"].as_str().unwrap();
    news["id"] = format!("{visitor}#{number:06}").into();
    news["notice"] = "answered".into();
    news["at"] = shop.now().to_string().into();
    let name = shop.queue("PushQueue");
    shop.system().queues().send(&name, &local::Outgoing::text(news.to_string())).unwrap();
}

/// Asks for a new whisper, once that is allowed.
async fn whispers_again(shop: &Shop, visitor: &mut Walker) {
    shop.time_passes(SignedDuration::from_secs(31)).await;
    let again = visitor.ask(post("/whisper", "door=again")).await;
    assert_eq!(again.status.as_u16(), 303, "{again:?}");
    shop.settle().await;
}

#[tokio::test]
async fn a_device_that_its_push_service_gave_up_is_forgotten_and_its_reader_told_once() {
    let shop = Shop::empty().await;
    let (mut visitor, _) = hung(&shop).await;
    shop.pushes().fault(Fault::once(410));
    shop.system()
        .wire()
        .inject(Break::on(Service::Dynamodb, "TransactWriteItems", Breakage::LostReply).of("push"));
    shop.settle().await;
    shop.minutes_pass(5).await;
    assert_eq!(devices(&shop), 0);
    let mailbox = visitor.mailbox().await;
    assert!(mailbox.says("목록에서 뺐습니다"), "{mailbox:?}");
    let letters = shop.items_of_kind("letter");
    let told =
        |letter: &&Value| letter["text"]["S"].as_str().unwrap().contains("목록에서 뺐습니다");
    assert_eq!(letters.iter().filter(told).count(), 1);
    let letter = letters.iter().find(told).unwrap();
    assert!(letter.get("expires").is_some(), "it ends as the visit does");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_device_registered_again_during_its_removal_is_kept() {
    let shop = Shop::empty().await;
    let (mut visitor, device) = hung(&shop).await;
    let wire = shop.system().wire().clone();
    shop.pushes().fault(Fault::once(410));
    wire.inject(Break::on(Service::Dynamodb, "TransactWriteItems", Breakage::Pause).of("push"));
    let meanwhile = async {
        wire.paused().await;
        shop.system().clock().advance(SignedDuration::from_secs(5));
        hang(&mut visitor, &device).await;
        wire.go_on();
    };
    tokio::join!(shop.settle(), meanwhile);
    assert_eq!(devices(&shop), 1, "the same browser is one device, and it is there");
    let told = visitor.mailbox().await.says("목록에서 뺐습니다");
    assert!(!told, "it is there, so nothing was lost");
    whispers_again(&shop, &mut visitor).await;
    assert_eq!(words(&shop, &device).len(), 1);
}

#[tokio::test]
async fn a_deferred_push_comes_at_its_time_and_only_to_the_device_it_is_for() {
    let shop = Shop::empty().await;
    let (mut visitor, first) = hung(&shop).await;
    let second = shop.device();
    hang(&mut visitor, &second).await;
    let busy = Fault {
        endpoint: Some(second.endpoint.clone()),
        retry_after: Some(60),
        ..Fault::once(429)
    };
    shop.pushes().fault(busy);
    shop.settle().await;
    assert_eq!((words(&shop, &first).len(), words(&shop, &second).len()), (1, 0));
    shop.time_passes(SignedDuration::from_secs(59)).await;
    assert_eq!(words(&shop, &second).len(), 0);
    shop.time_passes(SignedDuration::from_secs(2)).await;
    assert_eq!((words(&shop, &first).len(), words(&shop, &second).len()), (1, 1));
    let late = shop.pushes().pushes().pop().unwrap();
    assert_eq!(late.ttl, 540, "a whisper that waited is kept the shorter");
    assert_eq!(shop.pushes().asked(), 3);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_repeated_message_is_pushed_once() {
    let shop = Shop::empty().await;
    let (_visitor, device) = hung(&shop).await;
    shop.system().hold("push");
    shop.settle().await;
    let name = shop.queue("PushQueue");
    let [message] = &shop.on_queue("PushQueue")[..] else {
        panic!("{:?}", shop.on_queue("PushQueue"))
    };
    shop.system().queues().duplicate(&name, &message.id).unwrap();
    shop.system().release("push");
    shop.settle().await;
    shop.system().queues().send(&name, &local::Outgoing::text(&message.body)).unwrap();
    shop.settle().await;
    assert_eq!((words(&shop, &device).len(), shop.pushes().asked()), (1, 1));
    assert!(shop.on_queue("PushQueue").is_empty() && shop.on_queue("PushDeadLetters").is_empty());
}

#[tokio::test]
async fn a_push_whose_answer_or_record_was_lost_is_repeated_under_the_same_tag() {
    let shop = Shop::empty().await;
    let (_visitor, device) = hung(&shop).await;
    shop.pushes().fault(Fault { taken: true, ..Fault::once(502) });
    let lost = Break::on(Service::Dynamodb, "PutItem", Breakage::Error500).of("push").times(3);
    shop.system().wire().inject(lost);
    shop.minutes_pass(8).await;
    let words = words(&shop, &device);
    assert_eq!(words.len(), 3, "twice more than told: the answer was lost, then the note");
    assert!(
        words.iter().all(|word| word["tag"] == words[0]["tag"]),
        "so that the screen shows one: {words:?}"
    );
}

#[tokio::test]
async fn a_refused_push_is_in_the_dead_letters_and_the_owner_can_send_it_again() {
    let shop = Shop::empty().await;
    let (_visitor, device) = hung(&shop).await;
    shop.pushes().fault(Fault { times: 100, ..Fault::once(403) });
    shop.settle().await;
    assert_eq!((devices(&shop), words(&shop, &device).len()), (1, 0), "nothing is forgotten");
    shop.minutes_pass(20).await;
    // A whisper expires before its fifth attempt, so it does not go to the dead letters.
    assert!(shop.on_queue("PushDeadLetters").is_empty() && shop.on_queue("PushQueue").is_empty());
    word(&shop, 7);
    shop.minutes_pass(20).await;
    assert_eq!(shop.on_queue("PushDeadLetters").len(), 1);
    shop.pushes().clear_faults();
    let looked = shop.owner("owner-redrive", serde_json::json!({})).await;
    assert_eq!(looked["shows"][0]["data"]["queue"], "push", "{looked:#}");
    assert_eq!(looked["shows"][0]["data"]["messages"][0]["notice"], "answered", "{looked:#}");
    shop.owner_does("owner-redrive", serde_json::json!({ "send_back": ["push"] })).await;
    shop.settle().await;
    assert_eq!(words(&shop, &device).len(), 1);
    assert!(shop.on_queue("PushDeadLetters").is_empty());
    assert_eq!(devices(&shop), 1);
}

#[tokio::test]
async fn a_push_deferred_into_the_night_waits_for_the_morning() {
    let shop = Shop::at_full_price().await;
    let (mut reader, device) = hung(&shop).await;
    shop.settle().await;
    reader.by_plain_door().await;
    reader.sign().await;
    reader.write_letter().await;
    // 20:59 in Korea, and the push service asks for two minutes.
    let evening: jiff::Timestamp = "2026-08-01T20:59:00+09:00".parse().unwrap();
    shop.time_passes(evening.duration_since(shop.now())).await;
    reader.reload().await;
    reader.order("middle").await;
    shop.system().hold("choose");
    shop.pushes().fault(Fault { retry_after: Some(120), ..Fault::once(429) });
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let told = words(&shop, &device).len();
    shop.minutes_pass(10 * 60).await;
    assert_eq!(words(&shop, &device).len(), told, "nobody is woken at night");
    shop.minutes_pass(2 * 60).await;
    assert_eq!(words(&shop, &device).len(), told + 1);
}

#[tokio::test]
async fn a_device_is_rung_also_after_other_sessions_were_ended() {
    let shop = Shop::empty().await;
    let (mut visitor, device) = hung(&shop).await;
    visitor.go("/bookmark").await;
    let others = visitor.here().form("#devices form");
    visitor.submit(others).await;
    assert!(visitor.here().says("다른 기기를 모두 내보냈습니다."), "{:?}", visitor.here());
    let another = shop.device();
    hang(&mut visitor, &another).await;
    shop.settle().await;
    assert_eq!(words(&shop, &device).len(), 1, "the whisper");
    assert_eq!(devices(&shop), 2);
    shop.nothing_failed();
}
