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
    tool: knocker,
    hint: signs,
};

/// Serves `/knock`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    riddle::serve(app, request, PAGE).await
}

/// The knocker, hidden until the script puts the drawing into it. Without script the rhythm is
/// written.
fn knocker(language: Language) -> Markup {
    let ko = language == Language::Ko;
    html! {
        div id="knocker" hidden {
            button.quiet type="button" id="tap" {
                span { @if ko { "여기를 두드리시오" } @else { "Knock here" } }
            }
            p.tapped {
                span aria-live="polite" {
                    span id="none" {
                        @if ko { "아직 두드리지 않으셨소" } @else { "No knock yet" }
                    }
                    span id="some" hidden {
                        span id="heard" { "0" }
                        @if ko { "번 두드리셨소" } @else { " knocks" }
                    }
                }
                span {
                    span id="listening" hidden {
                        button.quiet type="button" id="listen" {
                            @if ko { "보기 들어 보기" } @else { "Hear the example" }
                        }
                    }
                    button.quiet type="button" id="again" {
                        @if ko { "처음부터" } @else { "Start again" }
                    }
                }
            }
        }
    }
}

fn signs(language: Language) -> Markup {
    html! {
        span.hint {
            @match language {
                Language::Ko => "두드리거나, 짧은 것은 점(.), 긴 것은 줄(-)로 적어도 됩니다. 보기: ··— ··—",
                Language::En => "Knock, or write it: a dot for short, a dash for long, as in ··— ··—",
            }
        }
    }
}
