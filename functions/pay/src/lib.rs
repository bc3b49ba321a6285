//! 값: the payment. The page sends the reader to the provider's payment page; the provider sends them back to the success or the fail address;
//! a form posted from there asks the provider to take the money (`till`).
//!
//! Who chooses to pay by a deposit is given an account in the same way; it stands in the window until the deposit has come (`till`).
//!
//! The success address is a link from another site, so it changes nothing by itself: it shows a page whose form does (and whose script sends
//! the form at once). What stands in the link is a hint about which payment to confirm, never a fact about money.

mod page;
mod words;

use std::sync::Arc;

use cloud::{CannotOpen, Cloud, Open};
use house::{
    id::OrderId,
    money::Won,
    order::{Order, Outcome as Asked, Payment, State},
};
use store::Versioned;
use till::{Outcome, Till};
use web::{Method, Refusal, Reply, Request, Room, Site};

/// What paying needs: the site, the till, and where the provider's payment page is.
pub struct Pay {
    site: Site,
    till: Till,
    provider: Provider,
}

/// Where the provider's payment page is.
pub(crate) struct Provider {
    /// The provider's script.
    script_url: String,
    /// The shop's public key.
    client_key: String,
    /// A payment page that takes a plain form, for browsers without script. The stand-in has one; the real provider has none.
    plain_window_url: Option<String>,
}

impl Open for Pay {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        let provider = Provider {
            script_url: cloud.environment.required("TOSS_SCRIPT_URL")?.to_owned(),
            client_key: cloud.environment.required("TOSS_CLIENT_KEY")?.to_owned(),
            plain_window_url: cloud.environment.optional("TOSS_PLAIN_WINDOW_URL").map(ToOwned::to_owned),
        };
        Ok(Self { site: Site::open(cloud).await?, till: Till::open(cloud).await?, provider })
    }
}

impl Room for Pay {
    fn site(&self) -> &Site {
        &self.site
    }
}

/// Serves `/pay/{order}` and the addresses the provider sends the reader back to.
pub async fn handle(pay: Arc<Pay>, request: Request) -> Result<Reply, Refusal> {
    request.visitor()?;
    let id: OrderId = request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    if request.method == Method::Post {
        return match request.form.get("payment_key") {
            Some(_) => Box::pin(confirm(&pay, &request, id)).await,
            None => Box::pin(ask_again(&pay, &request, id)).await,
        };
    }
    let order = own(&pay, &request, id).await?.value;
    if order.state != State::Priced || order.awaits_deposit().is_some() {
        return Ok(Reply::see(format!("/window/{id}")));
    }
    Ok(match request.parameter("outcome") {
        // Back without a payment too: another tab's may have been taken, and nothing is said of money that nobody knows about.
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
    pay.site.store.order(id).await?.filter(|order| order.value.visitor == visitor).ok_or(Refusal::NotFound)
}

const fn underway(order: &Order) -> bool {
    matches!(&order.payment, Some(Payment { outcome: Asked::Asked, .. }))
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
    let outcome = Box::pin(pay.till.confirm(id, visitor, payment_key, amount, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

async fn ask_again(pay: &Pay, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let order = own(pay, request, id).await?;
    if !underway(&order.value) && order.value.awaits_deposit().is_none() {
        return Ok(Reply::see(format!("/pay/{id}")));
    }
    let outcome = Box::pin(pay.till.ask_again(order, request.now))
        .await
        .map_err(|error| Refusal::Ours(error.to_string()))?;
    answer(request, outcome)
}

fn answer(request: &Request, outcome: Outcome) -> Result<Reply, Refusal> {
    Ok(match outcome {
        // What there is to know of a cancelled order's money stands in its window.
        Outcome::Unknown(order) if order.state != State::Priced => {
            Reply::see(format!("/window/{}", order.id))
        }
        // Where to pay, and until when, stands in the window.
        Outcome::Paid(order) | Outcome::Cancelled(order) | Outcome::WaitsForDeposit(order) => {
            Reply::see(format!("/window/{}", order.id))
        }
        Outcome::Refused(order, why) => page::refused(request, &order, &why).into(),
        Outcome::Unknown(order) | Outcome::Underway(order) => page::underway(request, &order).into(),
        Outcome::NoPlace(order) => page::no_place(request, &order).into(),
        Outcome::Tampered(order) => page::tampered(request, &order).into(),
        Outcome::NoSuchOrder => return Err(Refusal::NotFound),
    })
}
