//! 책 들이기: adds books to the stock, from a list or a spreadsheet's CSV, corrects their facts,
//! withdraws copies or whole works, lists what is in stock, and keeps what the owner says in the
//! last room of a book.
//!
//! Rows are independent: a bad one is reported and does not stop the others. Repeating a call does
//! nothing twice, and a call that runs out of time can be continued.

mod command;
mod last;
mod report;
mod row;
mod sheet;
mod stock;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, id::WorkId},
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
        taste::Mood,
    },
};
use jiff::SignedDuration;
use serde_json::Value;
use store::{Commit, Decision, Rewrite, Store, Updated, Versioned};

use command::{Command, Job};
use report::Report;

/// How long a call starts further rows: well below the 20 s after which the function is ended
/// (template.yaml).
const TIME_LIMIT: SignedDuration = SignedDuration::from_secs(14);

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if call.fields.contains_key(last::FIELD) {
        return last::handle(&state, &call).await;
    }
    if stock::asks(&call) {
        return stock::handle(&state, &call).await;
    }
    let job = match Job::read(&state, &call).await? {
        Ok(job) => job,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mood = state.store.taste().await?.0.value.mood(calendar::today(call.now));
    let shelver = Shelver { state: &state, call: &call, mood };
    let mut report = Report::default();
    report.problems = job.problems;
    let rows: Vec<&(usize, Command)> =
        job.rows.iter().filter(|(number, _)| *number >= job.from).collect();
    for rows in rows.chunks(Store::REWRITTEN) {
        if let Some((number, _)) = rows.first()
            && state.platform.clock.now().duration_since(call.now) >= TIME_LIMIT
        {
            report.stopped_at = Some(*number);
            break;
        }
        shelver.shelve(rows, &mut report).await?;
    }
    let mut answer = report.answer(&call, job.length);
    answer.next.splice(0..0, job.notes);
    Ok(answer)
}

struct Shelver<'a> {
    state: &'a AdminState,
    call: &'a Call,
    mood: Mood,
}

/// The books of the rows, and those whose row the same call did before.
struct Known {
    books: HashMap<Isbn, Versioned<Book>>,
    done: HashSet<Isbn>,
}

impl Shelver<'_> {
    /// Does the rows of one transaction, or shows what would be done. A row that cannot be done is
    /// left out.
    async fn shelve(
        &self,
        rows: &[&(usize, Command)],
        report: &mut Report,
    ) -> Result<(), AdminError> {
        let updated = self
            .state
            .store
            .transact(|_| async move {
                let (part, rewrites) = self.decide(rows).await?;
                Ok::<_, AdminError>(if rewrites.is_empty() {
                    Decision::Keep((part, rewrites))
                } else {
                    let commit = Store::rewriting(&rewrites, &self.call.code, self.call.now);
                    self.call.decide(commit, (part, rewrites))
                })
            })
            .await?;
        let Updated::Done((part, rewrites)) = updated else {
            report.problems.extend(rows.iter().map(|(_, command)| {
                let expected =
                    "다른 손이 이 책을 바꾸고 있습니다. 같은 내용으로 한 번 더 불러 주세요";
                command.problem("isbn", expected, Value::Null)
            }));
            return Ok(());
        };
        report.add(part);
        if self.call.confirmed {
            for rewrite in &rewrites {
                self.align_love(&rewrite.after).await?;
            }
        }
        Ok(())
    }

    /// The books after the rows, and the report for when they are written.
    async fn decide(
        &self,
        rows: &[&(usize, Command)],
    ) -> Result<(Report, Vec<Rewrite>), AdminError> {
        let isbns: Vec<Isbn> = rows.iter().map(|(_, command)| command.isbn().clone()).collect();
        let (books, done) = self.state.store.books_and_done(&isbns, &self.call.code).await?;
        let known = Known { books, done };
        let (mut part, mut rewrites) = (Report::default(), Vec::new());
        for (_, command) in rows {
            let before = known.books.get(command.isbn());
            if self.call.confirmed && known.done.contains(command.isbn()) {
                part.done_before(command, before.map(|book| &book.value));
                continue;
            }
            match self.after(command, before.map(|book| &book.value)).await? {
                Ok(after) => {
                    let after = after.placed(calendar::today(self.call.now), &self.mood);
                    part.row(self.call, command, before.map(|book| &book.value), &after);
                    rewrites.push(Rewrite { before: before.cloned(), after });
                }
                Err(problems) => part.problems.extend(problems),
            }
        }
        Ok((part, rewrites))
    }

    /// The book after one row.
    async fn after(
        &self,
        command: &Command,
        before: Option<&Book>,
    ) -> Result<Result<Book, Vec<Problem>>, AdminError> {
        Ok(match (command, before) {
            (Command::Add(row) | Command::Correct(row), Some(book)) => {
                Ok(row.apply_to(book.clone()))
            }
            (Command::Add(row), None) => {
                let love = match (&row.work, row.love) {
                    (Some(work), None) => self.love_of(work).await?,
                    _ => None,
                };
                row.new_book(love)
            }
            (Command::Withdraw { copies, .. }, Some(book)) => {
                let free = book.free();
                let copies = copies.unwrap_or(free);
                if copies > free || free == 0 {
                    let expected = format!("남은 책이 {free}권이어서 그만큼 거둘 수 없습니다");
                    Err(vec![command.problem("copies", expected, free)])
                } else {
                    Ok(book.clone().withdrawn(copies))
                }
            }
            (Command::Correct(_) | Command::Withdraw { .. }, None) => {
                Err(vec![command.problem("isbn", "서가에 없는 책입니다", Value::Null)])
            }
        })
    }

    /// How much the owner loves a work, if the shop has an edition of it.
    async fn love_of(&self, work: &WorkId) -> Result<Option<Love>, AdminError> {
        let editions = self.state.store.editions(work).await?;
        let first: Vec<Isbn> = editions.into_iter().take(1).collect();
        let books = self.state.store.books(&first).await?;
        Ok(books.into_values().next().map(|book| book.value.love))
    }

    /// Gives the other editions of a book's work the same love.
    async fn align_love(&self, book: &Book) -> Result<(), AdminError> {
        if book.work.as_str() == book.isbn.as_str() {
            return Ok(());
        }
        let editions = self.state.store.editions(&book.work).await?;
        for isbn in editions.into_iter().filter(|isbn| *isbn != book.isbn) {
            let updated = self
                .state
                .store
                .update_book(&isbn, |other| async move {
                    Ok::<_, AdminError>(if other.value.love == book.love {
                        Decision::Keep(())
                    } else {
                        let loved = Book { love: book.love, ..other.value.clone() };
                        let loved = loved.placed(calendar::today(self.call.now), &self.mood);
                        Decision::write(Commit::book(&other, loved), ())
                    })
                })
                .await?;
            if updated == Updated::GaveUp {
                tracing::warn!(%isbn, "edition keeps its old love, other writers were faster");
            }
        }
        Ok(())
    }
}
