//! The call: orders that were printed for, packed, or unpacked.

use admin::{
    Call, OrderName, Problem, Rows,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
};
use domain::{
    base::calendar,
    order::{CopyCondition, parcel::Carrier},
};
use serde_json::{Value, json};

use crate::carrier_file;

/// Most orders in each list of one call.
const MOST: usize = 100;

/// What the owner wants.
pub(crate) enum Command {
    /// To see what is to be packed and unpacked.
    List,
    /// To print what goes into the parcels of these orders; of all that are to be packed, if none
    /// is named.
    Print(Rows<OrderName>),
    /// The file with which a carrier takes the parcels.
    File(Carrier),
    /// To record what was printed, packed and unpacked.
    Record(Box<Lists>),
}

/// What is to be recorded.
pub(crate) struct Lists {
    /// The orders whose slip and label were printed.
    pub(crate) printed: Rows<OrderName>,
    /// The orders whose slip and label were not printed after all.
    pub(crate) unprinted: Rows<OrderName>,
    /// The orders that were packed.
    pub(crate) packed: Rows<OrderName>,
    /// The orders whose parcels were unpacked.
    pub(crate) unpacked: Rows<OrderName>,
    /// The condition of the unpacked copies.
    pub(crate) copy: Option<CopyCondition>,
}

/// What is to be recorded of one order.
#[derive(Clone, Copy)]
pub(crate) enum Job {
    /// The order's slip and label were printed.
    Print(OrderName),
    /// They were not, though it was noted.
    Unprint(OrderName),
    /// The order was packed.
    Pack(OrderName),
    /// The parcel of the cancelled order was unpacked.
    Unpack(OrderName, CopyCondition),
}

impl Job {
    pub(crate) const fn order(self) -> OrderName {
        match self {
            Self::Print(order)
            | Self::Unprint(order)
            | Self::Pack(order)
            | Self::Unpack(order, _) => order,
        }
    }

    /// The list that names the order.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Self::Print(_) => PRINTED,
            Self::Unprint(_) => UNPRINTED,
            Self::Pack(_) => PACKED,
            Self::Unpack(..) => UNPACKED,
        }
    }
}

const PRINTED: &str = "printed";
pub(crate) const UNPRINTED: &str = "unprinted";
const PACKED: &str = "packed";
const UNPACKED: &str = "unpacked";
const PRINT: &str = "print";

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        let today = calendar::today(call.now);
        call.read_fields(|fields| {
            let example = json!({ "packed": [ORDER_EXAMPLE] });
            fields.known(&[PRINTED, UNPRINTED, PACKED, UNPACKED, "copy", PRINT, "file"], &example);
            fields.checked()?;
            if fields.given("file").is_some() {
                let known = carrier_file::CARRIERS.map(Carrier::name).join(", ");
                let expected = format!("양식을 아는 택배사 가운데 하나를 적습니다: {known}");
                let carrier = |value: &Value| {
                    let carrier = value.as_str()?.parse::<Carrier>().ok()?;
                    carrier_file::CARRIERS.contains(&carrier).then_some(carrier)
                };
                return fields.required("file", carrier, expected, "cj").map(Self::File);
            }
            if fields.text(PRINT) == Some("all") {
                return Some(Self::Print(Rows::none(PRINT)));
            }
            let mut names = |list: &str| {
                let expected = format!("주문 번호 1개에서 {MOST}개까지 대괄호 안에 적습니다");
                let example = json!([ORDER_EXAMPLE]);
                let names = fields.optional(list, fields::list_of(1..=MOST), expected, example)?;
                Some(fields.rows(list, names, |entry, name: &Value| {
                    let order = fields::order_name(today)(name);
                    if order.is_none() {
                        entry.problem("", ORDER_EXPECTED, ORDER_EXAMPLE);
                    }
                    order
                }))
            };
            let (packed, unpacked, print) = (names(PACKED), names(UNPACKED), names(PRINT));
            let (printed, unprinted) = (names(PRINTED), names(UNPRINTED));
            if let Some(print) = print {
                return Some(Self::Print(print));
            }
            let copy = (unpacked.is_some() || fields.given("copy").is_some()).then(|| {
                let copy = |value: &Value| value.as_str()?.trim().parse::<CopyCondition>().ok();
                let expected = "푼 책의 상태를 적습니다: \
                                good(새 책과 같음), damaged(상함), lost(없음)";
                fields.required("copy", copy, expected, "good")
            });
            let printed = printed.unwrap_or_else(|| Rows::none(PRINTED));
            let unprinted = unprinted.unwrap_or_else(|| Rows::none(UNPRINTED));
            let packed = packed.unwrap_or_else(|| Rows::none(PACKED));
            let unpacked = unpacked.unwrap_or_else(|| Rows::none(UNPACKED));
            if [&printed, &unprinted, &packed, &unpacked].iter().all(|rows| rows.is_empty()) {
                return Some(Self::List);
            }
            let copy = copy.flatten();
            Some(Self::Record(Box::new(Lists { printed, unprinted, packed, unpacked, copy })))
        })
    }
}
