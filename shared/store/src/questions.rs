//! Questions to the shop. A question is a letter that waits for the owner, beside those of orders;
//! it is counted before it is put, so that questions at the same time cannot beat the limits.

use domain::{
    base::id::VisitorId,
    order::letter::{Letter, question},
    walk::draft::DraftForm,
};

use crate::{
    Commit, Condition, StoreError, VisitCommit, books, drafts, letters, table::Write,
    tries::one_more_try, visits,
};

/// A question that is being asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Under whom it lies: the visitor, or the device of somebody without a walk.
    pub asker: VisitorId,
    /// The question.
    pub letter: &'a Letter,
    /// The name that its page gave it, so that it is put once.
    pub once: &'a str,
    /// The digest of the address for the answer, if there is one.
    pub address: Option<&'a str>,
}

impl Asked<'_> {
    /// [`Condition::Once`] fails if it was asked before, [`Condition::Questions`] if there were too
    /// many. `end`: when it ends by itself.
    fn writes(
        &self,
        end: Option<i64>,
    ) -> impl Iterator<Item = (Condition, Result<Write, StoreError>)> {
        let now = self.letter.at;
        let once = books::done_put(&format!("ASK#{}", self.once), "QUESTION", now);
        let counted = [
            Some((format!("ASK#VISITOR#{}", self.asker), question::OF_A_DEVICE)),
            self.address.map(|digest| (format!("ASK#{digest}"), question::OF_AN_ADDRESS)),
            Some(("ASK#ALL".to_owned(), question::OF_ALL)),
        ];
        let tries = counted
            .into_iter()
            .flatten()
            .map(move |(of, most)| (Condition::Questions, Ok(one_more_try(&of, most, now))));
        let name = format!("question#{}", self.once);
        let letter = letters::waiting_put(self.asker, self.letter, &name, end);
        let puts = [(Condition::Once, Ok(once)), (Condition::Letter, letter)];
        puts.into_iter().chain(tries)
    }
}

impl Commit {
    /// A question of somebody without a walk.
    pub fn question(asked: &Asked<'_>) -> Self {
        let mut commit = Self::default();
        for (condition, write) in asked.writes(Some(visits::until(asked.letter.at))) {
            commit.add(condition, write);
        }
        commit
    }
}

impl VisitCommit {
    /// Asks a question, and ends its draft. The question ends with a walk that leads to no paid
    /// order, like the letters of that walk.
    #[must_use]
    pub fn asking(self, asked: &Asked<'_>) -> Self {
        let end = (!self.is_kept()).then(|| visits::until(asked.letter.at));
        let draft = Ok(drafts::draft_gone(asked.asker, DraftForm::Question));
        asked
            .writes(end)
            .chain([(Condition::Draft, draft)])
            .fold(self, |commit, (condition, write)| commit.with(condition, write))
    }
}
