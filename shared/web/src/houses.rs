//! The version of the house that a visitor walks: the program's own without asking, any other read
//! once and kept while the function is warm.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    base::id::VisitorId,
    riddle::content::RoomSet,
    walk::{content_version::Head, visit::Visit},
};
use store::{Store, Versioned};

use crate::{AppState, Refusal, riddle};

/// A version of the house.
#[derive(Debug, Clone)]
pub enum Edition {
    /// The one that is part of the program.
    BuiltIn(&'static RoomSet),
    /// One that the owner loaded, or the program's own with answers accepted after the fact.
    Read(Arc<RoomSet>),
}

impl Deref for Edition {
    type Target = RoomSet;

    fn deref(&self) -> &RoomSet {
        match self {
            Self::BuiltIn(house) => house,
            Self::Read(house) => house,
        }
    }
}

/// The versions that this function has read. Each is kept under its name and the number of answers
/// accepted since: those only ever grow, so that a newer head is never answered with an older
/// house.
#[derive(Debug, Clone, Default)]
pub struct Houses(Arc<Mutex<BTreeMap<(String, usize), Edition>>>);

/// Versions kept at most: visitors walk one, and for a while the one before.
const KEPT: usize = 8;

/// Somebody's walk, and the house they walk.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The walk as it was read.
    pub visit: Versioned<Visit>,
    /// The version they entered.
    pub house: Edition,
}

impl Houses {
    /// A version with what the head says of it. No call if it is the program's own or was read
    /// before; otherwise one read.
    ///
    /// A version that nobody kept, as that of a program which was here for less than five minutes,
    /// and one that this program can not read, are answered with the program's own: whoever walked
    /// it goes on in the rooms of today, and is not shut out.
    async fn of(&self, version: &str, head: &Head, store: &Store) -> Result<Edition, Refusal> {
        let built_in = riddle::built_in()?;
        if head.accepted.is_empty() && version == built_in.version() {
            return Ok(Edition::BuiltIn(built_in));
        }
        let name = (version.to_owned(), head.accepted.len());
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(known.clone());
        }
        let stored =
            if version == built_in.version() { None } else { store.content(version).await? };
        let read = stored.and_then(|content| {
            RoomSet::load(&content.files())
                .inspect_err(|error| {
                    tracing::error!(version, error.message = %error, "version of the house not read");
                })
                .ok()
        });
        let house = read.unwrap_or_else(|| built_in.clone());
        let edition = Edition::Read(Arc::new(house.accepting(&head.accepted)));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_first();
        }
        kept.insert(name, edition.clone());
        Ok(edition)
    }
}

impl AppState {
    /// The walk of a visitor, in the house they entered. One read while the function is warm.
    pub async fn walk(&self, visitor: VisitorId) -> Result<Option<Walk>, Refusal> {
        let (visit, head) = self.store.visit_and_head(visitor).await?;
        let Some(visit) = visit else { return Ok(None) };
        let house = self.houses.of(&visit.value.house, &head.value, &self.store).await?;
        Ok(Some(Walk { visit, house }))
    }

    /// The walk of a visitor if there is one, and otherwise the house that they would enter. One
    /// read while the function is warm.
    pub async fn walk_or_house(
        &self,
        visitor: Option<VisitorId>,
    ) -> Result<(Option<Versioned<Visit>>, Edition), Refusal> {
        let (visit, head) = match visitor {
            Some(visitor) => self.store.visit_and_head(visitor).await?,
            // Somebody who is not known sees the door and its prices even while the table does not
            // answer.
            None => (
                None,
                self.store.head().await.unwrap_or_else(|error| {
                    tracing::warn!(error.message = %error, "head of the house not read");
                    Versioned::new(Head::default())
                }),
            ),
        };
        let built_in = riddle::built_in()?.version();
        let version = match &visit {
            Some(visit) => visit.value.house.as_str(),
            None => head.value.current().unwrap_or(built_in),
        };
        let house = self.houses.of(version, &head.value, &self.store).await?;
        Ok((visit, house))
    }

    /// A version by its name, for the owner's preview. Two reads at most.
    pub async fn edition(&self, version: &str) -> Result<Edition, Refusal> {
        let head = self.store.head().await?;
        self.houses.of(version, &head.value, &self.store).await
    }
}
