//! The texts of the shop's letters about an order, in both languages.

use crate::{
    base::{format, id::MessageId, korean::Particle, money::Won, text::Language},
    catalog::selection::Chooser,
    order::{
        AnewReason, Order, State,
        letter::{
            acts, dated,
            refunds::{cancelled, refunded},
        },
        message::Notice,
        refund::{Progress, Refund},
    },
};

/// The text of a letter for a notice; empty if the order has nothing to tell about it.
pub(super) fn text(order: &Order, notice: Notice, asked_by: MessageId) -> String {
    let ko = order.language == Language::Ko;
    match notice {
        Notice::Paid if ko => format!(
            "집에 불이 하나 켜졌소. 그대의 편지는 주인장의 책상에 놓였소.\n\n{}원을 받았습니다. 책은 {}까지 부칩니다. 택배사에 맡기기 전까지는 언제든 취소하실 수 있습니다.",
            order.total,
            dated(order, order.promised)
        ),
        Notice::Paid => format!(
            "A lamp is lit. Your letter lies on the owner’s desk.\n\nWe received ₩{}. The book is posted by {}. Until it is handed to the carrier you can cancel at any time.",
            order.total,
            dated(order, order.promised)
        ),
        Notice::Chosen => chosen(order),
        Notice::Packed if ko => {
            format!("{} {}까지 부칩니다.", acts::packed(Language::Ko), dated(order, order.promised))
        }
        Notice::Packed => format!(
            "{} It is posted by {}.",
            acts::packed(Language::En),
            dated(order, order.promised)
        ),
        Notice::Later if ko => format!(
            "{} {}까지 부친다는 약속은 그대로이며, 택배사에 맡기기 전까지는 언제든 취소하실 수 있습니다.",
            acts::put_off(Language::Ko),
            dated(order, order.promised)
        ),
        Notice::Later => format!(
            "{} The promise to post it by {} stands, and until it is handed to the carrier you can cancel at any time.",
            acts::put_off(Language::En),
            dated(order, order.promised)
        ),
        Notice::Cancelled => cancelled(order),
        Notice::BankTransfer => virtual_account(order),
        Notice::BankDetails => bank_details(order),
        Notice::Reversed => reversed(order),
        Notice::Again => sent_again(order),
        Notice::Return => returning(order),
        Notice::Refunded => {
            let told = order.refunds.iter().find(|refund| refund.told == Some(asked_by.sequence));
            told.map_or_else(String::new, |refund| refunded(order, refund))
        }
        Notice::Shipped if ko => {
            format!("문밖에 발소리가 멀어지오. 책이 길을 나섰소.\n\n{}", on_its_way(order))
        }
        Notice::Shipped => {
            format!("Steps fade beyond the door. The book has set out.\n\n{}", on_its_way(order))
        }
        Notice::Renumbered if ko => format!(
            "먼젓번 쪽지에 번호를 잘못 옮겨 적었소. 책은 제 길을 가고 있소.\n\n운송장 번호를 바로잡습니다. {}",
            on_its_way(order)
        ),
        Notice::Renumbered => format!(
            "The number on my last note was copied wrongly. The book is on its way all the same.\n\nThis is the right one. {}",
            on_its_way(order)
        ),
    }
}

/// A book is chosen.
fn chosen(order: &Order) -> String {
    let by = order.choice.as_ref().map_or(Chooser::Rules, |choice| choice.by);
    let opening = match order.anew {
        Some(_) => acts::chosen_anew(by, order.language),
        None => acts::chosen(by, order.language),
    };
    let back = Some(order.difference_owed()).filter(|owed| *owed > Won::ZERO);
    match (order.language, back) {
        (Language::Ko, None) => format!("{opening} 무슨 책인지는 펼칠 때까지 비밀입니다."),
        (Language::Ko, Some(back)) => format!(
            "{opening} 무슨 책인지는 펼칠 때까지 비밀입니다. 고른 책의 정가가 결제하신 책값보다 {back}원 낮아, 그 차액은 책을 부칠 때 돌려드립니다."
        ),
        (Language::En, None) => {
            format!("{opening} Which one it is stays a secret until you open it.")
        }
        (Language::En, Some(back)) => format!(
            "{opening} Which one it is stays a secret until you open it. Its list price is ₩{back} below what you paid for the book; the difference goes back to you when the book is posted."
        ),
    }
}

/// The parcel was lost or came back, and a book is sent again.
fn sent_again(order: &Order) -> String {
    let lost = order.anew.is_none_or(|anew| anew.why != AnewReason::Undeliverable);
    match (order.language, lost) {
        (Language::Ko, true) => format!(
            "떠난 책이 길에서 사라졌소.\n\n부친 꾸러미가 배송 중에 없어졌습니다. 죄송합니다. 책을 다시 골라 {}까지 부칩니다. 더 내실 돈은 없고, 다시 부치기 전까지는 취소하실 수 있습니다.",
            dated(order, order.promised)
        ),
        (Language::Ko, false) => format!(
            "떠난 책이 문을 찾지 못하고 돌아왔소.\n\n부친 꾸러미가 닿지 못하고 가게로 돌아왔습니다. 책을 다시 골라 {}까지 부칩니다. 더 내실 돈은 없고, 다시 부치기 전까지는 취소하실 수 있습니다. 주소가 바뀌었으면 편지로 알려 주십시오.",
            dated(order, order.promised)
        ),
        (Language::En, true) => format!(
            "The book was lost on its road.\n\nYour parcel was lost in the post. We are sorry. A book is chosen again and posted by {}. There is nothing more to pay, and until it is posted you can cancel.",
            dated(order, order.promised)
        ),
        (Language::En, false) => format!(
            "The book found no door and came home.\n\nYour parcel could not be delivered and came back to the shop. A book is chosen again and posted by {}. There is nothing more to pay, and until it is posted you can cancel. If your address has changed, please write.",
            dated(order, order.promised)
        ),
    }
}

/// The owner noted the return that the reader asked for. Empty if nobody withdrew.
fn returning(order: &Order) -> String {
    let Some(withdrawal) = order.withdrawal() else { return String::new() };
    let (back, postage) = (order.back_for(withdrawal.reason), withdrawal.postage);
    match order.language {
        Language::Ko => format!(
            "책이 돌아올 길을 열어 두었소.\n\n말씀하신 대로, 책을 돌려보내시는 것으로 주인장이 적었습니다. 책이 돌아오면 그날부터 영업일 3일 안에 {back}원을 돌려드립니다{}. 말씀하신 적이 없으면 편지로 알려 주십시오.",
            match postage {
                Won::ZERO => String::new(),
                postage => format!("(반품 배송비 {postage}원을 뺀 돈입니다)"),
            }
        ),
        Language::En => format!(
            "The way home stands open for the book.\n\nAs you asked, the owner has noted that you send the book back. When it is here, ₩{back} goes back to you within 3 working days of that day{}. If you did not ask for this, please write.",
            match postage {
                Won::ZERO => String::new(),
                postage => format!(" (₩{postage} for the way back are taken off)"),
            }
        ),
    }
}

/// Carrier, tracking number and tracking page.
fn on_its_way(order: &Order) -> String {
    let Some(parcel) = order.parcel() else { return String::new() };
    let (Some(number), Some(page)) = (&parcel.number, parcel.tracking_page()) else {
        return match order.language {
            Language::Ko => "주인장이 손수 전해 드립니다. 그래서 운송장 번호는 없습니다.",
            Language::En => "The owner brings it in person, so there is no tracking number.",
        }
        .to_owned();
    };
    let carrier = parcel.carrier.title_in(order.language);
    match order.language {
        Language::Ko => {
            let carrier = Particle::Toward.attach(carrier);
            format!("{carrier} 부쳤습니다. 운송장 번호는 {number}입니다.\n{page}")
        }
        Language::En => format!("Posted with {carrier}, tracking number {number}.\n{page}"),
    }
}

/// A virtual account was opened: account, amount and deadline. Empty unless a transfer is awaited.
fn virtual_account(order: &Order) -> String {
    let Some(account) = order.awaits_transfer() else { return String::new() };
    let (bank, number) = (account.bank.name(order.language), account.number.reveal());
    let (amount, due) =
        (order.total, format::date_time_seen(account.due, order.changed_at, order.language));
    match order.language {
        Language::Ko => {
            let holder = match account.holder.reveal().as_str() {
                "" => String::new(),
                holder => format!("\n예금주 {holder}"),
            };
            format!(
                "문 앞에 작은 함을 하나 내어 두었소.\n\n{due}까지 아래 계좌로 {amount}원을 입금해 주십시오. 그때까지 서가에 자리를 잡아 둡니다.\n\n{bank} {number}{holder}\n\n입금이 닿으면 주문이 이어집니다. 아직 아무것도 결제하지 않으셨으니, 마음이 바뀌시면 입금하지 않으셔도 됩니다."
            )
        }
        Language::En => {
            let holder = match account.holder.reveal().as_str() {
                "" => String::new(),
                holder => format!("\nHolder: {holder}"),
            };
            format!(
                "A small box stands before the door.\n\nPlease pay ₩{amount} into this account by {due} (Korean time). Until then a place on the shelf is held for you.\n\n{bank} {number}{holder}\n\nWhen your deposit has come, the order goes on. Nothing is paid yet: if you change your mind, simply do not pay."
            )
        }
    }
}

/// A refund of a bank transfer waits for the reader to name an account.
fn bank_details(order: &Order) -> String {
    let wants = |refund: &&Refund| refund.progress == Progress::AwaitingBankDetails;
    let amount: Won = order.refunds.iter().filter(wants).map(|refund| refund.amount).sum();
    match order.language {
        Language::Ko => format!(
            "돌려드릴 것이 있는데, 어느 문으로 보낼지 모르오.\n\n{amount}원을 돌려드려야 합니다. 계좌로 입금하신 돈은 계좌로만 돌려드릴 수 있습니다. 주문의 창에서 돌려받으실 계좌를 적어 주시면, 그날부터 영업일 3일 안에 보내 드립니다. 알려 주신 계좌는 돈이 돌아가면 지웁니다. 앞서 적어 주셨다면, 은행이 그 계좌를 알아보지 못한 것이니 한 번 더 살펴 주십시오."
        ),
        Language::En => format!(
            "Something is to go back to you, and we do not know by which door.\n\n₩{amount} is yours. Money that came by a deposit can go back to an account only. Please write down the account in the window of your order; your money is sent within 3 working days of that day, and we forget the account once it is back. If you named one before, the bank did not know it: please look at it once more."
        ),
    }
}

/// The bank reversed the transfer.
fn reversed(order: &Order) -> String {
    match (order.language, order.state) {
        (Language::Ko, State::Cancelled) => {
            "함에 들었던 것이 도로 사라졌소.\n\n은행이 입금을 되돌려, 받은 돈이 없게 되었습니다. 책을 아직 포장하지 않았으므로 주문을 멈추었습니다. 저희가 가져간 돈은 없습니다. 까닭은 보내신 은행이 알려 드립니다. 책을 바라시면 새로 주문해 주십시오.".to_owned()
        }
        (Language::En, State::Cancelled) => {
            "What lay in the box is gone again.\n\nThe bank took your deposit back, so nothing is paid. As the book was not packed yet, we stopped the order. We hold none of your money; your bank can tell you why. If you still wish for a book, please order anew.".to_owned()
        }
        (Language::Ko, State::Refunded) => {
            "셈할 것이 남지 않았소.\n\n은행이 입금을 되돌려, 저희가 돌려드릴 돈이 남아 있지 않습니다. 돈은 보내신 은행에 있습니다. 주문은 취소하신 그대로입니다.".to_owned()
        }
        (Language::En, State::Refunded) => {
            "Nothing is left to settle.\n\nThe bank took your deposit back, so there is no money here that could go back to you: it is at your bank. Your order stays cancelled.".to_owned()
        }
        (Language::Ko, _) => {
            "함에 들었던 것이 도로 사라졌소.\n\n은행이 입금을 되돌려, 이 주문으로 받은 돈이 없게 되었습니다. 까닭은 보내신 은행이 알려 드립니다. 주인장이 살펴보고 편지로 말씀드리겠습니다. 그때까지 따로 하실 일은 없습니다.".to_owned()
        }
        (Language::En, _) => {
            "What lay in the box is gone again.\n\nThe bank took your deposit back, so nothing is paid for this order; your bank can tell you why. The owner will look into it and write to you. Until then there is nothing for you to do.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{
        Shipment,
        parcel::{Carrier, Parcel},
        tests::order,
    };

    #[test]
    fn letters_state_the_facts() {
        let mut order = order();
        let parcel = Parcel::new(Carrier::Epost, "1234567890123", None).unwrap();
        order.shipment = Some(Shipment::Sent(parcel));
        let asked_by = MessageId { order: order.id, sequence: 1 };
        let shipped = text(&order, Notice::Shipped, asked_by);
        assert!(
            shipped.contains("우체국으로 부쳤습니다. 운송장 번호는 1234567890123입니다."),
            "{shipped}"
        );
        assert!(
            text(&order, Notice::Paid, asked_by)
                .contains("22,000원을 받았습니다. 책은 11월 26일 목요일까지 부칩니다.")
        );
    }
}
