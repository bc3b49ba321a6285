//! Only a key from the console lets a device in, and only its own pages can act.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use walk::{Doors, OwnerDevice, Shop, book};

/// The link of a new key, as a path, and its letters.
async fn key(shop: &Shop) -> (String, String) {
    let answer = shop.owner("owner-office", json!({ "key": "주인장 전화기" })).await;
    let link = answer["page"].as_str().unwrap().to_owned();
    let path = link[link.find("/office").unwrap()..].to_owned();
    (path, answer["shows"][0]["data"]["key"].as_str().unwrap().to_owned())
}

fn status(device: &OwnerDevice) -> u16 {
    device.here().status.as_u16()
}

#[tokio::test]
async fn a_link_is_opened_often_and_used_once() {
    let shop = Shop::empty().await;
    let (link, letters) = key(&shop).await;
    let mut messenger = OwnerDevice::outside(&shop);
    for _ in 0..2 {
        messenger.open(&link).await;
        assert_eq!(messenger.here().value("name"), "주인장 전화기", "the link is a form");
    }
    assert!(messenger.walker().cookies().keys().all(|name| !name.contains("office")));
    let mut phone = OwnerDevice::outside(&shop);
    phone.open(&link).await;
    phone.fill("name", "새 전화기").press("이 기기에서 열기").await;
    assert_eq!((status(&phone), phone.here().url.path()), (200, "/office"));
    let told = shop.owner_messages();
    assert!(told.last().unwrap().contains("새 기기가 들어왔습니다: 새 전화기"), "{told:?}");
    phone.open("/office/settings").await;
    assert!(phone.here().says("새 전화기 (이 기기)"), "{:?}", phone.here());
    // The second use, by link and by letters.
    messenger.open(&link).await;
    messenger.press("이 기기에서 열기").await;
    assert_eq!(status(&messenger), 422, "{:?}", messenger.here());
    messenger.fill("key", &letters).press("이 기기에서 열기").await;
    assert_eq!(status(&messenger), 422, "{:?}", messenger.here());
    assert_eq!(messenger.here().value("key"), letters, "what was typed stays");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_key_is_typed_as_people_type_and_ends_after_ten_minutes() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::outside(&shop);
    phone.open("/office").await;
    assert_eq!(status(&phone), 401);
    let (_, letters) = key(&shop).await;
    phone.fill("key", &letters.to_lowercase().replace('-', " ")).press("이 기기에서 열기").await;
    assert_eq!(status(&phone), 200, "{:?}", phone.here());
    let (link, letters) = key(&shop).await;
    shop.minutes_pass(10).await;
    let mut late = OwnerDevice::outside(&shop);
    late.open(&link).await;
    late.press("이 기기에서 열기").await;
    assert_eq!(status(&late), 422, "{:?}", late.here());
    late.fill("key", &letters).press("이 기기에서 열기").await;
    assert_eq!(status(&late), 422);
    shop.nothing_failed();
}

#[tokio::test]
async fn the_eleventh_typed_key_waits_and_a_link_goes_on() {
    let shop = Shop::empty().await;
    let mut thief = OwnerDevice::outside(&shop);
    thief.open("/office/key").await;
    for _ in 0..10 {
        thief.fill("key", "AAAA-AAAA").press("이 기기에서 열기").await;
        assert_eq!(status(&thief), 422);
    }
    thief.fill("key", "AAAA-AAAA").press("이 기기에서 열기").await;
    assert_eq!(status(&thief), 429, "{:?}", thief.here());
    // A text that can be no key is not counted, because it is not looked up.
    thief.fill("key", "열쇠").press("이 기기에서 열기").await;
    assert_eq!(status(&thief), 422);
    let (link, _) = key(&shop).await;
    let mut phone = OwnerDevice::outside(&shop);
    phone.open(&link).await;
    phone.press("이 기기에서 열기").await;
    assert_eq!(status(&phone), 200, "{:?}", phone.here());
    shop.minutes_pass(10).await;
    thief.fill("key", "AAAA-AAAA").press("이 기기에서 열기").await;
    assert_eq!(status(&thief), 422, "the time is over");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_a_forger_and_an_old_device_are_not_in() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    assert_eq!(reader.go("/office").await.status.as_u16(), 401, "a session opens no office");
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let (name, cookie) =
        phone.walker().cookies().iter().find(|(name, _)| name.contains("office")).unwrap();
    let (name, cookie) = (name.clone(), cookie.clone());
    let (id, secret) = cookie.split_once('.').unwrap();
    let longer = format!("{cookie}0");
    let other = format!("{}.{secret}", "0".repeat(32));
    let guessed = format!("{id}.{}", "0".repeat(64));
    for forged in ["", ".", "x", "x.y", "OFFICE.x", &longer, &other, &guessed] {
        let mut forger = OwnerDevice::outside(&shop);
        forger.walker().set_cookie(&name, forged);
        assert_eq!(forger.open("/office").await.status.as_u16(), 401, "{forged}");
    }
    // A device that was not used for 30 days is out.
    shop.jump(29 * 24 * 60).await;
    assert_eq!(phone.open("/office").await.status.as_u16(), 200);
    shop.jump(29 * 24 * 60).await;
    assert_eq!(phone.open("/office").await.status.as_u16(), 200, "its days begin anew");
    shop.jump(31 * 24 * 60).await;
    assert_eq!(phone.open("/office").await.status.as_u16(), 401);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_device_puts_itself_and_others_out() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let mut desk = OwnerDevice::let_in(&shop, "작업실").await;
    phone.open("/office/settings").await;
    phone.press("모두 닫기").await;
    assert_eq!(phone.here().url.path(), "/office/key");
    for device in [&mut phone, &mut desk] {
        assert_eq!(device.open("/office").await.status.as_u16(), 401);
    }
    shop.nothing_failed();
}

/// A POST with these headers and fields.
async fn post(device: &mut OwnerDevice, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let mut request =
        http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned().into()).unwrap();
    device.walker().ask(request).await.status.as_u16()
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing_and_is_not_kept() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let before = shop.order_item(&order);
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let call = json!({ "packed": [order] }).to_string();
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    let token = phone_token(&mut phone).await;
    let body = fields
        .append_pair("function", "owner-pack")
        .append_pair("call", &call)
        .append_pair("form", &token)
        .finish();
    let own = phone.here().url.origin().ascii_serialization();
    let without_token = body.replace(&token, "");
    let evil = ("origin", "https://evil.example");
    let refused: [(&[(&str, &str)], &str); 5] = [
        (&[("sec-fetch-site", "cross-site"), evil], &body),
        (&[("sec-fetch-site", "same-site"), evil], &body),
        (&[("origin", "null")], &body),
        (&[], &body),
        (&[("sec-fetch-site", "same-origin"), ("origin", &own)], &without_token),
    ];
    for (headers, body) in refused {
        assert_eq!(post(&mut phone, "/office/do", headers, body).await, 403, "{headers:?}");
    }
    // A stranger's form must not come back as the owner's after signing in.
    let mut outside = OwnerDevice::outside(&shop);
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    assert_eq!(post(&mut outside, "/office/do", &foreign, &body).await, 403);
    shop.settle().await;
    assert_eq!(shop.order_item(&order), before);
    // The same form from the device's own page.
    let headers = [("sec-fetch-site", "same-origin"), ("origin", own.as_str())];
    assert_eq!(post(&mut phone, "/office/do", &headers, &body).await, 303);
    shop.nothing_failed();
}

/// The token of a device's forms.
async fn phone_token(phone: &mut OwnerDevice) -> String {
    phone.open("/office/settings").await.value("form")
}

#[tokio::test]
async fn what_was_sent_without_a_device_comes_back_as_a_filled_form() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/pack").await;
    shop.owner_does("owner-office", json!({ "revoke": "all" })).await;
    phone.press("모두 포장했습니다").await;
    assert_eq!(status(&phone), 401, "{:?}", phone.here());
    assert_eq!(shop.state(&order), "chosen");
    // A wrong key keeps it, too.
    phone.fill("key", "AAAA-AAAA").press("이 기기에서 열기").await;
    assert_eq!(status(&phone), 422);
    let (_, letters) = key(&shop).await;
    phone.fill("key", &letters).press("이 기기에서 열기").await;
    assert!(phone.here().says("보내시던 것을 그대로 두었습니다"), "{:?}", phone.here());
    phone.press("이어서 하기").await;
    assert_eq!(status(&phone), 200, "{:?}", phone.here());
    assert_eq!(shop.state(&order), "packed");
    shop.nothing_failed();
}

#[tokio::test]
async fn no_page_calls_what_makes_keys_or_sets_rooms() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    for function in ["owner-office", "owner-house", "pay", "door"] {
        phone.open(&format!("/office/do/{function}")).await;
        assert_eq!(status(&phone), 404, "{function}");
    }
    shop.nothing_failed();
}

/// What a function may write into the table `Office`: the key of an item, tried with its role.
async fn may_put(shop: &Shop, function: &str, partition: &str) -> bool {
    let table = shop.system().template().tables["Office"].name.clone();
    let put = shop
        .client_of(function)
        .put_item()
        .table_name(table)
        .item("pk", AttributeValue::S(partition.to_owned()))
        .item("sk", AttributeValue::S("DEVICE#forged".to_owned()))
        .send()
        .await;
    match put {
        Ok(_) => true,
        Err(error) => {
            let code = error.as_service_error().and_then(|error| error.meta().code());
            assert_eq!(code, Some("AccessDeniedException"), "{error:?}");
            false
        }
    }
}

#[tokio::test]
async fn no_function_of_readers_or_of_the_console_can_let_a_device_in() {
    let shop = Shop::empty().await;
    for function in ["door", "pay", "mailbox", "notify", "sweep"] {
        assert!(!may_put(&shop, function, "OFFICE").await, "{function}");
        assert!(!may_put(&shop, function, "ACTS#2026-08-01").await, "{function}");
    }
    // An owner's function writes the lines of its acts, and nothing else.
    for function in ["owner-desk", "owner-pack", "reconcile"] {
        assert!(!may_put(&shop, function, "OFFICE").await, "{function}");
        assert!(may_put(&shop, function, "ACTS#2026-08-01").await, "{function}");
    }
}
