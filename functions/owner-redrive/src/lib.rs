//! 되살리기: the messages in the dead-letter queues, why they are there, and sending them back.
//!
//! A message that its function failed five times is moved to the dead-letter queue. Once the cause
//! is gone, the owner sends it back. That is always safe: every function ignores a message that it
//! has handled.

mod queues;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem, Show, fields};
use domain::order::{State, message::Message};
use futures_util::future::try_join_all;
use messaging::News;
use serde_json::{Value, json};

use queues::{Count, MOST, Queues};

/// A call, read.
enum Command {
    /// Show what is in the dead-letter queues.
    Show,
    /// Count what is in the dead-letter queues, without receiving it.
    Count,
    /// Send the messages of these queues back.
    SendBack(Vec<&'static str>),
}

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let command = match Command::read(&call) {
        Ok(command) => command,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let queues = Queues::open(&state.platform)?;
    let mut answer = Answer::ok();
    let counts = try_join_all(queues.all().iter().map(|queue| queues.count(queue))).await?;
    let dead = counts.iter().fold(Count::default(), |sum, count| Count {
        waiting: sum.waiting + count.waiting,
        in_flight: sum.in_flight + count.in_flight,
    });
    for (queue, Count { waiting: count, in_flight }) in queues.all().iter().zip(counts) {
        if matches!(command, Command::Count) {
            if count + in_flight > 0 {
                let data = json!({ "queue": queue.name, "count": count, "in_flight": in_flight });
                answer.shows.push(Show::new("line", queue.name, data));
            }
            continue;
        }
        let chosen = command.names(queue.name);
        if chosen && call.confirmed {
            let sent = queues.send_back(queue).await?;
            answer.did.push(format!("{}: {sent}개를 다시 보냈습니다", queue.name));
            continue;
        }
        if count == 0 {
            continue;
        }
        let mut messages = Vec::new();
        for body in queues.look(queue).await? {
            messages.push(describe(&state, &body).await?);
        }
        answer.shows.push(show(queue.name, count, &messages));
        if chosen {
            let at_once = count.min(MOST);
            answer.would_do.push(format!("{}: {at_once}개를 다시 보냅니다", queue.name));
        }
    }
    Ok(with_next_steps(answer, &call, dead))
}

impl Command {
    fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            fields.known(&["send_back", "count"], &json!({ "send_back": ["choose"] }));
            fields.checked()?;
            if fields.given("count") == Some(&Value::Bool(true)) {
                return Some(Self::Count);
            }
            if fields.given("send_back").is_none() {
                return Some(Self::Show);
            }
            let one = |name: &Value| queues::names().find(|queue| name.as_str() == Some(queue));
            let names = |value: &Value| -> Option<Vec<&'static str>> {
                match fields::list_of(1..=usize::MAX)(value) {
                    Some(names) => names.iter().map(one).collect(),
                    None => Some(vec![one(value)?]),
                }
            };
            let known: Vec<&str> = queues::names().collect();
            let expected =
                format!("{} 가운데 다시 보낼 줄의 이름을 대괄호 안에 적습니다", known.join(", "));
            fields.required("send_back", names, expected, json!(["choose"])).map(Self::SendBack)
        })
    }

    fn names(&self, queue: &str) -> bool {
        matches!(self, Self::SendBack(queues) if queues.contains(&queue))
    }
}

fn with_next_steps(mut answer: Answer, call: &Call, dead: Count) -> Answer {
    answer.left(dead.waiting + dead.in_flight);
    if dead.in_flight > 0 {
        answer.next.push(format!(
            "{}개는 다른 부름이 지금 보고 있습니다. 1분 뒤에 다시 보십시오.",
            dead.in_flight
        ));
    }
    if !answer.would_do.is_empty() {
        answer.next.push(format!(
            "까닭이 사라졌다면 {} 다시 부르세요(calls에 적어 두었습니다). 까닭이 남아 있으면 다시 이리로 돌아옵니다.",
            call.code_to_write()
        ));
        answer.offer("다시 보내기", call.function, call.to_confirm());
    } else if call.confirmed {
        answer.next.push(format!(
            "1, 2분 뒤에 {{}}로 다시 불러 돌아온 것이 없는지 보세요. 한 번에 {MOST}개까지 보냅니다."
        ));
    } else if dead.waiting + dead.in_flight == 0 {
        answer.next.push("되살릴 것이 없습니다. 모두 제 길로 갔습니다.".into());
    } else if dead.waiting > 0 {
        answer.next.push(
            "다시 보내려면 send_back에 줄의 이름을 적습니다(calls에 적어 두었습니다). \
             reason에 까닭이 없으면 그 함수의 기록(CloudWatch)에 있습니다."
                .into(),
        );
        let names: Vec<&Value> =
            answer.shows.iter().filter_map(|shown| shown.data.get("queue")).collect();
        let again = json!({ "send_back": names });
        answer.offer("모두 다시 보내기", call.function, again);
    }
    answer
}

/// What lies in a dead-letter queue.
fn show(queue: &str, count: usize, messages: &[Value]) -> Show {
    let reasons: Vec<String> = messages
        .iter()
        .map(|message| {
            let of = |name: &str| message.get(name).and_then(Value::as_str);
            let order = of("order").map(|order| format!("주문 {order}: ")).unwrap_or_default();
            format!("{order}{}", of("reason").unwrap_or("까닭은 그 함수의 기록에 있습니다"))
        })
        .collect();
    let data = json!({ "queue": queue, "count": count, "messages": messages });
    Show::new("queue", queues::title(queue), data)
        .fact("멈춘 일", format!("{count}개"))
        .text(Some(reasons.join("\n")))
}

/// The order of a message, its state, and why the message may have failed.
async fn describe(state: &AdminState, body: &str) -> Result<Value, AdminError> {
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
    let order = state.store.order(message.id.order).await?;
    let reason = match &order {
        None => Some("이런 주문이 없습니다. 다시 보내도 돌아옵니다"),
        Some(_) if state.store.is_handled(message.id).await? => {
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
