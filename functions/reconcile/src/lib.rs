//! 맞춰 보기: a day's orders against the payment provider's record of it. Every night for the day
//! before; and whenever the owner opens it like a drawer: with a day, that day is looked at now;
//! without, what was found of late is shown. Nothing but its own findings is written. A night that
//! finds a difference fails its invocation, so that the alarm rings at the owner's.

use std::{future::Future, pin::Pin, sync::Arc};

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::{calendar, money::Won, text::Language},
    order::{
        letter,
        reconciliation::{Accounts, Difference, Mismatch},
    },
};
use jiff::civil::Date;
use payments::{NotCompared, PaymentError, Payments};
use platform::Init as _;
use serde_json::{Value, json};

/// Days shown without a field: a month.
const SHOWN: i32 = 31;

/// Opens the drawer, or answers the clock.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let payments = Payments::init(&desk.platform).await?;
    let today = calendar::today(call.now);
    let yesterday = today.yesterday().unwrap_or(today);
    // What the schedule in template.yaml says.
    if call.fields.get("night") == Some(&Value::Bool(true)) {
        let accounts = look(&payments, yesterday, &call).await?;
        return match accounts.differences.len() {
            0 => Ok(told(&[accounts])),
            count => Err(AdminError::Alert(format!(
                "{}의 장부가 결제사의 기록과 {count}건 다릅니다. reconcile을 빈 내용으로 부르면 볼 수 있습니다.",
                letter::korean_date(yesterday)
            ))),
        };
    }
    match call.fields.get("day") {
        None | Some(Value::Null) => list(&desk, yesterday).await,
        Some(day) => match day.as_str().and_then(|day| day.trim().parse::<Date>().ok()) {
            Some(day) if day <= today => Ok(told(&[look(&payments, day, &call).await?])),
            _ => Ok(Answer::problems(vec![Problem::new(
                "day",
                "맞춰 볼 날짜를 연-월-일로 적습니다. 오늘까지의 날짜입니다",
                yesterday.to_string(),
            )])),
        },
    }
}

async fn look(payments: &Payments, day: Date, call: &Call) -> Result<Accounts, AdminError> {
    // Boxed, because the types of what is awaited here nest deeper than the compiler likes.
    let looking: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(payments.accounts(day, call.now));
    let accounts = looking.await.map_err(|why| match why {
        NotCompared::Payments(PaymentError::Store(error)) => AdminError::Store(error),
        why => AdminError::Provider(why.to_string()),
    })?;
    for difference in &accounts.differences {
        tracing::error!(order = difference.order, difference = ?difference.how, day = %day, "the accounts differ");
    }
    tracing::info!(day = %day, orders = accounts.orders, differences = accounts.differences.len(), "accounts compared");
    Ok(accounts)
}

async fn list(desk: &AdminState, yesterday: Date) -> Result<Answer, AdminError> {
    let found = desk.store.accounts(SHOWN).await?;
    let mut answer = told(&found);
    if found.is_empty() {
        answer.next.push("아직 맞춰 본 날이 없습니다. 밤마다 전날의 장부를 맞춰 봅니다.".into());
    }
    answer.next.push("지금 하루를 맞춰 보려면 call의 day를 고쳐 부르세요.".into());
    answer.call = Some(json!({ "day": yesterday.to_string() }));
    Ok(answer)
}

/// What was found, differences first.
fn told(found: &[Accounts]) -> Answer {
    let mut answer = Answer::well();
    for accounts in found {
        answer
            .shows
            .extend(accounts.differences.iter().map(|difference| show(accounts.day, difference)));
    }
    match answer.shows.len() {
        0 if found.is_empty() => {}
        0 => answer.next.push("장부와 결제사의 기록이 모두 맞습니다.".into()),
        count => answer.next.push(format!(
            "다른 것이 {count}건 있습니다. 아무것도 저절로 고치지 않았습니다. todo를 보고 하나씩 살펴 주세요."
        )),
    }
    let by_hand: Won = found.iter().map(|accounts| accounts.by_hand).sum();
    if by_hand > Won::ZERO {
        answer.next.push(format!(
            "이 가운데 {by_hand}원은 결제사를 거치지 않고 손으로 돌려드렸다고 적혀 있습니다. 결제사의 기록으로는 알 수 없으니 통장과 견주어 주세요."
        ));
    }
    answer.shows.extend(found.iter().map(|accounts| {
        json!({
            "day": accounts.day.to_string(),
            "looked_at": letter::clock(accounts.looked_at, Language::Ko),
            "orders": accounts.orders,
            "paid_won": accounts.paid.0,
            "by_hand_won": accounts.by_hand.0,
            "differences": accounts.differences.len(),
        })
    }));
    answer
}

fn show(day: Date, difference: &Difference) -> Value {
    let (what, todo) = words(&difference.how);
    json!({ "day": day.to_string(), "order": difference.order, "what": what, "todo": todo })
}

/// What differs, and what to do about it.
fn words(how: &Mismatch) -> (String, &'static str) {
    match how {
        Mismatch::NotThere => (
            "여기서는 결제가 끝났는데 결제사는 이 결제를 모릅니다".into(),
            "결제사 화면에서 주문 번호로 찾아 보고, 없으면 부치기 전에 멈추고 읽는 분께 알려 주세요.",
        ),
        Mismatch::NotPaidThere { status } => (
            format!("여기서는 결제가 끝났는데 결제사에서는 {status}입니다"),
            "입금이 되돌려졌을 수 있습니다. 책을 부치기 전이면 멈추고, 부쳤으면 읽는 분께 연락해 주세요.",
        ),
        Mismatch::Twice { payments } => (
            format!("결제사에서 {payments}번 결제되었습니다"),
            "장부에 적힌 것 말고 나머지 결제를 결제사 화면에서 취소해 주세요.",
        ),
        Mismatch::Amount { here, there } => (
            format!("장부에는 {here}원, 결제사에는 {there}원이 결제되었습니다"),
            "어느 쪽이 맞는지 결제사 화면의 영수증과 견주어 보고, 더 받은 돈이 있으면 돌려드리세요.",
        ),
        Mismatch::GoneBack { here, under_way, there } => (
            format!(
                "장부에는 {here}원이 돌아갔고 {under_way}원이 가는 길인데, 결제사에서는 {there}원이 돌아갔습니다"
            ),
            "결제사 화면에서 손으로 취소한 적이 있는지 보세요. 덜 돌아갔으면 owner-refund로 돌려드릴 수 있습니다.",
        ),
        Mismatch::OnlyThere { held, state } => (
            match state {
                Some(state) => format!(
                    "결제사가 이 주문으로 {held}원을 가지고 있는데, 여기서는 {} 주문이라 받은 돈이 없습니다",
                    state.name()
                ),
                None => format!("결제사가 {held}원을 가지고 있는데, 여기에는 이런 주문이 없습니다"),
            },
            "방금 한 결제라면 몇 분 뒤에 다시 맞춰 보세요. 그래도 남으면 결제사 화면에서 취소해 돌려드리세요.",
        ),
        Mismatch::NotLookedAt => (
            "주문이 많아 살펴보지 못했습니다".into(),
            "결제사 화면의 그날 합계와 owner-export의 합계를 견주어 주세요.",
        ),
    }
}
