//! Orders as CSV (RFC 4180) in UTF-8 with a byte order mark, which spreadsheets need. Every cell is
//! quoted, and no cell is one that a spreadsheet would take for a formula.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use domain::{
    base::{calendar, money::Won},
    order::{Order, refund::Refund},
};

/// The first line.
const HEAD: [&str; 19] = [
    "주문",
    "결제일",
    "상태",
    "책값",
    "책 고르는 삯",
    "배송비",
    "합계",
    "ISBN",
    "제목",
    "정가",
    "돌려드린 돈",
    "받은 면세",
    "받은 과세",
    "돌려드린 면세",
    "돌려드린 과세",
    "택배사",
    "운송장",
    "약속한 날",
    "까닭",
];

/// The orders, a line each.
pub(crate) fn csv<'o>(orders: impl Iterator<Item = &'o Order>) -> Result<String, csv::Error> {
    lines(&HEAD.map(str::to_owned), orders.map(|order| cells(order).to_vec()))
}

/// A sheet of these lines.
pub(crate) fn lines(
    head: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row.into_iter().map(inert))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    String::from_utf8(bytes).map_err(|error| std::io::Error::other(error).into())
}

fn cells(order: &Order) -> [String; 19] {
    let choice = order.choice.as_ref();
    let title = choice.map(|choice| choice.title.clone());
    let refunded = |part: fn(&Refund) -> Won| -> String {
        let back = order.refunds.iter().filter(|refund| refund.progress.is_back());
        back.map(part).sum::<Won>().0.to_string()
    };
    [
        order.id.to_string(),
        order.paid_at().map(|at| calendar::today(at).to_string()).unwrap_or_default(),
        order.state.name().to_owned(),
        order.price.book.0.to_string(),
        order.price.service.0.to_string(),
        order.price.postage.0.to_string(),
        order.total.0.to_string(),
        choice.map(|choice| choice.isbn.to_string()).unwrap_or_default(),
        title.unwrap_or_default(),
        choice.map(|choice| choice.list_price.0.to_string()).unwrap_or_default(),
        refunded(|refund| refund.amount),
        order.taxed().tax_free.0.to_string(),
        order.taxed().taxable.0.to_string(),
        refunded(|refund| refund.taxed().tax_free),
        refunded(|refund| refund.taxed().taxable),
        order.parcel().map(|parcel| parcel.carrier.title().to_owned()).unwrap_or_default(),
        order.parcel().and_then(|parcel| parcel.number.clone()).unwrap_or_default(),
        order.promised.to_string(),
        choice.and_then(|choice| choice.because.clone()).unwrap_or_default(),
    ]
}

/// Puts an apostrophe before what a spreadsheet would take for a formula, and before a long number,
/// which it would round.
fn inert(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let long_number = text.len() > 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    if formula || long_number { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for formula in ["=1+1", "-2", "＠SUM", "9788936434120"] {
            assert_eq!(inert(formula.to_owned()), format!("'{formula}"));
        }
        for text in ["소년이 \"온다\", 끝", "15000"] {
            assert_eq!(inert(text.to_owned()), text);
        }
    }

    #[test]
    fn every_cell_is_quoted_and_every_line_ends_as_rfc_4180_says() {
        let csv = csv(std::iter::empty()).unwrap();
        assert!(csv.starts_with("\u{feff}\"주문\",\"결제일\","), "{csv}");
        assert!(csv.ends_with(",\"까닭\"\r\n"), "{csv}");
    }
}
