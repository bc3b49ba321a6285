//! 사무실: the owner's pages. Each page calls one of the owner's functions, as the console would, and
//! shows its answer; what a button does is the call that the function has ready. So pages and console
//! do the same, and this function reads nothing of the shop itself.
//!
//! | module | what it holds |
//! |---|---|
//! | `entry` | keys, devices, who is in |
//! | `functions` | calling the owner's functions: looking at any time, acting only for a form |
//! | `typed` | a call with what was typed into its blanks |
//! | `act` | what a form does |
//! | `letters` | letters that were begun |
//! | `ship` | the form for a morning's parcels |
//! | `scan` | the same, one parcel at a time |
//! | `drafts` | numbers that were scanned or typed and not yet posted |
//! | `upload` | forms with files |
//! | `view` | the pages |
//!
//! # Errors
//! Nobody is in: 401 with the page that asks for a key, which keeps what was typed. The function that
//! is called gives no answer: 502, and the page says that it may have been done.

mod act;
mod drafts;
mod entry;
mod functions;
mod letters;
mod scan;
mod ship;
mod typed;
mod upload;
mod view;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::base::calendar;
use invoke::Invoker;
use jiff::SignedDuration;
use messaging::OwnerBell;
use platform::{Init, InitError, Platform};
use serde_json::json;
use store::OfficeTable;
use web::{AppState, HandlerState, Method, Refusal, Reply, Request};

use entry::SignedIn;
use view::Frame;

/// What the function has at hand.
pub struct Office {
    app: AppState,
    table: OfficeTable,
    functions: Invoker,
    bell: OwnerBell,
}

impl Init for Office {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let (app, table) = (AppState::for_the_owner(platform)?, OfficeTable::open(platform)?);
        let (functions, bell) = (Invoker::open(platform), OwnerBell::open(platform)?);
        Ok(Self { app, table, functions, bell })
    }
}

impl HandlerState for Office {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// How long an act may be under way: longer than its function may run.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(1);

/// The media type of a carrier's file.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A page of the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Today,
    Choose,
    Pack,
    Slips,
    List,
    Labels,
    Ship,
    File,
    Letters,
    Money,
    Month,
    Shelf,
    Settings,
    Order,
    Find,
    Acts,
    Do,
}

impl Place {
    /// The page at `/office/{name}`.
    fn at(name: Option<&str>) -> Option<Self> {
        Some(match name {
            None => Self::Today,
            Some("choose") => Self::Choose,
            Some("pack") => Self::Pack,
            Some("slips") => Self::Slips,
            Some("list") => Self::List,
            Some("labels") => Self::Labels,
            Some("ship") => Self::Ship,
            Some("file") => Self::File,
            Some("letters") => Self::Letters,
            Some("money") => Self::Money,
            Some("month") => Self::Month,
            Some("shelf") => Self::Shelf,
            Some("settings") => Self::Settings,
            Some("order") => Self::Order,
            Some("find") => Self::Find,
            Some("acts") => Self::Acts,
            Some("do") => Self::Do,
            Some(_) => return None,
        })
    }
}

/// Serves `/office`, `/office/{page}` and `/office/{page}/{id}`.
pub async fn handle(office: Arc<Office>, request: Request) -> Result<Reply, Refusal> {
    match serve(&office, &request).await {
        Err(Refusal::NotFound) => Ok(view::refused::not_found().into()),
        Err(Refusal::ForeignForm) => Ok(view::refused::foreign_form().into()),
        Err(Refusal::MethodNotAllowed) => Ok(view::refused::no_form().into()),
        other => other,
    }
}

async fn serve(office: &Office, request: &Request) -> Result<Reply, Refusal> {
    // Stricter than a reader's pages: a browser that does not say where a form comes from is refused.
    if request.method == Method::Post && !request.is_from_own_page() {
        return Err(Refusal::ForeignForm);
    }
    let name = request.parameter("page");
    if name == Some("key") {
        return entry::page(office, request).await;
    }
    let place = Place::at(name).ok_or(Refusal::NotFound)?;
    let who = entry::signed_in(office, request).await?;
    let request = &upload::read(request, who.is_some()).await?;
    let Some(who) = who else {
        return Ok(view::key::signed_out(request).into());
    };
    tracing::info!(page = ?place, device = who.id, item = request.parameter("id"), "office opened");
    match (request.method, place) {
        (Method::Post, Place::Settings) => entry::leave(office, request, &who).await,
        (Method::Post, Place::Ship) => match request.parameter("id") {
            Some(id) => scan::post(office, request, &who, id).await,
            None => ship::post(office, request, &who).await,
        },
        (Method::Get, Place::Ship) => match request.parameter("id") {
            Some(id) => scan::page(office, request, &who, id).await,
            None => get(office, request, &who, place).await,
        },
        (Method::Post, Place::Do) => act::post(office, request, &who).await,
        (Method::Post, _) => Err(Refusal::MethodNotAllowed),
        (Method::Get, place) => get(office, request, &who, place).await,
    }
}

/// A page that is looked at. It changes nothing: its calls cannot be confirmed.
async fn get(
    office: &Office,
    request: &Request,
    who: &SignedIn,
    place: Place,
) -> Result<Reply, Refusal> {
    let frame = Frame::of(office, request, who).await?;
    let id = request.parameter("id");
    let (function, call) = match place {
        Place::Today => return today(office, request, who, &frame).await,
        Place::Ship => ("owner-desk", json!({ "limit": 100 })),
        Place::Choose => ("owner-choose", view::choose::call(request, id)),
        Place::Pack | Place::List => ("owner-pack", json!({})),
        Place::Slips | Place::Labels => ("owner-pack", json!({ "print": "all" })),
        Place::Letters => ("owner-letters", json!({})),
        Place::Money => ("owner-refund", json!({})),
        Place::Month => {
            let this_month = calendar::today(request.now).strftime("%Y-%m").to_string();
            ("owner-export", json!({ "tax": id.map_or(this_month, str::to_owned) }))
        }
        Place::Order => ("owner-order", json!({ "order": id.unwrap_or_default() })),
        Place::File => return file(office, who, &frame, id.unwrap_or_default()).await,
        Place::Find => return find(office, request, who, &frame).await,
        Place::Shelf => ("owner-shelve", view::shelf::call(request)),
        Place::Settings => {
            let taste = match office.look(who, "owner-taste", json!({})).await {
                Ok(answer) => answer,
                Err(failed) => return Ok(view::failed(&frame, &failed, None).into()),
            };
            let devices = office.table.devices().await?;
            return Ok(view::settings::page(&frame, who, &taste, &devices, request.now).into());
        }
        Place::Acts => return acts(office, request, &frame).await,
        Place::Do => return function_page(office, who, &frame, id).await,
    };
    let answer = match office.look(who, function, call).await {
        Ok(answer) => answer,
        Err(failed) => return Ok(view::failed(&frame, &failed, None).into()),
    };
    Ok(match place {
        Place::Choose => view::choose::page(&frame, &answer, request),
        Place::Pack => view::pack::page(&frame, &answer),
        Place::Slips => view::print::slips(&frame, &answer, request, &office.app.shop),
        Place::List => view::print::list(&frame, &answer, request),
        Place::Labels => view::print::labels(&frame, &answer, request, &office.app.shop),
        Place::Ship => {
            let waiting = ship::waiting(&answer);
            let filled = drafts::filled(office, request, &waiting).await?;
            view::ship::page(&frame, &waiting, &filled, &[])
        }
        Place::Shelf => view::shelf::page(&frame, &answer, request),
        Place::Letters => view::answer::page(&frame, "편지", "읽지 않은 편지가 없습니다.", &answer),
        Place::Money => view::answer::page(&frame, "돈", "하실 일이 없습니다.", &answer),
        Place::Month => view::answer::page(&frame, "월 보고", "움직인 돈이 없습니다.", &answer),
        _ => view::answer::page(&frame, "주문", "이런 주문은 없습니다.", &answer),
    }
    .into())
}

/// The day's page: the desk, the messages that nobody could handle, and acts without an end.
async fn today(
    office: &Office,
    request: &Request,
    who: &SignedIn,
    frame: &Frame,
) -> Result<Reply, Refusal> {
    let desk = office.look(who, "owner-desk", json!({ "limit": 100 }));
    let dead = office.look(who, "owner-redrive", json!({ "count": true }));
    let acts = office.table.acts(calendar::today(request.now));
    let (desk, dead, acts) = tokio::join!(desk, dead, acts);
    let mut begun = acts?;
    // What began a moment ago may be under way.
    let ended = request.now.saturating_sub(UNDER_WAY).unwrap_or(request.now);
    begun.retain(|act| act.did.is_none() && act.at < ended);
    Ok(match desk {
        Ok(desk) => {
            // Without its count the day goes on; the page says that it is not known.
            let dead = dead.ok().map(|dead| dead.left.unwrap_or_default());
            view::today::page(frame, &desk, dead, &begun, request.now)
        }
        Err(failed) => view::failed(frame, &failed, None),
    }
    .into())
}

/// Finds orders by whatever the owner knows of them. A single one is opened at once.
async fn find(
    office: &Office,
    request: &Request,
    who: &SignedIn,
    frame: &Frame,
) -> Result<Reply, Refusal> {
    let asked = request.query.typed("q").trim();
    if asked.is_empty() {
        return Ok(view::find::page(frame, asked, None).into());
    }
    let found = match office.look(who, "owner-order", json!({ "find": asked })).await {
        Ok(found) => found,
        Err(failed) => return Ok(view::failed(frame, &failed, None).into()),
    };
    let one = match found.shows.as_slice() {
        [one] => one.page.clone(),
        _ => None,
    };
    Ok(match one {
        Some(page) => Reply::see(page),
        None => view::find::page(frame, asked, Some(&found)).into(),
    })
}

/// What the owner's devices and the console did today and yesterday.
async fn acts(office: &Office, request: &Request, frame: &Frame) -> Result<Reply, Refusal> {
    let today = calendar::today(request.now);
    let mut acts = office.table.acts(today).await?;
    if let Ok(yesterday) = today.yesterday() {
        acts.extend(office.table.acts(yesterday).await?);
    }
    Ok(view::acts::page(frame, &acts).into())
}

/// The file with which a carrier takes the parcels, to be saved.
async fn file(
    office: &Office,
    who: &SignedIn,
    frame: &Frame,
    carrier: &str,
) -> Result<Reply, Refusal> {
    let answer = match office.look(who, "owner-pack", json!({ "file": carrier })).await {
        Ok(answer) => answer,
        Err(failed) => return Ok(view::failed(frame, &failed, None).into()),
    };
    let file = answer.files.first().and_then(|file| {
        let bytes = STANDARD.decode(&file.base64).ok()?;
        Some(Reply::Download { name: file.name.clone(), media_type: XLSX, bytes })
    });
    Ok(file.unwrap_or_else(|| {
        view::answer::page(frame, "택배사에 올릴 파일", "부칠 꾸러미가 없습니다.", &answer).into()
    }))
}

/// The page of a function that has no page of its own: what it shows without being asked for anything.
/// A call in the address would let another site's link ask for something.
async fn function_page(
    office: &Office,
    who: &SignedIn,
    frame: &Frame,
    function: Option<&str>,
) -> Result<Reply, Refusal> {
    let function = function.and_then(functions::allowed).ok_or(Refusal::NotFound)?;
    Ok(match office.look(who, function, json!({})).await {
        Ok(answer) => {
            let title = functions::title(function);
            view::answer::page(frame, title, "보여 드릴 것이 없습니다.", &answer)
        }
        Err(failed) => view::failed(frame, &failed, None),
    }
    .into())
}
