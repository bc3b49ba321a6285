//! A spreadsheet's CSV as rows. The first line names the columns, in Korean or in English. A byte
//! order mark is skipped; the separator may be a comma, a semicolon, a tab or a bar, and is guessed
//! by the first line alone or told by Excel's `sep=`.

use serde_json::{Map, Number, Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::{encoding, row::FIELDS};

/// Columns by their Korean names.
const COLUMNS: [(&str, &str); 16] = [
    ("제목", "title"),
    ("지은이", "author"),
    ("저자", "author"),
    ("옮긴이", "translator"),
    ("역자", "translator"),
    ("출판사", "publisher"),
    ("쪽수", "pages"),
    ("쪽", "pages"),
    ("정가", "list_price"),
    ("아낌", "love"),
    ("꼬리표", "tags"),
    ("한마디", "words"),
    ("작품", "work"),
    ("권수", "copies"),
    ("부수", "copies"),
    ("도서번호", "isbn"),
];

/// A correct sheet.
pub(crate) const EXAMPLE: &str = "ISBN,제목,지은이,출판사,쪽수,정가,아낌,꼬리표,권수\n\
                                  9788936434120,소년이 온다,한강,창비,216,15000,5,밤;오월,2";

/// A sheet, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// The rows, each with its place: `csv 3행` is the third line of the file.
    pub(crate) rows: Vec<(String, Value)>,
    /// What the owner has to know of it, in Korean.
    pub(crate) notes: Vec<String>,
}

/// Reads a sheet. Nothing moves silently: a row with more or fewer cells than the first line names is
/// refused, because a price with a comma would lose its end, and a column that is unknown is left
/// out aloud.
///
/// # Errors
///
/// What was expected instead, in Korean.
pub(crate) fn read(text: &str) -> Result<Sheet, String> {
    encoding::undamaged(text)?;
    // One kind of line end, so that line numbers match those of the spreadsheet; composed Hangul, as
    // a Mac's file names and headings are not.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.nfc().collect();
    let (declared, text, skipped) = declared_separator(&text);
    let head = text.lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(declared.unwrap_or_else(|| separator(head)))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| format!("첫 줄을 읽을 수 없습니다 ({error})"))?;
    let mut notes = Vec::new();
    let columns = columns(head, &mut notes)?;
    let (mut rows, mut ragged) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| format!("읽을 수 없는 줄이 있습니다 ({error})"))?;
        let line = record.position().map_or(0, |position| {
            // The reader skips empty lines, and a record's position is the one before them.
            let rest =
                usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
            let empty = rest.unwrap_or_default().iter().take_while(|byte| **byte == b'\n').count();
            usize::try_from(position.line()).unwrap_or_default() + empty + skipped
        });
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != columns.len() {
            ragged.push(format!("{line}행은 {}칸", record.len()));
            continue;
        }
        let fields: Map<String, Value> = columns
            .iter()
            .zip(&record)
            .filter(|(_, cell)| !cell.is_empty())
            .filter_map(|(column, cell)| Some(((*column)?.to_owned(), value((*column)?, cell))))
            .collect();
        if !fields.is_empty() {
            rows.push((format!("csv {line}행"), Value::Object(fields)));
        }
    }
    if ragged.is_empty() {
        return Ok(Sheet { rows, notes });
    }
    let shown = ragged.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    Err(format!(
        "첫 줄은 {}칸인데 칸 수가 다른 줄이 {}개 있습니다: {shown}. \
         쉼표가 든 값(15,000)은 따옴표로 감싸거나 쉼표를 빼고, 빈 칸도 쉼표로 남겨 둡니다",
        columns.len(),
        ragged.len()
    ))
}

/// Most lines that are named in one sentence.
const SHOWN: usize = 10;

/// The separator of a first line `sep=;`, which Excel reads, the text after it, and how many lines it
/// took.
fn declared_separator(text: &str) -> (Option<u8>, &str, usize) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_matches('"').to_lowercase();
    match first.strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) => (Some(*separator), rest, 1),
        _ => (None, text, 0),
    }
}

/// The separator that makes the most known names of the first line.
fn separator(head: &str) -> u8 {
    let known = |separator: &u8| {
        let names = head.split(char::from(*separator));
        names.filter(|name| column(name.trim().trim_matches('"')).is_some()).count()
    };
    // Of equals the last wins: a comma, if nothing speaks for another.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(known).unwrap_or(b',')
}

/// The fields of the first line; `None` for a column that is left out.
fn columns(
    head: &csv::StringRecord,
    notes: &mut Vec<String>,
) -> Result<Vec<Option<&'static str>>, String> {
    let columns: Vec<Option<&'static str>> = head.iter().map(column).collect();
    let unknown: Vec<&str> = head
        .iter()
        .zip(&columns)
        .filter(|(name, column)| column.is_none() && !name.is_empty())
        .map(|(name, _)| name)
        .collect();
    if !columns.contains(&Some("isbn")) {
        return Err("첫 줄에 칸의 이름을 적습니다. ISBN 칸은 꼭 있어야 합니다".to_owned());
    }
    for (at, column) in columns.iter().enumerate() {
        let twice = columns.iter().skip(at + 1).any(|other| other == column);
        if let (true, Some(column)) = (twice, column) {
            return Err(format!("첫 줄에 같은 칸이 두 번 있습니다: {column}. 하나만 남겨 주세요"));
        }
    }
    if !unknown.is_empty() {
        let names: Vec<&str> = COLUMNS.iter().map(|(korean, _)| *korean).collect();
        notes.push(format!(
            "모르는 칸은 읽지 않았습니다: {}. 아는 칸은 ISBN, {}입니다.",
            unknown.join(", "),
            names.join(", ")
        ));
    }
    let empty = head.iter().filter(|name| name.is_empty()).count();
    if empty > 0 {
        notes.push(format!("이름이 없는 칸 {empty}개는 읽지 않았습니다."));
    }
    Ok(columns)
}

fn column(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace(' ', "_");
    let english = FIELDS.into_iter().find(|field| **field == plain);
    english.or_else(|| COLUMNS.iter().find(|(korean, _)| *korean == plain).map(|(_, field)| *field))
}

/// A whole number as spreadsheets show it: 15,000원, １５０００, 15000.00. A sign is no part of it.
fn number(cell: &str) -> Option<u64> {
    let plain: String = cell
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '원' | '₩' | '\u{200B}' | '\u{FEFF}'))
        .collect();
    let plain = plain.trim_start_matches(['\'', '’']);
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    if part.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
}

/// A cell as the value of its field. A number that cannot be read stays text, which the row's
/// reader then rejects.
fn value(column: &str, cell: &str) -> Value {
    // A number that is to stay text is written ="9788936434120" by programs that know Excel.
    let cell = cell
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'))
        .filter(|text| !text.contains('"'))
        .unwrap_or(cell);
    match column {
        "pages" | "list_price" | "love" | "copies" => {
            number(cell).map_or_else(|| json!(cell), |number| Value::Number(Number::from(number)))
        }
        "tags" => {
            let tags = cell.split([',', ';', '/']).map(str::trim).filter(|tag| !tag.is_empty());
            Value::Array(tags.map(Value::from).collect())
        }
        _ => json!(cell),
    }
}

#[cfg(test)]
mod tests {
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
        let sheet = read(&encoding::text(file)?)?;
        let rows = sheet.rows.iter().map(|(_, value)| {
            Row::read(value, "", true).map_err(|problems| format!("{problems:?}"))
        });
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
}
