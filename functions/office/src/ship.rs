//! 부치기: a morning's parcels in one form. Numbers are typed or scanned beside each order, or pasted
//! as a column; empty rows are left out. The form is a dry run first, so an early Enter of a scanner
//! changes nothing.

use admin::Answer;
use domain::order::parcel::Carrier;
use serde_json::{Value, json};
use web::{Refusal, Reply, Request, StatusCode};

use crate::{
    Office,
    entry::{self, SignedIn},
    pasted,
    view::{self, Frame},
};

/// The function that records parcels.
const SHIP: &str = "owner-ship";

/// An order whose parcel waits to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its id.
    pub(crate) order: String,
    /// Its short number and the reader's pen name.
    pub(crate) title: String,
    /// Where it goes, in a few words.
    pub(crate) to: String,
    /// Whether it is packed.
    pub(crate) packed: bool,
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowProblem {
    /// The order as it was named: its id, or what was pasted.
    pub(crate) order: String,
    /// What is wrong.
    pub(crate) what: String,
}

/// The orders of the desk's answer whose parcels wait.
pub(crate) fn waiting(desk: &Answer) -> Vec<Waiting> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parcels = desk.shows.iter().filter(|show| {
        matches!(show.data.get("what").and_then(Value::as_str), Some("포장" | "부치기"))
    });
    parcels
        .map(|show| {
            let of = |place: &str| show.data.pointer(place).map(text).unwrap_or_default();
            let street: Vec<String> =
                of("/to/street").split_whitespace().take(2).map(ToOwned::to_owned).collect();
            Waiting {
                order: of("/order"),
                title: show.title.clone(),
                to: street.join(" "),
                packed: of("/what") == "부치기",
            }
        })
        .collect()
}

/// Serves the form.
pub(crate) async fn post(
    office: &Office,
    request: &Request,
    who: &SignedIn,
) -> Result<Reply, Refusal> {
    let posted = entry::posted(request, who)?;
    let frame = Frame::of(office, request, who).await?;
    let desk = match office.look(who, "owner-desk", json!({ "limit": 100 })).await {
        Ok(desk) => desk,
        Err(failed) => return Ok(view::failed(&frame, &failed, None).into()),
    };
    let waiting = waiting(&desk);
    let rows = rows(request, &waiting);
    let unprocessable = |problems: &[RowProblem]| {
        let page = view::ship::page(&frame, &waiting, request, problems);
        Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
    };
    if rows.is_empty() {
        let what = "운송장 번호를 하나도 적지 않으셨습니다.".to_owned();
        return unprocessable(&[RowProblem { order: String::new(), what }]);
    }
    let parcels: Vec<Value> = rows.iter().map(|row| row.call.clone()).collect();
    let call = json!({ "parcels": parcels, "once": request.form.typed("once") });
    let answer = match office.act(&posted, who, SHIP, call).await {
        Ok(answer) => answer,
        Err(failed) => return Ok(view::failed(&frame, &failed, None).into()),
    };
    let mut answer = answer;
    for line in answer.would_do.iter_mut().chain(&mut answer.did) {
        *line = named(line, &waiting);
    }
    let problems: Vec<RowProblem> = answer
        .problems
        .iter()
        .map(|problem| {
            let row = place(&problem.field).and_then(|place| rows.get(place));
            let order = row.map(|row| row.order.clone()).unwrap_or_default();
            RowProblem { order, what: named(&problem.expected, &waiting) }
        })
        .collect();
    if answer.would_do.is_empty() && answer.did.is_empty() {
        return unprocessable(&problems);
    }
    let page = view::ship::checked(&frame, &answer, &waiting, request, &problems);
    let page =
        if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) };
    Ok(page.into())
}

/// A text in which orders are named as on the page.
fn named(text: &str, waiting: &[Waiting]) -> String {
    waiting.iter().fold(text.to_owned(), |text, parcel| text.replace(&parcel.order, &parcel.title))
}

/// The place of a row in the name of its field: 3 of `parcels[3].number`.
fn place(field: &str) -> Option<usize> {
    field.strip_prefix("parcels[")?.split_once(']')?.0.parse().ok()
}

/// A row with a number.
struct Row {
    order: String,
    call: Value,
}

/// The rows of the form and of the pasted text.
fn rows(request: &Request, waiting: &[Waiting]) -> Vec<Row> {
    let usual = request.form.typed("carrier");
    let typed = waiting.iter().filter_map(|parcel| {
        let number = request.form.typed(&format!("number-{}", parcel.order));
        if number.trim().is_empty() {
            return None;
        }
        let insist = request.form.typed(&format!("insist-{}", parcel.order));
        Some(row(&parcel.order, usual, number, insist))
    });
    let pasted = pasted::lines(request.form.typed("paste")).into_iter();
    let pasted = pasted.map(|line| row(&line.order, usual, &line.number, ""));
    typed.chain(pasted).collect()
}

/// A row. The number may begin with the name of another carrier than the usual one.
fn row(order: &str, usual: &str, number: &str, insist: &str) -> Row {
    let number = number.trim();
    let named = number
        .split_once(char::is_whitespace)
        .filter(|(name, rest)| name.parse::<Carrier>().is_ok() && !rest.trim().is_empty());
    let by_hand = number.parse() == Ok(Carrier::Hand);
    let (carrier, number) = match named {
        _ if by_hand => (Carrier::Hand.name(), ""),
        named => named.unwrap_or((usual, number)),
    };
    let mut call = json!({ "order": order, "carrier": carrier, "number": number.trim() });
    if let (false, Some(fields)) = (insist.trim().is_empty(), call.as_object_mut()) {
        fields.insert("insist".into(), insist.into());
    }
    Row { order: order.to_owned(), call }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_may_name_its_carrier() {
        let call = |number: &str| row("목-01", "cj", number, "").call;
        assert_eq!(call(" 6123-4567-8901 ")["carrier"], "cj");
        let post = call("우체국 1234-5678-90123");
        assert_eq!(
            (&post["carrier"], &post["number"]),
            (&json!("우체국"), &json!("1234-5678-90123"))
        );
        assert_eq!(
            (&call("직접 전달")["carrier"], &call("직접")["number"]),
            (&json!("hand"), &json!(""))
        );
        assert_eq!(call("6123 4567 8901")["number"], "6123 4567 8901", "blanks are no carrier");
    }

    #[test]
    fn the_place_of_a_row_is_read_from_its_problem() {
        assert_eq!(place("parcels[12].number"), Some(12));
        assert_eq!(place("delivered[0]"), None);
    }
}
