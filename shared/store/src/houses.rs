//! The content versions: the head, which is read with every visit, and the files of each version,
//! which a warm function reads once.

use std::collections::BTreeMap;

use domain::{
    base::id::VisitorId,
    riddle::content::RoomSet,
    walk::{
        content_version::{Head, Missed},
        visit::Visit,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError,
    item::{from_item, string, to_item},
    key,
    table::{Write, erased},
};

/// The files of one version: `house.toml` and `<room>/<riddle>.toml`. Never changed once stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The version.
    pub house: String,
    /// Name and text of each file.
    pub files: BTreeMap<String, String>,
}

impl Content {
    /// The program's own version.
    pub fn built_in() -> Self {
        let files = RoomSet::built_in_files().into_iter();
        Self {
            house: RoomSet::built_in().map(RoomSet::version).unwrap_or_default().to_owned(),
            files: files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        }
    }

    /// The files in reading order: `house.toml` first.
    pub fn files(&self) -> Vec<(&str, &str)> {
        let head = |name: &str| name == "house.toml";
        let files = || self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        files()
            .filter(|(name, _)| head(name))
            .chain(files().filter(|(name, _)| !head(name)))
            .collect()
    }
}

impl Store {
    /// A visit and the head. One read.
    pub async fn visit_and_head(
        &self,
        id: VisitorId,
    ) -> Result<(Option<Versioned<Visit>>, Versioned<Head>), StoreError> {
        let (visit, head) = (key::visit(id), key::head());
        let mut items = self.read_many([visit.clone(), head.clone()]).await?;
        let visit = items.remove(&visit.to_string()).map(from_item).transpose()?;
        let head = items.remove(&head.to_string()).map(from_item).transpose()?;
        Ok((visit, head.unwrap_or_else(|| Versioned::new(Head::default()))))
    }

    /// The head. One read.
    pub async fn head(&self) -> Result<Versioned<Head>, StoreError> {
        self.read_or_default(&key::head()).await
    }

    /// The content of a version. One read.
    pub async fn content(&self, version: &str) -> Result<Option<Content>, StoreError> {
        Ok(self.read(&key::rooms(version)).await?.map(|content| content.value))
    }

    /// Keeps the content of a new version. One that is kept already stays as it is, because
    /// visitors may walk it: [`Condition::RoomSet`] fails.
    pub async fn save_content(&self, content: &Content) -> Result<(), WriteError> {
        let write = to_item(&key::rooms(&content.house), "rooms", &Versioned::new(content.clone()));
        self.commit(Commit::one(Condition::RoomSet, write.map(Write::put_new))).await
    }

    /// Stores the built-in version, so that its visitors can finish on it after a later deployment.
    /// Returns whether it was not stored before, which takes one read.
    pub async fn keep_built_in(&self) -> Result<bool, WriteError> {
        let head = self.head().await?;
        let own = RoomSet::built_in().map(RoomSet::version).unwrap_or_default();
        if head.value.kept.as_deref() == Some(own) {
            return Ok(false);
        }
        match self.save_content(&Content::built_in()).await {
            // It is kept under this name already, as after a step back to an older program.
            Ok(()) | Err(WriteError::ConditionFailed(_)) => {}
            Err(error) => return Err(error),
        }
        let kept = Head { kept: Some(own.to_owned()), ..head.value.clone() };
        match self.commit(Commit::head(&head, kept)).await {
            // If another writer was faster, the next run notes it.
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Visitors who entered since then and gave this riddle a wrong answer, with no door open yet.
    /// One read per page of the index.
    pub async fn missed(
        &self,
        room: &str,
        riddle: &str,
        since: Timestamp,
    ) -> Result<Vec<VisitorId>, StoreError> {
        let (mut visitors, mut start) = (Vec::new(), None);
        loop {
            let answer = erased(
                self.client
                    .query()
                    .table_name(&self.table)
                    .index_name(Self::DUE)
                    .key_condition_expression("waiting = :missed AND due >= :since")
                    .expression_attribute_values(
                        ":missed",
                        string(key::waiting::missed(room, riddle)),
                    )
                    .expression_attribute_values(":since", string(key::instant(since)))
                    .set_exclusive_start_key(start)
                    .send(),
            )
            .await?;
            let listed = answer.items.unwrap_or_default();
            visitors.extend(listed.iter().filter_map(key::visitor_of));
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(visitors);
            }
        }
    }
}

impl Commit {
    /// The head of the content versions.
    pub fn head(read: &Versioned<Head>, changed: Head) -> Self {
        let after = read.with(changed);
        let write = to_item(&key::head(), "head", &after);
        Self::one(Condition::RoomSet, write.map(|item| Write::put_over(item, after.version)))
    }
}

/// The keys of a visit in the index `due`, if it has a wrong answer and no open door.
pub(crate) fn waits(visit: &Visit) -> Option<(String, String)> {
    let Missed { room, riddle, entered_at } = visit.missed()?;
    Some((key::waiting::missed(room, riddle), key::instant(entered_at)))
}
