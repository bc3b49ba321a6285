//! The rank of a book in the index of its shelf: which books a selection reads first.

use jiff::civil::Date;

use super::Score;
use crate::catalog::{
    book::{Book, Sent},
    taste::Mood,
};

impl Book {
    /// The book after a copy was chosen on that day, ranked again.
    #[must_use]
    pub fn chosen_on(mut self, day: Date, mood: &Mood) -> Self {
        self.sent = Some(Sent { on: day, in_month: self.sent_in_month_of(day).saturating_add(1) });
        self.placed(day, mood)
    }

    /// The book ranked by the owner's score of that day. The days since it was last sent count in
    /// steps of 45, so that not every book has to be rewritten every day.
    #[must_use]
    pub fn placed(mut self, day: Date, mood: &Mood) -> Self {
        let (today, season) = mood.meets(&self);
        let rested = self.rested(day).map(|days| days / 45 * 45);
        let score = Score { love: self.love, today, season, rested, ..Score::default() };
        self.standing = Some(if mood.forbids(&self) { 0 } else { score.owner() });
        self
    }

    /// Its rank in the index of the shelf; a higher one is read first.
    pub fn stands(&self) -> u16 {
        self.standing.unwrap_or_else(|| Score { love: self.love, ..Score::default() }.owner())
    }
}
