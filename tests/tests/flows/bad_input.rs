//! Input that nobody should send: each gets a clear page or answer with the right status, nothing
//! fails, nothing internal shows, nothing changes.

mod owner;
mod random;
mod requests;
mod sessions;

use bytes::Bytes;
use domain::base::text::Language;
use http::Method;
use walk::{Doors, Page, Request, Shop, Walker, page_rules};

/// Every step by its path. ORDER stands for the id of the reader's order.
const STEPS: [&str; 14] = [
    "/",
    "/knock",
    "/study",
    "/guestbook",
    "/letter",
    "/counter",
    "/pay/ORDER",
    "/pay/ORDER/success",
    "/pay/ORDER/fail",
    "/window",
    "/window/ORDER",
    "/mailbox",
    "/shelf",
    "/notice",
];

/// The steps that take a form.
const FORMS: [&str; 7] =
    ["/", "/knock", "/study", "/guestbook", "/letter", "/counter", "/pay/ORDER"];

/// The steps that are open without a session.
const PUBLIC: [&str; 3] = ["/", "/shelf", "/notice"];

/// A stocked shop and a reader with an order to pay.
async fn with_a_reader() -> (Shop, Walker, String) {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (shop, reader, order)
}

/// A request to a step.
fn request(method: &Method, path: &str, order: &str, body: impl Into<Bytes>) -> Request {
    let request = http::Request::builder().method(method).uri(path.replace("ORDER", order));
    request.header("content-type", "application/x-www-form-urlencoded").body(body.into()).unwrap()
}

/// Panics unless a page has this status, leads on, and shows nothing internal.
fn refuses(page: &Page, status: u16, what: &str) {
    assert_eq!(page.status.as_u16(), status, "{what}: {page:?}");
    page_rules::check(page, Language::Ko);
    assert!(
        page.first("main [data-onward], main form").is_some(),
        "{what}: no way on from {page:?}"
    );
    assert!(!page.body.to_lowercase().contains("dynamo"), "{what}: internals show: {page:?}");
}
