//! The version of the rooms that a visitor walks. The version built into the program needs no read;
//! any other is read once and cached while the function is warm.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    riddle::content::RoomSet,
    walk::{
        content_version::Head,
        draft::{Draft, DraftForm},
        session::Session,
        visit::Visit,
    },
};
use jiff::Timestamp;
use store::{Store, Versioned, VisitAndDraft};

use crate::{AppState, Refusal, riddle};

/// A version of the rooms.
#[derive(Debug, Clone)]
pub enum ContentVersion {
    /// Built into the program.
    BuiltIn(&'static RoomSet),
    /// Read from the table, or the built-in version with answers that were accepted later.
    Loaded(Arc<RoomSet>),
}

impl Deref for ContentVersion {
    type Target = RoomSet;

    fn deref(&self) -> &RoomSet {
        match self {
            Self::BuiltIn(rooms) => rooms,
            Self::Loaded(rooms) => rooms,
        }
    }
}

/// The versions that this function has read, by name and number of accepted answers. That number
/// only grows, so a newer head is never served from an older entry.
#[derive(Debug, Clone, Default)]
pub struct ContentCache(Arc<Mutex<BTreeMap<(String, usize), ContentVersion>>>);

/// Most versions that are cached. Visitors walk the current one, and the one before it for a while.
const CAPACITY: usize = 8;

/// A visitor's walk and the rooms of its version.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The visit as it was read.
    pub visit: Versioned<Visit>,
    /// The version that the visit began in.
    pub rooms: ContentVersion,
}

/// A visitor at the door.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Their visit, if they have one.
    pub visit: Option<Versioned<Visit>>,
    /// The version that they walk, or would enter.
    pub rooms: ContentVersion,
    /// The version that another walk would enter.
    pub newest: ContentVersion,
}

impl ContentCache {
    /// A version, with the answers that the head accepts. At most one read.
    ///
    /// A version that was not stored (its program ran for less than five minutes) or that this
    /// program cannot parse is answered with the built-in one, so its visitors can walk on.
    async fn get(
        &self,
        version: &str,
        head: &Head,
        store: &Store,
    ) -> Result<ContentVersion, Refusal> {
        let built_in = riddle::built_in()?;
        if head.accepted.is_empty() && version == built_in.version() {
            return Ok(ContentVersion::BuiltIn(built_in));
        }
        let key = (version.to_owned(), head.accepted.len());
        if let Some(cached) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(cached.clone());
        }
        let stored =
            if version == built_in.version() { None } else { store.content(version).await? };
        let loaded = stored.and_then(|content| {
            RoomSet::load(&content.files())
                .inspect_err(|error| {
                    tracing::error!(version, error.message = %error, "content version not parsed");
                })
                .ok()
        });
        let rooms = loaded.unwrap_or_else(|| built_in.clone());
        let rooms = ContentVersion::Loaded(Arc::new(rooms.accepting(&head.accepted)));
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.len() >= CAPACITY {
            cached.pop_first();
        }
        cached.insert(key, rooms.clone());
        Ok(rooms)
    }
}

/// The visit that a session shows.
///
/// # Errors
///
/// [`Refusal::NoSession`] if there is none, [`Refusal::SessionEnded`] if the session was ended.
pub fn admitted(
    visit: Option<Versioned<Visit>>,
    session: Session,
) -> Result<Versioned<Visit>, Refusal> {
    let visit = visit.ok_or(Refusal::NoSession)?;
    if visit.value.admits(session) { Ok(visit) } else { Err(Refusal::SessionEnded) }
}

impl AppState {
    /// A visitor's walk. One read while the function is warm.
    ///
    /// # Errors
    ///
    /// Those of [`admitted`].
    pub async fn walk(&self, session: Session) -> Result<Walk, Refusal> {
        let (visit, head) = self.store.visit_and_head(session.visitor).await?;
        let visit = admitted(visit, session)?;
        let rooms = self.content.get(&visit.value.version, &head.value, &self.store).await?;
        Ok(Walk { visit, rooms })
    }

    /// A visitor's walk, and what they have typed into a form and not sent. One read while the
    /// function is warm.
    ///
    /// # Errors
    ///
    /// Those of [`admitted`].
    pub async fn walk_and_draft(
        &self,
        session: Session,
        form: DraftForm,
        now: Timestamp,
    ) -> Result<(Walk, Option<Draft>), Refusal> {
        let VisitAndDraft { visit, head, draft } =
            self.store.visit_and_draft(session.visitor, form).await?;
        let visit = admitted(visit, session)?;
        let rooms = self.content.get(&visit.value.version, &head.value, &self.store).await?;
        let draft = draft.filter(|draft| draft.is_for(&visit.value, now));
        Ok((Walk { visit, rooms }, draft))
    }

    /// A visitor's visit if there is one that the session still shows, the rooms that they walk or
    /// would enter, and those that another walk would enter. One read while the function is warm.
    pub async fn arrival(&self, session: Option<Session>) -> Result<Arrival, Refusal> {
        let (visit, head) = match session {
            Some(session) => {
                let (visit, head) = self.store.visit_and_head(session.visitor).await?;
                (visit.filter(|visit| visit.value.admits(session)), head)
            }
            // A stranger sees the door and the prices even while the table is unavailable.
            None => (
                None,
                self.store.head().await.unwrap_or_else(|error| {
                    tracing::warn!(error.message = %error, "content head not read");
                    Versioned::new(Head::default())
                }),
            ),
        };
        let current = head.value.current().unwrap_or(riddle::built_in()?.version());
        let version = visit.as_ref().map_or(current, |visit| &visit.value.version);
        let rooms = self.content.get(version, &head.value, &self.store).await?;
        // Previews stay in their version, and a walk under way needs no other one.
        let newest = match &visit {
            Some(Versioned { value: visit, .. })
                if !visit.preview && visit.version != current && !visit.orders.is_empty() =>
            {
                self.content.get(current, &head.value, &self.store).await?
            }
            _ => rooms.clone(),
        };
        Ok(Arrival { visit, rooms, newest })
    }

    /// A version by its name, for the owner's preview. At most two reads.
    pub async fn content_version(&self, version: &str) -> Result<ContentVersion, Refusal> {
        let head = self.store.head().await?;
        self.content.get(version, &head.value, &self.store).await
    }
}
