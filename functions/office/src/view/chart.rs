//! A line chart of free copies and waiting orders over time, in the page's text color.

use domain::order::shop_notes::Note;
use maud::{Markup, html};

/// Size of the chart in its own units, and the distance of the lines from its upper and lower edge.
const WIDTH: i64 = 640;
const HEIGHT: i64 = 150;
const EDGE: i64 = 12;
/// Space at the right for the last values.
const MARGIN: i64 = 44;

pub(crate) fn draw(notes: &[Note]) -> Markup {
    let (Some(first), Some(last)) = (notes.first(), notes.last()) else { return html! {} };
    let length = (last.at.as_second() - first.at.as_second()).max(1);
    let most =
        notes.iter().map(|note| note.free.max(note.waiting)).max().unwrap_or_default().max(1);
    let place = |note: &Note, figure: u32| {
        let across = (note.at.as_second() - first.at.as_second()) * (WIDTH - MARGIN) / length;
        let up = i64::from(figure) * (HEIGHT - 2 * EDGE) / i64::from(most);
        (across, HEIGHT - EDGE - up)
    };
    let line = |of: fn(&Note) -> u32| -> String {
        let points = notes.iter().map(|note| {
            let (x, y) = place(note, of(note));
            format!("{x},{y}")
        });
        points.collect::<Vec<_>>().join(" ")
    };
    let (free, waiting) = (place(last, last.free), place(last, last.waiting));
    // Labels that would overlap are moved apart.
    let apart = if (free.1 - waiting.1).abs() < 16 { 8 } else { 0 };
    let lift = if free.1 <= waiting.1 { -apart } else { apart };
    html! {
        svg role="img" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-label=(format!(
            "서가에 남은 책 {}권에서 {}권으로, 기다리는 일 {}건에서 {}건으로",
            first.free, last.free, first.waiting, last.waiting
        )) {
            line x1="0" x2=(WIDTH - MARGIN) y1=(HEIGHT - EDGE) y2=(HEIGHT - EDGE)
                stroke="currentColor" stroke-width=".5" {}
            polyline points=(line(|note| note.free))
                fill="none" stroke="currentColor" stroke-width="2.5" {}
            polyline points=(line(|note| note.waiting))
                fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 4" {}
            text x=(free.0 + 6) y=(free.1 + 5 + lift)
                fill="currentColor" font-size="15" { (last.free) }
            text x=(waiting.0 + 6) y=(waiting.1 + 5 - lift)
                fill="currentColor" font-size="15" { (last.waiting) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_lead_from_the_first_note_to_the_last() {
        let note = |hour: i64, free, waiting| Note {
            at: jiff::Timestamp::from_second(hour * 3600).unwrap(),
            free,
            waiting,
        };
        let svg = draw(&[note(0, 10, 0), note(1, 10, 2), note(2, 5, 4)]).into_string();
        assert!(svg.contains(r#"points="0,12 298,12 596,75""#), "{svg}");
        assert!(svg.contains(r#"points="0,138 298,113 596,88""#), "{svg}");
        assert!(
            svg.contains("서가에 남은 책 10권에서 5권으로, 기다리는 일 0건에서 4건으로"),
            "{svg}"
        );
        assert_eq!(draw(&[]).into_string(), "");
    }
}
