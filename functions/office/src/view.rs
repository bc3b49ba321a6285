//! The pages. Every text of a function's answer is escaped; none of it is markup.

pub(crate) mod acts;
pub(crate) mod answer;
pub(crate) mod chart;
pub(crate) mod choose;
pub(crate) mod find;
pub(crate) mod form;
pub(crate) mod funnel;
pub(crate) mod key;
pub(crate) mod pack;
pub(crate) mod print;
pub(crate) mod refused;
pub(crate) mod scan;
pub(crate) mod settings;
pub(crate) mod shelf;
pub(crate) mod ship;
pub(crate) mod today;

use std::sync::atomic::{AtomicU32, Ordering};

use admin::NextCall;
use domain::office::Act;
use maud::{Markup, html};
use serde_json::Value;
use store::LetterDrafts;
use web::{OfficeFrame, Page, Refusal, Request, StatusCode};

use crate::{Office, entry::SignedIn, functions::Failed, letters};

/// A morning's work in its order.
pub(crate) const LINKS: [(&str, &str); 7] = [
    ("/office/choose", "고르기"),
    ("/office/pack", "포장"),
    ("/office/ship", "부치기"),
    ("/office/letters", "편지"),
    ("/office/money", "돈"),
    ("/office/shelf", "서가"),
    ("/office/settings", "설정"),
];

/// The pages of paper belong to packing.
const PRINTS: [&str; 3] = ["/office/list", pack::SLIPS, "/office/labels"];

/// The pages on which letters are written.
const LETTERS: [&str; 2] = ["/office/letters", ORDER];

/// The pages of single orders.
const ORDER: &str = "/office/order/";

/// What is around a page's content: the links, and what the last act did.
pub(crate) struct Frame {
    /// What each form carries, so that only a page of this device can send it.
    pub(crate) token: String,
    /// Keeps two forms with the same content apart.
    pub(crate) once: String,
    /// The path of the link to this page.
    here: &'static str,
    /// Where an act on this page leads: back to it if it is an order's, else to the page's link.
    then: String,
    /// The last act, if the address names it.
    act: Option<Act>,
    /// Letters that were begun, on a page that may go on with them.
    drafts: LetterDrafts,
    /// How many forms the page has so far: each names its fields by its number.
    forms: AtomicU32,
}

impl Frame {
    /// The frame of a request. One read, if the address names an act, and one where letters are
    /// written.
    pub(crate) async fn of(
        office: &Office,
        request: &Request,
        who: &SignedIn,
    ) -> Result<Self, Refusal> {
        let act = match request.query.get("act").map(str::parse) {
            Some(Ok(name)) => office.table.act(&name).await?,
            _ => None,
        };
        let prints = PRINTS.iter().any(|path| request.path.starts_with(path));
        let path = if prints { pack::HERE } else { &request.path };
        let here = LINKS.iter().map(|(link, _)| *link).find(|link| path.starts_with(link));
        let then = match here {
            _ if request.path.starts_with(ORDER) => request.path.clone(),
            Some(here) => here.to_owned(),
            None => "/office".to_owned(),
        };
        let drafts = if LETTERS.iter().any(|path| request.path.starts_with(path)) {
            office.table.letter_drafts().await?
        } else {
            LetterDrafts::default()
        };
        let once = format!("{:032x}", office.app.random.next_u128());
        Ok(Self {
            token: who.form.clone(),
            once,
            here: here.unwrap_or_default(),
            then,
            act,
            drafts,
            forms: AtomicU32::new(0),
        })
    }

    /// What was written of the letter that a call sends, and its place in the call.
    pub(crate) fn draft(&self, call: &Value) -> Option<(&'static str, &str)> {
        let begun = letters::begun(call)?;
        Some((begun.place, self.drafts.of(&begun.what)?))
    }

    /// The number of a form on this page.
    pub(crate) fn form_number(&self) -> u32 {
        self.forms.fetch_add(1, Ordering::Relaxed)
    }

    /// A page with this frame.
    pub(crate) fn page(&self, title: impl Into<String>, body: &Markup) -> Page {
        let body = html! { (self.band()) (body) };
        Page::new("office", title).office(OfficeFrame { links: &LINKS, here: self.here }).body(body)
    }

    /// What the last act did.
    fn band(&self) -> Markup {
        let Some(act) = &self.act else { return html! {} };
        let did = act.did.as_deref().unwrap_or_default();
        html! {
            div.band role="status" {
                @if did.is_empty() { p { "시작한 일의 끝을 아직 모릅니다." } }
                @for line in did.iter().take(MOST_LINES) { p { (without_id(line)) } }
                @if did.len() > MOST_LINES { p { "모두 " (did.len()) "가지입니다." } }
                @for undo in &act.undo {
                    @if let Ok(undo) = serde_json::from_str::<NextCall>(undo) {
                        (form::call(self, &undo, self.then()))
                    }
                }
            }
        }
    }

    /// Where a form of the band leads.
    fn then(&self) -> &str {
        &self.then
    }
}

/// A line without the id of an order that has no short number yet: nobody reads 26 letters.
pub(crate) fn without_id(line: &str) -> &str {
    let named = line.strip_prefix("주문 ").and_then(|rest| rest.split_once(": "));
    match named {
        Some((id, rest)) if id.parse::<domain::base::id::OrderId>().is_ok() => rest,
        _ => line,
    }
}

/// Most lines of an act that the band shows.
const MOST_LINES: usize = 5;

/// A page without an answer. `form` is what was to be done, and where it leads.
pub(crate) fn failed(frame: &Frame, failed: &Failed, form: Option<(&NextCall, &str)>) -> Page {
    let body = html! {
        h1 { "답을 받지 못했습니다" }
        @if failed.maybe_done {
            p role="alert" { "되었는지 아직 모릅니다." }
            p { a.door.quiet href="/office/acts" { "되었는지 보기" } }
        } @else {
            p role="alert" { "바뀐 것은 없습니다. 잠시 뒤에 다시 해 주십시오." }
        }
        @if let Some((call, then)) = form {
            p { "다시 하셔도 두 번 되지 않습니다." }
            (form::again(frame, call, then))
        }
    };
    frame.page("답을 받지 못했습니다", &body).status(StatusCode::BAD_GATEWAY)
}
