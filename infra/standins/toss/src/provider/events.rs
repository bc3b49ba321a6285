//! Creates the webhooks about a payment.

use serde_json::json;

use super::Provider;
use crate::clock::webhook_time;
use crate::delivery::{Delivery, Progress};
use crate::faults::Fault;
use crate::journal::Change;
use crate::payment::Payment;

impl Provider {
    /// Queues the webhooks about a payment: `PAYMENT_STATUS_CHANGED`, and `DEPOSIT_CALLBACK` if a
    /// virtual account was paid, refunded or reversed.
    pub(super) fn queue_webhooks(
        &mut self,
        payment: &Payment,
        deposit: bool,
        fault: Option<&Fault>,
    ) {
        let Some(url) = self.webhook_url.clone() else { return };
        if fault == Some(&Fault::WebhookNever) {
            return;
        }
        let now = self.now();
        let created_at = webhook_time(now);
        let mut bodies = vec![(
            "PAYMENT_STATUS_CHANGED",
            json!({
                "eventType": "PAYMENT_STATUS_CHANGED",
                "createdAt": created_at,
                "data": payment.to_wire(now, &self.base),
            }),
        )];
        if deposit {
            bodies.push((
                "DEPOSIT_CALLBACK",
                json!({
                    "createdAt": created_at,
                    "secret": payment.secret,
                    "status": payment.state,
                    "transactionKey": payment.last_transaction_key,
                    "orderId": payment.order_id,
                }),
            ));
        }
        for (event, body) in bodies {
            let delivery = Delivery {
                seq: self.deliveries.len() as u64 + 1,
                id: format!("whtrans_{:016x}", self.next_random()),
                order_id: payment.order_id.clone(),
                event: event.to_owned(),
                url: url.clone(),
                body: body.to_string(),
                copies: if fault == Some(&Fault::WebhookTwice) { 2 } else { 1 },
                retried: 0,
                progress: match fault {
                    Some(Fault::WebhookHeld | Fault::WebhookFirst) => Progress::Held,
                    _ => Progress::Due(now),
                },
                attempts: Vec::new(),
                sending: false,
            };
            self.apply(Change::Delivery(delivery));
        }
    }
}
