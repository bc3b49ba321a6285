//! What goes wrong on purpose.

use serde::{Deserialize, Serialize};

/// Which calls a [`Rule`] is for.
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
    /// Somebody pays into a virtual account.
    Deposit,
    /// Every call.
    Any,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// It is done, and the connection breaks before the reply.
    ReplyLost,
    /// It is done, and the reply does not come until the client has given up.
    Slow,
    /// Nothing is done until the client has given up; **then** it is done. Meanwhile the same
    /// idempotency key answers 409.
    Late,
    /// It is done, and the reply is 500.
    ErrorAfter,
    /// Nothing is done, and the reply is 500.
    ErrorBefore,
    /// It is done, and the reply is 409 `IDEMPOTENT_REQUEST_PROCESSING`.
    InFlight,
    /// The reply is this error of Toss. A refused confirm (status 400 or 403 about the card or the
    /// account) aborts the payment; otherwise nothing is done.
    Answer {
        /// One of [`crate::codes::ALL`].
        code: String,
    },
    /// The webhook is sent, and answered, before the reply.
    WebhookFirst,
    /// No webhook is ever sent.
    WebhookNever,
    /// The webhook is sent twice, with one transmission id.
    WebhookTwice,
    /// The webhook is kept until it is sent by hand, in whatever order.
    WebhookHeld,
    /// The deposit is taken back as soon as it is there.
    DepositReversed,
}

impl Fault {
    /// Whether this is about the webhooks of a call and not about its reply: a call can meet one of
    /// each.
    pub(crate) fn is_about_webhooks(&self) -> bool {
        matches!(
            self,
            Self::WebhookFirst | Self::WebhookNever | Self::WebhookTwice | Self::WebhookHeld
        )
    }
}

/// One thing that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// In which calls.
    pub on: On,
    /// What.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often; then the rule is used up.
    #[serde(default = "once")]
    pub times: u32,
    /// For this order only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

fn once() -> u32 {
    1
}

impl Rule {
    /// `fault`, once, in the next call of the kind.
    pub fn once(on: On, fault: Fault) -> Self {
        Self { on, fault, times: 1, order: None }
    }
}

/// The faults that one call meets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Met {
    /// What happens to the call or its reply.
    pub(crate) wire: Option<Fault>,
    /// What happens to its webhooks.
    pub(crate) webhook: Option<Fault>,
}

/// Takes the faults that a call meets out of the rules; the oldest rule comes first.
pub(crate) fn take(rules: &mut Vec<Rule>, on: On, order: Option<&str>) -> Met {
    let mut met = Met::default();
    for rule in rules.iter_mut() {
        let fits = (rule.on == on || rule.on == On::Any)
            && rule.order.as_deref().is_none_or(|only| order == Some(only));
        let place = if rule.fault.is_about_webhooks() { &mut met.webhook } else { &mut met.wire };
        if fits && rule.times > 0 && place.is_none() {
            rule.times -= 1;
            *place = Some(rule.fault.clone());
        }
    }
    rules.retain(|rule| rule.times > 0);
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_used_up_and_meets_only_its_calls() {
        let mut rules = vec![
            Rule { times: 2, ..Rule::once(On::Confirm, Fault::ReplyLost) },
            Rule { order: Some("order-1".to_owned()), ..Rule::once(On::Any, Fault::WebhookNever) },
        ];
        assert!(take(&mut rules, On::Cancel, Some("order-2")).wire.is_none());
        let met = take(&mut rules, On::Confirm, Some("order-1"));
        assert_eq!((met.wire, met.webhook), (Some(Fault::ReplyLost), Some(Fault::WebhookNever)));
        let met = take(&mut rules, On::Confirm, Some("order-1"));
        assert_eq!((met.wire, met.webhook), (Some(Fault::ReplyLost), None));
        assert_eq!(rules, []);
    }

    #[test]
    fn a_rule_is_one_small_json_object() {
        let rule: Rule =
            serde_json::from_str(r#"{"on":"confirm","fault":"answer","code":"FDS_ERROR"}"#)
                .unwrap();
        assert_eq!(rule, Rule::once(On::Confirm, Fault::Answer { code: "FDS_ERROR".to_owned() }));
    }
}
