//! What the ranges of prices are called, wherever one is chosen or shown.

use domain::base::price::PriceRange;

use crate::{Request, say};

/// A range with the list prices in it.
pub fn range(range: PriceRange, request: &Request) -> String {
    let (from, up_to) = (range.from(), range.up_to());
    match range {
        PriceRange::Light => say!(
            request,
            format!("얇은 책 · 정가 {up_to}원까지"),
            format!("A thin book · list price up to ₩{up_to}")
        ),
        PriceRange::Middle => say!(
            request,
            format!("보통 책 · 정가 {from}~{up_to}원"),
            format!("A usual book · list price ₩{from} to ₩{up_to}")
        ),
        PriceRange::Heavy => say!(
            request,
            format!("두꺼운 책 · 정가 {from}~{up_to}원"),
            format!("A thick book · list price ₩{from} to ₩{up_to}")
        ),
    }
}
