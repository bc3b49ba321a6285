//! 되살리기: what lies in the dead-letter queues, why, and sending it back. A task that a function
//! failed five times is set aside there; once the cause is gone, the owner sends it back to its
//! queue. What is done already does nothing the second time, so that sending back is never wrong,
//! only sometimes needless.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use aws_sdk_sqs::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{Message as Record, QueueAttributeName},
};
use domain::order::{
    State,
    message::{Message, Queue},
};
use messaging::News;
use serde_json::{Value, json};
use store::StoreError;

/// SQS gives at most ten messages a call.
const BATCH: i32 = 10;
/// Messages looked at, or sent back, of one queue in one call.
const MOST: usize = 50;
/// For how long a message stays hidden while a call has it in hand, in seconds: longer than the
/// call.
const IN_HAND: i32 = 60;

/// The queues with dead letters: those of the outbox, and that of word for devices.
fn queues() -> impl Iterator<Item = &'static str> {
    Queue::ALL.map(Queue::name).into_iter().chain(["push"])
}

/// A queue and its dead letters, by their addresses.
struct Pair {
    queue: &'static str,
    url: String,
    dead: String,
}

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) = call.strange(&["send_back"], &json!({ "send_back": ["choose"] })) {
        return Ok(strange);
    }
    let wanted = match wanted(&call) {
        Ok(wanted) => wanted,
        Err(problem) => return Ok(Answer::problems(vec![problem])),
    };
    let client = Client::new(&desk.platform.sdk);
    let mut answer = Answer::well();
    let mut lying = 0;
    for pair in pairs(&desk)? {
        let count = count(&client, &pair.dead).await?;
        lying += count;
        let chosen = wanted.as_ref().is_some_and(|wanted| wanted.contains(&pair.queue));
        if chosen && call.confirmed {
            let sent = send_back(&client, &pair).await?;
            answer.did.push(format!("{}: {sent}개를 다시 보냈습니다", pair.queue));
        } else if count > 0 {
            let looked_at = look(&desk, &client, &pair).await?;
            answer
                .shows
                .push(json!({ "queue": pair.queue, "count": count, "messages": looked_at }));
            if chosen {
                let at_once = count.min(MOST);
                answer.would_do.push(format!("{}: {at_once}개를 다시 보냅니다", pair.queue));
            }
        }
    }
    if !answer.would_do.is_empty() {
        answer.next.push(format!(
            "까닭이 사라졌다면 {} 다시 부르세요(call에 적어 두었습니다). 까닭이 남아 있으면 다시 이리로 돌아옵니다.",
            call.to_write()
        ));
        answer.call = Some(call.to_confirm());
    } else if call.confirmed {
        answer.next.push(format!(
            "1, 2분 뒤에 {{}}로 다시 불러 돌아온 것이 없는지 보세요. 한 번에 {MOST}개까지 보냅니다."
        ));
    } else if lying == 0 {
        answer.next.push("되살릴 것이 없습니다. 모두 제 길로 갔습니다.".into());
    } else {
        answer.next.push("다시 보내려면 send_back에 줄의 이름을 적습니다(call에 적어 두었습니다). reason에 까닭이 없으면 그 함수의 기록(CloudWatch)에 있습니다.".into());
        let names: Vec<Value> = answer.shows.iter().map(|shown| shown["queue"].clone()).collect();
        answer.call = Some(json!({ "send_back": names }));
    }
    Ok(answer)
}

/// Which queues are to be sent back to; none if the call only looks.
fn wanted(call: &Call) -> Result<Option<Vec<&'static str>>, Problem> {
    let names = match call.fields.get("send_back") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(names)) => names.clone(),
        Some(name) => vec![name.clone()],
    };
    let known: Vec<&str> = queues().collect();
    let wanted: Option<Vec<&str>> =
        names.iter().map(|name| queues().find(|queue| name.as_str() == Some(queue))).collect();
    wanted.filter(|queues| !queues.is_empty()).map(Some).ok_or_else(|| {
        let expected =
            format!("{} 가운데 다시 보낼 줄의 이름을 대괄호 안에 적습니다", known.join(", "));
        Problem::new("send_back", expected, json!(["choose"]))
    })
}

fn pairs(desk: &AdminState) -> Result<Vec<Pair>, AdminError> {
    queues()
        .map(|queue| {
            let read = |kind: &str| {
                let variable = format!("{kind}_{}", queue.to_uppercase());
                let value = desk.platform.environment.required(&variable).map(ToOwned::to_owned);
                value.map_err(|why| AdminError::InitError(why.into()))
            };
            Ok(Pair { queue, url: read("QUEUE")?, dead: read("DEAD")? })
        })
        .collect()
}

async fn count(client: &Client, dead: &str) -> Result<usize, AdminError> {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let answer = client
        .get_queue_attributes()
        .queue_url(dead)
        .attribute_names(name.clone())
        .send()
        .await
        .map_err(|error| ours(&error))?;
    let count = answer.attributes.and_then(|all| all.get(&name)?.parse().ok());
    Ok(count.unwrap_or_default())
}

/// Takes a look at what lies there and lays it back.
async fn look(desk: &AdminState, client: &Client, pair: &Pair) -> Result<Vec<Value>, AdminError> {
    let mut looked_at = Vec::new();
    while looked_at.len() < MOST {
        let mut records = receive(client, &pair.dead).await?;
        if records.is_empty() {
            break;
        }
        looked_at.append(&mut records);
    }
    let mut shown = Vec::new();
    for record in looked_at {
        shown.push(reason(desk, record.body().unwrap_or_default()).await?);
        client
            .change_message_visibility()
            .queue_url(&pair.dead)
            .receipt_handle(record.receipt_handle().unwrap_or_default())
            .visibility_timeout(0)
            .send()
            .await
            .map_err(|error| ours(&error))?;
    }
    Ok(shown)
}

/// What is known of one message: the order, its state, and why the message may have failed.
async fn reason(desk: &AdminState, body: &str) -> Result<Value, AdminError> {
    if let Ok(news) = serde_json::from_str::<News>(body) {
        return Ok(json!({
            "message": news.id.to_string(),
            "order": news.order.map(|order| order.to_string()),
            "notice": news.notice,
            "at": news.at.to_string(),
            "reason": "푸시가 거절되었거나 받아 주지 않았습니다. 같은 소식이 편지함에 있으니 급하지 않고, 사흘이 지난 것은 다시 보내도 조용히 끝납니다",
        }));
    }
    let Ok(message) = serde_json::from_str::<Message>(body) else {
        let start: String = body.chars().take(40).collect();
        return Ok(
            json!({ "reason": "읽을 수 없는 내용입니다. 다시 보내도 돌아옵니다", "begins": start }),
        );
    };
    let order = desk.store.order(message.id.order).await?;
    let reason = match &order {
        None => Some("이런 주문이 없습니다. 다시 보내도 돌아옵니다"),
        Some(_) if desk.store.is_handled(message.id).await? => {
            Some("이미 끝난 일입니다. 다시 보내도 두 번 하지 않습니다")
        }
        Some(order) if matches!(order.value.state, State::Cancelled | State::Refunded) => {
            Some("취소된 주문입니다. 다시 보내면 조용히 끝납니다")
        }
        Some(_) => None,
    };
    Ok(json!({
        "message": message.id.to_string(),
        "order": message.id.order.to_string(),
        "state": order.map(|order| order.value.state.name()),
        "at": message.at.to_string(),
        "reason": reason,
    }))
}

/// Sends back at most [`MOST`]: each is sent first and taken away after, so that a call that breaks
/// off sends twice rather than never.
async fn send_back(client: &Client, pair: &Pair) -> Result<usize, AdminError> {
    let mut sent = 0;
    while sent < MOST {
        let records = receive(client, &pair.dead).await?;
        if records.is_empty() {
            break;
        }
        for record in records {
            let body = record.body().unwrap_or_default();
            client
                .send_message()
                .queue_url(&pair.url)
                .message_body(body)
                .send()
                .await
                .map_err(|error| ours(&error))?;
            client
                .delete_message()
                .queue_url(&pair.dead)
                .receipt_handle(record.receipt_handle().unwrap_or_default())
                .send()
                .await
                .map_err(|error| ours(&error))?;
            sent += 1;
        }
    }
    Ok(sent)
}

async fn receive(client: &Client, url: &str) -> Result<Vec<Record>, AdminError> {
    let answer = client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(BATCH)
        .visibility_timeout(IN_HAND)
        .send()
        .await
        .map_err(|error| ours(&error))?;
    Ok(answer.messages.unwrap_or_default())
}

fn ours<E, R>(error: &SdkError<E, R>) -> AdminError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    StoreError::Unavailable(format!("SQS: {}", platform::why(error))).into()
}
