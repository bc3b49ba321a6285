//! The browser's script and window, and the control API under `/_standin/`, where a test or a
//! person reads the ledger, sets faults and moves the clock.

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

use crate::clock::{Clock, iso_korea};
use crate::faults::{Fault, Rule};
use crate::payment::{Method, State as Status};
use crate::provider::WindowAnswer;
use crate::shared::Shared;
use crate::window::{Choice, WindowQuery};
use crate::{codes, deposits, webhook, window};

type AppState = State<Arc<Shared>>;

/// All routes except the API's.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(overview))
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

/// Responds with a page. Its policy allows no script and no other host.
fn respond(status: StatusCode, page: Markup) -> Response<Body> {
    (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                 frame-ancestors 'none'",
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

async fn open_window(State(shared): AppState, Query(query): Query<WindowQuery>) -> Response<Body> {
    let (request, method) = match query.check(&shared.options.client_key) {
        Ok(checked) => checked,
        Err(error) => return respond(StatusCode::BAD_REQUEST, window::invalid_page(error)),
    };
    let answer = shared.provider().open(&request, method);
    shared.wake.notify_one();
    match answer {
        WindowAnswer::Page(payment) => respond(StatusCode::OK, window::payment_page(&payment)),
        WindowAnswer::Redirect(address) => Redirect::to(&address).into_response(),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ChoiceForm {
    method: String,
}

async fn choose(
    State(shared): AppState,
    Path((payment_key, choice)): Path<(String, String)>,
    form: Result<Form<ChoiceForm>, axum::extract::rejection::FormRejection>,
) -> Response<Body> {
    let requested = shared.provider().method_of(&payment_key);
    let chosen = form.map(|Form(form)| form.method).unwrap_or_default();
    let method = if chosen.is_empty() { requested } else { Method::parse(&chosen) };
    let choice = method.and_then(|method| Choice::parse(&choice, method));
    let location = choice.and_then(|choice| shared.provider().choose(&payment_key, choice));
    shared.wake.notify_one();
    match location {
        Some(address) => Redirect::to(&address).into_response(),
        None => respond(StatusCode::NOT_FOUND, window::unknown_page()),
    }
}

async fn receipt(State(shared): AppState, Path(payment_key): Path<String>) -> Response<Body> {
    let payment =
        shared.provider().payments().into_iter().find(|payment| payment.payment_key == payment_key);
    match payment {
        Some(payment) => respond(StatusCode::OK, window::receipt_page(&payment)),
        None => respond(StatusCode::NOT_FOUND, window::unknown_page()),
    }
}

#[derive(Deserialize)]
struct LedgerQuery {
    order: Option<String>,
}

async fn ledger(State(shared): AppState, Query(query): Query<LedgerQuery>) -> Response<Body> {
    let ledger = shared.provider().ledger();
    match query.order {
        Some(order_id) => Json(ledger.order(&order_id)).into_response(),
        None => Json(ledger).into_response(),
    }
}

async fn clock(State(shared): AppState) -> Json<Value> {
    let provider = shared.provider();
    Json(json!({"now": provider.now(), "stopped": matches!(provider.clock, Clock::Stopped(_))}))
}

/// `{"advanceSeconds": 600}`, `{"now": "2026-11-22T10:00:00Z"}`, `{"stopped": true}`, or several of
/// them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetClock {
    #[serde(default)]
    advance_seconds: i64,
    now: Option<Timestamp>,
    stopped: Option<bool>,
}

async fn set_clock(State(shared): AppState, Json(set): Json<SetClock>) -> Json<Value> {
    let old = shared.provider().clock;
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

async fn faults(State(shared): AppState) -> Json<Vec<Rule>> {
    Json(shared.provider().rules.clone())
}

async fn add_fault(State(shared): AppState, Json(rule): Json<Rule>) -> Response<Body> {
    if let Fault::Answer { code } = &rule.fault
        && codes::find(code).is_none()
    {
        return (StatusCode::BAD_REQUEST, format!("Toss has no code {code}.\n")).into_response();
    }
    shared.provider().rules.push(rule);
    faults(State(shared)).await.into_response()
}

async fn clear_faults(State(shared): AppState) -> Json<Vec<Rule>> {
    shared.clear_faults();
    faults(State(shared)).await
}

async fn webhooks(State(shared): AppState) -> Json<Value> {
    let url = shared.provider().webhook_url.clone();
    Json(json!({"url": url, "deliveries": shared.webhooks()}))
}

#[derive(Deserialize)]
struct SetWebhook {
    url: Option<String>,
}

async fn set_webhook(State(shared): AppState, Json(set): Json<SetWebhook>) -> Json<Value> {
    shared.provider().webhook_url = set.url;
    webhooks(State(shared)).await
}

async fn send_webhook(State(shared): AppState, Path(id): Path<String>) -> Response<Body> {
    if webhook::send(&shared, &id).await {
        webhooks(State(shared)).await.into_response()
    } else {
        (StatusCode::NOT_FOUND, "There is no such webhook, or it is being sent.\n").into_response()
    }
}

async fn deposit(
    State(shared): AppState,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    respond_to_bank(
        &headers,
        deposits::deposit(&shared, &order_id).await,
        "This order has no virtual account that waits for a deposit.\n",
    )
}

async fn reverse(
    State(shared): AppState,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    respond_to_bank(
        &headers,
        deposits::reverse(&shared, &order_id).await,
        "This order has no deposit that can be reversed.\n",
    )
}

/// Redirects a person to the overview and answers a program with a status.
fn respond_to_bank(headers: &HeaderMap, done: bool, otherwise: &'static str) -> Response<Body> {
    let is_browser = headers
        .get(header::ACCEPT)
        .is_some_and(|value| value.to_str().is_ok_and(|accept| accept.contains("text/html")));
    match (done, is_browser) {
        (true, true) => Redirect::to("/").into_response(),
        (true, false) => StatusCode::NO_CONTENT.into_response(),
        (false, _) => (StatusCode::CONFLICT, otherwise).into_response(),
    }
}

/// The page at `/`: all payments, with buttons for what the bank does to virtual accounts.
async fn overview(State(shared): AppState) -> Response<Body> {
    let (now, payments) = {
        let mut provider = shared.provider();
        provider.expire_payments();
        (provider.now(), provider.payments())
    };
    let button = |order_id: &str, what: &str, text: &str| {
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
            h1 { "연습용 결제 장부" span lang="en" { "Practice payments" } }
            p class="note" {
                "토스페이먼츠를 대신하는 개발용 프로그램입니다. 진짜 돈은 없습니다."
                span lang="en" {
                    "A stand-in for Toss Payments, for development, without real money. Its clock shows "
                    (iso_korea(now)) "."
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
                    @for payment in &payments {
                        tr {
                            td { (payment.order_name) span lang="en" { (payment.order_id) } }
                            td { (payment.method.korean()) }
                            td { (json!(payment.state).as_str().unwrap_or_default()) }
                            td { (window::won(payment.amount)) "원" }
                            td { (window::won(payment.balance())) "원" }
                            td {
                                @if payment.state == Status::WaitingForDeposit {
                                    (button(&payment.order_id, "deposit", "입금하기 · Deposit"))
                                } @else if payment.has_reversible_deposit() {
                                    (button(&payment.order_id, "reverse", "입금 되돌리기 · Reverse"))
                                }
                            }
                        }
                    }
                }
            }
        },
    );
    respond(StatusCode::OK, page)
}
