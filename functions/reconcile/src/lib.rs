//! 맞춰 보기: compares a day's orders with the payment provider's record of it.
//!
//! Every night a schedule has the day before compared. A difference fails that invocation, so that
//! the alarm on failed invocations reaches the owner. The owner calls the function like any other:
//! with a day, to compare that day now; without, to see what was found lately. Only the findings
//! are written.

mod view;

use std::{future::Future, pin::Pin, sync::Arc};

use admin::{
    AS_SHOWN, AdminError, AdminState, Answer, Call, Problem, fields, fields::ORDER_EXAMPLE,
};
use domain::{
    base::{calendar, format, free_text},
    order::reconciliation::Accounts,
};
use jiff::civil::Date;
use payments::{NotCompared, PaymentError, Payments};
use platform::Init as _;
use serde_json::{Value, json};

/// The days shown to a call without a day: a month.
const SHOWN: i32 = 31;

/// The hour in Korea from which a night's run no longer counts on another one after it.
const LAST_HOUR: i8 = 6;

/// Longest order name and note of the owner, in characters.
const LONGEST: usize = 300;

/// A call, read.
enum Command {
    /// The schedule's call: compare the day before.
    Night,
    /// Compare a day now.
    Compare(Date),
    /// The owner has settled a difference.
    Settle(Settling),
    /// Show what was found lately.
    Show,
}

/// A difference that the owner has settled.
struct Settling {
    day: Date,
    order: String,
    note: String,
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
        Command::Settle(settling) => settle(&state, &settling, &call).await,
        Command::Night => {
            // The schedule calls several times a night; a day that is finished is left alone.
            let before = state.store.accounts_of(yesterday).await?.map(|before| before.value);
            if let Some(before) = before
                .filter(|before| before.is_finished() && calendar::today(before.looked_at) == today)
            {
                return Ok(view::found(&[before]));
            }
            let accounts = compare(&payments, yesterday, &call).await?;
            if !accounts.is_finished() && calendar::in_korea(call.now).hour() < LAST_HOUR {
                return Ok(view::found(&[accounts]));
            }
            match accounts.open().count() {
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
            let day = fields.required("day", day, expected, yesterday.to_string());
            if fields.given("settled").is_none() {
                return day.map(Self::Compare);
            }
            let line = |value: &Value| {
                let line = value.as_str().map(free_text::line);
                line.filter(|line| (1..=LONGEST).contains(&line.chars().count()))
            };
            let expected = "shows에 나온 order를 그대로 적습니다";
            let order = fields.required("order", line, expected, ORDER_EXAMPLE);
            let expected = "어떻게 매듭지었는지 300자 안으로 적습니다";
            let example = "결제사 화면에서 한 번을 취소함";
            let note = fields.required("settled", line, expected, example);
            Some(Self::Settle(Settling { day: day?, order: order?, note: note? }))
        })
    }
}

/// Closes a difference, or says that it would. A second call finds it closed.
async fn settle(
    state: &AdminState,
    settling: &Settling,
    call: &Call,
) -> Result<Answer, AdminError> {
    let Settling { day, order, note } = settling;
    let found = state.store.accounts_of(*day).await?;
    let closed = found.and_then(|found| found.value.settle(order, note, call.now).ok());
    let Some(accounts) = closed else {
        let expected = "그날 열려 있는 다른 점이 없습니다. day와 order를 확인하세요";
        return Ok(Answer::problem(Problem::new("order", expected, ORDER_EXAMPLE)));
    };
    if !call.confirmed {
        let mut answer = Answer::ok();
        answer.would_do.push(format!("{order}: 매듭지은 것으로 적습니다. ({note})"));
        return Ok(answer.to_confirm(call, AS_SHOWN));
    }
    state.store.keep_accounts(&accounts).await?;
    tracing::info!(order, day = %day, "difference settled by the owner");
    let mut answer = view::found(&[accounts]);
    answer.did.push(format!("{order}: 매듭지은 것으로 적었습니다. ({note})"));
    Ok(answer)
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
            "order differs from the provider’s record"
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
    answer.next.push("지금 하루를 맞춰 보려면 calls에 적은 day를 고쳐 부르세요.".into());
    answer.offer("하루 맞춰 보기", "reconcile", json!({ "day": yesterday.to_string() }));
    Ok(answer)
}
