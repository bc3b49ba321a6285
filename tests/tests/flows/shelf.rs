//! Places and copies: held, expired, the last one, and never the same work twice.

use futures_util::future::join;
use serde_json::json;
use walk::{Doors, Pay, Recipient, Shop, Walker, book, isbn, shown};

fn elsewhere() -> Recipient {
    Recipient {
        name: "박먼곳".to_owned(),
        phone: "064-123-4567".to_owned(),
        postcode: "63000".to_owned(),
        street: "제주시 어딘가로 7".to_owned(),
        detail: String::new(),
    }
}

async fn before_the_payment(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (reader, order)
}

#[tokio::test]
async fn an_expired_place_is_held_again_while_one_is_left() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let (mut reader, order) = before_the_payment(&shop).await;
    assert!(
        reader.here().says("8월 1일 토요일 09:15까지 서가에 자리를 잡아 두었습니다."),
        "{:?}",
        reader.here()
    );
    shop.minutes_pass(16).await;
    reader.reload().await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
}

#[tokio::test]
async fn a_place_that_ran_out_and_went_to_another_takes_no_money() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let (mut late, late_order) = before_the_payment(&shop).await;
    late.to_the_payment_page().await;
    shop.minutes_pass(16).await;
    let (mut next, next_order) = before_the_payment(&shop).await;
    late.choose(Pay::Approve).await;
    late.onward().await;
    assert_eq!(late.here().status.as_u16(), 409);
    assert!(
        late.here().says("결제를 요청하지 않았고, 돈은 빠져나가지 않았습니다."),
        "{:?}",
        late.here()
    );
    assert_eq!(shop.ledger(&late_order).charges, 0);
    // The reader with the place pays; the other can once a book comes.
    next.pay(Pay::Approve).await;
    assert_eq!(next.here().order(), (next_order, "paid".to_owned()));
    shop.owner_does("owner-shelve", json!({ "books": [book(2, 15_000, 5, 1)] })).await;
    late.onward().await;
    late.pay(Pay::Approve).await;
    assert_eq!(late.here().order(), (late_order, "paid".to_owned()));
}

#[tokio::test]
async fn the_last_copy_goes_to_one_of_two_readers() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 12_000, 5, 1)]).await;
    let (mut one, mut two) = (shop.visitor(), shop.visitor().living(elsewhere()));
    one.to_the_counter(Doors::Plain).await;
    two.to_the_counter(Doors::Plain).await;
    join(one.order("middle"), two.order("middle")).await;
    let (won, lost) = if one.here().step() == "pay" { (one, two) } else { (two, one) };
    won.expect("pay");
    lost.expect("counter");
    assert_eq!(lost.here().status.as_u16(), 409);
    assert!(lost.here().says("이 가격대의 책은 지금 모두 나갔습니다."), "{:?}", lost.here());
    assert!(!lost.here().value("street").is_empty(), "what was written is kept");
    // The page shows it, and another range is still available.
    let mut lost = lost;
    lost.go("/counter").await;
    assert!(lost.here().first("#range-middle[disabled]").is_some(), "{:?}", lost.here());
    lost.order("light").await;
    lost.expect("pay");
    // An expired place is free again.
    shop.minutes_pass(16).await;
    let (third, _) = before_the_payment(&shop).await;
    third.expect("pay");
    shop.nothing_failed();
}

#[tokio::test]
async fn ten_readers_want_four_places_and_four_get_one() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3), book(2, 15_000, 4, 1)]).await;
    let mut readers = Vec::new();
    for number in 0..10 {
        let mut reader = shop.visitor().living(Recipient::of_many(number));
        reader.to_the_counter(Doors::Plain).await;
        readers.push(reader);
    }
    futures_util::future::join_all(readers.iter_mut().map(|reader| reader.order("middle"))).await;
    let placed = readers.iter().filter(|reader| reader.here().step() == "pay").count();
    assert!(readers.iter().all(|reader| matches!(reader.here().status.as_u16(), 200 | 409)));
    assert_eq!(placed, 4);
}

#[tokio::test]
async fn expired_places_leave_the_record_with_the_next_order() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 30)]).await;
    for number in 0..3 {
        let mut reader = shop.visitor().living(Recipient::of_many(number));
        reader.to_an_order(Doors::Plain, "middle").await;
    }
    shop.minutes_pass(16).await;
    assert_eq!((shop.stock("middle"), shop.listed_places("middle")), ((30, 0), 3));
    let (mut reader, order) = before_the_payment(&shop).await;
    assert_eq!((shop.stock("middle"), shop.listed_places("middle")), ((30, 1), 1));
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!((shop.stock("middle"), shop.listed_places("middle")), ((29, 0), 0));
}

#[tokio::test]
async fn nobody_gets_the_same_work_twice() {
    // Two editions of a loved work, and another work.
    let mut editions = vec![book(1, 15_000, 5, 5), book(2, 16_000, 5, 5), book(3, 15_000, 1, 5)];
    for edition in &mut editions[..2] {
        edition["work"] = "the-same-work".into();
    }
    let shop = Shop::with_books(&editions).await;
    let mut reader = shop.visitor();
    let first = reader.walk(Doors::Plain).await;
    shop.minutes_pass(1).await;
    let second = reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    // Another reader at the same address, written differently.
    let same_house = Recipient::in_street(" 서울시  종로구 창의문로119");
    let third = shop.visitor().living(same_house).walk(Doors::Plain).await;
    let fourth = shop.visitor().living(elsewhere()).walk(Doors::Plain).await;
    shop.settle().await;
    let work = |order: &str| {
        shop.order_item(order)["choice"]["M"]["work"]["S"].as_str().unwrap_or("none").to_owned()
    };
    let other = editions[2]["isbn"].as_str().unwrap();
    assert_eq!((work(&first).as_str(), work(&second).as_str()), ("the-same-work", other));
    assert_eq!(shop.state(&third), "choosing", "the address has had both works");
    assert_eq!(work(&fourth), "the-same-work", "another address has not");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_without_a_book_waits_on_the_desk_until_one_comes() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.minutes_pass(1).await;
    let order = reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(
        reader.go(&format!("/window/{order}")).await.order(),
        (order.clone(), "choosing".to_owned())
    );
    let desk = shop.owner("owner-desk", json!({})).await;
    let waiting = shown(&desk).into_iter().find(|shown| shown["order"] == order.as_str()).unwrap();
    assert_eq!(waiting["what"], "책이 모자람");
    assert!(desk["next"].to_string().contains("owner-shelve로 책을 들이면"), "{desk:#}");
    // It stays on the desk for hours.
    shop.minutes_pass(180).await;
    assert_eq!(shop.state(&order), "choosing");
    shop.owner_does("owner-shelve", json!({ "books": [book(2, 15_000, 1, 1)] })).await;
    shop.minutes_pass(20).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(shop.chosen(&order), isbn(2));
    shop.nothing_failed();
}

#[tokio::test]
async fn the_most_loved_book_goes_first_and_each_copy_once() {
    let shop =
        Shop::with_books(&[book(1, 15_000, 2, 1), book(2, 15_000, 5, 2), book(3, 15_000, 4, 1)])
            .await;
    let mut chosen = Vec::new();
    for number in 0..4 {
        let recipient = Recipient { street: format!("어딘가로 {number}"), ..elsewhere() };
        let order = shop.visitor().living(recipient).walk(Doors::Plain).await;
        shop.settle().await;
        let choice = &shop.order_item(&order)["choice"]["M"];
        chosen.push(format!(
            "{} {}",
            choice["isbn"]["S"].as_str().unwrap(),
            choice["copy"]["N"].as_str().unwrap()
        ));
    }
    assert_eq!(chosen[0], isbn(2) + " 1", "the most loved");
    chosen.sort();
    assert_eq!(
        chosen,
        [isbn(1) + " 1", isbn(2) + " 1", isbn(2) + " 2", isbn(3) + " 1"],
        "each copy once"
    );
    let mut next = shop.visitor();
    next.to_the_counter(Doors::Plain).await;
    assert!(next.here().first("#range-middle[disabled]").is_some(), "{:?}", next.here());
    assert!(
        next.go("/shelf?range=middle").await.says("이 칸은 지금 비어 있소."),
        "{:?}",
        next.here()
    );
}

#[tokio::test]
async fn a_repeated_call_of_owner_shelve_stocks_once() {
    let shop = Shop::empty().await;
    let call = shop
        .confirmed(
            "owner-shelve",
            json!({ "books": [book(1, 15_000, 5, 2), book(2, 12_000, 3, 1)] }),
        )
        .await;
    let first = shop.owner("owner-shelve", call.clone()).await;
    assert_eq!(first["did"].as_array().unwrap().len(), 2, "{first:#}");
    let stocked = shop.items();
    let again = shop.owner("owner-shelve", call.clone()).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    assert_eq!(shop.items(), stocked);
    // Two calls at once.
    let call = shop.confirmed("owner-shelve", json!({ "books": [book(3, 15_000, 5, 2)] })).await;
    let (one, two) =
        join(shop.owner("owner-shelve", call.clone()), shop.owner("owner-shelve", call)).await;
    assert_eq!(
        (one["status"].as_u64(), two["status"].as_u64()),
        (Some(200), Some(200)),
        "{one:#} {two:#}"
    );
    assert_eq!(shop.book_item(&isbn(3))["copies"]["N"], "2");
    assert_eq!((shop.stock("middle"), shop.stock("light")), ((4, 0), (1, 0)));
}

/// The books on the shelf page, in their order, and the address of the next page.
fn spines(page: &walk::Page) -> (Vec<String>, Option<String>) {
    let titles = page.all("details strong").iter().map(|title| title.text().collect()).collect();
    let next = page.first("a.door.quiet[href*='after=']");
    (titles, next.and_then(|link| link.attr("href")).map(ToOwned::to_owned))
}

#[tokio::test]
async fn the_shelf_is_drawn_by_the_day_and_paged_whole_over_midnight() {
    const BOOKS: u32 = 60;
    let books: Vec<_> = (1..=BOOKS).map(|number| book(number, 15_000, 3, 1)).collect();
    let shop = Shop::with_books(&books).await;
    let (mut one, mut other) = (shop.visitor(), shop.visitor());
    let (first, next) = spines(one.go("/shelf?range=middle").await);
    let next = next.expect("a second page");
    assert_eq!(spines(other.go("/shelf?range=middle").await).0, first, "the same for everybody");
    // From 09:00 in Korea to the next day there.
    shop.jump(15 * 60 + 1).await;
    let (second, end) = spines(one.go(&next).await);
    assert_eq!(end, None);
    let mut seen: Vec<_> = first.iter().chain(&second).cloned().collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((first.len() + second.len(), seen.len()), (60, 60), "none twice, none left out");
    let (tomorrow, _) = spines(other.go("/shelf?range=middle").await);
    assert_ne!(tomorrow, first, "another day, another order");
    let sorted = |mut titles: Vec<String>| {
        titles.sort_unstable();
        titles
    };
    assert_eq!(sorted(tomorrow), sorted(first), "of the same books");
}
