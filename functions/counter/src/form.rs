//! Reads the counter's form. All problems are collected, each with its field.

use domain::{
    base::{calendar, free_text, price::PriceRange, sensitive::Sensitive},
    order::Address,
};
use jiff::civil::Date;
use web::{Problem, Request, Words, say};

/// A valid form.
pub(crate) struct Filled {
    pub(crate) range: PriceRange,
    pub(crate) address: Address,
    pub(crate) promised: Date,
}

/// A field, whether it is valid, and what is said if it is not.
type Check = (&'static str, bool, fn(&Request) -> Words);

pub(crate) fn read(request: &Request) -> Result<Filled, Vec<Problem>> {
    let form = &request.form;
    let range: Option<PriceRange> = form.typed("range").parse().ok();
    let recipient = free_text::line(form.typed("recipient"));
    let phone = digits(form.typed("phone"));
    let postcode = digits(form.typed("postcode"));
    let street = free_text::line(form.typed("street"));
    let detail = free_text::line(form.typed("detail"));
    // The date that the page showed when the reader agreed. If it is not the current one any more,
    // the reader has to agree again.
    let agreed: Option<Date> = form.typed("promised").parse().ok();
    let promised = calendar::promised_date(request.now);

    let checks: [Check; 7] = [
        ("range", range.is_some(), choose_a_range),
        (
            "recipient",
            !recipient.is_empty() && fits(&recipient, Address::LONGEST_NAME),
            name_the_recipient,
        ),
        (
            "phone",
            (9..=11).contains(&phone.len()) && phone.starts_with('0'),
            correct_the_phone_number,
        ),
        ("postcode", postcode.len() == 5, correct_the_postcode),
        ("street", !street.is_empty() && fits(&street, Address::LONGEST_LINE), write_the_address),
        ("detail", fits(&detail, Address::LONGEST_LINE), shorten_the_detail),
        ("agreed", form.ticked("agreed") && agreed == Some(promised), agree),
    ];
    let problems: Vec<Problem> = checks
        .into_iter()
        .filter(|(_, valid, _)| !valid)
        .map(|(field, _, message)| Problem { field, message: message(request) })
        .collect();
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
            promised,
        }),
        _ => Err(problems),
    }
}

fn fits(line: &str, longest: usize) -> bool {
    line.chars().count() <= longest
}

/// The digits of a number as people write it, full-width digits included. Empty if it contains
/// anything but digits and separators.
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

/// No place is left in the range.
pub(crate) fn range_is_taken(request: &Request) -> Problem {
    let message = say!(
        request,
        "이 폭의 책은 지금 모두 나갔습니다. 다른 폭을 골라 주시거나, 새 책이 들어올 때 다시 와 주십시오.",
        "Every book in this range is taken right now. Choose another range, or come back when new books arrive."
    );
    Problem { field: "range", message }
}

fn choose_a_range(request: &Request) -> Words {
    say!(request, "값의 폭을 하나 골라 주십시오.", "Please choose a price range.")
}

fn name_the_recipient(request: &Request) -> Words {
    say!(
        request,
        "받는 분의 이름을 마흔 글자 안으로 적어 주십시오.",
        "Please write the recipient's name, at most 40 characters."
    )
}

fn correct_the_phone_number(request: &Request) -> Words {
    say!(
        request,
        "전화번호는 0으로 시작하는 아홉에서 열한 자리 숫자입니다.",
        "A telephone number has nine to eleven digits and starts with 0."
    )
}

fn correct_the_postcode(request: &Request) -> Words {
    say!(request, "우편번호는 다섯 자리 숫자입니다.", "A postcode has five digits.")
}

fn write_the_address(request: &Request) -> Words {
    say!(
        request,
        "주소를 백 글자 안으로 적어 주십시오.",
        "Please write the address, at most 100 characters."
    )
}

fn shorten_the_detail(request: &Request) -> Words {
    say!(request, "나머지 주소를 백 글자 안으로 적어 주십시오.", "At most 100 characters, please.")
}

fn agree(request: &Request) -> Words {
    say!(
        request,
        "고른 값의 폭과 부치는 날에 동의해 주십시오.",
        "Please agree to the price range and the posting date."
    )
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn separators_and_full_width_digits_are_accepted() {
        assert_eq!(digits("010-1234-5678"), "01012345678");
        assert_eq!(digits("(02) 123.4567"), "021234567");
        assert_eq!(digits("０１０"), "010");
        assert_eq!(digits("전화 없음"), "");
    }
}
