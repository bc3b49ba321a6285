//! Nothing typed is lost: the forms of guestbook, letter and counter keep a draft until they are
//! sent, here without script.

use domain::{
    base::text::Language,
    order::letter::Letter,
    walk::draft::{Draft, LastAddress},
};
use futures_util::future::join_all;
use serde_json::json;
use walk::{Doors, Form, Page, Pay, Shop, Walker};

use super::{
    bookmark::{type_in, words},
    post, sent,
};

/// What is typed into each form, by its step.
const TYPED: [(&str, &[(&str, &str)]); 3] = [
    ("guestbook", &[("pen_name", "물억새 & <달>")]),
    ("letter", &[("letter", "\n첫 줄은 비워 두고\n\n  셋째 줄부터 씁니다. 👨‍👩‍👧")]),
    (
        "counter",
        &[
            ("recipient", "김읽는이"),
            ("phone", "010 - 1234"),
            ("postcode", "０３１"),
            ("street", "서울시 종로구"),
            ("detail", "2층"),
        ],
    ),
];

/// The button beside the form's own.
const KEEP: &str = "form > button[name=keep]";

/// Goes on from one form to the next by sending it.
async fn send(reader: &mut Walker) {
    match reader.here().step() {
        "guestbook" => reader.sign().await,
        "letter" => reader.write_letter().await,
        _ => reader.order("middle").await,
    };
}

/// A visitor at the guestbook.
async fn at_the_guestbook(shop: &Shop) -> Walker {
    let mut reader = shop.visitor();
    reader.open_the_door().await;
    reader.through_the_rooms(Doors::Plain).await;
    reader.expect("guestbook");
    reader
}

/// A visitor at the letter.
async fn at_the_letter(shop: &Shop) -> Walker {
    let mut reader = at_the_guestbook(shop).await;
    reader.sign().await;
    reader.expect("letter");
    reader
}

fn filled(form: Form, typed: &[(&str, &str)]) -> Form {
    typed.iter().fold(form, |form, (field, text)| form.fill(field, text))
}

/// Panics unless the page's form has what was typed.
fn has(page: &Page, typed: &[(&str, &str)], when: &str) {
    for (field, text) in typed {
        assert_eq!(page.value(field), *text, "{field} {when}: {page:?}");
    }
}

#[tokio::test]
async fn what_is_typed_survives_reload_back_language_another_room_and_another_device() {
    let shop = Shop::open().await;
    let mut reader = at_the_guestbook(&shop).await;
    let code = words(&mut reader).await;
    reader.go("/guestbook").await;
    for (step, typed) in TYPED {
        reader.expect(step);
        let form = filled(reader.here().pressing(KEEP), typed);
        reader.submit(form).await;
        has(reader.here(), typed, "after it is kept");
        has(reader.reload().await, typed, "after a reload");

        // Each way out of the page carries what was typed last.
        let (last, _) = typed[typed.len() - 1];
        let switch = reader.here().pressing("nav.language button");
        assert_eq!(switch.action.query(), Some("lang=en"));
        reader = reader.reading(Language::En);
        reader.submit(switch.fill(last, "in another language")).await;
        reader.expect(step);
        assert_eq!(reader.cookies()["lang"], "en");
        assert_eq!(reader.here().value(last), "in another language");
        let switch = reader.here().pressing("nav.language button");
        reader = reader.reading(Language::Ko);
        reader.submit(switch).await;
        assert_eq!(reader.here().value(last), "in another language");

        for (room, path) in [("study", "/study"), ("door", "/")] {
            let leave = reader.here().pressing(&format!("button[name=keep][value='{path}']"));
            reader.submit(filled(leave, typed)).await;
            reader.expect(room);
            reader.go(&format!("/{step}")).await;
            has(reader.here(), typed, "after another room");
        }

        let mut elsewhere = shop.visitor();
        type_in(&mut elsewhere, &code).await;
        elsewhere.go(&format!("/{step}")).await;
        has(elsewhere.here(), typed, "on another device");
        let stranger = at_the_guestbook(&shop).await;
        assert_eq!(stranger.here().value("pen_name"), "", "of somebody else");
        send(&mut reader).await;
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn the_law_is_read_without_losing_what_was_typed() {
    let shop = Shop::open().await;
    let mut reader = at_the_guestbook(&shop).await;
    for step in ["guestbook", "letter", "counter"] {
        reader.expect(step);
        // Each link of the page opens beside it; everything else is a button of the form.
        for link in reader.here().all("a:not([href^='#'])") {
            assert_eq!(link.attr("target"), Some("_blank"), "{step}: {}", link.html());
        }
        // The first button of the form sends it.
        let first = reader.here().first("form[data-onward] button").unwrap();
        assert_eq!(first.attr("name"), None, "{step}");
        send(&mut reader).await;
    }
}

#[tokio::test]
async fn a_consent_is_not_kept() {
    let shop = Shop::empty().await;
    let mut reader = at_the_guestbook(&shop).await;
    let form = reader.here().pressing(KEEP).fill("pen_name", "물억새");
    reader.submit(form.fill("terms", "yes").fill("news", "yes")).await;
    assert_eq!(reader.here().value("pen_name"), "물억새");
    assert!(reader.here().first("[type=checkbox][checked]").is_none(), "the house ticks no box");
}

#[tokio::test]
async fn what_is_sent_has_no_draft_however_often_it_is_sent() {
    let shop = Shop::open().await;
    let mut reader = at_the_guestbook(&shop).await;
    for (step, typed) in TYPED {
        let form = filled(reader.here().pressing(KEEP), typed);
        reader.submit(form.clone()).await;
        assert_eq!(shop.items_of_kind("draft").len(), 1, "{step}");
        let own = match step {
            "counter" => reader.filled_counter("middle"),
            "letter" => reader.here().form("#writing"),
            _ => {
                let form = reader.here().form("#writing").fill("grown", "yes");
                form.fill("terms", "yes").fill("privacy", "yes")
            }
        };
        let again = sent(&own);
        reader.submit(own).await;
        assert!(shop.items_of_kind("draft").is_empty(), "{step}");
        assert_eq!(reader.ask(again).await.status.as_u16(), 303, "{step} is sent twice");
        // The script of a page that was still open saves late.
        for (keep, status) in [("quietly", 204), (form.action.path(), 303)] {
            let late = sent(&form.clone().tampered("keep", keep));
            assert_eq!(reader.ask(late).await.status.as_u16(), status, "{step}");
        }
        assert!(shop.items_of_kind("draft").is_empty(), "{step} is kept after it was sent");
    }
    reader.expect("pay");
    assert_eq!(shop.items_of_kind("order").len(), 1);
    // The form of the next order is empty.
    reader.go("/letter").await;
    assert_eq!(reader.here().value("letter"), "");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_draft_that_was_saved_while_its_letter_was_sent_is_not_in_the_next_letter() {
    let shop = Shop::open().await;
    let mut reader = at_the_letter(&shop).await;
    let kept = filled(reader.here().pressing(KEEP), TYPED[1].1);
    reader.submit(kept).await;
    let late = shop.items_of_kind("draft").remove(0);
    reader.write_letter().await;
    reader.order("middle").await;
    shop.put_back(&late);
    reader.go("/letter").await;
    assert_eq!(reader.here().value("letter"), "");
}

#[tokio::test]
async fn keeping_and_sending_at_once_sends_once() {
    let shop = Shop::open().await;
    let mut reader = at_the_letter(&shop).await;
    let own = reader.here().form("#writing").fill("letter", "한 번만 보낸 편지");
    let keep = sent(&own.clone().tampered("keep", "quietly"));
    let both = join_all([keep, sent(&own)].map(|ask| reader.ask(ask))).await;
    let both: Vec<u16> = both.iter().map(|page| page.status.as_u16()).collect();
    assert_eq!(both, [204, 303]);
    reader.go("/letter").await;
    assert!(reader.here().first("#writing").is_none(), "{:?}", reader.here());
    let letters = shop.items_of_kind("letter");
    assert_eq!(letters.iter().filter(|letter| letter["author"]["S"] == "reader").count(), 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refused_form_is_kept_as_well() {
    let shop = Shop::open().await;
    let mut reader = at_the_guestbook(&shop).await;
    let half = reader.here().form("#writing").fill("pen_name", "물억새").fill("terms", "yes");
    reader.submit(half).await;
    assert_eq!(reader.here().status.as_u16(), 422);
    reader.go("/guestbook").await;
    assert_eq!(reader.here().value("pen_name"), "물억새");
    reader.sign().await;

    let long = "가".repeat(Letter::LONGEST + 1);
    let form = reader.here().form("#writing").fill("letter", &long);
    reader.submit(form).await;
    assert_eq!(reader.here().status.as_u16(), 422);
    reader.go("/letter").await;
    assert_eq!(reader.here().value("letter"), long, "a letter that is to be shortened");
    reader.write_letter().await;

    let half = filled(reader.here().form("#writing"), TYPED[2].1).fill("range", "middle");
    reader.submit(half).await;
    assert_eq!(reader.here().status.as_u16(), 422);
    reader.go("/counter").await;
    has(reader.here(), TYPED[2].1, "after it was refused");
    assert!(reader.here().first("[name=range][value=middle][checked]").is_some());
    let taken = reader.filled_counter("middle").tampered("range", "heavy");
    shop.owner_does("owner-taste", json!({ "shop": { "is": "closed", "words": "쉽니다." } })).await;
    reader.submit(taken).await;
    assert_eq!(reader.here().status.as_u16(), 409, "{:?}", reader.here());
    shop.owner_does("owner-taste", json!({ "shop": "open" })).await;
    reader.go("/counter").await;
    assert_eq!(reader.here().value("street"), "서울시 종로구 창의문로 119");
}

#[tokio::test]
async fn a_text_that_is_too_long_even_for_a_draft_stays_on_the_page_and_the_draft_as_it_was() {
    let shop = Shop::empty().await;
    let mut reader = at_the_letter(&shop).await;
    let keep = reader.here().pressing(KEEP);
    reader.submit(keep.clone().fill("letter", "앞의 글")).await;
    // Letters of one byte: the body of a request is limited as well.
    let long = "a".repeat(Draft::ROOM * Letter::LONGEST + 1);
    reader.submit(keep.fill("letter", &long)).await;
    let page = reader.here();
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.says("8000글자 안으로 줄여 주십시오"), "{page:?}");
    assert_eq!(page.value("letter"), long);
    reader.go("/letter").await;
    assert_eq!(reader.here().value("letter"), "앞의 글");
}

#[tokio::test]
async fn a_draft_ends_after_thirty_days() {
    let shop = Shop::empty().await;
    let mut reader = at_the_letter(&shop).await;
    let keep = reader.here().pressing(KEEP).fill("letter", "한 달 뒤에는 없는 글");
    reader.submit(keep).await;
    let draft = shop.items_of_kind("draft").remove(0);
    assert!(draft["sk"]["S"] == "DRAFT#letter" && draft["pk"]["S"].as_str().is_some());
    let expires: i64 = draft["expires"]["N"].as_str().unwrap().parse().unwrap();
    let days = (expires - shop.now().as_second()) / (24 * 60 * 60);
    assert!((29..=Draft::KEPT_DAYS).contains(&days), "{days}");
    shop.jump(Draft::KEPT_DAYS * 24 * 60 - 10).await;
    assert_eq!(reader.reload().await.value("letter"), "한 달 뒤에는 없는 글");
    shop.jump(20).await;
    // DynamoDB deletes late.
    shop.put_back(&draft);
    assert_eq!(reader.reload().await.value("letter"), "");
}

#[tokio::test]
async fn a_draft_is_saved_only_for_a_form_that_the_visitor_may_send() {
    let shop = Shop::empty().await;
    let mut early = shop.visitor();
    early.open_the_door().await;
    let body = "letter=x&pen_name=x&street=x&keep=quietly";
    for path in ["/guestbook", "/letter", "/counter"] {
        assert_eq!(early.ask(post(path, body)).await.status.as_u16(), 409, "{path}");
        assert_eq!(shop.visitor().ask(post(path, body)).await.status.as_u16(), 403, "{path}");
    }
    let reader = at_the_letter(&shop).await;
    let mut foreign = post("/letter", body);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(reader.ask(foreign).await.status.as_u16(), 403);
    // Nothing of the form is there.
    assert_eq!(reader.ask(post("/letter", "keep=quietly")).await.status.as_u16(), 204);
    assert!(shop.items_of_kind("draft").is_empty());
    for elsewhere in ["https://example.com", "//example.com", "/\\example.com"] {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("letter", "x"), ("keep", elsewhere)])
            .finish();
        let page = reader.ask(post("/letter", body)).await;
        assert_eq!(page.location().unwrap().path(), "/letter", "{elsewhere}");
    }
}

#[tokio::test]
async fn an_unsent_letter_is_not_the_owners() {
    let shop = Shop::open().await;
    let mut reader = at_the_letter(&shop).await;
    let keep = reader.here().pressing(KEEP).fill("letter", "아직 보내지 않은 말");
    reader.submit(keep).await;
    shop.settle().await;
    for drawer in ["owner-letters", "owner-desk"] {
        let answer = shop.owner(drawer, json!({})).await.to_string();
        assert!(!answer.contains("아직 보내지 않은 말"), "{drawer}: {answer}");
    }
    assert!(!reader.mailbox().await.says("아직 보내지 않은 말"));
    assert!(reader.go("/counter").await.status.as_u16() == 409, "nothing is sent");
}

#[tokio::test]
async fn the_second_order_finds_the_address_of_the_first_until_it_is_forgotten() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.minutes_pass(1).await;
    reader.go("/letter").await;
    reader.write_letter().await;
    let address = [
        ("recipient", "김읽는이"),
        ("phone", ""),
        ("postcode", "03134"),
        ("street", "서울시 종로구 창의문로 119"),
        ("detail", "2층"),
    ];
    has(reader.here(), &address, "of the first order");
    // Its last digits prove who somebody is, so the telephone is kept, and shown without them.
    assert!(reader.here().says("적어 두신 번호(0101234••••) 그대로면 비워 두십시오."));
    assert!(reader.here().says("지난 주문의 주소를 채워 두었습니다"), "{:?}", reader.here());
    assert!(reader.here().first("[name=range][checked], [name=agreed][checked]").is_none());
    // Of the form as it is, only the range and the agreement are missing.
    let form = reader.here().form("#writing").fill("range", "middle").fill("agreed", "yes");
    reader.submit(form).await;
    reader.pay(Pay::Approve).await;
    reader.expect("window");
    let order = reader.here().order().0;
    assert_eq!(shop.order(&order).address.phone.reveal(), "01012345678");

    let kept = shop.items_of_kind("recipient");
    assert_eq!(kept.len(), 1);
    let expires: i64 = kept[0]["expires"]["N"].as_str().unwrap().parse().unwrap();
    let days = (expires - shop.now().as_second()) / (24 * 60 * 60);
    assert!((179..=LastAddress::KEPT_DAYS).contains(&days), "{days}");

    shop.minutes_pass(1).await;
    reader.go("/letter").await;
    reader.write_letter().await;
    // A draft comes before it.
    let form = reader.here().pressing(KEEP).fill("street", "서울시 중구 세종대로 110");
    reader.submit(form).await;
    assert_eq!(reader.here().value("street"), "서울시 중구 세종대로 110");
    let forget = reader.here().form("form#forget");
    reader.submit(forget).await;
    has(reader.here(), &address.map(|(field, _)| (field, "")), "after it was forgotten");
    assert!(shop.items_of_kind("recipient").is_empty() && shop.items_of_kind("draft").is_empty());
    assert!(reader.here().first("#forget").is_none());
    shop.nothing_failed();
}

#[tokio::test]
async fn each_consent_says_what_for_what_how_long_and_that_it_may_be_refused() {
    let shop = Shop::open().await;
    for (language, says) in [
        (Language::Ko, ["목적", "항목", "기간", "거부", "5년", "180일", "30일"]),
        (Language::En, ["Purpose", "Data", "Period", "Refusal", "5 years", "180 days", "30 days"]),
    ] {
        let mut reader = shop.visitor().reading(language);
        reader.open_the_door().await;
        reader.through_the_rooms(Doors::Plain).await;
        let notice = reader.clone().go("/notice").await.text();
        for (consent, parts) in [("#privacy-to", &says[..]), ("#news-to", &says[..4])] {
            let text = reader.here().text_of(consent);
            for part in parts {
                assert!(text.contains(part), "{consent} does not say {part}: {text}");
            }
        }
        for period in &says[4..] {
            assert!(notice.contains(period), "the notice does not say {period}");
        }
        reader.sign().await;
        reader.write_letter().await;
        let text = reader.here().text_of(".keeping");
        for part in &says[..6] {
            assert!(text.contains(part), "the counter does not say {part}: {text}");
        }
    }
}
