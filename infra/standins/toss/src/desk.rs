//! The stand-in's own side: the browser's script and window, and `/_standin/*`, where a test or a
//! person sees the truth, sets faults and moves the clock.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Form, Json, Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use http::{HeaderMap, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{Clock, korean};
use crate::faults::{Fault, Rule};
use crate::record::{Method, State as Standing};
use crate::world::Opened;
use crate::{Shared, codes, webhook, window};

type World = State<Arc<Shared>>;

/// Everything but the API.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(desk))
        .route("/v2/standard", get(script))
        .route("/window", get(open_window))
        .route("/window/{payment_key}/{choice}", post(choose))
        .route("/receipt/{payment_key}", get(receipt))
        .route("/_standin/ledger", get(ledger))
        .route("/_standin/clock", get(clock).post(set_clock))
        .route("/_standin/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_standin/webhooks", get(webhooks).post(set_webhook))
        .route("/_standin/webhooks/{id}", post(send_webhook))
        .route("/_standin/orders/{order_id}/deposit", post(deposit))
        .route("/_standin/orders/{order_id}/reverse", post(reverse))
}

/// A page: no script, no other host, nothing kept.
fn show(status: StatusCode, page: Markup) -> Response<Body> {
    (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ],
        page.into_string(),
    )
        .into_response()
}

async fn script() -> Response<Body> {
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        include_str!("standard.js"),
    )
        .into_response()
}

async fn open_window(State(shared): World, Query(query): Query<window::Query>) -> Response<Body> {
    let (asked, method) = match query.check(&shared.options.client_key) {
        Ok(checked) => checked,
        Err(wrong) => return show(StatusCode::BAD_REQUEST, window::wrong_page(wrong)),
    };
    let opened = shared.world().open(&asked, method);
    shared.wake.notify_one();
    match opened {
        Opened::Page(record) => show(StatusCode::OK, window::payment_page(&record)),
        Opened::Back(address) => Redirect::to(&address).into_response(),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    method: String,
}

async fn choose(
    State(shared): World,
    Path((payment_key, choice)): Path<(String, String)>,
    form: Result<Form<Chosen>, axum::extract::rejection::FormRejection>,
) -> Response<Body> {
    let asked = shared.world().method_of(&payment_key);
    let chosen = form.map(|Form(chosen)| chosen.method).unwrap_or_default();
    let method = if chosen.is_empty() { asked } else { Method::parse(&chosen) };
    let choice = method.and_then(|method| window::Choice::parse(&choice, method));
    let back = choice.and_then(|choice| shared.world().choose(&payment_key, choice));
    shared.wake.notify_one();
    match back {
        Some(address) => Redirect::to(&address).into_response(),
        None => show(StatusCode::NOT_FOUND, window::unknown_page()),
    }
}

async fn receipt(State(shared): World, Path(payment_key): Path<String>) -> Response<Body> {
    let record =
        shared.world().payments().into_iter().find(|record| record.payment_key == payment_key);
    match record {
        Some(record) => show(StatusCode::OK, window::receipt_page(&record)),
        None => show(StatusCode::NOT_FOUND, window::unknown_page()),
    }
}

#[derive(Deserialize)]
struct OneOrder {
    order: Option<String>,
}

async fn ledger(State(shared): World, Query(only): Query<OneOrder>) -> Response<Body> {
    let ledger = shared.world().ledger();
    match only.order {
        Some(order_id) => Json(ledger.order(&order_id)).into_response(),
        None => Json(ledger).into_response(),
    }
}

async fn clock(State(shared): World) -> Json<Value> {
    let world = shared.world();
    Json(json!({"now": world.now(), "stopped": matches!(world.clock, Clock::Stopped(_))}))
}

/// `{"advanceSeconds": 600}`, `{"now": "2026-11-22T10:00:00Z"}`, `{"stopped": true}`, or several at
/// once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetClock {
    #[serde(default)]
    advance_seconds: i64,
    now: Option<Timestamp>,
    stopped: Option<bool>,
}

async fn set_clock(State(shared): World, Json(set): Json<SetClock>) -> Json<Value> {
    let old = shared.world().clock;
    let mut clock = match set.stopped {
        Some(true) => Clock::Stopped(old.now()),
        Some(false) => Clock::default().showing(old.now()),
        None => old,
    };
    if let Some(now) = set.now {
        clock = clock.showing(now);
    }
    shared.set_clock(clock.moved(SignedDuration::from_secs(set.advance_seconds)));
    self::clock(State(shared)).await
}

async fn faults(State(shared): World) -> Json<Vec<Rule>> {
    Json(shared.world().rules.clone())
}

async fn add_fault(State(shared): World, Json(rule): Json<Rule>) -> Response<Body> {
    if let Fault::Answer { code } = &rule.fault
        && codes::find(code).is_none()
    {
        return (StatusCode::BAD_REQUEST, format!("Toss has no code {code}.\n")).into_response();
    }
    shared.world().rules.push(rule);
    faults(State(shared)).await.into_response()
}

async fn clear_faults(State(shared): World) -> Json<Vec<Rule>> {
    shared.clear_faults();
    faults(State(shared)).await
}

async fn webhooks(State(shared): World) -> Json<Value> {
    let url = shared.world().webhook_url.clone();
    Json(json!({"url": url, "deliveries": shared.webhooks()}))
}

#[derive(Deserialize)]
struct SetWebhook {
    url: Option<String>,
}

async fn set_webhook(State(shared): World, Json(set): Json<SetWebhook>) -> Json<Value> {
    shared.world().webhook_url = set.url;
    webhooks(State(shared)).await
}

async fn send_webhook(State(shared): World, Path(id): Path<String>) -> Response<Body> {
    if webhook::send(&shared, &id).await {
        webhooks(State(shared)).await.into_response()
    } else {
        (StatusCode::NOT_FOUND, "There is no such webhook, or it is being sent.\n").into_response()
    }
}

async fn deposit(
    State(shared): World,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    done(
        &headers,
        shared.deposit(&order_id).await,
        "This order has no virtual account that waits for a deposit.\n",
    )
}

async fn reverse(
    State(shared): World,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    done(
        &headers,
        shared.reverse_transfer(&order_id).await,
        "This order has no deposit that could be taken back.\n",
    )
}

/// A person goes back to the desk, a program gets a status.
fn done(headers: &HeaderMap, done: bool, otherwise: &'static str) -> Response<Body> {
    let person = headers
        .get(header::ACCEPT)
        .is_some_and(|value| value.to_str().is_ok_and(|accept| accept.contains("text/html")));
    match (done, person) {
        (true, true) => Redirect::to("/").into_response(),
        (true, false) => StatusCode::NO_CONTENT.into_response(),
        (false, _) => (StatusCode::CONFLICT, otherwise).into_response(),
    }
}

/// What a person sees at the stand-in's address: the payments, and the bank's side of virtual
/// accounts.
async fn desk(State(shared): World) -> Response<Body> {
    let (now, payments) = {
        let mut world = shared.world();
        world.tick();
        (world.now(), world.payments())
    };
    let act = |order_id: &str, what: &str, text: &str| {
        html! {
            form method="post" action=(format!("/_standin/orders/{order_id}/{what}")) {
                button class="small" type="submit" { (text) }
            }
        }
    };
    let page = window::page(
        "연습용 결제 장부",
        true,
        &html! {
            h1 { "연습용 결제 장부" span lang="en" { "Ledger of the practice payments" } }
            p class="note" {
                "토스페이먼츠를 대신하는 개발용 프로그램입니다. 진짜 돈은 없습니다."
                span lang="en" {
                    "A stand-in for Toss Payments, for development. There is no real money. Its clock says "
                    (korean(now)) "."
                }
            }
            @if payments.is_empty() {
                p { "아직 결제가 없습니다." span lang="en" { "No payments yet." } }
            } @else {
                table {
                    tr {
                        th scope="col" { "주문" span lang="en" { "Order" } }
                        th scope="col" { "수단" span lang="en" { "Method" } }
                        th scope="col" { "상태" span lang="en" { "Status" } }
                        th scope="col" { "금액" span lang="en" { "Amount" } }
                        th scope="col" { "남은 금액" span lang="en" { "Balance" } }
                        th scope="col" { "은행에서" span lang="en" { "At the bank" } }
                    }
                    @for record in &payments {
                        tr {
                            td { (record.order_name) span lang="en" { (record.order_id) } }
                            td { (record.method.korean()) }
                            td { (json!(record.state).as_str().unwrap_or_default()) }
                            td { (window::won(record.amount)) "원" }
                            td { (window::won(record.balance())) "원" }
                            td {
                                @if record.state == Standing::WaitingForDeposit {
                                    (act(&record.order_id, "deposit", "입금하기 · Deposit"))
                                } @else if record.method == Method::VirtualAccount && record.state == Standing::Done {
                                    (act(&record.order_id, "reverse", "입금 되돌리기 · Take back"))
                                }
                            }
                        }
                    }
                }
            }
        },
    );
    show(StatusCode::OK, page)
}
