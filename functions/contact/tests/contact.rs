//! A question to the shop: with and without a walk, once, counted, answered, and deleted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use domain::{base::text::Language, order::letter::question};
use serde_json::{Value, json};
use walk::{Doors, Form, Page, Request, Shop, Walker, shown};

const QUESTION: &str = "주문한 책이 오지 않습니다.\n금잔디나루로 보내셨나요?";
const MAIL: &str = "moonreader@example.com";

async fn unread(shop: &Shop) -> Vec<Value> {
    shop.owner("owner-letters", json!({})).await["shows"].as_array().cloned().unwrap_or_default()
}

fn asking(page: &Page, text: &str, answer_to: &str) -> Form {
    page.form("form[data-onward]").fill("question", text).fill("answer_to", answer_to)
}

fn sent(form: &Form) -> Request {
    http::Request::post(form.action.path())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.encoded().into())
        .unwrap()
}

/// A stranger who has asked.
async fn asked(shop: &Shop) -> Walker {
    let mut stranger = shop.visitor();
    stranger.go("/contact").await;
    let form = asking(stranger.here(), QUESTION, MAIL);
    let page = stranger.submit(form).await;
    assert!(page.status == 200 && page.first("[data-sent]").is_some(), "{page:?}");
    stranger
}

/// A reader on a walk.
async fn on_a_walk(shop: &Shop) -> Walker {
    let mut reader = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.");
    reader.to_the_counter(Doors::Plain).await;
    reader
}

#[tokio::test]
async fn a_stranger_asks_and_the_owner_answers_by_mail_or_telephone() {
    let shop = Shop::empty().await;
    let mut stranger = shop.visitor();
    for path in ["/", "/notice"] {
        let page = stranger.go(path).await;
        assert!(page.first("footer a[href='/contact']").is_some(), "{path}");
    }
    assert!(stranger.here().first("#contact a[href='/contact']").is_some());
    let stranger = asked(&shop).await;
    assert!(stranger.here().says(MAIL) && stranger.here().says("금잔디나루"));

    let waiting = unread(&shop).await;
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert_eq!(waiting[0]["text"], QUESTION);
    assert!(waiting[0]["title"].as_str().unwrap().starts_with("문의"), "{waiting:#?}");
    assert!(waiting[0]["facts"].to_string().contains(MAIL), "{waiting:#?}");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(desk["shows"].to_string().contains("\"편지\""), "{desk:#}");

    // There is no mailbox: an answer into it is refused with the reason.
    let letter = waiting[0]["data"]["letter"].clone();
    let answered = json!({ "letters": [{ "letter": letter, "answer": "곧 갑니다." }] });
    let refused = shop.owner("owner-letters", answered).await;
    assert!(refused["problems"].to_string().contains("편지함이 없습니다"), "{refused:#}");
    let ready: Vec<&Value> =
        waiting[0]["calls"].as_array().unwrap().iter().map(|call| &call["why"]).collect();
    assert_eq!(ready, ["답했음", "불만·다툼의 기록으로 남기기"]);
    let call = waiting[0]["calls"][0]["call"].clone();
    shop.owner_does("owner-letters", call.clone()).await;
    assert!(unread(&shop).await.is_empty());
    let again = shop.owner_does("owner-letters", call).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");

    // It ends thirty days after the answer, with the address.
    let item = &shop.items_of_kind("letter")[0];
    let ends: i64 = item["expires"]["N"].as_str().unwrap().parse().unwrap();
    let days = (ends - shop.now().as_second()) / (24 * 60 * 60);
    assert!((question::KEPT_DAYS - 1..=question::KEPT_DAYS).contains(&days), "{days}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_gets_the_answer_in_the_mailbox_and_keeps_a_draft() {
    let shop = Shop::at_full_price().await;
    let mut reader = on_a_walk(&shop).await;
    reader.go("/contact").await;
    assert!(reader.here().first("[name=answer_to]").is_none(), "{:?}", reader.here());
    let keep = reader.here().pressing("form > button[name=keep]").fill("question", "쓰다 만 물음");
    reader.submit(keep).await;
    assert_eq!(reader.go("/contact").await.value("question"), "쓰다 만 물음");
    let form = reader.here().form("form[data-onward]").fill("question", "");
    let page = reader.submit(form).await;
    assert!(page.status == 422 && page.says("물으실 말씀을"), "{page:?}");
    let form = reader.here().form("form[data-onward]").fill("question", QUESTION);
    let page = reader.submit(form).await;
    assert!(page.says("답은 편지함에 놓아 드립니다."), "{page:?}");
    assert!(shop.items_of_kind("draft").is_empty(), "what is sent is no draft");

    let waiting = unread(&shop).await;
    assert_eq!(waiting.len(), 1, "the letter of the order is not on the desk before it is paid");
    assert_eq!(waiting[0]["title"], "문의 · 나그네 님");
    let answer = json!({ "letters": [{ "letter": waiting[0]["data"]["letter"], "answer": "내일 갑니다." }] });
    shop.owner_does("owner-letters", answer).await;
    shop.settle().await;
    let mailbox = reader.mailbox().await;
    assert!(mailbox.says("내일 갑니다.") && mailbox.says("보내신 문의"), "{mailbox:?}");
    assert!(mailbox.first("a[data-reply]").is_some(), "the answer can be replied to");

    // The question is not the letter of the order that follows.
    reader.go("/counter").await;
    reader.order("middle").await;
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let texts: Vec<Value> = unread(&shop).await.iter().map(|show| show["text"].clone()).collect();
    assert_eq!(texts, ["창밖에 눈이 옵니다."]);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_question_is_sent_once_and_what_is_typed_stays() {
    let shop = Shop::empty().await;
    let mut stranger = shop.visitor();
    stranger.go("/contact").await;
    for (text, to, problem) in [
        (" \u{3164}", MAIL, "물으실 말씀을"),
        (QUESTION, "금잔디나루", "전자우편이나 전화번호를"),
        (QUESTION, "a@b", "전자우편이나 전화번호를"),
    ] {
        let form = asking(stranger.here(), text, to);
        let page = stranger.submit(form).await;
        assert!(page.status == 422 && page.says(problem), "{problem}: {page:?}");
        assert_eq!((page.value("question"), page.value("answer_to")), (text.into(), to.into()));
    }
    // The other language takes it along, and stores nothing.
    let switch = stranger.here().pressing("nav.language button");
    stranger = stranger.reading(Language::En);
    let page = stranger.submit(switch.fill("question", QUESTION).fill("answer_to", MAIL)).await;
    assert_eq!((page.value("question"), page.value("answer_to")), (QUESTION.into(), MAIL.into()));
    assert!(page.says("Nothing is stored before you send it."), "{page:?}");
    assert!(shop.items().iter().all(|item| !item.to_string().contains("금잔디나루")));

    let form = page.form("form[data-onward]");
    for _ in 0..3 {
        assert_eq!(stranger.ask(sent(&form)).await.status, 200);
    }
    assert_eq!(unread(&shop).await.len(), 1);
    let mut foreign = sent(&form);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(stranger.ask(foreign).await.status, 403);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_device_that_was_sent_out_writes_nothing_into_the_mailbox() {
    let shop = Shop::empty().await;
    let mut reader = on_a_walk(&shop).await;
    reader.go("/bookmark").await;
    let form = reader.here().form("#mine form");
    reader.submit(form).await;
    let mut lost = reader.clone();
    reader.go("/bookmark").await;
    let form = reader.here().form("#devices form");
    reader.submit(form).await;
    let before = reader.mailbox().await.all("ul.letters li").len();
    lost.go("/contact").await;
    let form = asking(lost.here(), QUESTION, MAIL);
    assert!(lost.submit(form).await.first("[data-sent]").is_some());
    assert_eq!(unread(&shop).await.len(), 1);
    assert_eq!(reader.mailbox().await.all("ul.letters li").len(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn the_desk_cannot_be_flooded() {
    let shop = Shop::empty().await;
    // One device.
    let mut stranger = asked(&shop).await;
    for round in 2..=5_u32 {
        stranger.go("/contact").await;
        let to = format!("reader{round}@example.com");
        let form = asking(stranger.here(), QUESTION, &to);
        let page = stranger.submit(form).await;
        let taken = round <= question::OF_A_DEVICE;
        assert_eq!(page.status, if taken { 200 } else { 429 }, "{round}: {page:?}");
        if !taken {
            assert!(page.headers.contains_key("retry-after"));
            assert_eq!(page.value("question"), QUESTION);
            assert!(page.says("부터 다시 보내실 수 있습니다"), "{page:?}");
        }
    }
    assert_eq!(unread(&shop).await.len(), 3);
    // One address, from many devices.
    shop.minutes_pass(11).await;
    for round in 1..=5_u32 {
        let mut other = shop.visitor();
        other.go("/contact").await;
        let form = asking(other.here(), QUESTION, "010-1234-5678");
        let page = other.submit(form).await;
        assert_eq!(page.status, if round <= question::OF_AN_ADDRESS { 200 } else { 429 });
    }
    // All devices and addresses together.
    shop.minutes_pass(11).await;
    let mut taken = 0;
    for round in 0..question::OF_ALL + 5 {
        let mut other = shop.visitor();
        other.go("/contact").await;
        let form = asking(other.here(), QUESTION, &format!("somebody{round}@example.com"));
        taken += u32::from(other.submit(form).await.status == 200);
    }
    assert_eq!(taken, question::OF_ALL);
    // Ten minutes later it goes on.
    shop.minutes_pass(11).await;
    asked(&shop).await;
    shop.nothing_failed();
}

#[tokio::test]
async fn a_complaint_is_kept_apart_for_three_years() {
    let shop = Shop::empty().await;
    asked(&shop).await;
    let waiting = unread(&shop).await;
    let mut call = waiting[0]["calls"][1]["call"].clone();
    let empty = shop.owner("owner-letters", call.clone()).await;
    assert!(empty["problems"].to_string().contains("complaint"), "{empty:#}");
    call["letters"][0]["complaint"] = "새 책을 다시 보냈습니다".into();
    let done = shop.owner_does("owner-letters", call).await;
    assert!(done["did"][0].as_str().unwrap().contains("3년 동안"), "{done:#}");
    assert!(unread(&shop).await.is_empty());
    let kept = shop.kept_records();
    assert_eq!(kept.len(), 1, "{kept:#?}");
    for (field, text) in [
        ("text", QUESTION),
        ("answer_to", MAIL),
        ("handled", "새 책을 다시 보냈습니다"),
        ("legal_basis", "전자상거래법 시행령 제6조"),
    ] {
        assert_eq!(kept[0][field]["S"], text, "{kept:#?}");
    }
    let ends: i64 = kept[0]["expires"]["N"].as_str().unwrap().parse().unwrap();
    let years = (ends - shop.now().as_second()) / (365 * 24 * 60 * 60);
    assert_eq!(years, i64::from(question::COMPLAINT_YEARS));
    shop.nothing_failed();
}

#[tokio::test]
async fn who_asked_sees_and_deletes_it_and_so_does_the_owner_for_them() {
    let shop = Shop::empty().await;
    let mut stranger = asked(&shop).await;
    let page = stranger.go("/data").await;
    assert!(page.status == 200 && page.says("금잔디나루") && page.says(MAIL), "{page:?}");
    let form = page.pressing("[data-forget]").fill("sure", "yes");
    let gone = stranger.submit(form).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert!(unread(&shop).await.is_empty());
    assert!(!shop.items().iter().any(|item| item.to_string().contains(MAIL)));
    assert_eq!(stranger.go("/data").await.status, 403, "nothing is kept");

    asked(&shop).await;
    let desk = shop.owner("owner-letters", json!({})).await;
    let letter = shown(&desk)[0]["letter"].clone();
    let done = shop.owner_does("owner-forget", json!({ "letter": letter })).await;
    assert!(done["did"][0].as_str().unwrap().contains("지웠습니다"), "{done:#}");
    assert!(!shop.items().iter().any(|item| item.to_string().contains(MAIL)));
    shop.nothing_failed();
}
