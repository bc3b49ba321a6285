//! 오늘: all that waits, late first. Nothing waits outside this list.

use admin::{Answer, Show};
use domain::{
    base::{calendar, format},
    office::Act,
    order::shop_notes::Note,
};
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;
use web::Page;

use super::{Frame, answer, chart};
use crate::functions;

/// A line of the day: its tasks, as the desk names them, and its page.
const LINES: [(&str, &[&str], &str); 3] = [
    ("고르기", &["고르기", "내일 고르기", "책이 모자람"], "/office/choose"),
    ("포장", &["포장"], "/office/pack"),
    ("부치기", &["부치기", "포장"], "/office/ship"),
];

/// The tasks that are settled on an order's own page.
const OTHERS: [&str; 3] = ["되돌려진 입금", "환불이 멈춤", "풀어 주십시오"];

/// The page. `dead`: how many messages nobody could handle, if that is known; `begun`: acts of today
/// whose end is not known.
pub(crate) fn page(
    frame: &Frame,
    desk: &Answer,
    dead: Option<u64>,
    begun: &[Act],
    now: Timestamp,
) -> Page {
    let orders = || desk.shows.iter().filter(|show| show.kind == "order");
    let waits = orders().count();
    let late: Vec<&Show> = orders().filter(|show| is_late(show)).collect();
    let lines: Vec<&Show> = desk.shows.iter().filter(|show| show.kind == "line").collect();
    let body = html! {
        h1 { "오늘 " small { (format::korean_date(calendar::today(now))) } }
        (answer::problems(desk))
        @if waits == 0 && lines.is_empty() && desk.calls.is_empty() && dead == Some(0) {
            p { "기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다." }
        }
        @if !late.is_empty() {
            p.warn { "약속한 날이 지난 주문 " (late.len()) }
            p { @for show in &late { (link(show)) " " } }
        }
        ol.todo {
            @for (name, tasks, path) in LINES {
                @let all: Vec<&Show> = orders().filter(|show| tasks.contains(&task(show))).collect();
                @if !all.is_empty() { (line(name, all.len(), &notes(&all), path)) }
            }
            @for show in lines {
                @let count = show.data.get("count").and_then(Value::as_u64).unwrap_or_default();
                @let count = usize::try_from(count).unwrap_or(usize::MAX);
                (line(&show.title, count, show.text.as_deref().unwrap_or_default(),
                    show.page.as_deref().unwrap_or("/office")))
            }
        }
        @match dead {
            Some(0) => {},
            Some(dead) => p { a.door.quiet href="/office/do/owner-redrive" {
                "처리하지 못하고 멈춘 일 " (dead)
            } },
            None => p.warn { "멈춘 일이 있는지 세지 못했습니다. 잠시 뒤에 다시 보아 주십시오." },
        }
        @for act in begun {
            p.warn {
                (format::clock_at(act.at)) "에 " (act.by) "에서 시작한 일(" (functions::title(&act.function))
                ")의 끝을 모릅니다. 되었는지 살펴 주십시오."
            }
        }
        @let others: Vec<&Show> = orders().filter(|show| OTHERS.contains(&task(show))).collect();
        @if !others.is_empty() {
            h2 { "알아 둘 일" }
            @for show in others { (answer::card(frame, show, "/office")) }
        }
        @for call in desk.calls.iter().filter(|call| call.function == "reconcile") {
            p { a.door.quiet href="/office/do/reconcile" { (call.why) } }
        }
        @for show in desk.shows.iter().filter(|show| show.kind == "notes") { (over_time(show)) }
        p { a href="/office/acts" { "오늘 한 일" } }
    };
    frame.page(if waits == 0 { "오늘".to_owned() } else { format!("오늘 {waits}") }, &body)
}

fn line(name: &str, count: usize, note: &str, path: &str) -> Markup {
    html! {
        li { a href=(path) {
            b { (name) } span.count { (count) } span { (note) }
        } }
    }
}

/// What is to be known of the orders of a line.
fn notes(orders: &[&Show]) -> String {
    let count = |is: &dyn Fn(&Show) -> bool| orders.iter().filter(|show| is(show)).count();
    let late = count(&|show| is_late(show));
    let named = count(&|show| !show.data.get("why").is_none_or(Value::is_null));
    let without_book = count(&|show| task(show) == "책이 모자람");
    let corrected = count(&|show| !show.data.get("address_corrected").is_none_or(Value::is_null));
    let notes = [
        (late, "늦음"),
        (named, "편지에 책 이름"),
        (without_book, "책 없음"),
        (corrected, "받으실 곳 고침"),
    ];
    let notes: Vec<String> = notes
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} {count}"))
        .collect();
    notes.join(" · ")
}

/// Free copies and waiting orders over time.
fn over_time(show: &Show) -> Markup {
    let notes = show.data.get("notes").cloned().unwrap_or_default();
    let notes: Vec<Note> = serde_json::from_value(notes).unwrap_or_default();
    html! {
        figure.plot {
            (chart::draw(&notes))
            figcaption.plain {
                (show.title) ". 두 주 동안, 한 시간에 한 번: 굵은 선은 서가에 남은 책, "
                "끊긴 선은 책상에서 기다리는 일"
            }
        }
    }
}

fn task(show: &Show) -> &str {
    show.data.get("what").and_then(Value::as_str).unwrap_or_default()
}

fn is_late(show: &Show) -> bool {
    show.data.get("late") == Some(&Value::Bool(true))
}

fn link(show: &Show) -> Markup {
    html! { a href=(show.page.as_deref().unwrap_or("/office")) { (show.title) } }
}
