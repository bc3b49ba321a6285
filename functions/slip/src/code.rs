//! An address as a QR code (ISO/IEC 18004), drawn as one SVG path.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// Width of the quiet zone in modules, as the standard requires.
const QUIET: usize = 4;

/// The code of an address; empty if the address is too long for any code.
pub(crate) fn draw(address: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::M) else {
        return html! {};
    };
    let (width, modules) = (code.width(), code.to_colors());
    let size = width + 2 * QUIET;
    let mut path = String::new();
    for (place, _) in modules.iter().enumerate().filter(|(_, module)| **module == Color::Dark) {
        path += &format!("M{} {}h1v1h-1z", place % width + QUIET, place / width + QUIET);
    }
    html! {
        svg.qr role="img" aria-label="주인장의 전화로 이 쪽지를 여는 그림 부호"
            viewBox=(format!("0 0 {size} {size}")) shape-rendering="crispEdges" {
            path d=(path) fill="currentColor" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_drawn_with_its_quiet_zone() {
        let ticket = "1795418745.MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";
        let address = format!(
            "https://a1b2c3d4e5.execute-api.ap-northeast-2.amazonaws.com\
             /slip/01JD9G5T3M8Q2W6X4Z7N1C0V5K?ticket={ticket}"
        );
        let svg = draw(&address).into_string();
        // Version 9 has 53 modules a side. The corner of the finder pattern is dark, the quiet zone
        // is light.
        assert!(svg.contains("M4 4h1v1h-1z") && !svg.contains("M3 "), "{svg}");
        assert!(draw(&"x".repeat(5_000)).into_string().is_empty());
    }
}
