//! The log: one JSON object a line, with the RFC 3339 `timestamp` and the `level` that Lambda's own
//! filtering looks for, and the `function` that writes it.
//!
//! A message is a constant sentence; what varies stands in fields with dotted names and units.
//! Never logged: a name, an address, a letter, a key, a whole request.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
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

use crate::{
    invocation,
    metrics::{self, Metric},
};

#[derive(Debug)]
struct Rfc3339;

impl FormatTime for Rfc3339 {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{:.3}", Timestamp::now())
    }
}

/// Writes each event as JSON, with the name of the function and of the invocation in front. A line
/// of level ERROR counts as a fault, and one of [`metrics`] is a metric.
#[derive(Debug)]
pub struct Stamped {
    function: &'static str,
    /// The stack that the function belongs to.
    stack: String,
    json: Format<Json, Rfc3339>,
}

impl Stamped {
    /// The format of a function. `deployed`: its deployed name, `gongganmunhak-live-knock`.
    pub fn new(function: &'static str, deployed: &str) -> Self {
        let stack = deployed.strip_suffix(function).map_or(deployed, |rest| rest.trim_matches('-'));
        let json = Format::default()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_target(false)
            .with_timer(Rfc3339);
        Self { function, stack: stack.to_owned(), json }
    }

    /// The metrics of an event.
    fn measured(&self, event: &Event<'_>) -> Vec<(Metric, u64)> {
        if event.metadata().target() == metrics::TARGET {
            let mut read = Measured::default();
            event.record(&mut read);
            return read.metric.map(|metric| (metric, read.value)).into_iter().collect();
        }
        if *event.metadata().level() == Level::ERROR {
            return metrics::faults(self.function);
        }
        Vec::new()
    }
}

/// Metric and value of an event.
#[derive(Default)]
struct Measured {
    metric: Option<Metric>,
    value: u64,
}

impl Visit for Measured {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "metric" {
            self.metric = Metric::ALL.iter().copied().find(|metric| metric.name() == value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
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
        let rest = line.strip_prefix('{').unwrap_or(&line);
        // The name is a folder of `functions/`: nothing in it needs escaping.
        write!(writer, "{{\"function\":\"{}\",", self.function)?;
        let mut fields = invocation::fields();
        let measured = self.measured(event);
        if !measured.is_empty() {
            fields.extend(metrics::embedded(&self.stack, Timestamp::now(), &measured));
        }
        for (name, value) in fields {
            let name = Value::String(name);
            // A line that names its order itself knows better.
            if !rest.contains(&format!(",{name}:")) {
                write!(writer, "{name}:{value},")?;
            }
        }
        writer.write_str(rest)
    }
}

/// Starts the log of the deployed function `function`. The level is `AWS_LAMBDA_LOG_LEVEL`, which
/// Lambda sets from `LoggingConfig` in the template.
pub fn start(function: &'static str) {
    let level =
        std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse::<Level>().ok());
    let deployed = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let layer = tracing_subscriber::fmt::layer()
        .event_format(Stamped::new(function, &deployed))
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

    use serde_json::json;

    use super::*;
    use crate::{Clock, Invocation};

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

    /// What a function writes, without the time.
    fn written(function: &'static str, write: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let writer = lines.clone();
        let deployed = format!("gongganmunhak-live-{function}");
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Stamped::new(function, &deployed))
            .fmt_fields(JsonFields::new())
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, write);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| {
                assert!(line.starts_with(&format!(r#"{{"function":"{function}","#)), "{line}");
                let mut line: Value = serde_json::from_str(line).unwrap();
                let at = line.as_object_mut().unwrap().remove("timestamp").unwrap();
                at.as_str().unwrap().parse::<Timestamp>().unwrap();
                if let Some(aws) = line.get_mut("_aws").and_then(Value::as_object_mut) {
                    assert!(aws.remove("Timestamp").unwrap().is_i64());
                }
                line
            })
            .collect()
    }

    #[test]
    fn every_line_carries_the_function() {
        let lines = written("knock", || {
            tracing::warn!(order = "1", error.message = "it is \"late\"", "message is tried again");
            tracing::info!("order paid");
        });
        let wanted = [
            json!({
                "function": "knock", "level": "WARN", "message": "message is tried again",
                "order": "1", "error.message": "it is \"late\""
            }),
            json!({ "function": "knock", "level": "INFO", "message": "order paid" }),
        ];
        assert_eq!(lines, wanted);
    }

    #[tokio::test]
    async fn a_line_carries_its_invocation_and_its_own_order_once() {
        let invocation = Invocation { request_id: "r\"1".into(), ..Invocation::default() };
        let lines = invocation
            .run(
                &Clock::system(),
                invocation::about(Some("of the batch".into()), Some("m.1".into()), async {
                    written("ship", || {
                        tracing::info!("first");
                        tracing::info!(order = "its own", "second");
                    })
                }),
            )
            .await;
        let line = |order: &str, message: &str| {
            json!({
                "function": "ship", "request_id": "r\"1", "message.id": "m.1", "order": order,
                "level": "INFO", "message": message
            })
        };
        assert_eq!(lines, [line("of the batch", "first"), line("its own", "second")]);
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
    #[test]
    fn metrics_and_errors_are_written_in_the_embedded_format() {
        let lines = written("refund", || {
            metrics::count(Metric::WonOut, 2_000);
            tracing::error!("refund waits for the owner");
        });
        let aws = |metrics: Value| {
            json!({ "CloudWatchMetrics": [{
                "Namespace": "Gongganmunhak", "Dimensions": [["Stack"]], "Metrics": metrics
            }] })
        };
        let wanted = [
            json!({
                "function": "refund", "level": "INFO", "message": "measured",
                "metric": "WonOut", "value": 2_000,
                "Stack": "gongganmunhak-live", "WonOut": 2_000,
                "_aws": aws(json!([{ "Name": "WonOut", "Unit": "None" }]))
            }),
            json!({
                "function": "refund", "level": "ERROR", "message": "refund waits for the owner",
                "Stack": "gongganmunhak-live", "Faults": 1, "MoneyFaults": 1,
                "_aws": aws(json!([
                    { "Name": "Faults", "Unit": "Count" },
                    { "Name": "MoneyFaults", "Unit": "Count" }
                ]))
            }),
        ];
        assert_eq!(lines, wanted);
    }
}
