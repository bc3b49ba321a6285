//! The page that asks for a key, and what happens to a form that was sent while nobody was in.

use domain::base::format;
use domain::office::{DeviceName, OfficeKey, TRY_PERIOD, period};
use maud::{Markup, html};
use web::{OfficeFrame, Page, Request, StatusCode};

use super::form;

/// What the page is filled with.
#[derive(Default)]
pub(crate) struct Asked {
    /// The key of the link that was opened.
    pub(crate) key: Option<OfficeKey>,
    /// The name that the key has for the device.
    pub(crate) name: Option<DeviceName>,
    /// What is wrong.
    pub(crate) problem: Option<Problem>,
}

/// Why a device was not let in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Problem {
    /// The text cannot be a key.
    NotAKey,
    /// There is no such key, or it was used, or its time is over.
    Wrong,
    /// Too many keys were tried.
    TooMany,
}

/// Most bytes of a form that is kept while a key is asked for.
pub(crate) const KEPT: usize = 64 * 1024;

/// Prefix of the fields of a kept form.
const KEPT_FIELD: &str = "kept:";

/// The field with the path of a kept form.
const KEPT_PATH: &str = "kept-path";

/// The page.
pub(crate) fn page(request: &Request, asked: &Asked) -> Page {
    // A link that did not open is not kept: its letters would be in the way of another key.
    let linked = if asked.problem.is_none() { request.query.typed("k") } else { "" };
    let typed = request.form.typed("key");
    let key = asked.key.as_ref().map_or_else(|| typed.to_owned(), ToString::to_string);
    let name = match (&asked.name, request.form.typed("name")) {
        (_, typed) if !typed.is_empty() => typed.to_owned(),
        (Some(name), _) => name.to_string(),
        (None, _) => String::new(),
    };
    let body = html! {
        h1 { "사무실 열기" }
        @if let Some(problem) = asked.problem {
            p.problem role="alert" id="key-problem" { (say(problem, request)) }
        }
        form method="post" action="/office/key" {
            @if !linked.is_empty() { (form::hidden("k", linked)) }
            (kept_fields(request))
            div.field {
                label for="key" { "열쇠" }
                span.hint id="key-hint" { "콘솔의 owner-office가 알려 준 여덟 글자입니다. 10분 안에 한 번 쓸 수 있습니다." }
                input id="key" type="text" name="key" value=(key) autocomplete="off"
                    autocapitalize="characters" spellcheck="false" aria-describedby="key-hint"
                    aria-invalid=[asked.problem.map(|_| "true")] readonly[!linked.is_empty()];
            }
            div.field {
                label for="name" { "이 기기의 이름" }
                span.hint id="name-hint" { "20글자까지" }
                input id="name" type="text" name="name" value=(name) aria-describedby="name-hint"
                    maxlength="20";
            }
            button { "이 기기에서 열기" }
        }
    };
    Page::new("office", "사무실 열기").office(OfficeFrame::default()).body(body)
}

fn say(problem: Problem, request: &Request) -> String {
    match problem {
        Problem::NotAKey => "열쇠는 여덟 글자입니다. 콘솔에서 새로 받으실 수 있습니다.".into(),
        Problem::Wrong => {
            "맞지 않는 열쇠이거나, 이미 썼거나, 10분이 지났습니다. 콘솔에서 새로 받으실 수 있습니다."
                .into()
        }
        Problem::TooMany => format!(
            "{}분 동안 너무 여러 번 틀렸습니다. {}부터 다시 넣으실 수 있습니다.",
            TRY_PERIOD.as_mins(),
            format::clock_from(period(request.now).1)
        ),
    }
}

/// Nobody is in. A form that was sent is kept in the page and comes back once a key is given.
pub(crate) fn signed_out(request: &Request) -> Page {
    page(request, &Asked::default()).status(StatusCode::UNAUTHORIZED)
}

/// What was sent, as hidden fields of the page that asks for a key.
fn kept_fields(request: &Request) -> Markup {
    let fields: Vec<(String, &str)> = if request.form.get(KEPT_PATH).is_some() {
        // Another try with a key: the form is kept already.
        let kept = |name: &str| name == KEPT_PATH || name.starts_with(KEPT_FIELD);
        let fields = request.form.fields().filter(|(name, _)| kept(name));
        fields.map(|(name, value)| (name.to_owned(), value)).collect()
    } else if request.path == "/office/key" || !request.is_from_own_page() {
        Vec::new()
    } else {
        // The old form's token ends with its device.
        let fields = request.form.fields().filter(|(name, _)| *name != "form");
        let fields = fields.map(|(name, value)| (format!("{KEPT_FIELD}{name}"), value));
        fields.chain([(KEPT_PATH.to_owned(), request.path.as_str())]).collect()
    };
    let length: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    html! {
        @if length <= KEPT { @for (name, value) in &fields { (form::hidden(name, value)) } }
    }
}

/// A form that was kept while a key was asked for.
pub(crate) struct Kept {
    path: String,
    fields: Vec<(String, String)>,
}

/// The kept form of a request.
pub(crate) fn kept(request: &Request) -> Option<Kept> {
    let path = crate::act::own_path(request.form.get(KEPT_PATH)?).to_owned();
    let fields = request.form.fields().filter_map(|(name, value)| {
        Some((name.strip_prefix(KEPT_FIELD)?.to_owned(), value.to_owned()))
    });
    Some(Kept { path, fields: fields.collect() })
}

/// The device is in: what was sent before comes back as a form of its own. `form` is the token of the
/// device's forms.
pub(crate) fn go_on(kept: &Kept, form: &str) -> Page {
    let body = html! {
        h1 { "열었습니다" }
        p { "보내시던 것을 그대로 두었습니다." }
        form method="post" action=(kept.path) {
            (form::hidden("form", form))
            @for (name, value) in &kept.fields { (form::hidden(name, value)) }
            button { "이어서 하기" }
        }
        p { a href="/office" { "오늘" } }
    };
    Page::new("office", "열었습니다").office(OfficeFrame::default()).body(body)
}
