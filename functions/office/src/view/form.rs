//! Forms: a call that a function has ready, as a button, with an input for each of its blanks.

use admin::NextCall;
use maud::{Markup, html};
use serde_json::Value;

use super::Frame;
use crate::{
    letters,
    typed::{Blank, blanks},
};

/// The field of a call that holds a file.
const FILE: &str = "file";

/// From so many bytes on, a call is sent in parts.
const LONG: usize = 16 * 1024;

/// The form of a call. It leads to `then`.
pub(crate) fn call(frame: &Frame, next: &NextCall, then: &str) -> Markup {
    let blanks = blanks(&next.call);
    let draft = frame.draft(&next.call);
    let form = filled(frame, next, then, &|place| {
        draft.filter(|(of, _)| *of == place).map(|(_, text)| text.to_owned()).unwrap_or_default()
    });
    html! {
        @if blanks.is_empty() {
            (form)
        } @else {
            details open[draft.is_some()] {
                summary { (next.why) @if draft.is_some() { " · 쓰던 글이 있습니다" } }
                (form)
            }
        }
    }
}

/// The same form once more, with what was typed: it is part of the call now.
pub(crate) fn again(frame: &Frame, next: &NextCall, then: &str) -> Markup {
    let next = NextCall { why: "같은 내용으로 다시".into(), ..next.clone() };
    filled(frame, &next, then, &|_| String::new())
}

/// The form with values in its blanks, by their places.
pub(crate) fn filled(
    frame: &Frame,
    next: &NextCall,
    then: &str,
    value: &dyn Fn(&str) -> String,
) -> Markup {
    let blanks = blanks(&next.call);
    let mut call = next.call.clone();
    if let Some(fields) = call.as_object_mut() {
        let once = || Value::String(frame.once.clone());
        fields.entry("once").or_insert_with(once);
    }
    let number = frame.form_number();
    let (call, file) = (call.to_string(), blanks.iter().any(|blank| blank.field == FILE));
    let letter = next.call.get("confirm").is_none() && letters::begun(&next.call).is_some();
    // Percent-encoding would triple what is long.
    let parts = (file || call.len() > LONG).then_some("multipart/form-data");
    html! {
        form method="post" action="/office/do" enctype=[parts] {
            (hidden("form", &frame.token))
            (hidden("function", &next.function))
            (hidden("why", &next.why))
            (hidden("then", then))
            (hidden("call", &call))
            @for blank in &blanks { (input(number, blank, &value(&blank.place))) }
            button.quiet[!is_heavy(&next.why)] { (next.why) }
            @if letter {
                button.quiet name=(letters::LATER) value="1" { "나중에 쓰기" }
            }
        }
    }
}

/// Whether a button does what was shown before: it is the page's main act.
fn is_heavy(why: &str) -> bool {
    why.starts_with("이대로") || why.ends_with("알리기")
}

/// A hidden field.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The input of a blank, in the form with this number.
fn input(form: u32, blank: &Blank, value: &str) -> Markup {
    let id = format!("in{form}{}", blank.place.replace('/', "-"));
    let (label, hint) = label(&blank.field);
    if blank.field == "copy" {
        return html! {
            fieldset {
                legend { (label) }
                div.choices {
                    @for (word, name) in [("good", "새 책과 같음"), ("damaged", "상함"), ("lost", "없음")] {
                        @let id = format!("{id}-{word}");
                        label.tick for=(id) {
                            input id=(id) type="radio" name=(blank.place) value=(word)
                                checked[value == word];
                            span { (name) }
                        }
                    }
                }
            }
        };
    }
    if blank.field == FILE {
        return file(&id, &blank.place, !value.is_empty());
    }
    let long =
        matches!(blank.field.as_str(), "answer" | "text" | "words" | "note" | "complaint" | "csv");
    let is_day = matches!(blank.field.as_str(), "came_back" | "by_hand" | "received" | "until");
    let kind = if is_day { "date" } else { "text" };
    html! {
        div.field {
            label for=(id) { (label) @if blank.optional { " (없으면 비워 두십시오)" } }
            @if let Some(hint) = hint { span.hint id=(format!("{id}-hint")) { (hint) } }
            @if long {
                textarea id=(id) name=(blank.place)
                    aria-describedby=[hint.map(|_| format!("{id}-hint"))] { (value) }
            } @else {
                input id=(id) type=(kind) name=(blank.place) value=(value) autocomplete="off"
                    aria-describedby=[hint.map(|_| format!("{id}-hint"))];
            }
        }
    }
}

/// The input of a file. `again`: one was sent, and no page can fill it in once more.
pub(crate) fn file(id: &str, name: &str, again: bool) -> Markup {
    html! {
        div.field {
            label for=(id) { "파일" }
            span.hint id=(format!("{id}-hint")) {
                "엑셀(.xlsx)이나 CSV, 3MB까지. 첫 시트만 읽습니다"
                @if again { ". 파일은 다시 골라 주십시오" }
            }
            input id=(id) type="file" name=(name) accept=".xlsx,.csv,.tsv,.txt"
                aria-describedby=(format!("{id}-hint"));
        }
    }
}

/// What a field is called, and what is written there.
fn label(field: &str) -> (&str, Option<&'static str>) {
    match field {
        "answer" => ("답장", Some("4,000자까지")),
        "complaint" => {
            ("어떻게 처리하셨습니까", Some("물으신 말씀과 함께 3년 동안 따로 보관합니다"))
        }
        "text" => ("편지", Some("4,000자까지. 답장이 아닌 편지는 한 분께 하루에 한 통입니다")),
        "because" => ("까닭", Some("주인장만 봅니다")),
        "reason" => ("까닭", Some("읽는 분이 읽으십니다")),
        "isbn" => ("ISBN", Some("13자리")),
        "note" => {
            ("적어 둘 말", Some("주인장만 봅니다. 읽는 분이 자료를 요구하시면 함께 보여 드립니다"))
        }
        "csv" => ("엑셀이나 CSV에서 복사해 붙여 넣은 표", Some("첫 줄에 칸 이름이 있어야 합니다")),
        "copy" => ("책의 상태", None),
        "number" => ("운송장 번호", None),
        "settled" => ("어떻게 매듭지으셨습니까", None),
        "came_back" => ("돌아온 날", None),
        "by_hand" => ("돌려드린 날", None),
        "received" => ("받으신 날", None),
        "amount" => ("금액", Some("원")),
        "day" => ("날", Some("2026-11-26처럼 적습니다")),
        "until" => ("언제까지", None),
        "words" => ("손님께 남길 말", None),
        other => (other, None),
    }
}
