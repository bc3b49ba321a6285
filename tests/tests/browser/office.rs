//! The owner's pages on a phone: from a key to the posted parcels, and what they say when nothing
//! waits or something is wrong.

use std::time::Instant;

use local::run::Running;
use serde_json::json;
use walk::{Doors, Page, Pay, Recipient, Walker};

use crate::tab::{Browser, COMES_WITHIN, LOOKS_EVERY};

/// A long letter, so that its page is looked at, too.
const LONG: &str = "요즘은 밤마다 창문을 열어 두고 잡니다. 골목 끝 빵집에서 새벽 네 시면 불이 켜지고, \
    그 불빛이 천장까지 올라옵니다.\n어머니가 남기신 재봉틀을 어제 처음으로 돌려 보았습니다. 바늘이 \
    천을 지나는 소리가 꼭 누가 책장을 넘기는 소리 같았습니다.\n「흰」은 이미 가지고 있어요. 겨울이 \
    오기 전에 한 권쯤, 오래 들고 있을 책이 있으면 좋겠습니다.";

/// Lets the phone in by a link of the console.
async fn let_in(phone: &Browser, shop: &Running) {
    let key = shop.system.invoke("owner-office", json!({ "key": "주인장 전화기" })).await.unwrap();
    phone.open(&format!("{}/office", shop.url())).await;
    // The console reports the 401.
    phone.wait_for("body[data-step=office] #key").await;
    phone.console().await;
    phone.look("key").await;
    phone.open(key["page"].as_str().unwrap()).await;
    phone.arrives("office").await;
    phone.follow("main form button").await;
    phone.wait_for("nav.desks").await;
}

/// Three readers order a book each.
async fn order(shop: &Running) -> Vec<String> {
    let mut orders = Vec::new();
    for (number, (name, letter)) in [
        ("봄밤", LONG),
        ("새벽비", "책갈피로 쓰던 표를 잃어버렸습니다."),
        ("물억새", "비가 옵니다."),
    ]
    .into_iter()
    .enumerate()
    {
        let mut reader =
            Walker::at(&shop.url(), None).living(Recipient::of_many(number)).writing(name, letter);
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        reader.pay(Pay::Approve).await;
        orders.push(order);
    }
    orders
}

/// Opens a page of the office again until it is as expected: messages take their time.
async fn until(phone: &Browser, shop: &Running, path: &str, expected: impl Fn(&Page) -> bool) {
    let began = Instant::now();
    loop {
        phone.open(&format!("{}{path}", shop.url())).await;
        let page = phone.arrives("office").await;
        if expected(&page) {
            return;
        }
        assert!(began.elapsed() < COMES_WITHIN, "{path} does not change: {page:?}");
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}

pub(crate) async fn morning(phone: &Browser, shop: &Running) {
    let taste = shop.system.invoke("owner-taste", json!({ "choosing": "owner" })).await.unwrap();
    shop.system.invoke("owner-taste", walk::ready(&taste)).await.unwrap();
    let_in(phone, shop).await;
    phone.look("today-empty").await;
    let orders = order(shop).await;
    let count = ".todo a[href='/office/choose'] .count";
    until(phone, shop, "/office", |page| page.text_of(count) == "3").await;
    phone.look("today").await;

    phone.follow(".todo a[href='/office/choose']").await;
    phone.arrives("office").await;
    phone.look("choose").await;
    for left in (0..orders.len()).rev() {
        phone.follow(".pick > form button").await;
        let page = phone.arrives("office").await;
        if left == 2 {
            phone.look("choose-after-a-pick").await;
        }
        assert!(page.first(".band form button").is_some(), "no way back: {page:?}");
    }
    phone.look("choose-empty").await;

    until(phone, shop, "/office/pack", |page| page.all("main > .card").len() == 3).await;
    phone.look("pack").await;
    for sheet in ["list", "slips", "labels"] {
        phone.open(&format!("{}/office/{sheet}", shop.url())).await;
        phone.arrives("office").await;
        phone.look(sheet).await;
        phone.print(sheet).await;
    }
    phone.follow("main > .acts form button").await;
    phone.arrives("office").await;
    phone.look("pack-empty").await;

    phone.open(&format!("{}/office/ship", shop.url())).await;
    phone.arrives("office").await;
    phone.look("ship").await;
    let field = |place: usize| format!("[name='number-{}']", orders[place]);
    phone.write(&field(0), "6123-4567-8901").await;
    phone.write(&field(1), "61234567890").await;
    phone.write(&field(2), "6123-4567-8902").await;
    phone.follow("main form > button").await;
    phone.wait_for("[role=alert]").await;
    // The console reports the 422.
    phone.console().await;
    phone.look("ship-422").await;
    phone.follow("main form[action='/office/do'] button").await;
    phone.arrives("office").await;
    phone.look("ship-after").await;

    for page in [
        "letters",
        "money",
        "month",
        "shelf",
        "settings",
        "find",
        "acts",
        "do/owner-stuck",
        "do/owner-redrive",
    ] {
        phone.open(&format!("{}/office/{page}", shop.url())).await;
        phone.arrives("office").await;
        phone.look(&page.replace('/', "-")).await;
    }
    // 김읽는이, to whom all of them go.
    phone.open(&format!("{}/office/find?q=%EA%B9%80%EC%9D%BD%EB%8A%94%EC%9D%B4", shop.url())).await;
    phone.arrives("office").await;
    phone.look("found").await;
    phone.open(&format!("{}/office/order/{}", shop.url(), orders[0])).await;
    phone.arrives("office").await;
    phone.look("order-shipped").await;
    phone.open(&format!("{}/office/order/{}", shop.url(), orders[1])).await;
    phone.arrives("office").await;
    phone.look("order-packed").await;
    phone.open(&format!("{}/office/letters", shop.url())).await;
    phone.click("summary").await;
    phone.write("textarea", "고맙습니다. 책은 오늘 나섰습니다.").await;
    phone.follow("details form button").await;
    phone.arrives("office").await;
    phone.look("letter-preview").await;
    phone.open(&format!("{}/office/attic", shop.url())).await;
    phone.wait_for("body[data-step=office]").await;
    phone.console().await;
    phone.look("no-such-page").await;
}
