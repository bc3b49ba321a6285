//! 내 기록: everything that is kept about a reader, as a page and as a file, and its deletion. No riddle
//! stands before it.
//!
//! Who has a session sees all of theirs, but for the last digits of telephones: with them money is
//! moved, so the file, which has them, and the deletion ask for them. Who found an order by its number and telephone sees what is
//! kept of that order, without its address, and can have that order forgotten. What the law has the
//! shop keep moves to a table of its own, which no page reads.

mod view;

use std::sync::Arc;

use domain::order::Order;
use platform::{Init, InitError, Platform};
use serde_json::{Value, json};
use store::{NotForgotten, Personal, Records, Versioned};
use web::{
    Access, AppState, HandlerState, Method, Problem, Refusal, Reply, Request, StatusCode, admitted,
    proof,
};

/// The path of the file.
const FILE: &str = "/data/file";

/// What the page needs.
pub struct DataState {
    app: AppState,
    records: Records,
}

impl Init for DataState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { records: Records::open(platform)?, app: AppState::init(platform).await? })
    }
}

impl HandlerState for DataState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/data` and `/data/file`.
pub async fn handle(state: Arc<DataState>, request: Request) -> Result<Reply, Refusal> {
    let mine = read(&state.app, &request).await?;
    match request.method {
        // The address of the file was opened by itself.
        Method::Get if request.path == FILE => Ok(Reply::see("/data")),
        Method::Get => Ok(view::page(&request, &mine, &[])?.into()),
        Method::Post if request.path == FILE => {
            let problems = proved(&state.app, &request, &mine).await?;
            if problems.is_empty() { file(&mine) } else { refused(&request, &mine, &problems) }
        }
        Method::Post => forget(&state, &request, &mine).await,
    }
}

/// The page with what is wrong in its form.
fn refused(request: &Request, mine: &Mine, problems: &[Problem]) -> Result<Reply, Refusal> {
    let page = view::page(request, mine, problems)?;
    Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
}

/// What is wrong with the proof that somebody with a session knows their telephone.
async fn proved(app: &AppState, request: &Request, mine: &Mine) -> Result<Vec<Problem>, Refusal> {
    match mine.proved_by() {
        Some(order) => {
            Ok(proof::check(app, request, order, mine.access).await?.err().into_iter().collect())
        }
        None => Ok(Vec::new()),
    }
}

/// What is kept, and who asks.
struct Mine {
    personal: Personal,
    access: Access,
}

impl Mine {
    /// The order by whose telephone somebody with a session proves who they are: the latest that
    /// was paid.
    fn proved_by(&self) -> Option<&Order> {
        self.personal.orders().filter(|order| order.paid_at().is_some()).max_by_key(|o| o.id)
    }
}

async fn read(app: &AppState, request: &Request) -> Result<Mine, Refusal> {
    let own = own(app, request).await;
    let Some(order) = request.found().filter(|_| own.is_err()) else { return own };
    let personal = app.store.personal_of_order(order).await?.ok_or(Refusal::NotFound)?;
    Ok(Mine { personal, access: Access::Found })
}

async fn own(app: &AppState, request: &Request) -> Result<Mine, Refusal> {
    let session = request.session()?;
    let personal = app.store.personal(session.visitor).await?;
    // Who asked the shop something has a session without a walk.
    let asked = personal.visit().is_none() && session.epoch == 0;
    if !asked || personal.named("LETTER#").next().is_none() {
        admitted(personal.visit().cloned().map(Versioned::new), session)?;
    }
    Ok(Mine { personal, access: Access::Own })
}

/// Everything as JSON.
fn file(mine: &Mine) -> Result<Reply, Refusal> {
    let mut items = mine.personal.file()?;
    if mine.access == Access::Found {
        for item in &mut items {
            if let Some(address) = item.get_mut("address") {
                *address = Value::Null;
            }
        }
    }
    let stays: Vec<Value> = mine
        .personal
        .kept()
        .iter()
        .map(|kept| json!({ "order": kept.order.to_string(), "until": kept.until.to_string() }))
        .collect();
    let file = json!({ "kept": items, "stays_by_law_after_deletion": stays });
    let text = serde_json::to_string_pretty(&file)
        .map_err(|why| Refusal::Ours(format!("the file cannot be written: {why}")))?;
    let (name, media_type) = ("gongganmunhak.json".to_owned(), "application/json");
    Ok(Reply::Download { name, media_type, bytes: text.into_bytes() })
}

async fn forget(state: &DataState, request: &Request, mine: &Mine) -> Result<Reply, Refusal> {
    let (app, personal) = (&state.app, &mine.personal);
    if personal.under_way(request.now).is_some() {
        let page = view::page(request, mine, &[])?;
        return Ok(page.status(StatusCode::CONFLICT).into());
    }
    if !request.form.ticked(view::SURE) {
        return refused(request, mine, &[view::not_sure(request)]);
    }
    let problems = proved(app, request, mine).await?;
    if !problems.is_empty() {
        return refused(request, mine, &problems);
    }
    let kept = personal.kept();
    let forgotten = match mine.access {
        Access::Own => app.store.forget(&state.records, personal, request.now).await,
        Access::Found => app.store.forget_one_order(&state.records, personal, request.now).await,
    };
    match forgotten {
        Ok(()) => {
            tracing::info!(orders = kept.len(), "a reader had their data deleted");
            Ok(view::forgotten(request, &kept, mine.access).into())
        }
        Err(NotForgotten::Changed | NotForgotten::UnderWay(..)) => {
            let problems = [view::changed(request)];
            let page = view::page(request, &read(app, request).await?, &problems)?;
            Ok(page.status(StatusCode::CONFLICT).into())
        }
        Err(NotForgotten::Store(error)) => Err(error.into()),
    }
}
