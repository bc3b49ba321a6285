//! Adds and removes the devices that get pushes.

use domain::walk::{
    device::{Device, DeviceId},
    visit::{Bell, Visit},
};
use store::{Lost, Versioned};
use web::{AppState, Refusal, Reply, Request, Walk};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Adds a device. After a lost race, such as a second click, the mailbox shows the devices there
/// are.
pub(crate) async fn add(
    app: &AppState,
    visit: &Versioned<Visit>,
    device: &Device,
    request: &Request,
) -> Result<Reply, Refusal> {
    let mut hung = visit.value.clone();
    let bell = hung.bell.take().unwrap_or_else(|| Bell::mailbox(request.now));
    let (bell, replaced) = bell.hung(device);
    hung.bell = Some(bell);
    match app.store.save_visit_with_device(&visit.with(hung), device, replaced.as_ref()).await {
        Ok(()) | Err(Lost::Race(_) | Lost::Conflict) => Ok(Reply::see("/mailbox")),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

/// Removes a device. Idempotent.
pub(crate) async fn remove(
    app: &AppState,
    mut visit: Versioned<Visit>,
    request: &Request,
) -> Result<Reply, Refusal> {
    let device = DeviceId::from(request.form.typed("device"));
    for _ in 0..ROUNDS {
        let Some(bell) =
            visit.value.bell.clone().filter(|bell| bell.devices().any(|hung| *hung == device))
        else {
            break;
        };
        let mut without = visit.value.clone();
        without.bell = Some(bell.without(&device));
        match app.store.save_visit_without_device(&visit.with(without), &device).await {
            Ok(()) => break,
            Err(Lost::Race(_) | Lost::Conflict) => {
                let Some(Walk { visit: current, .. }) = app.walk(visit.value.id).await? else {
                    break;
                };
                visit = current;
            }
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Ok(Reply::see("/mailbox#devices"))
}
