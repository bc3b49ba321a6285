//! Names of the price ranges.

use domain::base::price::PriceRange;

use crate::{Request, Words, say};

/// A range's name with its list prices.
pub fn range(range: PriceRange, request: &Request) -> Words {
    let (from, up_to) = (range.from(), range.up_to());
    match range {
        PriceRange::Light => {
            say!(request, "얇은 책 · 정가 {up_to}원까지", "A thin book · list price up to ₩{up_to}")
        }
        PriceRange::Middle => say!(
            request,
            "보통 책 · 정가 {from}~{up_to}원",
            "A medium book · list price ₩{from} to ₩{up_to}"
        ),
        PriceRange::Heavy => say!(
            request,
            "두꺼운 책 · 정가 {from}~{up_to}원",
            "A thick book · list price ₩{from} to ₩{up_to}"
        ),
    }
}
