//! What the window says of an order that is not paid, and of its bank transfer.

use domain::order::{Order, PaymentStatus, RefusalCode, bank_transfer::VirtualAccount};
use web::{Request, Words, say};

use super::dark;

pub(crate) fn not_paid(request: &Request, order: &Order) -> (Words, Words) {
    match order.payment.as_ref().map(|payment| &payment.outcome) {
        Some(PaymentStatus::Waits { account }) => (
            say!(
                request,
                "문 앞에 작은 함이 하나 나와 있소.",
                "A small box stands before the door."
            ),
            awaiting_transfer(request, order, account),
        ),
        Some(PaymentStatus::Refused { code: RefusalCode::TransferExpired }) => (
            say!(request, "문 앞의 함을 거두었소.", "The box before the door is taken in."),
            say!(
                request,
                "기한까지 입금이 없어 계좌를 닫고 자리를 내놓았습니다. 돈은 오가지 않았습니다. 주문은 그대로 있으니, 자리가 남아 있으면 다시 결제하실 수 있습니다.",
                "No deposit came in time, so the account is closed and your place was given up. No money has moved. Your order is still here: if a place is left, you can pay for it."
            ),
        ),
        Some(PaymentStatus::Refused {
            code:
                RefusalCode::NoCopyLeft | RefusalCode::TooManyTransfers | RefusalCode::AccountClosed,
        }) => (
            dark(request),
            say!(
                request,
                "입금을 기다리던 계좌가 닫혔습니다. 돈은 오가지 않았습니다. 주문은 그대로 있으니, 자리가 남아 있으면 다시 결제하실 수 있습니다.",
                "The account for your deposit is closed. No money has moved. Your order is still here: if a place is left, you can pay for it."
            ),
        ),
        _ => (
            dark(request),
            say!(
                request,
                "결제가 끝나지 않았습니다. 돈은 빠져나가지 않았습니다.",
                "The payment is not finished. No money has moved."
            ),
        ),
    }
}

fn awaiting_transfer(request: &Request, order: &Order, account: &VirtualAccount) -> Words {
    let (due, total) = (request.clock(account.due), order.total);
    if account.due <= request.now {
        return say!(
            request,
            "{due}까지 입금이 확인되지 않아 기한이 지났습니다. 돈은 빠져나가지 않았습니다.",
            "No deposit was seen by {due}, and its time is over. No money has moved."
        );
    }
    say!(
        request,
        "입금을 기다립니다. {due}까지 아래 계좌로 {total}원을 입금해 주십시오. 그때까지 서가에 자리를 잡아 둡니다. 아직 입금은 보이지 않습니다.",
        "We are waiting for your deposit. Please pay ₩{total} into the account below by {due} (Korean time). Until then a place on the shelf is held for you. No deposit has been seen yet."
    )
}

pub(crate) fn reversed(request: &Request) -> Words {
    say!(
        request,
        "은행이 입금을 되돌려, 이 주문으로 받은 돈이 없게 되었습니다. 주인장이 살펴보고 편지로 말씀드립니다. 그때까지 따로 하실 일은 없습니다.",
        "The bank took your deposit back, so nothing is paid for this order. The owner will look into it and write to you. Until then there is nothing for you to do."
    )
}

pub(crate) fn overdue(request: &Request) -> Words {
    say!(
        request,
        "이 계좌로는 더 입금하지 마십시오. 아래를 누르시면 계좌를 닫고 다시 결제하실 수 있습니다. 기한 안에 입금하셨다면 그 돈으로 주문이 이어집니다.",
        "Please pay nothing into this account any more. Press below: the account is closed, and you can pay again. If you paid in time, your order goes on with that."
    )
}

pub(crate) fn awaited(request: &Request) -> Words {
    say!(
        request,
        "입금하시면 몇 분 안에 저절로 이어집니다. 기다리기 어려우시면 아래에서 확인하실 수 있습니다.",
        "Once you have paid, the order goes on by itself within minutes. If you would rather not wait, you can check here."
    )
}
