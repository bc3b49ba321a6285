//! 받으실 곳: corrects the address of an order until its parcel is handed over.
//!
//! One transaction changes the order and, once a book is chosen, moves the note that the address has
//! had the work. An address that has had the chosen book already is refused: no address is sent the
//! same book twice.

mod view;

use std::sync::Arc;

use domain::order::{Address, Order};
use store::{Commit, Condition, Decision, Updated, Versioned};
use web::{
    Access, AddressState, AppState, Method, Page, Refusal, Reply, Request, StatusCode, address,
    order_id, seen_order,
};

/// Serves `/address/{order}`.
pub async fn handle(state: Arc<AddressState>, request: Request) -> Result<Reply, Refusal> {
    let AddressState { app, postcodes } = &*state;
    let id = order_id(&request)?;
    let (order, access) = seen_order(app, &request, id).await?;
    if !order.value.may_be_readdressed() {
        return Ok(fixed(&request, &order.value));
    }
    match request.method {
        Method::Get => Ok(view::form(&request, &order.value, access, &[], postcodes).into()),
        Method::Post => match address::read(&request, kept(&order.value, access)) {
            Ok(address) => correct(app, &request, order, &address).await,
            Err(problems) => {
                let page = view::form(&request, &order.value, access, &problems, postcodes);
                Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
            }
        },
    }
}

/// Whose telephone is kept if none is typed.
fn kept(order: &Order, access: Access) -> Option<&Address> {
    (access == Access::Own).then_some(&order.address)
}

/// The address is fixed. A form that was sent is refused.
fn fixed(request: &Request, order: &Order) -> Reply {
    let page = view::fixed(request, order);
    match request.method {
        Method::Get => page,
        Method::Post => page.status(StatusCode::CONFLICT),
    }
    .into()
}

/// How a correction ended.
enum Corrected {
    Now,
    /// It had this address.
    Before,
    Refused(Box<Page>),
}

/// Corrects the address. Idempotent: the same address again changes nothing.
async fn correct(
    app: &AppState,
    request: &Request,
    read: Versioned<Order>,
    address: &Address,
) -> Result<Reply, Refusal> {
    let (id, read) = (read.value.id, &read);
    let updated = app
        .store
        .transact(|attempt| async move {
            let order = match attempt.number {
                0 => read.clone(),
                _ => app.store.order(id).await?.ok_or(Refusal::NotFound)?,
            };
            if attempt.last_lost() == Some(Condition::Sent) {
                let page = view::had(request, &order.value).status(StatusCode::CONFLICT);
                return Ok(Decision::Keep(Corrected::Refused(Box::new(page))));
            }
            decide(app, request, &order, address).await
        })
        .await?;
    match updated {
        Updated::Done(Corrected::Now) => {
            tracing::info!(order = %id, "address corrected");
            Ok(Reply::see(format!("/window/{id}")))
        }
        Updated::Done(Corrected::Before) | Updated::DoneBefore => {
            Ok(Reply::see(format!("/window/{id}")))
        }
        Updated::Done(Corrected::Refused(page)) => Ok(Reply::Page(page)),
        Updated::NotFound => Err(Refusal::NotFound),
        Updated::GaveUp => Err(Refusal::gave_up(format_args!("order {id}"))),
    }
}

async fn decide(
    app: &AppState,
    request: &Request,
    order: &Versioned<Order>,
    address: &Address,
) -> Result<Decision<Corrected>, Refusal> {
    let (sent_to, found_by) = (app.keys().sent_to(address), app.keys().found_by(address));
    let corrected = order.value.clone();
    let corrected = corrected.readdressed(address.clone(), sent_to, found_by, request.now);
    let Ok(changed) = corrected else {
        let page = view::fixed(request, &order.value).status(StatusCode::CONFLICT);
        return Ok(Decision::Keep(Corrected::Refused(Box::new(page))));
    };
    if changed == order.value {
        return Ok(Decision::Keep(Corrected::Before));
    }
    let book = app.store.chosen_book(&order.value).await?.map(|book| book.value);
    let commit = Commit::order(order, changed).readdressing(&order.value, book.as_ref());
    Ok(Decision::write(commit, Corrected::Now))
}
