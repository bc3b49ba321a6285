//! Message ids and receipt handles.

use jiff::Timestamp;

use super::QueueError;

/// Random bytes for ids. Ids are not secret, so the clock serves if the system gives no random
/// bytes.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let now = Timestamp::now().as_nanosecond().to_le_bytes();
        bytes.iter_mut().zip(now.iter().cycle()).for_each(|(byte, n)| *byte = *n);
    }
    bytes
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> String {
    let mut n = u128::from_be_bytes(random::<16>());
    n = n & !(0xF << 76) | (0x4 << 76);
    n = n & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{n:032x}");
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

pub(super) fn receipt(row: i64) -> String {
    format!("AQEB{:032x}{row:016x}", u128::from_be_bytes(random::<16>()))
}

pub(super) fn check_receipt(receipt: &str) -> Result<(), QueueError> {
    let ours = receipt.len() == 52
        && receipt.strip_prefix("AQEB").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    if ours { Ok(()) } else { Err(QueueError::BadReceipt) }
}
