//! A page is one read, a form at most one read and one write, and no request calls a queue.

use std::sync::{Arc, Mutex};

use domain::base::text::Language;
use domain::riddle::content::RoomSet;
use local::Service;
use walk::{Doors, InProcess, Pay, Request, Sending, Shop, Transport, Walker};

/// The app, counting the calls of each request.
#[derive(Clone)]
struct Counting {
    shop: Arc<Shop>,
    seen: Arc<Mutex<Vec<(String, usize, usize)>>>,
}

impl Transport for Counting {
    fn authority(&self) -> &str {
        InProcess::AUTHORITY
    }

    fn send(&self, ask: Request) -> Sending<'_> {
        Box::pin(async move {
            let request = format!("{} {}", ask.method(), ask.uri().path());
            let system = self.shop.system();
            system.wire().forget_calls();
            let answer = system.request(ask).await;
            let calls = system.wire().calls();
            let of = |wanted: fn(Service) -> bool| {
                calls.iter().filter(|((_, service, _), _)| wanted(*service)).map(|(_, n)| n).sum()
            };
            let table = of(|service| service == Service::Dynamodb);
            let other = of(|service| matches!(service, Service::Sqs | Service::Sns));
            self.seen.lock().unwrap().push((request, table, other));
            answer
        })
    }
}

/// The most calls of the table that a request may cost.
fn most_calls(request: &str) -> usize {
    match request {
        // Who holds a place without a payment, and those orders.
        "POST /counter" => 4,
        form if form.starts_with("POST") => 2,
        // What happened to the order stands in its reader's letters; the list reads the orders.
        window if window.starts_with("GET /window") => 2,
        _ => 1,
    }
}

#[tokio::test]
async fn a_page_is_one_read_and_a_form_one_read_and_one_write() {
    let shop = Arc::new(Shop::open().await);
    let house = Counting { shop: Arc::clone(&shop), seen: Arc::default() };
    for (doors, language, parcel) in [
        (Doors::Riddle, Language::Ko, "123456789012"),
        (Doors::Plain, Language::En, "123456789013"),
    ] {
        let mut reader = Walker::new(house.clone()).reading(language);
        for path in ["/", "/notice", "/shelf", "/shelf?range=heavy", "/nowhere"] {
            reader.go(path).await;
        }
        reader.open_the_door().await;
        for guess in ["· · ·", "—·—", "", "···—···—···"] {
            reader.guess(guess).await;
        }
        reader.go("/bookmark").await;
        for form in ["#mine form", "#mine form", "#open form"] {
            let form = reader.here().form(form);
            let form = if form.fields.iter().any(|(name, _)| name == "bookmark") {
                form.fill("bookmark", "바람 바람 바람 바람 바람 바람")
            } else {
                form
            };
            reader.submit(form).await;
        }
        reader.go("/knock").await;
        shop.minutes_pass(4).await;
        reader.reload().await;
        let hint = reader.here().form("#hints form");
        reader.submit(hint).await;
        reader.through_the_rooms(doors).await;
        reader.go("/").await;
        reader.onward().await;
        for step in ["guestbook", "letter", "counter"] {
            reader.expect(step);
            // Kept, sent empty, and sent.
            let kept = reader.here().pressing("form > button[name=keep]");
            reader.submit(kept).await;
            let empty = reader.here().form("form[data-onward]");
            reader.submit(empty).await;
            match step {
                "guestbook" => drop(reader.sign().await),
                "letter" => drop(reader.write_letter().await),
                _ => {}
            }
        }
        reader.order("middle").await;
        reader.pay(Pay::Cancel).await;
        reader.onward().await;
        reader.pay(Pay::Refuse).await;
        reader.onward().await;
        reader.pay(Pay::Approve).await;
        reader.expect("window");
        shop.settle().await;
        let (order, _) = reader.here().order();
        shop.owner_ships(&order, parcel).await;
        shop.settle().await;
        reader.reload().await;
        let arrived = reader.here().form("form#arrived");
        reader.submit(arrived).await;
        assert_eq!(reader.here().order().1, "delivered");
        // The counter is filled with the address of the first order, and forgets it.
        shop.minutes_pass(1).await;
        reader.go("/letter").await;
        reader.write_letter().await;
        let forgotten = reader.here().form("form#forget");
        reader.submit(forgotten).await;
        for path in [
            "/",
            "/window",
            "/mailbox",
            "/letter",
            "/counter",
            "/knock",
            "/study",
            "/wait",
            "/bell",
            "/whisper",
            "/guestbook",
        ] {
            reader.go(path).await;
        }
    }
    let seen = house.seen.lock().unwrap().clone();
    let too_many: Vec<_> = seen
        .iter()
        .filter(|(request, table, other)| *table > most_calls(request) || *other > 0)
        .collect();
    assert!(too_many.is_empty(), "{too_many:#?}");
    // Every step was covered.
    let rooms = RoomSet::built_in().unwrap();
    let rooms = rooms
        .rooms()
        .iter()
        .map(|room| room.id.as_str())
        .filter(|room| !matches!(*room, "door" | "pay"));
    for step in rooms.map(|room| format!("POST /{room}")).chain(["POST /".to_owned()]) {
        assert!(
            seen.iter().any(|(request, table, _)| *request == step && *table > 0),
            "{step}: {seen:#?}"
        );
    }
}

/// What a stranger leaves who knocks and goes: anybody can do it as often as the entrance's limit
/// lets them.
#[tokio::test]
async fn a_stranger_who_knocks_costs_one_small_write() {
    let shop = Shop::empty().await;
    let wire = shop.system().wire().clone();
    let before = shop.items();
    wire.forget_calls();
    let mut stranger = shop.visitor();
    stranger.go("/").await;
    let knock = stranger.here().onward();
    let walk::Onward::Form(form) = knock else { panic!("the door is a form") };
    assert_eq!(stranger.ask(crate::sent(&form)).await.status, 303);
    shop.settle().await;
    assert_eq!(wire.count(Service::Dynamodb, "PutItem"), 1);
    assert_eq!(wire.count(Service::Dynamodb, "TransactWriteItems"), 0);
    let left: Vec<_> = shop.items().into_iter().filter(|item| !before.contains(item)).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let size = left[0].to_string().len();
    assert!(size < 1_024, "one write unit: {size} bytes");
    assert!(left[0]["expires"]["N"].is_string(), "it ends by itself");
    assert!(left[0]["waiting"].is_null(), "no index has a copy of it");
}
