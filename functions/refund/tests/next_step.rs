//! No refund is left without a next step: whatever the provider answers, it ends done, asked for
//! anew, or on the owner's desk with the code and what it means.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Shop, Walker, book, shown};

const PAID: u64 = 22_000;

/// A paid order of a book at the upper end of its range.
async fn paid() -> (Shop, Walker, String) {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    (shop, reader, order)
}

async fn cancel(shop: &Shop, reader: &mut Walker, order: &str) {
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    shop.settle().await;
}

/// Hours pass, each with what falls due in it.
async fn hours_pass(shop: &Shop, hours: usize) {
    for _ in 0..hours {
        shop.jump(61).await;
    }
}

fn refund(shop: &Shop, order: &str) -> Value {
    shop.order_item(order)["refunds"]["L"][0]["M"].clone()
}

fn progress(shop: &Shop, order: &str) -> String {
    refund(shop, order)["progress"]["S"].as_str().unwrap_or("none").to_owned()
}

fn always(fault: Fault) -> Rule {
    Rule { times: 10_000, ..Rule::once(On::Cancel, fault) }
}

/// What the owner's list says of the stopped refund.
async fn stopped(shop: &Shop) -> Value {
    let answer = shop.owner("owner-refund", json!({})).await;
    shown(&answer).into_iter().find(|row| row["what"] == "멈춤").unwrap()
}

#[tokio::test]
async fn codes_that_end_a_refund_put_it_on_the_desk_with_their_meaning() {
    for code in [
        "REFUND_REJECTED",
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
        "EXCEED_CANCEL_LIMIT",
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
        "FORBIDDEN_REQUEST",
        "EXCEED_MAX_REFUND_DUE",
    ] {
        let (shop, mut reader, order) = paid().await;
        shop.standin().fault(always(Fault::Answer { code: code.to_owned() }));
        cancel(&shop, &mut reader, &order).await;
        assert_eq!(progress(&shop, &order), "parked", "{code}");
        let row = stopped(&shop).await;
        assert_eq!(row["code"], code);
        let meaning = row["code_means"].as_str().unwrap();
        assert!(!meaning.contains("같은 답만") && meaning.len() > 20, "{code}: {meaning}");
        assert_eq!(shop.ledger(&order).refunded, 0);
    }
}

/// A code that nobody knows, and a fault of the provider that does not pass.
#[tokio::test]
async fn the_same_answer_again_and_again_ends_on_the_desk_and_can_be_asked_for_anew() {
    let (shop, mut reader, order) = paid().await;
    let fault = always(Fault::Answer { code: "FAILED_REFUND_PROCESS".to_owned() });
    shop.standin().fault(fault);
    cancel(&shop, &mut reader, &order).await;
    // A bad hour is one bad answer, however often it is asked.
    shop.minutes_pass(55).await;
    assert_eq!(progress(&shop, &order), "asked");
    hours_pass(&shop, 48).await;
    assert_eq!(progress(&shop, &order), "parked");
    let row = stopped(&shop).await;
    assert_eq!(row["code"], "FAILED_REFUND_PROCESS");
    assert!(row["code_means"].as_str().unwrap().contains("같은 답만 되풀이"), "{row:#}");
    shop.standin().clear_faults();
    let again = json!({ "order": order, "amount": PAID, "reason": "다시 돌려드림" });
    shop.owner_does("owner-refund", again).await;
    shop.settle().await;
    assert_eq!((shop.ledger(&order).refunded, shop.state(&order).as_str()), (PAID, "refunded"));
}

/// Whether the provider replays an error under the key is not documented; both ways lead on.
#[tokio::test]
async fn an_error_that_the_provider_keeps_under_its_key_is_overcome() {
    for kept in [true, false] {
        let (shop, mut reader, order) = paid().await;
        let code = "COMMON_ERROR".to_owned();
        let fault = if kept { Fault::AnswerKept { code } } else { Fault::Answer { code } };
        shop.standin().fault(Rule::once(On::Cancel, fault));
        cancel(&shop, &mut reader, &order).await;
        assert_eq!(progress(&shop, &order), "asked");
        hours_pass(&shop, 24).await;
        let ledger = shop.ledger(&order);
        assert_eq!((ledger.refunded, ledger.movements.len()), (PAID, 2), "kept: {kept}");
        assert_eq!(shop.state(&order), "refunded");
    }
}

#[tokio::test]
async fn a_part_refunded_by_hand_at_the_provider_leaves_no_refund_unknown() {
    let (shop, mut reader, order) = paid().await;
    let settings = toss::Settings {
        api_url: shop.standin().url(),
        secret_key: toss_standin::SECRET_KEY.to_owned().into(),
    };
    let there = toss::Client::new(&settings).unwrap();
    let payment = there.payment_of_order(&order).await.unwrap().unwrap();
    let by_hand = toss::Cancel {
        reason: "손으로".to_owned(),
        amount: Some(4_000),
        tax_free: None,
        refund_to: None,
    };
    let key = toss::IdempotencyKey::new("by-hand".to_owned()).unwrap();
    there.cancel(&payment.payment_key, &by_hand, &key).await.unwrap();
    cancel(&shop, &mut reader, &order).await;
    assert_eq!(progress(&shop, &order), "parked");
    assert_eq!(stopped(&shop).await["code"], "NOT_CANCELABLE_AMOUNT");
    // A smaller one of the owner goes through beside it, and is known as ours.
    let rest = json!({ "order": order, "amount": 18_000, "reason": "나머지" });
    shop.owner_does("owner-refund", rest).await;
    // By hand all of it counted as taxable, so the parts are fitted to what is left there.
    hours_pass(&shop, 12).await;
    assert_eq!(shop.ledger(&order).held(), 0);
}

/// Every sum that goes back names its tax-free part; the stand-in refuses parts that do not fit.
#[tokio::test]
async fn payment_and_refunds_carry_their_tax_free_parts() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.order(&order).taxed().tax_free.0, 17_000);
    let part = json!({ "order": order, "amount": 1_000, "reason": "늦었습니다" });
    shop.owner_does("owner-refund", part).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).refunded, 3_000);
    let settings = toss::Settings {
        api_url: shop.standin().url(),
        secret_key: toss_standin::SECRET_KEY.to_owned().into(),
    };
    let there = toss::Client::new(&settings).unwrap();
    let payment = there.payment_of_order(&order).await.unwrap().unwrap();
    let parts: Vec<_> =
        payment.cancels.iter().map(|part| (part.cancel_amount, part.tax_free_amount)).collect();
    assert_eq!(parts, [(1_000, Some(0)), (2_000, Some(2_000))]);
    assert_eq!((payment.tax_free_amount, payment.taxes_add_up()), (Some(15_000), Some(true)));
    let receipt = reader.go(&format!("/receipt/{order}")).await;
    assert!(receipt.says("면세 15,000원, 과세 4,000원"), "{receipt:?}");
    shop.nothing_failed();
}
