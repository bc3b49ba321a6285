//! What the browser brings back from the payment window. All of it is the reader's to change:
//! a hint about which payment to confirm, never a fact about money.

use serde::Deserialize;

/// The query of the success address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approved {
    /// The payment to confirm.
    pub payment_key: String,
    /// The order it is said to be for: compare it with the order of the session.
    pub order_id: String,
    /// The won it is said to be for: compare it with the stored amount, and send the stored one.
    pub amount: u64,
    /// `NORMAL` or `BRANDPAY`; documented for the widget only.
    pub payment_type: Option<String>,
}

/// The query of the fail address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnedBack {
    /// Toss's code, for example `REJECT_CARD_COMPANY`.
    pub code: String,
    /// Toss's sentence for the reader. Anybody can put text here: do not print it as ours.
    #[serde(default)]
    pub message: String,
    /// Missing when the reader closed the window: find the order by the session.
    pub order_id: Option<String>,
}

impl TurnedBack {
    /// Whether the reader turned back on their own (no card was refused).
    pub fn by_the_reader(&self) -> bool {
        matches!(self.code.as_str(), "PAY_PROCESS_CANCELED" | "USER_CANCEL")
    }
}
