//! What a carrier gives back, read: which parcel has which tracking number. An order is found by our
//! number, else by recipient and postcode if one parcel alone fits. Reading records nothing: the
//! answer has the call with the parcels.

use admin::{
    AdminError, AdminState, Answer, Call, Fields, OrderName, Problem, Show,
    fields::{self, ORDER_EXAMPLE},
    order_title,
};
use domain::{
    base::{calendar, digits},
    order::{Order, desk::OwnerTask, parcel::Carrier},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{
    command::PARCELS,
    sheet::{self, Line},
};

/// The field with a file in base64.
const FILE: &str = "file";

/// The field with a pasted column or sheet.
const PASTE: &str = "paste";

/// Most lines of a sheet.
const MOST: usize = 500;

/// Most orders on the desk that lines are compared with.
const MOST_ON_DESK: i32 = 100;

/// Whether a call gives a sheet to be read.
pub(crate) fn asks(call: &Call) -> bool {
    [FILE, PASTE].iter().any(|field| call.fields.contains_key(*field))
}

/// Handles a call with one of the fields. One read.
pub(crate) async fn handle(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let (lines, carrier) = match call.read_fields(read) {
        Ok(read) => read,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let today = calendar::today(call.now);
    let mut waiting = state.store.desk(MOST_ON_DESK).await?.orders;
    waiting
        .retain(|order| matches!(order.value.owner_task(today), OwnerTask::Pack | OwnerTask::Post));
    let waiting: Vec<&Order> = waiting.iter().map(|order| &order.value).collect();
    let (mut answer, mut parcels) = (Answer::ok(), Vec::new());
    for line in &lines {
        match owner_of(line, &waiting, today) {
            Ok(whose) => {
                let parcel = parcel(line, &whose, carrier);
                answer.shows.push(Show::new("parcel", whose.title, parcel.clone()));
                parcels.push(parcel);
            }
            Err(why) => {
                let left = json!({ "order": name_of(line), "number": line.number });
                let title = format!("{}행", line.place);
                answer.shows.push(Show::new("unknown", title.as_str(), left));
                let problem = Problem::new(format!("sheet[{}]", line.place), why, ORDER_EXAMPLE);
                answer.problems.push(problem.of(format!("{title} {}", name_of(line))));
            }
        }
    }
    answer.next.push(format!("{}개의 번호를 읽었습니다.", parcels.len()));
    if !parcels.is_empty() {
        answer.offer("살펴보기", "owner-ship", json!({ PARCELS: parcels }));
    }
    if !answer.problems.is_empty() {
        answer.status = 400;
        answer.next.push("어느 주문인지 모르는 줄은 빼 두었습니다.".into());
    }
    Ok(answer)
}

fn read(fields: &mut Fields<'_, '_>) -> Option<(Vec<Line>, Carrier)> {
    fields.known(&[FILE, PASTE, "carrier"], &json!({ PASTE: "목-07 612345678901" }));
    fields.checked()?;
    let carrier = |value: &Value| value.as_str()?.parse::<Carrier>().ok();
    let expected = "줄에 적히지 않은 택배사를 적습니다: cj, epost, hanjin, lotte, logen";
    let carrier = fields.optional("carrier", carrier, expected, "cj");
    fields.checked()?;
    let (field, text) = match (fields.text(FILE), fields.text(PASTE)) {
        (Some(file), _) => {
            let text = spreadsheet::text_of_base64(file).map_err(|refused| refused.to_string());
            (FILE, text.and_then(|text| spreadsheet::undamaged(&text).map(|()| text)))
        }
        (None, Some(text)) => (PASTE, Ok(text.to_owned())),
        (None, None) => (PASTE, Err("표를 따옴표 안에 적습니다".to_owned())),
    };
    let lines = text.and_then(|text| {
        let lines = sheet::lines(&text);
        match lines.len() {
            0 => Err("운송장 번호가 적힌 줄이 없습니다. ‘운송장번호’와 ‘고객주문번호’ 칸이 있는지 보아 주십시오".to_owned()),
            count if count > MOST => {
                Err(format!("{MOST}줄까지 읽습니다. {count}줄이 왔습니다. 나누어 올려 주십시오"))
            }
            _ => Ok(lines),
        }
    });
    let lines = lines.map_err(|expected| fields.problem(field, expected, Value::Null)).ok()?;
    Some((lines, carrier.unwrap_or(Carrier::Cj)))
}

/// An order that a line names.
struct Whose {
    order: String,
    title: String,
}

/// The order of a line: by our number, whether its parcel still waits or not; else the one that waits
/// and goes to this recipient at this postcode.
fn owner_of(line: &Line, waiting: &[&Order], today: Date) -> Result<Whose, &'static str> {
    let whose =
        |order: &Order| Whose { order: order.id.to_string(), title: order_title(order, None) };
    if let Some(name) = fields::order_name(today)(&Value::from(line.order.as_str())) {
        let order = waiting.iter().find(|order| match name {
            OrderName::Id(id) => order.id == id,
            OrderName::Number(number) => order.number == Some(number),
        });
        let elsewhere = || Whose { order: name.in_full(), title: name.to_string() };
        return Ok(order.map_or_else(elsewhere, |order| whose(order)));
    }
    let Some(postcode) = digits::of(&line.postcode) else { return Err(UNKNOWN) };
    let mut fitting = waiting.iter().filter(|order| {
        digits::of(order.address.postcode.reveal()).as_ref() == Some(&postcode)
            && is_recipient(&line.recipient, order.address.recipient.reveal())
    });
    match (fitting.next(), fitting.next()) {
        (Some(order), None) => Ok(whose(order)),
        (Some(_), Some(_)) => Err(SEVERAL),
        (None, _) => Err(UNKNOWN),
    }
}

const UNKNOWN: &str = "어느 주문인지 모르겠습니다. 주문의 칸에 번호를 적어 주십시오";

const SEVERAL: &str =
    "받는 분과 우편번호가 같은 주문이 여럿입니다. 주문의 칸에 번호를 적어 주십시오";

/// Whether a sheet names this recipient. Carriers put a star for a letter of a name, and `님` behind
/// it.
fn is_recipient(written: &str, recipient: &str) -> bool {
    let plain = |name: &str| -> Vec<char> {
        let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        name.strip_suffix('님').unwrap_or(&name).chars().collect()
    };
    let (written, recipient) = (plain(written), plain(recipient));
    let hidden = |c: char| matches!(c, '*' | '○' | '＊' | '●');
    !written.is_empty()
        && written.len() == recipient.len()
        && written.iter().any(|c| !hidden(*c))
        && written.iter().zip(&recipient).all(|(a, b)| a == b || hidden(*a))
}

/// What a line that fits no order is called.
fn name_of(line: &Line) -> String {
    let name = if line.order.is_empty() { &line.recipient } else { &line.order };
    name.chars().filter(|c| !c.is_whitespace()).take(40).collect()
}

/// The parcel of a line. Its number may begin with the name of another carrier.
fn parcel(line: &Line, whose: &Whose, usual: Carrier) -> Value {
    let number = line.number.as_str();
    let named = number.split_once(char::is_whitespace).and_then(|(name, rest)| {
        Some((name.parse::<Carrier>().ok()?, rest.trim())).filter(|(_, rest)| !rest.is_empty())
    });
    let (carrier, number) = match named {
        _ if number.parse() == Ok(Carrier::Hand) => (Carrier::Hand, ""),
        Some(named) => named,
        None => (usual, number),
    };
    json!({ "order": whose.order, "carrier": carrier.name(), "number": number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_known_behind_a_star() {
        for written in ["김소월", "김 소월", "김*월", "김소*", "김소월님", "김○월 님"]
        {
            assert!(is_recipient(written, "김소월"), "{written}");
        }
        for written in ["", "***", "김소", "김소월이", "이*월"] {
            assert!(!is_recipient(written, "김소월"), "{written}");
        }
    }
}
