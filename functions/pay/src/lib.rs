//! 값: the payment. The page sends the reader to the provider's payment page, and the provider sends
//! them back to the success or the failure address. A form posted from there confirms the payment
//! (`payments`). Paying by bank transfer opens an account in the same way; `window` shows it until
//! the transfer has arrived.
//!
//! The success address is reached by a cross-site navigation, so it changes nothing: it shows a
//! page whose form does, and a script that submits the form at once. The parameters of the address
//! only say which payment to confirm; the amount is the stored one.

mod view;
mod words;

use std::sync::Arc;

use domain::{
    base::{id::OrderId, money::Won},
    order::{Order, Payment, PaymentKey, PaymentStatus, State},
};
use payments::{ConfirmOutcome, Payments};
use platform::{Init, InitError, Platform};
use web::{AppState, HandlerState, Method, Refusal, Reply, Request, order_id, own_order};

/// What paying needs.
pub struct PayState {
    app: AppState,
    payments: Payments,
    provider: Provider,
}

/// The provider's payment page.
pub(crate) struct Provider {
    /// The provider's script.
    script_url: String,
    /// The shop's public key.
    client_key: String,
    /// A payment page that accepts a plain form, for browsers without script. Only the stand-in has
    /// one.
    plain_window_url: Option<String>,
}

impl Init for PayState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let environment = &platform.environment;
        let provider = Provider {
            script_url: environment.required("TOSS_SCRIPT_URL")?.to_owned(),
            client_key: environment.required("TOSS_CLIENT_KEY")?.to_owned(),
            plain_window_url: environment.optional("TOSS_PLAIN_WINDOW_URL").map(ToOwned::to_owned),
        };
        Ok(Self {
            app: AppState::init(platform).await?,
            payments: Payments::init(platform).await?,
            provider,
        })
    }
}

impl HandlerState for PayState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/pay/{order}` and the addresses to which the provider sends the reader back.
pub async fn handle(state: Arc<PayState>, request: Request) -> Result<Reply, Refusal> {
    request.session()?;
    let id = order_id(&request)?;
    if request.method == Method::Post {
        return match request.form.get("payment_key") {
            Some(_) => Box::pin(confirm(&state, &request, id)).await,
            None => Box::pin(ask_again(&state, &request, id)).await,
        };
    }
    let order = own_order(&state.app, &request, id).await?.value;
    if order.state != State::Priced || order.awaits_transfer().is_some() {
        return Ok(Reply::see(format!("/window/{id}")));
    }
    Ok(match request.parameter("outcome") {
        // Also after a failure: another tab may have paid, and the result is not known yet.
        None | Some("fail") if underway(&order) => view::underway(&request, &order).into(),
        None => view::paying(&request, &order, &state.provider).into(),
        Some("success") => succeeded(&request, &order),
        Some("fail") => view::failed(&request, &order, request.query.typed("code")).into(),
        Some(_) => return Err(Refusal::NotFound),
    })
}

const fn underway(order: &Order) -> bool {
    matches!(&order.payment, Some(Payment { outcome: PaymentStatus::Asked, .. }))
}

/// Back from the provider: the page whose form confirms the payment.
fn succeeded(request: &Request, order: &Order) -> Reply {
    let payment_key = request.query.typed("paymentKey").parse::<PaymentKey>();
    let matches = request.query.typed("orderId") == order.at_the_provider()
        && request.query.typed("amount") == order.total.0.to_string();
    match payment_key {
        Ok(payment_key) if matches => view::confirming(request, order, &payment_key).into(),
        _ => view::mismatch(request, order).into(),
    }
}

async fn confirm(state: &PayState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    // One write, no read: that the session was not ended is not asked. Whoever pays for an order
    // that they know of gives money, and takes nothing.
    let visitor = request.session()?.visitor;
    let payment_key = request.form.typed("payment_key").parse::<PaymentKey>();
    let amount = request.form.typed("amount").parse().map(Won);
    let (Ok(amount), Ok(payment_key)) = (amount, payment_key) else {
        let order = own_order(&state.app, request, id).await?.value;
        return Ok(view::mismatch(request, &order).into());
    };
    let outcome = Box::pin(state.payments.confirm(id, visitor, &payment_key, amount, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

async fn ask_again(state: &PayState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let order = own_order(&state.app, request, id).await?;
    if !underway(&order.value) && order.value.awaits_transfer().is_none() {
        return Ok(Reply::see(format!("/pay/{id}")));
    }
    let outcome = Box::pin(state.payments.ask_again(order, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

fn answer(request: &Request, outcome: ConfirmOutcome) -> Result<Reply, Refusal> {
    Ok(match outcome {
        // The window shows what is known about a cancelled order's payment.
        ConfirmOutcome::Unknown(order) if order.state != State::Priced => {
            Reply::see(format!("/window/{}", order.id))
        }
        ConfirmOutcome::Paid(order)
        | ConfirmOutcome::Cancelled(order)
        | ConfirmOutcome::AwaitsTransfer(order) => Reply::see(format!("/window/{}", order.id)),
        ConfirmOutcome::Refused(order, why) => view::declined(request, &order, &why).into(),
        ConfirmOutcome::Unknown(order) | ConfirmOutcome::Underway(order) => {
            view::underway(request, &order).into()
        }
        ConfirmOutcome::NoPlace(order) => view::no_place(request, &order).into(),
        ConfirmOutcome::TooManyUnpaid(order, too_many) => {
            view::too_many(request, &order, &too_many).into()
        }
        ConfirmOutcome::Tampered(order) => view::mismatch(request, &order).into(),
        ConfirmOutcome::NoSuchOrder => return Err(Refusal::NotFound),
    })
}
