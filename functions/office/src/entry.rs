//! Who is in: keys that let a device in, the device's cookie, and forms that only its own pages can
//! send.

use domain::{
    base::{format, text::Language},
    office::{Device, DeviceName, KeyRecord, OfficeKey},
};
use ring::hmac;
use store::{Deviced, OfficeTable};
use web::{Method, Refusal, Reply, Request, StatusCode};

use crate::{Office, view};

/// A device that is in.
pub(crate) struct SignedIn {
    /// The device's id.
    pub(crate) id: String,
    /// The device.
    pub(crate) device: Device,
    /// What each form of its pages carries.
    pub(crate) form: String,
}

/// A form that a page of a device sent. Only [`posted`] makes one, so nothing else can act.
pub(crate) struct Posted(());

/// The device of a request; `None` if it is not in. One read; one write on the first request of a
/// day.
pub(crate) async fn signed_in(
    office: &Office,
    request: &Request,
) -> Result<Option<SignedIn>, Refusal> {
    let Some((id, secret)) = request.device().and_then(|cookie| cookie.split_once('.')) else {
        return Ok(None);
    };
    if id.len() > 40 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let Some(mut deviced) = office.table.device(id, request.now).await? else { return Ok(None) };
    // Digests of random secrets: how long their comparison takes tells nothing of a secret.
    if deviced.device.secret != OfficeTable::digest(secret) {
        return Ok(None);
    }
    if deviced.device.was_seen_before(request.now) {
        deviced.device.seen = request.now;
        office.table.saw(&deviced).await?;
    }
    Ok(Some(SignedIn { id: deviced.id, device: deviced.device, form: form_token(secret) }))
}

/// What the forms of a device carry: only its own pages know it.
fn form_token(secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    domain::base::hex::of(hmac::sign(&key, b"form").as_ref(), 16)
}

/// Checks that a page of this device sent the form.
pub(crate) fn posted(request: &Request, who: &SignedIn) -> Result<Posted, Refusal> {
    if request.form.typed("form") == who.form { Ok(Posted(())) } else { Err(Refusal::ForeignForm) }
}

/// Serves `/office/key`. Opening the link of a key uses nothing up: messengers fetch links before
/// anybody taps them.
pub(crate) async fn page(office: &Office, request: &Request) -> Result<Reply, Refusal> {
    if request.method == Method::Get {
        let (typed, _) = link(request.query.typed("k"));
        let key = typed.and_then(|typed| typed.parse::<OfficeKey>().ok());
        let name = match &key {
            Some(key) => office.table.key(key, request.now).await?.map(|record| record.name),
            None => None,
        };
        let asked = view::key::Asked { key, name, ..view::key::Asked::default() };
        return Ok(view::key::page(request, &asked).into());
    }
    take(office, request).await
}

/// Lets a device in that has a key.
async fn take(office: &Office, request: &Request) -> Result<Reply, Refusal> {
    let linked = request.form.typed("k");
    let (letters, secret) =
        link(if linked.is_empty() { request.form.typed("key") } else { linked });
    let name = DeviceName::new(request.form.typed("name"));
    let refused = |problem: view::key::Problem, status: StatusCode| {
        let asked = view::key::Asked { problem: Some(problem), ..view::key::Asked::default() };
        Ok(view::key::page(request, &asked).status(status).into())
    };
    let Some(key) = letters.and_then(|letters| letters.parse::<OfficeKey>().ok()) else {
        return refused(view::key::Problem::NotAKey, StatusCode::UNPROCESSABLE_ENTITY);
    };
    // Letters can be guessed, so tries are counted before they are looked up. A link cannot.
    if secret.is_none() && !office.table.count_try(request.now).await? {
        return refused(view::key::Problem::TooMany, StatusCode::TOO_MANY_REQUESTS);
    }
    let record = office.table.key(&key, request.now).await?;
    let fits =
        |record: &KeyRecord| secret.is_none_or(|secret| record.link == OfficeTable::digest(secret));
    let Some(record) = record.filter(fits) else {
        tracing::warn!(event = "office-key-refused", "a key was refused");
        return refused(view::key::Problem::Wrong, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let random = || format!("{:032x}", office.app.random.next_u128());
    let (id, secret) = (random(), format!("{}{}", random(), random()));
    let (since, seen) = (request.now, request.now);
    let name = name.unwrap_or(record.name);
    let device = Device { name, secret: OfficeTable::digest(&secret), since, seen };
    let deviced = Deviced { id: id.clone(), device };
    if !office.table.let_in(&key, &deviced).await? {
        return refused(view::key::Problem::Wrong, StatusCode::UNPROCESSABLE_ENTITY);
    }
    tracing::info!(event = "office-device-let-in", device = id, "a device was let in");
    tell(office, request, &deviced.device.name).await;
    let cookie = format!("{id}.{secret}");
    if let Some(kept) = view::key::kept(request) {
        return Ok(view::key::go_on(&kept, &form_token(&secret)).device(cookie).into());
    }
    Ok(Reply::See { path: "/office".into(), session: None, found: None, device: Some(cookie) })
}

/// Tells the owner that a device is in. The device is in all the same if nobody can be told.
async fn tell(office: &Office, request: &Request, name: &DeviceName) {
    let at = format::date_time(request.now, Language::Ko);
    let text = format!(
        "사무실에 새 기기가 들어왔습니다: {name}, {at}. \
         모르는 기기이면 owner-office를 {{\"revoke\": \"all\"}}로 부르세요."
    );
    if let Err(why) = office.bell.tell(&text).await {
        tracing::error!(error.message = %why, "the owner was not told of a new device");
    }
}

/// The letters of a key, and the secret behind them if it came as a link: `28T5CY4T.6f0c…`.
fn link(text: &str) -> (Option<&str>, Option<&str>) {
    match text.split_once('.') {
        Some((letters, secret)) => (Some(letters), Some(secret)),
        None => (Some(text).filter(|text| !text.is_empty()), None),
    }
}

/// Puts a device out: this one or another.
pub(crate) async fn leave(
    office: &Office,
    request: &Request,
    who: &SignedIn,
) -> Result<Reply, Refusal> {
    posted(request, who)?;
    let id = request.form.typed("device");
    let devices = office.table.devices().await?;
    let out = devices.iter().filter(|deviced| id == "all" || deviced.id == id);
    for Deviced { id, .. } in out {
        office.table.revoke(id).await?;
        tracing::info!(event = "office-device-put-out", device = id, "a device was put out");
    }
    let own = id == "all" || id == who.id;
    let path = if own { "/office/key" } else { "/office/settings" };
    let device = own.then(String::new);
    Ok(Reply::See { path: path.into(), session: None, found: None, device })
}
