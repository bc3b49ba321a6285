//! How often webhooks make the shop look at one order's payment.
//!
//! A webhook is a hint which order to look up, and anybody can send one. An order is looked at a few
//! times a minute, which is more than the provider has to tell. Whatever is told of it after that
//! leaves one note, and `sweep` looks once more when the minute is over. So nothing that was told is
//! forgotten, and a thousand calls about an order cost no more questions than a few.

use domain::base::{calendar, id::OrderId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Versioned,
    item::{number, string, to_item},
    key::{self, waiting},
    table::Write,
};

const KIND: &str = "look";

/// Looks at one order in a minute that webhooks may cause.
const IN_A_MINUTE: u32 = 10;

/// For how long the count of a minute is kept, in seconds.
const KEPT_SECONDS: i64 = 60 * 60;

/// A look at an order's payment that is still to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The order.
    pub order: OrderId,
    /// Its name at the provider.
    pub name: String,
    /// Until when it was put off.
    put_off: Timestamp,
}

impl Store {
    /// Counts a look that a webhook asks for. `false`: the order was looked at often enough in this
    /// minute. Then it is noted for `sweep`. One write, or two.
    pub async fn may_look(
        &self,
        order: OrderId,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let count = Write::update(
            &key::looks(order, now.as_second().div_euclid(60)),
            "SET expires = :expires, kind = :kind ADD looks :one",
        )
        .only_if("attribute_not_exists(looks) OR looks < :most")
        .value(":expires", number(now.as_second().saturating_add(KEPT_SECONDS)))
        .value(":kind", string("looks"))
        .value(":one", number(1))
        .value(":most", number(IN_A_MINUTE));
        if self.write(count).await? {
            return Ok(true);
        }
        self.look_later(order, name, now).await?;
        Ok(false)
    }

    /// Notes that an order's payment is to be looked at once more in a minute. One write.
    pub async fn look_later(
        &self,
        order: OrderId,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let due = calendar::minutes_after(now, 1);
        let look = Look { order, name: name.to_owned(), put_off: due };
        let mut item = to_item(&key::look(order), KIND, &Versioned::new(look))?;
        item.insert("waiting".to_owned(), string(waiting::LOOK));
        item.insert("due".to_owned(), string(key::instant(due)));
        self.write(Write::put(item)).await.map(drop)
    }

    /// Looks that are due, at most `limit`. Two reads.
    pub async fn looks_due(&self, now: Timestamp, limit: i32) -> Result<Vec<Look>, StoreError> {
        let due = self.due::<Look>(waiting::LOOK, now, limit).await?;
        Ok(due.into_iter().map(|(look, _)| look.value).collect())
    }

    /// Puts a look off before it is taken, so that one that fails is taken again later. `false`: it
    /// was noted anew, or taken by another run.
    pub async fn put_look_off(&self, look: &Look, until: Timestamp) -> Result<bool, StoreError> {
        let write = Write::update(&key::look(look.order), "SET put_off = :until, due = :due")
            .only_if("put_off = :seen")
            .value(":until", string(until.to_string()))
            .value(":due", string(key::instant(until)))
            .value(":seen", string(look.put_off.to_string()));
        self.write(write).await
    }

    /// Ends a look that was put off to `until` and taken, unless it was noted anew.
    pub async fn looked(&self, look: &Look, until: Timestamp) -> Result<(), StoreError> {
        let write = Write::delete(&key::look(look.order))
            .only_if("put_off = :until")
            .value(":until", string(until.to_string()));
        self.write(write).await.map(drop)
    }
}
