//! What the shop costs: one whole order through the harness, by plain doors and by riddles, and an
//! idle month, priced from a checked-in table.
//!
//! The harness is the one of the tests (`infra/local`, driven by a [`walk::Walker`]): the real
//! functions, the real template, and an embedded DynamoDB that reports what each call consumes.
//! Nothing here is estimated but what [`report`] says is not measured.

mod budget;
mod idle;
mod order;
mod prices;
pub mod report;
mod step;

use anyhow::Result;
use serde::Serialize;
use walk::Doors;

pub use budget::Budget;
pub use idle::{Idle, Row};
pub use order::Order;
pub use prices::{Price, Prices};
pub use step::{Step, Steps};

/// Everything that is measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// An order by plain doors.
    pub plain: Order,
    /// An order by riddles.
    pub riddle: Order,
    /// A month in which nobody comes.
    pub idle: Idle,
}

impl Measured {
    /// Measures both orders and an idle day.
    pub async fn take(prices: &Prices) -> Result<Self> {
        Ok(Self {
            plain: order::measure(Doors::Plain).await?,
            riddle: order::measure(Doors::Riddle).await?,
            idle: idle::measure(prices).await?,
        })
    }
}
