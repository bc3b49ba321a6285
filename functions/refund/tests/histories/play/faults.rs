//! What the payment service reports and what fails: webhooks, errors of the payment service, and
//! functions that crash, lose a connection or are overtaken.

use local::{Breakage, Fault as Wire, Service};
use toss_standin::{Delivery, Fault, On, Rule};

use super::{FUNCTIONS, Play};

impl Play {
    /// Up to three of the last five webhooks, in any order.
    pub(super) fn recent_webhooks(&mut self) -> Vec<Delivery> {
        let mut recent = self.shop.standin().webhooks();
        recent.drain(..recent.len().saturating_sub(5));
        for index in (1..recent.len()).rev() {
            let other = self.random.index(index + 1);
            recent.swap(index, other);
        }
        recent.truncate(3);
        recent
    }

    /// Delivers a webhook, whatever the answer.
    pub(super) async fn deliver(&self, delivery: &Delivery) {
        self.shop.deliver(delivery).await;
    }

    /// A random fault of the payment service, of those that take no real time.
    pub(super) fn payment_fault(&mut self, which: usize) -> Rule {
        // Only a bank transfer has an account that can be refused.
        let item = self.shop.order_item(&self.orders[which].id);
        if item["payment"]["M"]["deposit"]["BOOL"] == true && self.random.below(3) == 0 {
            let fault = Fault::Answer { code: "INVALID_REFUND_ACCOUNT_NUMBER".to_owned() };
            return Rule { order: Some(self.name(which)), ..Rule::once(On::Cancel, fault) };
        }
        let on = *self.random.one_of(&[On::Confirm, On::Cancel, On::Cancel, On::Query]);
        let fault = match (on, self.random.below(6)) {
            (On::Confirm, 0) => Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() },
            (On::Cancel, 0) => Fault::Answer { code: "FORBIDDEN_CONSECUTIVE_REQUEST".to_owned() },
            (On::Cancel, 1) => Fault::Answer { code: "COMMON_ERROR".to_owned() },
            (On::Query, _) | (_, 2) => Fault::ErrorBefore,
            (_, 3) => Fault::ErrorAfter,
            (_, 4) => Fault::InFlight,
            _ => Fault::ReplyLost,
        };
        let times = u32::try_from(1 + self.random.below(2)).unwrap();
        Rule { times, ..Rule::once(on, fault) }
    }

    fn call(&mut self, breakage: Breakage) -> Wire {
        let operation = *self.random.one_of(&[
            "TransactWriteItems",
            "TransactWriteItems",
            "UpdateItem",
            "GetItem",
        ]);
        let (nth, function) = (1 + self.random.index(2), *self.random.one_of(&FUNCTIONS));
        Wire::on(Service::Dynamodb, operation, breakage).of(function).nth(nth)
    }

    /// A function crashes before or after one of its calls takes effect.
    pub(super) fn crash(&mut self) -> Wire {
        let breakage =
            if self.random.below(2) == 0 { Breakage::Crash } else { Breakage::CrashAfter };
        let (function, sender) = (
            *self.random.one_of(&["counter", "owner-pack", "owner-refund", "owner-ship"]),
            *self.random.one_of(&["relay", "sweep"]),
        );
        match self.random.below(8) {
            0 => Wire::on(Service::Dynamodb, "TransactWriteItems", breakage).of(function),
            1 => Wire::on(Service::Sqs, "SendMessageBatch", breakage).of(sender),
            _ => self.call(breakage),
        }
    }

    /// A connection fails, sometimes for longer than the SDK retries.
    pub(super) fn connection_fault(&mut self) -> Wire {
        let breakage =
            *self.random.one_of(&[Breakage::Error500, Breakage::Throttle, Breakage::LostReply]);
        let times = if self.random.below(3) == 0 { 3 } else { 1 };
        self.call(breakage).times(times)
    }

    /// A function pauses before it writes, and another one runs meanwhile.
    pub(super) async fn overtaken(&mut self, which: usize) {
        let (slow, other, tab) = (self.random.below(5), self.random.below(4), self.tab(which));
        let delivery = self.recent_webhooks().pop();
        let another = self.random.index(self.orders.len());
        let (function, operation) = match slow {
            0 => ("pay", "TransactWriteItems"),
            1 => ("cancel", "TransactWriteItems"),
            2 => ("toss-webhook", "TransactWriteItems"),
            _ => {
                (*self.random.one_of(&["choose", "pack", "refund", "sweep"]), "TransactWriteItems")
            }
        };
        let wire = self.shop.system().wire().clone();
        wire.inject(Wire::on(Service::Dynamodb, operation, Breakage::Pause).of(function));
        let (this, tab) = (&*self, tab.as_ref());
        let slowly = async {
            match slow {
                0 => this.confirms(which, tab).await,
                1 => this.cancels(which).await,
                2 => {
                    if let Some(delivery) = &delivery {
                        this.deliver(delivery).await;
                    }
                }
                _ => this.shop.settle().await,
            }
        };
        let meanwhile = async {
            match other {
                0 => this.confirms(which, tab).await,
                1 => this.cancels(another).await,
                _ => this.cancels(which).await,
            }
            wire.go_on();
        };
        tokio::join!(slowly, meanwhile);
    }
}
