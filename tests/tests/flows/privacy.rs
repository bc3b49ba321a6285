//! Personal data is only in the table, on the reader's own pages and on the owner's desk; not on a
//! queue, in a push or in a log.

use local::{Breakage, Fault, Service};
use serde_json::json;
use tracing::Level;
use walk::{Doors, Log, Onward, Pay, Recipient, Shop, Walker};

use super::{post, sent};

const PEN_NAME: &str = "카나리아필명";
const LETTER: &str = "카나리아가 창가에서 쓴 편지";

fn recipient() -> Recipient {
    Recipient {
        name: "카나리아받는이".to_owned(),
        phone: "010-7531-9864".to_owned(),
        postcode: "97531".to_owned(),
        street: "카나리아시 노래로 8642".to_owned(),
        detail: "카나리아동".to_owned(),
    }
}

/// Panics if a text contains data of the reader or of the book.
fn says_nothing(what: &str, text: &str, titles: &[String]) {
    for personal in ["카나리아", "75319864", "7531-9864"] {
        assert!(!text.contains(personal), "{what} says `{personal}`: {}", around(text, personal));
    }
    for title in titles {
        assert!(!text.contains(title.as_str()), "{what} says `{title}`: {}", around(text, title));
    }
}

fn around<'a>(text: &'a str, found: &str) -> &'a str {
    text.lines().find(|line| line.contains(found)).unwrap_or_default()
}

#[tokio::test]
async fn queues_pushes_and_logs_carry_nothing_personal() {
    let log = Log::keep(Level::DEBUG);
    let shop = Shop::open().await;
    let titles: Vec<String> = shop
        .items()
        .iter()
        .filter_map(|item| item["title"]["S"].as_str().map(ToOwned::to_owned))
        .collect();
    // Some titles are everyday words; the others suffice.
    let titles: Vec<String> =
        titles.into_iter().filter(|title| title.chars().count() > 3).collect();
    let mut reader = shop.visitor().writing(PEN_NAME, LETTER).living(recipient());
    reader.open_the_door().await;
    reader.through_the_rooms(Doors::Riddle).await;
    // What is not sent yet is kept, by the button and by the script.
    keeps(&mut reader, &[("pen_name", PEN_NAME)]).await;
    reader.sign().await;
    keeps(&mut reader, &[("letter", LETTER)]).await;
    reader.write_letter().await;
    let address = recipient();
    let typed = [("recipient", address.name.as_str()), ("street", address.street.as_str())];
    keeps(&mut reader, &typed).await;
    assert_eq!(shop.items_of_kind("draft").len(), 1);
    shop.settle().await;
    reader.order("middle").await;
    reader.pay(Pay::Refuse).await;
    reader.onward().await;
    for held in ["choose", "pack", "ship", "notify"] {
        shop.system().hold(held);
    }
    reader.pay(Pay::Approve).await;
    let (order, _) = reader.here().order();
    for function in ["choose", "pack", "ship", "notify"] {
        shop.settle().await;
        if function == "ship" {
            shop.owner_ships(&order, "123456789012").await;
            shop.settle().await;
        }
        for queue in ["ChooseQueue", "PackQueue", "ShipQueue", "NotifyQueue"] {
            for message in shop.on_queue(queue) {
                says_nothing(queue, &message.body, &titles);
            }
        }
        shop.system().release(function);
    }
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    let published = shop.published_notices();
    assert!(published.len() >= 4, "{published:?}");
    for publish in &published {
        let all = format!("{:?} {} {:?}", publish.subject, publish.message, publish.attributes);
        says_nothing("a push", &all, &titles);
    }
    shop.owner("owner-desk", json!({})).await;
    let text = log.text();
    assert!(
        text.contains("order paid") && text.contains("reader told"),
        "nothing was logged: {text}"
    );
    says_nothing("the log", &text, &titles);
}

/// Keeps what is typed into the form of this page, and too much of it as well.
async fn keeps(reader: &mut Walker, typed: &[(&str, &str)]) {
    let form = reader.here().pressing("form > button[name=keep]");
    let form = typed.iter().fold(form, |form, (field, text)| form.fill(field, text));
    let path = form.action.path().to_owned();
    reader.submit(form.clone()).await;
    let quiet = reader.ask(sent(&form.clone().tampered("keep", "quietly"))).await;
    assert_eq!(quiet.status.as_u16(), 204, "{path}");
    let endless = form.fill(typed[0].0, &typed[0].1.repeat(600));
    assert_eq!(reader.ask(sent(&endless)).await.status.as_u16(), 422, "{path}");
}

#[tokio::test]
async fn a_failure_logs_nothing_personal_either() {
    let log = Log::keep(Level::DEBUG);
    let shop = Shop::open().await;
    let mut reader = shop.visitor().writing(PEN_NAME, LETTER).living(recipient());
    reader.open_the_door().await;
    reader.through_the_rooms(Doors::Plain).await;
    // Each step fails once, then succeeds.
    fails(
        &shop,
        &reader,
        "PutItem",
        "guestbook",
        &[("pen_name", PEN_NAME), ("grown", "y"), ("terms", "y"), ("privacy", "y")],
    )
    .await;
    let kept = [("pen_name", PEN_NAME), ("keep", "/guestbook")];
    fails(&shop, &reader, "PutItem", "guestbook", &kept).await;
    reader.sign().await;
    fails(&shop, &reader, "TransactWriteItems", "letter", &[("letter", LETTER)]).await;
    fails(&shop, &reader, "PutItem", "letter", &[("letter", LETTER), ("keep", "quietly")]).await;
    // A letter that is too long is refused, although its draft cannot be saved.
    shop.system().wire().inject(broken("PutItem", "letter"));
    let body = sent_fields(&[("letter", &LETTER.repeat(300))]);
    assert_eq!(reader.ask(post("/letter", body)).await.status.as_u16(), 422);
    reader.write_letter().await;
    let form = reader.filled_counter("middle");
    shop.system().wire().inject(broken("TransactWriteItems", "counter"));
    assert_eq!(reader.ask(sent(&form)).await.status.as_u16(), 500);
    reader.order("middle").await;
    reader.to_the_payment_page().await;
    reader.choose(Pay::Approve).await;
    let Onward::Form(form) = reader.here().onward() else { panic!("no form") };
    shop.system().wire().inject(broken("TransactWriteItems", "pay"));
    assert_eq!(reader.ask(sent(&form)).await.status.as_u16(), 500);
    // A wrong owner call contains an address.
    shop.owner(
        "owner-ship",
        json!({ "parcels": [{ "order": "카나리아", "carrier": "카나리아", "number": "7531" }] }),
    )
    .await;
    let text = log.text();
    assert!(text.contains("request failed"), "nothing was logged: {text}");
    says_nothing("the log", &text, &[]);
}

/// The attempts of an SDK client.
fn broken(operation: &str, function: &str) -> Fault {
    Fault::on(Service::Dynamodb, operation, Breakage::Error500).of(function).times(3)
}

async fn fails(
    shop: &Shop,
    reader: &Walker,
    operation: &str,
    function: &str,
    fields: &[(&str, &str)],
) {
    let body = sent_fields(fields);
    shop.system().wire().inject(broken(operation, function));
    let page = reader.ask(post(&format!("/{function}"), body)).await;
    assert_eq!(page.status.as_u16(), 500, "{function}: {page:?}");
}

fn sent_fields(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
