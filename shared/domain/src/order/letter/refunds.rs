//! The texts of the letters about an order that is over, and about its money.

use crate::{
    base::{money::Won, text::Language},
    order::{
        Order,
        letter::{acts, dated},
        refund::{Progress, Refund, RefundReason},
    },
};

/// The order is over and its money is refunded.
pub(super) fn cancelled(order: &Order) -> String {
    let ends = |refund: &&Refund| {
        matches!(
            refund.why,
            RefundReason::Cancelled
                | RefundReason::PaidTooLate
                | RefundReason::NoPlace
                | RefundReason::Withdrawn
                | RefundReason::LostInPost
        )
    };
    let refund = order.refunds.iter().find(ends);
    if let Some(reason) = &order.called_off {
        return called_off(order, reason.reveal(), refund);
    }
    let Some(Refund { amount, why, by, .. }) = refund else {
        return match order.language {
            Language::Ko => {
                "창의 불을 껐소.\n\n주문이 끝났습니다. 결제하신 금액은 이미 모두 돌려드렸습니다."
                    .to_owned()
            }
            Language::En => {
                "The lamp is out.\n\nYour order is over. What you paid went back to you before."
                    .to_owned()
            }
        };
    };
    let (korean_way, english_way) = way_back(order.by_bank_transfer());
    match (order.language, why) {
        (Language::Ko, RefundReason::NoPlace) => format!(
            "돈이 닿았을 때, 마지막 책은 이미 문을 나선 뒤였소.\n\n결제가 늦게 확인되는 사이에 잡아 두었던 시간이 지나, 이 가격대의 책이 모두 나갔습니다. 보내 드릴 책이 없으므로 주문을 거두고 {amount}원을 {}까지 모두 돌려드립니다. 죄송합니다.",
            dated(order, *by)
        ),
        (Language::En, RefundReason::NoPlace) => format!(
            "When the money came, the last book had just left the house.\n\nYour payment was confirmed late. The time we held a place for you had run out, and every book in this range was taken. As there is no book to send, we end the order, and all of your money, ₩{amount}, goes back to you by {}. We are sorry.",
            dated(order, *by)
        ),
        (Language::Ko, RefundReason::Withdrawn) => format!(
            "떠났던 책이 집으로 돌아왔소.\n\n책이 가게로 돌아왔습니다. {}{amount}원을 {}까지 {korean_way} 돌려드립니다.",
            match order.kept() {
                Won::ZERO => String::new(),
                postage => format!("반품 배송비 {postage}원을 뺀 "),
            },
            dated(order, *by)
        ),
        (Language::En, RefundReason::Withdrawn) => format!(
            "The book that left has come home.\n\nThe book has come back to the shop. ₩{amount} goes back {english_way} by {}{}.",
            dated(order, *by),
            match order.kept() {
                Won::ZERO => String::new(),
                postage => format!(" (₩{postage} for the way back are taken off)"),
            }
        ),
        (Language::Ko, RefundReason::LostInPost) => format!(
            "떠난 책이 길에서 사라졌소.\n\n부친 꾸러미가 배송 중에 없어졌습니다. 죄송합니다. {amount}원을 {}까지 {korean_way} 돌려드립니다.",
            dated(order, *by)
        ),
        (Language::En, RefundReason::LostInPost) => format!(
            "The book was lost on its road.\n\nYour parcel was lost in the post. We are sorry. ₩{amount} goes back {english_way} by {}.",
            dated(order, *by)
        ),
        (Language::Ko, RefundReason::PaidTooLate) => format!(
            "꺼진 창에 돈이 뒤늦게 닿았소.\n\n주문을 취소하신 뒤에 결제가 끝났습니다. {amount}원을 {}까지 모두 돌려드립니다.",
            dated(order, *by)
        ),
        (Language::Ko, _) => format!(
            "창의 불을 껐소.\n\n주문을 취소했습니다. {amount}원을 {}까지 {korean_way} 돌려드립니다.",
            dated(order, *by)
        ),
        (Language::En, RefundReason::PaidTooLate) => format!(
            "Money came to a window that was already dark.\n\nYour payment was completed after you had cancelled. All of it, ₩{amount}, goes back to you by {}.",
            dated(order, *by)
        ),
        (Language::En, _) => format!(
            "The lamp is out.\n\nYour order is cancelled. ₩{amount} goes back {english_way} by {}.",
            dated(order, *by)
        ),
    }
}

/// The owner cancelled the order, with what goes back.
fn called_off(order: &Order, reason: &str, refund: Option<&Refund>) -> String {
    let opening = acts::called_off(reason, order.language);
    let (korean_way, english_way) = way_back(order.by_bank_transfer());
    match (order.language, refund) {
        (Language::Ko, Some(Refund { amount, by, .. })) => {
            format!("{opening}{amount}원을 {}까지 {korean_way} 돌려드립니다.", dated(order, *by))
        }
        (Language::En, Some(Refund { amount, by, .. })) => {
            format!("{opening}₩{amount} goes back {english_way} by {}.", dated(order, *by))
        }
        (Language::Ko, None) if order.paid_at().is_some() => {
            format!("{opening}결제하신 금액은 이미 모두 돌려드렸습니다.")
        }
        (Language::En, None) if order.paid_at().is_some() => {
            format!("{opening}What you paid went back to you before.")
        }
        (Language::Ko, None) => format!(
            "{opening}받은 돈은 없습니다. 입금할 계좌를 받으셨다면 입금하지 말아 주십시오. 그 사이에 닿은 돈은 모두 돌려드립니다."
        ),
        (Language::En, None) => format!(
            "{opening}We hold no money of yours. If you were given an account for a deposit, please do not pay into it. Money that comes all the same goes back to you."
        ),
    }
}

/// The means of a refund, in Korean and in English.
const fn way_back(by_bank_transfer: bool) -> (&'static str, &'static str) {
    if by_bank_transfer {
        ("알려 주시는 계좌로", "to the account you name")
    } else {
        ("결제하신 수단으로", "the way it came")
    }
}

/// A refund is done.
pub(super) fn refunded(order: &Order, refund: &Refund) -> String {
    let (by_bank_transfer, language) = (order.by_bank_transfer(), order.language);
    let (called_off, undelivered) = (order.called_off.is_some(), order.withdrawal().is_none());
    let Refund { amount, why, note, .. } = refund;
    match language {
        Language::Ko => {
            let what = match (why, note) {
                (RefundReason::Difference, _) => {
                    "보낸 책의 정가가 결제하신 책값보다 낮아, 그 차액".to_owned()
                }
                (RefundReason::Cancelled, _) if called_off => "취소한 주문의 값".to_owned(),
                (RefundReason::PaidTooLate, _) if called_off => "취소한 뒤에 닿은 값".to_owned(),
                (RefundReason::Withdrawn, _) if undelivered => "닿지 못한 책의 값".to_owned(),
                (RefundReason::LostInPost, _) => "배송 중에 없어진 책의 값".to_owned(),
                (RefundReason::Cancelled, _) => "취소하신 주문의 값".to_owned(),
                (RefundReason::PaidTooLate, _) => "취소하신 뒤에 결제하신 금액".to_owned(),
                (RefundReason::NoPlace, _) => "자리가 나간 주문의 값".to_owned(),
                (RefundReason::Withdrawn, _) => "돌려보내신 책의 값".to_owned(),
                (RefundReason::Owner, Some(note)) => format!("돌려드리기로 한 값(까닭: {note})"),
                (RefundReason::Owner, None) => "돌려드리기로 한 값".to_owned(),
            };
            if let Progress::ByHand { day, way } = &refund.progress {
                return format!(
                    "셈을 마쳤소.\n\n{what} {amount}원을 {}에 주인장이 손수 돌려드렸습니다(길: {way}). 닿지 않았으면 편지로 알려 주십시오.",
                    dated(order, *day)
                );
            }
            if by_bank_transfer {
                return format!(
                    "셈을 마쳤소.\n\n{what} {amount}원을 알려 주신 계좌로 돌려드렸습니다. 은행에 따라 보이기까지 하루쯤 걸릴 수 있습니다."
                );
            }
            format!(
                "셈을 마쳤소.\n\n{what} {amount}원을 결제하신 수단으로 돌려드렸습니다. 카드사에 따라 보이기까지 며칠 더 걸릴 수 있습니다."
            )
        }
        Language::En => {
            let what = match (why, note) {
                (RefundReason::Difference, _) => {
                    "your book cost less than what you paid for it".to_owned()
                }
                (RefundReason::Cancelled, _) if called_off => {
                    "the owner cancelled your order".to_owned()
                }
                (RefundReason::PaidTooLate, _) if called_off => {
                    "your payment came after the order was cancelled".to_owned()
                }
                (RefundReason::LostInPost, _) => "your parcel was lost in the post".to_owned(),
                (RefundReason::Withdrawn, _) if undelivered => {
                    "your parcel could not be delivered".to_owned()
                }
                (RefundReason::Cancelled, _) => "you cancelled your order".to_owned(),
                (RefundReason::PaidTooLate, _) => {
                    "your payment came after you had cancelled".to_owned()
                }
                (RefundReason::NoPlace, _) => {
                    "no book was left when your payment was confirmed".to_owned()
                }
                (RefundReason::Withdrawn, _) => "you sent the book back".to_owned(),
                (RefundReason::Owner, Some(note)) => format!("the owner wrote: {note}"),
                (RefundReason::Owner, None) => "the owner gives it back".to_owned(),
            };
            if let Progress::ByHand { day, way } = &refund.progress {
                return format!(
                    "The account is settled.\n\nThe owner sent you ₩{amount} on {} ({what}; by: {way}). Should it not have come, please write.",
                    dated(order, *day)
                );
            }
            if by_bank_transfer {
                return format!(
                    "The account is settled.\n\n₩{amount} went back to the account you named ({what}). Your bank may take a day to show it."
                );
            }
            format!(
                "The account is settled.\n\n₩{amount} went back the way it came ({what}). Your card company may take some days to show it."
            )
        }
    }
}
