//! Bytes as hexadecimal digits.

use std::fmt::Write;

/// The first `count` bytes, two lower-case digits each.
pub fn of(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).fold(
        String::with_capacity(count.saturating_mul(2)),
        |mut digits, byte| {
            // Writing into a string does not fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        },
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_digits_a_byte() {
        assert_eq!(super::of(&[0, 15, 255], 2), "000f");
    }
}
