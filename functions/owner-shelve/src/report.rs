//! What the owner reads: a line for each row, or a summary of many.

use admin::{Again, Answer, Call, FROM_ROW, Line, Problem, Show};
use domain::{base::korean::Particle, catalog::selection::Book};
use serde_json::{Map, Value};

use crate::command::Command;

/// What the call does that confirms a dry run.
const SHELVE: &str = "이대로 들이기";

/// Most rows with a line each in the answer. More rows get a summary.
const MOST_LINES: usize = 50;

/// Most problems in one answer.
const MOST_PROBLEMS: usize = 200;

/// The results of the rows.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) problems: Vec<Problem>,
    /// The row before which a call that ran out of time stopped.
    pub(crate) stopped_at: Option<usize>,
    lines: Vec<Line>,
    /// Copies added.
    added: u64,
    /// Copies withdrawn.
    withdrawn: u64,
    /// Rows that an earlier call did.
    done_before: usize,
}

impl Report {
    /// Adds a row that is done, or would be.
    pub(crate) fn row(
        &mut self,
        call: &Call,
        command: &Command,
        before: Option<&Book>,
        after: &Book,
    ) {
        let line = line(command, before, after, call.confirmed);
        self.lines.push(if call.confirmed { Line::Did(line) } else { Line::Would(line) });
        let free = (u64::from(before.map_or(0, Book::free)), u64::from(after.free()));
        self.added += free.1.saturating_sub(free.0);
        self.withdrawn += free.0.saturating_sub(free.1);
    }

    /// Adds a row that the same call did before.
    pub(crate) fn done_before(&mut self, command: &Command, book: Option<&Book>) {
        let title = book.map_or(command.isbn().as_str(), |book| book.title.as_str());
        self.done_before += 1;
        self.lines.push(Line::Did(format!(
            "「{title}」: 오늘 같은 부름으로 이미 했습니다. 두 번 하지 않았습니다"
        )));
    }

    /// Adds the results of further rows.
    pub(crate) fn add(&mut self, part: Self) {
        self.lines.extend(part.lines);
        self.problems.extend(part.problems);
        self.added += part.added;
        self.withdrawn += part.withdrawn;
        self.done_before += part.done_before;
    }

    /// The answer to a call of `length` rows.
    pub(crate) fn answer(self, call: &Call, length: usize) -> Answer {
        let mut answer = Answer::ok();
        let summarised = self.lines.len() > MOST_LINES;
        // A file does not fit into the answer beside what it says.
        let long = summarised || call.fields.get("file").is_some_and(Value::is_string);
        if summarised {
            let summary = self.summary(call);
            answer.line(if call.confirmed { Line::Did(summary) } else { Line::Would(summary) });
            answer.shows = self.lines.into_iter().map(|line| Show::record(text(line))).collect();
        } else {
            self.lines.into_iter().for_each(|line| answer.line(line));
        }
        if !answer.would_do.is_empty() && !long {
            answer = answer.to_confirm(call, SHELVE);
        } else if !answer.would_do.is_empty() {
            answer.again = Some(again(SHELVE, call, None));
            let code = Particle::Object.attach(&format!("\"confirm\": \"{}\"", call.code));
            answer.next.push(format!("맞으면 보내신 내용에 {code} 더해 다시 부르세요."));
        } else if !answer.did.is_empty() && self.stopped_at.is_none() {
            answer.next.push(
                "서가는 /shelf에서 볼 수 있습니다. 책을 기다리던 주문은 저절로 이어집니다.".into(),
            );
        }
        if let Some(row) = self.stopped_at {
            answer.next.push(how_to_continue(call, row, length));
            if call.confirmed {
                let why = format!("{length}행 가운데 {row}행부터 이어서 하기");
                answer.again = Some(again(why, call, Some(row)));
            }
        }
        let wrong = self.problems.len();
        if wrong > 0 {
            answer.status = 400;
            answer.next.push(format!(
                "problems에 적힌 줄({wrong}곳)은 하지 않았습니다. 고친 줄만 다시 부르셔도 됩니다."
            ));
            answer.problems = self.problems.into_iter().take(MOST_PROBLEMS).collect();
        }
        if wrong > MOST_PROBLEMS {
            answer.next.push(format!("problems에는 {MOST_PROBLEMS}곳까지만 적었습니다."));
        }
        answer
    }

    fn summary(&self, call: &Call) -> String {
        let (count, added, withdrawn) = (self.lines.len(), self.added, self.withdrawn);
        let mut summary = format!("{count}줄: {added}권을 들이고 {withdrawn}권을 거");
        summary += if call.confirmed { "두었습니다" } else { "둡니다" };
        if self.done_before > 0 {
            let rows = self.done_before;
            summary += &format!(". {rows}줄은 이미 한 것이어서 두 번 하지 않았습니다");
        }
        summary + ". 줄마다의 일은 shows에 있습니다"
    }
}

/// The call as it was sent, with its code and, if it stopped, the row from which it goes on.
fn again(why: impl Into<String>, call: &Call, from: Option<usize>) -> Again {
    let mut add = Map::new();
    add.insert("confirm".to_owned(), call.code.as_str().into());
    add.extend(from.map(|row| (FROM_ROW.to_owned(), row.into())));
    Again { why: why.into(), add }
}

fn how_to_continue(call: &Call, row: usize, length: usize) -> String {
    let mut add = format!("\"{FROM_ROW}\": {row}");
    if call.confirmed {
        add = format!("{} \"confirm\": \"{}\"", Particle::With.attach(&add), call.code);
    }
    format!(
        "{length}행 가운데 {}행까지 했습니다. 보내신 내용에 {} 더해 다시 부르면 이어서 합니다.",
        row - 1,
        Particle::Object.attach(&add)
    )
}

fn text(line: Line) -> Value {
    match line {
        Line::Would(what) | Line::Did(what) => Value::String(what),
        Line::Not(problem) => Value::String(problem.expected),
    }
}

fn line(command: &Command, before: Option<&Book>, after: &Book, done: bool) -> String {
    let Book { title, list_price, .. } = after;
    let free = after.free();
    let verb = |did: &'static str, would: &'static str| if done { did } else { would };
    match command {
        Command::Add(row) => {
            // Facts of a book that is known are changed by the way, so they are said.
            let changes = before.map(|before| changes(before, after)).unwrap_or_default();
            let changes =
                if changes.is_empty() { changes } else { format!(" 바뀌는 것: {changes}.") };
            format!(
                "「{title}」 {}권 (정가 {list_price}원, 남는 책 {free}권): 서가에 {}{changes}",
                row.copies,
                verb("꽂았습니다.", "꽂습니다.").trim_end_matches(if changes.is_empty() {
                    "."
                } else {
                    ""
                })
            )
        }
        Command::Correct(_) => {
            let changes = before.map(|before| changes(before, after)).unwrap_or_default();
            let changes = if changes.is_empty() {
                "바뀌는 것이 없습니다".to_owned()
            } else {
                changes
            };
            format!("「{title}」 {changes}: {}", verb("고쳤습니다", "고칩니다"))
        }
        Command::Withdraw { .. } => {
            let copies = before.map_or(0, Book::free).saturating_sub(free);
            format!(
                "「{title}」 {copies}권 (남는 책 {free}권): 서가에서 {}",
                verb("거두었습니다", "거둡니다")
            )
        }
    }
}

/// What a correction changes.
fn changes(before: &Book, after: &Book) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "없음".into());
    let spot = |book: &Book| text(&book.spot.clone().map(Into::into));
    let all = [
        ("제목", before.title.clone(), after.title.clone()),
        ("지은이", before.author.clone(), after.author.clone()),
        ("옮긴이", text(&before.translator), text(&after.translator)),
        ("출판사", before.publisher.clone(), after.publisher.clone()),
        ("쪽수", before.pages.to_string(), after.pages.to_string()),
        ("정가", format!("{}원", before.list_price), format!("{}원", after.list_price)),
        ("아낌", u8::from(before.love).to_string(), u8::from(after.love).to_string()),
        ("꼬리표", before.tags.join(" "), after.tags.join(" ")),
        ("한마디", text(&before.words), text(&after.words)),
        ("자리", spot(before), spot(after)),
        ("작품", before.work.to_string(), after.work.to_string()),
    ];
    let changed: Vec<String> = all
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| format!("{name} {before} → {after}"))
        .collect();
    changed.join(", ")
}
