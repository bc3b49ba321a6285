//! The funnel as SVG: for each room a bar for the visitors who entered it, and over it a darker one
//! for those who went on.

use domain::{riddle::content::Room, walk::funnel::Tally};
use maud::html;

/// Width of the longest bar and height of a row, in the drawing's units.
const WIDEST: u64 = 400;
const ROW: u64 = 36;

pub(crate) fn draw(rooms: &[(&Room, Tally)]) -> String {
    let most = rooms.iter().map(|(_, tally)| tally.entered).max().unwrap_or_default().max(1);
    let height = ROW * u64::try_from(rooms.len()).unwrap_or_default();
    let view_box = format!("0 0 560 {height}");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(view_box)
            font-family="serif" font-size="14" fill="#1d1a16" {
            @for ((room, tally), row) in rooms.iter().zip(0_u64..) {
                @let y = row * ROW;
                @let entered = tally.entered * WIDEST / most;
                @let went_on = tally.entered.saturating_sub(tally.left()) * WIDEST / most;
                text x="0" y=(y + 23) { (room.title.ko) }
                rect x="80" y=(y + 6) width=(entered) height="24" fill="#cfc5b2" {}
                rect x="80" y=(y + 6) width=(went_on) height="24" fill="#9c2a1f" {}
                text x=(90 + entered) y=(y + 23) { (tally.entered) }
            }
        }
    }
    .into_string()
}
