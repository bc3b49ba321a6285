//! 연달아 찍기: one order at a time, with the cursor in its field. A scanner's Enter keeps the number
//! and brings the next order; at the end all of them are looked at together. The code of the list of
//! books opens one order here.

use domain::order::parcel::{Carrier, Parcel};
use serde_json::json;
use web::{Refusal, Reply, Request, StatusCode};

use crate::{
    Office, drafts,
    entry::{self, SignedIn},
    ship::{self, Waiting},
    view::{self, Frame},
};

/// The item of the address for the next order that has no number yet.
pub(crate) const NEXT: &str = "next";

/// What a page of one order shows.
pub(crate) struct Scan<'a> {
    /// The parcels that wait.
    pub(crate) waiting: &'a [Waiting],
    /// The request, with what is kept in its fields.
    pub(crate) request: &'a Request,
    /// The carrier of a number without a name before it.
    pub(crate) carrier: Carrier,
    /// What is wrong with the number.
    pub(crate) problem: Option<String>,
}

impl Scan<'_> {
    /// The number that is kept for a parcel.
    pub(crate) fn number(&self, parcel: &Waiting) -> &str {
        self.request.form.typed(&format!("number-{}", parcel.order)).trim()
    }

    /// The first parcel without a number behind the one of this order.
    fn next(&self, after: &str) -> Option<&Waiting> {
        let passed = self.waiting.iter().position(|parcel| parcel.order == after);
        let rest = self.waiting.iter().skip(passed.map_or(0, |place| place + 1));
        rest.into_iter().find(|parcel| self.number(parcel).is_empty())
    }
}

/// Serves `/office/ship/{id}`: an order by its id or its number, or the next one.
pub(crate) async fn page(
    office: &Office,
    request: &Request,
    who: &SignedIn,
    id: &str,
) -> Result<Reply, Refusal> {
    let frame = Frame::of(office, request, who).await?;
    let waiting = match waiting(office, who, &frame).await {
        Ok(waiting) => waiting,
        Err(failed) => return Ok(failed),
    };
    let filled = drafts::filled(office, request, &waiting).await?;
    let carrier = request.query.typed("carrier").parse().unwrap_or(Carrier::Cj);
    let scan = Scan { waiting: &waiting, request: &filled, carrier, problem: None };
    if id == NEXT {
        return Ok(match scan.next(request.query.typed("after")) {
            Some(parcel) => view::scan::order(&frame, &scan, parcel),
            None => view::scan::end(&frame, &scan),
        }
        .into());
    }
    Ok(match waiting.iter().find(|parcel| parcel.order == id || parcel.name == id) {
        Some(parcel) => view::scan::order(&frame, &scan, parcel).into(),
        None => view::scan::gone(&frame, id).status(StatusCode::NOT_FOUND).into(),
    })
}

/// Keeps the number of an order and leads to the next.
pub(crate) async fn post(
    office: &Office,
    request: &Request,
    who: &SignedIn,
    id: &str,
) -> Result<Reply, Refusal> {
    entry::posted(request, who)?;
    let frame = Frame::of(office, request, who).await?;
    let waiting = match waiting(office, who, &frame).await {
        Ok(waiting) => waiting,
        Err(failed) => return Ok(failed),
    };
    // Another device may have posted it meanwhile.
    let Some(parcel) = waiting.iter().find(|parcel| parcel.order == id) else {
        return Ok(view::scan::gone(&frame, id).status(StatusCode::CONFLICT).into());
    };
    let mut kept = request.clone();
    kept.form = web::Form::default();
    let filled = drafts::filled(office, &kept, &waiting).await?;
    let typed = request.form.typed(&format!("number-{id}"));
    let carrier = request.form.typed("carrier").parse().unwrap_or(Carrier::Cj);
    let problem = wrong(typed, carrier, parcel, &waiting, &filled);
    if problem.is_some() {
        let scan = Scan { waiting: &waiting, request: &filled, carrier, problem };
        let page = view::scan::order(&frame, &scan, parcel);
        return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
    }
    if !typed.trim().is_empty() {
        let typed = drafts::typed(request, std::slice::from_ref(parcel));
        office.table.keep_parcel_drafts(&typed, request.now).await?;
    }
    Ok(Reply::see(format!("/office/ship/{NEXT}?after={id}&carrier={}", carrier.name())))
}

/// What is wrong with a number: it is none of the carrier's, or another parcel has it. An empty field
/// leaves the number that is kept.
fn wrong(
    typed: &str,
    usual: Carrier,
    parcel: &Waiting,
    waiting: &[Waiting],
    kept: &Request,
) -> Option<String> {
    let number = |parcel: &Waiting| kept.form.typed(&format!("number-{}", parcel.order)).to_owned();
    if typed.trim().is_empty() {
        let none = number(parcel).trim().is_empty();
        return none.then(|| "번호를 찍거나 건너뛰십시오.".to_owned());
    }
    let read = |usual: Carrier, text: &str| {
        let (carrier, number) = ship::parcel(usual.name(), text);
        Parcel::new(carrier.parse().unwrap_or(usual), number, None)
    };
    let read_now = match read(usual, typed) {
        Ok(read) => read,
        Err(why) => return Some(format!("{}: {why}.", typed.trim())),
    };
    let same = |other: &&Waiting| {
        other.order != parcel.order
            && read_now.number.is_some()
            && read(Carrier::Cj, &number(other)).is_ok_and(|other| other.number == read_now.number)
    };
    let other = waiting.iter().find(same)?;
    let typed = typed.trim();
    Some(format!("{typed}: {}의 번호와 같습니다. 다른 꾸러미를 찍으신 듯합니다.", other.title))
}

async fn waiting(office: &Office, who: &SignedIn, frame: &Frame) -> Result<Vec<Waiting>, Reply> {
    match office.look(who, "owner-desk", json!({ "limit": 100 })).await {
        Ok(desk) => Ok(ship::waiting(&desk)),
        Err(failed) => Err(view::failed(frame, &failed, None).into()),
    }
}
