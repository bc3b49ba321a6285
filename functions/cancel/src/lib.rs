//! 물리기: one screen that says what becomes of the money, and one button. Free until the order is
//! packed; once the book has come, seven days to send it back (`back`). No puzzle, no second
//! question.
//!
//! Cancelling is one transaction: the order, the refund of everything held and its message, the
//! letter's message, the place or the copy, and that reader and address have had the work. Whoever
//! comes second, from another tab or with a second click, finds it done and sees the same page.
//! What was paid by a deposit goes back to an account that the reader names in the same form
//! (`account`).

mod account;
mod back;

use std::sync::Arc;

use domain::{
    base::{calendar, id::OrderId, money::Won},
    order::{
        Order, Payment, PaymentStatus, State, bank_transfer, letter,
        refund::{Progress, RefundReason},
    },
};
use maud::{Markup, html};
use store::{Lost, Versioned};
use web::{
    AppState, Drawing, Method, Page, Problem, Refusal, Reply, Request, StatusCode, field, say,
};

/// How often a cancel that met another change of the order is made again.
const ROUNDS: usize = 6;

/// Serves `/cancel/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    request.visitor()?;
    let id: OrderId =
        request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    if request.method == Method::Post {
        return cancel(&app, &request, id).await;
    }
    let order = own(&app, &request, id).await?.value;
    if request.query.typed("to") == "account" && order.wants_account() {
        return Ok(account::page(&request, &order, &[]).into());
    }
    Ok(match order.state {
        State::Draft | State::Priced | State::Paid | State::Choosing | State::Chosen => {
            asking(&request, &order, &[]).into()
        }
        State::Cancelled | State::Returned | State::RefundDue | State::Refunded => {
            cancelled(&request, &order).into()
        }
        State::Packed => too_late(&request, &order).into(),
        State::Shipped | State::Delivered => back::page(&request, &order, &[]).into(),
    })
}

/// The reader's own order. Another's is not there.
async fn own(app: &AppState, request: &Request, id: OrderId) -> Result<Versioned<Order>, Refusal> {
    let visitor = request.visitor()?;
    app.store
        .order(id)
        .await?
        .filter(|order| order.value.visitor == visitor)
        .ok_or(Refusal::NotFound)
}

async fn cancel(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let order = own(app, request, id).await?;
        if !request.form.typed(account::ONLY).is_empty() {
            match account::name(app, request, &order).await? {
                Some(reply) => return Ok(reply),
                None => continue,
            }
        }
        if matches!(order.value.state, State::Shipped | State::Delivered) {
            match back::withdraw(app, request, &order).await? {
                Some(reply) => return Ok(reply),
                None => continue,
            }
        }
        let may_be = order.value.clone().cancelled(request.now).is_ok();
        let account = if may_be && account::is_needed(&order.value) {
            match account::read(request) {
                Ok(account) => Some(account),
                Err(problems) => {
                    let page = asking(request, &order.value, &problems);
                    return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
                }
            }
        } else {
            None
        };
        let Ok(step) = order.value.clone().cancelled_to(account, request.now) else {
            return Ok(match order.value.state {
                State::Packed => {
                    too_late(request, &order.value).status(StatusCode::CONFLICT).into()
                }
                _ => Reply::see(format!("/cancel/{id}")),
            });
        };
        let copy = match &order.value.choice {
            Some(choice) => {
                let book =
                    app.store.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn);
                Some(book.ok_or_else(|| Refusal::Ours(format!("the book of order {id} is gone")))?)
            }
            None => None,
        };
        match app.store.give_up(order.version, &step, copy.as_ref()).await {
            Ok(()) => {
                tracing::info!(order = %id, from = order.value.state.name(), "order cancelled");
                return Ok(Reply::see(format!("/cancel/{id}")));
            }
            // Paid, chosen or packed meanwhile, or another order takes a copy of the same book:
            // look again.
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::Ours(format!("order {id} is being changed by others")))
}

fn frame(request: &Request, body: Markup) -> Page {
    Page::new("cancel", say!(request, "물리기", "Cancel")).drawing(Drawing::Window).body(body)
}

fn won(request: &Request, amount: Won) -> String {
    say!(request, format!("{amount}원"), format!("₩{amount}"))
}

/// What is on its way back, or went back, before anything is cancelled.
fn gone_back(order: &Order) -> Won {
    let gone = order
        .refunds
        .iter()
        .filter(|refund| refund.progress.is_open() || refund.progress.is_back());
    gone.map(|refund| refund.amount).sum()
}

/// What becomes of the money, and the button.
fn asking(request: &Request, order: &Order, problems: &[Problem]) -> Page {
    let body = html! {
        h1 { (say!(request, "물리기", "Cancel")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            (field::summary(problems, request.language))
            @if order.paid_at.is_some() { (money(request, order)) } @else { p { (before_payment(request, order)) } }
            p.plain { (say!(
                request,
                "까닭은 묻지 않습니다. 무른 뒤에 마음이 바뀌시면 새로 주문하시면 됩니다.",
                "No reason is asked. If you change your mind later, you can place a new order."
            )) }
            form method="post" action=(format!("/cancel/{}", order.id)) data-onward {
                @if account::is_needed(order) { (account::fields(request, problems)) }
                button { (say!(request, "이 주문 물리기", "Cancel this order")) }
            }
            p { a.door.quiet href=(format!("/window/{}", order.id)) { (say!(request, "그대로 두기", "Leave it as it is")) } }
        }
    };
    frame(request, body)
}

fn before_payment(request: &Request, order: &Order) -> &'static str {
    match &order.payment {
        Some(Payment { outcome: PaymentStatus::Asked, .. }) => say!(
            request,
            "치르시던 결제가 어떻게 되었는지 아직 확인하고 있습니다. 지금 무르시면 주문은 여기서 끝나고, 돈이 빠져나간 것으로 밝혀지면 모두 돌려드립니다.",
            "We are still finding out what became of your payment. If you cancel now, the order ends here, and if it turns out that money was taken, all of it goes back to you."
        ),
        Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => say!(
            request,
            "입금을 기다리고 있고, 아직 값을 치르지 않으셨습니다. 지금 무르시면 계좌를 닫고 주문이 끝납니다. 그사이에 입금하신 돈이 있다면 모두 돌려드립니다.",
            "We are waiting for your deposit, and you have not paid yet. If you cancel now, the account is closed and the order ends. Should a deposit have come meanwhile, all of it goes back to you."
        ),
        _ => say!(
            request,
            "아직 값을 치르지 않으셨습니다. 지금 무르시면 주문이 끝나고, 돈은 빠져나가지 않습니다.",
            "You have not paid yet. If you cancel now, the order ends and no money moves."
        ),
    }
}

fn money(request: &Request, order: &Order) -> Markup {
    let (before, back) = (gone_back(order), order.refundable());
    let by = letter::date(calendar::refunded_by(request.now), request.language);
    html! {
        table.sum {
            tbody {
                tr { th scope="row" { (say!(request, "내신 값", "You paid")) } td { (won(request, order.total)) } }
                @if before > Won::ZERO {
                    tr {
                        th scope="row" { (say!(request, "따로 돌려드리는 차액", "The difference that goes back anyway")) }
                        td { (won(request, before)) }
                    }
                }
                tr { th scope="row" { (say!(request, "무르는 값", "Charge for cancelling")) } td { (won(request, Won::ZERO)) } }
            }
            tfoot { tr { th scope="row" { (say!(request, "무르시면 돌려드리는 돈", "Goes back if you cancel")) } td { (won(request, back)) } } }
        }
        p { (say!(
            request,
            if order.by_bank_transfer() {
                format!("지금 무르시면 {back}원을 {by}까지 아래 계좌로 돌려드립니다.")
            } else {
                format!("지금 무르시면 {back}원을 {by}까지 내신 방법으로 돌려드립니다. 카드사에 따라 보이기까지 며칠 더 걸릴 수 있습니다.")
            },
            if order.by_bank_transfer() {
                format!("If you cancel now, ₩{back} goes back to the account below by {by}.")
            } else {
                format!("If you cancel now, ₩{back} goes back the way it came by {by}. Your card company may take some days to show it.")
            }
        )) }
    }
}

/// It is done.
fn cancelled(request: &Request, order: &Order) -> Page {
    let refunds = order.refunds.iter().filter(|refund| refund.progress != Progress::Superseded);
    let asked = matches!(
        &order.payment,
        Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
    );
    let reversed = matches!(&order.payment, Some(Payment { outcome: PaymentStatus::Refused { code }, .. }) if code == bank_transfer::REVERSED);
    let ended = |why: RefundReason| order.refunds.iter().any(|refund| refund.why == why);
    let title = if reversed && order.state == State::Cancelled {
        say!(request, "주문을 멈추었습니다", "We stopped your order")
    } else if ended(RefundReason::Withdrawn) {
        say!(request, "책이 돌아왔습니다", "The book has come back")
    } else if ended(RefundReason::NoPlace) {
        say!(request, "주문을 거두었습니다", "We ended your order")
    } else {
        say!(request, "주문을 물렀습니다", "Your order is cancelled")
    };
    let body = html! {
        h1 { (title) }
        section data-order=(order.id) data-state=(order.state.name()) role="status" {
            @if order.refunds.is_empty() || reversed {
                p { (if reversed { say!(
                    request,
                    "은행이 입금을 되돌려, 받은 돈이 없습니다. 돈은 보내신 은행에 있습니다.",
                    "The bank took your deposit back, so we hold no money of yours: it is at your bank."
                ) } else if asked { say!(
                    request,
                    "치르시던 결제가 어떻게 되었는지 확인하고 있습니다. 돈이 빠져나갔다면 모두 돌려드리고 편지로 알려 드립니다.",
                    "We are finding out what became of your payment. If money was taken, all of it goes back and a letter tells you."
                ) } else { say!(request, "돈은 빠져나가지 않았습니다.", "No money has moved.") }) }
            }
            @for refund in refunds {
                p { (match &refund.progress {
                    Progress::Done { done_at } => {
                        let (amount, at) = (refund.amount, letter::clock(*done_at, request.language));
                        say!(request, format!("{amount}원을 {at}에 돌려드렸습니다."), format!("₩{amount} went back to you {at}."))
                    }
                    Progress::NeedsOwner { .. } => {
                        let amount = refund.amount;
                        say!(
                            request,
                            format!("{amount}원은 결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다."),
                            format!("₩{amount} cannot go back through the provider; the owner will find another way and tell you.")
                        )
                    }
                    Progress::ByHand { day, .. } => {
                        let (amount, day) = (refund.amount, letter::date(*day, request.language));
                        say!(request, format!("{amount}원을 {day}에 주인장이 손수 돌려드렸습니다."), format!("The owner sent you ₩{amount} on {day}."))
                    }
                    Progress::AwaitingBankDetails => account::waits(request, refund.amount),
                    _ => {
                        let (amount, by) = (refund.amount, letter::date(refund.by, request.language));
                        say!(request, format!("{amount}원을 {by}까지 돌려드립니다."), format!("₩{amount} goes back to you by {by}."))
                    }
                }) }
            }
            @if order.wants_account() { (account::form(request, order, &[])) }
        }
        p { a.door data-onward[!order.wants_account()] href=(format!("/window/{}", order.id)) { (say!(request, "창으로 보기", "See it from the window")) } }
    };
    frame(request, body)
}

/// It is packed: what can be done instead.
fn too_late(request: &Request, order: &Order) -> Page {
    let body = html! {
        h1 { (say!(request, "이미 포장을 마쳤습니다", "It is already packed")) }
        section data-order=(order.id) data-state=(order.state.name()) role="status" {
            p { (say!(
                request,
                "포장을 마친 주문은 여기서 무를 수 없습니다. 바뀐 것은 없습니다.",
                "An order that is packed cannot be cancelled here. Nothing has changed."
            )) }
            p { (say!(
                request,
                "책을 받으신 날부터 7일 안에는 까닭 없이 무를 수 있습니다. 포장을 뜯으셨더라도 마찬가지입니다. 책이 길을 나서면 바로 이 쪽에서 돌려보내실 수 있게 됩니다.",
                "Within 7 days of receiving the book you can withdraw without a reason, opened wrapper or not. Once the book has set out you can do so on this very page."
            )) }
            p.plain { (say!(request, "주문 번호", "Order")) " " (order.id) }
        }
        p { a.door href=(format!("/window/{}", order.id)) data-onward { (say!(request, "창으로 보기", "See it from the window")) } }
        p.plain { a href="/notice#withdrawal" { (say!(request, "취소와 환불의 약속", "Withdrawal and refunds")) } }
    };
    frame(request, body)
}
