//! A carrier's sheet, or a pasted column, as lines: which order, and its tracking number. With
//! headings the columns are found by their names; without, each line is an order and its number.

use unicode_normalization::UnicodeNormalization;

/// A line with a tracking number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its place in the sheet, counted from 1.
    pub(crate) place: u64,
    /// The order as it is named there; empty if it is not.
    pub(crate) order: String,
    /// The tracking number.
    pub(crate) number: String,
    /// Who the parcel goes to, and where: what names an order that the sheet does not name.
    pub(crate) recipient: String,
    pub(crate) postcode: String,
}

/// What carriers call the tracking number.
const NUMBERS: [&str; 5] = ["운송장번호", "송장번호", "등기번호", "운송장", "송장"];

/// Where our number comes back: the post's form has it behind the content.
const ORDERS: [&str; 4] = ["고객주문번호", "주문번호", "내용물", "품목명"];

/// What carriers call whoever gets the parcel.
const RECIPIENTS: [&str; 9] = [
    "받는분",
    "받는분성명",
    "받는분이름",
    "받는사람",
    "받으시는분",
    "수취인",
    "수취인명",
    "수하인명",
    "수령인",
];

/// What carriers call the postcode.
const POSTCODES: [&str; 5] =
    ["받는분우편번호", "수취인우편번호", "수하인우편번호", "우편번호", "받는사람우편번호"];

/// In how many lines the headings are looked for: some sheets begin with a title.
const HEADINGS_WITHIN: usize = 10;

/// The lines of a sheet. Those without a tracking number are left out: the carrier has not taken
/// them yet.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    for separator in [b'\t', b',', b';', b'|'] {
        let rows = rows(text, separator);
        let head = rows.iter().take(HEADINGS_WITHIN);
        let head = head.enumerate().find_map(|(at, (_, row))| Some((at, Columns::of(row)?)));
        if let Some((at, columns)) = head {
            let rows = rows.iter().skip(at + 1);
            return rows.filter_map(|(place, row)| columns.read(*place, row)).collect();
        }
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(place, line)| plain(place, line)).collect()
}

/// The rows of a text, each with its line.
fn rows(text: &str, separator: u8) -> Vec<(u64, Vec<String>)> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let records = reader.records().filter_map(Result::ok);
    records
        .map(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            (line, record.iter().map(cell).collect())
        })
        .collect()
}

/// A cell without what spreadsheets put around a number that is to stay text.
fn cell(cell: &str) -> String {
    let text = cell.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(cell);
    text.trim_start_matches('\'').trim().to_owned()
}

/// An order and its number, apart by a tab, a comma or a blank.
fn plain(place: u64, text: &str) -> Line {
    let text = text.replace(['\t', ',', ';'], " ");
    let text = text.trim();
    let (order, number) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (order, number) = (order.to_owned(), number.trim().to_owned());
    Line { place, order, number, recipient: String::new(), postcode: String::new() }
}

/// Where the columns of a sheet are.
struct Columns {
    number: usize,
    order: Option<usize>,
    recipient: Option<usize>,
    postcode: Option<usize>,
}

impl Columns {
    /// The columns of a row of headings; `None` for any other row.
    fn of(row: &[String]) -> Option<Self> {
        let plain =
            |name: &String| -> String { name.nfc().filter(|c| c.is_alphanumeric()).collect() };
        let names: Vec<String> = row.iter().map(plain).collect();
        let find = |known: &[&str]| {
            known.iter().find_map(|known| names.iter().position(|name| name == known))
        };
        let columns = Self {
            number: find(&NUMBERS)?,
            order: find(&ORDERS),
            recipient: find(&RECIPIENTS),
            postcode: find(&POSTCODES),
        };
        let orders = columns.order.is_some() || columns.recipient.is_some();
        orders.then_some(columns)
    }

    /// The post's content is `도서 20261126-07`: our number is its last word.
    fn read(&self, place: u64, row: &[String]) -> Option<Line> {
        let cell = |at: Option<usize>| {
            at.and_then(|at| row.get(at)).map(String::as_str).unwrap_or_default().to_owned()
        };
        let number = cell(Some(self.number));
        let order = cell(self.order).split_whitespace().next_back().unwrap_or_default().to_owned();
        let (recipient, postcode) = (cell(self.recipient), cell(self.postcode));
        (!number.is_empty()).then_some(Line { place, order, number, recipient, postcode })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        lines(text).into_iter().map(|line| (line.order, line.number)).collect()
    }

    fn pair(order: &str, number: &str) -> (String, String) {
        (order.to_owned(), number.to_owned())
    }

    #[test]
    fn a_column_is_read_line_by_line() {
        let text =
            "목-07 612345678901\n\n 목-08\t6123-4567-8902\n목-09,우체국 1234567890123\n목-10";
        assert_eq!(
            read(text),
            [
                pair("목-07", "612345678901"),
                pair("목-08", "6123-4567-8902"),
                pair("목-09", "우체국 1234567890123"),
                pair("목-10", ""),
            ]
        );
    }

    #[test]
    fn a_carriers_sheet_is_read_by_its_headings() {
        let cj = "예약번호\t운송장번호\t받는분\t고객주문번호\n1\t612345678901\t김\t20261126-07\n2\t\t이\t20261126-08";
        assert_eq!(read(cj), [pair("20261126-07", "612345678901")]);
        let post = "등기 번호,받는 분,내용물\n1234567890123,\"김\",\"도서 20261126-07\"\n";
        assert_eq!(read(post), [pair("20261126-07", "1234567890123")]);
        let decomposed: String = post.nfd().collect();
        assert_eq!(read(&decomposed), [pair("20261126-07", "1234567890123")]);
    }

    #[test]
    fn a_sheet_may_begin_with_a_title_and_name_nobody_by_number() {
        let text = "접수 결과,,\n,,\n송장 번호,받는 분,우편 번호\n\
                    \"=\"\"612345678901\"\"\",김 소월,03134\n'612345678902,이상,\n";
        let lines = lines(text);
        let of = |at: usize| {
            let Line { place, number, recipient, postcode, .. } = lines[at].clone();
            (place, number, recipient, postcode)
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(of(0), (4, text("612345678901"), text("김 소월"), text("03134")));
        assert_eq!(of(1), (5, text("612345678902"), text("이상"), String::new()));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|([운송장번호받는분,\\t\\n\"=']){0,60}") {
            let _ = lines(&text);
        }
    }
}
