//! Any answer of a function: what it shows as cards, its calls as buttons, its problems first.

use admin::{Answer, NextCall, Problem, Show};
use domain::{base::format, office::Act};
use maud::{Markup, html};
use serde_json::Value;
use web::Page;

use super::{Frame, form};
use crate::act::Doing;

/// The page of a function without a layout of its own. `empty` is said if it shows nothing.
pub(crate) fn page(frame: &Frame, title: &str, empty: &str, answer: &Answer) -> Page {
    let here = frame.then();
    let body = html! {
        h1 { (title) @if let Some(left) = answer.left.filter(|left| *left > 0) { " " (left) } }
        (problems(answer))
        (super::funnel::draw(&answer.shows))
        @for show in &answer.shows { (card(frame, show, here)) }
        @if answer.shows.is_empty() && answer.problems.is_empty() { p { (empty) } }
        (acts(frame, &answer.calls, here))
        (files(answer))
    };
    let count = answer.left.filter(|left| *left > 0);
    let title = count.map_or_else(|| title.to_owned(), |left| format!("{title} {left}"));
    frame.page(title, &body)
}

/// What became of a form: what it would do, with the button that does it; what is wrong, with the
/// form once more; or what was done.
/// `others`: what other devices did with the same function, if one of them was faster.
pub(crate) fn outcome(doing: &Doing<'_>, answer: &Answer, others: &[Act]) -> Page {
    let Doing { frame, then, asked, request, .. } = *doing;
    let count = answer.problems.len();
    let title = match () {
        () if answer.status == 409 => "그 사이 바뀌었습니다".to_owned(),
        () if count > 0 => format!("고칠 곳 {count}"),
        () if !answer.did.is_empty() => "했습니다".to_owned(),
        () if answer.would_do.is_empty() => "살펴보았습니다".to_owned(),
        () => "이렇게 합니다".to_owned(),
    };
    let heading = title.clone();
    // The call to confirm stands beside the problems: good rows go on without the bad.
    let ready = answer.calls.first().filter(|_| !answer.would_do.is_empty()).cloned();
    // A call that is too long to come back is the form's, with the code that confirms it.
    let again = answer.again.as_ref().map(|again| {
        let (why, function) = (again.why.clone(), doing.function.to_owned());
        NextCall { why, function, call: again.of(&doing.form.call) }
    });
    let ready = ready.or(again);
    let body = html! {
        h1 { (heading) }
        (problems(answer))
        @if !answer.did.is_empty() {
            div.band role="status" { @for line in &answer.did { p { (super::without_id(line)) } } }
        }
        @if !answer.would_do.is_empty() {
            ul { @for line in &answer.would_do { li { (super::without_id(line)) } } }
        }
        @for act in others {
            p {
                (act.by) "에서 " (format::clock_at(act.at)) "에 먼저 했습니다: "
                @for line in act.did.iter().flatten() { (super::without_id(line)) " " }
            }
        }
        @for show in answer.shows.iter().take(MOST_SHOWN) { (card(frame, show, then)) }
        @if let Some(more) = answer.shows.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            p { "이 밖에 " (more) "줄이 더 있습니다." }
        }
        @if let Some(ready) = &ready { (form::filled(frame, ready, then, &|_| String::new())) }
        @if ready.is_none() && count > 0 && answer.status != 409 {
            h2 { "고쳐서 다시" }
            (form::filled(frame, asked, then, &|place| request.form.typed(place).to_owned()))
        }
        p { a.door.quiet href=(then) { "돌아가기" } }
    };
    frame.page(title, &body)
}

/// Most rows of an answer that are shown: a sheet may have thousands.
const MOST_SHOWN: usize = 100;

/// The problems of an answer, as a summary.
pub(crate) fn problems(answer: &Answer) -> Markup {
    html! {
        @if !answer.problems.is_empty() {
            div.problems role="alert" {
                ul { @for problem in &answer.problems { li { (line(problem)) } } }
            }
        }
    }
}

fn line(problem: &Problem) -> Markup {
    html! {
        @if let Some(whose) = &problem.whose { strong { (whose) } ": " }
        (problem.expected)
    }
}

/// One thing that an answer shows.
pub(crate) fn card(frame: &Frame, show: &Show, then: &str) -> Markup {
    html! {
        section.card {
            @if !show.title.is_empty() {
                h2 {
                    @if let Some(page) = show.page.as_deref().filter(|page| page.starts_with("/office/")) {
                        a href=(page) { (show.title) }
                    } @else {
                        (show.title)
                    }
                }
            }
            (facts(show))
            @if let Some(text) = &show.text { p.letter { (text) } }
            @if show.facts.is_empty() && show.text.is_none() { (data(&show.data)) }
            (acts(frame, &show.calls, then))
        }
    }
}

/// The facts of something.
pub(crate) fn facts(show: &Show) -> Markup {
    html! {
        @if !show.facts.is_empty() {
            dl.facts {
                @for (label, value) in &show.facts { div { dt { (label) } dd { (value) } } }
            }
        }
    }
}

/// Calls as buttons.
pub(crate) fn acts(frame: &Frame, calls: &[NextCall], then: &str) -> Markup {
    html! {
        @if !calls.is_empty() {
            div.acts { @for next in calls { (form::call(frame, next, then)) } }
        }
    }
}

/// The data of a record that names no facts, as it is.
fn data(value: &Value) -> Markup {
    html! {
        @match value {
            Value::Object(fields) => dl.data {
                @for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    dt { (name) } dd { (data(value)) }
                }
            },
            Value::Array(entries) => @for entry in entries { div { (data(entry)) } },
            Value::String(text) => (text),
            Value::Null => "",
            other => (other.to_string()),
        }
    }
}

/// Files to save, as links that hold them.
fn files(answer: &Answer) -> Markup {
    html! {
        @for file in &answer.files {
            p {
                a.door.quiet download=(file.name)
                    href=(format!("data:{};base64,{}", file.media_type, file.base64)) {
                    (file.name) " 받기"
                }
            }
        }
    }
}
