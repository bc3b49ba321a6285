//! The poem that the house made of a walk, as pages show it.

use domain::{
    base::text::Language,
    walk::keepsake::{self, Keepsake},
};
use maud::{Markup, html};

/// The poem: a line of each room, the name below, and the sources in small print.
pub fn figure(keepsakes: &[Keepsake], pen_name: Option<&str>, language: Language) -> Markup {
    html! { figure.verse id="cento" { (lines(keepsakes, pen_name, language)) } }
}

/// The poem of an earlier walk, of which a page may show several.
pub fn earlier(keepsakes: &[Keepsake], pen_name: Option<&str>, language: Language) -> Markup {
    html! { figure.verse data-earlier { (lines(keepsakes, pen_name, language)) } }
}

fn lines(keepsakes: &[Keepsake], pen_name: Option<&str>, language: Language) -> Markup {
    html! {
        @for keepsake in keepsakes {
            @match &keepsake.line {
                Some(line) => (line.text.in_language(language)),
                None => (keepsake::UNWRITTEN),
            }
            "\n"
        }
        @if let Some(pen_name) = pen_name { "\n— " (pen_name) }
        @for line in keepsakes.iter().filter_map(|keepsake| keepsake.line.as_ref()) {
            cite { (line.source.in_language(language)) }
        }
    }
}
