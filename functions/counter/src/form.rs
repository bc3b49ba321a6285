//! Reads the counter's form. All problems are collected, each with its field.

use domain::{
    base::{calendar, price::PriceRange},
    order::Address,
};
use jiff::civil::Date;
use web::{Problem, Request, Words, address, say};

/// A valid form.
pub(crate) struct Filled {
    pub(crate) range: PriceRange,
    pub(crate) address: Address,
    pub(crate) promised: Date,
}

/// Reads the form; an empty telephone is that of the latest order's address.
pub(crate) fn read(
    request: &Request,
    last_address: Option<&Address>,
) -> Result<Filled, Vec<Problem>> {
    let form = &request.form;
    let range: Option<PriceRange> = form.typed("range").parse().ok();
    let address = address::read(request, last_address);
    // The date that the page showed when the reader agreed. If it is not the current one any more,
    // the reader has to agree again.
    let agreed: Option<Date> = form.typed("promised").parse().ok();
    let promised = calendar::promised_date(request.now);
    let consents = form.ticked("agreed") && agreed == Some(promised);
    match (range, address) {
        (Some(range), Ok(address)) if consents => Ok(Filled { range, address, promised }),
        (range, address) => {
            let no_range = range
                .is_none()
                .then(|| Problem { field: "range", message: choose_a_range(request) });
            let missing = (!consents).then(|| Problem { field: "agreed", message: agree(request) });
            let wrong = address.err().unwrap_or_default();
            Err(no_range.into_iter().chain(wrong).chain(missing).collect())
        }
    }
}

/// No place is left in the range.
pub(crate) fn range_is_taken(request: &Request) -> Problem {
    let message = say!(
        request,
        "이 가격대의 책은 지금 모두 나갔습니다. 다른 폭을 골라 주시거나, 새 책이 들어올 때 다시 와 주십시오.",
        "Every book in this range is taken right now. Choose another range, or come back when new books arrive."
    );
    Problem { field: "range", message }
}

fn choose_a_range(request: &Request) -> Words {
    say!(request, "책값 범위를 하나 골라 주십시오.", "Please choose a price range.")
}

fn agree(request: &Request) -> Words {
    say!(
        request,
        "고르신 책값 범위와 부치는 날에 동의해 주십시오.",
        "Please agree to the price range and the posting date."
    )
}
