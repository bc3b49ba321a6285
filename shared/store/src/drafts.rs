//! Drafts: what was typed into a form and not sent. A draft lies under its visitor, so that it is
//! found on every device of the visit, and the table deletes it when it has ended.

use domain::{
    base::id::VisitorId,
    order::Order,
    walk::{
        content_version::Head,
        draft::{Draft, DraftForm, LastAddress},
        visit::Visit,
    },
};

use crate::{
    Commit, Condition, Store, StoreError, Versioned,
    item::{from_item, number, to_item},
    key,
    table::Write,
};

const KIND: &str = "draft";

/// What a page with a draft reads.
#[derive(Debug)]
pub struct VisitAndDraft {
    /// The visit.
    pub visit: Option<Versioned<Visit>>,
    /// The head of the content versions.
    pub head: Versioned<Head>,
    /// The draft as it lies in the table; it may have ended.
    pub draft: Option<Draft>,
}

impl Store {
    /// A visit, the head, and the draft of a form. One read.
    pub async fn visit_and_draft(
        &self,
        id: VisitorId,
        form: DraftForm,
    ) -> Result<VisitAndDraft, StoreError> {
        let (visit, head, draft) = (key::visit(id), key::head(), key::draft(id, form));
        let mut items = self.read_many([visit.clone(), head.clone(), draft.clone()]).await?;
        let visit = items.remove(&visit.to_string()).map(from_item).transpose()?;
        let head = items.remove(&head.to_string()).map(from_item).transpose()?;
        let draft: Option<Versioned<Draft>> =
            items.remove(&draft.to_string()).map(from_item).transpose()?;
        Ok(VisitAndDraft {
            visit,
            head: head.unwrap_or_else(|| Versioned::new(Head::default())),
            draft: draft.map(|draft| draft.value),
        })
    }
}

impl Commit {
    /// Keeps a draft. The last one that is saved stands.
    pub fn draft(visitor: VisitorId, form: DraftForm, draft: &Draft) -> Self {
        Self::plainly(Condition::Draft, draft_put(visitor, form, draft))
    }

    /// Forgets what the counter would be filled with: the address of the latest order, and the
    /// draft.
    pub fn no_address(visitor: VisitorId) -> Self {
        let mut commit = Self::one(Condition::Draft, Ok(draft_gone(visitor, DraftForm::Counter)));
        let gone = Write::delete(&key::last_address(visitor));
        commit.add(Condition::Draft, Ok(gone));
        commit
    }
}

fn draft_put(visitor: VisitorId, form: DraftForm, draft: &Draft) -> Result<Write, StoreError> {
    let mut item = to_item(&key::draft(visitor, form), KIND, &Versioned::new(draft.clone()))?;
    item.insert("expires".to_owned(), number(draft.until().as_second()));
    Ok(Write::put(item))
}

pub(crate) fn draft_gone(visitor: VisitorId, form: DraftForm) -> Write {
    Write::delete(&key::draft(visitor, form))
}

/// Keeps the address of an order for the next one.
pub(crate) fn last_address_put(order: &Order) -> Result<Write, StoreError> {
    let last = LastAddress { address: order.address.clone(), at: order.changed_at };
    let until = last.until();
    let mut item = to_item(&key::last_address(order.visitor), "recipient", &Versioned::new(last))?;
    item.insert("expires".to_owned(), number(until.as_second()));
    Ok(Write::put(item))
}
