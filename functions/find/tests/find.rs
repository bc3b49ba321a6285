//! An order is found by its number and the recipient's telephone, and nothing else of its reader.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::{base::text::Language, order::finding, walk::bookmark};
use walk::{Doors, Recipient, Shop, Walker};

const TELEPHONE: &str = "010-7531-9864";

fn reader(shop: &Shop) -> Walker {
    shop.visitor().living(Recipient { phone: TELEPHONE.to_owned(), ..Recipient::default() })
}

/// Looks for an order on a device.
async fn find(device: &mut Walker, number: &str, phone: &str) -> u16 {
    device.go("/find").await;
    let form = device.here().form("form").fill("number", number).fill("phone", phone);
    device.submit(form).await.status.as_u16()
}

#[tokio::test]
async fn number_and_telephone_open_one_order_for_an_hour() {
    let shop = Shop::open().await;
    let mut reader = reader(&shop);
    let first = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.minutes_pass(1).await;
    let second = reader.order_again("middle").await;
    // 1 August 2026 is a Saturday. The short number is on the reader's own page.
    reader.go(&format!("/window/{first}")).await;
    assert!(reader.here().says("토-01 (20260801-01)"), "{:?}", reader.here());
    for spelling in ["토-01", "토요일 1", "20260801–01", &first, &first.to_lowercase()] {
        let mut device = shop.visitor();
        assert_eq!(find(&mut device, spelling, "+82 10 7531 9864").await, 200, "{spelling}");
        assert_eq!(device.here().order().0, first, "{spelling}");
    }
    let mut device = shop.visitor();
    find(&mut device, &first, TELEPHONE).await;
    let page = device.here();
    assert!(page.first("[data-found]").is_some() && !page.says("창의문로"), "{page:?}");
    assert!(page.first("a[href='/mailbox'][data-onward]").is_none());
    for open in ["receipt", "cancel", "address"] {
        assert_eq!(device.go(&format!("/{open}/{first}")).await.status, 200, "{open}");
        assert_eq!(device.go(&format!("/{open}/{second}")).await.status, 404, "{open}");
    }
    assert!(!device.go(&format!("/address/{first}")).await.says("창의문로"));
    assert_eq!(device.go(&format!("/pay/{second}")).await.status, 404);
    assert_eq!(device.notices().await, Vec::<String>::new(), "the mailbox is not opened");
    assert_eq!(device.go("/window").await.status, 403);
    // It closes by itself.
    device.go(&format!("/window/{first}")).await;
    shop.minutes_pass(finding::OPEN_FOR.as_mins()).await;
    assert_eq!(device.go(&format!("/window/{first}")).await.status, 404);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_found_order_can_be_cancelled() {
    let shop = Shop::open().await;
    let order = reader(&shop).walk(Doors::Plain).await;
    shop.settle().await;
    let mut device = shop.visitor();
    find(&mut device, "토-01", TELEPHONE).await;
    device.go(&format!("/cancel/{order}")).await;
    let form = device.here().form("form");
    device.submit(form).await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "refunded");
    assert_eq!(shop.ledger(&order).held(), 0);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_telephone_are_answered_alike() {
    let shop = Shop::open().await;
    let order = reader(&shop).walk(Doors::Plain).await;
    shop.settle().await;
    let mut device = shop.visitor();
    for (number, phone, problems) in [
        ("주문", "1234", 2),
        (&*order, "010-0000-123", 1),
        ("욕-01", TELEPHONE, 1),
        (&*order, "010-0000-0000", 1),
        ("토-09", TELEPHONE, 1),
        ("01JD9G5T3M8Q2W6X4Z7N1C0V5K", TELEPHONE, 1),
    ] {
        assert_eq!(find(&mut device, number, phone).await, 422, "{number} {phone}");
        let page = device.here();
        assert_eq!(page.all(".problems li").len(), problems, "{page:?}");
        assert_eq!((page.value("number"), page.value("phone")), (number.into(), phone.into()));
    }
    let unknown = "그 번호와 전화번호가 함께 적힌 주문이 없습니다";
    assert!(device.here().says(unknown));
    let mut device = shop.visitor().reading(Language::En);
    find(&mut device, &order, "010-0000-0000").await;
    assert!(device.here().says("No order has both this number and this telephone"));
    assert_eq!(device.go(&format!("/window/{order}")).await.status, 404);
    shop.nothing_failed();
}

#[tokio::test]
async fn guessing_is_limited_for_a_device_a_number_and_a_telephone() {
    let shop = Shop::open().await;
    let order = reader(&shop).walk(Doors::Plain).await;
    shop.settle().await;
    // One device.
    let mut device = shop.visitor();
    for _ in 0..bookmark::TRIES_OF_A_DEVICE {
        assert_eq!(find(&mut device, &order, "010-0000-0000").await, 422);
    }
    assert_eq!(find(&mut device, &order, TELEPHONE).await, 429, "even the right one");
    assert!(!device.here().header("retry-after").is_empty());
    assert!(device.here().says("주문은 그대로 있습니다"));
    // Many devices at one number, each with another telephone.
    for guess in bookmark::TRIES_OF_A_DEVICE..finding::TRIES_OF_A_NUMBER {
        let phone = format!("010-0000-{guess:04}");
        assert_eq!(find(&mut shop.visitor(), &order, &phone).await, 422, "{guess}");
    }
    assert_eq!(find(&mut shop.visitor(), &order, TELEPHONE).await, 429);
    // Many devices with one telephone, each at another number.
    for guess in 0..finding::TRIES_OF_A_TELEPHONE {
        let number = format!("20260101-{:02}", guess + 1);
        assert_eq!(find(&mut shop.visitor(), &number, TELEPHONE).await, 422, "{guess}");
    }
    assert_eq!(find(&mut shop.visitor(), "토-01", TELEPHONE).await, 429);
    // The wait has an end.
    shop.minutes_pass(bookmark::PERIOD.as_mins()).await;
    assert_eq!(find(&mut device, &order, TELEPHONE).await, 200);
    let table = serde_json::to_string(&shop.items_of_kind("tries")).unwrap();
    assert!(!table.contains("75319864"), "the table does not hold the telephone: {table}");
    shop.nothing_failed();
}

#[tokio::test]
async fn who_has_no_session_is_shown_the_way() {
    let shop = Shop::empty().await;
    for language in [Language::Ko, Language::En] {
        let mut device = shop.visitor().reading(language);
        let page = device.go("/mailbox").await;
        assert_eq!(page.status, 403);
        assert!(page.first("main a[href='/find']").is_some(), "{page:?}");
        assert!(page.first("main a[href='/bookmark']").is_some(), "{page:?}");
        let page = device.go("/find").await;
        assert_eq!((page.status.as_u16(), page.step()), (200, "find"));
    }
    shop.nothing_failed();
}
