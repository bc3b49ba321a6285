//! 월 보고: a month's money by its taxes, and the same by day as a sheet for the tax accountant.

use std::iter::once;

use admin::{AdminError, AdminState, Answer, Call, File, Show};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    base::{calendar, format, money::Won, text::Language},
    order::{
        ledger::{Month, Sums},
        reconciliation::Accounts,
    },
};
use jiff::{ToSpan as _, civil::Date};
use serde_json::json;

use crate::sheet;

/// How the sums are to be read.
const EXPLAINED: &str = "들어온 돈 − 돌아간 돈 = 남은 돈입니다. 환불은 결제한 달이 아니라 돌려드린 달에 셉니다. \
     부가세는 결제마다 한 번 11분의 1로 셈합니다. 이 장부가 생기기 전의 결제는 들어 있지 않으니, \
     그 달들은 주문마다 내보내어 맞추어 주십시오.";

/// Reports the month that begins on `first`. Two reads.
pub(crate) async fn report(
    state: &AdminState,
    call: &Call,
    first: Date,
) -> Result<Answer, AdminError> {
    let last = first.last_of_month();
    let (entries, accounts) =
        tokio::try_join!(state.store.ledger(first), state.store.accounts_between(first, last),)?;
    let month = Month::of(&entries);
    // Today is compared tonight.
    let today = calendar::today(call.now);
    let until = today.yesterday().unwrap_or(today).min(last);
    let days = first.until(until).map_or(0, |span| span.get_days() + 1);
    let agrees = |day: &&Accounts| day.day <= until && day.is_finished() && day.open().count() == 0;
    let compared = accounts.iter().filter(agrees).count();
    let name = format!("{}년 {}월", first.year(), first.month());
    let won = |sum: Won| format::won(sum, Language::Ko);
    let line = |part: fn(&Sums) -> Won| {
        let (income, back) = (part(&month.income), part(&month.back));
        format!("{} − {} = {}", won(income), won(back), difference(income, back))
    };
    let mut show = Show::new(
        "month",
        format!("{name} 보고"),
        json!({
            "month": first.strftime("%Y-%m").to_string(),
            "income": sums(month.income),
            "back": sums(month.back),
            "days_compared": compared,
        }),
    )
    .fact("면세 도서", line(|sums| sums.tax_free))
    .fact("과세 공급가액", line(|sums| sums.supplied))
    .fact("부가세", line(|sums| sums.vat))
    .fact("모두", line(|sums| sums.total()));
    for (movement, (count, sum)) in &month.by_movement {
        show = show.fact(movement.title(), format!("{count}건 {}", won(*sum)));
    }
    show = show.fact("결제사와 맞아떨어진 날", format!("{compared}/{days}")).text(Some(EXPLAINED));
    let mut answer = Answer::ok();
    answer.shows.push(show);
    answer.files.push(File {
        name: format!("money-{}.csv", first.strftime("%Y-%m")),
        media_type: "text/csv;charset=utf-8".to_owned(),
        base64: STANDARD.encode(by_day(&month)?),
    });
    if let Ok(before) = first.checked_sub(1.month()) {
        let before = before.strftime("%Y-%m").to_string();
        answer.offer("앞 달 보기", call.function, json!({ "tax": before }));
    }
    let orders = json!({ "from": first.to_string(), "until": last.to_string() });
    answer.offer("주문마다 내보내기", call.function, orders);
    Ok(answer)
}

/// What is left; a month may give back more than it took.
fn difference(income: Won, back: Won) -> String {
    let won = |sum| format::won(sum, Language::Ko);
    if back > income {
        format!("−{}", won(back.saturating_sub(income)))
    } else {
        won(income.saturating_sub(back))
    }
}

fn sums(sums: Sums) -> serde_json::Value {
    json!({
        "entries": sums.entries,
        "tax_free_won": sums.tax_free.0,
        "supplied_won": sums.supplied.0,
        "vat_won": sums.vat.0,
        "total_won": sums.total().0,
    })
}

/// A line for each day on which money moved, and one for the month.
fn by_day(month: &Month) -> Result<String, AdminError> {
    let parts = ["건수", "면세", "공급가액", "부가세", "합계"];
    let of = |what: &str| parts.map(|part| format!("{what} {part}"));
    let head: Vec<String> = once("날".to_owned()).chain(of("결제")).chain(of("환불")).collect();
    let cells = |sums: Sums| {
        let Sums { entries, tax_free, supplied, vat } = sums;
        [entries, tax_free.0, supplied.0, vat.0, sums.total().0].map(|number| number.to_string())
    };
    let row = |name: String, income: Sums, back: Sums| {
        once(name).chain(cells(income)).chain(cells(back)).collect::<Vec<String>>()
    };
    let days = month.days.iter().map(|(day, (income, back))| row(day.to_string(), *income, *back));
    let all = once(row("모두".to_owned(), month.income, month.back));
    sheet::lines(&head, days.chain(all)).map_err(|error| AdminError::Internal(error.to_string()))
}
