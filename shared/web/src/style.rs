//! The style sheet: paper and ink by day, night and one lamp after dark. Type is the design.

/// The whole sheet, inlined into every page under its nonce.
pub(crate) const SHEET: &str = include_str!("style.css");
