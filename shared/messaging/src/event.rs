//! The one wrapper of functions that an event starts: it makes the state once and hands it on.

use std::{future::Future, pin::Pin, sync::Arc};

use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use platform::{Init, Invocation, LazyState, Platform};

/// A run in progress. Boxed: avoids the type-depth limit.
pub type Run<A> = Pin<Box<dyn Future<Output = Result<A, Error>> + Send>>;

/// A function as a service from event to answer. The first call makes the state, later calls of a
/// warm environment share it.
pub fn on_event<R, E, A, H, F>(
    platform: Platform,
    handle: H,
) -> impl Service<LambdaEvent<E>, Response = A, Error = Error, Future = Run<A>> + Clone + Send + 'static
where
    R: Init,
    E: Send + 'static,
    A: 'static,
    H: Fn(Arc<R>, E) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<A, Error>> + Send + 'static,
{
    let clock = platform.clock.clone();
    let state = Arc::new(LazyState::<R>::new(platform));
    service_fn(move |event: LambdaEvent<E>| {
        let (state, handle, clock) = (Arc::clone(&state), handle.clone(), clock.clone());
        let LambdaEvent { payload, context } = event;
        let invocation = Invocation::of(&context);
        let work = async move {
            let done = match state.get().await {
                Ok(state) => handle(state, payload).await,
                Err(why) => Err(why.into()),
            };
            if let Err(error) = &done {
                tracing::error!(error.message = %error, "invocation failed");
            }
            done
        };
        Box::pin(async move { invocation.run(&clock, work).await }) as Run<A>
    })
}
