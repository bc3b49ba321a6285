//! How often somebody has tried to name a secret: a bookmark, or an order by its number and
//! telephone. The limits are fixed windows.

use domain::{
    base::{
        hex,
        id::{OrderId, VisitorId},
    },
    order::{
        PROOFS,
        finding::{self, OrderName},
    },
    walk::bookmark::{self, Bookmark},
};
use jiff::Timestamp;

use crate::{Commit, Condition, Store, StoreError, WriteError, item::number, key, table::Write};

impl Store {
    /// Counts a try at a bookmark before anything is looked up, so that tries at the same time
    /// cannot beat the count. [`Condition::Device`] or [`Condition::Beginning`] fails when the
    /// device or the beginning has had its tries in this period.
    pub async fn count_try(
        &self,
        device: VisitorId,
        tried: Bookmark,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let beginning = hex::of(&tried.beginning(), 2);
        self.count_tries(
            device,
            [(Condition::Beginning, beginning, bookmark::TRIES_OF_A_BEGINNING)],
            now,
        )
        .await
    }

    /// Counts a try at an order before it is looked up. `telephone` is a digest under the shop's
    /// secret. [`Condition::Device`], [`Condition::Beginning`] (of the number) or
    /// [`Condition::Telephone`] fails when one of them has had its tries in this period.
    pub async fn count_find(
        &self,
        device: VisitorId,
        name: &OrderName,
        telephone: &str,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let tried = [
            (Condition::Beginning, format!("FIND#{name}"), finding::TRIES_OF_A_NUMBER),
            (Condition::Telephone, format!("FIND#{telephone}"), finding::TRIES_OF_A_TELEPHONE),
        ];
        self.count_tries(device, tried, now).await
    }

    /// Counts a try to prove that one knows an order's telephone. `false`: there were enough in this
    /// period. One write.
    pub async fn count_proof(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(one_more_try(&format!("PROOF#{order}"), PROOFS, now)).await
    }

    async fn count_tries(
        &self,
        device: VisitorId,
        tried: impl IntoIterator<Item = (Condition, String, u32)>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let of_device =
            (Condition::Device, format!("VISITOR#{device}"), bookmark::TRIES_OF_A_DEVICE);
        let mut commit = Commit::default();
        for (condition, of, most) in [of_device].into_iter().chain(tried) {
            commit.add(condition, Ok(one_more_try(&of, most, now)));
        }
        self.commit(commit).await
    }
}

pub(crate) fn one_more_try(of: &str, most: u32, now: Timestamp) -> Write {
    let (period, end) = bookmark::period(now);
    Write::update(&key::tries(of, period), "SET expires = :end ADD tries :one")
        .only_if("attribute_not_exists(tries) OR tries < :most")
        .value(":end", number(end.as_second()))
        .value(":one", number(1))
        .value(":most", number(most))
}
