//! The funnel of the rooms: for each room a bar for the visitors who entered it, and over it a darker
//! one for those who went on.

use admin::Show;
use maud::{Markup, html};
use serde_json::Value;

/// Width of the longest bar and height of a row, in the drawing's units.
const WIDEST: u64 = 400;
const ROW: u64 = 36;

/// The funnel of the rooms among these shows; nothing if nobody has entered one.
pub(crate) fn draw(shows: &[Show]) -> Markup {
    let of = |show: &Show, name: &str| show.data.get(name).and_then(Value::as_u64).unwrap_or(0);
    let rooms: Vec<(&str, u64, u64)> = shows
        .iter()
        .filter(|show| show.kind == "room")
        .map(|show| {
            let entered = of(show, "entered");
            (show.title.as_str(), entered, entered.saturating_sub(of(show, "left")))
        })
        .collect();
    let most = rooms.iter().map(|(_, entered, _)| *entered).max().unwrap_or_default();
    if most == 0 {
        return html! {};
    }
    let height = ROW * u64::try_from(rooms.len()).unwrap_or_default();
    html! {
        figure.plot {
            svg role="img" viewBox=(format!("0 0 560 {height}")) font-size="16"
                aria-label="방마다 들어온 손님과 더 간 손님" fill="currentColor" {
                @for ((name, entered, went_on), row) in rooms.iter().zip(0_u64..) {
                    @let y = row * ROW;
                    text x="0" y=(y + 23) { (name) }
                    rect x="96" y=(y + 6) width=(entered * WIDEST / most) height="24" opacity=".2" {}
                    rect x="96" y=(y + 6) width=(went_on * WIDEST / most) height="24" {}
                    text x=(106 + entered * WIDEST / most) y=(y + 23) { (entered) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bars_are_as_long_as_their_rooms_are_full() {
        let room = |name: &str, entered, left| {
            Show::new("room", name, json!({ "entered": entered, "left": left }))
        };
        let svg = draw(&[room("두드림", 4, 2), room("서재", 2, 0)]).into_string();
        assert!(
            svg.contains(r#"width="400" height="24" opacity"#) && svg.contains("두드림"),
            "{svg}"
        );
        assert!(svg.contains(r#"width="200" height="24"></rect>"#), "{svg}");
        assert_eq!(draw(&[room("두드림", 0, 0)]).into_string(), "");
    }
}
