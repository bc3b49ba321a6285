//! One thing that nobody could handle, and how it stands.

use admin::{AdminError, AdminState};
use domain::{
    base::id::{MessageId, OrderId},
    order::{State, message::Message},
};
use jiff::Timestamp;
use messaging::News;
use serde_json::{Value, json};

use crate::queues::Record;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is no message.
    Unreadable,
    /// It is a push; the same notice is in the mailbox.
    Push,
    /// There is no such order.
    NoOrder,
    /// It is done.
    Handled,
    /// The order has ended without it.
    Ended,
    /// Somebody waits for it.
    Open,
}

/// One thing that nobody could handle.
pub(crate) struct Thing {
    /// The message of the outbox.
    pub(crate) message: Option<MessageId>,
    /// The dead letter, received.
    pub(crate) record: Option<Record>,
    order: Option<OrderId>,
    /// The notice of a push.
    notice: Option<String>,
    /// The order's state.
    state: Option<State>,
    at: Option<Timestamp>,
    /// The beginning of what cannot be read.
    begins: Option<String>,
    standing: Standing,
    /// Whether it is not sent again any more.
    pub(crate) given_up: bool,
}

impl Thing {
    fn new(standing: Standing) -> Self {
        Self {
            message: None,
            record: None,
            order: None,
            notice: None,
            state: None,
            at: None,
            begins: None,
            standing,
            given_up: false,
        }
    }

    /// A dead letter. At most one read.
    pub(crate) async fn of_letter(state: &AdminState, record: Record) -> Result<Self, AdminError> {
        let body = record.body().unwrap_or_default();
        let thing = if let Ok(news) = serde_json::from_str::<News>(body) {
            // A push has no item in the outbox: it is sent by the topic.
            Self {
                order: news.order,
                notice: Some(news.notice),
                at: Some(news.at),
                ..Self::new(Standing::Push)
            }
        } else if let Ok(message) = serde_json::from_str::<Message>(body) {
            Self::of(state, &message).await?
        } else {
            Self {
                begins: Some(body.chars().take(40).collect()),
                ..Self::new(Standing::Unreadable)
            }
        };
        Ok(Self { record: Some(record), ..thing })
    }

    /// A message that was given up. One read.
    pub(crate) async fn given_up(
        state: &AdminState,
        message: &Message,
    ) -> Result<Self, AdminError> {
        Ok(Self { given_up: true, ..Self::of(state, message).await? })
    }

    async fn of(state: &AdminState, message: &Message) -> Result<Self, AdminError> {
        let (order, handled) = state.store.order_and_whether_handled(message.id).await?;
        let order = order.map(|order| order.value.state);
        let standing = match order {
            _ if handled => Standing::Handled,
            // A whisper or an answer is about a visit.
            None if message.order().is_none() => Standing::Open,
            None => Standing::NoOrder,
            Some(State::Cancelled | State::Refunded) => Standing::Ended,
            Some(_) => Standing::Open,
        };
        Ok(Self {
            message: Some(message.id),
            order: order.map(|_| message.id.order),
            state: order,
            at: Some(message.at),
            ..Self::new(standing)
        })
    }

    /// Whether nobody waits for it: a notice is in the mailbox in any case. Money that is owed is
    /// waited for in every state.
    pub(crate) fn may_be_set_aside(&self, queue: &str) -> bool {
        match self.standing {
            Standing::Unreadable | Standing::Push | Standing::NoOrder | Standing::Handled => true,
            Standing::Ended => queue != "refund",
            Standing::Open => queue == "notify",
        }
    }

    /// How it is named, as the object of a sentence.
    pub(crate) fn title(&self) -> String {
        match self.order {
            Some(order) => format!("주문 {order}의 일을"),
            None => "주문이 없는 일을".to_owned(),
        }
    }

    const fn reason(&self) -> Option<&'static str> {
        match self.standing {
            Standing::Unreadable => Some("읽을 수 없는 내용입니다. 다시 보내도 돌아옵니다"),
            Standing::Push => Some(
                "푸시가 거절되었거나 받아 주지 않았습니다. 같은 소식이 편지함에 있으니 급하지 않고, \
                 사흘이 지난 것은 다시 보내도 조용히 끝납니다",
            ),
            Standing::NoOrder => Some("이런 주문이 없습니다. 다시 보내도 돌아옵니다"),
            Standing::Handled => Some("이미 끝난 일입니다. 다시 보내도 두 번 하지 않습니다"),
            Standing::Ended => Some("취소된 주문입니다. 다시 보내면 조용히 끝납니다"),
            Standing::Open if self.given_up => {
                Some("하루 동안 거듭 보내다가 멈추었습니다. 주문이 이 일을 기다립니다")
            }
            Standing::Open => None,
        }
    }

    /// A line for the owner.
    pub(crate) fn line(&self) -> String {
        let order = self.order.map(|order| format!("주문 {order}: ")).unwrap_or_default();
        format!("{order}{}", self.reason().unwrap_or("까닭은 그 함수의 기록에 있습니다"))
    }

    /// The fields for a machine.
    pub(crate) fn data(&self) -> Value {
        let fields = [
            ("message", self.message.map(|id| id.to_string())),
            ("order", self.order.map(|id| id.to_string())),
            ("notice", self.notice.clone()),
            ("state", self.state.map(|state| state.name().to_owned())),
            ("at", self.at.map(|at| at.to_string())),
            ("begins", self.begins.clone()),
            ("reason", self.reason().map(str::to_owned)),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut data: serde_json::Map<String, Value> =
            fields.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        if self.given_up {
            data.insert("given_up".to_owned(), json!(true));
        }
        Value::Object(data)
    }
}
