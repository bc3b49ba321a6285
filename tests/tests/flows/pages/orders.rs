//! The pages of an order: payment, bank transfer, window and mailbox, and the owner's pages.

use domain::base::text::Language;
use jiff::SignedDuration;
use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, OwnerDevice, Pay, Recipient, Shop, book};

use super::Album;

#[tokio::test]
async fn the_pages_of_a_payment() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 5, 1)]).await;
        let mut reader = shop.visitor().reading(language);
        let mut pay = Album::new("pay", language);
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        pay.add("an order to pay", reader.here());
        pay.add("turned back", reader.pay(Pay::Cancel).await);
        reader.onward().await;
        pay.add("refused", reader.pay(Pay::Refuse).await);
        pay.add(
            "another amount in the address",
            reader.go(&format!("/pay/{order}/success?amount=1")).await,
        );
        reader.onward().await;
        reader.to_the_payment_page().await;
        pay.add("back with a payment", reader.choose(Pay::Approve).await);
        shop.standin().fault(Rule::once(
            On::Confirm,
            Fault::Answer { code: "INVALID_STOPPED_CARD".to_owned() },
        ));
        pay.add("refused at the last step", reader.onward().await);
        reader.onward().await;
        reader.to_the_payment_page().await;
        reader.choose(Pay::Approve).await;
        shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
        shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
        pay.add("nobody can tell", reader.onward().await);

        let mut late = shop.visitor().reading(language);
        late.to_an_order(Doors::Plain, "middle").await;
        late.to_the_payment_page().await;
        shop.minutes_pass(16).await;
        shop.visitor().to_an_order(Doors::Plain, "middle").await;
        late.choose(Pay::Approve).await;
        pay.add("the place went to another", late.onward().await);

        let mut other = shop.visitor().reading(language);
        other.go("/shelf?range=middle").await;
        pay.keep();
    }
}

/// Every page of a payment by bank transfer.
#[tokio::test]
async fn the_pages_of_a_bank_transfer() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 4, 1)]).await;
        let mut album = Album::new("deposit", language);
        let mut reader = shop.visitor().reading(language);
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        album.add("an account is opened", reader.pay(Pay::Account).await);
        shop.settle().await;
        album.add("the letter that says where to pay", reader.mailbox().await);
        album.add("cancelling before the deposit", reader.go(&format!("/cancel/{order}")).await);
        shop.system().leap(SignedDuration::from_mins(24 * 60 - 1)).await.unwrap();
        shop.standin().fault(Rule { times: 10, ..Rule::once(On::Query, Fault::ErrorBefore) });
        shop.minutes_pass(1).await;
        shop.standin().clear_faults();
        album.add("its time is over", reader.window().await);
        album.add("its account is closed", reader.onward().await);
        album.add("seen from the window", reader.window().await);
        reader.onward().await;
        reader.pay(Pay::Account).await;
        assert!(shop.standin().deposit(&format!("{order}-2")).await);
        reader.onward().await;
        shop.system().hold("pack");
        shop.settle().await;
        album.add("paid, and a difference to go back with the parcel", reader.window().await);
        album.add("cancelling asks for it too", reader.go(&format!("/cancel/{order}")).await);
        let form = reader.here().form("main form").fill("bank", "88").fill("account", "11");
        album.add("an account that is none", reader.submit(form).await);
        let form =
            reader.here().form("main form").fill("bank", "88").fill("account", "110-123-456789");
        let form = form.fill("holder", "윤동주");
        album.add("cancelled", reader.submit(form).await);
        shop.system().release("pack");
        shop.settle().await;
        let second = reader.order_again("middle").await;
        reader.pay(Pay::Account).await;
        assert!(shop.standin().deposit(&second).await);
        reader.onward().await;
        shop.settle().await;
        shop.owner_packs(&second).await;
        shop.settle().await;
        assert!(shop.standin().reverse_transfer(&second).await);
        let body = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": second } });
        let hint = http::Request::post("/toss-webhook")
            .header("tosspayments-webhook-transmission-id", "1");
        let answer = reader.ask(hint.body(body.to_string().into()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        shop.settle().await;
        album.add("taken back after it was packed", reader.go(&format!("/window/{second}")).await);
        // The difference of a third order goes back with its parcel.
        shop.minutes_pass(1).await;
        let third = reader.order_again("middle").await;
        reader.pay(Pay::Account).await;
        assert!(shop.standin().deposit(&third).await);
        reader.onward().await;
        shop.settle().await;
        shop.owner_ships(&third, "123456789012").await;
        shop.settle().await;
        album.add(
            "posted, and a difference to go back",
            reader.go(&format!("/window/{third}")).await,
        );
        album.add(
            "the account is asked for",
            reader.go(&format!("/cancel/{third}?to=account")).await,
        );
        album.add("every letter", reader.mailbox().await);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_window_and_mailbox() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 5, 1)]).await;
        let mut reader = shop.visitor().reading(language);
        let mut window = Album::new("window", language);
        let mut mailbox = Album::new("mailbox", language);
        reader.open_the_door().await;
        window.add("nothing ordered", reader.window().await);
        mailbox.add("empty", reader.mailbox().await);
        reader.go("/knock").await;
        reader.through_the_rooms(Doors::Plain).await;
        reader.sign().await;
        reader.write_letter().await;
        reader.order("middle").await;
        window.add("not paid", reader.window().await);
        reader.onward().await;
        for function in ["choose", "pack", "ship"] {
            shop.system().hold(function);
        }
        window.add("paid", reader.pay(Pay::Approve).await);
        let (order, _) = reader.here().order();
        for (when, function) in [("chosen", "choose"), ("packed", "pack"), ("posted", "ship")] {
            if function == "pack" {
                shop.owner_packs(&order).await;
            }
            if function == "ship" {
                shop.owner_ships(&order, "123456789012").await;
            }
            shop.system().release(function);
            shop.minutes_pass(1).await;
            window.add(when, reader.window().await);
        }
        let arrived = reader.here().form("form#arrived");
        window.add("it has arrived", reader.submit(arrived).await);
        window.add(
            "the way back of a book that has arrived",
            reader.go(&format!("/cancel/{order}")).await,
        );
        mailbox.add("after a whole order", reader.mailbox().await);
        // One more order without a book: the reader has had the other work.
        shop.minutes_pass(1).await;
        reader.order_again("middle").await;
        reader.pay(Pay::Approve).await;
        shop.settle().await;
        shop.owner_does("owner-shelve", json!({ "books": [book(1, 15_000, 5, 1)] })).await;
        shop.minutes_pass(1).await;
        let last = reader.order_again("middle").await;
        reader.pay(Pay::Approve).await;
        shop.settle().await;
        window.add("no book is left", reader.go(&format!("/window/{last}")).await);
        window.add("several orders", reader.window().await);
        window.keep();
        mailbox.keep();
    }
}

#[tokio::test]
async fn the_pages_of_the_owner() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 15_000, 4, 2)]).await;
    let packed = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let elsewhere = Recipient::in_street("어딘가로 7");
    shop.visitor().living(elsewhere).walk(Doors::Plain).await;
    shop.minutes_pass(90).await;
    let mut album = Album::new("owner", Language::Ko);
    let mut outside = OwnerDevice::outside(&shop);
    album.add("nobody is in", outside.open("/office").await);
    let mut phone = OwnerDevice::let_in(&shop, "주인장 전화기").await;
    for (when, path) in [
        ("the day", "/office"),
        ("a choice", "/office/choose"),
        ("what is to be packed", "/office/pack"),
        ("the list of books to fetch", "/office/list"),
        ("slips and letters", "/office/slips"),
        ("labels", "/office/labels?from=4"),
        ("what is to be posted", "/office/ship"),
        ("a parcel to be scanned", "/office/ship/next"),
        ("letters", "/office/letters"),
        ("money", "/office/money"),
        ("the shelf", "/office/shelf"),
        ("settings", "/office/settings"),
    ] {
        album.add(when, phone.open(path).await);
    }
    album.add("an order", phone.open(&format!("/office/order/{packed}")).await);
    phone.open("/office/choose").await;
    let pick = phone.here().first(".pick > form button").unwrap().text().collect::<String>();
    album.add("after a pick", phone.press(&pick).await);
    phone.open(&format!("/office/order/{packed}")).await;
    phone.fill("/cancel/reason", "책이 젖었습니다").press("주문 취소").await;
    album.add("before a cancellation", phone.here());
    album.pages = without_secrets(&album.pages);
    album.keep();
}

/// Tokens, codes and what keeps two forms apart differ each time.
fn without_secrets(pages: &str) -> String {
    let is_secret = |word: &str| {
        matches!(word.len(), 8 | 32) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let mut out = String::new();
    let mut word = String::new();
    for letter in pages.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() {
            word.push(letter);
            continue;
        }
        out +=
            if is_secret(&word) && word.contains(char::is_alphabetic) { "SECRET" } else { &word };
        out.push(letter);
        word.clear();
    }
    out
}
