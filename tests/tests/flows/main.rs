//! Flows through the whole system in one process: the real template, the real functions, a clock
//! that the test moves. One binary, because linking takes most of the build time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

mod arrival;
mod bad_input;
mod bookmark;
mod calls;
mod doors;
mod drafts;
mod edges;
mod ending;
mod files;
mod fuzz;
mod history;
mod holding;
mod keepsakes;
mod lost_replies;
mod named_in_letter;
mod over_http;
mod own_name;
mod owner_house;
mod pages;
mod payment;
mod payment_keys;
mod pipeline;
mod postcodes;
mod privacy;
mod push;
mod restart;
mod returning;
mod roles;
mod rolling_deployment;
mod rotation;
mod security_events;
mod sessions;
mod shelf;
mod stuck;
mod sweep;
mod watching;
mod whisper;
mod whole_walk;
mod write_conflicts;

use walk::{Form, Request, Shop, Walker};

/// A GET request.
fn get(path: &str) -> Request {
    http::Request::get(path).body(bytes::Bytes::new()).unwrap()
}

/// A form posted to a path.
fn post(path: &str, body: impl Into<bytes::Bytes>) -> Request {
    let ask = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    ask.body(body.into()).unwrap()
}

/// A page's form as a request.
fn sent(form: &Form) -> Request {
    post(form.action.path(), form.encoded())
}

/// A visitor in the study who got this riddle.
async fn before_riddle(shop: &Shop, riddle: &str) -> Walker {
    for _ in 0..200 {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        visitor.by_plain_door().await;
        if visitor.riddle().id == riddle {
            return visitor;
        }
    }
    panic!("nobody meets the riddle `{riddle}`");
}
