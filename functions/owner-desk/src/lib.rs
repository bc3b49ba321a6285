//! 주인장의 책상: the orders that wait for the owner, the earliest promise first, with the next calls
//! ready to paste, and what waits beside them: letters, refunds, returned books. Seven reads, however
//! many orders the shop ever had, and one for each order shown whose letter names the best book.

mod beside;
mod view;
mod words;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem, packing_call};
use domain::{
    base::calendar,
    order::{Order, desk::OwnerTask, shop_notes::Note},
};
use jiff::{ToSpan, civil::Date};
use platform::InitError;
use serde_json::{Value, json};

use beside::Beside;

/// How many orders are shown if the call does not say: a morning's work.
const USUAL: u64 = 30;

/// Most orders in one answer.
const MOST: u64 = 100;

/// The days of the chart of stock and waiting orders.
const DAYS_NOTED: i64 = 14;

/// The days of reconciliation whose differences are counted.
const DAYS_RECONCILED: i32 = 7;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let limit = match limit(&call) {
        Ok(limit) => limit,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let today = calendar::today(call.now);
    let most = i32::try_from(limit).unwrap_or(i32::MAX);
    let (waiting, differences, two_weeks, beside) = tokio::try_join!(
        async { Ok::<_, AdminError>(state.store.desk(most).await?) },
        differences(&state, today),
        noted(&state, today),
        Beside::read(&state),
    )?;
    let mut answer = Answer::ok();
    let address = state.platform.environment.required("PAGE_URL").map_err(InitError::from)?;
    answer.page = Some(format!("{address}/office"));
    if differences > 0 {
        answer.next.push(words::differences(differences));
        answer.offer("장부 보기", "reconcile", json!({}));
    }
    if beside.given_up() > 0 {
        answer.next.push(words::given_up(beside.given_up()));
        answer.offer("멈춘 일 보기", "owner-redrive", json!({}));
    }
    let lines = beside.lines(&waiting.orders, call.now);
    let notes = view::notes(&two_weeks);
    answer.next.extend(lines.iter().map(words::line));
    if waiting.orders.is_empty() {
        if lines.is_empty() && beside.given_up() == 0 {
            answer.next.push("기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다.".into());
        }
        answer.shows.extend(lines.into_iter().chain(notes));
        return Ok(answer);
    }
    let orders: Vec<&Order> = waiting.orders.iter().map(|order| &order.value).collect();
    let with = |errand: OwnerTask| -> Vec<&Order> {
        orders.iter().copied().filter(|order| order.owner_task(today) == errand).collect()
    };
    let (to_post, to_choose) = (with(OwnerTask::Post), with(OwnerTask::Pick));
    let (to_pack, to_unpack) = (with(OwnerTask::Pack), with(OwnerTask::Unpack));
    if !to_post.is_empty() || !to_pack.is_empty() {
        let orders: Vec<&Order> = to_post.iter().chain(&to_pack).copied().collect();
        answer.offer("부치기", "owner-ship", view::parcels(&orders));
    }
    if let Some(call) = packing_call(&to_pack, &to_unpack) {
        answer.offer("모두 포장했습니다", "owner-pack", call);
    }
    let picks = view::picks(&to_choose);
    if picks.get("picks").and_then(Value::as_array).is_some_and(|picks| !picks.is_empty()) {
        answer.offer("첫째 책으로 모두 고르기", "owner-choose", picks);
    }
    let counts = view::Counts {
        to_post: to_post.len(),
        to_pack: to_pack.len(),
        to_unpack: to_unpack.len(),
        to_pick: to_choose.len(),
        named: to_choose.iter().filter(|order| order.named_on_desk().is_some()).count(),
        resting: with(OwnerTask::PickTomorrow).len(),
        without_book: with(OwnerTask::Stock).len(),
        refunds_stopped: orders.iter().filter(|order| order.has_parked_refund()).count(),
        reversed: with(OwnerTask::Deposit).len(),
        readdressed: orders.iter().filter(|order| order.outdated_print().is_some()).count(),
    };
    answer.next.extend(counts.lines());
    if waiting.more {
        answer
            .next
            .push(format!("더 있습니다. {limit}개까지만 보였습니다. limit을 늘리면 더 보입니다."));
        answer.offer("더 보기", "owner-desk", json!({ "limit": MOST }));
    }
    let names = state.store.pen_names(orders.iter().map(|order| order.visitor)).await?;
    for order in &orders {
        let letter = match order.named_on_desk() {
            Some(_) => state.store.letter_of(order).await?,
            None => None,
        };
        let name = names.get(&order.visitor).map(String::as_str);
        answer.shows.push(view::order(order, letter, name, today));
    }
    answer.shows.extend(lines.into_iter().chain(notes));
    Ok(answer)
}

fn limit(call: &Call) -> Result<u64, Vec<Problem>> {
    call.read_fields(|fields| {
        fields.known(&["limit"], &json!({ "limit": USUAL }));
        fields.checked()?;
        fields.limit(USUAL, MOST)
    })
}

/// Stock and waiting orders over the last days, oldest first. One read.
async fn noted(state: &AdminState, today: Date) -> Result<Vec<Note>, AdminError> {
    let first = today.saturating_sub((DAYS_NOTED - 1).days());
    Ok(state.store.notes(first, today).await?)
}

/// How many differences the reconciliation of the last days found. One read.
async fn differences(state: &AdminState, today: Date) -> Result<usize, AdminError> {
    let since = today.saturating_sub(DAYS_RECONCILED.days());
    let found = state.store.accounts(DAYS_RECONCILED).await?;
    Ok(found.iter().filter(|day| day.day >= since).map(|day| day.open().count()).sum())
}
