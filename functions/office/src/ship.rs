//! 부치기: a morning's parcels in one form. Numbers are typed or scanned beside each order, or come
//! from the carrier's sheet, as a file or pasted; empty rows are left out. The form is a dry run
//! first, so an early Enter of a scanner changes nothing.

use admin::Answer;
use domain::order::parcel::Carrier;
use serde_json::{Value, json};
use web::{Refusal, Reply, Request, StatusCode};

use crate::{
    Office, drafts,
    entry::{self, SignedIn},
    functions::Failed,
    upload,
    view::{self, Frame},
};

/// The function that records parcels.
const SHIP: &str = "owner-ship";

/// The fields of a carrier's sheet, in the form as in the call.
const FILE: &str = "file";
const PASTE: &str = "paste";

/// An order whose parcel waits to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its id.
    pub(crate) order: String,
    /// Its number in full, by which a printed code names it.
    pub(crate) name: String,
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
                name: of("/name"),
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
    let read = match Read::of(office, request, who, &waiting).await {
        Ok(read) => read,
        Err(failed) => return Ok(view::failed(&frame, &failed, None).into()),
    };
    let (request, rows) = (&read.request, rows(&read, &waiting));
    // Kept until they are posted: another page, or another device, goes on with them.
    let typed = drafts::typed(request, &waiting);
    office.table.keep_parcel_drafts(&typed, request.now).await?;
    let unprocessable = |problems: &[RowProblem]| {
        let page = view::ship::page(&frame, &waiting, request, problems);
        Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
    };
    if rows.is_empty() {
        let what = "운송장 번호를 하나도 적지 않으셨습니다.".to_owned();
        let none = || vec![RowProblem { order: String::new(), what }];
        return unprocessable(&if read.problems.is_empty() { none() } else { read.problems });
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
    let mut problems = read.problems;
    problems.extend(answer.problems.iter().map(|problem| {
        let row = place(&problem.field).and_then(|place| rows.get(place));
        let order = row.map(|row| row.order.clone()).unwrap_or_default();
        RowProblem { order, what: named(&problem.expected, &waiting) }
    }));
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
#[derive(Debug, Clone)]
struct Row {
    order: String,
    call: Value,
}

/// The form with what was read from a sheet in its fields.
struct Read {
    request: Request,
    /// Rows whose orders have no field, because their parcels do not wait.
    elsewhere: Vec<Row>,
    /// What of the sheet is in no row.
    problems: Vec<RowProblem>,
}

impl Read {
    /// Reads the sheets of a form, if it has any: a call each.
    async fn of(
        office: &Office,
        request: &Request,
        who: &SignedIn,
        waiting: &[Waiting],
    ) -> Result<Self, Failed> {
        let mut read =
            Self { request: request.clone(), elsewhere: Vec::new(), problems: Vec::new() };
        if let Some(problem) = upload::too_large(request) {
            read.problems.push(RowProblem { order: String::new(), what: problem.expected });
        }
        for field in [FILE, PASTE] {
            let sheet = request.form.typed(field);
            if sheet.trim().is_empty() {
                continue;
            }
            let call = json!({ field: sheet, "carrier": request.form.typed("carrier") });
            let given = office.look(who, SHIP, call).await?;
            read.take(&given, field, waiting);
        }
        Ok(read)
    }

    /// Puts what a sheet says into the fields of the orders that wait. What is in no field stays in
    /// the pasted text, so that nothing is lost.
    fn take(&mut self, given: &Answer, field: &str, waiting: &[Waiting]) {
        let mut left = Vec::new();
        let usual = self.request.form.typed("carrier").to_owned();
        for show in &given.shows {
            let of = |name: &str| show.data.get(name).and_then(Value::as_str).unwrap_or_default();
            let (order, number) = (of("order"), of("number"));
            if show.kind != "parcel" {
                left.push(format!("{order} {number}"));
            } else if waiting.iter().any(|parcel| parcel.order == order) {
                self.fill(order, &with_carrier(of("carrier"), number, &usual));
            } else {
                left.push(format!("{order} {}", with_carrier(of("carrier"), number, &usual)));
                self.elsewhere.push(row(order, of("carrier"), number, ""));
            }
        }
        let problems = given.problems.iter().map(|problem| RowProblem {
            order: problem.whose.clone().unwrap_or_default(),
            what: problem.expected.clone(),
        });
        self.problems.extend(problems);
        self.request.form.set(FILE, String::new());
        // A text that could not be read as a whole stays as it is.
        if field == PASTE && !given.shows.is_empty() {
            self.request.form.set(PASTE, left.join("\n"));
        }
    }

    /// Fills the field of an order, unless another number was typed there.
    fn fill(&mut self, order: &str, number: &str) {
        let field = format!("number-{order}");
        let typed = self.request.form.typed(&field).trim();
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if typed.is_empty() || digits(typed) == digits(number) {
            self.request.form.set(&field, number.to_owned());
            return;
        }
        let what = format!(
            "적으신 번호({typed})와 표의 번호({number})가 다릅니다. 표의 번호는 넣지 않았습니다"
        );
        self.problems.push(RowProblem { order: order.to_owned(), what });
    }
}

/// A number as its field has it: behind its carrier, if that is not the usual one.
pub(crate) fn with_carrier(carrier: &str, number: &str, usual: &str) -> String {
    let carrier = carrier.parse::<Carrier>().ok();
    match carrier.filter(|carrier| carrier.name() != usual) {
        Some(Carrier::Hand) => Carrier::Hand.title().to_owned(),
        Some(carrier) => format!("{} {number}", carrier.title()),
        None => number.to_owned(),
    }
}

/// The rows of the form, and those of the sheet whose orders have no field.
fn rows(read: &Read, waiting: &[Waiting]) -> Vec<Row> {
    let form = &read.request.form;
    let usual = form.typed("carrier");
    let typed = waiting.iter().filter_map(|parcel| {
        let number = form.typed(&format!("number-{}", parcel.order));
        if number.trim().is_empty() {
            return None;
        }
        let insist = form.typed(&format!("insist-{}", parcel.order));
        Some(row(&parcel.order, usual, number, insist))
    });
    typed.chain(read.elsewhere.iter().cloned()).collect()
}

/// The carrier and the number of a row. The number may begin with the name of another carrier than
/// the usual one.
pub(crate) fn parcel<'t>(usual: &'t str, number: &'t str) -> (&'t str, &'t str) {
    let number = number.trim();
    let named = number
        .split_once(char::is_whitespace)
        .filter(|(name, rest)| name.parse::<Carrier>().is_ok() && !rest.trim().is_empty());
    let by_hand = number.parse() == Ok(Carrier::Hand);
    let (carrier, number) = match named {
        _ if by_hand => (Carrier::Hand.name(), ""),
        named => named.unwrap_or((usual, number)),
    };
    (carrier, number.trim())
}

fn row(order: &str, usual: &str, number: &str, insist: &str) -> Row {
    let (carrier, number) = parcel(usual, number);
    let mut call = json!({ "order": order, "carrier": carrier, "number": number });
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
