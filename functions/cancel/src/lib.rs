//! 물리기: cancels an order on one page. Cancelling is free until the order is packed. Once the book
//! has arrived, the reader can return it ([`withdrawal`]).
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
    order::{Order, State, bank_transfer::RefundTo},
};
use store::{Lost, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, order_id, own_order};

/// How often the form is run again after a concurrent change of the order.
const ROUNDS: usize = 6;

/// Serves `/cancel/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    request.visitor()?;
    let id = order_id(&request)?;
    if request.method == Method::Post {
        return submit(&app, &request, id).await;
    }
    let order = own_order(&app, &request, id).await?.value;
    if request.query.typed("to") == "account" && order.wants_account() {
        return Ok(account::page(&request, &order, &[]).into());
    }
    Ok(match order.state {
        State::Draft | State::Priced | State::Paid | State::Choosing | State::Chosen => {
            view::form(&request, &order, &[])
        }
        State::Cancelled | State::Returned | State::RefundDue | State::Refunded => {
            view::cancelled(&request, &order)
        }
        State::Packed => view::too_late(&request, &order),
        State::Shipped | State::Delivered => withdrawal::page(&request, &order, &[]),
    }
    .into())
}

/// Cancels, withdraws or names an account, depending on the form and the order's state.
async fn submit(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let order = own_order(app, request, id).await?;
        let reply = if !request.form.typed(account::ONLY).is_empty() {
            account::name(app, request, &order).await?
        } else if matches!(order.value.state, State::Shipped | State::Delivered) {
            withdrawal::withdraw(app, request, &order).await?
        } else {
            cancel(app, request, &order).await?
        };
        if let Some(reply) = reply {
            return Ok(reply);
        }
    }
    Err(Refusal::Ours(format!("order {id} is being changed by others")))
}

/// Cancels the order. `None` if it was changed concurrently: paid, chosen or packed, or another
/// order took a copy of the same book.
async fn cancel(
    app: &AppState,
    request: &Request,
    order: &Versioned<Order>,
) -> Result<Option<Reply>, Refusal> {
    let id = order.value.id;
    let account = match refund_account(request, &order.value) {
        Ok(account) => account,
        Err(problems) => {
            let page = view::form(request, &order.value, &problems);
            return Ok(Some(page.status(StatusCode::UNPROCESSABLE_ENTITY).into()));
        }
    };
    let Ok(step) = order.value.clone().cancelled_to(account, request.now) else {
        return Ok(Some(match order.value.state {
            State::Packed => {
                view::too_late(request, &order.value).status(StatusCode::CONFLICT).into()
            }
            _ => Reply::see(format!("/cancel/{id}")),
        }));
    };
    let copy = chosen_book(app, &order.value).await?;
    match app.store.give_up(order.version, &step, copy.as_ref()).await {
        Ok(()) => {
            tracing::info!(order = %id, from = order.value.state.name(), "order cancelled");
            Ok(Some(Reply::see(format!("/cancel/{id}"))))
        }
        Err(Lost::Race(_) | Lost::Conflict) => Ok(None),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

/// The account in the form, if cancelling this order needs one.
fn refund_account(request: &Request, order: &Order) -> Result<Option<RefundTo>, Vec<Problem>> {
    let may_be_cancelled = order.clone().cancelled(request.now).is_ok();
    if may_be_cancelled && account::is_needed(order) {
        return account::read(request).map(Some);
    }
    Ok(None)
}

/// The book that was chosen for the order; its copy goes back to the shelf.
async fn chosen_book(app: &AppState, order: &Order) -> Result<Option<Versioned<Book>>, Refusal> {
    let Some(choice) = &order.choice else { return Ok(None) };
    let book = app.store.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn);
    match book {
        Some(book) => Ok(Some(book)),
        None => Err(Refusal::Ours(format!("the book of order {} is missing", order.id))),
    }
}
