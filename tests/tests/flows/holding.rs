//! Nobody locks the shelf without paying: one unpaid place a visitor, two an address or telephone,
//! and a share of a range for all bank transfers.

use domain::base::text::Language;
use toss_standin::{Fault, Method, On, Rule};
use walk::{Doors, Pay, Recipient, Shop, Walker, book};

const PAID: u64 = 22_000;

async fn shop(copies: u32) -> Shop {
    Shop::with_books(&[book(1, 17_000, 5, copies)]).await
}

/// A visitor at the counter, with a home of their own.
async fn at_the_counter(shop: &Shop, number: usize) -> Walker {
    let mut reader = shop.visitor().living(Recipient::of_many(number));
    reader.to_the_counter(Doors::Plain).await;
    reader
}

#[tokio::test]
async fn one_visitor_holds_one_place_however_often_they_order() {
    let shop = shop(30).await;
    let mut reader = at_the_counter(&shop, 1).await;
    reader.order("middle").await;
    let first = reader.here().order().0;
    reader.go("/letter").await;
    reader.write_letter().await;
    for _ in 0..25 {
        reader.go("/counter").await;
        let page = reader.order("middle").await;
        assert_eq!(page.status, 409, "{page:?}");
    }
    assert_eq!(shop.stock("middle"), (30, 1));
    assert!(reader.here().says("앞서 주문하신 자리를"), "{:?}", reader.here());
    assert_eq!(reader.here().value("street"), "서울시 종로구 창의문로 1", "nothing typed is lost");
    // One click away: the earlier order is cancelled, and the same form is taken.
    let form = reader.filled_counter("middle");
    reader.go(&format!("/cancel/{first}")).await;
    reader.onward().await;
    reader.submit(form).await;
    reader.expect("pay");
    assert_eq!(shop.stock("middle"), (30, 1));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_visitor_who_waits_or_pays_orders_again() {
    let shop = shop(3).await;
    let mut reader = at_the_counter(&shop, 1).await;
    reader.order("middle").await;
    reader.go("/letter").await;
    reader.write_letter().await;
    reader.order("middle").await;
    assert_eq!(reader.here().status, 409);
    // The place of the first ran out by itself.
    shop.minutes_pass(16).await;
    reader.go("/counter").await;
    reader.order("middle").await;
    reader.pay(Pay::Approve).await;
    reader.order_again("middle").await;
    shop.nothing_failed();
}

#[tokio::test]
async fn a_household_orders_twice_at_a_time_and_others_go_on() {
    let shop = shop(9).await;
    let home = |phone: &str| Recipient { phone: phone.to_owned(), ..Recipient::default() };
    let mut orders = Vec::new();
    for phone in ["010-1000-0001", "010-1000-0002"] {
        let mut reader = shop.visitor().living(home(phone));
        orders.push((reader.to_an_order(Doors::Plain, "middle").await, reader));
    }
    // Spaces in the address change nothing.
    let spaced = Recipient {
        street: "서울시  종로구 창의문로119".into(), ..home("010-1000-0003")
    };
    let mut third = shop.visitor().living(spaced).reading(Language::En);
    third.to_the_counter(Doors::Plain).await;
    third.order("middle").await;
    assert_eq!(third.here().status, 409);
    assert!(
        third.here().says("Two orders to this address are not paid yet."),
        "{:?}",
        third.here()
    );
    let leaked = orders.iter().any(|(order, _)| third.here().text().contains(order.as_str()));
    assert!(!leaked && third.here().orders().is_empty(), "whose they are is not said");
    // As soon as one of them is paid, the next is taken.
    let (_, first) = &mut orders[0];
    first.pay(Pay::Approve).await;
    first.expect("window");
    third.go("/counter").await;
    third.order("middle").await;
    third.expect("pay");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_telephone_holds_two_places_under_any_address() {
    let shop = shop(9).await;
    for (number, status) in [(1, 200), (2, 200), (3, 409)] {
        let street = format!("창의문로 {number}");
        let mut reader = shop.visitor().living(Recipient::in_street(&street));
        reader.to_the_counter(Doors::Plain).await;
        assert_eq!(reader.order("middle").await.status, status, "{number}");
        assert_eq!(reader.here().says("이 전화번호로 하신 주문"), status == 409);
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn of_many_who_order_to_one_address_in_one_instant_two_are_placed() {
    let shop = shop(30).await;
    let mut readers = Vec::new();
    for number in 0..8 {
        let phone = format!("010-2000-{number:04}");
        let mut reader = shop.visitor().living(Recipient { phone, ..Recipient::default() });
        reader.to_the_counter(Doors::Plain).await;
        readers.push(reader);
    }
    let orders = readers.iter_mut().map(|reader| async {
        let page = reader.order("middle").await;
        (page.step().to_owned(), page.status)
    });
    let answers = futures_util::future::join_all(orders).await;
    let placed = answers.iter().filter(|(step, _)| step == "pay").count();
    assert_eq!((placed, shop.stock("middle")), (2, (30, 2)), "{answers:?}");
    assert!(answers.iter().all(|(_, status)| !status.is_server_error()), "{answers:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_place_that_ran_out_is_not_held_again_beside_another() {
    let shop = shop(9).await;
    let mut reader = at_the_counter(&shop, 1).await;
    reader.order("middle").await;
    let first = reader.here().order().0;
    shop.minutes_pass(16).await;
    let second = reader.order_again("middle").await;
    let key = shop.standin().approve(&first, PAID, Method::Card).unwrap();
    let back = format!("/pay/{first}/success?orderId={first}&paymentKey={key}&amount={PAID}");
    reader.go(&back).await;
    reader.onward().await;
    assert_eq!(reader.here().status, 409, "{:?}", reader.here());
    assert!(reader.here().says("앞서 주문하신 자리를"), "{:?}", reader.here());
    assert_eq!((shop.ledger(&first).charged, shop.stock("middle")), (0, (9, 1)));
    // Once the other is cancelled, the same payment goes through.
    reader.go(&format!("/cancel/{second}")).await;
    reader.onward().await;
    reader.go(&back).await;
    reader.onward().await;
    reader.expect("window");
    assert_eq!(shop.ledger(&first).charged, PAID);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_third_of_a_range_awaits_bank_transfers() {
    let shop = shop(4).await;
    let mut first = at_the_counter(&shop, 1).await;
    first.order("middle").await;
    first.pay(Pay::Account).await;
    first.expect("window");
    let mut second = at_the_counter(&shop, 2).await;
    second.order("middle").await;
    let order = second.here().order().0;
    second.pay(Pay::Account).await;
    assert_eq!(second.here().status, 402, "{:?}", second.here());
    assert!(second.here().says("입금을 기다릴 수 있는 자리가 지금은 다 찼습니다."));
    assert!(!shop.standin().deposit(&order).await, "its account is closed");
    // By card at once.
    second.go(&format!("/pay/{order}")).await;
    second.pay(Pay::Approve).await;
    second.expect("window");
    shop.settle().await;
    assert_eq!(shop.stock("middle"), (3, 1), "the awaited one");
    shop.nothing_failed();
}

/// A provider that does not answer the closing leaves the order open, never a transfer unseen.
#[tokio::test]
async fn an_account_too_many_that_is_not_closed_yet_is_closed_later() {
    let shop = shop(4).await;
    let mut first = at_the_counter(&shop, 1).await;
    first.order("middle").await;
    first.pay(Pay::Account).await;
    let mut second = at_the_counter(&shop, 2).await;
    second.order("middle").await;
    let order = second.here().order().0;
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Cancel, Fault::ErrorBefore) });
    second.pay(Pay::Account).await;
    assert_eq!(second.here().status, 202, "{:?}", second.here());
    shop.standin().clear_faults();
    shop.minutes_pass(15).await;
    assert!(!shop.standin().deposit(&order).await, "its account is closed");
    second.go(&format!("/pay/{order}")).await;
    second.expect("pay");
}
