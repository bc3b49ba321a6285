//! 값: the payment. The page sends the reader to the provider's payment page; the provider sends
//! them back to the success or the fail address; a form posted from there asks the provider to take
//! the money (`payments`).
//!
//! Who chooses to pay by a deposit is given an account in the same way; it stands in the window
//! until the deposit has come (`payments`).
//!
//! The success address is a link from another site, so it changes nothing by itself: it shows a
//! page whose form does (and whose script sends the form at once). What stands in the link is a
//! hint about which payment to confirm, never a fact about money.

mod page;
mod words;

use std::sync::Arc;

use domain::{
    base::{id::OrderId, money::Won},
    order::{Order, Payment, PaymentStatus, State},
};
use payments::{ConfirmOutcome, Payments};
use platform::{Init, InitError, Platform};
use store::Versioned;
use web::{AppState, HandlerState, Method, Refusal, Reply, Request};

/// What paying needs: the site, the till, and where the provider's payment page is.
pub struct Pay {
    app: AppState,
    payments: Payments,
    provider: Provider,
}

/// Where the provider's payment page is.
pub(crate) struct Provider {
    /// The provider's script.
    script_url: String,
    /// The shop's public key.
    client_key: String,
    /// A payment page that takes a plain form, for browsers without script. The stand-in has one;
    /// the real provider has none.
    plain_window_url: Option<String>,
}

impl Init for Pay {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let provider = Provider {
            script_url: platform.environment.required("TOSS_SCRIPT_URL")?.to_owned(),
            client_key: platform.environment.required("TOSS_CLIENT_KEY")?.to_owned(),
            plain_window_url: platform
                .environment
                .optional("TOSS_PLAIN_WINDOW_URL")
                .map(ToOwned::to_owned),
        };
        Ok(Self {
            app: AppState::init(platform).await?,
            payments: Payments::init(platform).await?,
            provider,
        })
    }
}

impl HandlerState for Pay {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/pay/{order}` and the addresses the provider sends the reader back to.
pub async fn handle(pay: Arc<Pay>, request: Request) -> Result<Reply, Refusal> {
    request.visitor()?;
    let id: OrderId =
        request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    if request.method == Method::Post {
        return match request.form.get("payment_key") {
            Some(_) => Box::pin(confirm(&pay, &request, id)).await,
            None => Box::pin(ask_again(&pay, &request, id)).await,
        };
    }
    let order = own(&pay, &request, id).await?.value;
    if order.state != State::Priced || order.awaits_transfer().is_some() {
        return Ok(Reply::see(format!("/window/{id}")));
    }
    Ok(match request.parameter("outcome") {
        // Back without a payment too: another tab's may have been taken, and nothing is said of
        // money that nobody knows about.
        None | Some("fail") if underway(&order) => page::underway(&request, &order).into(),
        None => page::paying(&request, &order, &pay.provider).into(),
        Some("success") => back(&request, &order),
        Some("fail") => page::turned_back(&request, &order, request.query.typed("code")).into(),
        Some(_) => return Err(Refusal::NotFound),
    })
}

/// The reader's own order. Another's is not there.
async fn own(pay: &Pay, request: &Request, id: OrderId) -> Result<Versioned<Order>, Refusal> {
    let visitor = request.visitor()?;
    pay.app
        .store
        .order(id)
        .await?
        .filter(|order| order.value.visitor == visitor)
        .ok_or(Refusal::NotFound)
}

const fn underway(order: &Order) -> bool {
    matches!(&order.payment, Some(Payment { outcome: PaymentStatus::Asked, .. }))
}

/// Back from the provider with a payment: the page that asks to take the money.
fn back(request: &Request, order: &Order) -> Reply {
    let payment_key = request.query.typed("paymentKey");
    let fits = request.query.typed("orderId") == order.at_the_provider()
        && request.query.typed("amount") == order.total.0.to_string();
    if !fits || payment_key.is_empty() || payment_key.len() > 200 {
        return page::tampered(request, order).into();
    }
    page::confirming(request, order, payment_key).into()
}

async fn confirm(pay: &Pay, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let visitor = request.visitor()?;
    let payment_key = request.form.typed("payment_key");
    let amount = request.form.typed("amount").parse().map(Won);
    let (Ok(amount), false) = (amount, payment_key.is_empty() || payment_key.len() > 200) else {
        let order = own(pay, request, id).await?.value;
        return Ok(page::tampered(request, &order).into());
    };
    let outcome = Box::pin(pay.payments.confirm(id, visitor, payment_key, amount, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

async fn ask_again(pay: &Pay, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let order = own(pay, request, id).await?;
    if !underway(&order.value) && order.value.awaits_transfer().is_none() {
        return Ok(Reply::see(format!("/pay/{id}")));
    }
    let outcome = Box::pin(pay.payments.ask_again(order, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

fn answer(request: &Request, outcome: ConfirmOutcome) -> Result<Reply, Refusal> {
    Ok(match outcome {
        // What there is to know of a cancelled order's money stands in its window.
        ConfirmOutcome::Unknown(order) if order.state != State::Priced => {
            Reply::see(format!("/window/{}", order.id))
        }
        // Where to pay, and until when, stands in the window.
        ConfirmOutcome::Paid(order)
        | ConfirmOutcome::Cancelled(order)
        | ConfirmOutcome::AwaitsTransfer(order) => Reply::see(format!("/window/{}", order.id)),
        ConfirmOutcome::Refused(order, why) => page::refused(request, &order, &why).into(),
        ConfirmOutcome::Unknown(order) | ConfirmOutcome::Underway(order) => {
            page::underway(request, &order).into()
        }
        ConfirmOutcome::NoPlace(order) => page::no_place(request, &order).into(),
        ConfirmOutcome::Tampered(order) => page::tampered(request, &order).into(),
        ConfirmOutcome::NoSuchOrder => return Err(Refusal::NotFound),
    })
}
