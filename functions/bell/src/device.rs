//! Adds and removes the devices that get pushes.

use domain::walk::{
    device::{Device, DeviceId},
    visit::{Bell, Visit},
};
use store::{Commit, Decision, StoreError, Updated, Versioned, VisitCommit, WriteError};
use web::{AppState, Refusal, Reply, Request};

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
    let (bell, replaced) = bell.with_device(device);
    hung.bell = Some(bell);
    let commit = Commit::visit(visit, hung).with_device(device);
    let commit = replaced.iter().fold(commit, VisitCommit::without_device);
    match app.store.commit(commit).await {
        Ok(()) | Err(WriteError::ConditionFailed(_) | WriteError::Store(StoreError::Contended)) => {
            Ok(Reply::see("/mailbox"))
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

/// Removes a device. Idempotent.
pub(crate) async fn remove(
    app: &AppState,
    visit: Versioned<Visit>,
    request: &Request,
) -> Result<Reply, Refusal> {
    let device = DeviceId::from(request.form.typed("device"));
    let device = &device;
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let bell = visit.value.bell.clone();
            let Some(bell) = bell.filter(|bell| bell.devices().any(|hung| hung == device)) else {
                return Ok(Decision::Keep(()));
            };
            let mut without = visit.value.clone();
            without.bell = Some(bell.without(device));
            let commit = Commit::visit(&visit, without).without_device(device);
            Ok::<_, Refusal>(Decision::write(commit, ()))
        })
        .await?;
    if updated == Updated::GaveUp {
        tracing::warn!("device not removed: the visit is being changed by others");
    }
    Ok(Reply::see("/mailbox#devices"))
}
