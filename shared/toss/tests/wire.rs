//! The client against the stand-in over a socket: compares what the caller learns with what
//! happened to the money.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use domain::order::PaymentKey;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use toss::{
    Cancel, CancelFailure, Client, Confirm, Doubt, Failure, Gone, IdempotencyKey, NotPaid,
    RefundAccount, Settings, Status, Timeouts, VirtualAccountOrder,
};
use toss_standin::{Fault, Method, On, Options, Rule, SECRET_KEY, Standin, codes};

const ORDER: &str = "01KB2V8W9QXG5N0000000000AA";
const PRICE: u64 = 21_000;

/// Long enough for a local call, short for a call that is never answered.
const SHORT: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    change: Duration::from_secs(1),
    query: Duration::from_secs(5),
};

async fn standin() -> Standin {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    toss_standin::serve(listener, Options::default()).unwrap()
}

fn settings(standin: &Standin, secret_key: &str) -> Settings {
    Settings { api_url: standin.url(), secret_key: secret_key.into() }
}

fn client(standin: &Standin) -> Client {
    Client::new(&settings(standin, SECRET_KEY)).unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

/// The key of a payment that a person approved.
fn approved(standin: &Standin, amount: u64, method: Method) -> PaymentKey {
    parsed(&standin.approve(ORDER, amount, method).unwrap())
}

fn parsed(payment_key: &str) -> PaymentKey {
    payment_key.parse().unwrap()
}

fn confirm(payment_key: &PaymentKey) -> Confirm<'_> {
    Confirm { payment_key, order_id: ORDER, amount: PRICE }
}

fn everything() -> Cancel {
    Cancel {
        reason: "마음이 바뀌었습니다".to_owned(),
        amount: None,
        tax_free: None,
        refund_to: None,
    }
}

#[tokio::test]
async fn an_approved_payment_is_confirmed_and_found_again() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);

    let payment = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    assert_eq!(payment.is_paid(ORDER, PRICE), Ok(()));
    assert_eq!(payment.method.as_deref(), Some("카드"));
    assert!(payment.trace.is_some());
    assert!(payment.approved_at.is_some());

    let by_order = client.payment_of_order(ORDER).await.unwrap().unwrap();
    let by_key = client.payment(&payment_key).await.unwrap().unwrap();
    assert_eq!(by_order.is_paid(ORDER, PRICE), Ok(()));
    assert_eq!(by_key.payment_key, payment_key);
    assert_eq!(standin.ledger().order(ORDER).charged, PRICE);
}

#[tokio::test]
async fn a_repeated_confirm_charges_once_and_answers_the_same() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    let first = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    let again = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    assert_eq!(first.last_transaction_key, again.last_transaction_key);
    // With another key the outcome is unknown, not failed.
    let other = client.confirm(confirm(&payment_key), &key("confirm:2")).await.unwrap_err();
    assert!(
        matches!(&other, Failure::Unknown(Doubt::Answered(r)) if r.code == "ALREADY_PROCESSED_PAYMENT"),
        "{other:?}"
    );
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
}

#[tokio::test]
async fn an_unknown_payment_is_none() {
    let standin = standin().await;
    let client = client(&standin);
    assert_eq!(client.payment_of_order(ORDER).await, Ok(None));
    assert_eq!(client.payment(&parsed("tgen_/../nothing")).await, Ok(None));
    let failure =
        client.confirm(confirm(&parsed("tgen_nothing")), &key("confirm:1")).await.unwrap_err();
    assert!(matches!(failure, Failure::SessionGone(_, Gone::NotFound)), "{failure:?}");
}

#[tokio::test]
async fn no_call_outlasts_its_caller() {
    let standin = standin().await;
    let payment_key = approved(&standin, PRICE, Method::Card);
    // Three seconds are the margin, so that this call has one.
    let ending = client(&standin).bounded_by(|| Some(Duration::from_secs(4)));
    standin.fault(Rule::once(On::Query, Fault::Slow));
    let began = std::time::Instant::now();
    let failure = ending.payment(&payment_key).await.unwrap_err();
    assert_eq!(failure, Failure::Unknown(Doubt::Late));
    assert!(began.elapsed() < Timeouts::default().query, "{:?}", began.elapsed());
    // A caller without time for an answer sends nothing.
    let ended = client(&standin).bounded_by(|| Some(Client::MARGIN));
    let failure = ended.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
    assert_eq!(failure, Failure::Unknown(Doubt::NoTime));
    assert_eq!(standin.ledger().order(ORDER).charges, 0);
    // Its own limit is not lengthened.
    let patient = client(&standin).bounded_by(|| Some(Duration::from_mins(15)));
    assert!(patient.confirm(confirm(&payment_key), &key("confirm:1")).await.is_ok());
}

#[tokio::test]
async fn the_session_expires_ten_minutes_after_the_approval() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    standin.advance(SignedDuration::from_mins(10));
    let failure = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
    assert!(matches!(failure, Failure::SessionGone(_, Gone::Expired)), "{failure:?}");
    let payment = client.payment_of_order(ORDER).await.unwrap().unwrap();
    assert_eq!(payment.is_paid(ORDER, PRICE), Err(NotPaid::Status(Status::Expired)));
    assert_eq!(standin.ledger().order(ORDER).charges, 0);
}

#[tokio::test]
async fn another_amount_than_the_approved_one_is_not_charged() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, 100, Method::Card);
    let failure = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
    assert!(matches!(failure, Failure::OurFault(_)), "{failure:?}");
    assert_eq!(standin.ledger().order(ORDER).charges, 0);
}

#[tokio::test]
async fn every_documented_code_is_read() {
    let standin = standin().await;
    let client = client(&standin);
    for code in codes::ALL {
        standin.fault(Rule::once(On::Confirm, Fault::Answer { code: code.code.to_owned() }));
        let failure =
            client.confirm(confirm(&parsed("tgen_nothing")), &key("confirm:1")).await.unwrap_err();
        assert_eq!(failure.code(), Some(code.code), "{failure:?}");
        let certain = matches!(failure, Failure::Refused(_) | Failure::OurFault(_));
        assert!(!(certain && code.status >= 500), "{failure:?}");
    }
    assert_eq!(standin.ledger().order(ORDER).charges, 0);
}

#[tokio::test]
async fn a_refused_card_stays_refused() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    standin
        .fault(Rule::once(On::Confirm, Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() }));
    for _ in 0..2 {
        let failure = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
        assert!(
            matches!(&failure, Failure::Refused(r) if r.code == "REJECT_CARD_PAYMENT"),
            "{failure:?}"
        );
    }
    let payment = client.payment_of_order(ORDER).await.unwrap().unwrap();
    assert_eq!(payment.status, Status::Aborted);
    assert_eq!(payment.failure.map(|reason| reason.code).as_deref(), Some("REJECT_CARD_PAYMENT"));
}

#[tokio::test]
async fn a_lost_reply_is_unknown_and_a_query_finds_the_payment() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    standin.fault(Rule::once(On::Confirm, Fault::ReplyLost));
    let failure = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
    assert_eq!(failure, Failure::Unknown(Doubt::Broken));
    let found = client.payment_of_order(ORDER).await.unwrap().unwrap();
    assert_eq!(found.is_paid(ORDER, PRICE), Ok(()));
    let again = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    assert_eq!(again.is_paid(ORDER, PRICE), Ok(()));
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
}

#[tokio::test]
async fn a_reply_after_the_time_limit_is_unknown_although_money_moved() {
    let standin = standin().await;
    let client = Client::with_timeouts(&settings(&standin, SECRET_KEY), SHORT).unwrap();
    let payment_key = approved(&standin, PRICE, Method::Card);
    standin.fault(Rule::once(On::Confirm, Fault::Slow));
    let key = key("confirm:1");
    let (answer, ()) = tokio::join!(client.confirm(confirm(&payment_key), &key), standin.held());
    assert_eq!(answer, Err(Failure::Unknown(Doubt::Late)));
    assert_eq!(standin.ledger().order(ORDER).charged, PRICE);
}

#[tokio::test]
async fn a_server_error_is_unknown_whether_or_not_money_moved() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    for (fault, charged) in
        [(Fault::ErrorBefore, 0), (Fault::ErrorAfter, PRICE), (Fault::InFlight, PRICE)]
    {
        standin.fault(Rule::once(On::Confirm, fault));
        let failure = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap_err();
        assert!(matches!(failure, Failure::Unknown(Doubt::Answered(_))), "{failure:?}");
        assert_eq!(standin.ledger().order(ORDER).charged, charged);
    }
    let again = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    assert_eq!(again.is_paid(ORDER, PRICE), Ok(()));
    assert_eq!(standin.ledger().order(ORDER).charges, 1);
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let gone = standin().await;
    let client = client(&gone);
    drop(gone);
    // The listener closes with its task, a moment after the drop.
    let failure = loop {
        match client.confirm(confirm(&parsed("tgen_1")), &key("confirm:1")).await.unwrap_err() {
            Failure::Unknown(Doubt::Broken) | Failure::SessionGone(..) => {
                tokio::task::yield_now().await;
            }
            failure => break failure,
        }
    };
    assert_eq!(failure, Failure::Unknown(Doubt::Unreachable));
}

#[tokio::test]
async fn an_invalid_key_is_our_fault() {
    let standin = standin().await;
    let client = Client::new(&settings(&standin, "test_sk_wrong")).unwrap();
    let failure = client.payment_of_order(ORDER).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::OurFault(r) if r.code == "UNAUTHORIZED_KEY"),
        "{failure:?}"
    );
    assert!(!format!("{failure:?}").contains("test_sk"));
}

#[tokio::test]
async fn a_payment_is_cancelled_in_part_then_in_full_and_not_again() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();

    let part = Cancel { amount: Some(1_000), ..everything() };
    for _ in 0..2 {
        let payment = client.cancel(&payment_key, &part, &key("cancel:1")).await.unwrap();
        assert_eq!((payment.status, payment.balance_amount), (Status::PartialCanceled, 20_000));
        assert_eq!(payment.cancels.first().map(|cancel| cancel.cancel_amount), Some(1_000));
    }
    let too_much = Cancel { amount: Some(20_001), ..everything() };
    let failure = client.cancel(&payment_key, &too_much, &key("cancel:2")).await.unwrap_err();
    assert!(matches!(failure, CancelFailure::Refused(_)), "{failure:?}");
    let payment = client.cancel(&payment_key, &everything(), &key("cancel:3")).await.unwrap();
    assert_eq!((payment.status, payment.balance_amount), (Status::Canceled, 0));
    let failure = client.cancel(&payment_key, &everything(), &key("cancel:4")).await.unwrap_err();
    assert!(matches!(failure, CancelFailure::AlreadyDone(_)), "{failure:?}");

    let order = standin.ledger().order(ORDER);
    assert_eq!((order.charged, order.refunded, order.held()), (PRICE, PRICE, 0));
}

#[tokio::test]
async fn a_cancel_repeated_with_its_key_refunds_once() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::Card);
    client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    standin.fault(Rule::once(On::Cancel, Fault::ReplyLost));
    let part = Cancel { amount: Some(5_000), ..everything() };
    let failure = client.cancel(&payment_key, &part, &key("cancel:1")).await.unwrap_err();
    assert_eq!(failure, CancelFailure::Unknown(Doubt::Broken));
    client.cancel(&payment_key, &part, &key("cancel:1")).await.unwrap();
    assert_eq!(standin.ledger().order(ORDER).refunded, 5_000);
}

#[tokio::test]
async fn a_virtual_account_is_opened_paid_and_refunded() {
    let standin = standin().await;
    let client = client(&standin);
    let order = VirtualAccountOrder {
        amount: PRICE,
        order_id: ORDER,
        order_name: "책 한 권",
        customer_name: "연습 손님".into(),
        bank: "20",
        valid_hours: Some(24),
    };
    let payment = client.virtual_account(&order, &key("account:1")).await.unwrap();
    assert_eq!(payment.is_paid(ORDER, PRICE), Err(NotPaid::Status(Status::WaitingForDeposit)));
    let account = payment.virtual_account.unwrap();
    assert!(account.account_number.reveal().starts_with('X'));
    assert!(account.due_date.is_some());
    assert!(payment.secret.is_some());

    assert!(standin.deposit(ORDER).await);
    let paid = client.payment_of_order(ORDER).await.unwrap().unwrap();
    assert_eq!(paid.is_paid(ORDER, PRICE), Ok(()));

    let failure =
        client.cancel(&paid.payment_key, &everything(), &key("cancel:1")).await.unwrap_err();
    assert!(matches!(failure, CancelFailure::Refused(_)), "{failure:?}");
    let refund_to = RefundAccount {
        bank: "20".to_owned(),
        account_number: "1000123456789".into(),
        holder_name: "연습 손님".into(),
    };
    let cancel = Cancel { refund_to: Some(refund_to), ..everything() };
    let payment = client.cancel(&paid.payment_key, &cancel, &key("cancel:2")).await.unwrap();
    assert_eq!(payment.status, Status::Canceled);
}

#[tokio::test]
async fn a_reversed_deposit_is_not_paid() {
    let standin = standin().await;
    let client = client(&standin);
    let payment_key = approved(&standin, PRICE, Method::VirtualAccount);
    let payment = client.confirm(confirm(&payment_key), &key("confirm:1")).await.unwrap();
    assert_eq!(payment.is_paid(ORDER, PRICE), Err(NotPaid::Status(Status::WaitingForDeposit)));
    assert!(standin.deposit(ORDER).await);
    assert!(standin.reverse_transfer(ORDER).await);
    let payment = client.payment_of_order(ORDER).await.unwrap().unwrap();
    assert_eq!(payment.is_paid(ORDER, PRICE), Err(NotPaid::Status(Status::WaitingForDeposit)));
    assert_eq!(standin.ledger().order(ORDER).held(), 0);
}
