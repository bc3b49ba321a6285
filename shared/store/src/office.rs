//! The owner's own table: keys, devices, and the line that is kept of every act. It lies apart from
//! the shop's table, because every page may put items there: what lets somebody into the office must
//! not be forged by a page of the shop.

use domain::office::{Act, ActName, Device, KeyRecord, OfficeKey, TRIES, period};
use jiff::{Timestamp, civil::Date};
use platform::{Misconfigured, Platform};
use ring::digest::{SHA256, digest};

use crate::{
    Condition, Store, StoreError, Versioned, WriteError,
    item::{from_item, number, string, to_item},
    key::{Key, instant},
    table::{Write, erased},
};

/// The partition of keys and devices.
pub(crate) const OFFICE: &str = "OFFICE";

/// Prefix of a device's sort key.
const DEVICE: &str = "DEVICE#";

/// Most devices and acts in one answer.
const MOST: i32 = 200;

/// The table named in `OFFICE_TABLE_NAME`.
#[derive(Debug, Clone)]
pub struct OfficeTable(pub(crate) Store);

/// A device with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviced {
    /// The id: what its cookie begins with.
    pub id: String,
    /// The device.
    pub device: Device,
}

fn digest_of(secret: &str) -> String {
    domain::base::hex::of(digest(&SHA256, secret.as_bytes()).as_ref(), 32)
}

fn key_of(letters: &OfficeKey) -> Key {
    Key { pk: OFFICE.into(), sk: format!("KEY#{}", digest_of(letters.letters())) }
}

fn device(id: &str) -> Key {
    Key { pk: OFFICE.into(), sk: format!("{DEVICE}{id}") }
}

fn act(name: &ActName) -> Key {
    Key { pk: format!("ACTS#{}", name.day()), sk: format!("{}#{}", instant(name.at), name.code) }
}

impl OfficeTable {
    /// The table.
    ///
    /// # Errors
    /// If `OFFICE_TABLE_NAME` is not set.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let table = platform.environment.required("OFFICE_TABLE_NAME")?.to_owned();
        Ok(Self(Store { table, ..Store::open(platform)? }))
    }

    /// The digest under which a secret is kept.
    pub fn digest(secret: &str) -> String {
        digest_of(secret)
    }

    /// Keeps a key until it is used or ends. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn keep_key(&self, key: &OfficeKey, record: &KeyRecord) -> Result<(), StoreError> {
        let mut item = to_item(&key_of(key), "office-key", &Versioned::new(record.clone()))?;
        item.insert("expires".to_owned(), number(record.until.as_second()));
        self.0.write(Write::put(item)).await.map(drop)
    }

    /// A key that can still be used. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn key(
        &self,
        key: &OfficeKey,
        now: Timestamp,
    ) -> Result<Option<KeyRecord>, StoreError> {
        let found: Option<Versioned<KeyRecord>> = self.0.read(&key_of(key)).await?;
        Ok(found.map(|found| found.value).filter(|record| now < record.until))
    }

    /// Takes a key for a device, once. `false`: somebody took it before. One transaction.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn let_in(&self, key: &OfficeKey, deviced: &Deviced) -> Result<bool, StoreError> {
        let taken = Write::delete(&key_of(key)).only_if("attribute_exists(pk)");
        let put = Self::device_put(deviced)?.only_if("attribute_not_exists(pk)");
        let writes = vec![(Condition::OfficeKey, taken), (Condition::OfficeKey, put)];
        match self.0.write_all(writes, &mut self.0.backoff()).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Store(error)) => Err(error),
        }
    }

    /// Counts a typed key before it is looked up. `false`: there were enough in this period. One
    /// write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn count_try(&self, now: Timestamp) -> Result<bool, StoreError> {
        let (number_of_period, end) = period(now);
        let tries = Key { pk: OFFICE.into(), sk: format!("TRIES#{number_of_period}") };
        let write = Write::update(&tries, "SET expires = :end ADD tries :one")
            .only_if("attribute_not_exists(tries) OR tries < :most")
            .value(":end", number(end.as_second()))
            .value(":one", number(1))
            .value(":most", number(TRIES));
        self.0.write(write).await
    }

    /// A device that is still in. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn device(&self, id: &str, now: Timestamp) -> Result<Option<Deviced>, StoreError> {
        let found: Option<Versioned<Device>> = self.0.read(&device(id)).await?;
        let found = found.map(|found| found.value).filter(|device| device.is_in(now));
        Ok(found.map(|device| Deviced { id: id.to_owned(), device }))
    }

    /// Notes that a device was seen, unless it was revoked meanwhile. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn saw(&self, deviced: &Deviced) -> Result<(), StoreError> {
        let write = Self::device_put(deviced)?.only_if("attribute_exists(pk)");
        self.0.write(write).await.map(drop)
    }

    /// Every device, also those that are out. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn devices(&self) -> Result<Vec<Deviced>, StoreError> {
        let mut devices = Vec::new();
        for item in self.begin_with(OFFICE, DEVICE, true).await? {
            let id = item.get("sk").and_then(|sk| sk.as_s().ok());
            let id = id.and_then(|sk| sk.strip_prefix(DEVICE)).unwrap_or_default().to_owned();
            devices.push(Deviced { id, device: from_item::<Device>(item)?.value });
        }
        Ok(devices)
    }

    /// Puts a device out. The next request that it makes is refused. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn revoke(&self, id: &str) -> Result<(), StoreError> {
        self.0.write(Write::delete(&device(id))).await.map(drop)
    }

    /// Keeps the line of an act: before it is done, and again with what was done. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn keep_act(&self, done: &Act) -> Result<(), StoreError> {
        let mut item = to_item(&act(&done.name()), "act", &Versioned::new(done.clone()))?;
        let end = done.at.saturating_add(Act::KEPT).unwrap_or(Timestamp::MAX);
        item.insert("expires".to_owned(), number(end.as_second()));
        self.0.write(Write::put(item)).await.map(drop)
    }

    /// The line of an act. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn act(&self, name: &ActName) -> Result<Option<Act>, StoreError> {
        let found: Option<Versioned<Act>> = self.0.read(&act(name)).await?;
        Ok(found.map(|found| found.value))
    }

    /// The acts of a day in Korea, the latest first, at most 200. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn acts(&self, day: Date) -> Result<Vec<Act>, StoreError> {
        let items = self.begin_with(&format!("ACTS#{day}"), "2", false).await?;
        items.into_iter().map(|item| Ok(from_item::<Act>(item)?.value)).collect()
    }

    fn device_put(deviced: &Deviced) -> Result<Write, StoreError> {
        let record = Versioned::new(deviced.device.clone());
        let mut item = to_item(&device(&deviced.id), "office-device", &record)?;
        item.insert("expires".to_owned(), number(deviced.device.until().as_second()));
        Ok(Write::put(item))
    }

    pub(crate) async fn begin_with(
        &self,
        partition: &str,
        prefix: &str,
        forward: bool,
    ) -> Result<Vec<crate::item::Item>, StoreError> {
        let query = self
            .0
            .client
            .query()
            .table_name(&self.0.table)
            .key_condition_expression("pk = :partition AND begins_with(sk, :prefix)")
            .expression_attribute_values(":partition", string(partition))
            .expression_attribute_values(":prefix", string(prefix))
            .scan_index_forward(forward)
            .consistent_read(true)
            .limit(MOST);
        Ok(erased(query.send()).await?.items.unwrap_or_default())
    }
}
