//! What a line of the log belongs to: the running invocation, and within a batch the message.
//!
//! Both are task-local: the entry of a function sets the invocation ([`Invocation::run`]), the batch
//! loop the subject ([`about`]), and the log writes them into every line.

use std::{future::Future, time::Duration};

use lambda_runtime::Context;
use serde_json::{Map, Value};

use crate::{
    Clock,
    deadline::{self, Deadline},
    metrics,
};

tokio::task_local! {
    static IDS: Ids;
    static SUBJECT: Map<String, Value>;
}

/// The names of a running invocation, as its lines carry them.
#[derive(Debug, Clone, Default)]
struct Ids {
    fields: Map<String, Value>,
    shown: Option<String>,
}

/// An invocation of a function: its names and its end.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// When Lambda ends it, in milliseconds since 1970; 0 if unknown.
    pub deadline: u64,
    /// Lambda's id of the request.
    pub request_id: String,
    /// API Gateway's id of the request, which its access log and our error pages name.
    pub api_request_id: Option<String>,
    /// X-Ray's header (`Root=…;Parent=…`).
    pub trace: Option<String>,
}

impl Invocation {
    /// The invocation of a context of Lambda's runtime.
    pub fn of(context: &Context) -> Self {
        Self {
            deadline: context.deadline,
            request_id: context.request_id.clone(),
            api_request_id: None,
            trace: context.xray_trace_id.clone(),
        }
    }

    /// Runs the work of the invocation. Inside, the log names it and [`deadline::remaining`] knows
    /// its end. Work that ends close to the deadline is counted, because the next one may not end.
    pub async fn run<T>(self, clock: &Clock, work: impl Future<Output = T>) -> T {
        let deadline = Deadline::of(self.deadline, clock);
        let ids = self.ids();
        IDS.scope(
            ids,
            deadline.bounds(async {
                let whole = deadline::remaining();
                let done = work.await;
                if is_close(whole, deadline::remaining()) {
                    tracing::warn!("invocation ended close to its timeout");
                    metrics::count(metrics::Metric::NearTimeout, 1);
                }
                done
            }),
        )
        .await
    }

    fn ids(self) -> Ids {
        // `Root=1-67891233-abcdef012345678912345678;Parent=…;Sampled=0`: only the root names the
        // whole trace.
        let root = self.trace.as_deref().and_then(|trace| {
            trace.split(';').find_map(|part| part.trim().strip_prefix("Root=").map(str::to_owned))
        });
        let named = [
            ("request_id", Some(self.request_id).filter(|id| !id.is_empty())),
            ("api_request_id", self.api_request_id.clone()),
            ("trace_id", root),
        ];
        let fields = named
            .into_iter()
            .filter_map(|(name, id)| Some((name.to_owned(), Value::String(id?))))
            .collect();
        Ids { fields, shown: self.api_request_id }
    }
}

/// Whether less than a fifth of the time is left.
fn is_close(whole: Option<Duration>, left: Option<Duration>) -> bool {
    whole.zip(left).is_some_and(|(whole, left)| left.saturating_mul(5) < whole)
}

/// API Gateway's id of the request that is being answered.
pub fn api_request_id() -> Option<String> {
    IDS.try_with(|ids| ids.shown.clone()).ok().flatten()
}

/// Runs the work on one message. Inside, the log names the message and its order.
pub async fn about<T>(
    order: Option<String>,
    message: Option<String>,
    work: impl Future<Output = T>,
) -> T {
    let named = [("order", order), ("message.id", message)];
    let subject = named
        .into_iter()
        .filter_map(|(name, id)| Some((name.to_owned(), Value::String(id?))))
        .collect();
    SUBJECT.scope(subject, work).await
}

/// The fields that the running invocation and its message add to a line.
pub(crate) fn fields() -> Map<String, Value> {
    let mut fields = IDS.try_with(|ids| ids.fields.clone()).unwrap_or_default();
    fields.extend(SUBJECT.try_with(Clone::clone).unwrap_or_default());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_carries_the_names_of_invocation_and_message() {
        let invocation = Invocation {
            deadline: 0,
            request_id: "r-1".into(),
            api_request_id: Some("a-1".into()),
            trace: Some("Root=1-6789-ab;Parent=5;Sampled=0".into()),
        };
        let (fields, shown) = invocation
            .run(&Clock::system(), async {
                let fields = about(Some("O".into()), None, async { fields() }).await;
                (fields, api_request_id())
            })
            .await;
        let text = serde_json::to_string(&fields).unwrap();
        let wanted = concat!(
            r#"{"api_request_id":"a-1","order":"O","request_id":"r-1","#,
            r#""trace_id":"1-6789-ab"}"#
        );
        assert_eq!((text.as_str(), shown.as_deref()), (wanted, Some("a-1")));
        assert!(super::fields().is_empty(), "outside of an invocation");
    }

    #[test]
    fn the_last_fifth_of_the_time_is_close() {
        let seconds = |count| Some(Duration::from_secs(count));
        assert!(is_close(seconds(10), seconds(1)) && is_close(seconds(10), Some(Duration::ZERO)));
        assert!(!is_close(seconds(10), seconds(2)) && !is_close(None, None));
    }
}
