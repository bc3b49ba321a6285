//! The style sheet, with a light and a dark colour scheme.

/// Inlined into every page under its nonce.
pub(crate) const SHEET: &str = include_str!("style.css");
