//! The counter's form: read once, every problem named beside its field.

use domain::{
    base::{calendar, free_text, price::PriceRange, sensitive::Sensitive},
    order::Address,
};
use jiff::civil::Date;
use web::{Problem, Request, say};

/// The form, filled well.
pub(crate) struct Filled {
    pub(crate) range: PriceRange,
    pub(crate) address: Address,
    pub(crate) promised: Date,
}

/// Longest line of an address, in characters.
const LONGEST: usize = 100;

pub(crate) fn read(request: &Request) -> Result<Filled, Vec<Problem>> {
    let form = &request.form;
    let mut problems = Vec::new();
    let range: Option<PriceRange> = form.typed("range").parse().ok();
    if range.is_none() {
        problem(
            &mut problems,
            "range",
            say!(request, "값의 폭을 하나 골라 주십시오.", "Please choose a price range."),
        );
    }
    let recipient = free_text::line(form.typed("recipient"));
    if recipient.is_empty() || recipient.chars().count() > 40 {
        problem(
            &mut problems,
            "recipient",
            say!(
                request,
                "받는 분의 이름을 마흔 글자 안으로 적어 주십시오.",
                "Please write the recipient's name, at most 40 characters."
            ),
        );
    }
    let phone = digits(form.typed("phone"));
    if !(9..=11).contains(&phone.len()) || !phone.starts_with('0') {
        problem(
            &mut problems,
            "phone",
            say!(
                request,
                "전화번호는 0으로 시작하는 아홉에서 열한 자리 숫자입니다.",
                "A telephone number has nine to eleven digits and starts with 0."
            ),
        );
    }
    let postcode = digits(form.typed("postcode"));
    if postcode.len() != 5 {
        problem(
            &mut problems,
            "postcode",
            say!(request, "우편번호는 다섯 자리 숫자입니다.", "A postcode has five digits."),
        );
    }
    let street = free_text::line(form.typed("street"));
    if street.is_empty() || street.chars().count() > LONGEST {
        problem(
            &mut problems,
            "street",
            say!(
                request,
                "주소를 백 글자 안으로 적어 주십시오.",
                "Please write the address, at most 100 characters."
            ),
        );
    }
    let detail = free_text::line(form.typed("detail"));
    if detail.chars().count() > LONGEST {
        problem(
            &mut problems,
            "detail",
            say!(
                request,
                "나머지 주소를 백 글자 안으로 적어 주십시오.",
                "At most 100 characters, please."
            ),
        );
    }
    // The day that was on the page when the reader agreed. One that has passed since is agreed
    // anew.
    let promised: Option<Date> = form.typed("promised").parse().ok();
    let today = calendar::promised_date(request.now);
    if !form.ticked("agreed") || promised != Some(today) {
        problem(
            &mut problems,
            "agreed",
            say!(
                request,
                "고른 값의 폭과 부치는 날에 동의해 주십시오.",
                "Please agree to the price range and the posting date."
            ),
        );
    }
    match (range, problems.is_empty()) {
        (Some(range), true) => Ok(Filled {
            range,
            address: Address {
                recipient: Sensitive::new(recipient),
                phone: Sensitive::new(phone),
                postcode: Sensitive::new(postcode),
                street: Sensitive::new(street),
                detail: Sensitive::new(detail),
            },
            promised: today,
        }),
        _ => Err(problems),
    }
}

fn problem(problems: &mut Vec<Problem>, field: &'static str, say: &str) {
    problems.push(Problem { field, say: say.to_owned() });
}

/// The digits of a number as people write it, full-width ones too; anything else than a separator
/// spoils it.
fn digits(typed: &str) -> String {
    let line = free_text::line(typed);
    let plain = line.chars().map(|character| match character {
        '０'..='９' => char::from_u32(u32::from(character) - u32::from('０') + u32::from('0'))
            .unwrap_or(character),
        other => other,
    });
    let digits: String =
        plain.filter(|character| !matches!(character, '-' | ' ' | '.' | '(' | ')')).collect();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        assert_eq!(digits("010-1234-5678"), "01012345678");
        assert_eq!(digits("(02) 123.4567"), "021234567");
        assert_eq!(digits("０１０"), "010");
        assert_eq!(digits("전화 없음"), "");
    }
}
