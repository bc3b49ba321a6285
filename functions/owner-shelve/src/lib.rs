//! 책 들이기: takes books into stock, by a list or by a spreadsheet's CSV, corrects what was said of
//! them, and withdraws copies or whole works. Rows are tried one by one, a bad one is named and
//! leaves its neighbours alone, the same call twice does it once, and a call that runs out of time
//! goes on where it stopped.

mod job;
mod row;
mod sheet;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use admin::{AdminError, AdminState, Answer, Call, GOES_ON, Line, Problem};
use domain::{
    base::{calendar, korean::Particle},
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
        taste::Mood,
    },
};
use jiff::SignedDuration;
use serde_json::Value;
use store::{Lost, Rewrite, Store, Versioned};

use job::{Command, Job};

/// Up to so many rows are answered one by one; of more, a summary is.
const SPOKEN: usize = 50;

/// Most problems in one answer.
const NAMED: usize = 200;

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// For how long a call goes on to the next rows: well below what the function is given.
const PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let job = match Job::read(&desk, &call).await? {
        Ok(job) => job,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let today = calendar::today(call.now);
    let mood = desk.store.taste().await?.0.value.mood(today);
    let shelver = Shelver { desk: &desk, call: &call, mood };
    let mut report = Report { problems: job.problems, ..Report::default() };
    let rows: Vec<&(usize, Command)> =
        job.rows.iter().filter(|(number, _)| *number >= job.from).collect();
    for rows in rows.chunks(Store::REWRITTEN) {
        if let Some((number, _)) = rows.first()
            && desk.platform.clock.now().duration_since(call.now) >= PATIENCE
        {
            report.stopped_at = Some(*number);
            break;
        }
        shelver.shelve(rows, &mut report).await?;
    }
    Ok(report.answer(&call, job.length))
}

struct Shelver<'a> {
    desk: &'a AdminState,
    call: &'a Call,
    mood: Mood,
}

/// A row worked out: what is written, and what is said of it.
struct Worked {
    rewrite: Rewrite,
    line: String,
}

impl Shelver<'_> {
    /// Does the rows of one transaction, or shows what would be done. A row that can not be done is
    /// left out of it.
    async fn shelve(
        &self,
        rows: &[&(usize, Command)],
        report: &mut Report,
    ) -> Result<(), AdminError> {
        let isbns: Vec<Isbn> = rows.iter().map(|(_, wish)| wish.isbn().clone()).collect();
        for _ in 0..ROUNDS {
            let (books, done) = self.desk.store.books_and_done(&isbns, &self.call.code).await?;
            let mut part = Report::default();
            let mut worked = Vec::new();
            for (_, wish) in rows {
                match self.work_out(wish, &books, &done).await? {
                    Ok(Some(work)) => worked.push(work),
                    Ok(None) => part.before(wish, &books),
                    Err(wrong) => part.problems.extend(wrong),
                }
            }
            if !self.call.confirmed {
                for work in &worked {
                    part.line(Line::Would(work.line.clone()), &work.rewrite);
                }
                report.take(part);
                return Ok(());
            }
            if worked.is_empty() {
                report.take(part);
                return Ok(());
            }
            let rewrites: Vec<Rewrite> = worked.iter().map(|work| work.rewrite.clone()).collect();
            match self.desk.store.rewrite(&rewrites, &self.call.code, self.call.now).await {
                Ok(()) => {
                    for work in worked {
                        self.loved_alike(&work.rewrite.after).await?;
                        part.line(Line::Did(work.line), &work.rewrite);
                    }
                    report.take(part);
                    return Ok(());
                }
                // An order took a copy, or the same call was faster: look again.
                Err(Lost::Race(_) | Lost::Conflict) => {}
                Err(lost) => return Err(lost.into()),
            }
        }
        report.problems.extend(rows.iter().map(|(_, wish)| {
            let expected = "다른 손이 이 책을 바꾸고 있습니다. 같은 내용으로 한 번 더 불러 주세요";
            Problem::new(format!("{}.isbn", wish.at()), expected, Value::Null)
        }));
        Ok(())
    }

    /// What becomes of the book of one row; none if an earlier call did it.
    async fn work_out(
        &self,
        wish: &Command,
        books: &HashMap<Isbn, Versioned<Book>>,
        done: &HashSet<Isbn>,
    ) -> Result<Result<Option<Worked>, Vec<Problem>>, AdminError> {
        let read = books.get(wish.isbn());
        let known = read.map(|book| &book.value);
        if self.call.confirmed && done.contains(wish.isbn()) {
            return Ok(Ok(None));
        }
        let not = |field: &str, expected: String, example: Value| {
            Ok(Err(vec![Problem::new(format!("{}.{field}", wish.at()), expected, example)]))
        };
        let after = match (wish, known) {
            (Command::Comes(row), _) => {
                let love = match (&row.work, row.love, known) {
                    (Some(work), None, None) => self.love_of(work).await?,
                    _ => None,
                };
                row.onto(known, love)
            }
            (Command::Corrects(row), Some(book)) => row.onto(Some(book), None),
            (Command::Goes { copies, .. }, Some(book)) => {
                let free = book.free();
                let goes = copies.unwrap_or(free);
                if goes > free || free == 0 {
                    let expected = format!("남은 책이 {free}권이어서 그만큼 거둘 수 없습니다");
                    return not("copies", expected, Value::from(free));
                }
                Ok(book.clone().withdrawn(goes))
            }
            (_, None) => return not("isbn", "서가에 없는 책입니다".into(), Value::Null),
        };
        Ok(after.map(|after| {
            let after = after.placed(calendar::today(self.call.now), &self.mood);
            let line = self.line(wish, known, &after);
            Some(Worked { rewrite: Rewrite { before: read.cloned(), after }, line })
        }))
    }

    /// How much the owner loves a work, if the shop has an edition of it.
    async fn love_of(&self, work: &domain::base::id::WorkId) -> Result<Option<Love>, AdminError> {
        let editions = self.desk.store.editions(work).await?;
        let first = editions.into_iter().take(1).collect::<Vec<_>>();
        Ok(self.desk.store.books(&first).await?.into_values().next().map(|book| book.value.love))
    }

    /// A work is loved alike in all its editions: those of another love follow this one.
    async fn loved_alike(&self, book: &Book) -> Result<(), AdminError> {
        if book.work.as_str() == book.isbn.as_str() {
            return Ok(());
        }
        let others: Vec<Isbn> = self
            .desk
            .store
            .editions(&book.work)
            .await?
            .into_iter()
            .filter(|isbn| *isbn != book.isbn)
            .collect();
        for isbn in others {
            for _ in 0..ROUNDS {
                let Some(other) =
                    self.desk.store.books(std::slice::from_ref(&isbn)).await?.remove(&isbn)
                else {
                    break;
                };
                if other.value.love == book.love {
                    break;
                }
                let loved = Book { love: book.love, ..other.value.clone() };
                let loved = loved.placed(calendar::today(self.call.now), &self.mood);
                match self.desk.store.save_book(&other.with(loved)).await {
                    Ok(()) => break,
                    Err(Lost::Race(_) | Lost::Conflict) => {}
                    Err(lost) => return Err(lost.into()),
                }
            }
        }
        Ok(())
    }

    fn line(&self, wish: &Command, before: Option<&Book>, after: &Book) -> String {
        let Book { title, list_price, .. } = after;
        let free = after.free();
        let did =
            |did: &'static str, would: &'static str| if self.call.confirmed { did } else { would };
        match (wish, before) {
            (Command::Comes(row), _) => format!(
                "「{title}」 {}권 (정가 {list_price}원, 남는 책 {free}권): 서가에 {}",
                row.copies,
                did("꽂았습니다", "꽂습니다")
            ),
            (Command::Corrects(_), before) => {
                let changes = before.map(|before| changes(before, after)).unwrap_or_default();
                let changes = if changes.is_empty() {
                    "바뀌는 것이 없습니다".to_owned()
                } else {
                    changes
                };
                format!("「{title}」 {changes}: {}", did("고쳤습니다", "고칩니다"))
            }
            (Command::Goes { .. }, before) => {
                let gone = before.map_or(0, Book::free).saturating_sub(free);
                format!(
                    "「{title}」 {gone}권 (남는 책 {free}권): 서가에서 {}",
                    did("거두었습니다", "거둡니다")
                )
            }
        }
    }
}

/// What a correction changes, in words.
fn changes(before: &Book, after: &Book) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "없음".into());
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
        ("작품", before.work.to_string(), after.work.to_string()),
    ];
    let changed: Vec<String> = all
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| format!("{name} {before} → {after}"))
        .collect();
    changed.join(", ")
}

/// What is said of the rows.
#[derive(Default)]
struct Report {
    lines: Vec<Line>,
    problems: Vec<Problem>,
    /// Copies that came, and that went.
    came: u64,
    went: u64,
    /// Rows that an earlier call did.
    before: usize,
    stopped_at: Option<usize>,
}

impl Report {
    fn line(&mut self, line: Line, rewrite: &Rewrite) {
        let free = |book: Option<&Book>| book.map_or(0, |book| u64::from(book.free()));
        let (before, after) =
            (free(rewrite.before.as_ref().map(|before| &before.value)), free(Some(&rewrite.after)));
        self.came += after.saturating_sub(before);
        self.went += before.saturating_sub(after);
        self.lines.push(line);
    }

    fn before(&mut self, wish: &Command, books: &HashMap<Isbn, Versioned<Book>>) {
        let title =
            books.get(wish.isbn()).map_or(wish.isbn().as_str(), |book| book.value.title.as_str());
        self.before += 1;
        self.lines.push(Line::Did(format!(
            "「{title}」: 오늘 같은 부름으로 이미 했습니다. 두 번 하지 않았습니다"
        )));
    }

    fn take(&mut self, part: Self) {
        self.lines.extend(part.lines);
        self.problems.extend(part.problems);
        self.came += part.came;
        self.went += part.went;
        self.before += part.before;
    }

    fn answer(self, call: &Call, length: usize) -> Answer {
        let mut answer = Answer::well();
        let (count, bad) = (self.lines.len(), self.problems.len());
        if count > SPOKEN {
            let mut sum = format!("{count}줄: {}권을 들이고 {}권을 거", self.came, self.went);
            sum += if call.confirmed { "두었습니다" } else { "둡니다" };
            if self.before > 0 {
                sum += &format!(". {}줄은 이미 한 것이어서 두 번 하지 않았습니다", self.before);
            }
            sum += ". 줄마다의 일은 shows에 있습니다";
            answer.line(if call.confirmed { Line::Did(sum) } else { Line::Would(sum) });
            answer.shows = self
                .lines
                .into_iter()
                .map(|line| match line {
                    Line::Would(what) | Line::Did(what) => Value::String(what),
                    Line::Not(problem) => Value::String(problem.expected),
                })
                .collect();
        } else {
            self.lines.into_iter().for_each(|line| answer.line(line));
        }
        if !answer.would_do.is_empty() && count <= SPOKEN {
            answer.next.push(call.asks());
            answer.call = Some(call.to_confirm());
        } else if !answer.would_do.is_empty() {
            let code = Particle::Object.attach(&format!("\"confirm\": \"{}\"", call.code));
            answer.next.push(format!("맞으면 보내신 내용에 {code} 더해 다시 부르세요."));
        } else if !answer.did.is_empty() && self.stopped_at.is_none() {
            answer.next.push(
                "서가는 /shelf에서 볼 수 있습니다. 책을 기다리던 주문은 저절로 이어집니다.".into(),
            );
        }
        if let Some(row) = self.stopped_at {
            let mut add = format!("\"{GOES_ON}\": {row}");
            if call.confirmed {
                add = format!("{} \"confirm\": \"{}\"", Particle::With.attach(&add), call.code);
            }
            answer.next.push(format!(
                "{length}행 가운데 {}행까지 했습니다. 보내신 내용에 {} 더해 다시 부르면 이어서 합니다.",
                row - 1,
                Particle::Object.attach(&add)
            ));
        }
        if bad > 0 {
            answer.status = 400;
            answer.next.push(format!(
                "problems에 적힌 줄({bad}곳)은 하지 않았습니다. 고친 줄만 다시 부르셔도 됩니다."
            ));
            answer.problems = self.problems.into_iter().take(NAMED).collect();
            if bad > NAMED {
                answer.next.push(format!("problems에는 {NAMED}곳까지만 적었습니다."));
            }
        }
        answer
    }
}
