//! Answers HTTP requests by invoking functions, with or without a socket.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use serde_json::Value as Json;
use tokio::task::JoinSet;

use crate::function::Failure;
use crate::gateway::{
    Arrival, MAX_BODY, MAX_EVENT, PATIENCE, Request, Response, Router, event, head_too_long,
    message, respond,
};
use crate::pump::World;
use crate::queue::uuid;

/// Routes and functions, behind one address.
#[derive(Debug)]
pub(crate) struct Host {
    router: Router,
    pub(crate) world: Arc<World>,
    port: u16,
    /// Open invocations. As on Lambda, a function continues when the client disconnects.
    under_way: Mutex<JoinSet<()>>,
}

impl Host {
    pub(crate) fn new(router: Router, world: Arc<World>, port: u16) -> Self {
        Self { router, world, port, under_way: Mutex::default() }
    }

    /// Answers a request as the HTTP API does.
    pub(crate) async fn request(&self, request: Request, from: IpAddr) -> Response {
        let mut response = self.answer(&request, from).await;
        if let Ok(id) = HeaderValue::try_from(uuid()) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    async fn answer(&self, request: &Request, from: IpAddr) -> Response {
        if head_too_long(request) {
            return message(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request Header Fields Too Large",
            );
        }
        if request.body().len() > MAX_BODY {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let Some(found) = self.router.find(request.method().as_str(), request.uri().path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let arrival =
            Arrival { at: self.world.clock.now(), from: from.to_string(), port: self.port };
        let event = event(request, &found, &arrival, &self.world.names);
        if request.body().len() > MAX_EVENT / 2 && event.to_string().len() > MAX_EVENT {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        match self.invoke(found.function, event, Some(PATIENCE)).await {
            Ok(answer) => respond(&answer),
            Err(failure) if failure.given_up => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        }
    }

    /// Invokes a function in its own task and waits for the answer.
    pub(crate) async fn invoke(
        &self,
        function: String,
        event: Json,
        patience: Option<Duration>,
    ) -> Result<Json, Failure> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let world = Arc::clone(&self.world);
        let name = function.clone();
        {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            while under_way.try_join_next().is_some() {}
            under_way.spawn(async move {
                // The receiver is gone if the client has disconnected.
                drop(send.send(world.functions.invoke(&name, event, patience).await));
            });
        }
        receive.await.unwrap_or_else(|_| {
            let (error_type, message) = ("Runtime.ExitError".into(), "the system stopped".into());
            Err(Failure { function, given_up: false, error_type, message })
        })
    }

    /// Waits for every open invocation.
    pub(crate) async fn finish(&self) {
        let mut under_way =
            std::mem::take(&mut *self.under_way.lock().unwrap_or_else(PoisonError::into_inner));
        while under_way.join_next().await.is_some() {}
    }
}
