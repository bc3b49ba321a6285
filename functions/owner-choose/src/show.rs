//! What is shown without a pick: the next order, or one order with the reasons.

use admin::{AdminError, AdminState, Answer, Call, OrderName, Problem, fields::ORDER_EXAMPLE};
use domain::{
    base::{calendar, id::OrderId},
    catalog::{isbn::Isbn, selection},
    order::{Order, desk::OwnerTask},
};
use store::Versioned;

use crate::{
    NO_ORDER,
    view::{self, Beside},
};

/// For how many books that were not proposed the reason is shown.
const OTHERS: usize = 20;

/// Most orders that are looked at to find the next one.
const MOST: i32 = 100;

/// Shows the order that is to be picked for next. Seven reads at most, however many wait.
pub(crate) async fn next(
    state: &AdminState,
    call: &Call,
    after: Option<OrderId>,
) -> Result<Answer, AdminError> {
    let to_pick = to_pick(state, call).await?;
    let mut answer = Answer::ok();
    answer.left(to_pick.len());
    let passed = to_pick.iter().position(|order| Some(order.value.id) == after);
    let rest = to_pick.iter().skip(passed.map_or(0, |place| place + 1));
    // Behind the last one the first is next again: what was left for later is not forgotten.
    match rest.chain(&to_pick).find(|order| Some(order.value.id) != after).or(to_pick.first()) {
        Some(order) => {
            answer.shows.push(choice(state, call, order).await?);
            answer.next.push(
                "고를 책의 내용을 부르세요(shows의 calls에 적어 두었습니다). \
                 편지에 나오는 책이면 because에 까닭도 적습니다."
                    .into(),
            );
        }
        None => answer.next.push("고를 주문이 없습니다.".into()),
    }
    Ok(answer)
}

/// The orders that are to be picked for today, the earliest promise first. One read.
pub(crate) async fn to_pick(
    state: &AdminState,
    call: &Call,
) -> Result<Vec<Versioned<Order>>, AdminError> {
    let today = calendar::today(call.now);
    let mut orders = state.store.desk(MOST).await?.orders;
    orders.retain(|order| order.value.owner_task(today) == OwnerTask::Pick);
    Ok(orders)
}

/// Shows an order and explains why these books were proposed and others not.
pub(crate) async fn explain(
    state: &AdminState,
    call: &Call,
    name: OrderName,
) -> Result<Answer, AdminError> {
    let no_order = |why: &str| Ok(Answer::problem(Problem::new("order", why, ORDER_EXAMPLE)));
    let Some(id) = state.order_named(name).await? else { return no_order(NO_ORDER) };
    let (order, considered) = (state.store.order(id).await?, state.store.considered(id).await?);
    let (Some(order), Some(considered)) = (order, considered) else {
        return no_order("이런 주문이 없거나, 아직 책을 살피지 않은 주문입니다");
    };
    let lines = selection::explain(id, &considered, OTHERS);
    let isbns: Vec<Isbn> = lines.iter().map(|(isbn, _)| isbn.clone()).collect();
    let books = state.store.books(&isbns).await?;
    let mut answer = Answer::ok();
    answer.shows.push(choice(state, call, &order).await?);
    answer.shows.extend(lines.iter().map(|(isbn, why)| {
        let title = books.get(isbn).map(|book| book.value.title.as_str());
        view::why(isbn, title, why)
    }));
    Ok(answer)
}

pub(crate) async fn choice(
    state: &AdminState,
    call: &Call,
    order: &Versioned<Order>,
) -> Result<admin::Show, AdminError> {
    let store = &state.store;
    let proposals = order.value.desk.as_ref().map(|desk| desk.proposals.as_slice());
    let isbns: Vec<Isbn> =
        proposals.unwrap_or_default().iter().map(|proposal| proposal.isbn.clone()).collect();
    let beside = Beside {
        pen_name: store.pen_names([order.value.visitor]).await?.remove(&order.value.visitor),
        letter: store.letter_of(&order.value).await?,
        earlier: store.earlier(&order.value).await?,
        books: store.books(&isbns).await?,
    };
    Ok(view::choice(order, &beside, calendar::today(call.now)))
}
