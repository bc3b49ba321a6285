//! Sheets as spreadsheets write them.

use proptest::prelude::*;

use super::*;
use crate::row::Row;

#[test]
fn a_spreadsheet_is_read_as_exported() {
    let sheet = "\u{feff}ISBN,제목,정가,꼬리표,권수\r\n\
                 978-89-364-3412-0,\"소년이, 온다\",\"15,000원\",밤; 오월,2\r\n\r\n\
                 9788954682152,,열,,\r\n";
    let read = read(sheet).unwrap();
    assert_eq!(
        read.rows,
        [
            (
                "csv 2행".to_owned(),
                json!({ "isbn": "978-89-364-3412-0", "title": "소년이, 온다", "list_price": 15_000,
                    "tags": ["밤", "오월"], "copies": 2 })
            ),
            ("csv 4행".to_owned(), json!({ "isbn": "9788954682152", "list_price": "열" })),
        ]
    );
    assert_eq!(super::read("isbn\tcopies\n9788936434120\t1").unwrap().rows.len(), 1);
    let unknown = super::read("isbn;color\n1;2").unwrap();
    assert!(unknown.notes[0].contains("color") && unknown.rows[0].1 == json!({ "isbn": "1" }));
    assert!(super::read("제목\n소년이 온다").unwrap_err().contains("ISBN 칸은 꼭"));
    assert!(super::read("").is_err());
}

#[test]
fn the_shape_of_a_sheet_is_checked() {
    // An unquoted comma would make a price of 15 won.
    let wrong = read("ISBN,권수,정가\n9788936434120,2,15,000\n").unwrap_err();
    assert!(wrong.contains("2행은 4칸"), "{wrong}");
    let wrong = read("ISBN,권수,정가\n\n9788936434120,2\n").unwrap_err();
    assert!(wrong.contains("3행은 2칸"), "{wrong}");
    assert!(read("ISBN,정가,정가\n1,2,3").unwrap_err().contains("두 번"));
    let trailing = read("ISBN,권수,,,\n9788936434120,2,,,\n").unwrap();
    assert_eq!(trailing.rows[0].1, json!({ "isbn": "9788936434120", "copies": 2 }));
    assert!(trailing.notes[0].contains("이름이 없는 칸 3개"));
    let declared = read("sep=;\r\nISBN;권수\r\n9788936434120;1\r\n").unwrap();
    assert_eq!(
        declared.rows,
        [("csv 3행".to_owned(), json!({ "isbn": "9788936434120", "copies": 1 }))]
    );
    // Headings of a Mac, in full width digits, and a bar.
    let mac: String = "ISBN|권수|정가\r9788936434120|２|15000".nfd().collect();
    assert_eq!(
        read(&mac).unwrap().rows[0].1,
        json!({ "isbn": "9788936434120", "copies": 2, "list_price": 15_000 })
    );
}

/// How a program saves text as bytes; `None` if it has no letter for some of it.
type Encode = fn(&str) -> Option<Vec<u8>>;

/// A way in which a spreadsheet writes a table of ours.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one habit of a spreadsheet")]
struct Way {
    separator: char,
    line_end: &'static str,
    quotes_all: bool,
    says_separator: bool,
    empty_columns: usize,
    korean: bool,
    number: fn(u32) -> String,
    isbn: fn(&str) -> String,
    decomposed: bool,
    encoding: Encode,
}

fn utf16(text: &str, endian: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(endian).collect()
}

fn with_commas(number: u32) -> String {
    match number.checked_div(1_000) {
        Some(thousands) if thousands > 0 => format!("{thousands},{:03}", number % 1_000),
        _ => number.to_string(),
    }
}

fn a_way() -> impl Strategy<Value = Way> {
    let numbers: [fn(u32) -> String; 5] = [
        |n| n.to_string(),
        with_commas,
        |n| format!("{}원", with_commas(n)),
        |n| format!("₩ {n}"),
        |n| format!("{n}.00"),
    ];
    let isbns: [fn(&str) -> String; 4] = [
        str::to_owned,
        |isbn| format!("'{isbn}"),
        |isbn| format!("{}-{}-{}", &isbn[..3], &isbn[3..7], &isbn[7..]),
        |isbn| format!("={isbn:?}"),
    ];
    let encodings: [Encode; 5] = [
        |text| Some(text.as_bytes().to_vec()),
        |text| Some(format!("\u{feff}{text}").into_bytes()),
        |text| Some(utf16(text, u16::to_le_bytes)),
        |text| Some(utf16(text, u16::to_be_bytes)),
        // CP949 has no letter for some of what we have: such a program asks before it saves.
        |text| {
            let (bytes, _, lost) = encoding_rs::EUC_KR.encode(text);
            (!lost).then(|| bytes.into_owned())
        },
    ];
    let shape = (
        prop::sample::select(vec![',', ';', '\t', '|']),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        any::<bool>(),
        any::<bool>(),
        0_usize..3,
        any::<bool>(),
    );
    let cells = (
        prop::sample::select(numbers.to_vec()),
        prop::sample::select(isbns.to_vec()),
        any::<bool>(),
        prop::sample::select(encodings.to_vec()),
    );
    (shape, cells).prop_map(|(shape, (number, isbn, decomposed, encoding))| {
        let (separator, line_end, quotes_all, says_separator, empty_columns, korean) = shape;
        Way {
            separator,
            line_end,
            quotes_all,
            says_separator,
            empty_columns,
            korean,
            number,
            isbn,
            decomposed,
            encoding,
        }
    })
}

/// A row of a table of ours.
fn a_row() -> impl Strategy<Value = (String, String, u32, u32)> {
    let isbn = prop::sample::select(vec!["9788936434120", "9788954682152", "9788937460470"]);
    let title = "[가-힣a-zA-Z0-9éñ][가-힣a-zA-Z0-9 ,;|\"'/.&·é-]{0,20}[가-힣a-z0-9!?]";
    (isbn.prop_map(ToOwned::to_owned), title, 1_000_u32..=22_000, 1_u32..40)
}

impl Way {
    fn cell(&self, text: &str) -> String {
        let special = |c: char| c == self.separator || matches!(c, '"' | '\n' | '\r');
        if self.quotes_all || text.contains(special) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    fn write(&self, rows: &[(String, String, u32, u32)]) -> String {
        let head = if self.korean {
            ["ISBN", "제목", "정가", "권수"]
        } else {
            ["isbn", "title", "list_price", "copies"]
        };
        let line = |cells: &[String]| {
            let empty = std::iter::repeat_n(String::new(), self.empty_columns);
            let cells: Vec<String> =
                cells.iter().cloned().chain(empty).map(|cell| self.cell(&cell)).collect();
            cells.join(&self.separator.to_string()) + self.line_end
        };
        let mut text = String::new();
        if self.says_separator {
            text += &format!("sep={}{}", self.separator, self.line_end);
        }
        text += &line(&head.map(ToOwned::to_owned));
        for (isbn, title, price, copies) in rows {
            let (isbn, price) = ((self.isbn)(isbn), (self.number)(*price));
            text += &line(&[isbn, title.clone(), price, copies.to_string()]);
        }
        if self.decomposed { text.nfd().collect() } else { text }
    }
}

/// What comes back from a file: the rows, or what is said instead.
fn back(file: &[u8]) -> Result<Vec<Row>, String> {
    let text = spreadsheet::text(file).map_err(|refused| refused.to_string())?;
    let sheet = read(&text)?;
    let rows = sheet
        .rows
        .iter()
        .map(|(_, value)| Row::read(value, "", true).map_err(|problems| format!("{problems:?}")));
    rows.collect()
}

proptest! {
    /// Any table of our books through any of a spreadsheet's ways and back is the same table.
    #[test]
    fn a_table_comes_back_as_it_went(way in a_way(), rows in prop::collection::vec(a_row(), 1..6)) {
        let same: Vec<Row> = rows
            .iter()
            .map(|(isbn, title, price, copies)| {
                let row = json!({
                    "isbn": isbn, "title": title.nfc().collect::<String>(),
                    "list_price": price, "copies": copies,
                });
                Row::read(&row, "", true).unwrap()
            })
            .collect();
        let text = way.write(&rows);
        let Some(file) = (way.encoding)(&text) else { return Ok(()) };
        prop_assert_eq!(back(&file), Ok(same), "{}", text);
    }

    /// What a spreadsheet did to a number is said, and no number is guessed.
    #[test]
    fn a_number_that_was_damaged_is_named(way in a_way(), row in a_row()) {
        let rounded = Way { isbn: |_| "9.78894E+12".into(), ..way.clone() };
        let cut = Way { number: with_commas, quotes_all: false, separator: ',', ..way };
        let text = rounded.write(std::slice::from_ref(&row));
        if let Some(file) = (rounded.encoding)(&text) {
            prop_assert!(back(&file).unwrap_err().contains("스프레드시트가"), "{}", text);
        }
        // The program that wrote it forgot that its separator is in the number.
        let text = cut.write(&[row]).replace('"', "");
        if let Some(file) = (cut.encoding)(&text) {
            prop_assert!(back(&file).is_err(), "{}", text);
        }
    }
}
