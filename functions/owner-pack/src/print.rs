//! What is printed for a parcel: the slip with the poem of the walk, the letter, the label. No sheet
//! names the book.

use std::collections::BTreeMap;

use admin::{AdminError, AdminState, Answer, Call, OrderName, Problem, Rows, Show, address_data};
use domain::{
    base::calendar,
    catalog::selection::Chooser,
    order::{LastCode, Order, ShortNumber, State, desk::OwnerTask, letter::acts},
    riddle::content::RoomSet,
    walk::{content_version::Head, keepsake, visit::Visit},
};
use serde_json::json;
use store::{Content, Versioned};

use crate::{MOST, sort_by_spot, view, words};

/// Shows what is printed for these orders; for all that are to be packed, if none is named. Five
/// reads and one for each order's letter and visit.
pub(crate) async fn print(
    state: &AdminState,
    call: &Call,
    named: &Rows<OrderName>,
) -> Result<Answer, AdminError> {
    let mut answer = Answer::ok();
    answer.unread(named);
    let orders = if named.is_empty() {
        let today = calendar::today(call.now);
        let waiting = state.store.desk(MOST).await?.orders;
        waiting
            .into_iter()
            .filter(|order| order.value.owner_task(today) == OwnerTask::Pack)
            .collect()
    } else {
        orders(state, named, &mut answer).await?
    };
    let mut orders: Vec<&Order> = orders.iter().map(|order| &order.value).collect();
    let books = state.store.books(&view::isbns(orders.iter().copied())).await?;
    sort_by_spot(&mut orders, &books);
    let head = state.store.head().await?.value;
    let mut versions = Versions { state, head: &head, known: BTreeMap::new() };
    for order in orders.iter().copied() {
        let letter = state.store.letter_of(order).await?;
        let visit = state.store.visit(order.visitor).await?;
        let poem = match visit {
            Some(visit) => versions.poem(order, &visit.value, call).await?,
            None => None,
        };
        answer.shows.push(sheet(order, letter, poem.as_deref()));
    }
    answer.left(orders.len());
    if orders.is_empty() {
        answer.next.push("인쇄할 것이 없습니다.".into());
    }
    if !answer.problems.is_empty() {
        answer.status = 400;
    }
    Ok(answer)
}

/// The orders that the owner named, as far as there is something to print.
async fn orders(
    state: &AdminState,
    named: &Rows<OrderName>,
    answer: &mut Answer,
) -> Result<Vec<Versioned<Order>>, AdminError> {
    let mut orders = Vec::new();
    for (place, name) in &named.read {
        let id = state.order_named(*name).await?;
        let order = match id {
            Some(id) => state.store.order(id).await?,
            None => None,
        };
        let why = match order {
            Some(order) if is_printed(order.value.state) => {
                orders.push(order);
                continue;
            }
            Some(order) => words::nothing_to_print(order.value.state),
            None => "이런 주문은 없습니다".to_owned(),
        };
        answer.problems.push(Problem::new(format!("print[{place}]"), why, name.to_string()));
    }
    Ok(orders)
}

const fn is_printed(state: State) -> bool {
    matches!(state, State::Chosen | State::Packed | State::Shipped | State::Delivered)
}

fn sheet(order: &Order, letter: Option<String>, poem: Option<&str>) -> Show {
    let choice = order.choice.as_ref();
    let by = choice.map_or(Chooser::Rules, |choice| choice.by);
    let data = json!({
        "order": order.id.to_string(),
        "number": order.number.map(|number| number.to_string()),
        "reason": choice.map(|choice| choice.reason.as_str()),
        "poem": poem,
        "last_code": order.last_code.as_ref().map(LastCode::written),
        "letter_note": acts::on_the_slip(by),
        "to": address_data(&order.address),
    });
    let title = order.number.map_or_else(|| order.id.to_string(), ShortNumber::short);
    Show::new("slip", title, data).text(letter)
}

/// The versions of the rooms that the readers walked, each read once.
struct Versions<'a> {
    state: &'a AdminState,
    head: &'a Head,
    known: BTreeMap<String, Option<RoomSet>>,
}

impl Versions<'_> {
    /// The poem that the house made of a walk, as it is now: a line may have been filled in.
    async fn poem(
        &mut self,
        order: &Order,
        visit: &Visit,
        call: &Call,
    ) -> Result<Option<String>, AdminError> {
        let Some(reader) = &visit.reader else { return Ok(None) };
        if !self.known.contains_key(&visit.version) {
            let rooms = self.load(&visit.version).await?;
            self.known.insert(visit.version.clone(), rooms);
        }
        let Some(Some(rooms)) = self.known.get(&visit.version) else { return Ok(None) };
        let keepsakes = visit.keepsakes_of(order.id, rooms, call.now);
        let poem = keepsake::poem(&keepsakes, reader.pen_name.reveal(), order.language);
        Ok(keepsake::has_a_line(&keepsakes).then_some(poem))
    }

    async fn load(&self, version: &str) -> Result<Option<RoomSet>, AdminError> {
        let built_in = Content::built_in();
        let stored = if version == built_in.house {
            None
        } else {
            self.state.store.content(version).await?
        };
        let load = |content: &Content| RoomSet::load(&content.files()).ok();
        let rooms = stored.as_ref().and_then(load).or_else(|| load(&built_in));
        Ok(rooms.map(|rooms| rooms.accepting(&self.head.accepted)))
    }
}
