//! HTTP for the functions that serve pages. A function's crate has a `handle` that takes a
//! [`Request`] and returns a [`Reply`] or a [`Refusal`]. This crate does what all of them share:
//! parsing requests, sessions, languages and forms, rendering the frame of a page, setting headers.
//!
//! Errors: a [`Refusal`] is a page with the matching status. 4xx are the reader's and not logged as
//! errors; [`Refusal::Ours`] (5xx) is logged once, here.

pub mod address;
pub mod cento;
mod compress;
mod content;
pub mod draft;
mod drawing;
pub mod field;
mod file;
mod form;
mod format;
mod frame;
mod headers;
mod order;
pub mod plan;
mod postcode;
pub mod price;
pub mod proof;
mod refusal;
mod reply;
mod request;
pub mod riddle;
mod say;
mod serve;
mod shop;
mod style;
pub mod unpaid;

pub use content::{Arrival, ContentCache, ContentVersion, Walk, admitted};
pub use drawing::{Drawing, HOUSE};
pub use file::{File, Kept, files};
pub use form::{Form, Problem, path_segment};
pub use lambda_http::http::StatusCode;
pub use order::{Access, order_id, own_order, seen_order};
pub use postcode::{AddressState, PostcodeSearch};
pub use refusal::Refusal;
pub use reply::{OfficeFrame, Page, Reply, Script};
pub use request::{Method, Multipart, Request};
pub use say::{Words, words};
pub use serve::{AppState, HandlerState, function, run};
pub use shop::Shop;
