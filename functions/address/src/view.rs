//! The pages of the address.

use domain::order::Order;
use maud::{Markup, html};
use web::{Access, Drawing, Page, PostcodeSearch, Problem, Request, address, field, say};

fn frame(request: &Request, order: &Order, body: &Markup) -> Page {
    let title = say!(request, "받으실 곳", "Where it goes");
    let body = html! {
        h1 { (title) }
        div data-order=(order.id) data-state=(order.state.name()) { (body) }
        p { a.door.quiet href=(format!("/window/{}", order.id)) {
            (say!(request, "창으로 돌아가기", "Back to the window"))
        } }
    };
    Page::new("address", title).drawing(Drawing::Counter).body(body)
}

/// The form, with what was typed, or with the order's address. Who found the order by its number
/// and a telephone does not learn the address, and writes all of it anew.
pub(crate) fn form(
    request: &Request,
    order: &Order,
    access: Access,
    problems: &[Problem],
    postcodes: &PostcodeSearch,
) -> Page {
    let own = access == Access::Own;
    let filled = (own && problems.is_empty()).then(|| order.address.fields());
    let request = &request.clone().filled_with(filled.as_ref());
    let body = html! {
        p.plain { (say!(
            request,
            "책을 택배사에 맡기기 전까지 고치실 수 있습니다. 다른 것은 바뀌지 않습니다.",
            "You can correct it until the book is handed to the carrier. Nothing else changes."
        )) }
        @if !own {
            p.plain { (say!(
                request,
                "적으신 주소는 이 기기에 보이지 않습니다. 고치시려면 모두 다시 적어 주십시오.",
                "The address is not shown on this device. To correct it, please write all of it."
            )) }
        }
        (field::summary(problems, request.language))
        form method="post" data-onward {
            (address::fields(request, own.then_some(&order.address), problems, postcodes))
            button { (say!(request, "이 주소로 고치기", "Send it to this address")) }
        }
    };
    postcodes.on(frame(request, order, &body))
}

/// The parcel is on its way, or nothing is posted.
pub(crate) fn fixed(request: &Request, order: &Order) -> Page {
    let body = html! {
        p role="status" { (say!(
            request,
            "이 주문의 주소는 이제 고칠 수 없습니다. 책이 이미 길을 나섰거나, 부칠 책이 없는 주문입니다. 길에 있는 책은 택배사에 말씀하시거나 아래의 문의처로 연락해 주십시오.",
            "The address of this order cannot be corrected any more: the book is on its way, or there is none to post. For a book on its way, please ask the carrier or contact us below."
        )) }
    };
    frame(request, order, &body)
}

/// The address was sent the chosen book before.
pub(crate) fn had(request: &Request, order: &Order) -> Page {
    let body = html! {
        p role="alert" { (say!(
            request,
            "고른 책이 그 주소로 간 적이 있어, 그리로는 바꿀 수 없습니다. 아무것도 바뀌지 않았습니다. 그 주소로 받으셔야 한다면 이 주문을 취소하고 새로 청하시거나, 아래의 문의처로 연락해 주십시오.",
            "The chosen book has gone to that address before, so this order cannot go there. Nothing has changed. If it has to, please cancel this order and place a new one, or contact us below."
        )) }
    };
    frame(request, order, &body)
}
