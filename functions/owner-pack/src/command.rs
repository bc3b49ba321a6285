//! The call: orders that were packed, and parcels that were unpacked.

use admin::{
    Call, OrderName, Problem,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{base::calendar, order::CopyCondition};
use serde_json::{Value, json};

/// Most orders in each list of one call.
const MOST: usize = 100;

/// What the owner wants.
pub(crate) enum Command {
    /// To see what is to be packed and unpacked.
    List,
    /// To record it.
    Record(Vec<Job>),
}

/// What is to be recorded of one order.
pub(crate) enum Job {
    /// The order was packed.
    Pack { order: OrderName, place: usize },
    /// The parcel of the cancelled order was unpacked.
    Unpack { order: OrderName, place: usize, copy: CopyCondition },
}

impl Job {
    pub(crate) const fn order(&self) -> OrderName {
        match self {
            Self::Pack { order, .. } | Self::Unpack { order, .. } => *order,
        }
    }

    /// The field, for its problems.
    pub(crate) fn at(&self) -> String {
        match self {
            Self::Pack { place, .. } => format!("packed[{place}]"),
            Self::Unpack { place, .. } => format!("unpacked[{place}]"),
        }
    }
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            fields.known(&["packed", "unpacked", "copy"], &json!({ "packed": [ORDER_EXAMPLE] }));
            fields.checked()?;
            let mut names = |list: &str| {
                let expected = format!("주문 번호 1개에서 {MOST}개까지 대괄호 안에 적습니다");
                let example = json!([ORDER_EXAMPLE]);
                fields.list(list, 1..=MOST, expected, example, |entry, name: &Value| {
                    let order = fields::order_name(today)(name);
                    if order.is_none() {
                        entry.problem("", ORDER_EXPECTED, ORDER_EXAMPLE);
                    }
                    order
                })
            };
            let packed = names("packed").unwrap_or_default();
            let unpacked = names("unpacked").unwrap_or_default();
            let copy = (!unpacked.is_empty() || fields.given("copy").is_some()).then(|| {
                let copy = |value: &Value| value.as_str()?.trim().parse::<CopyCondition>().ok();
                let expected = "푼 책의 상태를 적습니다: \
                                good(새 책과 같음), damaged(상함), lost(없음)";
                fields.required("copy", copy, expected, "good")
            });
            let packed =
                packed.into_iter().enumerate().map(|(place, order)| Job::Pack { order, place });
            let mut jobs: Vec<Job> = packed.collect();
            if let Some(copy) = copy.flatten() {
                jobs.extend(unpacked.into_iter().enumerate().map(|(place, order)| Job::Unpack {
                    order,
                    place,
                    copy,
                }));
            }
            Some(if jobs.is_empty() { Self::List } else { Self::Record(jobs) })
        })
    }
}
