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

use queues::{Count, MOST, QueuePair, Queues};
use thing::Thing;

/// Most messages that were given up in one answer.
const MOST_GIVEN_UP: i32 = 100;

/// A call, read.
enum Command {
    /// Show what nobody could handle.
    Show,
    /// Count it, without receiving it.
    Count,
    /// End what lies in these queues.
    End(Way, Vec<&'static str>),
}

/// How a thing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is sent back.
    SendBack,
    /// It is set aside.
    SetAside,
}

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let command = match Command::read(&call) {
        Ok(command) => command,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let queues = Queues::open(&state.platform)?;
    let counts = try_join_all(queues.all().iter().map(|queue| queues.count(queue))).await?;
    let given_up = state.store.given_up(MOST_GIVEN_UP).await?;
    if let Command::Count = command {
        return Ok(count(&queues, &counts, &given_up));
    }
    let mut answer = Answer::ok();
    let in_flight: usize = counts.iter().map(|count| count.in_flight).sum();
    let mut left = in_flight;
    for (queue, dead) in queues.all().iter().zip(counts) {
        let given_up: Vec<&Message> = of_queue(&given_up, queue).collect();
        if dead.waiting == 0 && given_up.is_empty() {
            continue;
        }
        let (name, title) = (queue.name, queues::title(queue.name));
        let way = command.way_for(name);
        let mut stay = Vec::new();
        for thing in things(&state, &queues, queue, given_up).await? {
            match way {
                Some(way) if way.is_open_to(&thing, name) && call.confirmed => {
                    end(&state, &queues, queue, &thing, way, &call).await?;
                    answer.did.push(format!("{title}: {} {}", thing.title(), way.done()));
                    continue;
                }
                Some(way) if way.is_open_to(&thing, name) => {
                    answer.would_do.push(format!("{title}: {} {}", thing.title(), way.does()));
                }
                Some(_) => answer.next.push(kept(&thing)),
                None => {}
            }
            if let Some(record) = &thing.record {
                queues.put_back(queue, record).await?;
            }
            stay.push(thing);
        }
        left += stay.len();
        if !stay.is_empty() {
            answer.shows.push(show(name, &stay));
        }
    }
    answer.left(left);
    Ok(with_next_steps(answer, &call, &command, left, in_flight))
}

/// How many things lie in each queue.
fn count(queues: &Queues, counts: &[Count], given_up: &[Message]) -> Answer {
    let mut answer = Answer::ok();
    let mut left = 0;
    for (queue, dead) in queues.all().iter().zip(counts) {
        // What is given up has left a dead letter, as a rule.
        let count = (dead.waiting + dead.in_flight).max(of_queue(given_up, queue).count());
        left += count;
        if count > 0 {
            let in_flight = dead.in_flight;
            let data = json!({ "queue": queue.name, "count": count, "in_flight": in_flight });
            answer.shows.push(Show::new("line", queue.name, data));
        }
    }
    answer.left(left);
    answer
}

fn of_queue<'m>(
    messages: &'m [Message],
    queue: &QueuePair,
) -> impl Iterator<Item = &'m Message> + use<'m> {
    let name = queue.name;
    messages.iter().filter(move |message| message.task.queue().name() == name)
}

/// What a queue could not handle: its dead letters, and the messages that were given up and left
/// none. The dead letters are received, so that each is either ended or put back.
async fn things(
    state: &AdminState,
    queues: &Queues,
    queue: &QueuePair,
    given_up: Vec<&Message>,
) -> Result<Vec<Thing>, AdminError> {
    let mut things: Vec<Thing> = Vec::new();
    for record in queues.take(queue).await? {
        things.push(Thing::of_letter(state, record).await?);
    }
    for message in given_up {
        match things.iter_mut().find(|thing| thing.message == Some(message.id)) {
            Some(thing) => thing.given_up = true,
            None => things.push(Thing::given_up(state, message).await?),
        }
    }
    Ok(things)
}

/// Ends a thing. What was given up and has no dead letter is sent by the next sweep; what is set
/// aside counts as handled.
async fn end(
    state: &AdminState,
    queues: &Queues,
    queue: &QueuePair,
    thing: &Thing,
    way: Way,
    call: &Call,
) -> Result<(), AdminError> {
    if let Some(message) = thing.message {
        match way {
            Way::SendBack => state.store.resume(message, call.now).await?,
            Way::SetAside => state.store.handled(message, call.now).await?,
        };
    }
    match (&thing.record, way) {
        (Some(record), Way::SendBack) => queues.send_back(queue, record).await,
        (Some(record), Way::SetAside) => queues.delete(queue, record).await,
        (None, _) => Ok(()),
    }
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
            let ways = [("send_back", Way::SendBack), ("set_aside", Way::SetAside)];
            let Some((field, way)) =
                ways.into_iter().find(|(field, _)| fields.given(field).is_some())
            else {
                return Some(Self::Show);
            };
            let one = |name: &Value| queues::names().find(|queue| name.as_str() == Some(queue));
            let names = |value: &Value| -> Option<Vec<&'static str>> {
                match fields::list_of(1..=usize::MAX)(value) {
                    Some(names) => names.iter().map(one).collect(),
                    None => Some(vec![one(value)?]),
                }
            };
            let known: Vec<&str> = queues::names().collect();
            let expected = format!("{} 가운데 줄의 이름을 대괄호 안에 적습니다", known.join(", "));
            let queues = fields.required(field, names, expected, json!(["choose"]))?;
            Some(Self::End(way, queues))
        })
    }

    /// What is to be done with the things of a queue.
    fn way_for(&self, queue: &str) -> Option<Way> {
        match self {
            Self::End(way, queues) => queues.contains(&queue).then_some(*way),
            Self::Show | Self::Count => None,
        }
    }
}

impl Way {
    fn is_open_to(self, thing: &Thing, queue: &str) -> bool {
        self == Self::SendBack || thing.may_be_set_aside(queue)
    }

    const fn does(self) -> &'static str {
        match self {
            Self::SendBack => "다시 보냅니다",
            Self::SetAside => "치웁니다",
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::SendBack => "다시 보냈습니다",
            Self::SetAside => "치웠습니다",
        }
    }
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
    if in_flight > 0 {
        answer.next.push(format!(
            "{in_flight}개는 다른 부름이 지금 보고 있습니다. 1분 뒤에 다시 보십시오."
        ));
    }
    if !answer.would_do.is_empty() {
        let (button, what) = match command {
            Command::End(Way::SetAside, _) => ("치우기", "치운 것은 다시 오지 않습니다."),
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
fn show(queue: &str, things: &[Thing]) -> Show {
    let messages: Vec<Value> = things.iter().map(Thing::data).collect();
    let lines: Vec<String> = things.iter().map(Thing::line).collect();
    let may_go = things.iter().any(|thing| thing.may_be_set_aside(queue));
    let data = json!({
        "queue": queue, "count": things.len(), "messages": messages, "may_go": may_go
    });
    Show::new("queue", queues::title(queue), data)
        .fact("멈춘 일", format!("{}개", things.len()))
        .text(Some(lines.join("\n")))
}
