//! What a test sees of the payment service: its ledger and its webhooks.

use bytes::Bytes;
use toss_standin::{Delivery, Fault, On, OrderLedger, Rule};

use crate::{Doors, InProcess, Pay, Shop, Walker};

impl Shop {
    /// What the payment service's ledger holds under an order's name.
    pub fn ledger(&self, order: &str) -> OrderLedger {
        self.standin().ledger().order(order)
    }

    /// A reader whose payment was charged and whose order does not know it.
    pub async fn charged_and_unknown(&self) -> (Walker, String) {
        let mut reader = self.visitor();
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        self.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
        self.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
        reader.pay(Pay::Approve).await;
        assert_eq!(self.state(&order), "priced");
        (reader, order)
    }

    /// Lets the payment service keep its webhooks, to be delivered by [`Shop::deliver_webhooks`].
    /// Nothing listens at the registered port.
    pub fn keep_webhooks(&self) {
        self.standin().set_webhook_url(Some("http://127.0.0.1:1/toss-webhook".to_owned()));
    }

    /// Delivers every webhook so far, the last one first and each of them `times` times. Panics
    /// if one is not acknowledged.
    pub async fn deliver_webhooks(&self, times: usize) {
        let mut deliveries = self.standin().webhooks();
        deliveries.reverse();
        for delivery in deliveries {
            for _ in 0..times {
                assert_eq!(self.deliver(&delivery).await, 200, "{delivery:?}");
            }
        }
    }

    /// Delivers one webhook. Returns the status of the answer.
    pub async fn deliver(&self, delivery: &Delivery) -> u16 {
        self.webhook(&delivery.id, delivery.body.clone()).await
    }

    /// Posts a webhook with this transmission id. Returns the status of the answer.
    pub async fn webhook(&self, transmission: &str, body: impl Into<Bytes>) -> u16 {
        let request = http::Request::post("/toss-webhook")
            .header("host", InProcess::AUTHORITY)
            .header("content-type", "application/json; charset=utf-8")
            .header("tosspayments-webhook-transmission-id", transmission)
            .body(body.into())
            .expect("a request");
        self.system().request(request).await.status().as_u16()
    }
}
