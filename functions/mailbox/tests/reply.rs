//! A reader replies to a letter of the owner, without ordering: once, and nothing typed is lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use domain::{base::text::Language, order::letter::Letter};
use local::{Breakage, Fault, Service};
use serde_json::{Value, json};
use walk::{Doors, Form, Page, Shop, Walker, book, isbn};

/// The answer of the owner to every reader's letter.
const ANSWER: &str = "여기도 눈이 옵니다.\n그 마을 이름이 무엇이었지요?";

/// What the reader writes back.
const REPLY: &str = "은모래골입니다.\n봄에 다시 쓰겠습니다.";

/// The button beside the form's own.
const KEEP: &str = "form > button[name=keep]";

async fn unread(shop: &Shop) -> Vec<Value> {
    shop.owner("owner-letters", json!({})).await["shows"].as_array().cloned().unwrap_or_default()
}

/// The owner answers every letter on the desk.
async fn owner_answers(shop: &Shop, answer: &str) {
    let letters: Vec<Value> = unread(shop)
        .await
        .iter()
        .map(|letter| json!({ "letter": letter["data"]["letter"], "answer": answer }))
        .collect();
    shop.owner_does("owner-letters", json!({ "letters": letters })).await;
    shop.settle().await;
}

/// A reader with a paid order whose letter is answered.
async fn answered(shop: &Shop) -> Walker {
    let mut reader = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.");
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    owner_answers(shop, ANSWER).await;
    reader
}

/// Opens the page of the newest letter that has no reply. Returns its path.
async fn to_the_reply(reader: &mut Walker) -> String {
    let mailbox = reader.mailbox().await;
    let link = mailbox.first("a[data-reply]").unwrap_or_else(|| panic!("{mailbox:?}"));
    let path = link.attr("href").unwrap().to_owned();
    reader.go(&path).await;
    assert_eq!(reader.here().status, 200);
    path
}

fn replying(page: &Page, text: &str) -> Form {
    page.form("form[data-onward]").fill("letter", text)
}

#[tokio::test]
async fn a_reply_lies_on_the_owners_desk_with_what_went_before_and_is_answered() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 2)]).await;
    let mut reader = answered(&shop).await;
    to_the_reply(&mut reader).await;
    assert!(reader.here().says("그 마을 이름이 무엇이었지요?"), "{:?}", reader.here());
    let form = replying(reader.here(), REPLY);
    let done = reader.submit(form).await;
    assert!(done.status == 200 && done.says("책상 위에 놓아 두었소"), "{done:?}");

    let waiting = unread(&shop).await;
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert_eq!((&waiting[0]["text"], &waiting[0]["title"]), (&json!(REPLY), &json!("나그네 님")));
    let before: Vec<String> =
        waiting[0]["facts"].as_array().unwrap().iter().map(|fact| fact[1].to_string()).collect();
    assert!(before[1].contains("여기도 눈이 옵니다."), "{before:?}");
    assert!(before[2].contains("창밖에 눈이 옵니다."), "{before:?}");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(desk["shows"].to_string().contains("\"편지\""), "{desk:#}");

    // The answer comes into the mailbox and by push, and can be replied to in its turn.
    for round in 0..12 {
        let answer = format!("답장 {round}");
        owner_answers(&shop, &answer).await;
        assert!(unread(&shop).await.is_empty());
        assert!(reader.mailbox().await.says(&answer));
        to_the_reply(&mut reader).await;
        let form = replying(reader.here(), &format!("{round}째 답장"));
        reader.submit(form).await;
        assert_eq!(unread(&shop).await.len(), 1, "{round}");
        shop.minutes_pass(1).await;
    }
    let answered = |publish: &local::Publish| publish.message.contains("answered");
    let told = shop.published_notices().into_iter().filter(answered).count();
    assert_eq!(told, 13, "each answer was told once");
    let mailbox = reader.mailbox().await;
    assert!(mailbox.says("은모래골입니다.") && mailbox.says("주인장께 보낸 답장"));
    assert_eq!(mailbox.all("[data-replied]").len(), 13);
    assert!(mailbox.first("a[data-reply]").is_none());
    let longest = shop.items_of_kind("letter");
    let longest = longest.iter().map(|item| item["sk"]["S"].as_str().unwrap().len()).max();
    assert!(longest.unwrap() < 100, "names do not grow with the letters: {longest:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reply_is_sent_once_whatever_is_clicked() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 2)]).await;
    let mut reader = answered(&shop).await;
    to_the_reply(&mut reader).await;
    let mut other = reader.clone();
    let form = replying(reader.here(), REPLY);
    let clicks: Vec<_> = (0..4).map(|_| reader.ask(sent(&form))).collect();
    for click in futures_util::future::join_all(clicks).await {
        assert_eq!(click.status, 303, "{click:?}");
    }
    assert_eq!(unread(&shop).await.len(), 1);
    reader.submit(form.clone()).await;
    assert_eq!((reader.here().status.as_u16(), unread(&shop).await.len()), (200, 1));
    // What was emptied meanwhile is sent as well.
    assert_eq!(reader.ask(sent(&form.clone().fill("letter", ""))).await.status, 303);

    // Another device wrote something else: it is not sent, not lost, and told.
    let form = replying(other.here(), "다른 기기에서 쓴 답장");
    let refused = other.submit(form).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("이미 답장을 보내셨습니다"), "{refused:?}");
    assert!(refused.says("은모래골입니다."), "what was sent: {refused:?}");
    assert_eq!(refused.text_of("[data-unsent] p"), "다른 기기에서 쓴 답장");
    // A draft that is saved late finds the form gone.
    let late = kept(refused.url.path(), "늦은 초고");
    assert_eq!(other.ask(late).await.status, 303);
    assert_eq!(unread(&shop).await.len(), 1);
    assert!(shop.items_of_kind("draft").is_empty());
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_typed_survives_errors_reloads_languages_and_other_devices() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 2)]).await;
    let mut reader = answered(&shop).await;
    reader.go("/bookmark").await;
    let get = reader.here().form("#mine form");
    reader.submit(get).await;
    let words = reader.here().text_of("[data-bookmark]");
    let path = to_the_reply(&mut reader).await;
    for (text, problem) in [
        (" \u{200B}\n".to_owned(), "한 줄이라도"),
        ("가".repeat(Letter::LONGEST + 1), "4,000글자까지"),
    ] {
        let form = replying(reader.here(), &text);
        let page = reader.submit(form).await;
        assert!(page.status == 422 && page.says(problem), "{problem}: {page:?}");
        assert_eq!(page.value("letter"), text);
    }
    assert_eq!(reader.go(&path).await.value("letter"), "가".repeat(Letter::LONGEST + 1));
    let keep = reader.here().pressing(KEEP).fill("letter", "쓰다 만 답장");
    reader.submit(keep).await;
    assert_eq!(reader.here().value("letter"), "쓰다 만 답장");
    let switch = reader.here().pressing("nav.language button");
    reader = reader.reading(Language::En);
    reader.submit(switch.fill("letter", "half a reply")).await;
    assert_eq!(reader.here().value("letter"), "half a reply");
    assert_eq!(reader.here().url.path(), path);

    let mut elsewhere = shop.visitor();
    elsewhere.go("/bookmark").await;
    let form = elsewhere.here().form("#open form").fill("bookmark", &words);
    elsewhere.submit(form).await;
    assert_eq!(elsewhere.go(&path).await.value("letter"), "half a reply");
    // An order between does not take the draft away.
    reader.order_again("middle").await;
    assert_eq!(elsewhere.go(&path).await.value("letter"), "half a reply");
    let form = replying(elsewhere.here(), REPLY);
    elsewhere.submit(form).await;
    assert!(shop.items_of_kind("draft").is_empty(), "what is sent is no draft");
    let sent = reader.go(&path).await;
    assert!(sent.says("lies on the owner’s desk") && sent.first("form").is_none(), "{sent:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn only_the_owners_letters_of_ones_own_are_replied_to() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 2)]).await;
    let mut reader = answered(&shop).await;
    let mailbox = reader.mailbox().await;
    assert_eq!(mailbox.all("a[data-reply]").len(), 1, "one of the owner’s: {mailbox:?}");
    assert!(mailbox.all("ul.letters li").len() > 3, "beside the shop’s own");
    let path = to_the_reply(&mut reader).await;
    let (path, form) = (path.as_str(), replying(reader.here(), REPLY));

    // Later, so that no letter of theirs lies at the same place.
    shop.minutes_pass(1).await;
    let mut somebody = answered(&shop).await;
    assert_eq!(somebody.go(path).await.status, 404, "of another mailbox");
    assert_eq!(somebody.ask(sent(&form)).await.status, 404);
    let mut stranger = shop.visitor();
    assert_eq!(stranger.go(path).await.status, 403);
    let own: Vec<String> = shop
        .items_of_kind("letter")
        .iter()
        .filter(|item| item["author"]["S"] != "owner")
        .filter_map(|item| item["sk"]["S"].as_str()?.strip_prefix("LETTER#").map(to_segment))
        .collect();
    assert!(own.len() > 3);
    for segment in own.iter().map(String::as_str).chain(["x", "%00", "%ED%8E%B8%EC%A7%80"]) {
        let page = reader.go(&format!("/mailbox/{segment}")).await;
        assert!(page.status == 404 || page.step() != "mailbox", "{segment}: {page:?}");
    }
    assert!(unread(&shop).await.is_empty());
    let mut foreign = sent(&form);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(reader.ask(foreign).await.status, 403);
    assert!(unread(&shop).await.is_empty());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reply_is_not_the_letter_of_the_next_order() {
    // The rules choose; a letter that names the best book would send the order to the desk.
    let shop = Shop::with_books(&[book(1, 17_000, 5, 2), book(9, 17_000, 4, 2)]).await;
    let mut reader = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.");
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    owner_answers(&shop, ANSWER).await;
    reader.go("/letter").await;
    reader.write_letter().await;
    shop.minutes_pass(1).await;
    to_the_reply(&mut reader).await;
    let form = replying(reader.here(), "없는 책 9는 이미 있어요.");
    reader.submit(form).await;
    shop.minutes_pass(1).await;
    reader.go("/counter").await;
    reader.order("middle").await;
    let order = reader.here().order().0;
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.chosen(&order)), ("chosen", isbn(9)));
    let texts: Vec<Value> =
        unread(&shop).await.iter().map(|letter| letter["text"].clone()).collect();
    assert_eq!(texts, ["창밖에 눈이 옵니다.", "없는 책 9는 이미 있어요."]);
    shop.nothing_failed();
}

/// A reader whose letter is answered, and whose data can be deleted.
async fn arrived(shop: &Shop) -> Walker {
    let mut reader = answered(shop).await;
    let order = reader.window().await.order().0;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    shop.days_pass(4).await;
    reader
}

#[tokio::test]
async fn a_reply_that_meets_the_deletion_of_its_reader_is_not_left_behind() {
    let shop = Shop::at_full_price().await;
    let mut reader = arrived(&shop).await;
    let mut writing = reader.clone();
    to_the_reply(&mut writing).await;
    let form = replying(writing.here(), REPLY);
    reader.go("/data").await;
    let deletion = reader.here().pressing("[data-forget]").fill("sure", "yes");
    let wire = shop.system().wire().clone();
    wire.inject(Fault::on(Service::Dynamodb, "DeleteItem", Breakage::Pause).of("data"));
    let meanwhile = async {
        wire.paused().await;
        assert_eq!(writing.submit(form).await.status, 200);
        wire.go_on();
    };
    let (status, ()) = tokio::join!(async { reader.submit(deletion).await.status }, meanwhile);
    assert_eq!(status, 409, "{:?}", reader.here());
    let form = reader.here().pressing("[data-forget]").fill("sure", "yes");
    assert_eq!(reader.submit(form).await.status, 200);
    assert!(unread(&shop).await.is_empty());
    assert!(!shop.items().iter().any(|item| item.to_string().contains("은모래골")));
}

#[tokio::test]
async fn a_reply_goes_with_its_reader() {
    let shop = Shop::at_full_price().await;
    let mut reader = arrived(&shop).await;
    to_the_reply(&mut reader).await;
    let form = replying(reader.here(), REPLY);
    reader.submit(form).await;
    let desk = shop.owner("owner-letters", json!({})).await;
    assert_eq!(desk["shows"][0]["text"], REPLY);
    assert!(reader.go("/data").await.says("은모래골입니다."));
    let form = reader.here().pressing("[data-forget]").fill("sure", "yes");
    let gone = reader.submit(form).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert!(unread(&shop).await.is_empty());
    let answer = shop.owner("owner-letters", desk["shows"][0]["calls"][1]["call"].clone()).await;
    assert!(answer["problems"].to_string().contains("이런 편지는 없습니다"), "{answer:#}");
    assert!(!shop.items().iter().any(|item| item.to_string().contains("은모래골")));
    shop.nothing_failed();
}

fn to_segment(place: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(place)
}

fn sent(form: &Form) -> walk::Request {
    http::Request::post(form.action.path())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.encoded().into())
        .unwrap()
}

/// A draft of the reply at a path, as the script saves it.
fn kept(path: &str, text: &str) -> walk::Request {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("letter", text), ("keep", path)])
        .finish();
    http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.into())
        .unwrap()
}
