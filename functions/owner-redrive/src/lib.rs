//! 되살리기: what nobody could handle, why, and the two ways out of it: sending it back, and setting
//! it aside.
//!
//! A message that its function failed five times is a dead letter, and one that `sweep` has sent
//! again for a day is given up. Both are shown as one thing. Once the cause is gone, the owner sends
//! it back. That is always safe: every function ignores a message that it has handled. What nobody
//! waits for any more can be set aside; what an order still waits for cannot.

mod queues;
mod thing;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem, Show, fields};
use domain::order::message::Message;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use queues::{MOST, Queues, Record};
use thing::Thing;

/// Most messages that were given up in one answer.
const MOST_GIVEN_UP: i32 = 100;

/// A call, read.
enum Command {
    /// Show what nobody could handle.
    Show,
    /// Count it, without receiving it.
    Count,
    /// Send the things of these queues back.
    SendBack(Vec<&'static str>),
    /// Set the things of these queues aside.
    SetAside(Vec<&'static str>),
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
    let given_up = state.store.given_up(MOST_GIVEN_UP).await?;
    let mut left = 0;
    let mut in_flight = 0;
    for (queue, dead) in queues.all().iter().zip(counts) {
        let name = queue.name;
        let of_queue = |message: &&Message| message.task.queue().name() == name;
        let given_up: Vec<&Message> = given_up.iter().filter(of_queue).collect();
        if let Command::Count = command {
            // What is given up has left a dead letter, as a rule.
            let count = (dead.waiting + dead.in_flight).max(given_up.len());
            left += count;
            if count > 0 {
                let data = json!({ "queue": name, "count": count, "in_flight": dead.in_flight });
                answer.shows.push(Show::new("line", name, data));
            }
            continue;
        }
        in_flight += dead.in_flight;
        left += dead.in_flight;
        if dead.waiting == 0 && given_up.is_empty() {
            continue;
        }
        let acts = call.confirmed && command.names(name);
        let records = queues.take(queue).await?;
        let mut things = Vec::new();
        for record in &records {
            things.push((Thing::of_letter(&state, record).await?, Some(record)));
        }
        for message in given_up {
            let known = things.iter().any(|(thing, _)| thing.message() == Some(message.id));
            if !known {
                things.push((Thing::given_up(&state, message).await?, None));
            }
        }
        let mut stay = Vec::new();
        for (thing, record) in &things {
            let line = match &command {
                Command::SendBack(_) if acts => {
                    Some(send_back(&state, &queues, queue, thing, *record, &call).await?)
                }
                Command::SetAside(_) if acts && thing.may_be_set_aside(name) => {
                    Some(set_aside(&state, &queues, queue, thing, *record, &call).await?)
                }
                _ => None,
            };
            if let Some(line) = line {
                answer.did.push(line);
                continue;
            }
            stay.push(thing);
            if let Some(record) = record {
                queues.put_back(queue, record).await?;
            }
            if let (Command::SetAside(_), true) = (&command, command.names(name)) {
                if thing.may_be_set_aside(name) {
                    let title = queues::title(name);
                    answer.would_do.push(format!("{title}: {} 치웁니다", thing.title()));
                } else {
                    answer.next.push(kept(thing));
                }
            }
        }
        if let (Command::SendBack(_), true, false) = (&command, command.names(name), acts) {
            answer.would_do.push(format!(
                "{}: {}개를 다시 보냅니다",
                queues::title(name),
                things.len().min(MOST)
            ));
        }
        left += stay.len();
        if !stay.is_empty() {
            answer.shows.push(show(name, &stay));
        }
    }
    answer.left(left);
    Ok(with_next_steps(answer, &call, &command, left, in_flight))
}

impl Command {
    fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            let example = json!({ "send_back": ["choose"] });
            fields.known(&["send_back", "set_aside", "count"], &example);
            fields.checked()?;
            if fields.given("count") == Some(&Value::Bool(true)) {
                return Some(Self::Count);
            }
            let one = |name: &Value| queues::names().find(|queue| name.as_str() == Some(queue));
            let names = |value: &Value| -> Option<Vec<&'static str>> {
                match fields::list_of(1..=usize::MAX)(value) {
                    Some(names) => names.iter().map(one).collect(),
                    None => Some(vec![one(value)?]),
                }
            };
            let known: Vec<&str> = queues::names().collect();
            let expected = format!("{} 가운데 줄의 이름을 대괄호 안에 적습니다", known.join(", "));
            let field =
                ["send_back", "set_aside"].into_iter().find(|name| fields.given(name).is_some());
            let Some(field) = field else { return Some(Self::Show) };
            let queues = fields.required(field, names, expected, json!(["choose"]))?;
            Some(match field {
                "send_back" => Self::SendBack(queues),
                _ => Self::SetAside(queues),
            })
        })
    }

    fn names(&self, queue: &str) -> bool {
        match self {
            Self::SendBack(queues) | Self::SetAside(queues) => queues.contains(&queue),
            Self::Show | Self::Count => false,
        }
    }
}

/// Sends a thing back; the next sweep sends what was given up and has no dead letter.
async fn send_back(
    state: &AdminState,
    queues: &Queues,
    queue: &queues::QueuePair,
    thing: &Thing,
    record: Option<&Record>,
    call: &Call,
) -> Result<String, AdminError> {
    if let Some(message) = thing.message() {
        state.store.resume(message, call.now).await?;
    }
    if let Some(record) = record {
        queues.send_back(queue, record).await?;
    }
    Ok(format!("{}: {} 다시 보냈습니다", queues::title(queue.name), thing.title()))
}

/// Ends a thing: its message counts as handled, its dead letter goes.
async fn set_aside(
    state: &AdminState,
    queues: &Queues,
    queue: &queues::QueuePair,
    thing: &Thing,
    record: Option<&Record>,
    call: &Call,
) -> Result<String, AdminError> {
    if let Some(message) = thing.message() {
        state.store.handled(message, call.now).await?;
    }
    if let Some(record) = record {
        queues.delete(queue, record).await?;
    }
    Ok(format!("{}: {} 치웠습니다", queues::title(queue.name), thing.title()))
}

/// Why a thing stays.
fn kept(thing: &Thing) -> String {
    format!(
        "{} 치우지 않습니다. 주문이 아직 이 일을 기다립니다. 다시 보내시거나, \
         owner-order(돈은 owner-refund)로 그 주문을 먼저 매듭지어 주세요.",
        thing.title()
    )
}

fn with_next_steps(
    mut answer: Answer,
    call: &Call,
    command: &Command,
    left: usize,
    in_flight: usize,
) -> Answer {
    if let Command::Count = command {
        return answer;
    }
    if in_flight > 0 {
        answer.next.push(format!(
            "{in_flight}개는 다른 부름이 지금 보고 있습니다. 1분 뒤에 다시 보십시오."
        ));
    }
    if !answer.would_do.is_empty() {
        let (button, what) = match command {
            Command::SetAside(_) => ("치우기", "치운 것은 다시 오지 않습니다."),
            _ => ("다시 보내기", "까닭이 남아 있으면 다시 이리로 돌아옵니다."),
        };
        answer.next.push(format!(
            "맞으면 {} 다시 부르세요(calls에 적어 두었습니다). {what}",
            call.code_to_write()
        ));
        answer.offer(button, call.function, call.to_confirm());
    } else if call.confirmed {
        answer.next.push(format!(
            "5분쯤 뒤에 {{}}로 다시 불러 돌아온 것이 없는지 보세요. 한 줄에서 한 번에 {MOST}개까지 합니다."
        ));
    } else if left == 0 {
        answer.next.push("되살릴 것이 없습니다. 모두 제 길로 갔습니다.".into());
    } else if !answer.shows.is_empty() {
        answer.next.push(
            "다시 보내려면 send_back에, 아무도 기다리지 않는 일을 치우려면 set_aside에 줄의 이름을 \
             적습니다(calls에 적어 두었습니다). 까닭이 적혀 있지 않으면 그 함수의 기록(CloudWatch)에 \
             있습니다."
                .into(),
        );
        let names = |shows: &[Show], may: bool| -> Vec<Value> {
            let wanted = |show: &&Show| !may || show.data.get("may_go") == Some(&Value::Bool(true));
            let name = |show: &Show| show.data.get("queue").cloned();
            shows.iter().filter(wanted).filter_map(name).collect()
        };
        let (all, may_go) = (names(&answer.shows, false), names(&answer.shows, true));
        answer.offer("모두 다시 보내기", call.function, json!({ "send_back": all }));
        if !may_go.is_empty() {
            answer.offer("끝난 일 치우기", call.function, json!({ "set_aside": may_go }));
        }
    }
    answer
}

/// What a queue could not handle.
fn show(queue: &str, things: &[&Thing]) -> Show {
    let messages: Vec<Value> = things.iter().map(|thing| thing.data()).collect();
    let lines: Vec<String> = things.iter().map(|thing| thing.line()).collect();
    let may_go = things.iter().any(|thing| thing.may_be_set_aside(queue));
    let data = json!({
        "queue": queue, "count": things.len(), "messages": messages, "may_go": may_go
    });
    Show::new("queue", queues::title(queue), data)
        .fact("멈춘 일", format!("{}개", things.len()))
        .text(Some(lines.join("\n")))
}
