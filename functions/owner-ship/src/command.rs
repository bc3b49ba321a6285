//! The call: parcels that were posted, and orders that have arrived.

use admin::{
    Call, Fields, OrderName, Problem, Rows,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{
    base::{calendar, digits, free_text},
    order::{
        Order, Step, TransitionError,
        parcel::{Carrier, Parcel},
    },
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

/// Most parcels, and most arrivals, in one call.
const MOST: usize = 100;

/// The list of parcels in the call.
pub(crate) const PARCELS: &str = "parcels";

/// The list of arrivals in the call.
pub(crate) const DELIVERED: &str = "delivered";

/// A call, read.
pub(crate) struct Job {
    pub(crate) parcels: Rows<Row>,
    pub(crate) arrivals: Rows<OrderName>,
}

/// A parcel, and the version of its order on which the owner decided.
pub(crate) struct Row {
    pub(crate) command: Command,
    pub(crate) seen: Option<u64>,
}

/// What is to be recorded of one parcel.
#[derive(Clone)]
pub(crate) enum Command {
    /// The parcel was posted.
    Post { order: OrderName, parcel: Parcel },
    /// The parcel's tracking number was wrong. The wrong number is required, so that a mistyped
    /// order number does not change another parcel; `None` for a parcel that was noted as handed
    /// over by the owner.
    Renumber { order: OrderName, parcel: Parcel, wrong: Option<String> },
}

impl Command {
    pub(crate) const fn order(&self) -> OrderName {
        match self {
            Self::Post { order, .. } | Self::Renumber { order, .. } => *order,
        }
    }

    pub(crate) const fn parcel(&self) -> &Parcel {
        match self {
            Self::Post { parcel, .. } | Self::Renumber { parcel, .. } => parcel,
        }
    }

    /// The same with the order as the owner knows it.
    pub(crate) fn known_as(&self, known: &Order) -> Self {
        match self.clone() {
            Self::Post { order, parcel } => Self::Post { order: order.known_as(known), parcel },
            Self::Renumber { order, parcel, wrong } => {
                Self::Renumber { order: order.known_as(known), parcel, wrong }
            }
        }
    }

    /// The order's step.
    pub(crate) fn step(&self, order: Order, now: Timestamp) -> Result<Step, TransitionError> {
        match self {
            Self::Post { parcel, .. } => order.handed_over(parcel.clone(), now),
            Self::Renumber { parcel, wrong, .. } => {
                let other = |known: &Parcel| known.number != *wrong && known != parcel;
                if order.parcel().is_some_and(other) {
                    return Err(TransitionError::OtherParcel);
                }
                order.renumbered(parcel.clone(), now)
            }
        }
    }
}

impl Job {
    /// Reads the call. Rows are independent: one that cannot be read does not stop the others.
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            fields.known(&[PARCELS, DELIVERED], &json!({ PARCELS: [example()] }));
            fields.checked()?;
            let parcels = listed(fields, PARCELS, "부칠 꾸러미를", json!([example()]))?;
            let arrivals = listed(fields, DELIVERED, "닿은 주문의 번호를", json!([ORDER_EXAMPLE]))?;
            if parcels.is_empty() && arrivals.is_empty() {
                let expected = "부칠 꾸러미를 대괄호 안에 적습니다. \
                                닿은 책만 적으시려면 delivered에 주문 번호를 적습니다";
                fields.problem(PARCELS, expected, json!([example()]));
            }
            let parcels = fields.rows(PARCELS, parcels, |entry, _| {
                let seen = entry.seen();
                Some(Row { command: parcel(entry, today)?, seen })
            });
            let arrivals = fields.rows(DELIVERED, arrivals, |entry, id| {
                let order = fields::order_name(today)(id);
                if order.is_none() {
                    entry.problem("", ORDER_EXPECTED, ORDER_EXAMPLE);
                }
                order
            });
            Some(Self { parcels, arrivals })
        })
    }
}

/// A list that may be absent; the outer `None` is a problem.
fn listed<'v>(
    fields: &mut Fields<'v, '_>,
    name: &str,
    what: &str,
    example: Value,
) -> Option<&'v [Value]> {
    let expected = format!("{what} 1개에서 {MOST}개까지 대괄호 안에 적습니다");
    let list = fields.optional(name, fields::list_of(1..=MOST), expected, example);
    fields.checked()?;
    Some(list.map(Vec::as_slice).unwrap_or_default())
}

fn parcel(entry: &mut Fields<'_, '_>, today: Date) -> Option<Command> {
    entry.known(&["order", "carrier", "number", "insist", "instead_of", "seen"], &example());
    let order = entry.required("order", fields::order_name(today), ORDER_EXPECTED, ORDER_EXAMPLE);
    let carrier = |value: &Value| value.as_str()?.parse::<Carrier>().ok();
    let expected = "택배사를 적습니다: cj(CJ대한통운), epost(우체국), hanjin(한진), lotte(롯데), \
                    logen(로젠), hand(직접 전달)";
    let carrier = entry.required("carrier", carrier, expected, "cj");
    let number = if carrier == Some(Carrier::Hand) {
        Some(entry.text("number").unwrap_or_default())
    } else {
        let expected = "운송장 번호를 따옴표 안에 적습니다";
        entry.required("number", Value::as_str, expected, "123456789012")
    };
    let (order, carrier, number) = (order?, carrier?, number?);
    let insist = entry.text("insist").filter(|insist| !free_text::is_blank(insist));
    let parcel = match Parcel::new(carrier, number, insist) {
        Ok(parcel) => parcel,
        Err(error) => {
            let expected = format!("{error}. 그래도 맞는 번호라면 까닭(insist)을 적습니다");
            entry.problem("number", expected, carrier.example());
            entry.name_problems(&format!("{order}의 운송장 번호"));
            return None;
        }
    };
    let by_hand = |text: &str| text.parse() == Ok(Carrier::Hand);
    let wrong = entry.text("instead_of").and_then(|text| match digits::of(text) {
        None if by_hand(text) => Some(None),
        number => number.map(Some),
    });
    Some(match wrong {
        Some(wrong) => Command::Renumber { order, parcel, wrong },
        None => Command::Post { order, parcel },
    })
}

/// A correct parcel.
pub(crate) fn example() -> Value {
    json!({ "order": ORDER_EXAMPLE, "carrier": "cj", "number": "123456789012" })
}
