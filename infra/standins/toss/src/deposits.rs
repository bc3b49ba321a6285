//! Deposits into virtual accounts and their reversals, with the faults and webhooks they cause.

use std::sync::Arc;

use crate::faults::{self, CallFaults, Fault, On};
use crate::provider::Provider;
use crate::shared::Shared;
use crate::webhook;

/// Deposits the amount into the account of an order. Returns `false` if no account waits.
pub(crate) async fn deposit(shared: &Arc<Shared>, order_id: &str) -> bool {
    at_the_bank(shared, order_id, |provider, faults| {
        provider.deposit(order_id, faults.reply.as_ref(), faults.webhook.as_ref())
    })
    .await
}

/// Reverses the deposit of an order. Returns `false` if there is none.
pub(crate) async fn reverse(shared: &Arc<Shared>, order_id: &str) -> bool {
    at_the_bank(shared, order_id, |provider, faults| {
        provider.reverse_transfer(order_id, faults.webhook.as_ref())
    })
    .await
}

async fn at_the_bank(
    shared: &Arc<Shared>,
    order_id: &str,
    act: impl FnOnce(&mut Provider, &CallFaults) -> bool,
) -> bool {
    let (faults, done, webhooks_before) = {
        let mut provider = shared.provider();
        let faults = faults::take(&mut provider.rules, On::Deposit, Some(order_id));
        let webhooks_before = provider.deliveries.len() as u64;
        let done = act(&mut provider, &faults);
        (faults, done, webhooks_before)
    };
    if faults.webhook == Some(Fault::WebhookFirst) {
        webhook::send_after(shared, webhooks_before).await;
    }
    shared.wake.notify_one();
    done
}
