//! Sentences that several owner's functions say.

use domain::catalog::isbn::NotAnIsbn;

/// Why a text is no ISBN, and what to do.
pub(crate) const fn no_isbn(why: NotAnIsbn) -> &'static str {
    match why {
        NotAnIsbn::Digits => "숫자 13자리여야 합니다",
        NotAnIsbn::Rounded => {
            "스프레드시트가 긴 숫자를 줄여 놓았습니다(9.78E+12). 그 칸의 서식을 ‘텍스트’로 바꾸고 13자리를 다시 적어 주세요"
        }
        NotAnIsbn::Prefix => "978이나 979로 시작합니다",
        NotAnIsbn::Music => "979-0은 악보의 번호입니다. 책의 번호를 적어 주세요",
        NotAnIsbn::CheckDigit => {
            "끝자리가 앞의 숫자와 맞지 않습니다. 잘못 적은 자리가 있는지 보아 주세요"
        }
    }
}
