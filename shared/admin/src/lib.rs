//! What the owner's functions share.
//!
//! The owner invokes a function from the Lambda console with a small JSON object, the *call*, and
//! reads the answer in Korean: what was done (`did`), what would be done (`would_do`), what to do
//! next (`next`).
//!
//! A call that changes something is a dry run unless `confirm` carries the code that the dry run
//! printed. The code is a keyed digest of the function's name, the day and the call itself: nobody can
//! make it without the dry run, a changed call needs a new one, and repeating a confirmed call has no
//! further effect.
//!
//! | module | what it holds |
//! |---|---|
//! | `call` | the call, its confirmation code |
//! | [`fields`] | reading the call's fields; every problem names field, expectation and example |
//! | `rows` | the rows of a list |
//! | `answer` | the answer and its problems |
//! | `show` | what an answer shows, and files |
//! | `audit` | the line that is kept of every act |
//! | `naming` | how an order is named |
//! | `packing` | the call of `owner-pack` |
//! | `words` | sentences that several functions say |
//!
//! # Errors
//!
//! A mistake of the owner is an answer with `problems` and status 400. A fault on our side is an
//! [`AdminError`]: it fails the invocation, which the console shows in red.

mod address;
mod answer;
mod audit;
mod call;
pub mod fields;
mod naming;
mod notes;
mod packing;
mod rows;
mod show;
mod words;

use std::{future::Future, sync::Arc};

use domain::base::id::OrderId;
use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use platform::{Init, InitError, Invocation, LazyState, Platform};
use serde_json::Value;
use signing::KeyHolder;
use store::{OfficeTable, Store, StoreError, WriteError};

use audit::kept;

pub use address::{address_data, address_line};
pub use answer::{AS_SHOWN, Again, Answer, Line, NextCall, Problem, RowPlace, UNDO};
pub use call::{By, Call, FROM_ROW};
pub use fields::{Fields, OrderName};
pub use naming::order_title;
pub use notes::{note_line, notes_data};
pub use packing::packing_call;
pub use rows::Rows;
pub use show::{File, Show};

/// What every owner's function has at hand.
#[derive(Debug, Clone)]
pub struct AdminState {
    /// The table.
    pub store: Store,
    /// Where the line of every act is kept.
    pub office: OfficeTable,
    /// Confirms calls and signs links.
    pub keys: KeyHolder,
    /// Environment, secrets and the SDK configuration for other clients.
    pub platform: Platform,
}

impl AdminState {
    /// The id of an order that the owner named. `None`: there is no such order. At most one read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn order_named(&self, name: OrderName) -> Result<Option<OrderId>, StoreError> {
        match name {
            OrderName::Id(id) => Ok(Some(id)),
            OrderName::Number(number) => self.store.order_with(number).await,
        }
    }
}

impl Init for AdminState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let (store, office) = (Store::open(platform)?, OfficeTable::open(platform)?);
        Ok(Self {
            store,
            office,
            keys: KeyHolder::open(platform).await?,
            platform: platform.clone(),
        })
    }
}

/// An invocation that failed through no fault of the owner.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The function could not start.
    #[error("서랍을 열 수 없습니다: {0}")]
    InitError(#[from] InitError),
    /// The function worked, and its finding has to raise the alarm on failed invocations.
    #[error("{0}")]
    Alert(String),
    /// The payment provider did not answer. Nothing was changed.
    #[error("결제사에 물어보지 못했습니다. 잠시 뒤에 같은 내용으로 다시 불러 주세요: {0}")]
    Provider(String),
    /// A bug in this program.
    #[error("집의 잘못으로 하지 못했습니다. 아무것도 바뀌지 않았습니다: {0}")]
    Internal(String),
    /// The table failed. Repeating the call is safe.
    #[error(
        "장부에 닿지 못했습니다. 잠시 뒤에 같은 내용으로 다시 불러 주세요(두 번 되지 않습니다): {0}"
    )]
    Store(#[from] StoreError),
}

impl From<WriteError> for AdminError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::ConditionFailed(_) => Self::Store(StoreError::Contended),
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// Runs an owner's function as a Lambda function: all that its `main` does.
///
/// # Errors
///
/// If the process has no usable environment or the runtime API is gone.
pub async fn run<H, F>(name: &'static str, handle: H) -> Result<(), Error>
where
    H: Fn(Arc<AdminState>, Call) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, AdminError>> + Send + 'static,
{
    platform::log::start(name);
    lambda_runtime::run(function(name, Platform::of_process()?, handle)).await
}

/// An owner's function as a service from call to answer. The local run and the tests use it too.
pub fn function<H, F>(
    name: &'static str,
    platform: Platform,
    handle: H,
) -> impl Service<LambdaEvent<Value>, Response = Answer, Error = Error, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    H: Fn(Arc<AdminState>, Call) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, AdminError>> + Send + 'static,
{
    let clock = platform.clock.clone();
    let state = Arc::new(LazyState::<AdminState>::new(platform));
    service_fn(move |event: LambdaEvent<Value>| {
        let (state, handle, clock) = (Arc::clone(&state), handle.clone(), clock.clone());
        let LambdaEvent { payload, context } = event;
        let invocation = Invocation::of(&context);
        let work = async move {
            let state = state.get().await.map_err(AdminError::from)?;
            let now = state.platform.clock.now();
            let keys = state.keys.fresh(now).await;
            let answer = match Call::read(name, payload, now, keys) {
                // Boxed: avoids the type-depth limit.
                Ok(call) => Box::pin(kept(state, call, handle)).await,
                Err(problem) => Ok(Answer::problem(problem)),
            };
            if let Err(error) = &answer {
                tracing::error!(error.message = %error, "owner command failed");
            }
            Ok::<_, Error>(answer?)
        };
        async move { invocation.run(&clock, work).await }
    })
}
