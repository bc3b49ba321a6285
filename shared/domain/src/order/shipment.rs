//! The parcel of an order on its way.

use jiff::civil::Date;

use crate::order::{parcel::Parcel, withdrawal::Withdrawal};

/// The parcel of an order, from the moment the owner handed it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shipment {
    /// With the carrier, as far as the shop knows.
    Sent(Parcel),
    /// Received by the reader.
    Arrived {
        /// The parcel.
        parcel: Parcel,
        /// The day of receipt in Korea, as reader or owner noted it. The withdrawal period counts
        /// from it.
        on: Date,
        /// The withdrawal, if the reader withdrew.
        withdrawal: Option<Withdrawal>,
    },
}

impl Shipment {
    /// The parcel.
    pub const fn parcel(&self) -> &Parcel {
        match self {
            Self::Sent(parcel) | Self::Arrived { parcel, .. } => parcel,
        }
    }
}
