//! 두드림: a riddle room whose answer is the rhythm of a printed verse, tapped or written.

use std::sync::Arc;

use domain::base::text::Language;
use maud::{Markup, html};
use web::{
    AppState, Drawing, Refusal, Reply, Request,
    riddle::{self, RiddlePage},
};

const PAGE: RiddlePage = RiddlePage {
    room: "knock",
    drawing: Drawing::Knocker,
    script: Some(include_str!("tap.js")),
    field_extra: knocker,
};

/// Serves `/knock`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    riddle::serve(app, request, PAGE).await
}

/// The button to tap, hidden until the script shows it. Without script the rhythm is written.
fn knocker(language: Language) -> Markup {
    let ko = language == Language::Ko;
    html! {
        div id="knocker" hidden {
            button.quiet type="button" id="tap" {
                @if ko { "여기를 두드리시오" } @else { "Knock here" }
            }
            p.tapped {
                span aria-live="polite" {
                    span id="heard" { "0" }
                    @if ko { "번 두드리셨소" } @else { " knocks" }
                }
                button.quiet type="button" id="again" {
                    @if ko { "처음부터" } @else { "Start again" }
                }
            }
        }
        span.hint {
            @if ko {
                "두드리거나, 짧은 것은 점(.), 긴 것은 줄(-)로 적어도 됩니다. 보기: ··— ··—"
            } @else {
                "Knock, or write it: a dot for short, a dash for long, as in ··— ··—"
            }
        }
    }
}
