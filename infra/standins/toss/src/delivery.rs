//! A webhook and its progress: delivered by an answer of 200, otherwise retried after 1, 4, 16, 64,
//! 256, 1024 and 4096 minutes of the stand-in's clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::saturating_add;

/// The delays before each retry, in minutes.
const BACK_OFF: [i64; 7] = [1, 4, 16, 64, 256, 1024, 4096];

/// The progress of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Sent when this time comes.
    Due(Timestamp),
    /// Sent only on request.
    Held,
    /// Answered with 200.
    Delivered,
    /// The last retry failed.
    GivenUp,
}

/// One attempt to deliver a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When, by the stand-in's clock.
    pub at: Timestamp,
    /// The status of the answer; `None` if there was none in time.
    pub status: Option<u16>,
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The number of the webhook, in the order of their creation.
    pub seq: u64,
    /// `tosspayments-webhook-transmission-id`, the same for every attempt.
    pub id: String,
    /// The order.
    pub order_id: String,
    /// `PAYMENT_STATUS_CHANGED` or `DEPOSIT_CALLBACK`.
    pub event: String,
    /// The URL it is sent to.
    pub url: String,
    /// The JSON body.
    pub body: String,
    /// How many more times it has to be delivered.
    pub copies: u32,
    /// `tosspayments-webhook-transmission-retried-count` of the next attempt.
    pub retried: u32,
    /// The progress.
    pub progress: Progress,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
    /// Whether an attempt is in progress.
    #[serde(skip)]
    pub(crate) sending: bool,
}

impl Delivery {
    /// When it is sent without a request; `None` while an attempt is in progress.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Due(at) if !self.sending => Some(at),
            _ => None,
        }
    }

    /// Records an attempt and schedules the next.
    pub(crate) fn attempted(&mut self, now: Timestamp, status: Option<u16>) {
        self.attempts.push(Attempt { at: now, status });
        if status == Some(200) {
            self.copies = self.copies.saturating_sub(1);
            self.progress = if self.copies > 0 { Progress::Due(now) } else { Progress::Delivered };
            return;
        }
        let pause = usize::try_from(self.retried).ok().and_then(|retried| BACK_OFF.get(retried));
        self.progress = match pause {
            Some(minutes) => {
                Progress::Due(saturating_add(now, SignedDuration::from_mins(*minutes)))
            }
            None => Progress::GivenUp,
        };
        self.retried += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_retried_seven_times_until_it_is_answered_with_200() {
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let mut delivery = Delivery {
            seq: 1,
            id: "whtrans_1".to_owned(),
            order_id: "order-1".to_owned(),
            event: "PAYMENT_STATUS_CHANGED".to_owned(),
            url: String::new(),
            body: String::new(),
            copies: 1,
            retried: 0,
            progress: Progress::Due(start),
            attempts: Vec::new(),
            sending: false,
        };
        let mut now = start;
        for status in [None, Some(500), Some(201), Some(204), Some(302), Some(404), None] {
            delivery.attempted(now, status);
            let Progress::Due(next) = delivery.progress else { panic!("{:?}", delivery.progress) };
            now = next;
        }
        let minutes = now.duration_since(start).as_mins();
        assert_eq!(minutes, 1 + 4 + 16 + 64 + 256 + 1024 + 4096);
        delivery.attempted(now, Some(503));
        assert_eq!(delivery.progress, Progress::GivenUp);
    }
}
