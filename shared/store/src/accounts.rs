//! The accounts of each day, as they were found when they were last held against the provider's.

use domain::order::reconciliation::Accounts;

use crate::{
    Store, StoreError, Versioned,
    item::{string, to_item, values},
    key,
    table::{Write, erased},
};

impl Store {
    /// Keeps what was found for a day; what was found before for the same day is replaced. One
    /// write.
    pub async fn keep_accounts(&self, accounts: &Accounts) -> Result<(), StoreError> {
        let item =
            to_item(&key::accounts(accounts.day), "accounts", &Versioned::new(accounts.clone()))?;
        self.write(Write::put(item)).await.map(drop)
    }

    /// The accounts of the last days that were looked at, newest first, at most `limit`. One read.
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
