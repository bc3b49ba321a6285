//! 설정: the shop as it is set, and the devices that are in.

use admin::Answer;
use domain::base::{calendar, format};
use jiff::Timestamp;
use maud::{Markup, html};
use store::Deviced;
use web::Page;

use super::{Frame, answer, form};
use crate::entry::SignedIn;

pub(crate) fn page(
    frame: &Frame,
    who: &SignedIn,
    taste: &Answer,
    devices: &[Deviced],
    now: Timestamp,
) -> Page {
    let body = html! {
        h1 { "설정" }
        @for show in &taste.shows { (answer::card(frame, show, "/office/settings")) }
        h2 { "기기" }
        @for deviced in devices.iter().filter(|deviced| deviced.device.is_in(now)) {
            (device(frame, deviced, who))
        }
        div.acts { (out(frame, "all", "모두 닫기")) }
        h2 { "더 보기" }
        ul {
            li { a href="/office/month" { "월 보고" } }
            li { a href="/office/do/owner-stuck" { "막힌 곳" } }
            li { a href="/office/do/owner-redrive" { "멈춘 일" } }
            li { a href="/office/do/reconcile" { "장부 맞춰 보기" } }
            li { a href="/office/acts" { "한 일" } }
        }
    };
    frame.page("설정", &body)
}

fn device(frame: &Frame, Deviced { id, device }: &Deviced, who: &SignedIn) -> Markup {
    let day = |at| format::korean_date(calendar::today(at));
    html! {
        section.card {
            h3 { (device.name) @if *id == who.id { " (이 기기)" } }
            p.soft { (day(device.since)) "부터 · 마지막으로 쓴 날 " (day(device.seen)) }
            div.acts { (out(frame, id, "닫기")) }
        }
    }
}

fn out(frame: &Frame, id: &str, why: &str) -> Markup {
    html! {
        form method="post" action="/office/settings" {
            (form::hidden("form", &frame.token))
            (form::hidden("device", id))
            button.quiet { (why) }
        }
    }
}
