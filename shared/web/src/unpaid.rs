//! What is said when no further place is held without a payment.

use domain::order::unpaid::{Holder, TooManyUnpaid};
use maud::{Markup, html};

use crate::{Request, say};

/// Why no place is held, when one is free again, and what to do meanwhile.
pub fn too_many(request: &Request, too_many: &TooManyUnpaid) -> Markup {
    let until = request.clock(too_many.until);
    html! {
        div.problems role="alert" data-too-many {
            @match &too_many.holder {
                Holder::Visitor(_) => {
                    p { (say!(
                        request,
                        "앞서 주문하신 자리를 결제가 끝나기 전까지 잡아 두고 있습니다. 그 주문을 먼저 결제하시거나 그 주문을 취소하시면 바로 새 주문을 받습니다. 그대로 두시면 {until}에 저절로 풀립니다.",
                        "Your earlier order still holds a place and is not paid. Pay for it or cancel it, and a new one is taken at once. If you leave it, its place is given up at {until}."
                    )) }
                    p {
                        a href=(format!("/pay/{}", too_many.order)) {
                            (say!(request, "앞 주문 결제하기", "Pay for the earlier order"))
                        }
                        " "
                        a href=(format!("/cancel/{}", too_many.order)) {
                            (say!(request, "앞 주문 취소하기", "Cancel the earlier order"))
                        }
                    }
                }
                // Whose orders they are is not said: others may live there.
                Holder::Address(_) => p { (say!(
                    request,
                    "이 주소로 받으실 주문 가운데 결제하지 않은 것이 이미 두 건입니다. 한 건이라도 결제하거나 취소하면 바로 받습니다. 그대로 두어도 {until}에 자리가 납니다.",
                    "Two orders to this address are not paid yet. As soon as one of them is paid or cancelled, yours is taken; if nobody does, from {until}."
                )) },
                Holder::Telephone(_) => p { (say!(
                    request,
                    "이 전화번호로 하신 주문 가운데 결제하지 않은 것이 이미 두 건입니다. 한 건이라도 결제하거나 취소하면 바로 받습니다. 그대로 두어도 {until}에 자리가 납니다.",
                    "Two orders with this telephone are not paid yet. As soon as one of them is paid or cancelled, yours is taken; if nobody does, from {until}."
                )) },
            }
        }
    }
}
