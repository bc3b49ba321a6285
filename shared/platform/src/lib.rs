//! What every function needs from its surroundings: environment variables, clock, randomness,
//! secrets, the configuration of the AWS clients and the log. A deployed function takes them from
//! its process; the local run and the tests pass in their own.

pub mod deadline;
mod environment;
pub mod invocation;
mod lazy;
pub mod log;
pub mod metrics;
mod secret;
mod why;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{behavior_version::BehaviorVersion, http::SharedHttpClient};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};
use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

pub use environment::{Environment, Misconfigured};
pub use invocation::Invocation;
pub use lazy::{Init, InitError, LazyState};
pub use secret::SecretError;
pub use why::why;

/// The source of the current time. Handlers read only this clock, so that a test can set the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that calls `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The system clock.
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A cryptographically secure random number generator for identifiers and keys: ChaCha20, seeded
/// once from the operating system.
#[derive(Clone)]
pub struct Random(Arc<Mutex<ChaCha20Rng>>);

/// The operating system provided no randomness. Identifiers would be predictable, so the function
/// does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system provided no randomness")]
pub struct NoRandomness;

impl Random {
    /// A generator seeded from the operating system.
    pub fn system() -> Result<Self, NoRandomness> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| NoRandomness)?;
        Ok(Self::seeded(seed))
    }

    /// A generator with a fixed sequence, for tests.
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// 128 random bits.
    pub fn next_u128(&self) -> u128 {
        let mut bytes = [0; 16];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        u128::from_le_bytes(bytes)
    }
}

/// The dependencies of a function on its surroundings.
#[derive(Clone)]
pub struct Platform {
    /// The function's environment variables.
    pub environment: Environment,
    /// The current time.
    pub clock: Clock,
    /// The randomness.
    pub random: Random,
    /// The configuration of every AWS client.
    pub sdk: SdkConfig,
    /// How many times as long as on Lambda calls to AWS and their retries may take; 1 on Lambda.
    pub slack: u32,
}

impl Platform {
    /// The same with `slack` times as much time for calls to AWS and their retries: for tests, whose
    /// machine may be busy with other work.
    #[must_use]
    pub fn with_slack(mut self, slack: u32) -> Self {
        self.sdk = self.sdk.into_builder().timeout_config(timeouts(slack)).build();
        self.slack = slack;
        self
    }

    /// The platform of a deployed function: its process's variables, the system clock, and TLS by
    /// rustls on ring.
    pub fn of_process() -> Result<Self, NoRandomness> {
        let environment = Environment::of_process();
        let tls = TlsContext::builder()
            .with_trust_store(trust_store(&environment))
            .build()
            .unwrap_or_default();
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls)
            .build_https();
        Ok(Self::new(environment, Clock::system(), Random::system()?, http))
    }

    /// A platform of these parts; the AWS clients are configured by the variables.
    pub fn new(
        environment: Environment,
        clock: Clock,
        random: Random,
        http: SharedHttpClient,
    ) -> Self {
        let sdk = sdk_config(&environment, http);
        Self { environment, clock, random, sdk, slack: 1 }
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

/// The five root certificates of AWS's own services, valid until the end of 2037 or longer
/// (<https://www.amazontrust.com/repository/>).
const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");

/// The root certificates that the AWS clients trust. Reading the system's roots, some three hundred
/// files, takes nearly half of a cold start (docs/decisions), so they are read only for a custom
/// endpoint behind TLS.
fn trust_store(environment: &Environment) -> TrustStore {
    let custom_endpoint =
        environment.optional("AWS_ENDPOINT_URL").is_some_and(|url| url.starts_with("https:"));
    TrustStore::empty().with_native_roots(custom_endpoint).with_pem_certificate(AMAZON_ROOTS)
}

/// The limits of a call to AWS, each `slack` times as long.
fn timeouts(slack: u32) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1) * slack)
        .operation_attempt_timeout(Duration::from_millis(2_500) * slack)
        .operation_timeout(Duration::from_secs(7) * slack)
        .build()
}

/// The configuration of the AWS clients. Built here and not by `aws-config`: a function's
/// credentials are in its environment, and the other credential providers would only add size
/// (docs/decisions).
fn sdk_config(environment: &Environment, http: SharedHttpClient) -> SdkConfig {
    let credentials = Credentials::new(
        environment.optional("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        environment.optional("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        environment.optional("AWS_SESSION_TOKEN").map(ToOwned::to_owned),
        None,
        "environment",
    );
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(
            environment.optional("AWS_REGION").unwrap_or("ap-northeast-2").to_owned(),
        ))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        // A function has ten seconds. A connection that died while the environment was frozen must
        // not use them up.
        .timeout_config(timeouts(1));
    if let Some(endpoint) = environment.optional("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(endpoint);
    }
    config.build()
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    /// The first eight bytes of the SHA-256 fingerprints that Amazon Trust Services publishes.
    #[test]
    fn the_roots_have_the_published_fingerprints() {
        let certificates = AMAZON_ROOTS.split("-----BEGIN CERTIFICATE-----").skip(1).map(|rest| {
            let (body, _) = rest.split_once("-----END CERTIFICATE-----").unwrap();
            STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap()
        });
        let prints: Vec<u64> = certificates
            .map(|certificate| {
                let digest = ring::digest::digest(&ring::digest::SHA256, &certificate);
                u64::from_be_bytes(*digest.as_ref().first_chunk().unwrap())
            })
            .collect();
        let published = [
            0x8ecd_e688_4f3d_87b1,
            0x1ba5_b2aa_8c65_401a,
            0x18ce_6cfe_7bf1_4e60,
            0xe35d_2841_9ed0_2025,
            0x568d_6905_a2c8_8708,
        ];
        assert_eq!(prints, published);
    }
}
