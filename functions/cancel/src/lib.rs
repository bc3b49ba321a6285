//! 취소: cancels an order on one page. Cancelling is free until the parcel is handed over. Once
//! the book is on its way, the reader can return it ([`withdrawal`]).
//!
//! Cancelling is one transaction: the order, its refund and their messages, the place or the copy,
//! and the record that this reader and address have had the work. A second click or another tab
//! finds the order cancelled and shows the same page. A bank transfer is refunded to an account
//! that the reader names in the same form ([`account`]).

mod account;
mod view;
mod withdrawal;

use std::sync::Arc;

use domain::{
    base::id::OrderId,
    catalog::selection::Book,
    order::{Order, State, bank_transfer::RefundTo, withdrawal::ReturnReason},
};
use store::{Commit, Decision, Updated, Versioned};
use web::{
    Access, AppState, Method, Problem, Refusal, Reply, Request, StatusCode, order_id, proof,
    seen_order,
};

/// Serves `/cancel/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let id = order_id(&request)?;
    if request.method == Method::Post {
        return submit(&app, &request, id).await;
    }
    let (order, access) = seen_order(&app, &request, id).await?;
    let order = order.value;
    if request.query.typed("to") == "account" && order.wants_account() {
        return Ok(account::page(&request, &order, access, &[]).into());
    }
    Ok(match order.state {
        State::Cancelled | State::RefundDue | State::Refunded => {
            view::cancelled(&request, &order, access)
        }
        _ if order.may_be_cancelled() => view::form(&request, &order, access, &[]),
        State::Priced | State::Paid | State::Choosing | State::Chosen | State::Packed => {
            view::too_late(&request, &order)
        }
        State::Shipped | State::Delivered => withdrawal::page(&request, &order, &[]),
    }
    .into())
}

/// What a form changed, for the log.
enum Change {
    Nothing,
    Cancelled(State),
    Withdrawn(ReturnReason),
    AccountNamed,
}

/// Cancels, withdraws or names an account, depending on the form and the order's state.
async fn submit(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    let (order, access) = seen_order(app, request, id).await?;
    let names_account = !request.form.typed(account::ONLY).is_empty();
    let moves_money = if names_account {
        order.value.wants_account()
    } else {
        order.value.may_be_cancelled() && order.value.paid_at().is_some()
    };
    if moves_money && let Err(problem) = proof::check(app, request, &order.value, access).await? {
        let mut problems = vec![problem];
        let page = if names_account {
            problems.extend(account::read(request).err().into_iter().flatten());
            account::page(request, &order.value, access, &problems)
        } else {
            problems.extend(refund_account(request, &order.value).err().into_iter().flatten());
            view::form(request, &order.value, access, &problems)
        };
        return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
    }
    let asker = &Asker { request, access, proved: moves_money };
    let updated = app
        .store
        .update_order_from(order, |order| async move {
            if names_account {
                return Ok(account::name(asker, &order));
            }
            if matches!(order.value.state, State::Shipped | State::Delivered) {
                return Ok(withdrawal::withdraw(request, &order));
            }
            cancel(app, asker, &order).await
        })
        .await?;
    let (change, reply) = match updated {
        Updated::Done(done) => done,
        Updated::DoneBefore => (Change::Nothing, Reply::see(format!("/cancel/{id}"))),
        Updated::NotFound => return Err(Refusal::NotFound),
        Updated::GaveUp => return Err(Refusal::gave_up(format_args!("order {id}"))),
    };
    match change {
        Change::Nothing => {}
        Change::Cancelled(from) => {
            tracing::info!(order = %id, from = from.name(), "order cancelled");
        }
        Change::Withdrawn(reason) => {
            tracing::info!(order = %id, reason = reason.name(), "order withdrawn");
        }
        Change::AccountNamed => tracing::info!(order = %id, "refund account named"),
    }
    Ok(reply)
}

/// Who asks for a change.
struct Asker<'a> {
    request: &'a Request,
    access: Access,
    /// Whether they have shown that they know the order's telephone.
    proved: bool,
}

/// Nothing is written, and the reader sees this.
fn keep(reply: impl Into<Reply>) -> Decision<(Change, Reply)> {
    Decision::Keep((Change::Nothing, reply.into()))
}

async fn cancel(
    app: &AppState,
    asker: &Asker<'_>,
    order: &Versioned<Order>,
) -> Result<Decision<(Change, Reply)>, Refusal> {
    let Asker { request, access, proved } = *asker;
    let see = Reply::see(format!("/cancel/{}", order.value.id));
    let account = match refund_account(request, &order.value) {
        Ok(account) => account,
        Err(problems) => {
            let page = view::form(request, &order.value, access, &problems);
            return Ok(keep(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    // It was paid since it was read: the page says what is asked for now.
    if order.value.paid_at().is_some() && order.value.may_be_cancelled() && !proved {
        return Ok(keep(see));
    }
    let named = account.clone();
    let Ok(step) = order.value.clone().cancelled_to(account, request.now) else {
        return Ok(match order.value.state {
            State::Packed => {
                keep(view::too_late(request, &order.value).status(StatusCode::CONFLICT))
            }
            _ => keep(see),
        });
    };
    let copy = chosen_book(app, &order.value).await?;
    let commit = Commit::of(order, &step).giving_up(copy.as_ref());
    let commit = account::told(commit, &step.order, named.as_ref(), request.now);
    Ok(Decision::write(commit, (Change::Cancelled(order.value.state), see)))
}

/// The account in the form, if cancelling this order needs one.
fn refund_account(request: &Request, order: &Order) -> Result<Option<RefundTo>, Vec<Problem>> {
    if order.may_be_cancelled() && account::is_needed(order) {
        return account::read(request).map(Some);
    }
    Ok(None)
}

/// The book that was chosen for the order; its copy goes back to the shelf.
async fn chosen_book(app: &AppState, order: &Order) -> Result<Option<Versioned<Book>>, Refusal> {
    let book = app.store.chosen_book(order).await?;
    if order.choice.is_some() && book.is_none() {
        return Err(Refusal::Ours(format!("the book of order {} is missing", order.id)));
    }
    Ok(book)
}
