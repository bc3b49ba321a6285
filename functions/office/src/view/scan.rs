//! 연달아 찍기: the page of one parcel, and of the end.

use domain::order::parcel::Carrier;
use maud::{Markup, html};
use web::Page;

use super::{Frame, form, ship};
use crate::{
    scan::{NEXT, Scan},
    ship::Waiting,
};

/// One order, with the cursor in its field. The field is empty even if a number is kept or was
/// refused: a scanner would write the next one behind it, so the number is said beside it.
pub(crate) fn order(frame: &Frame, scan: &Scan<'_>, parcel: &Waiting) -> Page {
    let id = format!("number-{}", parcel.order);
    let problem = format!("{id}-problem");
    let wrong = scan.problem.is_some();
    let carrier = scan.carrier;
    let body = html! {
        h1 { "연달아 찍기" }
        p role="status" { (count(scan)) }
        h2 { a href=(format!("/office/order/{}", parcel.order)) { (parcel.title) } }
        p.soft { (parcel.to) @if !parcel.packed { " (포장 전)" } }
        form method="post" action=(format!("{}/{}", ship::HERE, parcel.order)) {
            (form::hidden("form", &frame.token))
            div.field {
                label for=(id) { "운송장 번호" }
                @if !scan.number(parcel).is_empty() {
                    span.hint { "적은 번호 " (scan.number(parcel)) ". 새로 찍으시면 바뀝니다" }
                }
                input id=(id) type="text" name=(id) autofocus autocomplete="off" inputmode="numeric" aria-invalid=[wrong.then_some("true")]
                    aria-describedby=[wrong.then_some(problem.as_str())];
            }
            @if let Some(why) = &scan.problem { p.problem role="alert" id=(problem) { (why) } }
            button { "적고 다음" }
            (ship::carriers(carrier))
        }
        p {
            a href=(format!("{}/{NEXT}?after={}&carrier={}", ship::HERE, parcel.order, carrier.name())) {
                "건너뛰기"
            }
            " · " a href=(ship::HERE) { "모두 보기" }
        }
    };
    let title = if wrong { "고칠 곳 1 · 연달아 찍기" } else { "연달아 찍기" };
    frame.page(title, &body)
}

/// No parcel without a number is left behind the last one: all numbers are looked at together.
pub(crate) fn end(frame: &Frame, scan: &Scan<'_>) -> Page {
    let (scanned, passed): (Vec<&Waiting>, Vec<&Waiting>) =
        scan.waiting.iter().partition(|parcel| !scan.number(parcel).is_empty());
    let body = html! {
        h1 { "연달아 찍기" }
        p role="status" { (count(scan)) }
        @if !scanned.is_empty() {
            form method="post" action=(ship::HERE) {
                (form::hidden("form", &frame.token))
                (form::hidden("once", &frame.once))
                (form::hidden("carrier", Carrier::Cj.name()))
                @for parcel in &scanned {
                    (form::hidden(&format!("number-{}", parcel.order), scan.number(parcel)))
                }
                button { "살펴보기" }
            }
        }
        @if !passed.is_empty() {
            h2 { "번호가 없는 주문 " (passed.len()) }
            ul { @for parcel in &passed {
                li { a href=(format!("{}/{}", ship::HERE, parcel.order)) { (parcel.title) } }
            } }
        }
        p { a href=(ship::HERE) { "모두 보기" } }
    };
    frame.page("연달아 찍기", &body)
}

/// The parcel of the address does not wait.
pub(crate) fn gone(frame: &Frame, id: &str) -> Page {
    let body = html! {
        h1 { "부칠 꾸러미가 아닙니다" }
        p { "이미 부쳤거나, 취소되었거나, 아직 고르지 않은 주문입니다." }
        p {
            a href=(format!("/office/order/{}", web::path_segment(id))) { "주문 보기" } " · "
            a href=(format!("{}/{NEXT}", ship::HERE)) { "다음 주문" }
        }
    };
    frame.page("부칠 꾸러미가 아닙니다", &body)
}

fn count(scan: &Scan<'_>) -> Markup {
    let scanned = scan.waiting.iter().filter(|parcel| !scan.number(parcel).is_empty()).count();
    html! { "적은 번호 " (scanned) " · 남은 주문 " (scan.waiting.len() - scanned) }
}
