//! The first sheet of an xlsx as CSV.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read as _},
};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use crate::{LONGEST_TEXT, NotASheet};

/// How much a file may unpack to, in bytes.
const UNPACKED: u64 = 30 * 1024 * 1024;

/// Most parts of a file. A workbook has some dozen.
const PARTS: usize = 1_000;

/// The last row and column that may have a value.
const ROWS: u32 = 20_000;
const COLUMNS: u32 = 256;

/// The first sheet, a line for each row, empty rows as well.
pub(crate) fn text(bytes: &[u8]) -> Result<String, NotASheet> {
    measured(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| NotASheet::OtherKind)?;
    let first = book.sheet_names().into_iter().next().ok_or(NotASheet::OtherKind)?;
    csv(&rows(&mut book, &first)?)
}

/// Unpacks every part once without keeping it: what a part says of its own size need not be true.
fn measured(bytes: &[u8]) -> Result<(), NotASheet> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotASheet::Broken)?;
    if parts.len() > PARTS {
        return Err(NotASheet::TooMuch);
    }
    let mut left = UNPACKED;
    for at in 0..parts.len() {
        let part = parts.by_index(at).map_err(|_| NotASheet::Broken)?;
        let size = io::copy(&mut part.take(left + 1), &mut io::sink());
        left = left.checked_sub(size.map_err(|_| NotASheet::Broken)?).ok_or(NotASheet::TooMuch)?;
    }
    Ok(())
}

/// The rows with a value, by their numbers from 0.
fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<BTreeMap<u32, BTreeMap<u32, String>>, NotASheet> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|_| NotASheet::Broken)?;
    let (mut rows, mut length) = (BTreeMap::<u32, BTreeMap<u32, String>>::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(|_| NotASheet::Broken)? {
        let text = value(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        length += text.len();
        if row >= ROWS || column >= COLUMNS || length > LONGEST_TEXT {
            return Err(NotASheet::TooMuch);
        }
        rows.entry(row).or_default().insert(column, text);
    }
    Ok(rows)
}

/// A value as it is shown without a format of its own: a long number in full. A line end within a
/// cell would move the numbers of the rows below.
fn value(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Empty => return String::new(),
        // Whole numbers up to here are exact.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(is) => is.to_string(),
        DataRef::DateTime(at) => at.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
    };
    text.split(['\r', '\n']).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The rows as CSV with commas, all of one length.
fn csv(rows: &BTreeMap<u32, BTreeMap<u32, String>>) -> Result<String, NotASheet> {
    let last = rows.values().filter_map(|row| row.keys().next_back()).max().copied();
    let Some(last) = last else { return Err(NotASheet::Empty) };
    let (mut writer, mut next) = (csv::Writer::from_writer(Vec::new()), 0);
    let empty = BTreeMap::new();
    for (number, row) in rows {
        for row in (next..*number).map(|_| &empty).chain([row]) {
            let cells = (0..=last).map(|at| row.get(&at).map(String::as_str).unwrap_or_default());
            writer.write_record(cells).map_err(|_| NotASheet::Broken)?;
        }
        next = number + 1;
    }
    let written = writer.into_inner().map_err(|_| NotASheet::Broken)?;
    if written.len() > LONGEST_TEXT {
        return Err(NotASheet::TooMuch);
    }
    String::from_utf8(written).map_err(|_| NotASheet::Broken)
}

#[cfg(test)]
mod tests;
