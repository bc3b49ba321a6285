//! The log: one JSON object a line, with the RFC 3339 `timestamp` and the `level` that Lambda's own
//! filtering looks for, and the `function` that writes it.
//!
//! A message is a constant sentence; what varies stands in fields with dotted names and units.
//! Never logged: a name, an address, a letter, a key, a whole request.

use std::fmt;

use jiff::Timestamp;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Json, JsonFields, Writer},
        time::FormatTime,
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

struct Rfc3339;

impl FormatTime for Rfc3339 {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{:.3}", Timestamp::now())
    }
}

/// Writes each event as JSON, with the name of the function in front.
struct Stamped {
    function: &'static str,
    json: Format<Json, Rfc3339>,
}

impl Stamped {
    fn new(function: &'static str) -> Self {
        let json = Format::default()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_target(false)
            .with_timer(Rfc3339);
        Self { function, json }
    }
}

impl<S, N> FormatEvent<S, N> for Stamped
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.json.format_event(context, Writer::new(&mut line), event)?;
        // The name is a folder of `functions/`: nothing in it needs escaping.
        let rest = line.strip_prefix('{').unwrap_or(&line);
        write!(writer, "{{\"function\":\"{}\",{rest}", self.function)
    }
}

/// Starts the log of the deployed function `function`. The level is `AWS_LAMBDA_LOG_LEVEL`, which
/// Lambda sets from `LoggingConfig` in the template.
pub fn start(function: &'static str) {
    let level =
        std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse::<Level>().ok());
    let layer = tracing_subscriber::fmt::layer()
        .event_format(Stamped::new(function))
        .fmt_fields(JsonFields::new());
    // A process has one log: a second start keeps the first.
    tracing_subscriber::registry()
        .with(LevelFilter::from_level(level.unwrap_or(Level::INFO)))
        .with(layer)
        .try_init()
        .ok();
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_carries_the_function() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Stamped::new("knock"))
            .fmt_fields(JsonFields::new())
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(order = "1", error.message = "it is \"late\"", "message is tried again");
            tracing::info!("order paid");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let ends: Vec<&str> = text
            .lines()
            .map(|line| line.strip_prefix(r#"{"function":"knock","timestamp":""#).unwrap())
            .map(|rest| rest.split_once(r#"Z","#).unwrap().1)
            .collect();
        assert_eq!(
            ends,
            [
                concat!(
                    r#""level":"WARN","message":"message is tried again","order":"1","#,
                    r#""error.message":"it is \"late\""}"#
                ),
                r#""level":"INFO","message":"order paid"}"#,
            ]
        );
    }
}
