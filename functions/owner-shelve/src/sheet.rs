//! A spreadsheet's CSV as rows. The first line names the columns, in Korean or in English. A byte
//! order mark is skipped; the separator may be a comma, a semicolon, a tab or a bar, and is guessed
//! by the first line alone or told by Excel's `sep=`.

use serde_json::{Map, Number, Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::row::FIELDS;

/// Columns by their Korean names.
const COLUMNS: [(&str, &str); 17] = [
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
    ("자리", "spot"),
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
    spreadsheet::undamaged(text)?;
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
mod tests;
