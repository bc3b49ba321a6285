//! 부치기: the form for a morning's parcels, and what it would do.

use admin::Answer;
use domain::order::parcel::Carrier;
use maud::{Markup, html};
use web::{Page, Request};

use super::{Frame, form};
use crate::ship::{RowProblem, Waiting};

/// Where it leads.
pub(crate) const HERE: &str = "/office/ship";

/// The form, with what was typed.
pub(crate) fn page(
    frame: &Frame,
    waiting: &[Waiting],
    request: &Request,
    problems: &[RowProblem],
) -> Page {
    let count = waiting.len();
    let body = html! {
        h1 { "부치기" @if count > 0 { " " (count) } }
        @if waiting.is_empty() {
            p { "부칠 꾸러미가 없습니다." }
            p { a.door.quiet href="/office/letters" { "편지" } }
        } @else {
            (summary(problems, waiting))
            p.acts {
                a.door.quiet href="/office/file/cj" { "CJ대한통운에 올릴 파일" }
                a.door.quiet href="/office/file/epost" { "우체국에 올릴 파일" }
            }
            (form_of(frame, waiting, request, problems))
        }
    };
    let title = match problems.len() {
        0 if count > 0 => format!("부치기 {count}"),
        0 => "부치기".to_owned(),
        wrong => format!("고칠 곳 {wrong} · 부치기"),
    };
    frame.page(title, &body)
}

/// What the dry run says: what is posted, with the button that does it, and what is to be corrected.
pub(crate) fn checked(
    frame: &Frame,
    answer: &Answer,
    waiting: &[Waiting],
    request: &Request,
    problems: &[RowProblem],
) -> Page {
    let (would, wrong) = (answer.would_do.len(), problems.len());
    let ready = answer.calls.first().filter(|_| would > 0);
    let in_question: Vec<Waiting> = waiting
        .iter()
        .filter(|parcel| problems.iter().any(|problem| problem.order == parcel.order))
        .cloned()
        .collect();
    let body = html! {
        h1 { "부치기" }
        @if !answer.did.is_empty() {
            div.band role="status" { @for line in &answer.did { p { (line) } } }
        }
        @if would > 0 {
            h2 { "부칩니다 " (would) }
            ul { @for line in &answer.would_do { li { (line) } } }
        }
        @if let Some(ready) = ready {
            @let why = format!("{would}개 부친 것으로 적고 알리기");
            @let ready = admin::NextCall { why, ..ready.clone() };
            (form::filled(frame, &ready, HERE, &|_| String::new()))
        }
        @if wrong > 0 {
            h2 { "고쳐 주십시오 " (wrong) }
            (summary(problems, &in_question))
            @if !in_question.is_empty() { (form_of(frame, &in_question, request, problems)) }
        }
        p { a.door.quiet href=(HERE) { "처음부터" } }
    };
    let title = if wrong > 0 {
        format!("고칠 곳 {wrong} · 부치기")
    } else {
        format!("부칩니다 {would}")
    };
    frame.page(title, &body)
}

/// The problems, each with a link to its field; one of an order that does not wait names it instead.
fn summary(problems: &[RowProblem], waiting: &[Waiting]) -> Markup {
    let waits = |order: &str| waiting.iter().any(|parcel| parcel.order == order);
    html! {
        @if !problems.is_empty() {
            div.problems role="alert" {
                p { "고칠 곳 " (problems.len()) }
                ul { @for problem in problems {
                    li {
                        @if waits(&problem.order) {
                            a href=(format!("#number-{}", problem.order)) { (problem.what) }
                        } @else {
                            @if !problem.order.is_empty() { strong { (problem.order) } ": " }
                            (problem.what)
                        }
                    }
                } }
            }
        }
    }
}

fn form_of(
    frame: &Frame,
    waiting: &[Waiting],
    request: &Request,
    problems: &[RowProblem],
) -> Markup {
    let typed = request.form.typed("carrier");
    let chosen = typed.parse().unwrap_or(Carrier::Cj);
    html! {
        form method="post" action=(HERE) enctype="multipart/form-data" {
            (form::hidden("form", &frame.token))
            (form::hidden("once", &frame.once))
            (carriers(chosen))
            @for parcel in waiting { (row(parcel, request, problems)) }
            p.hint { "빈 줄은 건너뜁니다. 손수 전하신 책은 번호 칸에 ‘직접’이라고 적습니다. 바코드 기기나 자판의 ‘텍스트 스캔’으로 넣으실 수 있습니다." }
            details open[!request.form.typed("paste").is_empty()] {
                summary { "택배사가 돌려준 파일" }
                (form::file("file", "file", false))
                div.field {
                    label for="paste" { "또는 그 표를 붙여 넣거나, 주문 번호와 운송장 번호를 한 줄에 하나씩" }
                    span.hint id="paste-hint" { "목-07 612345678901" }
                    textarea id="paste" name="paste" aria-describedby="paste-hint" {
                        (request.form.typed("paste"))
                    }
                }
            }
            button { "살펴보기" }
        }
        p { a.door.quiet href=(format!("{HERE}/{}", crate::scan::NEXT)) { "연달아 찍기" } }
    }
}

/// The choice of a carrier.
pub(crate) fn carriers(chosen: Carrier) -> Markup {
    html! {
        fieldset {
            legend { "택배사" }
            div.choices { @for carrier in Carrier::ALL {
                @let id = format!("carrier-{}", carrier.name());
                label.tick for=(id) {
                    input id=(id) type="radio" name="carrier" value=(carrier.name())
                        checked[carrier == chosen];
                    span { (carrier.title()) }
                }
            } }
        }
    }
}

fn row(parcel: &Waiting, request: &Request, problems: &[RowProblem]) -> Markup {
    let id = format!("number-{}", parcel.order);
    let insist = format!("insist-{}", parcel.order);
    let problem = problems.iter().find(|problem| problem.order == parcel.order);
    html! {
        div.row {
            label.what for=(id) {
                span.num { (parcel.title) } " " span.soft { (parcel.to) }
                @if !parcel.packed { " " span.soft { "(포장 전)" } }
            }
            input id=(id) type="text" name=(id) value=(request.form.typed(&id)) autocomplete="off"
                inputmode="numeric" aria-invalid=[problem.map(|_| "true")]
                aria-describedby=[problem.map(|_| format!("{id}-problem"))];
        }
        @if let Some(problem) = problem {
            p.problem id=(format!("{id}-problem")) { (problem.what) }
            div.field {
                label for=(insist) { "그래도 맞는 번호라면 그 까닭" }
                input id=(insist) type="text" name=(insist) value=(request.form.typed(&insist));
            }
        }
    }
}
