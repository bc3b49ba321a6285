//! The log: one JSON object a line, with the RFC 3339 `timestamp` and the `level` that Lambda's own
//! filtering looks for. Constant messages, dotted field names, units in names. Never a name, an
//! address, a letter, a key or a whole request.

use std::fmt;

use jiff::Timestamp;
use tracing::Level;
use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{format::Writer, time::FormatTime},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

struct Rfc3339;

impl FormatTime for Rfc3339 {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{:.3}", Timestamp::now())
    }
}

/// Starts the log of a deployed function. The level is `AWS_LAMBDA_LOG_LEVEL`, set by
/// `LoggingConfig` in the template.
pub fn start() {
    let level =
        std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse::<Level>().ok());
    let layer = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_timer(Rfc3339);
    // A second start (in a test) is no error: the first log stays.
    tracing_subscriber::registry()
        .with(LevelFilter::from_level(level.unwrap_or(Level::INFO)))
        .with(layer)
        .try_init()
        .ok();
}
