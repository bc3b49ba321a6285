//! Requests that are refused, and their pages.

use std::fmt;

use domain::base::text::Language;
use lambda_http::http::StatusCode;
use maud::{Markup, html};

use signing::InvalidSignature;

use crate::{Drawing, Page, Words, say};

/// Why a request is refused.
#[derive(Debug)]
pub enum Refusal {
    /// Nothing exists at this address, or nothing that this reader may see.
    NotFound,
    /// The address does not support the method.
    MethodNotAllowed,
    /// The body is longer than any of the shop's forms.
    TooLarge,
    /// The form or the query is not UTF-8.
    NotText,
    /// The form was sent from another site.
    ForeignForm,
    /// The request has no session.
    NoSession,
    /// The session cookie is forged or expired.
    BadSession(InvalidSignature),
    /// The session was ended from another device.
    SessionEnded,
    /// The step is not open yet.
    OutOfOrder {
        /// The path of the step that comes first: where the visitor stands.
        onward: String,
    },
    /// An error on our side. The text is for the log and not shown.
    Ours(String),
}

impl From<store::StoreError> for Refusal {
    fn from(error: store::StoreError) -> Self {
        Self::Ours(error.to_string())
    }
}

impl From<store::WriteError> for Refusal {
    fn from(error: store::WriteError) -> Self {
        Self::Ours(error.to_string())
    }
}

impl Refusal {
    /// Other writers were faster on every attempt to change `what`.
    pub fn gave_up(what: impl fmt::Display) -> Self {
        Self::Ours(format!("{what} is being changed by others"))
    }

    /// What the log says of an attempt that readers do not make by mistake; `None` for the others.
    pub(crate) const fn security_event(&self) -> Option<&'static str> {
        match self {
            Self::ForeignForm => Some("form of another site"),
            Self::BadSession(InvalidSignature::Forged) => Some("forged session"),
            Self::BadSession(InvalidSignature::UnknownSecret) => {
                Some("session of an unknown secret")
            }
            _ => None,
        }
    }

    /// The page with the matching status: what happened, what it means, and one link onward.
    pub(crate) fn page(&self, step: &'static str, language: Language) -> Page {
        let reader = Reader { language };
        let title = self.title(&reader);
        let (next, onward) = self.onward(&reader);
        Page::new(step, title.clone()).status(self.status()).drawing(Drawing::Door).body(html! {
            h1 { (title) }
            p.plain role="alert" { (self.explanation(&reader)) }
            p { a.door data-onward href=(onward) { (next) } }
            @if matches!(self, Self::NoSession | Self::BadSession(_) | Self::SessionEnded) { (by_other_ways(&reader)) }
            @if matches!(self, Self::Ours(_)) { (failed_request(&reader)) }
        })
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotText => StatusCode::BAD_REQUEST,
            Self::ForeignForm | Self::NoSession | Self::BadSession(_) | Self::SessionEnded => {
                StatusCode::FORBIDDEN
            }
            Self::OutOfOrder { .. } => StatusCode::CONFLICT,
            Self::Ours(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self, reader: &Reader) -> Words {
        match self {
            Self::NotFound => say!(reader, "이런 방은 없소", "There is no such room"),
            Self::MethodNotAllowed => {
                say!(reader, "그렇게는 열리지 않소", "It does not open that way")
            }
            Self::TooLarge => {
                say!(reader, "문틈에 들어가지 않소", "It does not fit under the door")
            }
            Self::NotText => say!(reader, "읽을 수 없는 글이오", "These are no letters"),
            Self::ForeignForm => say!(reader, "다른 집에서 온 손이오", "A hand from another house"),
            Self::NoSession => say!(reader, "문밖에 계시오", "You are still outside"),
            Self::BadSession(_) => say!(reader, "누구신지 모르겠소", "I do not know you"),
            Self::SessionEnded => say!(reader, "이 기기는 나가셨소", "This device has left"),
            Self::OutOfOrder { .. } => {
                say!(reader, "아직 그 방은 잠겨 있소", "That room is still locked")
            }
            Self::Ours(_) => say!(reader, "등불이 꺼졌소", "The lamp went out"),
        }
    }

    fn explanation(&self, reader: &Reader) -> Words {
        match self {
            Self::NotFound => say!(
                reader,
                "찾으시는 곳이 없습니다. 주소가 바뀌었거나, 이 기기에서는 볼 수 없는 것일 수 있습니다.",
                "There is nothing here. The address may have changed, or this device may not be the one that may see it."
            ),
            Self::MethodNotAllowed => say!(
                reader,
                "이 주소는 그런 요청을 받지 않습니다.",
                "This address does not take such a request."
            ),
            Self::TooLarge => say!(
                reader,
                "보내신 글이 너무 깁니다. 아무것도 저장하지 않았습니다. 뒤로 가면 쓰신 글이 그대로 있으니, 줄여서 다시 보내 주십시오.",
                "What you sent is too long. Nothing was saved. Go back: your words are still there; shorten them and send again."
            ),
            Self::NotText => say!(
                reader,
                "보내신 내용이 글자(UTF-8)로 읽히지 않습니다. 뒤로 가서 다시 보내 주십시오.",
                "What you sent cannot be read as text (UTF-8). Go back and send it again."
            ),
            Self::ForeignForm => say!(
                reader,
                "다른 사이트에서 보낸 요청이라 받지 않았습니다. 아무것도 바뀌지 않았습니다.",
                "This request came from another site, so it was not taken. Nothing has changed."
            ),
            Self::NoSession => say!(
                reader,
                "이 방은 문을 지나야 보입니다. 쿠키를 막아 두셨다면 이 집에서만 허용해 주십시오.",
                "This room is behind the door. If you block cookies, please allow them for this house."
            ),
            Self::BadSession(InvalidSignature::Expired) => say!(
                reader,
                "오래 비우신 사이에 표가 낡았습니다. 문에서 다시 들어오십시오. 주문한 것은 그대로 있습니다.",
                "You were away so long that your ticket has worn out. Come in by the door again. Your orders are safe."
            ),
            Self::BadSession(InvalidSignature::Forged | InvalidSignature::UnknownSecret) => say!(
                reader,
                "가지고 오신 표를 읽을 수 없습니다. 문에서 다시 들어오십시오.",
                "Your ticket cannot be read. Come in by the door again."
            ),
            Self::SessionEnded => say!(
                reader,
                "다른 기기에서 이 기기를 내보냈거나 책갈피를 새로 바꾸었습니다. 걸음과 주문은 그대로 있습니다. 새 책갈피로 다시 들어오십시오.",
                "This device was sent out from another one, or the bookmark was replaced. The walk and its orders are safe. Come back in with the new bookmark."
            ),
            Self::OutOfOrder { .. } => say!(
                reader,
                "먼저 지나야 할 곳이 있습니다. 잃어버린 것은 없습니다.",
                "There is a room before it. Nothing is lost."
            ),
            Self::Ours(_) => say!(
                reader,
                "저희 쪽의 잘못으로 하던 일을 끝내지 못했습니다. 잠시 뒤에 이 화면을 다시 열어 주십시오. 보내신 것이 이미 되어 있더라도 두 번 되지는 않습니다.",
                "Something failed on our side. Open this page again in a moment. If it was done after all, it is not done twice."
            ),
        }
    }

    fn onward(&self, reader: &Reader) -> (Words, &str) {
        match self {
            Self::NoSession | Self::BadSession(_) | Self::SessionEnded => {
                (say!(reader, "문으로 가기", "To the door"), "/")
            }
            Self::OutOfOrder { onward } => {
                (say!(reader, "서 계신 곳으로", "To where you stand"), onward)
            }
            _ => (say!(reader, "문으로 돌아가기", "Back to the door"), "/"),
        }
    }
}

/// The id by which the log is searched, for a reader who asks what happened.
fn failed_request(reader: &Reader) -> Markup {
    let Some(id) = platform::invocation::api_request_id() else { return Markup::default() };
    html! {
        p.plain {
            (say!(
                reader,
                "물어보실 일이 있으면 이 번호를 함께 알려 주십시오.",
                "If you write to us about it, please quote this number."
            )) " " code { (id) }
        }
    }
}

/// How somebody whose device is not known gets back to their walk or their order.
fn by_other_ways(reader: &Reader) -> Markup {
    html! {
        p.plain {
            (say!(
                reader,
                "전에 오신 적이 있다면: 여섯 낱말이 있으시면 책갈피로 이어서 걷고, 주문 번호와 전화번호가 있으시면 그 주문을 볼 수 있습니다.",
                "If you have been here before: six words take you on from where you were, and your order’s number and telephone show you that order."
            )) " "
            a href="/bookmark" { (say!(reader, "책갈피", "Bookmark")) } " · "
            a href="/find" { (say!(reader, "주문 찾기", "Find an order")) } " · "
            a href="/contact" { (say!(reader, "문의하기", "Ask the shop")) }
        }
    }
}

/// Whom a refusal is explained to. There may be no parsed request.
struct Reader {
    language: Language,
}
