//! 맞춰 보기: compares a day's orders with the payment provider's record of it.
//!
//! Every night a schedule has the day before compared. A difference fails that invocation, so that
//! the alarm on failed invocations reaches the owner. The owner calls the function like any other:
//! with a day, to compare that day now; without, to see what was found lately. Only the findings
//! are written.

mod view;

use std::{future::Future, pin::Pin, sync::Arc};

use admin::{AdminError, AdminState, Answer, Call, Problem, fields};
use domain::{
    base::{calendar, format},
    order::reconciliation::Accounts,
};
use jiff::civil::Date;
use payments::{NotCompared, PaymentError, Payments};
use platform::Init as _;
use serde_json::{Value, json};

/// The days shown to a call without a day: a month.
const SHOWN: i32 = 31;

/// A call, read.
enum Command {
    /// The schedule's call: compare the day before.
    Night,
    /// Compare a day now.
    Compare(Date),
    /// Show what was found lately.
    Show,
}

/// Handles a call of the owner or of the schedule.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let yesterday = today.yesterday().unwrap_or(today);
    // Opened for every command, so that a missing setting shows at the first call.
    let payments = Payments::init(&state.platform).await?;
    let command = match Command::read(&call, today, yesterday) {
        Ok(command) => command,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    match command {
        Command::Show => show(&state, yesterday).await,
        Command::Compare(day) => Ok(view::found(&[compare(&payments, day, &call).await?])),
        Command::Night => {
            let accounts = compare(&payments, yesterday, &call).await?;
            match accounts.differences.len() {
                0 => Ok(view::found(&[accounts])),
                count => Err(AdminError::Alert(format!(
                    "{}의 장부가 결제사의 기록과 {count}건 다릅니다. \
                     reconcile을 빈 내용으로 부르면 볼 수 있습니다.",
                    format::korean_date(yesterday)
                ))),
            }
        }
    }
}

impl Command {
    /// The schedule in template.yaml sends `{"night": true}`. Unknown fields are ignored.
    fn read(call: &Call, today: Date, yesterday: Date) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            if fields.given("night") == Some(&Value::Bool(true)) {
                return Some(Self::Night);
            }
            if fields.given("day").is_none() {
                return Some(Self::Show);
            }
            let day = |value: &Value| fields::date(value).filter(|day| *day <= today);
            let expected = "맞춰 볼 날짜를 연-월-일로 적습니다. 오늘까지의 날짜입니다";
            fields.required("day", day, expected, yesterday.to_string()).map(Self::Compare)
        })
    }
}

async fn compare(payments: &Payments, day: Date, call: &Call) -> Result<Accounts, AdminError> {
    // Boxed: avoids the type-depth limit.
    let comparing: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(payments.accounts(day, call.now));
    let accounts = comparing.await.map_err(|error| match error {
        NotCompared::Payments(PaymentError::Store(error)) => AdminError::Store(error),
        error => AdminError::Provider(error.to_string()),
    })?;
    for difference in &accounts.differences {
        tracing::error!(
            order = difference.order,
            difference = ?difference.how,
            day = %day,
            "order differs from the provider's record"
        );
    }
    let (orders, differences) = (accounts.orders, accounts.differences.len());
    tracing::info!(day = %day, orders, differences, "day reconciled");
    Ok(accounts)
}

async fn show(state: &AdminState, yesterday: Date) -> Result<Answer, AdminError> {
    let found = state.store.accounts(SHOWN).await?;
    let mut answer = view::found(&found);
    if found.is_empty() {
        answer.next.push("아직 맞춰 본 날이 없습니다. 밤마다 전날의 장부를 맞춰 봅니다.".into());
    }
    answer.next.push("지금 하루를 맞춰 보려면 call의 day를 고쳐 부르세요.".into());
    answer.call = Some(json!({ "day": yesterday.to_string() }));
    Ok(answer)
}
