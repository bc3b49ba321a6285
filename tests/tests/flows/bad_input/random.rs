//! Random requests: whatever is sent, the answer is no server error.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use walk::Doors;

use super::with_a_reader;

/// A random request: walker, method, address, headers and body.
type RandomRequest = (usize, Method, String, Vec<(String, Vec<u8>)>, Vec<u8>);

fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// Half of each part is known to the app, the other half is random.
fn random_request(walkers: usize) -> impl Strategy<Value = RandomRequest> {
    let segment = prop_oneof![
        select(vec![
            "knock",
            "study",
            "guestbook",
            "letter",
            "counter",
            "pay",
            "window",
            "mailbox",
            "shelf",
            "notice",
            "success",
            "fail",
            "ORDER",
            "..",
            ".",
            "",
        ])
        .prop_map(ToOwned::to_owned),
        "[A-Za-z0-9%._~!$&'()*+,;=:@-]{0,20}",
        vec(any::<u8>(), 0..12).prop_map(|bytes| percent_encoded(&bytes)),
    ];
    let path = vec(segment, 0..4).prop_map(|segments| format!("/{}", segments.join("/")));
    let text = prop_oneof![
        "\\PC{0,30}",
        select(vec![
            "plain",
            "riddle",
            "hint",
            "yes",
            "middle",
            "0",
            "22000",
            "2026-08-05",
            "별 헤는 밤",
            "··—",
            "ko",
            "en"
        ])
        .prop_map(ToOwned::to_owned),
    ];
    let names = vec![
        "door",
        "answer",
        "hint",
        "lang",
        "latin",
        "range",
        "after",
        "pen_name",
        "grown",
        "terms",
        "privacy",
        "letter",
        "recipient",
        "phone",
        "postcode",
        "street",
        "detail",
        "agreed",
        "promised",
        "payment_key",
        "amount",
        "paymentKey",
        "orderId",
        "code",
    ];
    let form = (subsequence(names, 0..8), vec(text, 8)).prop_map(|(names, values)| {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(names.iter().zip(&values))
            .finish()
    });
    let query = prop_oneof![form.clone(), "[A-Za-z0-9%&=+._-]{0,40}"];
    let body = prop_oneof![form.prop_map(String::into_bytes), vec(any::<u8>(), 0..300)];
    let method = select(vec![Method::GET, Method::POST, Method::POST, Method::PUT, Method::HEAD]);
    let value = prop_oneof!["[ -~]{0,60}".prop_map(String::into_bytes), vec(0x80_u8..=0xFF, 0..20)];
    let header = select(vec![
        "cookie",
        "accept-language",
        "origin",
        "sec-fetch-site",
        "content-type",
        "x-forwarded-proto",
        "referer",
    ]);
    let headers = vec((header.prop_map(ToOwned::to_owned), value), 0..3);
    (0..walkers, method, path, query, headers, body).prop_map(
        |(walker, method, path, query, headers, body)| {
            (walker, method, format!("{path}?{query}"), headers, body)
        },
    )
}

#[test]
fn no_request_causes_a_server_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (shop, walkers, order) = runtime.block_on(async {
        let (shop, reader, order) = with_a_reader().await;
        let (stranger, mut knocking, mut writing) =
            (shop.visitor(), shop.visitor(), shop.visitor());
        knocking.open_the_door().await;
        writing.to_the_counter(Doors::Plain).await;
        // A second letter in the instant of the first would be the same item.
        shop.minutes_pass(1).await;
        (Arc::new(shop), vec![stranger, knocking, writing, reader], order)
    });
    let mut runner =
        TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome =
        runner.run(&random_request(walkers.len()), |(walker, method, address, headers, body)| {
            let mut request =
                http::Request::builder().method(method).uri(address.replace("ORDER", &order));
            for (name, value) in &headers {
                let Ok(value) = http::HeaderValue::from_bytes(value) else { continue };
                request = request.header(name, value);
            }
            // Not an address: it cannot be sent.
            let Ok(request) = request.body(Bytes::from(body)) else { return Ok(()) };
            let page = runtime.block_on(walkers[walker].ask(request));
            prop_assert!(page.status.as_u16() < 500, "{page:?}");
            prop_assert_eq!(page.header("x-content-type-options"), "nosniff");
            prop_assert!(shop.system().failures().is_empty(), "{:?}", shop.system().failures());
            Ok(())
        });
    outcome.unwrap_or_else(|why| panic!("{why}"));
    drop(runtime.enter());
}
