//! Numbers pasted as a column, or as the sheet that a carrier gave back: with headings, the column of
//! our number and that of the tracking number are found by their names; without, each line is an order
//! and its number.

/// A pasted line: the order as it is named there, and its tracking number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) order: String,
    pub(crate) number: String,
}

/// What carriers call the tracking number.
const NUMBERS: [&str; 4] = ["운송장번호", "송장번호", "등기번호", "운송장"];

/// Where our number comes back: the post's form has it behind the content.
const ORDERS: [&str; 4] = ["고객주문번호", "주문번호", "내용물", "품목명"];

/// The lines of a pasted text. Empty ones are left out, and of a sheet those without a number.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut rows =
        text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).peekable();
    match rows.peek().and_then(|head| Columns::of(head)) {
        Some(columns) => rows.skip(1).filter_map(|row| columns.read(row)).collect(),
        None => rows.map(plain).collect(),
    }
}

/// An order and its number, apart by a tab, a comma or a blank.
fn plain(row: &str) -> Line {
    let row = row.replace(['\t', ','], " ");
    let row = row.trim();
    let (order, number) = row.split_once(char::is_whitespace).unwrap_or((row, ""));
    Line { order: order.to_owned(), number: number.trim().to_owned() }
}

/// Where the two columns of a sheet are.
struct Columns {
    separator: char,
    order: usize,
    number: usize,
}

impl Columns {
    fn of(head: &str) -> Option<Self> {
        let separator = if head.contains('\t') { '\t' } else { ',' };
        let plain = |name: &str| -> String {
            name.trim_matches('"').chars().filter(|letter| !letter.is_whitespace()).collect()
        };
        let names: Vec<String> = head.split(separator).map(plain).collect();
        let find = |known: &[&str]| {
            known.iter().find_map(|known| names.iter().position(|name| name == known))
        };
        Some(Self { separator, order: find(&ORDERS)?, number: find(&NUMBERS)? })
    }

    /// The post's content is `도서 20261126-07`: our number is its last word.
    fn read(&self, row: &str) -> Option<Line> {
        let cells: Vec<&str> =
            row.split(self.separator).map(|cell| cell.trim_matches('"')).collect();
        let cell = |at: usize| cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        let (order, number) = (cell(self.order), cell(self.number));
        let order = order.split_whitespace().next_back().unwrap_or_default();
        (!number.is_empty()).then(|| Line { order: order.to_owned(), number: number.to_owned() })
    }
}

#[cfg(test)]
mod tests {
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
    }
}
