//! The dry run and the one write of a command on an order.

use std::future::Future;

use admin::{AS_SHOWN, AdminError, AdminState, Answer, Call, Problem, fields::ORDER_EXAMPLE};
use domain::{base::id::OrderId, order::Order};
use store::{Decision, OrderCommit, Updated, Versioned};

/// What a command does to an order.
pub(crate) struct Plan {
    pub(crate) commit: OrderCommit,
    /// The line of the dry run.
    pub(crate) would: String,
    /// The line of the confirmed call.
    pub(crate) did: String,
    /// What the owner can do after that.
    pub(crate) next: Option<String>,
}

/// A plan, or the answer of an order that has none.
pub(crate) type Planned = Result<Plan, Box<Answer>>;

/// Plans a command on an order and writes the plan once per confirmed call. `done_before` answers a
/// repeated call.
pub(crate) async fn once<F>(
    state: &AdminState,
    call: &Call,
    id: OrderId,
    done_before: impl Fn() -> Answer,
    plan: impl Fn(Versioned<Order>) -> F,
) -> Result<Answer, AdminError>
where
    F: Future<Output = Result<Planned, AdminError>>,
{
    if call.confirmed && state.store.was_done(&call.code, id).await? {
        return Ok(done_before());
    }
    let (done_before, plan) = (&done_before, &plan);
    let updated = state
        .store
        .update_order(id, |order| async move {
            Ok::<_, AdminError>(match plan(order).await? {
                Ok(plan) => {
                    let answer = answer(call, plan.would, plan.did, plan.next);
                    call.decide(plan.commit.once(&call.code), answer)
                }
                // The same call was made twice at once, and the other one was faster.
                Err(_) if call.confirmed && state.store.was_done(&call.code, id).await? => {
                    Decision::Keep(done_before())
                }
                Err(answer) => Decision::Keep(*answer),
            })
        })
        .await?;
    Ok(match updated {
        Updated::Done(answer) => answer,
        Updated::DoneBefore => done_before(),
        Updated::NotFound => {
            Answer::problem(Problem::new("order", "이런 주문은 없습니다", ORDER_EXAMPLE))
        }
        Updated::GaveUp => {
            let expected =
                "다른 손이 이 주문을 바꾸고 있습니다. 같은 내용으로 한 번 더 불러 주세요";
            Answer::problem(Problem::new("order", expected, id.to_string()))
        }
    })
}

fn answer(call: &Call, would: String, did: String, next: Option<String>) -> Answer {
    let mut answer = Answer::ok();
    answer.line(call.line(would, did));
    if !call.confirmed {
        return answer.to_confirm(call, AS_SHOWN);
    }
    answer.next.extend(next);
    answer
}
