//! The page of one letter of the owner, and the reply to it. A letter is replied to once: a second
//! click finds it done, and another text from another device is shown back and not sent.

mod view;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    order::letter::{Letter, NotALetter},
    walk::{draft::Draft, visit::Visit},
};
use store::{Commit, Decision, LetterId, ToReply, Updated, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, admitted, draft};

/// Longest place of a letter, in bytes: a few times what the shop's letters have.
const LONGEST_PLACE: usize = 200;

/// The path of a letter's page. A place has characters that a path has not.
pub(crate) fn path(letter: &LetterId) -> String {
    format!("/mailbox/{}", URL_SAFE_NO_PAD.encode(letter.place()))
}

/// The place that [`path`] names.
fn place(segment: &str) -> Option<String> {
    let place = String::from_utf8(URL_SAFE_NO_PAD.decode(segment).ok()?).ok()?;
    (place.len() <= LONGEST_PLACE).then_some(place)
}

/// What is shown of a letter.
struct Shown {
    letter: Letter,
    draft: Option<Draft>,
}

/// Serves `/mailbox/{letter}`.
pub(crate) async fn serve(
    app: &AppState,
    request: &Request,
    segment: &str,
) -> Result<Reply, Refusal> {
    let session = request.session()?;
    let place = place(segment).ok_or(Refusal::NotFound)?;
    let id = LetterId::at(session.visitor, place);
    let ToReply { visit, letter, draft } = app.store.to_reply(&id).await?;
    let visit = admitted(visit, session)?;
    let letter = letter.filter(Letter::may_be_replied_to).ok_or(Refusal::NotFound)?;
    let draft = draft.filter(|draft| draft.is_kept(request.now));
    let shown = Shown { letter, draft };
    match request.method {
        Method::Get => {
            let filled = shown.draft.as_ref().map(|draft| draft.fields.clone());
            let request = request.clone().filled_with(filled.as_ref());
            Ok(view::page(&request, &shown, &[]).into())
        }
        // What was sent has no draft any more.
        Method::Post if draft::is_kept(request) && shown.letter.replied_at.is_some() => {
            Ok(draft::kept(request))
        }
        Method::Post if draft::is_kept(request) => {
            let page = |problems: &[Problem]| Ok(view::page(request, &shown, problems));
            app.keep_draft(id.reply_form(), request, &visit.value, page).await
        }
        Method::Post => send(app, request, &id, visit, shown).await,
    }
}

/// How a reply ended.
enum Sent {
    /// It lies on the owner's desk, from this request or from an earlier click.
    Once,
    /// The letter has another reply, or is gone.
    Another(Option<Letter>),
}

async fn send(
    app: &AppState,
    request: &Request,
    id: &LetterId,
    visit: Versioned<Visit>,
    shown: Shown,
) -> Result<Reply, Refusal> {
    let reply = match shown.letter.reply(id.place(), request.form.typed("letter"), request.now) {
        Ok(reply) => reply,
        // A second click of a page that was emptied: it is sent.
        Err(NotALetter::Empty) if shown.letter.replied_at.is_some() => {
            return Ok(Reply::see(request.path.as_str()));
        }
        Err(why) => {
            let problem = Problem { field: "letter", message: view::not_a_letter(why, request) };
            let draft = app.save_refused(id.reply_form(), request, &visit.value).await;
            let page = view::page(request, &Shown { draft, ..shown }, &[problem]);
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let (read, reply) = (&(visit, shown.letter), &reply);
    let updated = app
        .store
        .transact(|attempt| async move {
            let (visit, letter) = if attempt.number == 0 {
                read.clone()
            } else {
                let ToReply { visit, letter, .. } = app.store.to_reply(id).await?;
                (visit.ok_or(Refusal::NoSession)?, letter.ok_or(Refusal::NotFound)?)
            };
            decide(app, id, visit, letter, reply).await
        })
        .await?;
    match updated {
        Updated::Done(Sent::Once) | Updated::DoneBefore => Ok(Reply::see(request.path.as_str())),
        Updated::Done(Sent::Another(sent)) => {
            let page = view::another(request, sent.as_ref(), reply);
            Ok(page.status(StatusCode::CONFLICT).into())
        }
        Updated::NotFound => Err(Refusal::NotFound),
        Updated::GaveUp => Err(Refusal::gave_up("the mailbox")),
    }
}

async fn decide(
    app: &AppState,
    id: &LetterId,
    visit: Versioned<Visit>,
    letter: Letter,
    reply: &Letter,
) -> Result<Decision<Sent>, Refusal> {
    if let Some(sent) = id.reply(&letter) {
        let sent = app.store.letter(&sent).await?;
        let same = sent.as_ref().is_some_and(|sent| sent.text == reply.text);
        return Ok(Decision::Keep(if same { Sent::Once } else { Sent::Another(sent) }));
    }
    let commit = Commit::visit(&visit, visit.value.clone()).replying(id, reply);
    Ok(Decision::write(commit, Sent::Once))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_by_its_path() {
        let written = "2026-11-23T03:00:00.000Z#owner#2026-11-23T02:00:00.000Z#reader";
        let reader = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7".parse().unwrap();
        let path = path(&LetterId::at(reader, written));
        let segment = path.strip_prefix("/mailbox/").unwrap();
        assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(place(segment).as_deref(), Some(written));
        for wrong in ["", "%", "/w", &URL_SAFE_NO_PAD.encode([0xFF]), &"A".repeat(400)] {
            assert_ne!(place(wrong).as_deref(), Some(written), "{wrong}");
        }
        assert_eq!(place(&URL_SAFE_NO_PAD.encode("x".repeat(LONGEST_PLACE + 1))), None);
    }
}
