//! Files of spreadsheets as text. Whatever the file is (xlsx, CSV, tabs; UTF-8, CP949, UTF-16), it
//! comes out as text with a line for each row of its first sheet, so that one reader of rows is
//! enough and a row keeps its number.
//!
//! A file comes from outside: what it unpacks to is measured before it is read, and a sheet is read
//! cell by cell, because two cells in opposite corners would be a table of sixteen thousand million.
//! Values are those that the program saved; no formula is calculated.
//!
//! # Errors
//! [`NotASheet`] says in Korean what is wrong and what to do. Nothing is repaired.

mod encoding;
mod workbook;

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

pub use encoding::undamaged;

/// The largest file, in bytes. In base64, twice within the other (a call in a form), it fits into the
/// 6 MB of a request to a function.
pub const LARGEST_FILE: usize = 3 * 1024 * 1024;

/// The longest text of a file, in bytes.
pub const LONGEST_TEXT: usize = 4 * 1024 * 1024;

/// Why a file is no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotASheet {
    /// Nothing is in it.
    #[error("빈 파일입니다. 내용이 있는 파일을 골라 주십시오")]
    Empty,
    /// Larger than [`LARGEST_FILE`].
    #[error("파일이 너무 큽니다. 3MB까지 읽습니다. 시트를 나누어 올려 주십시오")]
    TooLarge,
    /// It unpacks to more than a sheet of books or parcels can have.
    #[error(
        "풀면 너무 커지는 파일입니다. 그림과 다른 시트를 지우고, 필요한 칸만 새 파일에 옮겨 저장해 주십시오"
    )]
    TooMuch,
    /// Not text in base64.
    #[error("파일을 base64로 적습니다")]
    NotBase64,
    /// Excel's form before 2007, or a file with a password: both lie in the same container.
    #[error(
        "옛 엑셀 파일(.xls)이거나 암호가 걸린 파일입니다. 암호를 풀고 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오"
    )]
    OldExcel,
    /// A page of the web under the name of a sheet, as some carriers' sites save it.
    #[error(
        "이름만 엑셀인 웹 문서입니다. 엑셀에서 열어 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오"
    )]
    WebPage,
    /// Another kind of file: a picture, a PDF, a packed folder.
    #[error("엑셀(.xlsx)이나 CSV 파일이 아닙니다. 다른 파일을 골라 주십시오")]
    OtherKind,
    /// An xlsx that cannot be read to its end.
    #[error("깨진 엑셀 파일입니다. 엑셀에서 열어 다시 저장해 주십시오")]
    Broken,
    /// Bytes that are text in no encoding that is known here.
    #[error("글자를 읽을 수 없는 파일입니다. 스프레드시트에서 ‘CSV UTF-8’로 다시 저장해 주십시오")]
    NotText,
}

/// The text of a file in base64, as a call carries it.
///
/// # Errors
/// What is wrong with the file.
pub fn text_of_base64(file: &str) -> Result<String, NotASheet> {
    let plain: String = file.split_whitespace().collect();
    // A form marks a file without a byte by this.
    if plain.trim_end_matches('=').is_empty() {
        return Err(NotASheet::Empty);
    }
    let bytes = STANDARD.decode(plain).map_err(|_| NotASheet::NotBase64)?;
    text(&bytes)
}

/// The text of a file. A workbook's first sheet comes out as CSV with commas, a text as it is. Hangul
/// is composed: files of a Mac have it in its parts.
///
/// ```
/// assert_eq!(spreadsheet::text("ISBN,권수\n".as_bytes()).unwrap(), "ISBN,권수\n");
/// assert_eq!(spreadsheet::text(b"%PDF-1.7"), Err(spreadsheet::NotASheet::OtherKind));
/// ```
///
/// # Errors
/// What is wrong with the file.
pub fn text(bytes: &[u8]) -> Result<String, NotASheet> {
    if bytes.len() > LARGEST_FILE {
        return Err(NotASheet::TooLarge);
    }
    let text = match bytes {
        [b'P', b'K', 3, 4, ..] => workbook::text(bytes)?,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(NotASheet::OldExcel),
        _ if KINDS.iter().any(|kind| bytes.starts_with(kind)) => return Err(NotASheet::OtherKind),
        _ => encoding::text(bytes)?,
    };
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    if begins.is_empty() {
        return Err(NotASheet::Empty);
    }
    let web = ["<!doctype", "<html", "<table", "<?xml", "<meta"];
    let begins: String = begins.chars().take(10).collect::<String>().to_lowercase();
    if web.iter().any(|tag| begins.starts_with(tag)) {
        return Err(NotASheet::WebPage);
    }
    if text.contains('\0') {
        return Err(NotASheet::OtherKind);
    }
    Ok(text.nfc().collect())
}

/// How files begin that people take for a sheet: PDF, PNG, JPEG, GIF, gzip, RAR, 7z, an empty ZIP.
const KINDS: [&[u8]; 8] = [
    b"%PDF",
    b"\x89PNG",
    b"\xFF\xD8\xFF",
    b"GIF8",
    b"\x1F\x8B",
    b"Rar!",
    b"7z\xBC\xAF",
    b"PK\x05\x06",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_sheet_is_refused_with_its_reason() {
        for (bytes, why) in [
            (&b""[..], NotASheet::Empty),
            (b" \r\n\t", NotASheet::Empty),
            (b"\xEF\xBB\xBF", NotASheet::Empty),
            (b"%PDF-1.7 1 0 obj", NotASheet::OtherKind),
            (b"\x89PNG\r\n\x1A\n", NotASheet::OtherKind),
            (b"PK\x05\x06\0\0", NotASheet::OtherKind),
            (b"ISBN\0\0\0", NotASheet::OtherKind),
            (b"PK\x03\x04 and then nothing", NotASheet::Broken),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", NotASheet::OldExcel),
            (b"<html><table><tr><td>1</td></tr></table>", NotASheet::WebPage),
            (b"\n <!DOCTYPE html>", NotASheet::WebPage),
            (b"\x80\xFF\x00\xFE", NotASheet::NotText),
        ] {
            assert_eq!(text(bytes), Err(why), "{bytes:?}");
        }
        assert_eq!(text(&vec![b'a'; LARGEST_FILE + 1]), Err(NotASheet::TooLarge));
        assert_eq!(text_of_base64("%%%"), Err(NotASheet::NotBase64));
    }

    #[test]
    fn base64_may_have_line_ends_and_hangul_is_composed() {
        let parts: String = "권수".nfd().collect();
        let mut file = STANDARD.encode(format!("ISBN,{parts}\n"));
        file.insert(8, '\n');
        assert_eq!(text_of_base64(&file).unwrap(), "ISBN,권수\n");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = text(&bytes);
            let _ = text(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        }
    }
}
