//! 내보내기: the money of a month by its taxes, and the orders paid in a range of days, as CSV for a
//! spreadsheet. Names and addresses stay out: the file is for bookkeeping. Orders whose readers had
//! them forgotten are read from the table of what the law keeps. Reads only.

mod command;
mod month;
mod sheet;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call};
use domain::order::Order;
use platform::InitError;
use serde_json::{Value, json};
use store::Records;

use command::{Command, Range};

/// Most orders in one answer. Their lines stay far below the size limit of a Lambda response.
const MOST_ORDERS: usize = 500;

/// Orders in a page of the table.
const PAGE: i32 = 100;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let command = match Command::read(&call) {
        Ok(Command::Orders(range)) => range,
        Ok(Command::Month(first)) => return month::report(&state, &call, first).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let records = Records::open(&state.platform).map_err(InitError::from)?;
    let part = part(&state, &records, &command).await?;
    // An order whose bank transfer was reversed is not paid any more.
    let paid = part.orders.iter().filter(|order| order.paid_at().is_some());
    let csv = sheet::csv(paid).map_err(|error| AdminError::Internal(error.to_string()))?;
    let mut answer = Answer::ok();
    let file = format!("orders-{}-{}.csv", command.from, command.until);
    answer.record(json!({ "file": file, "orders": part.orders.len(), "csv": csv }));
    answer
        .next
        .push("shows의 csv를 그대로 복사해 파일로 저장하면 표 프로그램에서 열립니다.".into());
    if let Some(next) = part.next {
        answer.next.push(format!(
            "주문이 더 있습니다. {MOST_ORDERS}건씩 보여 드립니다. 이어서 보려면 calls의 내용을 부르세요."
        ));
        let mut fields = call.fields.clone();
        fields.insert("after".into(), next.into());
        answer.offer("이어서 보기", call.function, Value::Object(fields));
    }
    Ok(answer)
}

/// Orders of whole pages, and where the next call continues.
struct Part {
    orders: Vec<Order>,
    next: Option<String>,
}

async fn part(state: &AdminState, records: &Records, command: &Range) -> Result<Part, AdminError> {
    let mut part = Part { orders: Vec::new(), next: None };
    let (mut day, mut after) = (command.from, command.after);
    while day <= command.until {
        loop {
            let page = state.store.paid_on(day, after.take(), PAGE).await?;
            part.orders.extend(page.orders);
            for id in page.forgotten {
                part.orders.extend(records.order(id).await?);
            }
            after = page.next;
            let Some(last) = after else { break };
            if part.orders.len() >= MOST_ORDERS {
                part.next = Some(format!("{day}/{last}"));
                return Ok(part);
            }
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
        if part.orders.len() >= MOST_ORDERS && day <= command.until {
            part.next = Some(day.to_string());
            return Ok(part);
        }
    }
    Ok(part)
}
