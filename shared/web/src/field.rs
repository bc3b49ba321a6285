//! Fields of a form, each with its label, its hint and its problem.

use std::borrow::Cow;

use domain::base::text::Language;
use maud::{Markup, html};

use crate::form::{Form, Problem};

/// A field.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    name: &'static str,
    label: Cow<'a, str>,
    hint: Option<Cow<'a, str>>,
    value: &'a str,
    autocomplete: &'static str,
    mode: Option<&'static str>,
    lines: Option<u32>,
    optional: bool,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub fn text(name: &'static str, label: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name,
            label: label.into(),
            hint: None,
            value: "",
            autocomplete: "off",
            mode: None,
            lines: None,
            optional: false,
        }
    }

    /// Several lines of text.
    pub fn lines(name: &'static str, label: impl Into<Cow<'a, str>>, lines: u32) -> Self {
        Self { lines: Some(lines), ..Self::text(name, label) }
    }

    /// The value that was sent before.
    #[must_use]
    pub fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// A hint below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'a, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The autofill detail token (WHATWG HTML). The default is `off`.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// The input mode, which selects a phone's keyboard.
    #[must_use]
    pub fn mode(mut self, mode: &'static str) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Marks the field as not required.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The field's markup. The browser's own validation is not used: the server explains problems
    /// in the reader's language and keeps what was typed.
    pub fn markup(&self, problems: &[Problem]) -> Markup {
        let problem = problems.iter().find(|problem| problem.field == self.name);
        let hint_id = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let problem_id = problem.map(|_| format!("{}-problem", self.name));
        let described = [hint_id.as_deref(), problem_id.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let described = Some(described).filter(|ids| !ids.is_empty());
        let invalid = problem.map(|_| "true");
        let required = (!self.optional).then_some("true");
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                @if let (Some(hint), Some(id)) = (&self.hint, &hint_id) {
                    span.hint id=(id) { (hint) }
                }
                @if let Some(lines) = self.lines {
                    textarea id=(self.name) name=(self.name) rows=(lines)
                        autocomplete=(self.autocomplete) aria-required=[required]
                        aria-invalid=[invalid] aria-describedby=[described.as_deref()] {
                        // HTML drops a line break right behind the tag.
                        @if self.value.starts_with(['\n', '\r']) { "\n" }
                        (self.value)
                    }
                } @else {
                    input id=(self.name) name=(self.name) type="text" value=(self.value)
                        autocomplete=(self.autocomplete) inputmode=[self.mode]
                        aria-required=[required] aria-invalid=[invalid]
                        aria-describedby=[described.as_deref()];
                }
                @if let (Some(problem), Some(id)) = (problem, &problem_id) {
                    p.problem id=(id) { (problem.message) }
                }
            }
        }
    }
}

/// A checkbox.
pub fn tick(name: &'static str, label: &Markup, form: &Form, problems: &[Problem]) -> Markup {
    consent(name, label, None, form, problems)
}

/// A checkbox, and below it what is agreed to.
pub fn consent(
    name: &'static str,
    label: &Markup,
    to: Option<&Markup>,
    form: &Form,
    problems: &[Problem],
) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == name);
    let (problem_id, to_id) = (format!("{name}-problem"), format!("{name}-to"));
    let described: Vec<&str> =
        problem.map(|_| &*problem_id).into_iter().chain(to.map(|_| &*to_id)).collect();
    let described = Some(described.join(" ")).filter(|ids| !ids.is_empty());
    html! {
        label.tick for=(name) {
            input id=(name) name=(name) type="checkbox" value="yes" checked[form.ticked(name)]
                aria-invalid=[problem.map(|_| "true")] aria-describedby=[described.as_deref()];
            span { (label) }
        }
        @if let Some(problem) = problem { p.problem id=(problem_id) { (problem.message) } }
        @if let Some(to) = to { div.hint.to id=(to_id) { (to) } }
    }
}

/// What a reader is told before their data is kept (개인정보 보호법 제15조 제2항), a line each.
pub fn keeping(
    purpose: &str,
    items: &str,
    period: &str,
    right: &str,
    language: Language,
) -> Markup {
    let [what_for, what, how_long, and_else] = match language {
        Language::Ko => ["목적", "항목", "기간", "거부"],
        Language::En => ["Purpose", "Data", "Period", "Refusal"],
    };
    html! {
        dl.keeping {
            @for (name, text) in
                [(what_for, purpose), (what, items), (how_long, period), (and_else, right)]
            {
                div { dt { (name) } dd { (text) } }
            }
        }
    }
}

/// All problems of a form, at the top of the page, with links to the fields.
pub fn summary(problems: &[Problem], language: Language) -> Markup {
    html! {
        @if !problems.is_empty() {
            div.problems role="alert" {
                p { @match language {
                    Language::Ko => "적어 주신 것은 그대로 있습니다. 아래를 고쳐 주십시오.",
                    Language::En => "What you wrote is still here. Please correct this:",
                } }
                ul { @for problem in problems {
                    li { a href=(format!("#{}", problem.field)) { (problem.message) } }
                } }
            }
        }
    }
}

/// Why a valid form cannot be accepted now. There is nothing to correct, and the input is kept.
pub fn not_now(why: &str, language: Language) -> Markup {
    html! {
        div.problems role="alert" {
            p { (why) }
            p.plain { @match language {
                Language::Ko => "적어 주신 것은 그대로 있습니다.",
                Language::En => "What you wrote is still here.",
            } }
        }
    }
}
