//! Compares the queue with the guarantees of SQS, and with a small model.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::template::Redrive;

fn queue(name: &str, redrive: Option<(&str, u32)>) -> Queue {
    Queue {
        logical_id: name.into(),
        name: name.into(),
        arn: format!("arn:aws:sqs:ap-northeast-2:000000000000:{name}"),
        url: format!("https://sqs.ap-northeast-2.amazonaws.com/000000000000/{name}"),
        visibility: 30,
        retention: 345_600,
        delay: 0,
        redrive: redrive.map(|(target, receives)| Redrive {
            target: format!("arn:aws:sqs:ap-northeast-2:000000000000:{target}"),
            receives,
        }),
    }
}

fn queues() -> (Queues, Clock) {
    let clock = Clock::standing("2026-08-01T00:00:00Z".parse().unwrap());
    let all = [queue("work", Some(("dead", 3))), queue("dead", None), queue("plain", None)];
    (Queues::new(Ledger::open(None).unwrap(), clock.clone(), Signal::default(), all), clock)
}

fn one(queues: &Queues, name: &str) -> Option<Message> {
    queues.receive(name, 1, None).unwrap().messages.pop()
}

#[test]
fn a_received_message_is_hidden_returns_and_is_deleted() {
    let (queues, clock) = queues();
    let id = queues.send("plain", &Outgoing::text("가")).unwrap();
    let first = one(&queues, "plain").unwrap();
    assert_eq!((first.id.as_str(), first.body.as_str(), first.received), (id.as_str(), "가", 1));
    assert_eq!(one(&queues, "plain"), None);
    assert_eq!(queues.next_due("plain").unwrap().unwrap().to_string(), "2026-08-01T00:00:30Z");

    clock.advance(SignedDuration::from_millis(29_999));
    assert_eq!(one(&queues, "plain"), None);
    clock.advance(SignedDuration::from_millis(1));
    let second = one(&queues, "plain").unwrap();
    assert_eq!((second.received, second.first_received), (2, first.first_received));

    queues.delete("plain", &first.receipt).unwrap();
    assert_eq!(queues.depth("plain").unwrap().in_flight, 1, "an old receipt deletes nothing");
    queues.delete("plain", &second.receipt).unwrap();
    queues.delete("plain", &second.receipt).unwrap();
    assert_eq!(queues.depth("plain").unwrap().total(), 0);
}

#[test]
fn a_receipt_deletes_after_its_timeout_until_the_next_receive() {
    let (queues, clock) = queues();
    queues.send("plain", &Outgoing::text("가")).unwrap();
    let received = one(&queues, "plain").unwrap();
    clock.advance(SignedDuration::from_mins(5));
    queues.delete("plain", &received.receipt).unwrap();
    assert_eq!(one(&queues, "plain"), None);
}

#[test]
fn a_delayed_message_waits() {
    let (queues, clock) = queues();
    queues.send("plain", &Outgoing { delay: Some(60), ..Outgoing::text("가") }).unwrap();
    assert_eq!(queues.depth("plain").unwrap(), Depth { delayed: 1, ..Depth::default() });
    assert_eq!(one(&queues, "plain"), None);
    clock.advance(SignedDuration::from_mins(1));
    assert!(one(&queues, "plain").is_some());
}

#[test]
fn visibility_changes_only_in_flight() {
    let (queues, clock) = queues();
    queues.send("plain", &Outgoing::text("가")).unwrap();
    let message = one(&queues, "plain").unwrap();
    queues.change_visibility("plain", &message.receipt, 90).unwrap();
    clock.advance(SignedDuration::from_secs(89));
    assert_eq!(one(&queues, "plain"), None);
    queues.change_visibility("plain", &message.receipt, 0).unwrap();
    assert!(matches!(
        queues.change_visibility("plain", &message.receipt, 5),
        Err(QueueError::NotInFlight(_))
    ));
    assert!(matches!(
        queues.change_visibility("plain", "nonsense", 5),
        Err(QueueError::BadReceipt)
    ));
    assert_eq!(one(&queues, "plain").unwrap().received, 2);
}

#[test]
fn a_message_received_too_often_moves_and_can_be_redriven() {
    let (queues, clock) = queues();
    let id = queues.send("work", &Outgoing::text("독")).unwrap();
    for round in 1..=3 {
        assert_eq!(one(&queues, "work").unwrap().received, round);
        clock.advance(SignedDuration::from_secs(30));
    }
    let received = queues.receive("work", 10, None).unwrap();
    assert_eq!((received.messages.len(), received.moved), (0, 1));
    let dead = one(&queues, "dead").unwrap();
    assert_eq!(
        (dead.id, dead.source),
        (id.clone(), Some(queues.find("work").unwrap().arn.clone()))
    );

    assert_eq!(queues.redrive("dead", None).unwrap(), 0, "what is in flight stays");
    clock.advance(SignedDuration::from_secs(30));
    assert_eq!(queues.redrive("dead", None).unwrap(), 1);
    let again = one(&queues, "work").unwrap();
    assert_eq!((again.received, again.body.as_str()), (1, "독"));
    assert_ne!(again.id, id, "a redriven message is a new one");
}

#[test]
fn a_message_past_its_retention_is_deleted() {
    let (queues, clock) = queues();
    queues.send("plain", &Outgoing::text("가")).unwrap();
    clock.advance(SignedDuration::from_hours(4 * 24));
    assert_eq!(queues.depth("plain").unwrap().visible, 1);
    clock.advance(SignedDuration::from_millis(1));
    assert_eq!(queues.depth("plain").unwrap().visible, 0);
    assert_eq!(one(&queues, "plain"), None);
}

#[test]
fn a_body_that_sqs_does_not_accept_is_refused() {
    let (queues, _) = queues();
    let send = |body: &str| queues.send("plain", &Outgoing::text(body));
    assert!(matches!(send(""), Err(QueueError::Parameter(_))));
    assert!(matches!(send("\u{1}"), Err(QueueError::Contents)));
    assert!(matches!(send(&"x".repeat(MAX_BYTES + 1)), Err(QueueError::Parameter(_))));
    assert!(send(&"x".repeat(MAX_BYTES)).is_ok());
    assert!(matches!(queues.send("nowhere", &Outgoing::text("가")), Err(QueueError::NoSuchQueue)));
    for name in ["work", "https://anything/000000000000/work", "arn:aws:sqs:x:y:work"] {
        assert_eq!(queues.find(name).unwrap().name, "work");
    }
}

/// An operation on a queue.
#[derive(Debug, Clone)]
enum Action {
    Send { delay: u32 },
    Receive { most: usize, visibility: u32 },
    Delete { receipt: usize },
    Change { receipt: usize, visibility: u32 },
    Pass { seconds: u32 },
    Duplicate { message: usize },
    Redrive,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0..3_u32).prop_map(|delay| Action::Send { delay }),
        4 => (1..4_usize, 0..6_u32).prop_map(|(most, visibility)| Action::Receive { most, visibility }),
        2 => (0..20_usize).prop_map(|receipt| Action::Delete { receipt }),
        1 => (0..20_usize, 0..6_u32).prop_map(|(receipt, visibility)| Action::Change { receipt, visibility }),
        3 => (0..5_u32).prop_map(|seconds| Action::Pass { seconds }),
        1 => (0..20_usize).prop_map(|message| Action::Duplicate { message }),
        1 => Just(Action::Redrive),
    ]
}

/// One message of the model. `receipt` is the number of its latest delivery.
#[derive(Debug, Clone, PartialEq)]
struct Thing {
    message: usize,
    dead: bool,
    visible: u32,
    received: u32,
    receipt: Option<usize>,
}

/// The model: messages in order of creation.
#[derive(Debug, Default)]
struct Model {
    now: u32,
    things: Vec<Thing>,
    receipts: usize,
}

impl Model {
    fn add(&mut self, message: usize, delay: u32) {
        self.things.push(Thing {
            message,
            dead: false,
            visible: self.now + delay,
            received: 0,
            receipt: None,
        });
    }

    /// Oldest first. A message that was received three times moves instead.
    fn receive(&mut self, most: usize, visibility: u32) -> Vec<(usize, u32)> {
        let mut order: Vec<usize> = (0..self.things.len())
            .filter(|i| !self.things[*i].dead && self.things[*i].visible <= self.now)
            .collect();
        order.sort_by_key(|i| (self.things[*i].visible, *i));
        let mut got = Vec::new();
        for i in order {
            if got.len() == most {
                break;
            }
            let thing = &mut self.things[i];
            if thing.received == 3 {
                *thing =
                    Thing { dead: true, visible: self.now, received: 0, receipt: None, ..*thing };
            } else {
                thing.received += 1;
                thing.visible = self.now + visibility;
                thing.receipt = Some(self.receipts);
                self.receipts += 1;
                got.push((thing.message, thing.received));
            }
        }
        got
    }

    fn change(&mut self, receipt: usize, visibility: u32) -> bool {
        let now = self.now;
        let thing = self
            .things
            .iter_mut()
            .find(|t| !t.dead && t.receipt == Some(receipt) && t.visible > now);
        thing.map(|thing| thing.visible = now + visibility).is_some()
    }

    fn on(&self, dead: bool) -> Vec<(String, u32)> {
        self.things
            .iter()
            .filter(|t| t.dead == dead)
            .map(|t| (format!("message {}", t.message), t.received))
            .collect()
    }
}

fn number(body: &str) -> usize {
    body.strip_prefix("message ").unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_agrees_with_the_model(actions in prop::collection::vec(action(), 1..60)) {
        let (queues, clock) = queues();
        let mut model = Model::default();
        let (mut receipts, mut sent) = (Vec::<String>::new(), Vec::<String>::new());
        for deed in actions {
            match deed {
                Action::Send { delay } => {
                    let body = format!("message {}", sent.len());
                    model.add(sent.len(), delay);
                    let message = Outgoing { delay: Some(delay), ..Outgoing::text(body) };
                    sent.push(queues.send("work", &message).unwrap());
                }
                Action::Receive { most, visibility } => {
                    let got = queues.receive("work", most, Some(visibility)).unwrap().messages;
                    let wanted = model.receive(most, visibility);
                    let seen: Vec<(usize, u32)> = got.iter().map(|m| (number(&m.body), m.received)).collect();
                    prop_assert_eq!(seen, wanted);
                    receipts.extend(got.into_iter().map(|m| m.receipt));
                }
                Action::Delete { receipt } => {
                    if let Some(handle) = receipts.get(receipt) {
                        queues.delete("work", handle).unwrap();
                        model.things.retain(|t| t.dead || t.receipt != Some(receipt));
                    }
                }
                Action::Change { receipt, visibility } => {
                    if let Some(handle) = receipts.get(receipt) {
                        let changed = queues.change_visibility("work", handle, visibility).is_ok();
                        prop_assert_eq!(changed, model.change(receipt, visibility));
                    }
                }
                Action::Pass { seconds } => {
                    model.now += seconds;
                    clock.advance(SignedDuration::from_secs(seconds.into()));
                }
                Action::Duplicate { message } => {
                    if let Some(id) = sent.get(message)
                        && queues.duplicate("work", id).unwrap()
                    {
                        prop_assert!(model.things.iter().any(|t| !t.dead && t.message == message));
                        model.add(message, 0);
                    }
                }
                Action::Redrive => {
                    queues.redrive("dead", None).unwrap();
                    let now = model.now;
                    for thing in model.things.iter_mut().filter(|t| t.dead) {
                        *thing = Thing { dead: false, visible: now, received: 0, receipt: None, ..*thing };
                    }
                    // A redriven message keeps its text and gets a new id.
                    for message in queues.peek("work").unwrap() {
                        sent[number(&message.body)] = message.id;
                    }
                }
            }
            // No message is lost, and none appears.
            for (name, dead) in [("work", false), ("dead", true)] {
                let here: Vec<(String, u32)> =
                    queues.peek(name).unwrap().into_iter().map(|m| (m.body, m.received)).collect();
                prop_assert_eq!(here, model.on(dead), "on {}", name);
            }
        }
    }
}
