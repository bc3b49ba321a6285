//! The style sheet, with a light and a dark colour scheme.

/// Inlined into every page under its nonce.
pub(crate) const SHEET: &str = include_str!("style.css");

/// Inlined into the owner's pages as well.
pub(crate) const OFFICE: &str = include_str!("office.css");
