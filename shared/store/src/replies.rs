//! A reader's reply to a letter of the owner. One transaction notes it at the owner's letter and puts
//! the reply where it waits for the owner; the visit is written with it, so that a reply that meets
//! the deletion of its reader is not left behind.

use std::collections::HashMap;

use domain::{
    order::letter::Letter,
    walk::{
        draft::{Draft, DraftForm},
        visit::Visit,
    },
};

use crate::{
    Condition, LetterId, Store, StoreError, Versioned, VisitCommit, drafts,
    item::{from_item, string},
    key, letters,
    table::{BATCH, Write},
};

/// What the page of a reply reads.
#[derive(Debug)]
pub struct ToReply {
    /// The visit.
    pub visit: Option<Versioned<Visit>>,
    /// The letter.
    pub letter: Option<Letter>,
    /// What was typed and not sent; it may have ended.
    pub draft: Option<Draft>,
}

impl LetterId {
    /// The form in which its reader replies.
    pub fn reply_form(&self) -> DraftForm {
        DraftForm::Reply(self.digest())
    }

    /// The reply to this letter, which says when it was replied to.
    pub fn reply(&self, letter: &Letter) -> Option<Self> {
        let name = reply_name(self);
        letter.replied_at.map(|at| Self::at(self.reader, letters::place(at, &name)))
    }
}

impl Store {
    /// A letter, its reader's visit and the draft of a reply. One read.
    pub async fn to_reply(&self, id: &LetterId) -> Result<ToReply, StoreError> {
        let draft = key::draft(id.reader, id.reply_form());
        let (visit, letter) = (key::visit(id.reader), id.key());
        let mut items = self.read_many([visit.clone(), letter.clone(), draft.clone()]).await?;
        let letter: Option<Versioned<Letter>> =
            items.remove(&letter.to_string()).map(from_item).transpose()?;
        let draft: Option<Versioned<Draft>> =
            items.remove(&draft.to_string()).map(from_item).transpose()?;
        Ok(ToReply {
            visit: items.remove(&visit.to_string()).map(from_item).transpose()?,
            letter: letter.map(|letter| letter.value),
            draft: draft.map(|draft| draft.value),
        })
    }

    /// What went before each of these letters that is a reply, the latest first: the letter of the
    /// owner, and the letter that it answers. One read for each 100, twice.
    pub async fn threads(
        &self,
        letters: &[(LetterId, Letter)],
    ) -> Result<HashMap<String, Vec<Letter>>, StoreError> {
        let before = |(id, letter): &(LetterId, Letter)| {
            let place = letter.replies_to.clone()?;
            Some((id.to_string(), LetterId::at(id.reader, place)))
        };
        let mut asked: Vec<(String, LetterId)> = letters.iter().filter_map(before).collect();
        let mut threads: HashMap<String, Vec<Letter>> = HashMap::new();
        // The owner's letters, then the letters that these answer.
        for _ in 0..2 {
            let mut found = HashMap::new();
            for part in asked.chunks(BATCH) {
                found.extend(self.read_many(part.iter().map(|(_, id)| id.key())).await?);
            }
            for (reply, id) in &asked {
                if let Some(item) = found.remove(&id.key().to_string()) {
                    let letter = from_item::<Letter>(item)?.value;
                    threads.entry(reply.clone()).or_default().push(letter);
                }
            }
            asked = asked
                .into_iter()
                .filter_map(|(reply, id)| id.answered().map(|id| (reply, id)))
                .collect();
        }
        Ok(threads)
    }
}

impl VisitCommit {
    /// Replies to the owner's letter `to`: that is noted there, the reply waits for the owner, and
    /// its draft ends. [`Condition::Letter`] fails if the letter has a reply or is gone.
    #[must_use]
    pub fn replying(self, to: &LetterId, reply: &Letter) -> Self {
        let noted = Write::update(&to.key(), "SET replied_at = :now")
            .only_if("attribute_exists(pk) AND attribute_not_exists(replied_at)")
            .value(":now", string(key::instant(reply.at)));
        self.with(Condition::Letter, Ok(noted))
            .with(Condition::Letter, letters::waiting_put(to.reader, reply, &reply_name(to), None))
            .with(Condition::Draft, Ok(drafts::draft_gone(to.reader, to.reply_form())))
    }
}

/// The name of the reply to a letter. It does not grow with the letters that went before.
fn reply_name(to: &LetterId) -> String {
    format!("reply#{:016x}", to.digest())
}
