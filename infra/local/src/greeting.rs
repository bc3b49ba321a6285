//! The lines that name everything a person can call once the system runs.

use std::path::Path;

use crate::run::Running;
use crate::state::State;

/// How wide a line of paths may get.
const WIDTH: usize = 90;

/// The greeting, line by line; `office` is a link into the owner's pages. The last line says how to stop.
pub(crate) fn lines(running: &Running, office: Option<&str>) -> Vec<String> {
    let url = running.url();
    let mut out = vec![
        String::new(),
        format!("공간문학   {url}/"),
        String::new(),
        titled(
            "걷기 / walk",
            "브라우저로 위 주소를 열고, 방마다 수수께끼 문이나 보통 문으로 나아갑니다.",
        ),
        titled("", "Open the address; leave each room by its riddle door or its plain door."),
    ];
    if let Some(link) = office {
        out.push(titled("사무실 / office", link));
        out.push(titled(
            "",
            "한 번, 10분 안에. 다시: owner-office / once, within ten minutes; again: owner-office",
        ));
    }
    out.extend(pages(running));
    out.extend(owner(running));
    if let Some(standin) = running.standin() {
        out.push(titled(
            "결제 / payment",
            &format!("{}/ (대역, 돈은 오가지 않습니다 / a stand-in, no money)", standin.url()),
        ));
    }
    if let Some(pushes) = running.pushes() {
        out.push(titled(
            "푸시 / push",
            &format!(
                "{}/_standin/pushes (대역에 온 것 / what the stand-in received)",
                pushes.url()
            ),
        ));
    }
    let state = match &running.state {
        State::Memory => "없음 / none (--memory)".to_owned(),
        State::Folder(folder) => {
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            format!("{} (--fresh 로 비움 / empties it)", folder.display())
        }
    };
    out.push(titled("상태 / state", &state));
    out.push(titled("멈추기 / stop", "Ctrl-C"));
    out.push(String::new());
    out
}

/// A line with a title in the first eighteen columns. Hangul takes two.
fn titled(title: &str, text: &str) -> String {
    let columns: usize = title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{title}{}{text}", " ".repeat(18_usize.saturating_sub(columns)))
}

/// The paths of every route.
fn pages(running: &Running) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (_, route) in running.system.template().routes() {
        let Some(path) = &route.path else { continue };
        if lines.last().is_some_and(|line| line.len() + path.len() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(path);
        }
    }
    under("쪽 / pages", lines)
}

/// The call of every function that the owner calls, with its saved event.
fn owner(running: &Running) -> Vec<String> {
    let port = running.system.address().map_or(0, |address| address.port());
    let functions = running.system.template().functions.keys();
    let calls: Vec<String> = functions
        .filter(|name| name.starts_with("owner-") || *name == "reconcile")
        .map(|name| {
            let event = format!("events/{name}.json");
            let data = if Path::new(&event).exists() {
                format!("--data-file {event}")
            } else {
                "--data-ascii '{}'".into()
            };
            format!("cargo lambda invoke {name} --invoke-port {port} {data}")
        })
        .collect();
    if calls.is_empty() {
        return calls;
    }
    let mut out = under("주인 / owner", calls);
    out.push(titled(
        "",
        &format!(
            "aws lambda invoke --endpoint-url {} --function-name owner-desk answer.json",
            running.url()
        ),
    ));
    out
}

fn under(title: &str, lines: Vec<String>) -> Vec<String> {
    let titles = std::iter::once(title).chain(std::iter::repeat(""));
    titles.zip(lines).map(|(title, line)| titled(title, &line)).collect()
}
