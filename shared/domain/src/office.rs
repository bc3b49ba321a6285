//! The owner's office: the keys that let a device in, the devices that are in, and the line that is
//! kept of every act.
//!
//! A key comes from the console, where the AWS login is the root of trust. A device that took a key
//! carries a secret of its own until it is idle for too long, too old, or revoked.

mod act;
mod device;
mod key;

pub use act::{Act, ActName};
pub use device::{Device, DeviceName, NotADeviceName};
pub use key::{KeyRecord, NotAnOfficeKey, OfficeKey, TRIES, TRY_PERIOD, period};
