//! Faults on demand.

use serde::{Deserialize, Serialize};

/// The calls that a [`Rule`] applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// `POST /v1/payments/confirm`
    Confirm,
    /// `POST /v1/payments/{paymentKey}/cancel`
    Cancel,
    /// `POST /v1/virtual-accounts`
    VirtualAccount,
    /// Both queries.
    Query,
    /// A deposit into a virtual account, or its reversal.
    Deposit,
    /// Every call.
    Any,
}

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// The call is performed and the connection is cut before the reply.
    ReplyLost,
    /// The call is performed and the reply is withheld until the client gives up.
    Slow,
    /// The call is performed only **after** the client has given up. Until then its idempotency key
    /// answers 409.
    Late,
    /// The call is performed and the reply is 500.
    ErrorAfter,
    /// The call is not performed and the reply is 500.
    ErrorBefore,
    /// The call is performed and the reply is 409 `IDEMPOTENT_REQUEST_PROCESSING`.
    InFlight,
    /// The reply is this error of Toss. A refusal of a confirm (because of the card, the account or
    /// a limit) aborts the payment; any other error leaves it unchanged.
    Answer {
        /// One of [`crate::codes::ALL`].
        code: String,
    },
    /// The reply is this error of Toss, and it is kept: the idempotency key replays it. Toss does
    /// not say whether it keeps errors; with [`Fault::Answer`] it does not.
    AnswerKept {
        /// One of [`crate::codes::ALL`].
        code: String,
    },
    /// The webhook is sent and answered before the reply.
    WebhookFirst,
    /// The webhook is not sent.
    WebhookNever,
    /// The webhook is sent twice, with one transmission id.
    WebhookTwice,
    /// The webhook is sent only on request, so that a test chooses the order.
    WebhookHeld,
    /// The refund of a deposit is accepted, and two days later the bank gives it up.
    RefundFails,
    /// The deposit is reversed immediately.
    DepositReversed,
}

impl Fault {
    /// Whether this concerns what follows from a call (its webhooks, the bank) and not its reply. A
    /// call can have one fault of each kind.
    pub(crate) fn is_about_webhooks(&self) -> bool {
        matches!(
            self,
            Self::WebhookFirst
                | Self::WebhookNever
                | Self::WebhookTwice
                | Self::WebhookHeld
                | Self::RefundFails
        )
    }
}

/// A fault and when it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The calls it applies to.
    pub on: On,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it still happens; then the rule is removed.
    #[serde(default = "once")]
    pub times: u32,
    /// Limits it to one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

fn once() -> u32 {
    1
}

impl Rule {
    /// `fault`, once, in the next call of this kind.
    pub fn once(on: On, fault: Fault) -> Self {
        Self { on, fault, times: 1, order: None }
    }
}

/// The faults of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallFaults {
    /// The fault of the call or its reply.
    pub(crate) reply: Option<Fault>,
    /// The fault of its webhooks.
    pub(crate) webhook: Option<Fault>,
}

/// Takes the faults of a call from the rules, the oldest rule first.
pub(crate) fn take(rules: &mut Vec<Rule>, on: On, order: Option<&str>) -> CallFaults {
    let mut faults = CallFaults::default();
    for rule in rules.iter_mut() {
        let applies = (rule.on == on || rule.on == On::Any)
            && rule.order.as_deref().is_none_or(|only| order == Some(only));
        let slot =
            if rule.fault.is_about_webhooks() { &mut faults.webhook } else { &mut faults.reply };
        if applies && rule.times > 0 && slot.is_none() {
            rule.times -= 1;
            *slot = Some(rule.fault.clone());
        }
    }
    rules.retain(|rule| rule.times > 0);
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_applies_to_its_calls_as_often_as_it_says() {
        let mut rules = vec![
            Rule { times: 2, ..Rule::once(On::Confirm, Fault::ReplyLost) },
            Rule { order: Some("order-1".to_owned()), ..Rule::once(On::Any, Fault::WebhookNever) },
        ];
        assert!(take(&mut rules, On::Cancel, Some("order-2")).reply.is_none());
        let faults = take(&mut rules, On::Confirm, Some("order-1"));
        assert_eq!(
            (faults.reply, faults.webhook),
            (Some(Fault::ReplyLost), Some(Fault::WebhookNever))
        );
        let faults = take(&mut rules, On::Confirm, Some("order-1"));
        assert_eq!((faults.reply, faults.webhook), (Some(Fault::ReplyLost), None));
        assert_eq!(rules, []);
    }

    #[test]
    fn a_rule_is_a_flat_json_object() {
        let rule: Rule =
            serde_json::from_str(r#"{"on":"confirm","fault":"answer","code":"FDS_ERROR"}"#)
                .unwrap();
        assert_eq!(rule, Rule::once(On::Confirm, Fault::Answer { code: "FDS_ERROR".to_owned() }));
    }
}
