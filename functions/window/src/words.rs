//! What the window says, by the state of the order.

use domain::{
    base::money::Won,
    catalog::selection::Chooser,
    order::{
        BlockedOn, Order, Payment, PaymentStatus, RefusalCode, State,
        letter::acts,
        parcel::Parcel,
        refund::{Progress, Refund, RefundReason},
        withdrawal::ReturnReason,
    },
};
use web::{Request, Words, say};

pub(crate) mod transfer;

/// The state in a poetic line and in plain words.
pub(crate) fn state(request: &Request, order: &Order) -> (Words, Words) {
    let date = request.date(order.promised);
    match order.state {
        State::Priced => transfer::not_paid(request, order),
        State::Paid => (
            say!(request, "창에 불이 하나 켜졌소.", "One lamp is lit behind the window."),
            say!(
                request,
                "결제가 끝났습니다. 책은 {date}까지 부칩니다.",
                "Your payment is complete. The book is posted by {date}."
            ),
        ),
        State::Choosing => choosing(request, order, &date),
        State::Chosen => (
            say!(
                request,
                "책 한 권이 책상 위로 내려왔소.",
                "One book has come down onto the desk."
            ),
            chosen(request, order, &date),
        ),
        State::Packed if order.shipment.is_some() => (
            say!(request, "책이 문을 나서는 참이오.", "The book is just leaving the house."),
            if order.parcel().is_some_and(Parcel::is_by_hand) {
                say!(
                    request,
                    "주인장이 책을 손수 전해 드립니다.",
                    "The owner brings your book in person."
                )
            } else {
                say!(
                    request,
                    "책을 택배사에 맡겼습니다. 곧 운송장 번호를 알려 드립니다.",
                    "Your book is with the carrier. The tracking number follows in a moment."
                )
            },
        ),
        State::Packed => (
            say!(
                request,
                "책이 꾸러미가 되었소. 이제 길 떠날 일만 남았소.",
                "The book is a parcel now. Only the road is left."
            ),
            say!(
                request,
                "주인장이 포장을 마쳤습니다. {date}까지 부칩니다. 택배사에 맡기기 전까지는 취소하실 수 있습니다.",
                "The owner has packed your book. It is posted by {date}. Until it is handed to the carrier you can cancel."
            ),
        ),
        State::Shipped => (
            say!(
                request,
                "책이 문을 나섰소. 발소리가 그대 쪽으로 가고 있소.",
                "The book has left the house. Its steps go your way."
            ),
            say!(request, "책을 부쳤습니다.", "Your book has been posted."),
        ),
        State::Delivered => delivered(request, order),
        State::Cancelled => (
            say!(request, "창의 불이 조용히 꺼졌소.", "The lamp went out quietly."),
            cancelled(request, order),
        ),
        State::RefundDue => (
            say!(request, "장부에 셈이 하나 남았소.", "One sum is left to settle in the books."),
            refund_due(request, order),
        ),
        State::Refunded => (
            say!(
                request,
                "셈은 끝났소. 문은 늘 열려 있소.",
                "All is settled. The door stays open."
            ),
            if ended_by_reversal(order) {
                say!(
                    request,
                    "은행이 입금을 되돌려, 저희가 돌려드릴 돈이 남아 있지 않습니다. 돈은 보내신 은행에 있습니다.",
                    "The bank took your deposit back, so there is no money here to give back. It is at your bank."
                )
            } else {
                say!(request, "환불했습니다.", "The money went back to you.")
            },
        ),
    }
}

/// How the order is seen from another device.
pub(crate) fn elsewhere(request: &Request) -> Words {
    say!(request, "다른 기기에서 이 주문을 보시려면:", "To see this order from another device:")
}

/// To somebody who found the order by its number and telephone.
pub(crate) fn found(request: &Request) -> Words {
    say!(
        request,
        "주문 번호와 전화번호로 여신 창입니다. 이 기기에서 한 시간 동안 이 주문만 보이고, 취소와 주소 고치기도 됩니다. 편지함까지 여시려면 책갈피가 있어야 합니다.",
        "You opened this window by its number and telephone. For an hour this device shows this order alone; you can cancel it and correct its address. To open the mailbox as well you need the bookmark."
    )
}

pub(crate) fn dark(request: &Request) -> Words {
    say!(request, "창 안은 아직 어둡소.", "It is still dark behind the window.")
}

/// Who chose, and what goes back when the parcel is handed over.
fn chosen(request: &Request, order: &Order, date: &str) -> Words {
    let by = order.choice.as_ref().map_or(Chooser::Rules, |choice| choice.by);
    let who = acts::chosen_by(by, request.language);
    let back = Some(order.difference_owed()).filter(|owed| *owed > Won::ZERO);
    match back {
        Some(back) => say!(
            request,
            "{who} {date}까지 포장해 부칩니다. 고른 책의 정가가 결제하신 책값보다 {back}원 낮아, 그 차액은 부칠 때 돌려드립니다. 택배사에 맡기기 전까지는 취소하실 수 있습니다.",
            "{who} It is packed and posted by {date}. Its list price is ₩{back} below what you paid for the book; the difference goes back to you when it is posted. Until it is handed to the carrier you can cancel."
        ),
        None => say!(
            request,
            "{who} {date}까지 포장해 부칩니다. 택배사에 맡기기 전까지는 취소하실 수 있습니다.",
            "{who} It is packed and posted by {date}. Until it is handed to the carrier you can cancel."
        ),
    }
}

fn choosing(request: &Request, order: &Order, date: &str) -> (Words, Words) {
    if order.blocked_on == Some(BlockedOn::Stock) {
        return (
            say!(request, "서가의 한 칸이 비어 있소.", "There is a gap on the shelf."),
            say!(
                request,
                "보낼 책이 지금 서가에 없어, 새 책을 기다립니다. 책이 들어오면 저절로 이어집니다. 기다리는 동안에는 언제든 취소하실 수 있습니다.",
                "No book that could be sent is on the shelf right now. The order goes on by itself when new books come. While it waits you can cancel at any time."
            ),
        );
    }
    if order.blocked_on == Some(BlockedOn::OwnerPick) {
        return (
            say!(
                request,
                "그대의 편지가 주인장의 책상에 올라 있소.",
                "Your letter is on the owner’s desk."
            ),
            say!(
                request,
                "주인장이 편지를 읽고 직접 책을 고릅니다. {date}까지 부칩니다.",
                "The owner reads your letter and picks the book in person. It is posted by {date}."
            ),
        );
    }
    (
        say!(request, "서가 앞에 등이 하나 켜져 있소.", "A lamp burns before the shelves."),
        say!(
            request,
            "주인장이 책을 고를 차례입니다. {date}까지 부칩니다.",
            "It is the owner’s turn to choose. The book is posted by {date}."
        ),
    )
}

fn delivered(request: &Request, order: &Order) -> (Words, Words) {
    if order.withdrawal().is_some() {
        return (
            say!(request, "책이 집으로 돌아올 채비를 하오.", "The book makes ready to come home."),
            say!(
                request,
                "책을 돌려보내시기로 했습니다. 책이 가게에 닿은 날부터 영업일 3일 안에 돈을 돌려드립니다.",
                "You are sending the book back. Your money goes back within 3 working days of its return."
            ),
        );
    }
    (
        say!(request, "이제 그 책은 그대의 방에 있소.", "The book is in your room now."),
        arrived(request, order),
    )
}

/// When the book arrived, and until when it can be returned without a reason.
fn arrived(request: &Request, order: &Order) -> Words {
    match (order.arrived(), order.until(ReturnReason::MindChanged)) {
        (Some(arrived), Some(until)) => {
            let (came, until) = (request.date(arrived), request.date(until));
            say!(
                request,
                "책이 {came}에 닿았습니다. {until}까지는 이유 없이 반품하실 수 있습니다.",
                "Your book arrived on {came}. Until {until} you can send it back without a reason."
            )
        }
        _ => say!(
            request,
            "책이 닿았습니다. 받으신 날부터 7일 안에는 이유 없이 반품하실 수 있습니다.",
            "Your book has arrived. Within 7 days of that you can send it back without a reason."
        ),
    }
}

fn cancelled(request: &Request, order: &Order) -> Words {
    match order.payment {
        _ if ended_by_reversal(order) => say!(
            request,
            "은행이 입금을 되돌려, 받은 돈이 없게 되었습니다. 책을 아직 포장하지 않았으므로 주문을 멈추었습니다. 돈은 보내신 은행에 있습니다.",
            "The bank took your deposit back, so nothing is paid. As the book was not packed yet, we stopped the order. Your money is at your bank."
        ),
        Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => say!(
            request,
            "주문을 취소했습니다. 입금을 기다리던 계좌를 닫고 있으니, 그 계좌로 입금하지 마십시오. 이미 입금하셨다면 모두 돌려드립니다.",
            "The order is cancelled. We are closing the account for your deposit: please pay nothing into it. If you have paid already, all of it goes back."
        ),
        Some(Payment { outcome: PaymentStatus::Asked, .. }) => say!(
            request,
            "주문을 취소했습니다. 진행하시던 결제가 어떻게 되었는지 결제사에 확인하고 있습니다. 돈이 빠져나갔다면 모두 돌려드립니다.",
            "The order is cancelled. We are asking the provider what became of your payment. If money was taken, all of it goes back."
        ),
        _ => say!(
            request,
            "주문을 취소했습니다. 돈은 빠져나가지 않았습니다.",
            "The order is cancelled. No money has moved."
        ),
    }
}

/// Whether the order ended because the bank reversed its transfer.
fn ended_by_reversal(order: &Order) -> bool {
    order.refusal() == Some(&RefusalCode::TransferReversed)
}

/// Why the order ended, and by when the money goes back.
fn refund_due(request: &Request, order: &Order) -> Words {
    let ended = |why: RefundReason| order.refunds.iter().any(|refund| refund.why == why);
    let over = if ended(RefundReason::NoPlace) {
        say!(
            request,
            "결제가 확인되기 전에 이 가격대의 책이 모두 나가, 주문을 거두었습니다.",
            "Every book in this range was taken before your payment was confirmed, so we ended the order."
        )
    } else if ended(RefundReason::Withdrawn) {
        say!(request, "책이 가게로 돌아왔습니다.", "The book has come back to the shop.")
    } else if ended(RefundReason::LostInPost) {
        say!(request, "꾸러미가 배송 중에 없어졌습니다.", "Your parcel was lost in the post.")
    } else if order.called_off.is_some() {
        say!(request, "주문이 취소되었습니다.", "The order is cancelled.")
    } else {
        say!(request, "주문을 취소했습니다.", "The order is cancelled.")
    };
    let money = match order.refund_by() {
        Some(_) if order.wants_account() => say!(
            request,
            "돌려받으실 계좌를 알려 주시면, 그날부터 영업일 3일 안에 결제하신 돈을 돌려드립니다.",
            "Your money goes back to you within 3 working days of the day on which you name an account."
        ),
        Some(by) => say!(
            request,
            "결제하신 돈을 {by}까지 돌려드립니다.",
            "Your money goes back to you by {by}.",
            by = request.date(by)
        ),
        None => say!(
            request,
            "결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다.",
            "Your money cannot go back through the provider; the owner will find another way and tell you."
        ),
    };
    format!("{over} {money}").into()
}

pub(crate) fn refund_title(request: &Request, refund: &Refund) -> Words {
    match (refund.why, refund.progress.is_back()) {
        (RefundReason::Difference, false) => {
            say!(request, "돌려드릴 차액", "Difference to go back")
        }
        (RefundReason::Difference, true) => say!(request, "돌려드린 차액", "Difference given back"),
        (_, false) => say!(request, "돌려드릴 돈", "Money to go back"),
        (_, true) => say!(request, "돌려드린 돈", "Money given back"),
    }
}

pub(crate) fn refund_progress(request: &Request, refund: &Refund) -> Words {
    match &refund.progress {
        Progress::Done { done_at } => {
            say!(request, "{at}에 돌려드렸습니다", "given back {at}", at = request.clock(*done_at))
        }
        Progress::ByHand { day, .. } => say!(
            request,
            "{day}에 주인장이 손수 돌려드렸습니다",
            "sent by the owner on {day}",
            day = request.date(*day)
        ),
        Progress::AwaitingBankDetails => say!(
            request,
            "계좌를 알려 주신 날부터 영업일 3일 안에 돌려드립니다",
            "within 3 working days of the day on which you name an account"
        ),
        Progress::NeedsOwner { .. } => say!(
            request,
            "결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다",
            "it cannot go back through the provider; the owner will find another way and tell you"
        ),
        Progress::Requested { .. } => say!(
            request,
            "은행에 보내 달라고 했습니다. 보통 이틀쯤 걸리고, 닿으면 편지로 알려 드립니다",
            "the bank has been asked to send it, which takes about two days; a letter tells you when it is there"
        ),
        _ => say!(request, "{by}까지 돌려드립니다", "by {by}", by = request.date(refund.by)),
    }
}

pub(crate) fn not_on_its_way(request: &Request) -> Words {
    say!(
        request,
        "받으셨다는 말씀은 책이 길 위에 있을 때 적어 둘 수 있습니다. 이 주문은 지금 그렇지 않아, 바뀐 것은 없습니다.",
        "That a book has come can be noted while it is on its way. This order is not, so nothing has changed."
    )
}

pub(crate) fn ask_arrival(request: &Request) -> Words {
    say!(
        request,
        "책이 닿았으면 알려 주십시오. 반품하실 수 있는 7일을 오늘부터 셉니다. 알려 주지 않으셔도 잃으시는 것은 없습니다.",
        "If the book has reached you, you may let us know: the 7 days in which you can send it back then count from today. You lose nothing by not telling us."
    )
}

pub(crate) fn news(request: &Request) -> Words {
    say!(
        request,
        "소식이 있을 때마다 편지함에 놓습니다. 등록하신 기기가 있으면 그 기기로도 알려 드립니다.",
        "News is left in your mailbox each time, and sent to the devices that you have added."
    )
}
