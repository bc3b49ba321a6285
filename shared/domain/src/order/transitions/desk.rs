//! Orders on the owner's desk.

use jiff::Timestamp;

use crate::{
    base::calendar,
    catalog::selection::{Choice, Proposal},
    order::{
        BlockedOn, Order, State, Step, TransitionError,
        desk::DeskEntry,
        message::{Notice, Task},
    },
};

impl Order {
    /// Puts proposals on the owner's desk. New ones replace the old.
    ///
    /// # Errors
    /// If the order is neither [`State::Paid`] nor [`State::Choosing`].
    pub fn proposed(
        self,
        proposals: Vec<Proposal>,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut order = self.choosing(Some(BlockedOn::OwnerPick), now)?;
        order.changed_at = now;
        order.desk = Some(DeskEntry { proposals, ..order.desk.unwrap_or_default() });
        Ok(order)
    }

    /// The owner puts the order off until tomorrow ("오늘은 없음"). The reader is notified the first
    /// time. Idempotent within one day.
    ///
    /// # Errors
    /// If the order does not wait for the owner's pick.
    pub fn none_today(mut self, now: Timestamp) -> Result<Step, TransitionError> {
        if self.state != State::Choosing || self.blocked_on != Some(BlockedOn::OwnerPick) {
            return Err(TransitionError::NoSuchTransition {
                from: self.state,
                to: State::Choosing,
            });
        }
        let today = calendar::today(now);
        let tomorrow = today.tomorrow().unwrap_or(today);
        let desk = self.desk.get_or_insert_default();
        if desk.rests_until == Some(tomorrow) {
            return Ok(Step::quiet(self));
        }
        desk.rests_until = Some(tomorrow);
        let tell = !std::mem::replace(&mut desk.told, true);
        self.changed_at = now;
        let tasks: &[Task] = if tell { &[Task::Notify { notice: Notice::Later }] } else { &[] };
        Ok(self.with_tasks(tasks, now))
    }

    /// None of the proposals can be sent any more: asks for a new selection, which `sweep` repeats
    /// until a book is found.
    ///
    /// # Errors
    /// If the order is neither [`State::Paid`] nor [`State::Choosing`].
    pub fn out_of_books(self, now: Timestamp) -> Result<Step, TransitionError> {
        let mut order = self.choosing(Some(BlockedOn::Stock), now)?;
        order.changed_at = now;
        if let Some(desk) = &mut order.desk {
            desk.proposals.clear();
        }
        Ok(order.with_tasks(&[Task::Choose], now))
    }

    /// The owner picked a book: clears the desk entry.
    ///
    /// # Errors
    /// If the order is neither [`State::Paid`] nor [`State::Choosing`].
    pub fn picked(self, choice: Choice, now: Timestamp) -> Result<Step, TransitionError> {
        let mut order = self.choosing(None, now)?;
        order.desk = None;
        order.chosen(choice, now)
    }
}
