//! The daily reconciliation with the payment provider: the last finding of each day.

use domain::order::reconciliation::Accounts;
use jiff::civil::Date;

use crate::{
    Store, StoreError, Versioned,
    item::{string, to_item, values},
    key,
    table::{Write, erased},
};

impl Store {
    /// Keeps the finding of a day, in place of an earlier one. One write.
    pub async fn keep_accounts(&self, accounts: &Accounts) -> Result<(), StoreError> {
        let item =
            to_item(&key::accounts(accounts.day), "accounts", &Versioned::new(accounts.clone()))?;
        self.write(Write::put(item)).await.map(drop)
    }

    /// The findings of a day. One read.
    pub async fn accounts_of(&self, day: Date) -> Result<Option<Versioned<Accounts>>, StoreError> {
        self.read(&key::accounts(day)).await
    }

    /// The findings of a range of days, both included, oldest first. One read.
    pub async fn accounts_between(
        &self,
        first: Date,
        last: Date,
    ) -> Result<Vec<Accounts>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :accounts AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":accounts", string(key::ACCOUNTS))
            .expression_attribute_values(":first", string(key::accounts(first).sk))
            .expression_attribute_values(":last", string(key::accounts(last).sk));
        values(erased(query.send()).await?.items.into_iter().flatten())
    }

    /// The findings of the last days, newest first, at most `limit`. One read.
    pub async fn accounts(&self, limit: i32) -> Result<Vec<Accounts>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :accounts")
                .expression_attribute_values(":accounts", string(key::ACCOUNTS))
                .scan_index_forward(false)
                .limit(limit)
                .send(),
        )
        .await?;
        values(answer.items.into_iter().flatten())
    }
}
