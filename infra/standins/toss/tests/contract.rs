//! The stand-in has the documented behaviour of Toss's API. The part about errors also runs against
//! Toss's test API when `TOSS_TEST_SECRET_KEY` is set (a successful payment needs a browser there).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod common;

use common::{Api, ORDER, PRICE, standin, standin_with};
use http::Method as Verb;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toss_standin::{Clock, Fault, Method, On, Options, Rule, SECRET_KEY};

/// Checks the answers that need no payment, which the stand-in and Toss share.
async fn errors_are_those_of_toss(api: &Api) {
    // Authentication.
    for (authorization, wanted) in [
        (None, &[(401, "UNAUTHORIZED_KEY"), (403, "INCORRECT_BASIC_AUTH_FORMAT")][..]),
        (Some(api.basic("")), &[(403, "INCORRECT_BASIC_AUTH_FORMAT")][..]),
        (
            Some("Basic dGVzdF9za19ub2JvZHk6".to_owned()),
            &[(401, "UNAUTHORIZED_KEY"), (400, "INVALID_API_KEY")][..],
        ),
    ] {
        let answer = api
            .send(Verb::GET, "/v1/payments/orders/no-such-order", authorization, &[], None)
            .await;
        assert!(wanted.contains(&(answer.status, answer.code())), "{answer:?}");
    }
    // Unknown payments.
    for path in ["/v1/payments/no-such-payment-key", "/v1/payments/orders/no-such-order"] {
        let answer = api.get(path).await;
        assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND_PAYMENT"), "{path}");
    }
    let body = json!({"paymentKey": "no-such-payment-key", "orderId": ORDER, "amount": PRICE});
    let answer = api.post("/v1/payments/confirm", &[], &body).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert!(
        matches!(answer.code(), "NOT_FOUND_PAYMENT" | "NOT_FOUND_PAYMENT_SESSION"),
        "{answer:?}"
    );
    // Malformed requests.
    let answer = api.post("/v1/payments/confirm", &[], &json!({})).await;
    assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST"));
    let long = "k".repeat(301);
    let answer = api.post("/v1/payments/confirm", &[("idempotency-key", &long)], &body).await;
    assert_eq!((answer.status, answer.code()), (400, "INVALID_IDEMPOTENCY_KEY"));
    // Errors requested by the test header.
    for (status, code) in [(403, "REJECT_CARD_PAYMENT"), (400, "INVALID_CARD_EXPIRATION")] {
        let answer =
            api.post("/v1/payments/confirm", &[("tosspayments-test-code", code)], &body).await;
        assert_eq!((answer.status, answer.code()), (status, code));
        // Every error has a message and a trace id.
        assert!(answer.body["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert!(answer.headers.contains_key("x-tosspayments-trace-id"));
    }
}

#[tokio::test]
async fn the_errors_of_the_stand_in_are_those_of_toss() {
    let standin = standin().await;
    errors_are_those_of_toss(&Api::of(&standin)).await;
}

#[tokio::test]
async fn the_errors_of_toss_itself_are_those_when_a_test_key_is_given() {
    let Ok(secret_key) = std::env::var("TOSS_TEST_SECRET_KEY") else {
        println!("not run: TOSS_TEST_SECRET_KEY is not set");
        return;
    };
    assert!(secret_key.starts_with("test_"), "TOSS_TEST_SECRET_KEY has to be a test key");
    errors_are_those_of_toss(&Api::new("https://api.tosspayments.com", &secret_key)).await;
}

#[tokio::test]
async fn a_malformed_authorization_is_refused() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let unpadded = api.basic(":").trim_end_matches('=').to_owned();
    for (authorization, code) in [
        (api.basic(""), "INCORRECT_BASIC_AUTH_FORMAT"),
        (unpadded, "INCORRECT_BASIC_AUTH_FORMAT"),
        (format!("Bearer {SECRET_KEY}"), "INCORRECT_BASIC_AUTH_FORMAT"),
        (common::basic(&format!("\u{feff}{SECRET_KEY}:")), "UNAUTHORIZED_KEY"),
        (common::basic(&format!("{}:", toss_standin::CLIENT_KEY)), "INVALID_API_KEY"),
    ] {
        let path = format!("/v1/payments/orders/{ORDER}");
        let answer = api.send(Verb::GET, &path, Some(authorization.clone()), &[], None).await;
        assert_eq!(answer.code(), code, "{authorization}");
    }
}

#[tokio::test]
async fn an_error_is_in_english_on_request() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let path = format!("/v1/payments/orders/{ORDER}");
    let answer = api
        .send(Verb::GET, &path, Some(api.basic(":")), &[("accept-language", "en-US")], None)
        .await;
    assert_eq!(answer.body, json!({"code": "NOT_FOUND_PAYMENT", "message": "Not found payment."}));
}

#[tokio::test]
async fn a_payment_has_the_documented_fields() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let answer = api.confirm(&payment_key, PRICE, &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains_key("x-tosspayments-trace-id"));
    let payment = answer.body;
    assert_eq!(payment["paymentKey"], Value::from(payment_key));
    assert_eq!(payment["orderId"], ORDER);
    assert_eq!(payment["status"], "DONE");
    assert_eq!(payment["method"], "카드");
    assert_eq!(payment["currency"], "KRW");
    assert_eq!(
        (payment["totalAmount"].as_u64(), payment["balanceAmount"].as_u64()),
        (Some(PRICE), Some(PRICE))
    );
    assert!(payment["approvedAt"].as_str().unwrap().ends_with("+09:00"));
    assert!(payment["receipt"]["url"].as_str().unwrap().starts_with(&standin.url()));
    assert!(payment["secret"].as_str().unwrap().len() <= 50);
    assert!(payment["mId"].as_str().unwrap().len() <= 14);
    assert_eq!(payment["cancels"], Value::Null);
}

#[tokio::test]
async fn an_idempotency_key_replays_the_first_answer_for_any_body() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let first = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let second = standin.approve("another-order", PRICE, Method::Card).unwrap();
    let key = [("idempotency-key", "confirm:1")];
    let paid = api.confirm(&first, PRICE, &key).await;
    let body = json!({"paymentKey": second, "orderId": "another-order", "amount": PRICE});
    let again = api.post("/v1/payments/confirm", &key, &body).await;
    assert_eq!(again.body, paid.body);
    assert_eq!(standin.ledger().order("another-order").charges, 0);

    // The same key with another path is another call.
    let path = format!("/v1/payments/{first}/cancel");
    let cancelled = api.post(&path, &key, &json!({"cancelReason": "마음이 바뀌었습니다"})).await;
    assert_eq!(cancelled.body["status"], "CANCELED");
}

#[tokio::test]
async fn an_idempotency_key_is_kept_for_15_days() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let key = [("idempotency-key", "confirm:1")];
    assert_eq!(api.confirm(&payment_key, PRICE, &key).await.status, 200);
    standin.advance(SignedDuration::from_hours(15 * 24) - SignedDuration::from_secs(60));
    assert_eq!(api.confirm(&payment_key, PRICE, &key).await.status, 200);
    standin.advance(SignedDuration::from_secs(60));
    assert_eq!(api.confirm(&payment_key, PRICE, &key).await.code(), "ALREADY_PROCESSED_PAYMENT");
}

#[tokio::test]
async fn the_key_of_a_running_call_is_busy_and_a_late_call_is_performed_once() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    standin.fault(Rule::once(On::Confirm, Fault::Late));
    let key = [("idempotency-key", "confirm:1")];
    let first = {
        let (api, payment_key) = (api.clone(), payment_key.clone());
        tokio::spawn(async move { api.confirm(&payment_key, PRICE, &key).await })
    };
    standin.held().await;
    let answer = api.confirm(&payment_key, PRICE, &key).await;
    assert_eq!((answer.status, answer.code()), (409, "IDEMPOTENT_REQUEST_PROCESSING"));
    assert_eq!(standin.ledger().order(ORDER).charges, 0);

    // The call is performed after the client gives up.
    first.abort();
    standin.settled().await;
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
    assert_eq!(api.confirm(&payment_key, PRICE, &key).await.body["status"], "DONE");
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
}

#[tokio::test]
async fn clearing_the_faults_releases_a_held_call() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    standin.fault(Rule::once(On::Confirm, Fault::Slow));
    let held = {
        let (api, payment_key) = (api.clone(), payment_key.clone());
        tokio::spawn(async move { api.confirm(&payment_key, PRICE, &[]).await })
    };
    standin.held().await;
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
    standin.clear_faults();
    assert_eq!(held.await.unwrap().body["status"], "DONE");
}

#[tokio::test]
async fn a_payment_expires_30_minutes_after_its_start_or_10_after_its_approval() {
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let standin =
        standin_with(Options { clock: Clock::Stopped(start), ..Options::default() }).await;
    let api = Api::of(&standin);
    let window = api.open_window(&standin, ORDER, "CARD").await;
    let status =
        async || api.get(&format!("/v1/payments/orders/{ORDER}")).await.body["status"].clone();
    assert_eq!(status().await, "READY");
    standin.advance(SignedDuration::from_mins(30) - SignedDuration::from_secs(1));
    assert_eq!(status().await, "READY");
    standin.advance(SignedDuration::from_secs(1));
    assert_eq!(status().await, "EXPIRED");
    let back = api.press(&window, "approve").await;
    assert!(back.location().contains("code=PAY_PROCESS_ABORTED"), "{back:?}");

    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    standin.advance(SignedDuration::from_mins(10));
    assert_eq!(status().await, "EXPIRED");
    let answer = api.confirm(&payment_key, PRICE, &[]).await;
    assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND_PAYMENT_SESSION"));
}

#[tokio::test]
async fn a_confirm_for_another_order_or_amount_is_refused_and_charges_nothing() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let answer = api.confirm(&payment_key, PRICE - 1, &[]).await;
    assert_eq!(answer.status, 400);
    let body = json!({"paymentKey": payment_key, "orderId": "another-order", "amount": PRICE});
    let answer = api.post("/v1/payments/confirm", &[], &body).await;
    assert_eq!(answer.code(), "NOT_FOUND_PAYMENT_SESSION");
    assert_eq!(standin.ledger().order(ORDER).charges, 0);
    assert_eq!(api.confirm(&payment_key, PRICE, &[]).await.status, 200);
}

#[tokio::test]
async fn the_ledger_shows_an_order_that_was_charged_twice() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let one_tab = api.open_window(&standin, ORDER, "CARD").await;
    api.press(&one_tab, "approve").await;
    let other_tab = api.open_window(&standin, ORDER, "CARD").await;
    api.press(&other_tab, "approve").await;
    assert_ne!(one_tab.payment_key, other_tab.payment_key);
    for tab in [&one_tab, &other_tab] {
        assert_eq!(api.confirm(&tab.payment_key, PRICE, &[]).await.status, 200);
    }
    let path = format!("/_standin/ledger?order={ORDER}");
    let order = api.get(&path).await.body;
    assert_eq!((order["charges"].as_u64(), order["charged"].as_u64()), (Some(2), Some(2 * PRICE)));
}

#[tokio::test]
async fn a_cancel_is_limited_to_the_balance() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let path = format!("/v1/payments/{payment_key}/cancel");
    let cancel = async |body: Value| api.post(&path, &[], &body).await;
    assert_eq!(cancel(json!({"cancelReason": "이르다"})).await.code(), "NOT_CANCELABLE_PAYMENT");
    api.confirm(&payment_key, PRICE, &[]).await;

    assert_eq!(cancel(json!({})).await.code(), "INVALID_REQUEST");
    assert_eq!(cancel(json!({"cancelReason": "까".repeat(201)})).await.code(), "INVALID_REQUEST");
    assert_eq!(
        cancel(json!({"cancelReason": "많다", "cancelAmount": PRICE + 1})).await.code(),
        "NOT_CANCELABLE_AMOUNT"
    );
    let part = cancel(json!({"cancelReason": "정가와의 차이", "cancelAmount": 1_000})).await.body;
    assert_eq!(
        (&part["status"], &part["balanceAmount"]),
        (&json!("PARTIAL_CANCELED"), &json!(20_000))
    );
    assert_eq!(part["cancels"][0]["refundableAmount"], 20_000);
    let rest = cancel(json!({"cancelReason": "물림"})).await.body;
    assert_eq!((&rest["status"], &rest["balanceAmount"]), (&json!("CANCELED"), &json!(0)));
    assert_eq!(rest["cancels"].as_array().unwrap().len(), 2);
    assert_eq!(cancel(json!({"cancelReason": "또"})).await.code(), "ALREADY_CANCELED_PAYMENT");
    assert_eq!(standin.ledger().order(ORDER).held(), 0);
}

#[tokio::test]
async fn a_virtual_account_is_validated_waits_and_is_closed() {
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let standin =
        standin_with(Options { clock: Clock::Stopped(start), ..Options::default() }).await;
    let api = Api::of(&standin);
    let order = json!({
        "amount": PRICE, "orderId": ORDER, "orderName": "책 한 권", "customerName": "연습 손님", "bank": "20",
    });
    let with = |field: &str, value: Value| {
        let mut order = order.clone();
        order[field] = value;
        order
    };
    for (body, code) in [
        (with("amount", json!(199)), "BELOW_MINIMUM_AMOUNT"),
        (with("orderId", json!("짧다")), "INVALID_REQUEST"),
        (with("validHours", json!(721)), "INVALID_REQUEST"),
        (with("customerName", json!("")), "INVALID_REQUEST"),
        (json!([]), "INVALID_REQUEST"),
    ] {
        assert_eq!(api.post("/v1/virtual-accounts", &[], &body).await.code(), code, "{body}");
    }
    let issued = api.post("/v1/virtual-accounts", &[], &order).await.body;
    assert_eq!(issued["status"], "WAITING_FOR_DEPOSIT");
    assert_eq!(issued["virtualAccount"]["dueDate"], "2026-11-29T19:00:00+09:00");
    let payment_key = issued["paymentKey"].as_str().unwrap().to_owned();
    let path = format!("/v1/payments/{payment_key}/cancel");
    let part = api.post(&path, &[], &json!({"cancelReason": "조금", "cancelAmount": 1})).await;
    assert_eq!(part.code(), "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT");

    // After the deadline the status stays, no webhook comes, and no deposit is possible.
    standin.advance(SignedDuration::from_hours(168));
    let late = api.get(&format!("/v1/payments/{payment_key}")).await.body;
    assert_eq!(
        (&late["status"], &late["virtualAccount"]["expired"]),
        (&json!("WAITING_FOR_DEPOSIT"), &json!(true))
    );
    assert!(!standin.deposit(ORDER).await);
    let closed = api.post(&path, &[], &json!({"cancelReason": "기한이 지남"})).await.body;
    assert_eq!(closed["status"], "CANCELED");
    assert_eq!(standin.ledger().order(ORDER).movements, []);
}

#[tokio::test]
async fn a_deposit_is_refunded_only_to_an_account() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let payment_key = standin.approve(ORDER, PRICE, Method::VirtualAccount).unwrap();
    api.confirm(&payment_key, PRICE, &[]).await;
    assert!(standin.deposit(ORDER).await);
    assert!(!standin.deposit(ORDER).await, "one account takes one deposit");
    let path = format!("/v1/payments/{payment_key}/cancel");
    let account = |bank: &str, number: &str| {
        json!({"cancelReason": "물림", "refundReceiveAccount":
            {bank: "20", "accountNumber": number, "holderName": "연습 손님"}})
    };
    for (body, code) in [
        (json!({"cancelReason": "물림"}), "INVALID_REFUND_ACCOUNT_INFO"),
        (account("bankCode", "1000123456789"), "INVALID_REFUND_ACCOUNT_INFO"),
        (account("bank", "1000-123-456789"), "INVALID_REFUND_ACCOUNT_NUMBER"),
        (account("bank", "123456789012345678901"), "INVALID_REFUND_ACCOUNT_NUMBER"),
    ] {
        assert_eq!(api.post(&path, &[], &body).await.code(), code, "{body}");
    }
    assert_eq!(
        api.post(&path, &[], &account("bank", "1000123456789")).await.body["status"],
        "CANCELED"
    );
    assert_eq!(standin.ledger().order(ORDER).held(), 0);
}

#[tokio::test]
async fn a_live_key_cannot_request_errors() {
    let standin =
        standin_with(Options { secret_key: "live_sk_of_nobody".to_owned(), ..Options::default() })
            .await;
    let api = Api::new(&standin.url(), "live_sk_of_nobody");
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let answer = api.confirm(&payment_key, PRICE, &[("tosspayments-test-code", "FDS_ERROR")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn faults_can_be_set_listed_and_cleared_over_http() {
    let standin = standin().await;
    let api = Api::of(&standin);
    let rule = json!({"on": "confirm", "fault": "error-after", "times": 2, "order": ORDER});
    assert_eq!(api.post("/_standin/faults", &[], &rule).await.body, json!([rule]));
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    assert_eq!(api.confirm(&payment_key, PRICE, &[]).await.status, 500);
    assert_eq!(api.get("/_standin/faults").await.body[0]["times"], 1);
    assert_eq!(api.send(Verb::DELETE, "/_standin/faults", None, &[], None).await.body, json!([]));
    let wrong = json!({"on": "confirm", "fault": "answer", "code": "NO_SUCH_CODE"});
    assert_eq!(api.post("/_standin/faults", &[], &wrong).await.status, 400);
}
