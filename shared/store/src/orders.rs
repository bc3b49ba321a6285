//! Orders: placing, paying, and every step after.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    Update,
};
use domain::{
    base::{
        id::{MessageId, OrderId, VisitorId},
        money::Won,
        price::PriceRange,
    },
    catalog::selection::Book,
    order::{
        Order, Payment, PaymentStatus, State, Step, Waiting,
        counter::Counter,
        stock::{Hold, Stock, Taken},
    },
    walk::visit::Visit,
};
use jiff::Timestamp;
use thiserror::Error;

use crate::{
    Guard, Lost, Store, StoreError, Versioned,
    choosing::sent_item,
    item::{Item, from_item, number, string, to_item},
    key::{self, waiting},
    transaction::Transaction,
};

const KIND: &str = "order";

/// A new order, and what it changes.
#[derive(Debug)]
pub struct NewOrder<'a> {
    /// The visit after ordering, with the version read.
    pub visit: &'a Versioned<Visit>,
    /// The order.
    pub order: &'a Order,
    /// The version of the range's places that the place was taken from.
    pub stock_version: u64,
    /// The place.
    pub place: &'a Taken,
}

/// One step of an order and all that belongs to it: committed together or not at all.
#[derive(Debug)]
pub struct Change<'a> {
    /// The version of the order that the step was taken from.
    pub seen: u64,
    /// The step.
    pub step: &'a Step,
    /// The message that asked for the step.
    pub handled: Option<MessageId>,
    /// The copy that is taken: the book as read. Takes the copy, gives up the place held, and
    /// writes down that this reader and this address have had the work.
    pub copy: Option<&'a Versioned<Book>>,
    /// The money arrived: it is noted under the day, and the place of an order that is
    /// [`State::Paid`] is held until a copy is taken. The place has to be among those held
    /// ([`Guard::Stock`] if it is not).
    pub paid: bool,
}

/// The shop did not ask the provider to take the money.
#[derive(Debug, Error)]
pub enum AskRefused {
    /// The order does not stand as the request supposes; here it is, if it exists.
    #[error("the order stands otherwise")]
    Otherwise(Option<Box<Versioned<Order>>>),
    /// The table's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the counter needs to see.
#[derive(Debug)]
pub struct AtTheCounter {
    /// The visitor's walk.
    pub visit: Option<Versioned<Visit>>,
    /// The places of every range.
    pub stocks: HashMap<PriceRange, Versioned<Stock>>,
    /// Whether orders are taken.
    pub counter: Counter,
}

impl Store {
    /// An order. One read.
    pub async fn order(&self, id: OrderId) -> Result<Option<Versioned<Order>>, StoreError> {
        self.read(&key::order(id)).await
    }

    /// What the counter needs: the visitor's walk, the places of all ranges, and whether it is
    /// open. One read.
    pub async fn at_the_counter(&self, visitor: VisitorId) -> Result<AtTheCounter, StoreError> {
        let keys = [key::visit(visitor), key::counter()]
            .into_iter()
            .chain(PriceRange::ALL.map(key::stock));
        let mut items = self.read_many(keys).await?;
        let counter: Option<Versioned<Counter>> =
            items.remove(&key::counter().to_string()).map(from_item).transpose()?;
        let visit = items.remove(&key::visit(visitor).to_string()).map(from_item).transpose()?;
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
        })
    }

    /// An order and the places of its range, for the rare payment that comes after the place has
    /// run out. One read.
    pub async fn stock(&self, range: PriceRange) -> Result<Versioned<Stock>, StoreError> {
        Ok(self.read(&key::stock(range)).await?.unwrap_or_else(|| Versioned::new(Stock::default())))
    }

    /// Places an order: the order, the place on the shelf and the visit in one write.
    pub async fn place_order(&self, new: NewOrder<'_>) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Visit, self.visit_put(new.visit)?);
        transaction.put(Guard::Order, self.order_put(new.order, 0)?);
        transaction.update(Guard::Stock, self.hold(new.order, new.stock_version, new.place)?);
        transaction.commit(self).await
    }

    /// Holds a place anew for an order whose hold ran out before it was paid.
    pub async fn hold_again(
        &self,
        order: &Versioned<Order>,
        stock_version: u64,
        place: &Taken,
    ) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Order, self.order_put(&order.value, order.version)?);
        transaction.update(Guard::Stock, self.hold(&order.value, stock_version, place)?);
        transaction.commit(self).await
    }

    /// Writes down, before the provider is asked, that it is being asked to take `amount` for this
    /// order under this payment key. One write, no read: the answer carries the order. The same key
    /// may be asked for again; another key only after the first was refused, and none while a
    /// deposit is awaited.
    pub async fn ask_payment(
        &self,
        id: OrderId,
        visitor: VisitorId,
        payment_key: &str,
        amount: Won,
        now: Timestamp,
    ) -> Result<Versioned<Order>, AskRefused> {
        let payment =
            Payment { key: payment_key.to_owned(), asked_at: now, outcome: PaymentStatus::Asked };
        let payment: AttributeValue = serde_dynamo::to_attribute_value(payment)
            .map_err(|why| StoreError::Unavailable(why.to_string()))?;
        let due = Waiting::Payment(now);
        let (waits, _) = waits(&due);
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::order(id).attributes()))
            .update_expression(
                "SET payment = :payment, waiting = :waits, due = :due, changed_at = :changed ADD #version :one",
            )
            .condition_expression(
                "visitor = :visitor AND #state = :priced AND #total = :amount AND held_ms > :now_ms \
                 AND (attribute_not_exists(payment) OR payment.#key = :key OR payment.outcome = :refused) \
                 AND (attribute_not_exists(payment) OR payment.outcome <> :deposit)",
            )
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#total", "total")
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":payment", payment)
            .expression_attribute_values(":waits", string(waits))
            .expression_attribute_values(":due", string(key::instant(domain::base::calendar::minutes_after(now, 2))))
            .expression_attribute_values(":changed", string(now.to_string()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":visitor", string(visitor.to_string()))
            .expression_attribute_values(":priced", string(State::Priced.name()))
            .expression_attribute_values(":amount", number(amount.0))
            .expression_attribute_values(":now_ms", number(now.as_millisecond()))
            .expression_attribute_values(":key", string(payment_key))
            .expression_attribute_values(":refused", string("refused"))
            .expression_attribute_values(":deposit", string("waits"))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(from_item(answer.attributes.unwrap_or_default())?),
            Err(error) => {
                use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
                match error.as_service_error() {
                    Some(ConditionalCheckFailedException(failed)) => {
                        let order = failed.item().cloned().map(from_item).transpose()?;
                        Err(AskRefused::Otherwise(order.map(Box::new)))
                    }
                    _ => Err(StoreError::from(error).into()),
                }
            }
        }
    }

    /// Saves an order that took no step that anybody is told of (a refused payment, a want on the
    /// desk).
    pub async fn save_order(
        &self,
        order: &Versioned<Order>,
        handled: Option<MessageId>,
    ) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Order, self.order_put(&order.value, order.version)?);
        if let Some(id) = handled {
            transaction.update(Guard::Message, self.message_handled(id, order.value.changed_at)?);
        }
        transaction.commit(self).await
    }

    /// Commits one step of an order with everything that belongs to it.
    pub async fn commit(&self, change: Change<'_>) -> Result<(), Lost> {
        self.steps(&change)?.commit(self).await
    }

    /// Commits that an order was paid whose place had run out, and holds a place for it that was
    /// free when the places had the version `stock`.
    pub async fn commit_with_a_place(&self, change: Change<'_>, stock: u64) -> Result<(), Lost> {
        let order = &change.step.order;
        let mut transaction = self.steps(&Change { paid: false, ..change })?;
        transaction.update(Guard::Stock, self.hold_anew(order, &Hold::Paid, stock)?);
        transaction.put(Guard::Order, self.paid_put(order)?);
        transaction.commit(self).await
    }

    /// Commits that an account was opened for an order, with its place held until the deposit is
    /// due: the place it has (it has to be among those held,
    /// [`Guard::Stock`] if it is not), or one that was free when the places had the version `stock`.
    pub async fn commit_account(&self, change: Change<'_>, stock: Option<u64>) -> Result<(), Lost> {
        let order = &change.step.order;
        let mut transaction = self.steps(&change)?;
        let hold = Hold::Until(order.held_until);
        transaction.update(
            Guard::Stock,
            match stock {
                Some(seen) => self.hold_anew(order, &hold, seen)?,
                None => self.hold_on(order, &hold)?,
            },
        );
        transaction.commit(self).await
    }

    /// The writes of one step of an order.
    pub(crate) fn steps(&self, change: &Change<'_>) -> Result<Transaction, StoreError> {
        let order = &change.step.order;
        let now = order.changed_at;
        let mut transaction = Transaction::default();
        if let Some(id) = change.handled {
            transaction.update(Guard::Message, self.message_handled(id, now)?);
        }
        transaction.put(Guard::Order, self.order_put(order, change.seen)?);
        for message in &change.step.messages {
            transaction.put(Guard::Order, self.message_put(message, order.visitor)?);
        }
        if change.paid {
            if order.state == State::Paid {
                transaction.update(Guard::Stock, self.hold_on(order, &Hold::Paid)?);
            }
            transaction.put(Guard::Order, self.paid_put(order)?);
        }
        if let Some(book) = change.copy {
            let taken = book.value.clone().without_next_copy();
            transaction.put(Guard::Book, self.book_put(&book.with(taken))?);
            transaction.update(Guard::Stock, self.copy_taken(order)?);
            for partition in [key::visitor(order.visitor), key::address(&order.address)] {
                transaction.put(
                    Guard::Sent,
                    self.item_put(sent_item(&partition, &book.value, order.id, now), 0)?,
                );
            }
        }
        Ok(transaction)
    }

    pub(crate) fn order_put(&self, order: &Order, seen: u64) -> Result<Put, StoreError> {
        let mut item = to_item(
            &key::order(order.id),
            KIND,
            &Versioned { value: order.clone(), version: seen },
        )?;
        // A number beside the text, because a condition compares numbers and texts differently.
        item.insert("held_ms".to_owned(), number(order.held_until.as_millisecond()));
        if let Some(waiting) = order.waiting() {
            let (waits, mut due) = waits(&waiting);
            if let (Waiting::Owner(_), Some(paid)) = (&waiting, order.paid_at) {
                // Of one promised day the oldest paid comes first.
                due = format!("{due}#{}", key::instant(paid));
            }
            item.insert("waiting".to_owned(), string(waits));
            item.insert("due".to_owned(), string(due));
        }
        self.item_put(item, seen)
    }

    /// The write that takes a place for an order, on the condition that the places are as they were
    /// read.
    fn hold(&self, order: &Order, seen: u64, place: &Taken) -> Result<Update, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(order.price.range).attributes()))
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#order", order.id.to_string())
            .expression_attribute_values(":seen", number(seen))
            .expression_attribute_values(":next", number(seen.saturating_add(1)))
            .expression_attribute_values(":until", hold_value(&Hold::Until(place.until))?);
        let mut expression = "SET holds.#order = :until, #version = :next".to_owned();
        // Twenty at a time keep the expression small; the rest goes with the next order.
        for (count, expired) in place.expired.iter().take(20).enumerate() {
            let name = format!("#expired{count}");
            expression += if count == 0 { " REMOVE " } else { ", " };
            expression += &format!("holds.{name}");
            update = update.expression_attribute_names(name, expired.to_string());
        }
        update
            .update_expression(expression)
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write that holds an order's place for longer: it has to be held still.
    fn hold_on(&self, order: &Order, hold: &Hold) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(order.price.range).attributes()))
            .update_expression("SET holds.#order = :hold")
            .condition_expression("attribute_exists(holds.#order)")
            .expression_attribute_names("#order", order.id.to_string())
            .expression_attribute_values(":hold", hold_value(hold)?)
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write that takes another place for an order whose own ran out, if the places are as they
    /// were read.
    fn hold_anew(&self, order: &Order, hold: &Hold, seen: u64) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(order.price.range).attributes()))
            .update_expression("SET holds.#order = :hold, #version = :next")
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#order", order.id.to_string())
            .expression_attribute_values(":seen", number(seen))
            .expression_attribute_values(":next", number(seen.saturating_add(1)))
            .expression_attribute_values(":hold", hold_value(hold)?)
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write that takes the place and the copy away together: how many places are left does not
    /// change, so the version, which guards them, does not either.
    fn copy_taken(&self, order: &Order) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(order.price.range).attributes()))
            .update_expression("SET #free = #free - :one REMOVE holds.#order")
            .condition_expression("#free >= :one")
            .expression_attribute_names("#free", "free")
            .expression_attribute_names("#order", order.id.to_string())
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// Reads several items in one call, consistently. The answer is keyed by the key's text.
    pub(crate) async fn read_many(
        &self,
        keys: impl IntoIterator<Item = key::Key>,
    ) -> Result<HashMap<String, Item>, StoreError> {
        let keys: Vec<_> = keys.into_iter().map(|key| key.attributes()).collect();
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))?;
        let answer = self.client.batch_get_item().request_items(&self.table, wanted).send().await?;
        if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(StoreError::Unavailable("DynamoDB read only a part of the keys".into()));
        }
        let items = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        Ok(items
            .into_iter()
            .filter_map(|item| {
                let text = |name: &str| item.get(name)?.as_s().ok().cloned();
                let key = key::Key { pk: text("pk")?, sk: text("sk")? };
                Some((key.to_string(), item))
            })
            .collect())
    }
}

/// Hash and range key of an order in the index `due`.
fn waits(waiting: &Waiting) -> (&'static str, String) {
    match waiting {
        Waiting::Payment(from) => (waiting::PAYMENT, key::instant(*from)),
        Waiting::Owner(by) => (waiting::OWNER, key::instant(domain::base::calendar::end_of(*by))),
        Waiting::Return(since) => (waiting::RETURN, key::instant(*since)),
        Waiting::Refund(by) => (waiting::REFUND, key::instant(domain::base::calendar::end_of(*by))),
    }
}

fn hold_value(hold: &Hold) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(hold).map_err(|why| StoreError::Unavailable(why.to_string()))
}
