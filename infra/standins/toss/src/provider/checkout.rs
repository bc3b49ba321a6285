//! What the payment window does: it opens for an order, and a person approves or declines.

use super::Provider;
use crate::codes;
use crate::payment::{Method, Payment, State};
use crate::window::{self, Choice, WindowRequest};

/// The answer to a browser that opens the window.
pub(crate) enum WindowAnswer {
    /// Show the page of this payment.
    Page(Box<Payment>),
    /// The order is paid already: redirect to this address of the shop.
    Redirect(String),
}

impl Provider {
    /// Opens the window for a request. The same request shows the payment that is open already.
    pub(crate) fn open(&mut self, request: &WindowRequest, method: Method) -> WindowAnswer {
        self.expire_payments();
        let paid =
            |payment: &&Payment| payment.order_id == request.order_id && payment.rank().0 >= 3;
        if self.payments.values().any(|payment| paid(&payment)) {
            return WindowAnswer::Redirect(window::failed(
                &request.fail_url,
                &codes::DUPLICATED_ORDER_ID,
                Some(&request.order_id),
            ));
        }
        let same = |payment: &&Payment| {
            payment.state == State::Ready
                && payment.order_id == request.order_id
                && payment.amount == request.amount
                && payment.success_url == request.success_url
                && payment.fail_url == request.fail_url
        };
        if let Some(payment) = self.payments.values().find(same) {
            return WindowAnswer::Page(Box::new(payment.clone()));
        }
        let payment = self.new_payment(request, method);
        self.save(&payment);
        self.commit();
        WindowAnswer::Page(Box::new(payment))
    }

    /// Performs a person's choice and returns where the browser goes next. `None` for an unknown
    /// payment.
    pub(crate) fn choose(&mut self, payment_key: &str, choice: Choice) -> Option<String> {
        self.expire_payments();
        let mut payment = self.payments.get(payment_key)?.clone();
        let location = match choice {
            Choice::Approve(method) if payment.state == State::Ready => {
                payment.state = State::InProgress;
                payment.method = method;
                payment.authenticated_at = Some(self.now());
                self.save(&payment);
                window::approved(&payment)
            }
            // A second click, or the browser's back button: the same redirect again.
            Choice::Approve(_) if payment.authenticated_at.is_some() => window::approved(&payment),
            Choice::Approve(_) => window::failed(
                &payment.fail_url,
                &codes::PAY_PROCESS_ABORTED,
                Some(&payment.order_id),
            ),
            Choice::Refuse => {
                if payment.state == State::Ready {
                    payment.state = State::Aborted;
                    payment.failure = Some(codes::REJECT_CARD_COMPANY.code.to_owned());
                    self.queue_webhooks(&payment, false, None);
                    self.save(&payment);
                }
                window::failed(
                    &payment.fail_url,
                    &codes::REJECT_CARD_COMPANY,
                    Some(&payment.order_id),
                )
            }
            // The payment stays open. Toss leaves the order id out of this redirect.
            Choice::Cancel => window::failed(&payment.fail_url, &codes::PAY_PROCESS_CANCELED, None),
        };
        self.commit();
        Some(location)
    }
}
