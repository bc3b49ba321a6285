//! The stored forms. `tests/stored` holds items that an earlier version wrote. Each is read, is
//! written again without a difference, and the orders among them go on.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing helper fails the test"
)]

use std::collections::BTreeMap;

use domain::{
    base::{id::OrderId, money::Won},
    catalog::{
        isbn::Isbn,
        naming::Named,
        selection::{Book, Choice, Chooser, Considered, Evaluation},
        taste::Taste,
    },
    order::{
        BlockedOn, Order, RefusalCode, State,
        counter::Counter,
        letter::Letter,
        message::Message,
        parcel::{Carrier, Parcel},
        reconciliation::Accounts,
        refund::Progress,
        shop_notes::Notes,
        stock::{Slot, Stock},
    },
    riddle::content::{Height, RoomSet},
    walk::{content_version::Head, device::Device, visit::Visit},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

macro_rules! items {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("stored/", $name, ".json"))).unwrap()
    };
}

/// Reads an item, writes it, and compares with what was stored.
fn rewritten<T: Serialize + DeserializeOwned>(stored: &Value) -> T {
    written_as(stored, stored)
}

fn written_as<T: Serialize + DeserializeOwned>(stored: &Value, today: &Value) -> T {
    let item: T = serde_json::from_value(stored.clone())
        .unwrap_or_else(|error| panic!("{error}: {stored:#}"));
    assert_eq!(serde_json::to_value(&item).unwrap(), *today);
    item
}

/// A visit as it is written today: a room without wrong guesses says nothing about them.
fn without_empty_counts(stored: &Value) -> Value {
    let mut today = stored.clone();
    for room in today["rooms"].as_object_mut().unwrap().values_mut() {
        let room = room.as_object_mut().unwrap();
        room.retain(|name, value| match name.as_str() {
            "guesses" => *value != json!({ "counted": 0, "times": [], "seen": [] }),
            "wrong" => *value != json!(0),
            _ => true,
        });
    }
    today
}

/// An order as it is written today: its choice has a title instead of every proposal.
fn with_a_title(stored: &Value) -> Value {
    let mut today = stored.clone();
    if let Some(choice) = today.get_mut("choice").and_then(Value::as_object_mut)
        && let Some(proposals) = choice.remove("proposals")
    {
        let mut proposals = proposals.as_array().unwrap().iter();
        if let Some(taken) = proposals.find(|proposal| proposal["isbn"] == choice["isbn"]) {
            choice.insert("title".to_owned(), taken["title"].clone());
        }
    }
    today
}

fn each<T: Serialize + DeserializeOwned>(items: &Value) -> Vec<T> {
    let items = items.as_array().unwrap();
    assert!(!items.is_empty());
    items.iter().map(rewritten).collect()
}

fn orders() -> BTreeMap<String, Order> {
    let orders = items!("orders");
    let orders = orders.as_object().unwrap();
    let read = |stored| written_as(stored, &with_a_title(stored));
    orders.iter().map(|(name, stored)| (name.clone(), read(stored))).collect()
}

fn order(name: &str) -> Order {
    orders().remove(name).unwrap()
}

/// A moment after everything in the stored items.
fn now() -> Timestamp {
    "2026-11-28T12:00:00+09:00".parse().unwrap()
}

fn choice() -> Choice {
    let isbn: Isbn = "9788937460005".parse().unwrap();
    Choice {
        work: isbn.as_str().to_owned().try_into().unwrap(),
        isbn,
        copy: 1,
        list_price: Won(15_000),
        reason: "주인장이 가장 아끼는 책입니다.".into(),
        title: "책".to_owned(),
        because: None,
        by: Chooser::Rules,
    }
}

#[test]
fn every_stored_item_is_written_as_it_was_read() {
    each::<Book>(&items!("books"));
    each::<Considered>(&items!("considered"));
    each::<Counter>(&items!("counters"));
    each::<Evaluation>(&items!("facts"));
    each::<Head>(&items!("heads"));
    each::<Letter>(&items!("letters"));
    each::<Message>(&items!("messages"));
    each::<Notes>(&items!("notes"));
    each::<Stock>(&items!("stocks"));
    rewritten::<Accounts>(&items!("accounts"));
    rewritten::<Device>(&items!("device"));
    rewritten::<Taste>(&items!("taste"));
    for stored in items!("visits").as_object().unwrap().values() {
        written_as::<Visit>(stored, &without_empty_counts(stored));
    }
}

#[test]
fn every_state_of_an_order_is_among_the_stored_orders() {
    let orders = orders();
    for state in State::ALL {
        assert!(orders.values().any(|order| order.state == *state), "{state:?}");
    }
}

#[test]
fn a_choice_that_was_stored_with_its_proposals_has_a_title() {
    let titles: Vec<String> = orders()
        .into_values()
        .filter_map(|order| Some(order.choice?.title))
        .filter(|title| !title.is_empty())
        .collect();
    assert!(!titles.is_empty());
}

#[test]
fn a_stored_order_goes_on_from_every_step_to_its_return() {
    let paid = order("paid");
    assert!(paid.paid_at().is_some());
    assert_eq!(
        paid.choosing(None, now()).unwrap().chosen(choice(), now()).unwrap().order.state,
        State::Chosen
    );
    // An earlier version promised the difference with the choice. It is not promised again.
    let chosen = order("chosen");
    let parcel = Parcel::new(Carrier::Cj, "1234567890", None).unwrap();
    let posted = chosen.clone().handed_over(parcel.clone(), now()).unwrap();
    assert_eq!((chosen.refunds.len(), posted.order.refunds.len()), (1, 1));
    let packed = order("chosen_difference_back").packed(now()).unwrap().order;
    let handed_over = packed.handed_over(parcel.clone(), now()).unwrap().order;
    assert_eq!(order("packed_handed_over").parcel(), Some(&parcel));
    assert_eq!(handed_over.shipped(now()).unwrap().order.state, State::Shipped);
    let arrived = order("shipped").arrives(now()).unwrap();
    assert_eq!((arrived.state, arrived.parcel()), (State::Delivered, Some(&parcel)));
    let day = domain::base::calendar::today(now());
    let back = order("delivered_withdrawn").came_back(day, now()).unwrap().order;
    let sequence = back.refunds.last().unwrap().sequence;
    assert_eq!(back.refund_done(sequence, now()).order.state, State::Refunded);
}

#[test]
fn a_stored_order_is_paid_cancelled_and_refunded() {
    let paid = order("priced_asked").paid(None, now()).unwrap().order;
    assert_eq!(paid.state, State::Paid);
    let late = order("cancelled_asked").paid_too_late(None, now()).unwrap().order;
    assert_eq!(late.state, State::RefundDue);
    let cancelled = order("chosen_refund_parked").cancelled(now()).unwrap().order;
    assert_eq!(cancelled.refunds.last().unwrap().amount, Won(22_000));
    let due = order("refund_due_cancelled");
    let sequence = due.refunds.last().unwrap().sequence;
    let done = due.refund_asked(sequence, now()).refund_done(sequence, now()).order;
    assert_eq!(done.state, State::Refunded);
}

#[test]
fn a_stored_order_is_picked_from_the_desk() {
    let on_the_desk = order("choosing_on_the_desk");
    assert_eq!(on_the_desk.blocked_on, Some(BlockedOn::OwnerPick));
    assert_eq!(on_the_desk.named_on_desk(), None);
    assert_eq!(on_the_desk.picked(choice(), now()).unwrap().order.state, State::Chosen);
    let named = order("choosing_on_the_desk_named");
    assert_eq!(named.named_on_desk(), Some(Named::Title));
    let picked = named.picked(choice(), now()).unwrap().order;
    assert_eq!((picked.named_on_desk(), picked.state), (None, State::Chosen));
    let without_books = order("choosing_out_of_books");
    assert_eq!(without_books.blocked_on, Some(BlockedOn::Stock));
    assert!(without_books.proposed(Vec::new(), now()).unwrap().desk.unwrap().told);
}

#[test]
fn a_stored_bank_transfer_arrives_is_reversed_and_restored() {
    let paid = order("priced_account").paid(None, now()).unwrap().order;
    assert!(paid.by_bank_transfer());
    let named = order("transfer_chosen_account_named");
    assert!(named.refunds.iter().any(|refund| refund.progress == Progress::Due));
    let reversed = order("transfer_packed").transfer_reversed(now()).unwrap().order;
    assert!(reversed.paid_at().is_some() && reversed.reversal_is_open());
    let restored = order("packed_transfer_reversed").transfer_restored(now()).unwrap().order;
    assert!(!restored.transfer_is_reversed());
    let settled = order("packed_reversal_settled");
    assert!(settled.transfer_is_reversed() && !settled.reversal_is_open());
    let open = order("cancelled_account_open");
    let closed = open.account_closed(RefusalCode::AccountClosed, now());
    assert_eq!(closed.at_the_provider(), format!("{}-2", closed.id));
}

#[test]
fn stored_refusals_are_read_as_their_codes() {
    for (name, code) in [
        ("priced_refused_ours", RefusalCode::InvalidRequest),
        ("priced_refused_not_asked", RefusalCode::NotAsked),
        ("priced_refused_expired", RefusalCode::SessionExpired),
        ("priced_account_expired", RefusalCode::TransferExpired),
        ("priced_account_no_place", RefusalCode::NoCopyLeft),
        ("priced_account_closed", RefusalCode::AccountClosed),
        ("cancelled_transfer_reversed", RefusalCode::TransferReversed),
        ("priced_refused_by_the_provider", RefusalCode::Provider("REJECT_CARD_COMPANY".to_owned())),
    ] {
        assert_eq!(order(name).refusal(), Some(&code), "{name}");
    }
}

#[test]
fn a_stored_visit_goes_on() {
    let visits = items!("visits");
    let rooms = RoomSet::built_in().unwrap();
    let visit: Visit = serde_json::from_value(visits["study_wrong"].clone()).unwrap();
    let record = visit.room(rooms, "study", now()).unwrap();
    assert_eq!(record.wrong, 3);
    let visit = visit.with_room("study", record.open_plain(now()));
    assert!(visit.room(rooms, "wait", now()).is_some());
    let ordered: Visit = serde_json::from_value(visits["ordered"].clone()).unwrap();
    assert!(ordered.bookmark.is_some() && ordered.bell.is_some());
    assert_eq!(ordered.orders.len(), 1);
    assert!(ordered.round.is_first() && ordered.earlier_walks(rooms).is_empty());
    let again = ordered.walking_again(rooms, rooms, now()).unwrap();
    assert_eq!((again.round.number, again.earlier_walks(rooms).len()), (1, 1));
    assert!(again.walking_again(rooms, rooms, now()).is_none(), "a second click");
    let again: Visit = serde_json::from_value(visits["walking_again"].clone()).unwrap();
    let earlier = again.earlier_walks(rooms);
    assert_eq!(earlier[0].iter().filter(|keepsake| keepsake.line.is_some()).count(), 3);
    assert_eq!(again.keepsakes_of(again.orders[0], rooms, now()), earlier[0]);
    let riddle = rooms.riddle_for("knock", &again.walker(), Height::default()).unwrap();
    assert_ne!(riddle.id, "azaleas");
}

#[test]
fn a_stored_stock_keeps_its_reservations() {
    let stocks = each::<Stock>(&items!("stocks"));
    let stock = stocks.last().unwrap();
    assert_eq!(stock.available(now()), 2, "one for a paid order, one expired");
    let reserved = stock.reserve(OrderId::new(9, 9), now()).unwrap();
    assert!(matches!(reserved.slot, Slot::Free { .. }), "two are listed for three copies");
}
