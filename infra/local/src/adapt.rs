//! Adapts the services of the function crates to [`Function`]s, on the path that an event takes in
//! the deployed binary.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use lambda_http::{IntoResponse, Request, Service};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::function::Function;

/// A function that answers HTTP requests: the event goes through `gateway`, as in the deployed
/// function.
pub fn http<S, R, E>(service: S) -> Function
where
    S: Service<Request, Response = R, Error = E> + Clone + Send + 'static,
    S::Future: Send + 'static,
    R: IntoResponse + Send + 'static,
    E: Into<Diagnostic> + Send + 'static,
{
    let service = Mutex::new(service);
    Arc::new(move |event: Json, context: Context| {
        let answer = gateway::answer(fresh(&service), event, context);
        Box::pin(async move { answer.await.map_err(Into::into) })
    })
}

/// A function that takes an event of one type: a batch of a queue or stream, or the owner's JSON.
pub fn event<S, I, O, E>(service: S) -> Function
where
    S: Service<LambdaEvent<I>, Response = O, Error = E> + Clone + Send + 'static,
    S::Future: Future<Output = Result<O, E>> + Send + 'static,
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
    E: Into<Diagnostic> + Send + 'static,
{
    let service = Mutex::new(service);
    Arc::new(move |event: Json, context: Context| {
        let mut service = fresh(&service);
        Box::pin(async move {
            let payload: I = serde_json::from_value(event).map_err(diagnostic)?;
            let output =
                service.call(LambdaEvent::new(payload, context)).await.map_err(Into::into)?;
            serde_json::to_value(output).map_err(diagnostic)
        })
    })
}

/// A clone for each call, because the services are `Send` but not `Sync`.
fn fresh<S: Clone>(service: &Mutex<S>) -> S {
    service.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn diagnostic(error: impl std::error::Error) -> Diagnostic {
    Diagnostic { error_type: "Runtime.UnmarshalError".into(), error_message: error.to_string() }
}
