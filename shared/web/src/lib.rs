//! HTTP for the steps of the walk. A step's crate has a `handle` that takes a [`Request`] and gives
//! a [`Reply`] or a [`Refusal`]; this crate does what is the same for all of them: reading the
//! request, the session, the language, the forms, the frame of a page, the headers.
//!
//! Errors: a [`Refusal`] is a page in the house's voice with the right status. Those that are the
//! reader's (4xx) are not logged as errors;
//! [`Refusal::Ours`] (5xx) is logged once, here.

mod compress;
mod drawing;
pub mod field;
mod form;
mod frame;
mod headers;
mod houses;
pub mod plan;
pub mod price;
mod refusal;
mod reply;
mod request;
pub mod riddle;
mod serve;
mod shop;
mod style;

pub use drawing::Drawing;
pub use form::{Form, Problem};
pub use houses::{Edition, Houses, Walk};
pub use lambda_http::http::StatusCode;
pub use refusal::Refusal;
pub use reply::{Page, Reply, Script};
pub use request::{Method, Request};
pub use serve::{AppState, HandlerState, function, run};
pub use shop::Shop;

/// Text in the reader's language, written where it is used: `say!(request, "문", "door")`.
#[macro_export]
macro_rules! say {
    ($request:expr, $ko:expr, $en:expr) => {
        match $request.language {
            ::domain::base::text::Language::Ko => $ko,
            ::domain::base::text::Language::En => $en,
        }
    };
}
