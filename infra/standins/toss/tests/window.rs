//! The payment window, used as a browser uses it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::HashMap;

use common::{Api, ORDER, PRICE, standin, window_fields};
use http::Method as Verb;
use jiff::SignedDuration;
use toss_standin::Method;
use url::Url;

fn query(address: &str) -> HashMap<String, String> {
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

#[tokio::test]
async fn an_approval_redirects_to_the_success_address_with_the_payment() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let back = api.press(&window, "approve").await;
    assert_eq!(back.status, 303);
    assert!(
        back.location().starts_with(
            "http://shop.invalid/pay/1/success?tab=2&paymentType=NORMAL&amount=21000&"
        )
    );
    let query = query(back.location());
    assert_eq!(query["orderId"], ORDER);
    assert_eq!(api.confirm(&query["paymentKey"], PRICE, &[]).await.body["status"], "DONE");
}

#[tokio::test]
async fn a_refusal_redirects_to_the_fail_address_with_the_order() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let back = api.press(&window, "refuse").await;
    assert_eq!(back.status, 303);
    let query = query(back.location());
    assert_eq!((query["code"].as_str(), query["orderId"].as_str()), ("REJECT_CARD_COMPANY", ORDER));
    assert!(!query["message"].is_empty());
    assert_eq!(api.confirm(&window.payment_key, PRICE, &[]).await.status, 400);
}

#[tokio::test]
async fn a_cancelled_window_redirects_without_the_order_and_stays_open() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let back = api.press(&window, "cancel").await;
    let query = query(back.location());
    assert_eq!(query["code"], "PAY_PROCESS_CANCELED");
    assert!(!query.contains_key("orderId"));
    let again = api.open_window(&standin, ORDER, "CARD").await;
    assert!(api.press(&again, "approve").await.location().contains("/success"));
}

#[tokio::test]
async fn a_reload_and_a_second_click_change_nothing() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let reloaded = api.open_window(&standin, ORDER, "CARD").await;
    assert_eq!(window.payment_key, reloaded.payment_key);
    let first = api.press(&window, "approve").await;
    let second = api.press(&window, "approve").await;
    assert_eq!(first.location(), second.location());
}

#[tokio::test]
async fn a_paid_order_is_redirected_immediately() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    api.press(&window, "approve").await;
    api.confirm(&window.payment_key, PRICE, &[]).await;
    let back = api.browse(&standin, &window_fields(ORDER, "CARD")).await;
    assert_eq!(back.status, 303);
    assert_eq!(query(back.location())["code"], "DUPLICATED_ORDER_ID");
}

#[tokio::test]
async fn the_person_can_choose_another_method() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let path = format!("/window/{}/approve", window.payment_key);
    let form = Some(("application/x-www-form-urlencoded", "method=VIRTUAL_ACCOUNT".to_owned()));
    api.send(Verb::POST, &path, None, &[], form).await;
    let confirmed = api.confirm(&window.payment_key, PRICE, &[]).await.body;
    assert_eq!(confirmed["status"], "WAITING_FOR_DEPOSIT");
    assert_eq!(confirmed["method"], "가상계좌");
}

#[tokio::test]
async fn the_page_has_the_marks_and_says_that_it_is_practice() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let html = api.open_window(&standin, ORDER, "CARD").await.html;
    for mark in [
        "<body data-step=\"toss\">",
        "data-pay=\"approve\"",
        "data-pay=\"refuse\"",
        "data-pay=\"cancel\"",
        "연습용 결제창",
        "No real money",
        "21,000원",
    ] {
        assert!(html.contains(mark), "{mark}");
    }
    assert!(!html.contains("<script"));
}

#[tokio::test]
async fn an_invalid_field_is_named_and_no_payment_starts() {
    let standin = standin().await;
    let api = Api::of(&standin);
    for (field, value) in [
        ("method", "CASH"),
        ("amount", "21000.5"),
        ("amount", "99"),
        ("amount", "-1"),
        ("orderId", "short"),
        ("orderId", "order/../1"),
        ("orderName", ""),
        ("customerKey", "1"),
        ("clientKey", "test_ck_of_somebody_else"),
        ("successUrl", "javascript:alert(1)"),
        ("failUrl", "/pay/1/fail"),
    ] {
        let mut fields = window_fields(ORDER, "CARD");
        for entry in &mut fields {
            if entry.0 == field {
                value.clone_into(&mut entry.1);
            }
        }
        let answer = api.browse(&standin, &fields).await;
        assert_eq!(answer.status, 400, "{field}={value}");
        assert!(answer.text.contains(&format!("<code>{field}</code>")), "{}", answer.text);
    }
    assert!(standin.ledger().orders.is_empty());
}

#[tokio::test]
async fn the_shops_values_are_escaped() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let mut fields = window_fields(ORDER, "CARD");
    for entry in &mut fields {
        if entry.0 == "orderName" {
            "<script>alert(1)</script>".clone_into(&mut entry.1);
        }
    }
    let answer = api.browse(&standin, &fields).await;
    assert!(answer.text.contains("&lt;script&gt;"));
    assert!(!answer.text.contains("<script"));
}

#[tokio::test]
async fn an_unknown_payment_or_choice_is_not_found() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let answer = api.send(Verb::POST, "/window/tgen_nothing/approve", None, &[], None).await;
    assert_eq!(answer.status, 404);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let path = format!("/window/{}/steal", window.payment_key);
    assert_eq!(api.send(Verb::POST, &path, None, &[], None).await.status, 404);
}

#[tokio::test]
async fn the_script_is_served_at_the_path_of_the_real_one() {
    let standin = standin().await;
    let answer = Api::of(&standin).send(Verb::GET, "/v2/standard", None, &[], None).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("window.TossPayments = TossPayments"));
}

#[tokio::test]
async fn the_overview_shows_every_payment() {
    let standin = standin().await;
    let api = Api::of(&standin);
    standin.approve(ORDER, PRICE, toss_standin::Method::Card).unwrap();
    let answer = api.send(Verb::GET, "/", None, &[], None).await;
    assert!(answer.text.contains(ORDER) && answer.text.contains("IN_PROGRESS"), "{}", answer.text);
}

#[tokio::test]
async fn the_payment_key_says_which_of_two_windows_is_meant() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let first = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let second = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    assert!(standin.confirm(&first));
    standin.advance(SignedDuration::from_mins(10));
    let before = standin.api_calls();
    for (path, status) in [
        (format!("/v1/payments/{first}"), "DONE"),
        (format!("/v1/payments/{second}"), "EXPIRED"),
        // The order's name does not tell them apart.
        (format!("/v1/payments/orders/{ORDER}"), "EXPIRED"),
    ] {
        assert_eq!(api.get(&path).await.body["status"], status, "{path}");
    }
    assert_eq!(standin.api_calls() - before, 3);
}
