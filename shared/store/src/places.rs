//! The places of a price range (`SHELF#range`/`STOCK`). Written by update expressions only.
//!
//! No range is oversold because every hold that is listed, also one that ran out, counts against
//! the free copies: a hold is added only while fewer are listed than copies are free, or in the
//! place of one that ran out and is removed with the same write. So readers who order at the same
//! time do not exclude one another while there is room, and no version is compared. Each hold also
//! removes some that ran out, so that the item does not grow with orders that are never paid.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    base::price::PriceRange,
    order::{
        Order,
        stock::{Reservation, Slot, Stock},
    },
};

use crate::{
    Store, StoreError, Versioned,
    item::{attribute, number, string},
    key,
    table::Write,
};

impl Store {
    /// The places of a range. One read.
    pub async fn stock(&self, range: PriceRange) -> Result<Versioned<Stock>, StoreError> {
        self.read_or_default(&key::stock(range)).await
    }
}

/// Holds a place for an order, in the room that was found for it; with `seen`, while the item has
/// that version.
pub(crate) fn hold(
    order: &Order,
    hold: &Reservation,
    room: &Slot,
    seen: Option<u64>,
) -> Result<Write, StoreError> {
    let mut expression = "SET holds.#order = :hold".to_owned();
    let mut condition = match room {
        Slot::Own => "attribute_exists(holds.#order)".to_owned(),
        Slot::Free { .. } => "size(holds) < #free".to_owned(),
        Slot::Expired { .. } => "size(holds) <= :listed AND #free >= :free".to_owned(),
    };
    if seen.is_some() {
        condition += " AND #version = :stock";
    }
    let mut removed = Vec::new();
    let gone = match room {
        Slot::Own => [].as_slice(),
        Slot::Free { expired } => expired,
        Slot::Expired { reservations, .. } => reservations,
    };
    for (at, (id, hold)) in gone.iter().enumerate() {
        expression += if at == 0 { " REMOVE " } else { ", " };
        expression += &format!("holds.#gone{at}");
        let unchanged = format!("holds.#gone{at} = :gone{at}");
        condition += &match room {
            // Its copy is not needed: another order may have removed it, but none renewed it.
            Slot::Free { .. } => {
                format!(" AND (attribute_not_exists(holds.#gone{at}) OR {unchanged})")
            }
            _ => format!(" AND {unchanged}"),
        };
        removed.push((format!("#gone{at}"), id.to_string(), format!(":gone{at}"), hold));
    }
    let mut write =
        Write::update(&key::stock(order.price.range), expression + " ADD #version :one")
            .name("#version", "version")
            .name("#order", order.id.to_string())
            .value(":one", number(1))
            .value(":hold", attribute(hold)?);
    if !matches!(room, Slot::Own) {
        write = write.name("#free", "free");
    }
    if let Slot::Expired { listed, free, .. } = room {
        write = write.value(":listed", number(*listed)).value(":free", number(*free));
    }
    if let Some(seen) = seen {
        write = write.value(":stock", number(seen));
    }
    write = write.only_if(condition);
    for (name, id, placeholder, hold) in removed {
        write = write.name(name, id).value(placeholder, attribute(hold)?);
    }
    Ok(write)
}

/// Takes a copy and gives up the place held for it. How many places are left does not change.
pub(crate) fn take_copy(order: &Order) -> Write {
    Write::update(&key::stock(order.price.range), "SET #free = #free - :one REMOVE holds.#order")
        .only_if("#free >= :one")
        .name("#free", "free")
        .name("#order", order.id.to_string())
        .value(":one", number(1))
}

/// Holds a place for a paid order whose choice is made anew, with its copy back among the free ones
/// if `copy_back`. Without a copy that is free the order waits for one with its place.
pub(crate) fn hold_anew(order: &Order, copy_back: bool) -> Result<Write, StoreError> {
    let expression = "SET holds.#order = :hold ADD #free :back, #version :one";
    Ok(Write::update(&key::stock(order.price.range), expression)
        .only_if("attribute_exists(pk)")
        .name("#version", "version")
        .name("#free", "free")
        .name("#order", order.id.to_string())
        .value(":hold", attribute(Reservation::Paid)?)
        .value(":back", number(u32::from(copy_back)))
        .value(":one", number(1)))
}

/// Gives up the place of an order.
pub(crate) fn release(order: &Order) -> Write {
    Write::update(&key::stock(order.price.range), "REMOVE holds.#order")
        .only_if("attribute_exists(pk)")
        .name("#order", order.id.to_string())
}

/// Puts a copy back among the free ones.
pub(crate) fn return_copy(range: PriceRange) -> Write {
    Write::update(&key::stock(range), "SET #free = #free + :one")
        .only_if("attribute_exists(pk)")
        .name("#free", "free")
        .value(":one", number(1))
}

/// Takes free copies away.
pub(crate) fn fewer(range: PriceRange, fewer: u32) -> Write {
    Write::update(&key::stock(range), "SET #free = #free - :fewer, #version = #version + :one")
        .only_if("#free >= :fewer")
        .name("#version", "version")
        .name("#free", "free")
        .value(":one", number(1))
        .value(":fewer", number(fewer))
}

/// Adds free copies.
pub(crate) fn more(range: PriceRange, more: u32) -> Write {
    Write::update(
        &key::stock(range),
        "SET #free = if_not_exists(#free, :none) + :more, holds = if_not_exists(holds, :empty), \
         #version = if_not_exists(#version, :one), kind = :kind",
    )
    .name("#version", "version")
    .name("#free", "free")
    .value(":none", number(0))
    .value(":one", number(1))
    .value(":more", number(more))
    .value(":empty", AttributeValue::M(HashMap::new()))
    .value(":kind", string("stock"))
}
