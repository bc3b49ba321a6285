//! 창: an order, seen from outside. A poetic line, and beside it the same in plain words. Who has
//! the book can say here that it has come.

use std::sync::Arc;

use domain::{
    base::id::OrderId,
    order::{
        Order, Payment, PaymentStatus, State, Want,
        bank_transfer::{self as by_bank_transfer, VirtualAccount},
        letter,
        refund::{Progress, Refund, RefundReason},
        withdrawal::ReturnReason,
    },
};
use maud::{Markup, html};
use store::{Lost, Versioned};
use web::{AppState, Drawing, Method, Page, Refusal, Reply, Request, StatusCode, riddle, say};

/// How often a word that met another change of the order is said again.
const ROUNDS: usize = 4;

/// Serves `/window` and `/window/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let visitor = request.visitor()?;
    if let Some(id) = request.parameter("order") {
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        return match request.method {
            Method::Post => arrived(&app, &request, id).await,
            Method::Get => Ok(page(&request, &own(&app, &request, id).await?.value, false).into()),
        };
    }
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let visit = app.store.visit(visitor).await?.ok_or(Refusal::NoSession)?.value;
    Ok(match visit.orders.as_slice() {
        [] => none(&request, &visit.place(riddle::built_in()?, request.now).path()).into(),
        [only] => Reply::see(format!("/window/{only}")),
        orders => list(&request, orders).into(),
    })
}

/// The reader's own order. Another's is not there: nothing is said about whether it exists.
async fn own(app: &AppState, request: &Request, id: OrderId) -> Result<Versioned<Order>, Refusal> {
    let visitor = request.visitor()?;
    app.store
        .order(id)
        .await?
        .filter(|order| order.value.visitor == visitor)
        .ok_or(Refusal::NotFound)
}

/// The reader says that the book has come. Said again, it changes nothing: the first word counts.
async fn arrived(app: &AppState, request: &Request, id: OrderId) -> Result<Reply, Refusal> {
    for _ in 0..ROUNDS {
        let order = own(app, request, id).await?;
        if order.value.arrived.is_some() {
            return Ok(Reply::see(format!("/window/{id}")));
        }
        let Ok(arrived) = order.value.clone().arrives(request.now) else {
            return Ok(page(request, &order.value, true).status(StatusCode::CONFLICT).into());
        };
        match app.store.save_order(&order.with(arrived), None).await {
            Ok(()) => {
                tracing::info!(order = %id, "the reader has the book");
                return Ok(Reply::see(format!("/window/{id}")));
            }
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::Ours(format!("order {id} is being changed by others")))
}

fn none(request: &Request, onward: &str) -> Page {
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        p.keeper { (say!(request, "창 안은 아직 어둡소.", "It is still dark behind the window.")) }
        p { (say!(request, "아직 주문하신 책이 없습니다.", "You have not ordered a book yet.")) }
        p { a.door data-onward href=(onward) { (say!(request, "서 계신 곳으로", "To where you stand")) } }
    };
    Page::new("window", say!(request, "창", "The window")).drawing(Drawing::Window).body(body)
}

fn list(request: &Request, orders: &[OrderId]) -> Page {
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        p { (say!(request, "주문하신 책들입니다. 최근 것이 위에 있습니다.", "Your orders, the latest first.")) }
        ul.letters { @for order in orders.iter().rev() {
            li { a href=(format!("/window/{order}")) { (say!(request, "주문", "Order")) " " (order) } }
        } }
    };
    Page::new("window", say!(request, "창", "The window")).drawing(Drawing::Window).body(body)
}

/// The order. `early`: its reader said that a book has come that is not on its way.
fn page(request: &Request, order: &Order, early: bool) -> Page {
    let (poem, plain) = words(request, order);
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            p.keeper { (poem) }
            p { strong { (plain) } }
            @if order.transfer_is_reversed() { p role="status" { (say!(
                request,
                "은행이 입금을 되돌려, 이 주문으로 받은 돈이 없게 되었습니다. 주인장이 살펴보고 편지로 말씀드립니다. 그때까지 따로 하실 일은 없습니다.",
                "The bank took your deposit back, so nothing is paid for this order. The owner will look into it and write to you. Until then there is nothing for you to do."
            )) } }
            @if early { p role="status" { (say!(
                request,
                "받으셨다는 말씀은 책이 길 위에 있을 때 적어 둘 수 있습니다. 이 주문은 지금 그렇지 않아, 바뀐 것은 없습니다.",
                "That a book has come can be noted while it is on its way. This order is not, so nothing has changed."
            )) } }
            @if order.state == State::Priced && order.awaits_transfer().is_none() {
                p { a.door data-onward href=(format!("/pay/{}", order.id)) { (say!(request, "값 치르러 가기", "On to the payment")) } }
            }
            @if let (State::Priced, Some(account)) = (order.state, order.awaits_transfer()) { (deposit(request, order, account)) }
            (facts(request, order))
            @if order.wants_account() {
                p { a.door href=(format!("/cancel/{}?to=account", order.id)) { (say!(request, "돌려받으실 계좌 적기", "Name the account for your money")) } }
            }
            @if order.state == State::Shipped { (has_it_come(request, order)) }
            @if may_be_cancelled(order.state) {
                p.plain { a href=(format!("/cancel/{}", order.id)) { (say!(request, "주문 물리기", "Cancel this order")) } }
            }
            @if matches!(order.state, State::Shipped | State::Delivered) {
                p.plain { a href=(format!("/cancel/{}", order.id)) { (match order.withdrawal {
                    None => say!(request, "책 돌려보내기", "Send the book back"),
                    Some(_) => say!(request, "돌려보내시는 책", "The book on its way back"),
                }) } }
            }
        }
        p { a.door.quiet data-onward[order.state != State::Priced] href="/mailbox" { (say!(request, "편지함 열기", "Open the mailbox")) } }
        @if order.state != State::Priced {
            p.plain { (say!(
                request,
                "소식이 있을 때마다 편지함에 놓습니다. 종에 걸어 두신 기기가 있으면 그 기기로도 알려 드립니다.",
                "Word is left in your mailbox each time. If you have hung a device at the bell, it is rung as well."
            )) }
            p.plain { a href="/letter" { (say!(request, "한 권 더 청하기: 새 편지 쓰기", "Another book: write a new letter")) } }
        }
    };
    Page::new("window", say!(request, "창", "The window")).drawing(Drawing::Window).body(body)
}

/// Where to pay, how much and until when.
fn deposit(request: &Request, order: &Order, account: &VirtualAccount) -> Markup {
    let over = account.due <= request.now;
    let due = letter::clock(account.due, request.language);
    html! {
        dl.facts id="deposit" {
            div { dt { (say!(request, "은행", "Bank")) } dd { (account.bank.name(request.language)) } }
            div { dt { (say!(request, "계좌 번호", "Account number")) } dd { (account.number.reveal()) } }
            @if !account.holder.reveal().is_empty() {
                div { dt { (say!(request, "예금주", "Account holder")) } dd { (account.holder.reveal()) } }
            }
            div { dt { (say!(request, "입금하실 금액", "To be paid")) } dd { (say!(request, format!("{}원", order.total), format!("₩{}", order.total))) } }
            div { dt { (say!(request, "기한", "Until")) } dd { time datetime=(account.due) { (due) } } }
        }
        form method="post" action=(format!("/pay/{}", order.id)) data-onward {
            @if over { p { (say!(
                request,
                "이 계좌로는 더 입금하지 마십시오. 아래를 누르시면 계좌를 닫고 다시 치르실 수 있습니다. 기한 안에 입금하셨다면 그 돈으로 주문이 이어집니다.",
                "Please pay nothing into this account any more. Press below: the account is closed, and you can pay anew. If you paid in time, your order goes on with that."
            )) } }
            @else { p.hint { (say!(
                request,
                "입금하시면 몇 분 안에 저절로 이어집니다. 기다리기 어려우시면 아래에서 확인하실 수 있습니다.",
                "Once you have paid, the order goes on by itself within minutes. If you would rather not wait, you can check here."
            )) } }
            button { @if over { (say!(request, "확인하고 다시 치르기", "Check, and pay anew")) } @else { (say!(request, "입금했는지 확인하기", "Check for the deposit")) } }
        }
    }
}

/// The question whether the book has come; nobody has to answer it.
fn has_it_come(request: &Request, order: &Order) -> Markup {
    html! {
        form id="arrived" method="post" action=(format!("/window/{}", order.id)) {
            p.plain { (say!(
                request,
                "책이 닿았으면 알려 주십시오. 무르실 수 있는 7일을 오늘부터 셉니다. 알려 주지 않으셔도 잃으시는 것은 없습니다.",
                "If the book has reached you, you may let us know: the 7 days in which you can send it back then count from today. You lose nothing by not telling us."
            )) }
            button.quiet { (say!(request, "받았습니다", "It has arrived")) }
        }
    }
}

/// When the book came, and until when it can be sent back without a reason.
fn has_come(request: &Request, order: &Order) -> String {
    let day = |day: Option<_>| day.map(|day| letter::date(day, request.language));
    match (day(order.arrived), day(order.until(ReturnReason::MindChanged))) {
        (Some(came), Some(until)) => say!(
            request,
            format!("책이 {came}에 닿았습니다. {until}까지는 까닭 없이 무르실 수 있습니다."),
            format!(
                "Your book arrived on {came}. Until {until} you can send it back without a reason."
            )
        ),
        _ => say!(
            request,
            "책이 닿았습니다. 받으신 날부터 7일 안에는 까닭 없이 무르실 수 있습니다.",
            "Your book has arrived. Within 7 days of that you can send it back without a reason."
        )
        .to_owned(),
    }
}

/// The same thing twice: for the ear, and for the head.
#[expect(clippy::too_many_lines, reason = "one arm a state: a table of words")]
fn words(request: &Request, order: &Order) -> (&'static str, String) {
    let date = letter::date(order.promised, request.language);
    match order.state {
        State::Draft | State::Priced => not_paid(request, order),
        State::Paid => (
            say!(request, "창에 불이 하나 켜졌소.", "One lamp is lit behind the window."),
            say!(
                request,
                format!("결제가 끝났습니다. 책은 {date}까지 부칩니다."),
                format!("Your payment is complete. The book is posted by {date}.")
            ),
        ),
        State::Choosing if order.want == Some(Want::Book) => (
            say!(request, "주인장이 빈 책꽂이 앞에 서 있소.", "The owner stands before a gap in the shelf."),
            say!(
                request,
                "보낼 책이 지금 서가에 없어, 새 책을 기다립니다. 책이 들어오면 저절로 이어집니다. 기다리는 동안에는 언제든 무르실 수 있습니다.",
                "No book that could be sent is on the shelf right now. The order goes on by itself when new books come. While it waits you can cancel at any time."
            )
            .to_owned(),
        ),
        State::Choosing => (
            say!(
                request,
                "주인장의 그림자가 서가 앞을 오가오.",
                "The owner's shadow moves before the shelves."
            ),
            say!(
                request,
                format!("주인장이 책을 고르고 있습니다. {date}까지 부칩니다."),
                format!("The owner is choosing. The book is posted by {date}.")
            ),
        ),
        State::Chosen => (
            say!(request, "책 한 권이 책상 위로 내려왔소.", "One book has come down onto the desk."),
            say!(
                request,
                format!("책을 골랐습니다. 이제 포장합니다. {date}까지 부칩니다."),
                format!("The book is chosen and is being packed. It is posted by {date}.")
            ),
        ),
        State::Packed => (
            say!(
                request,
                "종이 바스락거리는 소리가 그치고, 매듭이 지어졌소.",
                "The rustle of paper has stopped; the knot is tied."
            ),
            say!(
                request,
                format!("포장을 마쳤습니다. {date}까지 부칩니다."),
                format!("The parcel is packed. It is posted by {date}.")
            ),
        ),
        State::Shipped => (
            say!(
                request,
                "책이 문을 나섰소. 발소리가 그대 쪽으로 가고 있소.",
                "The book has left the house. Its steps go your way."
            ),
            say!(request, "책을 부쳤습니다.", "Your book has been posted.").to_owned(),
        ),
        State::Delivered => (
            match order.withdrawal {
                None => say!(request, "이제 그 책은 그대의 방에 있소.", "The book is in your room now."),
                Some(_) => say!(request, "책이 집으로 돌아올 채비를 하오.", "The book makes ready to come home."),
            },
            match order.withdrawal {
                None => has_come(request, order),
                Some(_) => say!(
                    request,
                    "책을 돌려보내시기로 했습니다. 책이 가게에 닿은 날부터 영업일 3일 안에 돈을 돌려드립니다.",
                    "You are sending the book back. Your money goes back within 3 working days of its return."
                )
                .to_owned(),
            },
        ),
        State::Cancelled => (
            say!(request, "창의 불이 조용히 꺼졌소.", "The lamp went out quietly."),
            match order.payment {
                _ if was_reversed(order) => say!(
                    request,
                    "은행이 입금을 되돌려, 받은 돈이 없게 되었습니다. 책을 아직 싸지 않았으므로 주문을 멈추었습니다. 돈은 보내신 은행에 있습니다.",
                    "The bank took your deposit back, so nothing is paid. As the book was not packed yet, we stopped the order. Your money is at your bank."
                ),
                Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => say!(
                    request,
                    "주문을 물렀습니다. 입금을 기다리던 계좌를 닫고 있으니, 그 계좌로 입금하지 마십시오. 이미 입금하셨다면 모두 돌려드립니다.",
                    "The order is cancelled. We are closing the account for your deposit: please pay nothing into it. If you have paid already, all of it goes back."
                ),
                Some(Payment { outcome: PaymentStatus::Asked, .. }) => say!(
                    request,
                    "주문을 물렀습니다. 치르시던 결제가 어떻게 되었는지 결제사에 확인하고 있습니다. 돈이 빠져나갔다면 모두 돌려드립니다.",
                    "The order is cancelled. We are asking the provider what became of your payment. If money was taken, all of it goes back."
                ),
                _ => say!(
                    request,
                    "주문을 물렀습니다. 돈은 빠져나가지 않았습니다.",
                    "The order is cancelled. No money has moved."
                ),
            }
            .to_owned(),
        ),
        State::RefundDue | State::Returned => (
            say!(request, "주인장이 장부를 펴고 셈을 하고 있소.", "The owner has the books open and is counting."),
            going_back(request, order),
        ),
        State::Refunded => (
            say!(request, "셈은 끝났소. 문은 늘 열려 있소.", "All is settled. The door stays open."),
            if was_reversed(order) {
                say!(
                    request,
                    "은행이 입금을 되돌려, 저희가 돌려드릴 돈이 남아 있지 않습니다. 돈은 보내신 은행에 있습니다.",
                    "The bank took your deposit back, so there is no money here to give back. It is at your bank."
                )
                .to_owned()
            } else {
                say!(request, "환불했습니다.", "The money went back to you.").to_owned()
            },
        ),
    }
}

/// Before the money has come.
fn not_paid(request: &Request, order: &Order) -> (&'static str, String) {
    let dark = say!(request, "창 안은 아직 어둡소.", "It is still dark behind the window.");
    match order.payment.as_ref().map(|payment| &payment.outcome) {
        Some(PaymentStatus::Waits { account }) => {
            let due = letter::clock(account.due, request.language);
            let plain = if account.due <= request.now {
                say!(
                    request,
                    format!("{due}까지 입금이 확인되지 않아 기한이 지났습니다. 돈은 빠져나가지 않았습니다."),
                    format!("No deposit was seen by {due}, and its time is over. No money has moved.")
                )
            } else {
                say!(
                    request,
                    format!("입금을 기다립니다. {due}까지 아래 계좌로 {}원을 입금해 주십시오. 그때까지 서가에 자리를 잡아 둡니다. 아직 입금은 보이지 않습니다.", order.total),
                    format!("We are waiting for your deposit. Please pay ₩{} into the account below by {due} (Korean time). Until then a place on the shelf is held for you. No deposit has been seen yet.", order.total)
                )
            };
            (say!(request, "문 앞에 작은 함이 하나 나와 있소.", "A small box stands before the door."), plain)
        }
        Some(PaymentStatus::Refused { code }) if code == by_bank_transfer::EXPIRED => (
            say!(request, "문 앞의 함을 거두었소.", "The box before the door is taken in."),
            say!(
                request,
                "기한까지 입금이 없어 계좌를 닫고 자리를 내놓았습니다. 돈은 오가지 않았습니다. 주문은 그대로 있으니, 자리가 남아 있으면 다시 치르실 수 있습니다.",
                "No deposit came in time, so the account is closed and your place was given up. No money has moved. Your order is still here: if a place is left, you can pay for it."
            )
            .to_owned(),
        ),
        Some(PaymentStatus::Refused { code }) if code == by_bank_transfer::NO_PLACE || code == by_bank_transfer::CLOSED => (
            dark,
            say!(
                request,
                "입금을 기다리던 계좌가 닫혔습니다. 돈은 오가지 않았습니다. 주문은 그대로 있으니, 자리가 남아 있으면 다시 치르실 수 있습니다.",
                "The account for your deposit is closed. No money has moved. Your order is still here: if a place is left, you can pay for it."
            )
            .to_owned(),
        ),
        _ => (
            dark,
            say!(
                request,
                "결제가 끝나지 않았습니다. 돈은 빠져나가지 않았습니다.",
                "The payment is not finished. No money has moved."
            )
            .to_owned(),
        ),
    }
}

/// Whether the order is over because the bank took its deposit back.
fn was_reversed(order: &Order) -> bool {
    matches!(&order.payment, Some(Payment { outcome: PaymentStatus::Refused { code }, .. }) if code == by_bank_transfer::REVERSED)
}

/// Why the order is over, and by when its money goes back.
fn going_back(request: &Request, order: &Order) -> String {
    let ended = |why: RefundReason| order.refunds.iter().any(|refund| refund.why == why);
    let over = if ended(RefundReason::NoPlace) {
        say!(
            request,
            "결제가 확인되기 전에 이 폭의 책이 모두 나가, 주문을 거두었습니다.",
            "Every book in this range was taken before your payment was confirmed, so we ended the order."
        )
    } else if ended(RefundReason::Withdrawn) {
        say!(request, "책이 가게로 돌아왔습니다.", "The book has come back to the shop.")
    } else {
        say!(request, "주문을 물렀습니다.", "The order is cancelled.")
    };
    let money = match order.refund_by() {
        Some(_) if order.wants_account() => say!(
            request,
            "돌려받으실 계좌를 알려 주시면, 그날부터 영업일 3일 안에 내신 돈을 돌려드립니다.",
            "Your money goes back to you within 3 working days of the day on which you name an account."
        )
        .to_owned(),
        Some(by) => {
            let by = letter::date(by, request.language);
            say!(
                request,
                format!("내신 돈을 {by}까지 돌려드립니다."),
                format!("Your money goes back to you by {by}.")
            )
        }
        None => say!(
            request,
            "돌려드릴 길을 주인장이 찾고 있습니다.",
            "The owner is finding the way for your money to go back."
        )
        .to_owned(),
    };
    format!("{over} {money}")
}

fn facts(request: &Request, order: &Order) -> Markup {
    html! {
        dl.facts {
            div { dt { (say!(request, "주문 번호", "Order")) } dd { (order.id) } }
            div { dt { (say!(request, "내신 값", "Paid")) } dd {
                @if order.transfer_is_reversed() { (say!(request, "은행이 입금을 되돌림", "the bank took the deposit back")) }
                @else if order.paid_at.is_some() { (say!(request, format!("{}원", order.total), format!("₩{}", order.total))) }
                @else { (say!(request, "아직 내지 않으셨습니다", "not yet")) }
                @if order.paid_at.is_some() && !order.transfer_is_reversed() { " · " a href=(format!("/receipt/{}", order.id)) { (say!(request, "영수증", "receipt")) } }
            } }
            @for refund in order.refunds.iter().filter(|refund| refund.progress != Progress::Superseded) {
                (returned(request, refund))
            }
            @if !over(order.state) {
                div { dt { (say!(request, "부치는 날", "Posted by")) } dd { (letter::date(order.promised, request.language)) } }
            }
            div { dt { (say!(request, "마지막 소식", "Last news")) } dd { time datetime=(order.changed_at) { (letter::clock(order.changed_at, request.language)) } } }
            @if let (Some(parcel), State::Shipped | State::Delivered) = (&order.parcel, order.state) {
                div { dt { (say!(request, "운송장", "Parcel")) } dd {
                    (parcel.carrier.title_in(request.language)) " "
                    a href=(parcel.carrier.tracking_page(&parcel.number)) rel="noreferrer" { (parcel.number) }
                } }
            }
        }
    }
}

/// Money that goes back, or went back.
fn returned(request: &Request, refund: &Refund) -> Markup {
    let amount = refund.amount;
    let done = refund.progress.is_back();
    let what = match (refund.why, done) {
        (RefundReason::Difference, false) => {
            say!(request, "돌려드릴 차액", "Difference to go back")
        }
        (RefundReason::Difference, true) => say!(request, "돌려드린 차액", "Difference given back"),
        (_, false) => say!(request, "돌려드릴 돈", "Money to go back"),
        (_, true) => say!(request, "돌려드린 돈", "Money given back"),
    };
    let when = match &refund.progress {
        Progress::Done { done_at } => {
            let at = letter::clock(*done_at, request.language);
            say!(request, format!("{at}에 돌려드렸습니다"), format!("given back {at}"))
        }
        Progress::ByHand { day, .. } => {
            let day = letter::date(*day, request.language);
            say!(
                request,
                format!("{day}에 주인장이 손수 돌려드렸습니다"),
                format!("sent by the owner on {day}")
            )
        }
        Progress::AwaitingBankDetails => say!(
            request,
            "계좌를 알려 주신 날부터 영업일 3일 안에 돌려드립니다",
            "within 3 working days of the day on which you name an account"
        )
        .to_owned(),
        Progress::NeedsOwner { .. } => say!(
            request,
            "결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다",
            "it cannot go back through the provider; the owner will find another way and tell you"
        )
        .to_owned(),
        _ => {
            let by = letter::date(refund.by, request.language);
            say!(request, format!("{by}까지 돌려드립니다"), format!("by {by}"))
        }
    };
    html! {
        div { dt { (what) } dd { (say!(request, format!("{amount}원"), format!("₩{amount}"))) " · " (when) } }
    }
}

/// Whether no book will be posted any more.
const fn over(state: State) -> bool {
    matches!(state, State::Cancelled | State::RefundDue | State::Refunded | State::Returned)
}

/// Whether the reader can cancel by themselves.
const fn may_be_cancelled(state: State) -> bool {
    matches!(state, State::Priced | State::Paid | State::Choosing | State::Chosen)
}
