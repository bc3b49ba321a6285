//! The rooms as a funnel: for each room a bar as long as many came in, and in it, darker, who went
//! on. To be saved as a file and opened.

use domain::{riddle::content::Room, walk::funnel::Tally};
use maud::html;

/// Width of the longest bar, in the drawing's units, and the height of a room's row.
const WIDEST: u64 = 400;
const ROW: u64 = 36;

/// The drawing as SVG text.
pub(crate) fn draw(rooms: &[(&Room, Tally)]) -> String {
    let most = rooms.iter().map(|(_, tally)| tally.entered).max().unwrap_or_default().max(1);
    let height = ROW * u64::try_from(rooms.len()).unwrap_or_default();
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 560 {height}")) font-family="serif" font-size="14" fill="#1d1a16" {
            @for ((room, tally), row) in rooms.iter().zip(0_u64..) {
                @let y = row * ROW;
                text x="0" y=(y + 23) { (room.title.ko) }
                rect x="80" y=(y + 6) width=(tally.entered * WIDEST / most) height="24" fill="#cfc5b2" {}
                rect x="80" y=(y + 6) width=(tally.entered.saturating_sub(tally.left()) * WIDEST / most) height="24" fill="#9c2a1f" {}
                text x=(90 + tally.entered * WIDEST / most) y=(y + 23) { (tally.entered) }
            }
        }
    }
    .into_string()
}
