//! Drafts of forms: whatever is typed survives a reload, the Back button, another language, another
//! room and another device.
//!
//! Without script the form saves itself: a button saves the draft, the buttons that lead away from
//! the page ([`leaving`], [`switching`]) send the form along, and links open beside the page. With
//! script the page saves what is typed (`draft.js`). Either way the form is posted to its own path with the field `keep`, from
//! the shop's own pages only, like every form.

use domain::{
    base::{calendar, text::Language},
    walk::{
        draft::{Draft, DraftForm, Fields, TooLong},
        visit::Visit,
    },
};
use maud::{Markup, html};
use store::Commit;

use crate::{AppState, Page, Problem, Refusal, Reply, Request, StatusCode, form::Form, say};

/// The id of the form that has a draft. A page has at most one.
pub const FORM: &str = "writing";

/// The field that asks to save the draft instead of sending the form. Its value is the path to go
/// to, or [`QUIETLY`].
const KEEP: &str = "keep";

/// The value of the script, which goes nowhere.
const QUIETLY: &str = "quietly";

/// Whether a form is to be saved and not sent.
pub fn is_kept(request: &Request) -> bool {
    request.form.get(KEEP).is_some()
}

/// Answers a form that was saved, or whose page has no draft any more: 204 for the script, else a
/// redirect to where the visitor goes.
pub fn kept(request: &Request) -> Reply {
    match request.form.typed(KEEP) {
        QUIETLY => Reply::Saved,
        path if is_own(path) => Reply::see(path),
        _ => Reply::see(request.path.as_str()),
    }
}

/// Whether a path leads to a page of the shop.
fn is_own(path: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'#');
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain)
}

impl Request {
    /// The request with a filled form: what a GET shows.
    #[must_use]
    pub fn filled_with(mut self, fields: Option<&Fields>) -> Self {
        if let Some(fields) = fields {
            self.form = Form::of(fields);
        }
        self
    }
}

impl AppState {
    /// Answers a form that is to be saved and not sent; `page` shows it with a problem. One write.
    pub async fn keep_draft(
        &self,
        form: DraftForm,
        request: &Request,
        visit: &Visit,
        page: impl FnOnce(&[Problem]) -> Result<Page, Refusal> + Send,
    ) -> Result<Reply, Refusal> {
        match self.save_draft(form, request, visit).await? {
            Ok(_) => Ok(kept(request)),
            Err(why) => {
                let page = page(&[too_long(why, request)])?;
                Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
            }
        }
    }

    /// Saves what was typed into a form. `None` if the form has none of its fields.
    ///
    /// The inner error says that a text is too long: nothing is saved.
    async fn save_draft(
        &self,
        form: DraftForm,
        request: &Request,
        visit: &Visit,
    ) -> Result<Result<Option<Draft>, TooLong>, Refusal> {
        let draft = match Draft::of(form, |name| request.form.get(name), visit, request.now) {
            Ok(Some(draft)) => draft,
            Ok(None) => return Ok(Ok(None)),
            Err(why) => return Ok(Err(why)),
        };
        self.store.commit(Commit::draft(visit.id, form, &draft)).await?;
        Ok(Ok(Some(draft)))
    }

    /// Saves what was typed into a form that was refused. The page still has it, so a failure is
    /// logged and the refusal shown all the same.
    pub async fn save_refused(
        &self,
        form: DraftForm,
        request: &Request,
        visit: &Visit,
    ) -> Option<Draft> {
        match self.save_draft(form, request, visit).await {
            Ok(saved) => saved.ok().flatten(),
            Err(refusal) => {
                tracing::warn!(form = form.name(), error.message = ?refusal, "draft not saved");
                None
            }
        }
    }
}

/// Why a draft was not saved.
fn too_long(why: TooLong, request: &Request) -> Problem {
    let message = say!(
        request,
        "글이 너무 길어 보관하지 못했습니다. {longest}글자 안으로 줄여 주십시오.",
        "This is too long to be kept. Please shorten it to {longest} characters.",
        longest = why.longest
    );
    Problem { field: why.field, message }
}

/// The button that saves the draft, and what becomes of a draft. Stands inside the form, behind its
/// own button.
pub fn button(draft: Option<&Draft>, request: &Request) -> Markup {
    let days = Draft::KEPT_DAYS;
    let saved = say!(
        request,
        "적으신 데까지 보관했습니다. {days}일 동안 두고, 보내시면 바로 지웁니다.",
        "Kept as far as you have written, for {days} days; deleted as soon as you send it."
    );
    let failed = say!(
        request,
        "아직 보관하지 못했습니다. 연결되면 다시 보관합니다.",
        "Not kept yet. It is tried again when the connection is back."
    );
    let long = say!(
        request,
        "너무 길어 보관하지 못했습니다. 조금 줄여 주십시오.",
        "Too long to be kept. Please shorten it a little."
    );
    html! {
        " "
        button.quiet name=(KEEP) value=(request.path) {
            (say!(request, "적어 두기", "Keep this"))
        }
        p.hint id="kept" role="status" data-saved=(saved) data-failed=(failed) data-long=(long) {
            @match draft.filter(|draft| !draft.fields.is_empty()) {
                Some(draft) => (say!(
                    request,
                    "{at}에 보관한 초고입니다. {until}까지 두고, 보내시면 바로 지웁니다.",
                    "A draft, kept {at}. It stays until {until} and is deleted as soon as you send it.",
                    at = request.clock(draft.saved_at),
                    until = request.date(calendar::in_korea(draft.until()).date())
                )),
                None => (say!(
                    request,
                    "쓰시던 글은 {days}일 동안 초고로 보관하고, 보내시면 바로 지웁니다.",
                    "What you write is kept as a draft for {days} days and deleted as soon as you send it."
                )),
            }
        }
    }
}

/// A button that looks like a link: it saves the draft and leads to a path.
pub(crate) fn leaving(path: &str, words: &str) -> Markup {
    html! {
        button.link form=(FORM) name=(KEEP) value=(path) { (words) }
    }
}

/// A link that opens beside the page, so that the form stays as it is.
pub fn beside(path: &str, words: &str) -> Markup {
    html! { a href=(path) target="_blank" { (words) } }
}

/// The button that saves the draft and shows the page in another language.
pub(crate) fn switching(here: &Request, language: Language) -> Markup {
    let action = format!("{}?lang={}", here.path, language.tag());
    html! {
        button.link form=(FORM) name=(KEEP) value=(here.path) formaction=(action)
            lang=(language.tag()) { (language.own_name()) }
    }
}

/// The form's own button once more, before all others and unseen: the Enter key presses the first
/// button of a form in the page's order, and the buttons of the header come before its own.
pub(crate) fn first_button(language: Language) -> Markup {
    html! {
        button.first form=(FORM) tabindex="-1" aria-hidden="true" {
            @match language { Language::Ko => "보내기", Language::En => "Send" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_shop_are_gone_to() {
        for path in ["/", "/letter", "/notice#privacy", "/mailbox/MjAy-_"] {
            assert!(is_own(path), "{path}");
        }
        for path in ["", "letter", "//example.com", "https://example.com", "/\\example.com", "/a\n"]
        {
            assert!(!is_own(path), "{path}");
        }
    }
}
