//! The slip opens only by the desk's link, for a few hours, and does not show the title.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::json;
use walk::{Doors, Shop};

#[tokio::test]
async fn the_desk_links_to_the_slip_which_shows_everything_but_the_title() {
    let shop = Shop::open().await;
    let order = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.").walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["page"].as_str().expect("a link").to_owned();
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
    let link = desk["shows"][0]["page"].as_str().unwrap().to_owned();
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
    assert!(page.says("CJ대한통운 123456789012") && page.first("form").is_none(), "{page:?}");
    let other = send("carrier=epost&number=1234567890123").await;
    assert!(other.says("이미 다른 운송장으로 부친 주문입니다."), "{other:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn that_it_is_packed_can_be_noted_on_the_slip() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["page"].as_str().unwrap().to_owned();
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
