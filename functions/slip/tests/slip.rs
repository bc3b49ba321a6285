//! The slip opens only by the desk's link, for a few hours, and does not show the title.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Shop};

#[tokio::test]
async fn the_desk_links_to_the_slip_which_shows_everything_but_the_title() {
    let shop = Shop::open().await;
    let order = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.").walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["data"]["slip"].as_str().expect("a link").to_owned();
    let page = shop.open_link(&link).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.step(), "slip");
    assert!(page.says("창밖에 눈이 옵니다.") && page.says("이 책을 고른 까닭"));
    let choice = &shop.order_item(&order)["choice"]["M"];
    let title = choice["proposals"]["L"][0]["M"]["title"]["S"].as_str().unwrap();
    assert!(!page.says(title), "{title} stands on the slip");
    let css = page.all("style").first().map(|style| style.text().collect::<String>()).unwrap();
    assert!(css.contains("@page slip{size:A5"));
    // The link of another order, a changed one, none, and an expired one.
    for wrong in [
        link.replace(&order, "01JD9G5T3M8Q2W6X4Z7N1C0V5K"),
        format!("{link}x"),
        format!("/slip/{order}"),
    ] {
        assert_eq!(shop.open_link(&wrong).await.status, 403, "{wrong}");
    }
    shop.minutes_pass(6 * 60).await;
    assert_eq!(shop.open_link(&link).await.status, 403, "the link has run out");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_parcel_number_can_be_entered_on_the_slip() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["data"]["slip"].as_str().unwrap().to_owned();
    let page = shop.open_link(&link).await;
    assert!(page.first("svg.qr[role=img]").is_some(), "a code that the owner's telephone opens");
    let path = &link[link.find("/slip/").unwrap()..];
    let send = async |body: &str| {
        let request = http::Request::post(path)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        shop.visitor().ask(request.body(body.to_owned().into()).unwrap()).await
    };
    for (wrong, said) in [
        ("number=123456789012", "택배사를 골라 주십시오."),
        ("carrier=cj&number=12345", "10자리 또는 12자리인데 5자리가 왔습니다."),
        ("carrier=epost&number=abc", "숫자로만 이루어집니다."),
    ] {
        let page = send(wrong).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.says(said), "{wrong}: {page:?}");
    }
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(send("carrier=cj&number=1234-5678-9012&insist=").await.status, 303);
    assert_eq!(
        send("carrier=cj&number=123456789012&insist=").await.status,
        303,
        "pressed twice, done once"
    );
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    let page = shop.open_link(&link).await;
    assert!(page.says("CJ대한통운 123456789012"), "{page:?}");
    let other = send("carrier=epost&number=1234567890123").await;
    assert!(other.says("다른 운송장 번호가 적혔습니다."), "{other:?}");
    // A number written by mistake is put right by the page's own form, once.
    let hidden = page.first("input[name=instead_of]").unwrap().attr("value").unwrap();
    let right = format!("carrier=epost&number=1234567890123&instead_of={hidden}");
    assert_eq!(send(&right).await.status, 303);
    assert_eq!(send(&right).await.status, 303, "pressed twice, done once");
    shop.settle().await;
    let page = shop.open_link(&link).await;
    assert!(page.says("우체국 1234567890123"), "{page:?}");
    let letters = shop.items_of_kind("letter");
    let told = |letter: &&Value| letter["notice"]["S"] == "renumbered";
    assert_eq!(letters.iter().filter(told).count(), 1, "the reader got the right number");
    let stale = send("carrier=cj&number=999999999999&instead_of=123456789012").await;
    assert_eq!(stale.status, 422, "{stale:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn that_it_is_packed_can_be_noted_on_the_slip() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["data"]["slip"].as_str().unwrap().to_owned();
    let path = &link[link.find("/slip/").unwrap()..];
    let send = async |body: &str| {
        let request = http::Request::post(path)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        shop.visitor().ask(request.body(body.to_owned().into()).unwrap()).await
    };
    let page = shop.open_link(&link).await;
    assert!(page.first("form[data-packed]").is_some(), "{page:?}");
    assert_eq!(send("packed=yes").await.status, 303);
    assert_eq!(shop.stage(&order), "packed");
    assert!(shop.open_link(&link).await.first("form[data-packed]").is_none());
    let packed = shop.order_item(&order);
    assert_eq!(send("packed=yes").await.status, 303, "pressed twice, done once");
    assert_eq!(shop.order_item(&order), packed);
    shop.owner_ships(&order, "123456789012").await;
    let late = send("packed=yes").await;
    assert_eq!(late.status, 422);
    assert!(late.says("지금 포장하거나 부칠 때가 아닙니다"), "{late:?}");
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_link_that_reads_does_not_write() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["data"]["slip"].as_str().unwrap().to_owned();
    let ticket = link.split_once("write=").unwrap().1;
    // A ticket to write is none to read, and the other way round.
    assert_eq!(shop.open_link(&format!("/slip/{order}?ticket={ticket}")).await.status, 403);
    let keys = signing::Keys::read(&shop.session_key()).unwrap();
    let until = shop.now().saturating_add(jiff::SignedDuration::from_hours(1)).unwrap();
    let page = format!("/slip/{order}");
    let read = keys.page_with(signing::Ticket::Read, &page, until);
    let opened = shop.open_link(&read).await;
    assert_eq!(opened.status, 200);
    assert!(opened.first("form").is_none() && opened.says("보기만 합니다"), "{opened:?}");
    let request = http::Request::post(&read)
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded");
    let before = shop.order_item(&order);
    let refused = shop.visitor().ask(request.body("packed=yes".to_owned().into()).unwrap()).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("보기만 합니다"), "{refused:?}");
    assert_eq!(shop.order_item(&order), before);
    shop.nothing_failed();
}
