//! A session can be ended, from this device and from another; and money is moved only by somebody
//! who knows the order's telephone.

use walk::{Doors, Pay, Shop, Walker, book};

use super::{
    bookmark::{type_in, words},
    sent,
};

/// Another device that opened the walk with its bookmark.
async fn another_device(shop: &Shop, reader: &mut Walker) -> (Walker, String) {
    let words = words(reader).await;
    let mut other = shop.visitor();
    type_in(&mut other, &words).await;
    assert!(other.here().says("다시 오셨구려."), "{:?}", other.here());
    (other, words)
}

fn pages(order: &str) -> Vec<String> {
    let of_the_order = ["window", "cancel", "receipt", "address"].map(|p| format!("/{p}/{order}"));
    let own = ["/window", "/mailbox", "/letter", "/guestbook", "/knock", "/bell"];
    own.into_iter().map(ToOwned::to_owned).chain(of_the_order).collect()
}

#[tokio::test]
async fn a_replaced_bookmark_ends_the_devices_that_it_opened() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let (mut other, words) = another_device(&shop, &mut reader).await;
    for path in pages(&order) {
        assert_ne!(other.go(&path).await.status, 403, "{path}");
    }
    // In a second tab the button is pressed once more: it finds the bookmark replaced.
    let replace = reader.here().form("#mine form");
    let second_tab = reader.clone();
    reader.submit(replace.clone()).await;
    assert_ne!(reader.here().text_of("[data-bookmark]"), words);
    let again = second_tab.ask(sent(&replace)).await;
    assert_eq!(again.location().unwrap().path(), "/bookmark");
    for path in pages(&order) {
        let page = other.go(&path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(page.says("책갈피를 새로 바꾸었습니다"), "{path}: {page:?}");
        assert!(page.orders().is_empty(), "{path}");
        assert_ne!(reader.go(&path).await.status, 403, "{path}");
    }
    // It may knock as a stranger, and come in again by the new words only.
    assert_eq!(other.go("/").await.status, 200);
    type_in(&mut other, &words).await;
    assert_eq!(other.here().status, 422);
    let new = reader.go("/bookmark").await.text_of("[data-bookmark]");
    type_in(&mut other, &new).await;
    other.go(&format!("/window/{order}")).await;
    other.expect("window");
    shop.nothing_failed();
}

#[tokio::test]
async fn other_devices_are_sent_out_and_the_bookmark_they_may_know_is_replaced() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let (mut other, words) = another_device(&shop, &mut reader).await;
    reader.go("/bookmark").await;
    let form = reader.here().form("#devices form");
    reader.submit(form).await;
    assert!(reader.here().says("다른 기기를 모두 내보냈습니다."), "{:?}", reader.here());
    assert_ne!(reader.here().text_of("[data-bookmark]"), words);
    reader.go(&format!("/window/{order}")).await;
    reader.expect("window");
    assert_eq!(other.go("/mailbox").await.status, 403);
    type_in(&mut other, &words).await;
    assert_eq!(other.here().status, 422, "the words it knows lead nowhere");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_device_that_was_left_shows_nothing_and_comes_back_by_the_bookmark() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let words = words(&mut reader).await;
    let leave = reader.here().all("#devices form").len();
    assert_eq!(leave, 2);
    let form = reader.here().form("#devices form:last-of-type");
    let left = reader.ask(sent(&form)).await;
    assert_eq!(left.header("clear-site-data"), "\"cache\", \"storage\"");
    reader.submit(form).await;
    assert!(reader.cookies().keys().all(|name| name == "lang"), "{:?}", reader.cookies());
    for path in pages(&order) {
        assert_eq!(reader.go(&path).await.status, 403, "{path}");
    }
    type_in(&mut reader, &words).await;
    reader.go(&format!("/window/{order}")).await;
    reader.expect("window");
    shop.nothing_failed();
}

#[tokio::test]
async fn cancelling_a_paid_order_needs_the_last_digits_of_its_telephone() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    // No page of the walk shows them.
    for path in pages(&order).iter().map(String::as_str).chain(["/counter", "/shelf"]) {
        assert!(!reader.go(path).await.body.contains("5678"), "{path}");
    }
    reader.go(&format!("/cancel/{order}")).await;
    for typed in [" ", "1234", "567", "01012345679"] {
        let form = reader.here().form("form[data-onward]").fill("proof", typed);
        let page = reader.submit(form).await;
        assert_eq!(page.status, 422, "{typed}");
        assert!(page.says("주문하실 때 적으신 전화번호의 마지막 4자리"), "{page:?}");
    }
    let before = shop.state(&order);
    assert!(before != "cancelled" && before != "refund_due", "{before}");
    let form = reader.here().form("form[data-onward]").fill("proof", "0000");
    reader.submit(form).await;
    let right = reader.here().form("form[data-onward]").fill("proof", "5678");
    let page = reader.submit(right.clone()).await;
    assert!(page.status == 422 && page.says("여러 번 맞지 않아 잠시 쉽니다."), "{page:?}");
    shop.minutes_pass(10).await;
    reader.submit(right).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_that_is_not_paid_is_cancelled_without_a_proof() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.go(&format!("/cancel/{order}")).await;
    assert!(reader.here().first("[name=proof]").is_none());
    reader.onward().await;
    assert_eq!(shop.state(&order), "cancelled");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_account_for_a_refund_is_told_by_letter_masked() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Account).await;
    assert!(shop.standin().deposit(&order).await);
    reader.go(&format!("/window/{order}")).await;
    reader.onward().await;
    reader.go(&format!("/cancel/{order}")).await;
    let form = reader.here().form("form[data-onward]");
    let form = form.fill("bank", "88").fill("account", "110-123-456789").fill("holder", "김읽는이");
    let page = reader.submit(form.clone().fill("proof", "9999")).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.value("account"), "110-123-456789", "nothing typed is lost");
    reader.submit(form).await;
    shop.settle().await;
    let letters = reader.mailbox().await;
    assert!(
        letters.says("돌려받으실 계좌를 적어 두었습니다: 신한은행 11012345••••"),
        "{letters:?}"
    );
    assert!(!letters.says("6789") && !letters.says("110123456789"));
    shop.nothing_failed();
}
