//! A letter to a reader that answers none: at most one a reader a day. Its reader is told by day
//! only, as of an answer.

use admin::{
    AdminError, AdminState, Answer, Call, Fields, Line, OrderName, Problem, Show,
    fields::{self, ORDER_EXAMPLE, ORDER_EXPECTED},
    order_title,
};
use domain::{
    base::calendar,
    order::letter::{Letter, NotALetter},
};
use serde_json::{Value, json};
use store::WriteError;

/// The field of a call that writes.
pub(crate) const FIELD: &str = "write";

/// For whom no news is meant.
const NO_NEWS: &str = "이 분은 소식을 원하지 않으셨습니다. 주문에 관한 말만 적어 주십시오";

const ONE_A_DAY: &str =
    "오늘 이미 이 분께 편지를 보냈습니다. 답장이 아닌 편지는 하루에 한 통입니다";

struct Written {
    order: OrderName,
    letter: Letter,
}

/// Handles a call with the field [`FIELD`]. Four reads, one transaction.
pub(crate) async fn handle(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let Written { order, letter } = match call.read_fields(|fields| read(fields, call)) {
        Ok(written) => written,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let not =
        |why: &str| Ok(Answer::problem(Problem::new(format!("{FIELD}.order"), why, ORDER_EXAMPLE)));
    let found = match state.order_named(order).await? {
        Some(id) => state.store.order(id).await?,
        None => None,
    };
    let Some(found) = found else { return not("이런 주문은 없습니다") };
    let reader = found.value.visitor;
    let visit = state.store.visit(reader).await?;
    let Some(about) = visit.as_ref().and_then(|visit| visit.value.reader.as_ref()) else {
        return not(
            "이 주문을 하신 분의 편지함이 없습니다. 자료를 지우셨거나 이름을 적지 않으셨습니다",
        );
    };
    let title = order_title(&found.value, Some(about.pen_name.reveal().as_str()));
    let done = |what: &str| Line::Did(format!("{title}: {what}"));
    let mut answer = Answer::ok();
    let line = match state.store.wrote_before(reader, &letter).await? {
        Some(before) if call.confirmed && before.code == call.code => {
            done("이미 보냈습니다. 두 번 하지 않았습니다")
        }
        Some(_) => return not(ONE_A_DAY),
        None if !call.confirmed => {
            let preview = Show::new("preview", "이렇게 전합니다", Value::Null);
            let preview = preview.text(Some(letter.text.reveal().clone()));
            let no_news = (!about.wants_news).then_some(NO_NEWS);
            answer.shows.push(preview.fact_if("살펴 주십시오", no_news));
            Line::Would(format!("{title}: 편지함에 편지를 넣고 알립니다"))
        }
        None => match state.store.write_unasked(reader, &letter, &call.code).await {
            Ok(()) => done("편지함에 편지를 넣었습니다"),
            Err(WriteError::ConditionFailed(_)) => return not(ONE_A_DAY),
            Err(WriteError::Store(error)) => return Err(error.into()),
        },
    };
    answer.line(line);
    Ok(answer.closed(call, "이대로 보내기", "", "편지는 읽는 분의 편지함에 있습니다."))
}

fn read(fields: &mut Fields<'_, '_>, call: &Call) -> Option<Written> {
    fields.known(&[FIELD], &json!({ FIELD: example() }));
    fields.checked()?;
    fields.object(FIELD, |written| {
        written.known(&["order", "text"], &example());
        let name = fields::order_name(calendar::today(call.now));
        let order = written.required("order", name, ORDER_EXPECTED, ORDER_EXAMPLE);
        let text = written.text("text").unwrap_or_default();
        let letter = Letter::from_the_owner(text, call.now).map_err(|why| match why {
            NotALetter::Empty => "편지를 적습니다".to_owned(),
            NotALetter::TooLong => format!("편지는 {}글자까지 적습니다", Letter::LONGEST),
        });
        let letter =
            letter.map_err(|expected| written.problem("text", expected, TEXT_EXAMPLE)).ok();
        Some(Written { order: order?, letter: letter? })
    })
}

const TEXT_EXAMPLE: &str = "책이 하루 늦어져 미안합니다.";

fn example() -> Value {
    json!({ "order": ORDER_EXAMPLE, "text": TEXT_EXAMPLE })
}
