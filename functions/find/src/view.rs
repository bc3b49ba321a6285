//! The page of the search.

use domain::{base::format::clock_from, order::finding, walk::bookmark};
use maud::html;
use web::{
    Drawing, Page, Problem, Request, Words,
    field::{self, Field},
    say,
};

/// The form, with what was typed.
pub(crate) fn page(request: &Request, problems: &[Problem]) -> Page {
    form(request, problems, None)
}

fn form(request: &Request, problems: &[Problem], not_now: Option<&Words>) -> Page {
    let title = say!(request, "주문 찾기", "Find an order");
    let typed = |name: &str| request.form.typed(name);
    let body = html! {
        h1 { (title) }
        p.keeper { (say!(
            request,
            "기기를 잃어도 주문은 잃지 않소. 번호와 전화번호를 대 주시오.",
            "A lost device is no lost order. Tell me its number and the telephone."
        )) }
        @if let Some(why) = not_now { (field::not_now(why, request.language)) }
        (field::summary(problems, request.language))
        form method="post" data-onward {
            (Field::text("number", say!(request, "주문 번호", "Order number"))
                .hint(say!(
                    request,
                    "창이나 영수증에 적힌 긴 번호, 또는 짧은 번호 (보기: 목-07, 20261126-07)",
                    "The long one from the window or the receipt, or the short one, as in 목-07 or 20261126-07"
                ))
                .value(typed("number"))
                .markup(problems))
            (Field::text("phone", say!(request, "받는 분의 전화번호", "The recipient’s telephone"))
                .hint(say!(request, "주문하실 때 적으신 번호", "As it was given with the order"))
                .value(typed("phone"))
                .autocomplete("tel")
                .mode("tel")
                .markup(problems))
            button { (say!(request, "찾기", "Find it")) }
        }
        p.plain { (say!(
            request,
            "찾으신 주문의 소식, 영수증, 취소, 주소가 이 기기에서 {hours}시간 동안 열립니다. 짧은 번호는 {weeks}주 안의 주문에 통합니다. 번호를 모르시면:",
            "It opens the order’s state, receipt, cancelling and address on this device for {hours} hour. A weekday and a count find orders of the last {weeks} weeks. If you do not know the number:",
            hours = finding::OPEN_FOR.as_hours(),
            weeks = finding::WEEKS
        )) " " a href="/contact" { (say!(request, "문의하기", "Ask the shop")) } }
        p.plain {
            (say!(request, "여섯 낱말이 있으시면:", "If you have six words:")) " "
            a href="/bookmark" { (say!(request, "책갈피", "Bookmark")) }
        }
    };
    Page::new("find", title).drawing(Drawing::Window).body(body)
}

/// Too many tries in this period.
pub(crate) fn too_many_tries(request: &Request) -> Page {
    let (_, end) = bookmark::period(request.now);
    let until = clock_from(end);
    let why = say!(
        request,
        "여러 번 맞지 않았습니다. {until}부터 다시 찾으실 수 있습니다. 주문은 그대로 있습니다.",
        "That was too many tries. You can look again from {until}. Your order is safe."
    );
    form(request, &[], Some(&why)).wait((end - request.now).get_seconds())
}

/// Another request is counting at the same moment.
pub(crate) fn busy(request: &Request) -> Problem {
    let message = say!(
        request,
        "같은 순간에 다른 손이 찾고 있습니다. 한 번만 더 눌러 주십시오.",
        "Somebody else is looking at the same moment. Please press once more."
    );
    Problem { field: "number", message }
}

pub(crate) fn not_a_number(request: &Request) -> Problem {
    let message = say!(
        request,
        "주문 번호는 목-07이나 20261126-07 같은 짧은 번호, 또는 스물여섯 글자의 긴 번호입니다.",
        "An order’s number is short, as in 목-07 or 20261126-07, or has 26 characters."
    );
    Problem { field: "number", message }
}

pub(crate) fn not_a_telephone(request: &Request) -> Problem {
    let message = say!(
        request,
        "전화번호는 0으로 시작하는 아홉에서 열한 자리 숫자입니다.",
        "A telephone number has nine to eleven digits and starts with 0."
    );
    Problem { field: "phone", message }
}

/// No order has this number and this telephone.
pub(crate) fn unknown(request: &Request) -> Problem {
    let message = say!(
        request,
        "그 번호와 전화번호가 함께 적힌 주문이 없습니다. 두 가지를 다시 살펴봐 주십시오.",
        "No order has both this number and this telephone. Please check the two."
    );
    Problem { field: "number", message }
}
