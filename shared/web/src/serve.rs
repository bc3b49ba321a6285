//! Turns a function's `handle` into a Lambda service: parses the event, calls `handle`, renders the
//! response.

use std::{convert::Infallible, future::Future, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{base::text::Language, order::finding};
use jiff::Timestamp;
use lambda_http::{Body, Response, Service, http, service_fn};
use platform::{
    Clock, Init, InitError, LazyState, Platform, Random,
    metrics::{self, Metric},
};
use signing::{InvalidSignature, KeyHolder, Keys, TICKET};
use store::Store;

use crate::{
    compress,
    content::ContentCache,
    frame, headers,
    refusal::Refusal,
    reply::{Page, Reply},
    request::Request,
    shop::Shop,
};

/// The function whose readers are about to pay: that it turns one away is counted.
const PAYING: &str = "pay";

/// What a handler needs. Initialised once and kept while the function is warm.
pub trait HandlerState: Init {
    /// The part that every function has.
    fn app(&self) -> &AppState;
}

/// What every function with pages has.
#[derive(Clone)]
pub struct AppState {
    /// The table.
    pub store: Store,
    /// The shop's legal identity.
    pub shop: Shop,
    /// Signs sessions, checks tickets, makes digests.
    keys: KeyHolder,
    /// The shop's address (`PAGE_URL`), where it has one of its own.
    page_url: Option<String>,
    /// Whether forms may have files.
    uploads: bool,
    /// The clock.
    pub clock: Clock,
    /// The source of randomness.
    pub random: Random,
    /// The content versions that this function has read.
    pub content: ContentCache,
}

impl Init for AppState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        // Configuration is checked before the first call over the network.
        let (store, shop) =
            (Store::open(platform)?, Shop::from_environment(&platform.environment)?);
        let page_url = platform.environment.optional("PAGE_URL").map(ToOwned::to_owned);
        let keys = KeyHolder::open(platform).await?;
        let (clock, random, content) =
            (platform.clock.clone(), platform.random.clone(), ContentCache::default());
        Ok(Self { store, shop, keys, page_url, uploads: false, clock, random, content })
    }
}

impl AppState {
    /// The state of a function that serves the owner: it knows no secret of the shop, and takes files.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn for_the_owner(platform: &Platform) -> Result<Self, InitError> {
        let (store, shop) =
            (Store::open(platform)?, Shop::from_environment(&platform.environment)?);
        let page_url = platform.environment.optional("PAGE_URL").map(ToOwned::to_owned);
        let keys = KeyHolder::unshared(platform)?;
        let (clock, random, content) =
            (platform.clock.clone(), platform.random.clone(), ContentCache::default());
        Ok(Self { store, shop, keys, page_url, uploads: true, clock, random, content })
    }

    /// The shop's keys.
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.keys()
    }

    /// Checks the ticket of a request to read a page (its path), and says when it ends.
    ///
    /// # Errors
    /// [`InvalidSignature`] without a valid ticket.
    pub fn ticket(&self, request: &Request, page: &str) -> Result<Timestamp, InvalidSignature> {
        self.keys().verify_ticket(page, request.query.typed(TICKET), request.now)
    }

    /// Parses a request. One that was signed with a secret that this function does not know is
    /// parsed again with the keys as they are now.
    async fn read(&self, event: &lambda_http::Request) -> Result<Request, Refusal> {
        let (now, page_url) = (self.clock.now(), self.page_url.as_deref());
        let keys = self.keys.fresh(now).await;
        let request = Request::read(event, &keys, page_url, now, self.uploads)?;
        match request.session() {
            Err(Refusal::BadSession(InvalidSignature::UnknownSecret)) => {
                let keys = self.keys.newer(now).await;
                Request::read(event, &keys, page_url, now, self.uploads)
            }
            _ => Ok(request),
        }
    }
}

impl HandlerState for AppState {
    fn app(&self) -> &AppState {
        self
    }
}

/// Runs a function on Lambda. This is all that its `main` does.
pub async fn run<R, H, F>(step: &'static str, handle: H) -> Result<(), lambda_http::Error>
where
    R: HandlerState,
    H: Fn(Arc<R>, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Refusal>> + Send + 'static,
{
    platform::log::start(step);
    let platform = Platform::of_process()?;
    let clock = platform.clock.clone();
    let state = LazyState::<R>::new(platform);
    // Initialises before the first request, while nobody waits. A failure is retried and answered
    // with that request.
    state.get().await.ok();
    gateway::run(serving(step, clock, Arc::new(state), handle)).await
}

/// A function as a service, for the local run and the tests.
pub fn function<R, H, F>(
    step: &'static str,
    platform: Platform,
    handle: H,
) -> impl Service<
    lambda_http::Request,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static
where
    R: HandlerState,
    H: Fn(Arc<R>, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Refusal>> + Send + 'static,
{
    let clock = platform.clock.clone();
    serving(step, clock, Arc::new(LazyState::<R>::new(platform)), handle)
}

fn serving<R, H, F>(
    step: &'static str,
    clock: Clock,
    state: Arc<LazyState<R>>,
    handle: H,
) -> impl Service<
    lambda_http::Request,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static
where
    R: HandlerState,
    H: Fn(Arc<R>, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Reply, Refusal>> + Send + 'static,
{
    service_fn(move |event: lambda_http::Request| {
        let (state, handle, clock) = (Arc::clone(&state), handle.clone(), clock.clone());
        let invocation = gateway::invocation(&event);
        let work = async move {
            let state = match state.get().await {
                Ok(state) => state,
                Err(why) => return Ok(unavailable(step, &event, &why)),
            };
            let app = state.app();
            let (language, answer, request) = match app.read(&event).await {
                Ok(request) => {
                    let answer = handle(Arc::clone(&state), request.clone()).await;
                    (request.language, answer, Some(request))
                }
                Err(refusal) => (Request::language_of(&event), Err(refusal), None),
            };
            let reply = answer.unwrap_or_else(|refusal| {
                if let Refusal::Ours(why) = &refusal {
                    tracing::error!(error.message = %why, "request failed");
                }
                if let Some(event) = refusal.security_event() {
                    tracing::info!(event, "request refused");
                }
                refusal.page(step, language).into()
            });
            let mut response = respond(app, request.as_ref(), language, reply);
            if step == PAYING && response.status().is_client_error() {
                metrics::count(Metric::PaymentsTurnedAway, 1);
            }
            compress::compress(&mut response, event.headers());
            Ok::<_, Infallible>(response)
        };
        async move { invocation.run(&clock, work).await }
    })
}

fn respond(
    app: &AppState,
    request: Option<&Request>,
    language: Language,
    reply: Reply,
) -> Response<Body> {
    let tls = request.is_some_and(|request| request.tls);
    let mut response = match reply {
        Reply::See { path, session, found, device } => {
            let mut response = with_status(http::StatusCode::SEE_OTHER);
            match http::HeaderValue::from_str(&path) {
                Ok(location) => {
                    response.headers_mut().insert(http::header::LOCATION, location);
                }
                Err(_) => *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR,
            }
            if let Some(session) = session {
                headers::session(
                    response.headers_mut(),
                    tls,
                    &app.keys().session(session, app.clock.now()),
                );
            }
            if let Some(device) = device {
                headers::device(response.headers_mut(), tls, &device);
            }
            if let Some(order) = found {
                let expires =
                    app.clock.now().saturating_add(finding::OPEN_FOR).unwrap_or(Timestamp::MAX);
                let pass = app.keys().order_pass(order, expires);
                headers::found(response.headers_mut(), tls, &pass);
            }
            response
        }
        Reply::Moved { to } => {
            let mut response = with_status(http::StatusCode::PERMANENT_REDIRECT);
            match http::HeaderValue::from_str(&to) {
                Ok(location) => {
                    response.headers_mut().insert(http::header::LOCATION, location);
                }
                Err(_) => *response.status_mut() = http::StatusCode::NOT_FOUND,
            }
            response
        }
        Reply::Leave { path } => {
            let mut response = with_status(http::StatusCode::SEE_OTHER);
            response
                .headers_mut()
                .insert(http::header::LOCATION, http::HeaderValue::from_static(path));
            headers::forget(response.headers_mut(), tls);
            response
        }
        Reply::Saved => with_status(http::StatusCode::NO_CONTENT),
        Reply::Worker(script) => {
            let mut response = Response::new(Body::Text(script.to_owned()));
            headers::worker(response.headers_mut());
            response
        }
        Reply::Download { name, media_type, bytes } => {
            let mut response = Response::new(Body::Binary(bytes));
            headers::download(response.headers_mut(), &name, media_type);
            response
        }
        Reply::Picture(drawing) => {
            let mut response = Response::new(Body::Text(drawing.into_string()));
            headers::picture(response.headers_mut());
            response
        }
        Reply::Page(page) => {
            let nonce = URL_SAFE_NO_PAD.encode(app.random.next_u128().to_le_bytes());
            let mut response = render(&page, Some(&app.shop), request, language, &nonce);
            if page.leaves {
                headers::forget(response.headers_mut(), tls);
            }
            if let Some(device) = page.device {
                headers::device(response.headers_mut(), tls, &device);
            }
            if let Some(session) = page.session {
                headers::session(
                    response.headers_mut(),
                    tls,
                    &app.keys().session(session, app.clock.now()),
                );
            }
            response
        }
    };
    headers::common(response.headers_mut(), tls);
    if response.status() == http::StatusCode::METHOD_NOT_ALLOWED {
        // RFC 9110 §15.5.6. A request that was parsed was a POST to a page without a form.
        let methods = if request.is_some() { "GET, HEAD" } else { "GET, HEAD, POST" };
        response.headers_mut().insert(http::header::ALLOW, http::HeaderValue::from_static(methods));
    }
    if let Some(request) = request {
        headers::language(response.headers_mut(), request);
    }
    response
}

fn with_status(status: http::StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

fn render(
    page: &Page,
    shop: Option<&Shop>,
    request: Option<&Request>,
    language: Language,
    nonce: &str,
) -> Response<Body> {
    let html = frame::page(page, shop, request, language, nonce).into_string();
    let mut response = Response::new(Body::Text(html));
    *response.status_mut() = page.status;
    headers::page(response.headers_mut(), page, nonce);
    response
}

/// The response of a function that failed to initialise: a page without the shop's identity. The
/// reason is logged.
fn unavailable(
    step: &'static str,
    event: &lambda_http::Request,
    why: &InitError,
) -> Response<Body> {
    tracing::error!(error.message = %why, "initialisation failed");
    let language = Request::language_of(event);
    let page = Refusal::Ours(why.to_string()).page(step, language);
    // There is no source of randomness yet. The page has no script, so its nonce need not be
    // secret.
    let mut response = render(&page, None, None, language, "style");
    headers::common(response.headers_mut(), false);
    response
}
