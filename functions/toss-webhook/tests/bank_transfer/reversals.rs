//! Transfers that the bank takes back, before and after packing.

use domain::base::text::Language;
use serde_json::json;
use toss_standin::{Fault, On, Rule};

use super::{PAID, deliver_webhooks, name_account, paid_by_transfer, shop};

#[tokio::test]
async fn a_transfer_reversed_before_packing_cancels_the_order_and_closes_its_account() {
    for queue in ["choose", "pack"] {
        let shop = shop(15_000, 3).await;
        shop.system().hold(queue);
        let (mut reader, order) = paid_by_transfer(&shop).await;
        assert!(shop.standin().reverse_transfer(&order).await);
        deliver_webhooks(&shop).await;
        shop.system().release(queue);
        shop.settle().await;
        assert_eq!(
            (shop.state(&order).as_str(), shop.stock("middle")),
            ("cancelled", (3, 0)),
            "{queue}"
        );
        assert_eq!((shop.ledger(&order).held(), shop.ledger(&order).refunded), (0, 0));
        assert!(!shop.standin().deposit(&order).await, "the account is closed");
        assert_eq!(reader.notices().await.last().unwrap(), "reversed");
        reader.go(&format!("/window/{order}")).await;
        assert!(reader.here().says("은행이 입금을 되돌려"), "{:?}", reader.here());
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_transfer_reversed_after_packing_is_on_the_desk_until_it_is_paid_again() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = paid_by_transfer(&shop).await;
    shop.owner_ships(&order, "1234567890").await;
    shop.settle().await;
    assert!(shop.standin().reverse_transfer(&order).await);
    deliver_webhooks(&shop).await;
    assert_eq!(shop.state(&order), "shipped");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(
        (&desk["shows"][0]["data"]["order"], &desk["shows"][0]["data"]["what"]),
        (&json!(order), &json!("되돌려진 입금")),
        "{desk:#}"
    );
    let mut reader_in_english = reader.clone().reading(Language::En);
    reader_in_english.go(&format!("/window/{order}")).await;
    assert!(
        reader_in_english.here().says("The bank took your deposit back"),
        "{:?}",
        reader_in_english.here()
    );
    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(&shop).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(walk::shown(&desk).is_empty(), "{desk:#}");
    reader.go(&format!("/window/{order}")).await;
    assert!(!reader.here().says("은행이 입금을 되돌려"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_settles_a_transfer_reversed_after_packing_and_ships_the_book() {
    let shop = shop(17_000, 3).await;
    let (_, order) = paid_by_transfer(&shop).await;
    shop.owner_packs(&order).await;
    let call = json!({ "order": order, "settled": "읽는 분이 계좌로 다시 보내 주셨습니다" });
    let early = shop.owner("owner-refund", call.clone()).await;
    assert_eq!(early["problems"][0]["field"], "order", "nothing was taken back: {early:#}");
    let unsaid =
        shop.owner("owner-refund", json!({ "order": "x", "settled": "가".repeat(500) })).await;
    assert_eq!(unsaid["problems"].as_array().map(Vec::len), Some(2), "{unsaid:#}");

    assert!(shop.standin().reverse_transfer(&order).await);
    deliver_webhooks(&shop).await;
    let ledger = shop.standin().ledger();
    let offered = shop.owner("owner-refund", json!({})).await;
    assert_eq!(walk::call_of(&offered, "owner-refund"), call, "{offered:#}");
    let confirmed = shop.confirmed("owner-refund", call).await;
    for _ in 0..2 {
        let done = shop.owner("owner-refund", confirmed.clone()).await;
        assert_eq!(done["did"].as_array().map(Vec::len), Some(1), "{done:#}");
    }
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["data"]["what"], "부치기", "{desk:#}");
    shop.owner_ships(&order, "1234567890").await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    let after = shop.standin().ledger();
    assert_eq!(
        format!("{:?}", after.order(&order)),
        format!("{:?}", ledger.order(&order)),
        "no money moved"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reversed_transfer_is_not_refunded() {
    let shop = shop(17_000, 3).await;
    shop.system().hold("pack");
    shop.system().hold("refund");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "110123456789").await;
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().reverse_transfer(&order).await);
    shop.system().release_all();
    shop.settle().await;
    let ledger = shop.ledger(&order);
    assert_eq!(
        (shop.state(&order).as_str(), ledger.refunded, ledger.reversed),
        ("refunded", 0, PAID)
    );
    assert_eq!(reader.notices().await.last().unwrap(), "reversed");
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("돌려드릴 돈이 남아 있지 않습니다."), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_difference_of_a_reversed_and_repeated_transfer_is_refunded_once() {
    let shop = shop(15_000, 3).await;
    shop.system().hold("refund");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    reader.go(&format!("/cancel/{order}?to=account")).await;
    name_account(&mut reader, "110123456789").await;
    // The refund is refused, because the money is gone.
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().reverse_transfer(&order).await);
    shop.system().release_all();
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["data"]["what"], "되돌려진 입금", "{desk:#}");
    assert_eq!(shop.ledger(&order).refunded, 0);

    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(&shop).await;
    deliver_webhooks(&shop).await;
    assert_eq!((shop.ledger(&order).refunded, shop.ledger(&order).held()), (2_000, 20_000));
    shop.days_pass(3).await;
    let told = reader.notices().await;
    assert_eq!(told.iter().filter(|notice| *notice == "refunded").count(), 1, "{told:?}");
    shop.nothing_failed();
}
