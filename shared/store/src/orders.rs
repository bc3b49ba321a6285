//! Orders: what is read, how one is written, and how a payment is asked for.

use std::collections::HashMap;

use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId},
        money::Won,
        price::PriceRange,
    },
    order::{Order, Payment, PaymentKey, State, Waiting, counter::Counter, stock::Stock},
    walk::{
        draft::{Draft, DraftForm, LastAddress},
        visit::Visit,
    },
};
use jiff::Timestamp;
use thiserror::Error;

use crate::{
    Store, StoreError, Versioned,
    item::{attribute, from_item, number, string, to_item},
    key::{self, waiting},
    table::{BATCH, Write, Written},
    visits,
};

const KIND: &str = "order";

/// When the provider may be asked to take the money: [`Order::may_be_asked`] as a condition.
const MAY_BE_ASKED: &str = "visitor = :visitor AND #state = :priced AND #total = :amount \
     AND held_ms > :now_ms \
     AND (attribute_not_exists(payment) OR payment.#key = :key OR payment.outcome = :refused) \
     AND (attribute_not_exists(payment) OR payment.outcome <> :deposit)";

/// The payment was not recorded as asked for, so the provider must not be asked.
#[derive(Debug, Error)]
pub enum AskRefused {
    /// [`Order::may_be_asked`] is false. The order, if it exists.
    #[error("the order is not in a state to be paid")]
    Otherwise(Option<Box<Versioned<Order>>>),
    /// The table's fault, or ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the counter reads.
#[derive(Debug)]
pub struct AtTheCounter {
    /// The visit.
    pub visit: Option<Versioned<Visit>>,
    /// The places of every range.
    pub stocks: HashMap<PriceRange, Versioned<Stock>>,
    /// Whether orders are taken.
    pub counter: Counter,
    /// The draft of the form as it lies in the table; it may have ended.
    pub draft: Option<Draft>,
    /// Where the visitor's latest order went; it may have ended.
    pub last_address: Option<LastAddress>,
}

impl Store {
    /// An order. One read.
    pub async fn order(&self, id: OrderId) -> Result<Option<Versioned<Order>>, StoreError> {
        self.read(&key::order(id)).await
    }

    /// Orders by their ids, in the order of the ids. Those that ended are left out. One read for
    /// each 100.
    pub async fn orders(&self, ids: &[OrderId]) -> Result<Vec<Order>, StoreError> {
        let mut orders = Vec::new();
        for part in ids.chunks(BATCH) {
            let mut items = self.read_many(part.iter().map(|id| key::order(*id))).await?;
            for id in part {
                if let Some(item) = items.remove(&key::order(*id).to_string()) {
                    orders.push(from_item::<Order>(item)?.value);
                }
            }
        }
        Ok(orders)
    }

    /// An order and a visit. One read.
    pub async fn order_and_visit(
        &self,
        id: OrderId,
        visitor: VisitorId,
    ) -> Result<(Option<Versioned<Order>>, Option<Versioned<Visit>>), StoreError> {
        let (order, visit) = (key::order(id), key::visit(visitor));
        let mut items = self.read_many([order.clone(), visit.clone()]).await?;
        let order = items.remove(&order.to_string()).map(from_item).transpose()?;
        let visit = items.remove(&visit.to_string()).map(from_item).transpose()?;
        Ok((order, visit))
    }

    /// The visit, the places of all ranges, whether orders are taken, and what the form is filled
    /// with. One read.
    pub async fn at_the_counter(&self, visitor: VisitorId) -> Result<AtTheCounter, StoreError> {
        let draft = key::draft(visitor, DraftForm::Counter);
        let last_address = key::last_address(visitor);
        let keys = [key::visit(visitor), key::counter(), draft.clone(), last_address.clone()]
            .into_iter()
            .chain(PriceRange::ALL.map(key::stock));
        let mut items = self.read_many(keys).await?;
        let counter: Option<Versioned<Counter>> =
            items.remove(&key::counter().to_string()).map(from_item).transpose()?;
        let visit = items.remove(&key::visit(visitor).to_string()).map(from_item).transpose()?;
        let draft: Option<Versioned<Draft>> =
            items.remove(&draft.to_string()).map(from_item).transpose()?;
        let last_address: Option<Versioned<LastAddress>> =
            items.remove(&last_address.to_string()).map(from_item).transpose()?;
        let mut stocks = HashMap::new();
        for range in PriceRange::ALL {
            let stock = match items.remove(&key::stock(range).to_string()) {
                Some(item) => from_item(item)?,
                None => Versioned::new(Stock::default()),
            };
            stocks.insert(range, stock);
        }
        Ok(AtTheCounter {
            visit,
            stocks,
            counter: counter.map(|counter| counter.value).unwrap_or_default(),
            draft: draft.map(|draft| draft.value),
            last_address: last_address.map(|last| last.value),
        })
    }

    /// Records that the provider is being asked to take `amount` under this payment key, before it
    /// is asked, if [`Order::may_be_asked`]. One write, no read: the answer carries the order.
    pub async fn ask_payment(
        &self,
        id: OrderId,
        visitor: VisitorId,
        payment_key: &PaymentKey,
        amount: Won,
        now: Timestamp,
    ) -> Result<Versioned<Order>, AskRefused> {
        let asked = Payment::asked(payment_key.clone(), now);
        let asked_about = calendar::minutes_after(now, Order::ASK_AGAIN_MINUTES);
        let (waits, due) = waits(&Waiting::Payment(asked_about));
        let write = Write::update(
            &key::order(id),
            "SET payment = :payment, waiting = :waits, due = :due, changed_at = :changed \
             ADD #version :one",
        )
        .only_if(MAY_BE_ASKED)
        .name("#version", "version")
        .name("#state", "state")
        .name("#total", "total")
        .name("#key", "key")
        .value(":payment", attribute(asked)?)
        .value(":waits", string(waits))
        .value(":due", string(due))
        .value(":changed", string(now.to_string()))
        .value(":one", number(1))
        .value(":visitor", string(visitor.to_string()))
        .value(":priced", string(State::Priced.name()))
        .value(":amount", number(amount.0))
        .value(":now_ms", number(now.as_millisecond()))
        .value(":key", string(payment_key.as_str()))
        .value(":refused", string("refused"))
        .value(":deposit", string("waits"));
        match self.write_and_return(write).await? {
            Written::Done(order) => Ok(from_item(order.unwrap_or_default())?),
            Written::Refused(order) => {
                let order = order.map(from_item).transpose()?;
                Err(AskRefused::Otherwise(order.map(Box::new)))
            }
        }
    }
}

/// The write of an order. What it waits for places it in the index `due`.
pub(crate) fn order_put(order: &Versioned<Order>) -> Result<Write, StoreError> {
    let mut item = to_item(&key::order(order.value.id), KIND, order)?;
    // Milliseconds beside the text: a condition compares texts byte by byte.
    item.insert("held_ms".to_owned(), number(order.value.held_until.as_millisecond()));
    if let Some(waiting) = order.value.waiting() {
        let (waits, mut due) = waits(&waiting);
        if let (Waiting::Owner(_), Some(paid)) = (&waiting, order.value.paid_at()) {
            // Within one promised day the oldest payment comes first.
            due = format!("{due}#{}", key::instant(paid));
        }
        item.insert("waiting".to_owned(), string(waits));
        item.insert("due".to_owned(), string(due));
    }
    if order.value.led_to_nothing() {
        item.insert("expires".to_owned(), number(visits::until(order.value.changed_at)));
    }
    Ok(Write::put_over(item, order.version))
}

/// Hash and range key of an order in the index `due`.
fn waits(waiting: &Waiting) -> (&'static str, String) {
    match waiting {
        Waiting::Payment(from) => (waiting::PAYMENT, key::instant(*from)),
        Waiting::Owner(by) => (waiting::OWNER, key::instant(calendar::end_of(*by))),
        Waiting::Return(since) => (waiting::RETURN, key::instant(*since)),
        Waiting::Refund(by) => (waiting::REFUND, key::instant(calendar::end_of(*by))),
    }
}
