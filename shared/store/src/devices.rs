//! The devices that a visitor may be rung on, and which of them were rung for what. A device lies
//! beside the visitor's letters, so that the page of the mailbox finds both in one read.

use std::collections::BTreeSet;

use domain::{
    base::id::{MessageId, VisitorId},
    order::letter::Letter,
    walk::device::{Device, DeviceId},
};
use jiff::Timestamp;

use crate::{
    Store, StoreError, Versioned, books,
    item::{Item, from_item, number, string, to_item, values},
    key,
    table::{Write, erased},
};

const KIND: &str = "device";

/// A reader's letters, and the devices that ring for them.
#[derive(Debug)]
pub struct Mailbox {
    /// The letters, newest first.
    pub letters: Vec<Letter>,
    /// The devices, in no order.
    pub devices: Vec<Device>,
}

impl Store {
    /// The devices that a visitor is rung on at `now`. One read.
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
    /// devices lie behind the letters.
    pub async fn mailbox(
        &self,
        reader: VisitorId,
        now: Timestamp,
        limit: u16,
    ) -> Result<Mailbox, StoreError> {
        let most = limit.saturating_add(
            u16::try_from(domain::walk::visit::Bell::MOST_DEVICES).unwrap_or_default(),
        );
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :reader AND sk BETWEEN :letter AND :device")
                .expression_attribute_values(":reader", string(key::visitor(reader)))
                .expression_attribute_values(":letter", string(key::LETTER))
                .expression_attribute_values(":device", string(format!("{}~", key::DEVICE)))
                .scan_index_forward(false)
                .consistent_read(true)
                .limit(i32::from(most))
                .send(),
        )
        .await?;
        let (mut letters, mut devices) = (Vec::new(), Vec::new());
        for item in answer.items.unwrap_or_default() {
            let is_device =
                item.get("kind").and_then(|kind| kind.as_s().ok()).is_some_and(|kind| kind == KIND);
            if is_device {
                devices.push(from_item(item)?.value);
            } else if letters.len() < usize::from(limit) {
                letters.push(from_item(item)?.value);
            }
        }
        devices.retain(|device: &Device| device.is_rung(now));
        Ok(Mailbox { letters, devices })
    }

    /// Forgets a device that its push service has given up, unless it was hung anew since.
    pub async fn device_ended(
        &self,
        visitor: VisitorId,
        device: &Device,
    ) -> Result<(), StoreError> {
        let write = Write::delete(&key::device(visitor, &device.id()))
            .only_if("endpoint = :endpoint AND since = :since")
            .value(":endpoint", string(device.endpoint.reveal()))
            .value(":since", string(device.since.to_string()));
        self.write(write).await.map(drop)
    }

    /// The devices that were rung for a message already. One read.
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

    /// Writes down that a device was rung for a message.
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

/// The write of a device. One that is registered already is registered anew.
pub(crate) fn device_put(visitor: VisitorId, device: &Device) -> Result<Write, StoreError> {
    let key = key::device(visitor, &device.id());
    let mut item = to_item(&key, KIND, &Versioned::new(device.clone()))?;
    item.insert("expires".to_owned(), number(device.until_second()));
    Ok(Write::put(item))
}

pub(crate) fn device_gone(visitor: VisitorId, device: &DeviceId) -> Write {
    Write::delete(&key::device(visitor, device))
}
