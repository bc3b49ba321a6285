//! A reader sees all that is kept about them, takes it along and has it deleted; nothing is left but
//! what the law demands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use domain::base::text::Language;
use jiff::ToSpan;
use serde_json::{Value, json};
use walk::{Doors, Recipient, Shop, Walker};

/// Words that stand nowhere else.
const LETTER: &str = "저는 금잔디나루에 삽니다";
const DRAFT: &str = "쓰다 만 은모래골 이야기";
const PEN_NAME: &str = "물푸레나무";
const STREET: &str = "까치내길 77";
const TELEPHONE: &str = "01075319864";

/// What was planted, as it would stand in the table.
const CANARIES: [&str; 6] =
    ["금잔디나루", "은모래골", PEN_NAME, STREET, "자작골 받는이", TELEPHONE];

fn recipient() -> Recipient {
    Recipient {
        name: "자작골 받는이".into(),
        phone: TELEPHONE.into(),
        ..Recipient::in_street(STREET)
    }
}

/// A reader whose book has arrived, with a draft, a bookmark, a device and the owner's answer.
async fn reader(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor().living(recipient()).writing(PEN_NAME, LETTER);
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    shop.settle().await;
    reader.go("/letter").await;
    let keep = reader.here().pressing("form > button[name=keep]").fill("letter", DRAFT);
    reader.submit(keep).await;
    reader.go("/bookmark").await;
    let form = reader.here().form("#mine form");
    reader.submit(form).await;
    (reader, order)
}

/// Everything that the shop holds outside of what the law keeps: table, queues, and the owner's file.
async fn held(shop: &Shop) -> String {
    let mut all: Vec<String> =
        shop.items().into_iter().map(|item| serde_json::to_string(&item).unwrap()).collect();
    let system = shop.system();
    for queue in system.template().queues.values() {
        all.extend(system.queues().peek(&queue.name).unwrap().into_iter().map(|m| m.body));
    }
    let export = shop.owner("owner-export", json!({ "from": shop.today().to_string() })).await;
    all.push(export.to_string());
    all.join("\n")
}

fn file_request(proof: &str) -> walk::Request {
    http::Request::post("/data/file")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("proof={proof}").into())
        .unwrap()
}

#[tokio::test]
async fn a_reader_sees_everything_takes_it_along_and_has_it_deleted() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = reader(&shop).await;
    let page = reader.go("/data").await.clone();
    assert_eq!((page.status.as_u16(), page.step()), (200, "data"));
    assert!(!page.says("9864"), "with these digits money is moved: {page:?}");
    let stranger = reader.ask(file_request("0000")).await;
    assert_eq!(stranger.status, 422);
    assert!(!stranger.body.contains("9864"));
    let file = reader.ask(file_request("9864")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"gongganmunhak.json\"");
    let text = file.body.clone();
    for canary in CANARIES {
        let shown = if canary == TELEPHONE { "0107531••••" } else { canary };
        assert!(page.says(shown), "{canary} is not on the page: {page:?}");
        assert!(text.contains(canary), "{canary} is not in the file");
        assert!(held(&shop).await.contains(canary), "{canary} was not planted");
    }
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(kept["stays_by_law_after_deletion"][0]["order"], *order);

    // The accounts of its days are still being compared.
    let refused = reader.go("/data").await;
    assert!(refused.first("[data-under-way]").is_some() && refused.says("셈을"), "{refused:?}");
    shop.days_pass(3).await;
    reader.go("/data").await;
    let form = reader.here().pressing("[data-forget]");
    let page = reader.submit(form.clone()).await;
    assert_eq!(page.status, 422, "nobody ticked that they are sure");
    let page = reader.submit(form.clone().fill("sure", "yes").fill("proof", "0000")).await;
    assert_eq!(page.status, 422, "the telephone is another");
    assert!(held(&shop).await.contains(PEN_NAME), "nothing was deleted");
    let page = reader.submit(form.fill("sure", "yes").fill("proof", "9864")).await.clone();
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.first("[data-stays='1']").is_some(), "{page:?}");
    assert_eq!(reader.go("/mailbox").await.status, 403, "the device has no session any more");

    let left = held(&shop).await;
    for canary in CANARIES {
        assert!(!left.contains(canary), "{canary} is left: {left}");
    }
    assert!(!left.contains(&format!("ORDER#{order}")), "{left}");
    assert!(!left.contains("LAST#"), "the code of the slip is gone with its order: {left}");
    // What the law demands is apart, with its end, and not the letter.
    let records = shop.kept_records();
    assert_eq!(records.len(), 1);
    let record = records[0].to_string();
    assert!(record.contains(STREET) && record.contains(TELEPHONE), "{record}");
    for gone in ["금잔디나루", "은모래골", PEN_NAME] {
        assert!(!record.contains(gone), "{gone}: {record}");
    }
    let ends: i64 = records[0]["expires"]["N"].as_str().unwrap().parse().unwrap();
    let years = (ends - shop.now().as_second()) / (365 * 24 * 60 * 60);
    assert_eq!(years, 4, "five years from the order’s last day");
    // The bookkeeping goes on: a line without a name.
    let from = shop.today().saturating_sub(5.days()).to_string();
    let export = shop.owner("owner-export", json!({ "from": from })).await;
    let csv = export["shows"][0]["data"]["csv"].as_str().unwrap();
    assert!(csv.contains(&order) && !csv.contains("자작골"), "{csv}");
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_under_way_stays_and_the_page_says_until_when() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert!(reader.go("/data").await.says("자리를 잡아 둔 주문이 있습니다"), "{:?}", reader.here());
    reader.go(&format!("/pay/{order}")).await;
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let page = reader.go("/data").await;
    assert!(page.first("[data-forget]").is_none() && page.says("아직 진행 중입니다"), "{page:?}");
    // Which book comes stays a secret, in the file as well.
    let chosen = shop.chosen(&order);
    let file = reader.ask(file_request("5678")).await.body;
    assert!(file.contains(&order) && !file.contains(&chosen), "{file}");
    assert!(!reader.go("/data").await.says(&chosen));
    // A form that was open before is refused, and nothing is deleted.
    let forged = http::Request::post("/data")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("sure=yes&proof=5678".into())
        .unwrap();
    assert_eq!(reader.ask(forged).await.status, 409);
    assert_eq!(reader.go(&format!("/window/{order}")).await.step(), "window");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_visitor_without_an_order_is_forgotten_at_once_in_both_languages() {
    let shop = Shop::empty().await;
    assert_eq!(shop.visitor().go("/data").await.status, 403, "nobody is known");
    for language in [Language::Ko, Language::En] {
        let mut visitor = shop.visitor().reading(language).writing(PEN_NAME, LETTER);
        visitor.open_the_door().await;
        visitor.through_the_rooms(Doors::Plain).await;
        visitor.sign().await;
        let page = visitor.go("/data").await;
        assert!(page.says(PEN_NAME) && page.first("[name=proof]").is_none(), "{page:?}");
        let form = visitor.here().pressing("[data-forget]").fill("sure", "yes");
        assert_eq!(visitor.submit(form).await.status, 200);
        assert!(visitor.here().first("[data-stays]").is_none(), "{:?}", visitor.here());
    }
    let left: Vec<Value> = shop
        .items()
        .into_iter()
        .filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("VISITOR#"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(shop.kept_records().is_empty());
    shop.nothing_failed();
}

#[tokio::test]
async fn who_found_an_order_has_that_one_forgotten() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = reader(&shop).await;
    shop.days_pass(3).await;
    let mut device = shop.visitor();
    device.go("/find").await;
    let form = device.here().form("form").fill("number", &order).fill("phone", TELEPHONE);
    device.submit(form).await;
    // A device that has a session of its own sees its own; this one has only the order.
    let page = device.go("/data").await.clone();
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!page.says(STREET) && !page.says("은모래골"), "{page:?}");
    assert!(!device.ask(file_request("")).await.body.contains(STREET));
    device.go("/data").await;
    let form = device.here().pressing("[data-forget]").fill("sure", "yes");
    let page = device.submit(form).await;
    assert_eq!(page.status, 200, "{page:?}");
    let left = held(&shop).await;
    assert!(!left.contains(STREET) && !left.contains(&format!("ORDER#{order}")), "{left}");
    assert_eq!(shop.kept_records().len(), 1);
    // The reader is still one, with their draft.
    assert_eq!(reader.go("/mailbox").await.status, 200);
    assert!(reader.go("/data").await.says("은모래골"));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_deletion_that_was_broken_off_is_gone_on_with() {
    let shop = Shop::at_full_price().await;
    let (mut reader, _) = reader(&shop).await;
    shop.days_pass(3).await;
    for nth in [1, 3, 6, 9] {
        reader.go("/data").await;
        let form =
            reader.here().pressing("[data-forget]").fill("sure", "yes").fill("proof", "9864");
        let fault =
            local::Fault::on(local::Service::Dynamodb, "DeleteItem", local::Breakage::Crash);
        shop.system().wire().inject(fault.of("data").nth(nth));
        let sent = http::Request::post("/data")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.encoded().into())
            .unwrap();
        let page = reader.ask(sent).await;
        assert!(page.status.is_server_error(), "{nth}: {page:?}");
        shop.system().wire().heal();
    }
    reader.go("/data").await;
    let form = reader.here().pressing("[data-forget]").fill("sure", "yes");
    let asked = reader.here().first("[name=proof]").is_some();
    let form = if asked { form.fill("proof", "9864") } else { form };
    let page = reader.submit(form).await;
    assert_eq!(page.status, 200, "{page:?}");
    let left = held(&shop).await;
    for canary in CANARIES {
        assert!(!left.contains(canary), "{canary} is left");
    }
    assert_eq!(shop.kept_records().len(), 1);
}
