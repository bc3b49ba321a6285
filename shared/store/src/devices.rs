//! The devices registered for pushes, and which of them got which push. A device is stored beside
//! the visitor's letters, so that the mailbox page reads both in one call.

use std::collections::BTreeSet;

use domain::{
    base::id::{MessageId, VisitorId},
    order::letter::Letter,
    walk::{
        device::{Device, DeviceId},
        visit::Visit,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError, books,
    item::{Item, from_item, number, string, to_item, values},
    key,
    letters::{self, LetterId},
    table::{Write, erased},
};

const KIND: &str = "device";
const EPOCH: &str = "epoch";

/// A reader's letters and devices.
#[derive(Debug)]
pub struct Mailbox {
    /// The letters, newest first.
    pub letters: Vec<(LetterId, Letter)>,
    /// The devices, in no order.
    pub devices: Vec<Device>,
    /// The epoch of the reader's sessions.
    pub epoch: u32,
}

/// The epoch of a reader's sessions, stored once more behind the devices, so that the mailbox page
/// reads it with them.
#[derive(Debug, Serialize, Deserialize)]
struct Epoch {
    epoch: u32,
}

impl Store {
    /// The devices of a visitor that get pushes at `now`. One read.
    pub async fn devices(
        &self,
        visitor: VisitorId,
        now: Timestamp,
    ) -> Result<Vec<Device>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :visitor AND begins_with(sk, :device)")
                .expression_attribute_values(":visitor", string(key::visitor(visitor)))
                .expression_attribute_values(":device", string(key::DEVICE))
                .consistent_read(true)
                .send(),
        )
        .await?;
        let devices: Vec<Device> = values(answer.items.into_iter().flatten())?;
        Ok(devices.into_iter().filter(|device| device.is_rung(now)).collect())
    }

    /// A reader's devices at `now`, and their letters, newest first, at most `limit`. One read:
    /// devices sort behind the letters.
    pub async fn mailbox(
        &self,
        reader: VisitorId,
        now: Timestamp,
        limit: u16,
    ) -> Result<Mailbox, StoreError> {
        let most = limit.saturating_add(
            // And the epoch.
            u16::try_from(domain::walk::visit::Bell::MOST_DEVICES).unwrap_or_default() + 1,
        );
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :reader AND sk BETWEEN :letter AND :epoch")
                .expression_attribute_values(":reader", string(key::visitor(reader)))
                .expression_attribute_values(":letter", string(key::LETTER))
                .expression_attribute_values(":epoch", string(key::epoch(reader).sk))
                .scan_index_forward(false)
                .consistent_read(true)
                .limit(i32::from(most))
                .send(),
        )
        .await?;
        let (mut letters, mut devices, mut epoch) = (Vec::new(), Vec::new(), 0);
        for item in answer.items.unwrap_or_default() {
            let kind = item.get("kind").and_then(|kind| kind.as_s().ok()).map(String::as_str);
            if kind == Some(KIND) {
                devices.push(from_item(item)?.value);
            } else if kind == Some(EPOCH) {
                epoch = from_item::<Epoch>(item)?.value.epoch;
            } else if letters.len() < usize::from(limit) {
                let id = LetterId::of(&item);
                let letter = from_item(item)?.value;
                letters.extend(id.map(|id| (id, letter)));
            }
        }
        devices.retain(|device: &Device| device.is_rung(now));
        Ok(Mailbox { letters, devices, epoch })
    }

    /// Deletes a device that its push service has given up, and tells its reader by a letter, unless
    /// it was deleted or registered anew meanwhile.
    pub async fn device_ended(
        &self,
        visitor: VisitorId,
        device: &Device,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let delete = Write::delete(&key::device(visitor, &device.id()))
            .only_if("endpoint = :endpoint AND since = :since")
            .value(":endpoint", string(device.endpoint.reveal()))
            .value(":since", string(device.since.to_string()));
        let letter = device.lost(now);
        let name = format!("device#{}", device.id());
        let mut commit = Commit::one(Condition::Registered, Ok(delete));
        commit.add(Condition::Letter, letters::put_once(visitor, &letter, &name));
        match self.commit(commit).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Store(error)) => Err(error),
        }
    }

    /// The devices that got the push of a message. One read.
    pub async fn rung(&self, message: MessageId) -> Result<BTreeSet<DeviceId>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :rung")
                .expression_attribute_values(":rung", string(key::rung(message)))
                .consistent_read(true)
                .send(),
        )
        .await?;
        let items = answer.items.unwrap_or_default();
        let name = |item: &Item| Some(DeviceId::from(item.get("sk")?.as_s().ok()?.as_str()));
        Ok(items.iter().filter_map(name).collect())
    }

    /// Records that a device got the push of a message.
    pub async fn device_rung(
        &self,
        message: MessageId,
        device: &DeviceId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let write = books::done_put(&key::rung_code(message), device.as_str(), now);
        self.write(write).await.map(drop)
    }
}

/// The epoch of a visit, where the mailbox finds it.
pub(crate) fn epoch_put(visit: &Visit) -> Result<Write, StoreError> {
    let epoch = Versioned::new(Epoch { epoch: visit.epoch });
    Ok(Write::put(to_item(&key::epoch(visit.id), EPOCH, &epoch)?))
}

/// Registers a device, anew if it was registered before.
pub(crate) fn device_put(visitor: VisitorId, device: &Device) -> Result<Write, StoreError> {
    let key = key::device(visitor, &device.id());
    let mut item = to_item(&key, KIND, &Versioned::new(device.clone()))?;
    item.insert("expires".to_owned(), number(device.until_second()));
    Ok(Write::put(item))
}

pub(crate) fn device_gone(visitor: VisitorId, device: &DeviceId) -> Write {
    Write::delete(&key::device(visitor, device))
}
