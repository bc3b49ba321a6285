//! What a form does. What can be taken back is done with one tap: the dry run and the act in one
//! request. Anything else shows the dry run first.

use admin::{Answer, NextCall};
use domain::base::calendar;
use serde_json::Value;
use web::{Refusal, Reply, Request, StatusCode};

use crate::{
    Office, drafts,
    entry::{self, Posted, SignedIn},
    functions, letters, typed, upload,
    view::{self, Frame},
};

/// Where an act leads if its form does not say.
const TODAY: &str = "/office";

/// Most acts of others that are shown to the slower device.
const MOST_OTHERS: usize = 3;

/// Serves the form of `/office/do`.
pub(crate) async fn post(
    office: &Office,
    request: &Request,
    who: &SignedIn,
) -> Result<Reply, Refusal> {
    let posted = entry::posted(request, who)?;
    let frame = Frame::of(office, request, who).await?;
    let Some(function) = functions::allowed(request.form.typed("function")) else {
        return Err(Refusal::NotFound);
    };
    let Some((asked, call)) = typed::call(request) else { return Err(Refusal::NotText) };
    let then = own_path(request.form.typed("then"));
    let with = |call: &Value| NextCall {
        why: request.form.typed("why").to_owned(),
        function: function.to_owned(),
        call: call.clone(),
    };
    let (asked, form) = (with(&asked), with(&call));
    let doing = Doing { frame: &frame, function, then, asked: &asked, form: &form, request };
    if let Some(problem) = upload::too_large(request) {
        return show(office, who, &doing, &Answer::problem(problem)).await;
    }
    if call.get("confirm").is_none() {
        letters::keep(office, request, function, &doing.asked.call).await;
    }
    if request.form.get(letters::LATER).is_some() {
        return Ok(Reply::see(then.to_owned()));
    }
    run(office, &posted, who, &doing, call).await
}

/// A form that is being done.
pub(crate) struct Doing<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) function: &'static str,
    /// Where it leads.
    pub(crate) then: &'a str,
    /// The form with its blanks, to be corrected.
    pub(crate) asked: &'a NextCall,
    /// The form with what was typed, to be sent again.
    pub(crate) form: &'a NextCall,
    pub(crate) request: &'a Request,
}

/// Does a call, or shows what it would do.
async fn run(
    office: &Office,
    posted: &Posted,
    who: &SignedIn,
    doing: &Doing<'_>,
    call: Value,
) -> Result<Reply, Refusal> {
    let Doing { frame, function, then, form, .. } = *doing;
    let confirmed = call.get("confirm").is_some();
    let answer = match office.act(posted, who, function, call.clone()).await {
        Ok(answer) => answer,
        Err(failed) => return Ok(view::failed(frame, &failed, Some((form, then))).into()),
    };
    if confirmed {
        drafts::posted(office, doing.request, &call, &answer).await;
        letters::sent(office, doing.request, (function, &call), &answer).await;
        return done(office, who, doing, &answer).await;
    }
    let ready = answer.calls.first().filter(|_| !answer.would_do.is_empty());
    let one_tap = answer.problems.is_empty() && typed::is_light(function, &call);
    match ready {
        Some(ready) if one_tap => {
            match office.act(posted, who, function, ready.call.clone()).await {
                Ok(answer) => done(office, who, doing, &answer).await,
                Err(failed) => Ok(view::failed(frame, &failed, Some((ready, then))).into()),
            }
        }
        // It was done before, by another device or a second tap.
        None if answer.problems.is_empty() && !answer.did.is_empty() => {
            done(office, who, doing, &answer).await
        }
        _ => show(office, who, doing, &answer).await,
    }
}

/// After an act: the page that it leads to, or what could not be done.
async fn done(
    office: &Office,
    who: &SignedIn,
    doing: &Doing<'_>,
    answer: &Answer,
) -> Result<Reply, Refusal> {
    match &answer.act {
        // What ran out of time is shown with the form that goes on with it.
        Some(act) if answer.problems.is_empty() && answer.again.is_none() => {
            let separator = if doing.then.contains('?') { '&' } else { '?' };
            Ok(Reply::see(format!("{}{separator}act={act}", doing.then)))
        }
        _ => show(office, who, doing, answer).await,
    }
}

/// A dry run, or what is wrong. If somebody was faster, what the others did last stands beside it.
async fn show(
    office: &Office,
    who: &SignedIn,
    doing: &Doing<'_>,
    answer: &Answer,
) -> Result<Reply, Refusal> {
    let overtaken = answer.status == StatusCode::CONFLICT.as_u16();
    let mut others = Vec::new();
    if overtaken {
        others = office.table.acts(calendar::today(doing.request.now)).await?;
        let own = who.device.name.to_string();
        others.retain(|act| act.by != own && act.function == doing.function);
        others.truncate(MOST_OTHERS);
    }
    let page = view::answer::outcome(doing, answer, &others);
    Ok(match () {
        () if overtaken => page.status(StatusCode::CONFLICT),
        () if !answer.problems.is_empty() => page.status(StatusCode::UNPROCESSABLE_ENTITY),
        () => page,
    }
    .into())
}

/// A path of the office's own; anything else leads to the day's page.
pub(crate) fn own_path(path: &str) -> &str {
    let own = path == TODAY || path.starts_with("/office/") || path.starts_with("/office?");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own && plain && !path.contains("//") { path } else { TODAY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_leads_to_a_page_of_the_office_only() {
        for path in ["/office", "/office/choose?after=01J", "/office/order/01J"] {
            assert_eq!(own_path(path), path);
        }
        for path in
            ["", "/", "//evil.example", "/office//evil", "/officer", "https://x", "/office\n"]
        {
            assert_eq!(own_path(path), TODAY, "{path}");
        }
    }
}
