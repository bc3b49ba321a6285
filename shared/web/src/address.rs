//! The address of an order: the fields of its form, and how it is shown.

use domain::order::{Address, WrongField};
use maud::{Markup, html};

use crate::{PostcodeSearch, Problem, Request, Words, field::Field, say};

/// The fields, filled with what was typed. With `kept`, the telephone may stay empty: then the one
/// of that address is meant, of which the page shows all but the last digits ([`crate::proof`]).
pub fn fields(
    request: &Request,
    kept: Option<&Address>,
    problems: &[Problem],
    postcodes: &PostcodeSearch,
) -> Markup {
    let text =
        |name: &'static str, label: Words| Field::text(name, label).value(request.form.typed(name));
    html! {
        (text("recipient", say!(request, "받는 분", "Recipient"))
            .autocomplete("name")
            .markup(problems))
        (text("phone", say!(request, "전화번호", "Telephone"))
            .autocomplete("tel")
            .mode("tel")
            .hint(telephone(request, kept))
            .markup(problems))
        (postcodes.markup(request))
        (text("postcode", say!(request, "우편번호", "Postcode"))
            .autocomplete("postal-code")
            .mode("numeric")
            .hint(say!(request, "다섯 자리 숫자", "Five digits"))
            .markup(problems))
        (text("street", say!(request, "주소", "Address"))
            .autocomplete("address-line1")
            .markup(problems))
        (text("detail", say!(
                request,
                "나머지 주소 (없으면 비워 두십시오)",
                "Flat, floor (may stay empty)"
            ))
            .autocomplete("address-line2")
            .optional()
            .markup(problems))
    }
}

fn telephone(request: &Request, kept: Option<&Address>) -> Words {
    match kept {
        None => say!(
            request,
            "배송 기사님과 주문 찾기에만 씁니다. 보기: 010-1234-5678",
            "For the carrier and for finding your order only, as in 010-1234-5678"
        ),
        Some(kept) => say!(
            request,
            "적어 두신 번호({phone}) 그대로면 비워 두십시오. 배송 기사님과 주문 찾기에만 씁니다.",
            "Leave it empty to keep {phone}. For the carrier and for finding your order only.",
            phone = kept.masked_phone()
        ),
    }
}

/// Reads the fields; an empty telephone is that of the address `kept`.
///
/// # Errors
/// A problem for each field that is wrong.
pub fn read(request: &Request, kept: Option<&Address>) -> Result<Address, Vec<Problem>> {
    let typed = |name: &str| match (request.form.typed(name), kept) {
        ("", Some(kept)) if name == WrongField::Phone.name() => kept.phone.reveal(),
        (typed, _) => typed,
    };
    Address::read(typed).map_err(|wrong| {
        let problem =
            |field: WrongField| Problem { field: field.name(), message: mend(field, request) };
        wrong.into_iter().map(problem).collect()
    })
}

/// The address on two lines, with the telephone but for its last digits.
pub fn lines(address: &Address) -> Markup {
    let Address { recipient, postcode, street, detail, .. } = address;
    html! {
        (recipient.reveal()) ", " (address.masked_phone()) br;
        "(" (postcode.reveal()) ") " (street.reveal()) " " (detail.reveal())
    }
}

fn mend(field: WrongField, request: &Request) -> Words {
    match field {
        WrongField::Recipient => say!(
            request,
            "받는 분의 이름을 마흔 글자 안으로 적어 주십시오.",
            "Please write the recipient’s name, at most 40 characters."
        ),
        WrongField::Phone => say!(
            request,
            "전화번호는 0으로 시작하는 아홉에서 열한 자리 숫자이고, 010 번호는 열한 자리입니다.",
            "A telephone number has nine to eleven digits and starts with 0; those with 010 have eleven."
        ),
        WrongField::Postcode => {
            say!(request, "우편번호는 다섯 자리 숫자입니다.", "A postcode has five digits.")
        }
        WrongField::Street => say!(
            request,
            "주소를 백 글자 안으로 적어 주십시오.",
            "Please write the address, at most 100 characters."
        ),
        WrongField::Detail => say!(
            request,
            "나머지 주소를 백 글자 안으로 적어 주십시오.",
            "At most 100 characters, please."
        ),
    }
}
