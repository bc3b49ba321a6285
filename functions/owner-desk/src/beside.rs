//! What waits beside the orders on the desk: letters, refunds that need something of the reader or of
//! the owner, books on their way back. A line for each kind, with its page.

use admin::{AdminError, AdminState, Show};
use domain::{base::calendar, order::Order};
use jiff::{Timestamp, civil::Date};
use serde_json::json;
use store::{Unread, Versioned};

/// Most letters, refunds and returns that are counted; more are "and more".
const MOST: i32 = 100;

/// What waits beside the orders on the desk.
pub(crate) struct Beside {
    unread: Unread,
    refunds: Vec<Versioned<Order>>,
    returns: Vec<Versioned<Order>>,
    given_up: usize,
}

impl Beside {
    /// Four reads at once.
    pub(crate) async fn read(state: &AdminState) -> Result<Self, AdminError> {
        let store = &state.store;
        let (unread, refunds, returns, given_up) = tokio::try_join!(
            store.unread_letters(MOST),
            store.refunds_under_way(MOST),
            store.returns_awaited(MOST),
            store.given_up(MOST),
        )?;
        Ok(Self { unread, refunds, returns, given_up: given_up.len() })
    }

    /// How many messages were sent again for a day and given up.
    pub(crate) const fn given_up(&self) -> usize {
        self.given_up
    }

    /// The lines. A stopped refund lies on the desk, `orders`.
    pub(crate) fn lines(&self, orders: &[Versioned<Order>], now: Timestamp) -> Vec<Show> {
        let Self { unread, refunds, returns, .. } = self;
        let today = calendar::today(now);
        let oldest = unread.letters.iter().map(|(_, letter)| letter.at).min();
        let letters = oldest.map(|at| oldest_letter(calendar::today(at), today));
        let stopped = orders.iter().filter(|order| order.value.has_parked_refund()).count();
        let waiting = refunds.iter().filter(|order| order.value.wants_account()).count();
        let money = [(stopped, "멈춤"), (waiting, "계좌 기다림"), (returns.len(), "돌아올 책")];
        let notes: Vec<String> = money
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{what} {count}"))
            .collect();
        let lines = [
            line(
                "편지",
                unread.letters.len(),
                letters.as_deref().unwrap_or_default(),
                "/office/letters",
            ),
            line(
                "돈",
                money.iter().map(|(count, _)| count).sum(),
                &notes.join(" · "),
                "/office/money",
            ),
        ];
        lines.into_iter().flatten().collect()
    }
}

fn line(title: &str, count: usize, note: &str, page: &str) -> Option<Show> {
    let show = Show::new("line", title, json!({ "count": count })).text(Some(note));
    (count > 0).then(|| show.page(page.to_owned()))
}

fn oldest_letter(written: Date, today: Date) -> String {
    match today.since(written).map_or(0, |days| days.get_days()) {
        days if days < 1 => "오늘 온 편지".to_owned(),
        days => format!("가장 오래된 것 {days}일 전"),
    }
}
