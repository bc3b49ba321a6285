//! 문의: a question to the shop. No riddle stands before it, and no session is needed.
//!
//! Who is on a walk gets the answer in the mailbox, and the form has a draft. Anybody else is asked
//! where the answer goes, an e-mail address or a telephone; nothing of it is stored before it is
//! sent. A question is sent once, whatever is clicked: the page brings a name for it.

mod view;

use std::sync::Arc;

use domain::{
    base::{hex, id::VisitorId, sensitive::Sensitive},
    order::letter::{Letter, question},
    walk::{
        draft::{Draft, DraftForm},
        session::Session,
        visit::Visit,
    },
};
use store::{Asked, Commit, Condition, Decision, Updated, Versioned};
use web::{AppState, Method, Page, Problem, Refusal, Reply, Request, StatusCode, draft};

/// The field with the name of the question.
const ONCE: &str = "once";

/// Who asks.
enum Asker {
    /// Somebody on a walk, who has a mailbox, and what they have typed and not sent.
    Visitor(Box<Versioned<Visit>>, Option<Draft>),
    /// Anybody else; their device, if it has asked before.
    Stranger(Option<VisitorId>),
}

impl Asker {
    /// Whether the answer comes into the mailbox.
    const fn has_mailbox(&self) -> bool {
        matches!(self, Self::Visitor(..))
    }

    const fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Visitor(_, draft) => draft.as_ref(),
            Self::Stranger(_) => None,
        }
    }
}

/// Serves `/contact`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let asker = asker(&app, &request).await?;
    match (request.method, &asker) {
        (Method::Get, _) => {
            let filled = asker.draft().map(|draft| draft.fields.clone());
            let request = request.filled_with(filled.as_ref());
            Ok(form(&app, &request, &asker, &[]).into())
        }
        (Method::Post, Asker::Visitor(visit, _)) if draft::is_kept(&request) => {
            let page = |problems: &[Problem]| Ok(form(&app, &request, &asker, problems));
            app.keep_draft(DraftForm::Question, &request, &visit.value, page).await
        }
        // Another language: the same page with what was typed, of which nothing is stored.
        (Method::Post, Asker::Stranger(_)) if draft::is_kept(&request) => {
            Ok(form(&app, &request, &asker, &[]).into())
        }
        (Method::Post, _) => ask(&app, &request, asker).await,
    }
}

async fn asker(app: &AppState, request: &Request) -> Result<Asker, Refusal> {
    let Some(session) = request.known() else { return Ok(Asker::Stranger(None)) };
    let read = app.store.visit_and_draft(session.visitor, DraftForm::Question).await?;
    Ok(match read.visit {
        Some(visit) if visit.value.admits(session) && !visit.value.preview => {
            let draft = read.draft.filter(|draft| draft.is_kept(request.now));
            Asker::Visitor(Box::new(visit), draft)
        }
        // A device that was sent out writes nothing into that mailbox.
        Some(_) => Asker::Stranger(None),
        None => Asker::Stranger(Some(session.visitor)),
    })
}

fn form(app: &AppState, request: &Request, asker: &Asker, problems: &[Problem]) -> Page {
    view::form(request, &app.shop, asker, &once(app, request), problems, None)
}

/// The name of the question: that of the page which is sent, or a new one.
fn once(app: &AppState, request: &Request) -> String {
    let sent = request.form.typed(ONCE);
    let fits = sent.len() == 32 && sent.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { sent.to_owned() } else { hex::of(&app.random.next_u128().to_be_bytes(), 16) }
}

/// How asking ended.
enum Outcome {
    Sent,
    /// Too many were asked in this period.
    TooMany,
}

async fn ask(app: &AppState, request: &Request, asker: Asker) -> Result<Reply, Refusal> {
    let (letter, answer_to) = match read(request, &asker) {
        Ok(read) => read,
        Err(problems) => return refused(app, request, asker, &problems).await,
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let known = match &asker {
        Asker::Visitor(visit, _) => Some(visit.value.id),
        Asker::Stranger(device) => *device,
    };
    let device = known.unwrap_or_else(|| VisitorId::new(milliseconds, app.random.next_u128()));
    // A session for a device that has none, so that its questions can be counted.
    let session = request.known().is_none().then_some(Session::first(device));
    let digest = answer_to.map(|to| app.keys().question_digest(to.reveal()));
    let once = once(app, request);
    let entry = Asked { asker: device, letter: &letter, once: &once, address: digest.as_deref() };
    let (entry, read) = (&entry, &asker);
    let updated = app
        .store
        .transact(|attempt| async move {
            if attempt.last_lost() == Some(Condition::Questions) {
                return Ok(Decision::Keep(Outcome::TooMany));
            }
            let commit = match read {
                Asker::Stranger(_) => Commit::question(entry),
                Asker::Visitor(visit, _) if attempt.number == 0 => of_visitor(visit, entry),
                Asker::Visitor(visit, _) => {
                    let visit = app.store.visit(visit.value.id).await?;
                    of_visitor(&visit.ok_or(Refusal::NoSession)?, entry)
                }
            };
            Ok::<_, Refusal>(Decision::write(commit, Outcome::Sent))
        })
        .await?;
    match updated {
        Updated::Done(Outcome::Sent) | Updated::DoneBefore => {
            Ok(view::sent(request, &asker, &letter).session(session).into())
        }
        Updated::Done(Outcome::TooMany) => {
            tracing::info!(event = "too many questions", "question refused");
            if let Asker::Visitor(visit, _) = &asker {
                app.save_refused(DraftForm::Question, request, &visit.value).await;
            }
            Ok(view::too_many(request, &app.shop, &asker, &once).session(session).into())
        }
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Err(Refusal::gave_up("the questions")),
    }
}

/// The question of somebody on a walk. The visit is written with it, so that a question that meets
/// the deletion of its reader is not left behind.
fn of_visitor(visit: &Versioned<Visit>, entry: &Asked<'_>) -> Commit {
    Commit::visit(visit, visit.value.clone()).asking(entry).into()
}

/// The question, and where its answer goes.
fn read(
    request: &Request,
    asker: &Asker,
) -> Result<(Letter, Option<Sensitive<String>>), Vec<Problem>> {
    let mut problems = Vec::new();
    let answer_to = match asker {
        Asker::Visitor(..) => None,
        Asker::Stranger(_) => {
            let to = question::answer_to(request.form.typed(view::ANSWER_TO));
            if to.is_none() {
                problems.push(view::no_address(request));
            }
            to
        }
    };
    match Letter::asking(request.form.typed(view::QUESTION), answer_to.clone(), request.now) {
        Ok(letter) if problems.is_empty() => Ok((letter, answer_to)),
        Ok(_) => Err(problems),
        Err(why) => {
            problems.insert(0, view::no_question(why, request));
            Err(problems)
        }
    }
}

/// The form once more, with what was typed, which is kept as a draft for who has one.
async fn refused(
    app: &AppState,
    request: &Request,
    asker: Asker,
    problems: &[Problem],
) -> Result<Reply, Refusal> {
    let asker = match asker {
        Asker::Visitor(visit, _) => {
            let draft = app.save_refused(DraftForm::Question, request, &visit.value).await;
            Asker::Visitor(visit, draft)
        }
        Asker::Stranger(device) => Asker::Stranger(device),
    };
    let page = form(app, request, &asker, problems);
    Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
}
