//! The contents, times and retries of webhooks, with a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod common;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use common::{Api, ORDER, PRICE, standin_with};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use toss_standin::{Clock, Delivery, Fault, Method, On, Options, Progress, Rule, Standin};

/// A received webhook.
#[derive(Clone, Debug)]
struct Arrived {
    id: String,
    retried: String,
    body: Value,
}

impl Arrived {
    fn status(&self) -> &str {
        self.body["data"]["status"].as_str().or(self.body["status"].as_str()).unwrap()
    }
}

/// A shop that answers webhooks with the given statuses in turn, then with 200.
#[derive(Default)]
struct Shop {
    arrived: Mutex<Vec<Arrived>>,
    answers: Mutex<Vec<u16>>,
}

impl Shop {
    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    fn statuses(&self) -> Vec<String> {
        self.arrived().iter().map(|arrived| arrived.status().to_owned()).collect()
    }
}

async fn receive(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: String) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert!(text("tosspayments-webhook-transmission-time").ends_with("+09:00"));
    shop.arrived.lock().unwrap().push(Arrived {
        id: text("tosspayments-webhook-transmission-id"),
        retried: text("tosspayments-webhook-transmission-retried-count"),
        body: serde_json::from_str(&body).unwrap(),
    });
    let mut answers = shop.answers.lock().unwrap();
    let answer = if answers.is_empty() { 200 } else { answers.remove(0) };
    StatusCode::from_u16(answer).unwrap()
}

async fn start(answers: &[u16]) -> (Standin, Arc<Shop>, Api) {
    let shop = Arc::new(Shop { answers: Mutex::new(answers.to_vec()), ..Shop::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/toss-webhook", listener.local_addr().unwrap());
    let router = Router::new().route("/toss-webhook", post(receive)).with_state(Arc::clone(&shop));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let options =
        Options { webhook_url: Some(url), clock: Clock::Stopped(start), ..Options::default() };
    let standin = standin_with(options).await;
    let api = Api::of(&standin);
    (standin, shop, api)
}

async fn pay(standin: &Standin, api: &Api, method: Method) -> String {
    let payment_key = standin.approve(ORDER, PRICE, method).unwrap();
    assert_eq!(api.confirm(&payment_key, PRICE, &[]).await.status, 200);
    payment_key
}

#[tokio::test]
async fn a_webhook_answered_with_200_is_sent_once() {
    let (standin, shop, api) = start(&[]).await;
    let payment_key = pay(&standin, &api, Method::Card).await;
    standin.webhooks_sent().await;
    let arrived = shop.arrived();
    assert_eq!(shop.statuses(), ["DONE"]);
    let body = &arrived.first().unwrap().body;
    assert_eq!(body["eventType"], "PAYMENT_STATUS_CHANGED");
    assert_eq!(body["createdAt"], "2026-11-22T19:00:00.000000");
    assert_eq!(body["data"]["paymentKey"], Value::from(payment_key));
}

#[tokio::test]
async fn a_failed_webhook_is_retried_after_1_and_4_minutes_with_its_id() {
    let (standin, shop, api) = start(&[500, 201]).await;
    pay(&standin, &api, Method::Card).await;
    standin.webhooks_sent().await;
    assert_eq!(shop.arrived().len(), 1);
    standin.advance(SignedDuration::from_secs(59));
    standin.webhooks_sent().await;
    assert_eq!(shop.arrived().len(), 1);
    standin.advance(SignedDuration::from_secs(1));
    standin.webhooks_sent().await;
    assert_eq!(shop.arrived().len(), 2);
    standin.advance(SignedDuration::from_mins(4));
    standin.webhooks_sent().await;

    let arrived = shop.arrived();
    let retried: Vec<&str> = arrived.iter().map(|arrived| arrived.retried.as_str()).collect();
    assert_eq!(retried, ["0", "1", "2"]);
    assert!(arrived.iter().all(|again| again.id == arrived.first().unwrap().id));
    assert!(matches!(
        standin.webhooks().as_slice(),
        [Delivery { progress: Progress::Delivered, .. }]
    ));
}

#[tokio::test]
async fn a_webhook_can_come_before_the_reply() {
    let (standin, shop, api) = start(&[]).await;
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    standin.fault(Rule::once(On::Confirm, Fault::WebhookFirst));
    standin.fault(Rule::once(On::Confirm, Fault::Slow));
    let waiting = {
        let api = api.clone();
        tokio::spawn(async move { api.confirm(&payment_key, PRICE, &[]).await })
    };
    standin.held().await;
    assert_eq!(shop.statuses(), ["DONE"]);
    standin.clear_faults();
    assert_eq!(waiting.await.unwrap().status, 200);
}

#[tokio::test]
async fn webhooks_can_be_lost_doubled_or_reordered() {
    let (standin, shop, api) = start(&[]).await;
    standin.fault(Rule::once(On::Confirm, Fault::WebhookNever));
    let payment_key = pay(&standin, &api, Method::Card).await;
    standin.webhooks_sent().await;
    assert!(shop.arrived().is_empty());

    let path = format!("/v1/payments/{payment_key}/cancel");
    let cancel = async |amount: u64| {
        let tax_free = amount.saturating_sub(2_000);
        let body = serde_json::json!({
            "cancelReason": "차액", "cancelAmount": amount, "taxFreeAmount": tax_free,
        });
        assert_eq!(api.post(&path, &[], &body).await.status, 200);
    };
    standin.fault(Rule::once(On::Cancel, Fault::WebhookTwice));
    cancel(1_000).await;
    standin.webhooks_sent().await;
    let arrived = shop.arrived();
    assert!(matches!(arrived.as_slice(), [first, second] if first.id == second.id));

    standin.fault(Rule { times: 2, ..Rule::once(On::Cancel, Fault::WebhookHeld) });
    cancel(2_000).await;
    cancel(18_000).await;
    standin.webhooks_sent().await;
    let held =
        standin.webhooks().into_iter().filter(|delivery| delivery.progress == Progress::Held);
    for delivery in held.collect::<Vec<_>>().iter().rev() {
        assert!(standin.send_webhook(&delivery.id).await);
    }
    assert_eq!(shop.statuses()[2..], ["CANCELED", "PARTIAL_CANCELED"]);
}

#[tokio::test]
async fn a_deposit_and_its_reversal_send_two_webhooks_each() {
    let (standin, shop, api) = start(&[]).await;
    let payment_key = pay(&standin, &api, Method::VirtualAccount).await;
    standin.webhooks_sent().await;
    assert_eq!(shop.statuses(), ["WAITING_FOR_DEPOSIT"]);

    assert!(standin.deposit(ORDER).await);
    standin.webhooks_sent().await;
    let secret = api.get(&format!("/v1/payments/{payment_key}")).await.body["secret"].clone();
    let callback = shop
        .arrived()
        .into_iter()
        .find(|arrived| arrived.body.get("eventType").is_none())
        .unwrap()
        .body;
    assert_eq!((&callback["secret"], &callback["orderId"]), (&secret, &Value::from(ORDER)));
    assert_eq!(callback["status"], "DONE");
    assert_eq!(shop.arrived().len(), 3);

    assert!(standin.reverse_transfer(ORDER).await);
    standin.webhooks_sent().await;
    assert_eq!(shop.statuses().iter().filter(|status| *status == "WAITING_FOR_DEPOSIT").count(), 3);
    assert_eq!(standin.ledger().order(ORDER).held(), 0);
}

#[tokio::test]
async fn a_deposit_can_be_reversed_immediately() {
    let (standin, shop, api) = start(&[]).await;
    pay(&standin, &api, Method::VirtualAccount).await;
    standin.fault(Rule::once(On::Deposit, Fault::DepositReversed));
    let answer = api.post(&format!("/_standin/orders/{ORDER}/deposit"), &[], &Value::Null).await;
    assert_eq!(answer.status, 204);
    standin.webhooks_sent().await;
    assert_eq!(shop.arrived().len(), 5);
    let order = standin.ledger().order(ORDER);
    assert_eq!((order.charged, order.reversed, order.held()), (PRICE, PRICE, 0));
}

#[tokio::test]
async fn an_expiry_sends_a_webhook() {
    let (standin, shop, api) = start(&[]).await;
    standin.approve(ORDER, PRICE, Method::Card).unwrap();
    standin.webhooks_sent().await;
    assert!(shop.arrived().is_empty(), "an approval sends no webhook");
    let answer =
        api.post("/_standin/clock", &[], &serde_json::json!({"advanceSeconds": 600})).await;
    assert_eq!(answer.body["now"], "2026-11-22T10:10:00Z");
    standin.webhooks_sent().await;
    assert_eq!(shop.statuses(), ["EXPIRED"]);
}
