//! The pages of a cancellation: the form, the result, and that it is too late.

use domain::{
    base::{calendar, money::Won},
    order::{
        Order, Payment, PaymentStatus, RefusalCode, State,
        refund::{Progress, Refund, RefundReason},
    },
};
use maud::{Markup, html};
use web::{Access, Drawing, Page, Problem, Request, Words, field, proof, say};

use crate::account;

pub(crate) fn frame(request: &Request, body: Markup) -> Page {
    Page::new("cancel", say!(request, "취소", "Cancel")).drawing(Drawing::Window).body(body)
}

/// The consequences for the reader's money, and the button.
pub(crate) fn form(request: &Request, order: &Order, access: Access, problems: &[Problem]) -> Page {
    let proof = order.paid_at().and_then(|_| proof::field(request, access, problems));
    let body = html! {
        h1 { (say!(request, "취소", "Cancel")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            (field::summary(problems, request.language))
            @if order.paid_at().is_some() { (money(request, order)) }
            @else { p { (before_payment(request, order)) } }
            p.plain { (say!(
                request,
                "까닭은 묻지 않습니다. 무른 뒤에 마음이 바뀌시면 새로 주문하시면 됩니다.",
                "No reason is asked. If you change your mind later, you can place a new order."
            )) }
            form method="post" action=(format!("/cancel/{}", order.id)) data-onward {
                @if account::is_needed(order) { (account::fields(request, problems)) }
                @if let Some(proof) = proof { (proof) }
                button { (say!(request, "이 주문 취소하기", "Cancel this order")) }
            }
            p { a.door.quiet href=(format!("/window/{}", order.id)) {
                (say!(request, "그대로 두기", "Leave it as it is"))
            } }
        }
    };
    frame(request, body)
}

fn before_payment(request: &Request, order: &Order) -> Words {
    match &order.payment {
        Some(Payment { outcome: PaymentStatus::Asked, .. }) => say!(
            request,
            "진행하시던 결제가 어떻게 되었는지 아직 확인하고 있습니다. 지금 취소하시면 주문은 여기서 끝나고, 돈이 빠져나간 것으로 밝혀지면 모두 돌려드립니다.",
            "We are still finding out what became of your payment. If you cancel now, the order ends here, and if it turns out that money was taken, all of it goes back to you."
        ),
        Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => say!(
            request,
            "입금을 기다리고 있고, 아직 결제 전입니다. 지금 취소하시면 계좌를 닫고 주문이 끝납니다. 그사이에 입금하신 돈이 있다면 모두 돌려드립니다.",
            "We are waiting for your deposit, and you have not paid yet. If you cancel now, the account is closed and the order ends. Should a deposit have come meanwhile, all of it goes back to you."
        ),
        _ => say!(
            request,
            "아직 결제 전입니다. 지금 취소하시면 주문이 끝나고, 돈은 빠져나가지 않습니다.",
            "You have not paid yet. If you cancel now, the order ends and no money moves."
        ),
    }
}

fn money(request: &Request, order: &Order) -> Markup {
    let refunded = refunded(order);
    let row = |title: Words, amount: Won| {
        html! { tr { th scope="row" { (title) } td { (request.won(amount)) } } }
    };
    html! {
        table.sum {
            tbody {
                (row(say!(request, "결제 금액", "You paid"), order.total))
                @if refunded > Won::ZERO {
                    (row(
                        say!(request, "따로 돌려드리는 차액", "The difference that goes back anyway"),
                        refunded,
                    ))
                }
                (row(say!(request, "취소 수수료", "Charge for cancelling"), Won::ZERO))
            }
            tfoot { (row(
                say!(request, "취소하시면 돌려드리는 금액", "Goes back if you cancel"),
                order.refundable(),
            )) }
        }
        p { (promise(request, order)) }
    }
}

fn promise(request: &Request, order: &Order) -> Words {
    let back = order.refundable();
    let by = request.date(calendar::refunded_by(request.now));
    if order.by_bank_transfer() {
        return say!(
            request,
            "지금 취소하시면 {back}원을 {by}까지 아래 계좌로 돌려드립니다.",
            "If you cancel now, ₩{back} goes back to the account below by {by}."
        );
    }
    say!(
        request,
        "지금 취소하시면 {back}원을 {by}까지 결제하신 수단으로 돌려드립니다. 카드사에 따라 보이기까지 며칠 더 걸릴 수 있습니다.",
        "If you cancel now, ₩{back} goes back the way it came by {by}. Your card company may take some days to show it."
    )
}

/// What was refunded, or will be, before the order is cancelled.
fn refunded(order: &Order) -> Won {
    let refunds = order
        .refunds
        .iter()
        .filter(|refund| refund.progress.is_open() || refund.progress.is_back());
    refunds.map(|refund| refund.amount).sum()
}

/// The result of a cancellation.
pub(crate) fn cancelled(request: &Request, order: &Order, access: Access) -> Page {
    let reversed = is_reversed(order);
    let refunds = order.refunds.iter().filter(|refund| refund.progress != Progress::Superseded);
    let body = html! {
        h1 { (title(request, order)) }
        section data-order=(order.id) data-state=(order.state.name()) role="status" {
            @if order.refunds.is_empty() || reversed { p { (no_refund(request, order)) } }
            @for refund in refunds { p { (progress(request, refund)) } }
            @if order.wants_account() { (account::form(request, order, access, &[])) }
        }
        p { a.door data-onward[!order.wants_account()] href=(format!("/window/{}", order.id)) {
            (say!(request, "주문 상태 보기", "See the order"))
        } }
    };
    frame(request, body)
}

fn title(request: &Request, order: &Order) -> Words {
    let ended = |why: RefundReason| order.refunds.iter().any(|refund| refund.why == why);
    if is_reversed(order) && order.state == State::Cancelled {
        say!(request, "주문을 멈추었습니다", "We stopped your order")
    } else if ended(RefundReason::Withdrawn) {
        say!(request, "책이 돌아왔습니다", "The book has come back")
    } else if ended(RefundReason::NoPlace) {
        say!(request, "주문을 거두었습니다", "We ended your order")
    } else if ended(RefundReason::LostInPost) {
        say!(request, "꾸러미가 배송 중에 없어졌습니다", "Your parcel was lost in the post")
    } else if order.called_off.is_some() {
        say!(request, "주인장이 주문을 취소했습니다", "The owner has cancelled your order")
    } else {
        say!(request, "주문을 취소했습니다", "Your order is cancelled")
    }
}

/// Why nothing is refunded, as far as it is known.
fn no_refund(request: &Request, order: &Order) -> Words {
    let unknown = matches!(
        &order.payment,
        Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
    );
    if is_reversed(order) {
        say!(
            request,
            "은행이 입금을 되돌려, 받은 돈이 없습니다. 돈은 보내신 은행에 있습니다.",
            "The bank took your deposit back, so we hold no money of yours: it is at your bank."
        )
    } else if unknown {
        say!(
            request,
            "진행하시던 결제가 어떻게 되었는지 확인하고 있습니다. 돈이 빠져나갔다면 모두 돌려드리고 편지로 알려 드립니다.",
            "We are finding out what became of your payment. If money was taken, all of it goes back and a letter tells you."
        )
    } else {
        say!(request, "돈은 빠져나가지 않았습니다.", "No money has moved.")
    }
}

fn progress(request: &Request, refund: &Refund) -> Words {
    let amount = refund.amount;
    match &refund.progress {
        Progress::Done { done_at } => say!(
            request,
            "{amount}원을 {at}에 돌려드렸습니다.",
            "₩{amount} went back to you {at}.",
            at = request.clock(*done_at)
        ),
        Progress::NeedsOwner { .. } => say!(
            request,
            "{amount}원은 결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다.",
            "₩{amount} cannot go back through the provider; the owner will find another way and tell you."
        ),
        Progress::ByHand { day, .. } => say!(
            request,
            "{amount}원을 {day}에 주인장이 손수 돌려드렸습니다.",
            "The owner sent you ₩{amount} on {day}.",
            day = request.date(*day)
        ),
        Progress::AwaitingBankDetails => account::awaited(request, amount),
        Progress::Requested { .. } => say!(
            request,
            "{amount}원을 보내 달라고 은행에 청했습니다. 보통 이틀쯤 걸리고, 닿으면 편지로 알려 드립니다.",
            "The bank has been asked to send you ₩{amount}. It takes about two days, and a letter tells you when it is there."
        ),
        _ => say!(
            request,
            "{amount}원을 {by}까지 돌려드립니다.",
            "₩{amount} goes back to you by {by}.",
            by = request.date(refund.by)
        ),
    }
}

/// Whether the bank reversed the transfer that paid the order.
fn is_reversed(order: &Order) -> bool {
    order.refusal() == Some(&RefusalCode::TransferReversed)
}

/// The parcel was handed over, or the bank reversed the transfer of a packed order: what the reader
/// can do instead.
pub(crate) fn too_late(request: &Request, order: &Order) -> Page {
    if order.transfer_is_reversed() {
        return settled_by_the_owner(request, order);
    }
    let body = html! {
        h1 { (say!(request, "이미 택배사에 맡겼습니다", "It is already with the carrier")) }
        section data-order=(order.id) data-state=(order.state.name()) role="status" {
            p { (say!(
                request,
                "택배사에 맡긴 주문은 여기서 취소하실 수 없습니다. 바뀐 것은 없습니다.",
                "An order that is with the carrier cannot be cancelled here. Nothing has changed."
            )) }
            p { (say!(
                request,
                "책을 받으신 날부터 7일 안에는 이유 없이 반품하실 수 있습니다. 포장을 뜯으셨더라도 마찬가지입니다. 책이 길을 나서면 바로 이 화면에서 돌려보내실 수 있게 됩니다.",
                "Within 7 days of receiving the book you can withdraw without a reason, opened wrapper or not. Once the book has set out you can do so on this very page."
            )) }
            p.plain { (say!(request, "주문 번호", "Order")) " " (order.id) }
        }
        p { a.door href=(format!("/window/{}", order.id)) data-onward {
            (say!(request, "주문 상태 보기", "See the order"))
        } }
        (withdrawal_terms(request))
    };
    frame(request, body)
}

fn settled_by_the_owner(request: &Request, order: &Order) -> Page {
    let body = html! {
        h1 { (say!(request, "주인장이 살펴봅니다", "The owner looks into it")) }
        section data-order=(order.id) data-state=(order.state.name()) role="status" {
            p { (say!(
                request,
                "은행이 입금을 되돌려, 이 주문으로 받은 돈이 없습니다. 주인장이 살펴보고 편지로 말씀드립니다. 따로 취소하지 않으셔도 됩니다.",
                "The bank took your deposit back, so nothing is paid for this order. The owner will look into it and write to you. You need not cancel it."
            )) }
        }
        p { a.door href=(format!("/window/{}", order.id)) data-onward {
            (say!(request, "주문 상태 보기", "See the order"))
        } }
    };
    frame(request, body)
}

pub(crate) fn withdrawal_terms(request: &Request) -> Markup {
    html! {
        p.plain { a href="/notice#withdrawal" {
            (say!(request, "취소와 환불의 약속", "Withdrawal and refunds"))
        } }
    }
}
