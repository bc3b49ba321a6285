//! 내보내기: the orders paid in a range of days as CSV that a spreadsheet opens: UTF-8 with a byte
//! order mark, one line an order, no cell that a spreadsheet would take for a formula. Names and
//! addresses stay out: the file is for the books. Reads only.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, id::OrderId},
    order::Order,
};
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

/// Most days in one call.
const MOST_DAYS: i32 = 93;
/// Most orders in one answer. Their lines stay far below what Lambda answers with.
const MOST_ORDERS: usize = 500;
/// Orders in a page of the table.
const PAGE: i32 = 100;

/// The first line.
const HEAD: [&str; 15] = [
    "주문",
    "결제일",
    "상태",
    "책값",
    "고르는 값",
    "배송비",
    "합계",
    "ISBN",
    "제목",
    "정가",
    "돌려드린 돈",
    "택배사",
    "운송장",
    "약속한 날",
    "까닭",
];

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) = call.strange(
        &["from", "until", "after"],
        &json!({ "from": "2026-11-01", "until": "2026-11-30" }),
    ) {
        return Ok(strange);
    }
    let (from, until, mut after) = match read(&call) {
        Ok(wish) => wish,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut csv = String::from("\u{feff}");
    line(&mut csv, HEAD.map(ToOwned::to_owned));
    let mut count = 0;
    let mut day = from;
    let mut next = None;
    'days: while day <= until {
        loop {
            let page = desk.store.paid_on(day, after.take(), PAGE).await?;
            count += page.orders.len();
            // Whose deposit the bank took back did not pay after all.
            for order in page.orders.iter().filter(|order| order.paid_at.is_some()) {
                line(&mut csv, row(order));
            }
            after = page.next;
            let full = count >= MOST_ORDERS;
            match (page.next, full) {
                (Some(last), true) => {
                    next = Some(format!("{day}/{last}"));
                    break 'days;
                }
                (Some(_), false) => {}
                (None, _) => break,
            }
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
        if count >= MOST_ORDERS && day <= until {
            next = Some(day.to_string());
            break;
        }
    }
    let mut answer = Answer::well();
    answer.shows =
        vec![json!({ "file": format!("orders-{from}-{until}.csv"), "orders": count, "csv": csv })];
    answer
        .next
        .push("shows의 csv를 그대로 복사해 파일로 저장하면 표 프로그램에서 열립니다.".into());
    if let Some(next) = next {
        answer.next.push(format!(
            "주문이 더 있습니다. {MOST_ORDERS}건씩 보여 드립니다. 이어서 보려면 call을 부르세요."
        ));
        let mut fields = call.fields.clone();
        fields.insert("after".into(), next.into());
        answer.call = Some(Value::Object(fields));
    }
    Ok(answer)
}

/// From which day until which, and after which order of the first day.
fn read(call: &Call) -> Result<(Date, Date, Option<OrderId>), Vec<Problem>> {
    let today = calendar::today(call.now);
    let mut problems = Vec::new();
    let mut day = |field: &str, usual: Date| match call.fields.get(field) {
        None | Some(Value::Null) => usual,
        Some(value) => value.as_str().and_then(|day| day.parse().ok()).unwrap_or_else(|| {
            problems.push(Problem::new(field, "날짜를 연-월-일로 적습니다", today.to_string()));
            usual
        }),
    };
    let from = day("from", today.first_of_month());
    let until = day("until", today.max(from));
    if until < from || from.checked_add(MOST_DAYS.days()).is_ok_and(|last| until >= last) {
        let expected = format!("until은 from과 같거나 뒤이고, 한 번에 {MOST_DAYS}일까지입니다");
        problems.push(Problem::new("until", expected, from.to_string()));
    }
    let after = match call.fields.get("after") {
        None | Some(Value::Null) => Some((from, None)),
        Some(value) => value.as_str().and_then(|after| {
            let (day, order) =
                after.split_once('/').map_or((after, None), |(day, order)| (day, Some(order)));
            Some((day.parse::<Date>().ok()?, order.map(str::parse).transpose().ok()?))
        }),
    };
    let after = after.filter(|(day, _)| (from..=until).contains(day));
    match after {
        Some((day, order)) if problems.is_empty() => Ok((day, until, order)),
        Some(_) => Err(problems),
        None => {
            problems.push(Problem::new(
                "after",
                "앞선 답의 call에 적힌 after를 그대로 적습니다",
                Value::Null,
            ));
            Err(problems)
        }
    }
}

fn row(order: &Order) -> [String; 15] {
    let choice = order.choice.as_ref();
    let title = choice.and_then(|choice| {
        choice
            .proposals
            .iter()
            .find(|proposal| proposal.isbn == choice.isbn)
            .map(|proposal| proposal.title.clone())
    });
    let refunded: u64 = order
        .refunds
        .iter()
        .filter(|refund| refund.progress.is_back())
        .map(|refund| refund.amount.0)
        .sum();
    [
        order.id.to_string(),
        order.paid_at.map(|at| calendar::today(at).to_string()).unwrap_or_default(),
        order.state.name().to_owned(),
        order.price.book.0.to_string(),
        order.price.service.0.to_string(),
        order.price.postage.0.to_string(),
        order.total.0.to_string(),
        choice.map(|choice| choice.isbn.to_string()).unwrap_or_default(),
        title.unwrap_or_default(),
        choice.map(|choice| choice.list_price.0.to_string()).unwrap_or_default(),
        refunded.to_string(),
        order.parcel.as_ref().map(|parcel| parcel.carrier.title().to_owned()).unwrap_or_default(),
        order.parcel.as_ref().map(|parcel| parcel.number.clone()).unwrap_or_default(),
        order.promised.to_string(),
        choice.and_then(|choice| choice.because.clone()).unwrap_or_default(),
    ]
}

/// One line of RFC 4180.
fn line(csv: &mut String, cells: [String; 15]) {
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            csv.push(',');
        }
        csv.push_str(&cell(&text));
    }
    csv.push_str("\r\n");
}

/// A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe before it, and
/// so does a long number, which it would round.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let long_number = text.len() > 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mark = if formula || long_number { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("-2"), "\"'-2\"");
        assert_eq!(cell("＠SUM"), "\"'＠SUM\"");
        assert_eq!(cell("소년이 \"온다\", 끝"), "\"소년이 \"\"온다\"\", 끝\"");
        assert_eq!(cell("9788936434120"), "\"'9788936434120\"");
        assert_eq!(cell("15000"), "\"15000\"");
    }
}
