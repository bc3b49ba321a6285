//! The proof that somebody who moves an order's money knows its telephone. A session lives long and
//! may lie open on another device; no page shows the last digits of the telephone.

use domain::{
    order::{Order, PROVING_DIGITS},
    walk::bookmark,
};
use maud::Markup;

use crate::{Access, AppState, Problem, Refusal, Request, field::Field, say};

const FIELD: &str = "proof";

/// The field for the last digits of the telephone. Who found the order by its number and telephone
/// has just given them.
pub fn field(request: &Request, access: Access, problems: &[Problem]) -> Option<Markup> {
    if access == Access::Found {
        return None;
    }
    let label = say!(
        request,
        "전화번호 마지막 {count}자리",
        "The last {count} digits of the telephone",
        count = PROVING_DIGITS
    );
    let field = Field::text(FIELD, label)
        .mode("numeric")
        .hint(say!(
            request,
            "주문하실 때 적으신 번호입니다. 돈이 오가는 일이라 본인인지 한 번 더 봅니다.",
            "Of the number in your order. Money moves, so we make sure that it is you."
        ))
        .value("");
    Some(field.markup(problems))
}

/// Checks the proof, and counts the try.
///
/// # Errors
///
/// The problem with the field; [`Refusal`] if the table does not answer.
pub async fn check(
    app: &AppState,
    request: &Request,
    order: &Order,
    access: Access,
) -> Result<Result<(), Problem>, Refusal> {
    if access == Access::Found {
        return Ok(Ok(()));
    }
    let typed = request.form.typed(FIELD);
    if typed.is_empty() {
        return Ok(Err(wrong(request)));
    }
    if !app.store.count_proof(order.id, request.now).await? {
        let (_, end) = bookmark::period(request.now);
        let message = say!(
            request,
            "여러 번 맞지 않아 잠시 쉽니다. {clock}부터 다시 적으실 수 있습니다. 바뀐 것은 없습니다.",
            "It did not fit several times. You can try again from {clock}. Nothing has changed.",
            clock = request.clock(end)
        );
        return Ok(Err(Problem { field: FIELD, message }));
    }
    if order.address.is_proved_by(typed) {
        return Ok(Ok(()));
    }
    tracing::info!(order = %order.id, event = "proof does not fit", "try refused");
    Ok(Err(wrong(request)))
}

fn wrong(request: &Request) -> Problem {
    let message = say!(
        request,
        "주문하실 때 적으신 전화번호의 마지막 {count}자리를 적어 주십시오.",
        "Please write the last {count} digits of the telephone in your order.",
        count = PROVING_DIGITS
    );
    Problem { field: FIELD, message }
}
