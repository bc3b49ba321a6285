//! A spreadsheet's CSV as rows. The first line names the columns, in Korean or in English. A byte
//! order mark is skipped; the separator may be a comma, a semicolon or a tab.

use serde_json::{Map, Number, Value, json};

use crate::row::FIELDS;

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

/// The rows of a sheet, each with its place: `csv 3행` is the third line of the file.
///
/// # Errors
///
/// What was expected instead, in Korean.
pub(crate) fn rows(text: &str) -> Result<Vec<(String, Value)>, String> {
    // One kind of line end, so that line numbers match those of the spreadsheet.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let head = text.lines().next().unwrap_or_default();
    let separator =
        [b'\t', b';'].into_iter().find(|separator| head.contains(char::from(*separator)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| format!("첫 줄을 읽을 수 없습니다 ({error})"))?;
    let mut columns = Vec::new();
    for name in head {
        let column = column(name).ok_or_else(|| {
            let names: Vec<&str> = COLUMNS.iter().map(|(korean, _)| *korean).collect();
            format!(
                "첫 줄에 모르는 칸이 있습니다: ‘{name}’. ISBN, {} 가운데에서 적습니다",
                names.join(", ")
            )
        })?;
        columns.push(column);
    }
    if !columns.contains(&"isbn") {
        return Err("첫 줄에 칸의 이름을 적습니다. ISBN 칸은 꼭 있어야 합니다".into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("읽을 수 없는 줄이 있습니다 ({error})"))?;
        let line = record.position().map_or(0, |position| {
            // The reader skips empty lines, and a record's position is the one before them.
            let rest =
                usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
            let empty = rest.unwrap_or_default().iter().take_while(|byte| **byte == b'\n').count();
            usize::try_from(position.line()).unwrap_or_default() + empty
        });
        let fields: Map<String, Value> = columns
            .iter()
            .zip(&record)
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(column, cell)| ((*column).to_owned(), value(column, cell)))
            .collect();
        if !fields.is_empty() {
            rows.push((format!("csv {line}행"), Value::Object(fields)));
        }
    }
    Ok(rows)
}

fn column(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace(' ', "_");
    let english = FIELDS.into_iter().find(|field| **field == plain);
    english.or_else(|| COLUMNS.iter().find(|(korean, _)| *korean == plain).map(|(_, field)| *field))
}

/// A cell as the value of its field. A number that cannot be read stays text, which the row's
/// reader then rejects.
fn value(column: &str, cell: &str) -> Value {
    match column {
        "pages" | "list_price" | "love" | "copies" => {
            let plain: String =
                cell.chars().filter(|c| !matches!(c, ',' | '원' | '₩' | ' ')).collect();
            plain
                .parse::<u64>()
                .map_or_else(|_| json!(cell), |number| Value::Number(Number::from(number)))
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
    use super::*;

    #[test]
    fn a_spreadsheet_is_read_as_exported() {
        let sheet = "\u{feff}ISBN,제목,정가,꼬리표,권수\r\n\
                     978-89-364-3412-0,\"소년이, 온다\",\"15,000원\",밤; 오월,2\r\n\r\n\
                     9788954682152,,열,,\r\n";
        let rows = rows(sheet).unwrap();
        assert_eq!(
            rows,
            [
                (
                    "csv 2행".to_owned(),
                    json!({ "isbn": "978-89-364-3412-0", "title": "소년이, 온다", "list_price": 15_000,
                        "tags": ["밤", "오월"], "copies": 2 })
                ),
                ("csv 4행".to_owned(), json!({ "isbn": "9788954682152", "list_price": "열" })),
            ]
        );
        assert_eq!(super::rows("isbn\tcopies\n9788936434120\t1").unwrap().len(), 1);
        assert!(super::rows("isbn;color\n1;2").unwrap_err().contains("color"));
        assert!(super::rows("제목\n소년이 온다").unwrap_err().contains("ISBN 칸은 꼭"));
        assert!(super::rows("").is_err());
    }
}
