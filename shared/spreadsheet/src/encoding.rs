//! A file of a spreadsheet as text, in the encodings that Korean offices save: UTF-8 with or without
//! a byte order mark, CP949 (what Excel calls CSV), UTF-16 (what Excel calls Unicode text).

use encoding_rs::{EUC_KR, UTF_16BE, UTF_16LE};

use crate::NotASheet;

/// The text of a file. A mark at its beginning decides; without one it is UTF-8 if it can be, and
/// else CP949, which has no valid UTF-8 in common with it but ASCII.
pub(crate) fn text(bytes: &[u8]) -> Result<String, NotASheet> {
    let decoded = match bytes {
        [0xFF, 0xFE, ..] => UTF_16LE.decode_with_bom_removal(bytes),
        [0xFE, 0xFF, ..] => UTF_16BE.decode_with_bom_removal(bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            // encoding_rs's EUC-KR is the Encoding Standard's, which is CP949.
            Err(_) => EUC_KR.decode_without_bom_handling(bytes),
        },
    };
    match decoded {
        (text, false) => Ok(text.into_owned()),
        (_, true) => Err(NotASheet::NotText),
    }
}

/// Refuses text that was damaged before it came here: replacement characters, or UTF-8 that was
/// read as Latin letters.
///
/// # Errors
/// Which line is damaged, in Korean.
pub fn undamaged(text: &str) -> Result<(), String> {
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    // The lead bytes of Hangul in UTF-8, read as Latin-1 or Windows-1252.
    let latin = ["ì", "ë", "í", "ê"];
    let mojibake = latin.into_iter().find_map(|lead| {
        text.match_indices(lead).find_map(|(at, lead)| {
            let next = text.get(at + lead.len()..)?.chars().next()?;
            (!next.is_ascii() && !next.is_alphabetic()).then_some(at)
        })
    });
    match text.find('\u{FFFD}').or(mojibake) {
        None => Ok(()),
        Some(at) => Err(format!(
            "{}행의 글자가 깨져 있습니다. 파일을 연 프로그램에서 글자가 바르게 보이는지 확인하고 다시 붙여 주세요",
            line(at)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "ISBN,제목,정가\r\n9788936434120,소년이 온다,15000\r\n";

    #[test]
    fn a_file_is_read_in_every_encoding_that_offices_save() {
        let utf16 = |endian: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(SHEET.encode_utf16()).flat_map(endian).collect()
        };
        let files = [
            SHEET.as_bytes().to_vec(),
            format!("\u{feff}{SHEET}").into_bytes(),
            EUC_KR.encode(SHEET).0.into_owned(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ];
        for file in files {
            assert_eq!(text(&file).unwrap().trim_start_matches('\u{feff}'), SHEET);
        }
        // 똠 and 펲 are in CP949 and not in KS X 1001.
        assert_eq!(text(&EUC_KR.encode("똠방각하 펲시").0).unwrap(), "똠방각하 펲시");
        assert!(text(&[0x80, 0xFF, 0x00]).is_err());
    }

    #[test]
    fn damaged_text_is_refused_with_its_line() {
        assert!(undamaged(SHEET).is_ok());
        assert!(undamaged("제목\nL\u{2019}Étranger, señor, ëlan").is_ok());
        assert!(undamaged("제목\n소년이 \u{FFFD}다").unwrap_err().starts_with("2행"));
        let latin: String = "소년이 온다".bytes().map(char::from).collect();
        assert!(undamaged(&latin).is_err());
    }
}
