//! Everything that was answered survives a restart of the stand-in.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use common::{Api, ORDER, PRICE, standin_with};
use jiff::SignedDuration;
use serde_json::json;
use toss_standin::{Clock, Method, Options, Standin, StartError};

async fn start(state: &Path) -> Standin {
    standin_with(Options { state: Some(state.to_owned()), ..Options::default() }).await
}

async fn start_error(state: &Path) -> StartError {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    toss_standin::serve(listener, Options { state: Some(state.to_owned()), ..Options::default() })
        .unwrap_err()
}

#[tokio::test]
async fn payments_money_and_idempotency_keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("payments.jsonl");
    let key = [("idempotency-key", "confirm:1")];

    let standin = start(&state).await;
    standin.advance(SignedDuration::from_mins(5));
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let paid = Api::of(&standin).confirm(&payment_key, PRICE, &key).await;
    let ledger = standin.ledger();
    let then = standin.now();
    // Nothing is written on exit, so dropping is the same as a kill.
    drop(standin);

    let standin = start(&state).await;
    assert_eq!(standin.ledger(), ledger);
    assert!(standin.now() >= then);
    let api = Api::of(&standin);
    assert_eq!(api.confirm(&payment_key, PRICE, &key).await.body, paid.body);
    let path = format!("/v1/payments/{payment_key}/cancel");
    assert_eq!(
        api.post(&path, &[], &json!({"cancelReason": "물림"})).await.body["status"],
        "CANCELED"
    );
    drop(standin);
    assert_eq!(start(&state).await.ledger().order(ORDER).held(), 0);
}

#[tokio::test]
async fn an_approved_payment_can_be_confirmed_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("payments.jsonl");
    let standin = start(&state).await;
    let payment_key = standin.approve(ORDER, PRICE, Method::Card).unwrap();
    drop(standin);
    let standin = start(&state).await;
    assert_eq!(Api::of(&standin).confirm(&payment_key, PRICE, &[]).await.body["status"], "DONE");
}

#[tokio::test]
async fn an_incomplete_last_line_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("payments.jsonl");
    let standin = start(&state).await;
    standin.approve(ORDER, PRICE, Method::Card).unwrap();
    let ledger = standin.ledger();
    drop(standin);
    fs::OpenOptions::new()
        .append(true)
        .open(&state)
        .unwrap()
        .write_all(br#"[{"payment":{"seq":2,"#)
        .unwrap();
    assert_eq!(start(&state).await.ledger(), ledger);
}

#[tokio::test]
async fn an_invalid_state_file_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("payments.jsonl");
    fs::write(&state, "[]\nthis is not a ledger\n").unwrap();
    let sentence = start_error(&state).await.to_string();
    assert!(sentence.contains("line 2") && sentence.contains("payments.jsonl"), "{sentence}");

    let sentence = start_error(folder.path()).await.to_string();
    assert!(sentence.contains("cannot be used"), "{sentence}");
}

#[tokio::test]
async fn a_seeded_stand_in_repeats_no_key_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        state: Some(folder.path().join("payments.jsonl")),
        seed: Some(7),
        clock: Clock::Stopped("2026-11-22T10:00:00Z".parse().unwrap()),
        ..Options::default()
    };
    let mut keys = Vec::new();
    for order_id in ["order-1", "order-2", "order-3"] {
        let standin = standin_with(options.clone()).await;
        keys.push(standin.approve(order_id, PRICE, Method::Card).unwrap());
    }
    keys.dedup();
    assert_eq!(keys.len(), 3, "{keys:?}");
}
