//! 방명록: a pen name and the consents. From here on the visitor is a reader.

use std::sync::Arc;

use domain::{
    riddle::content::RoomSet,
    walk::visit::{NotAPenName, Place, Reader, Visit},
};
use maud::html;
use store::{Stale, Versioned};
use web::{
    AppState, Drawing, Method, Page, Problem, Refusal, Reply, Request, StatusCode, Walk,
    field::{self, Field},
    plan, riddle, say,
};

/// Serves `/guestbook`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, house } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    if let Some(room) = visit.value.closed_room(house, request.now) {
        return Err(Refusal::OutOfOrder { onward: Place::Room(room).path() });
    }
    match request.method {
        Method::Get => Ok(page(house, &request, &visit.value, &[])?.into()),
        Method::Post if visit.value.reader.is_some() => Ok(Reply::see("/letter")),
        Method::Post => sign(&app, house, &request, visit).await,
    }
}

/// How often a lost race is run again.
const ROUNDS: usize = 4;

async fn sign(
    app: &AppState,
    house: &RoomSet,
    request: &Request,
    mut visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    let mut problems = Vec::new();
    let signed =
        Reader::sign(request.form.typed("pen_name"), request.form.ticked("news"), request.now);
    if let Err(why) = signed {
        problems.push(Problem {
            field: "pen_name",
            say: match why {
                NotAPenName::Empty => say!(
                    request,
                    "부를 이름을 적어 주십시오.",
                    "Please write a name to call you by."
                )
                .into(),
                NotAPenName::TooLong => say!(
                    request,
                    format!("이름은 {}글자까지 적을 수 있습니다.", Reader::LONGEST_NAME),
                    format!("A name has at most {} characters.", Reader::LONGEST_NAME)
                ),
            },
        });
    }
    for (field, korean, english) in [
        (
            "grown",
            "만 14세 이상만 혼자 주문할 수 있습니다.",
            "You need to be 14 or older to order on your own.",
        ),
        (
            "terms",
            "이용약관에 동의하셔야 주문할 수 있습니다.",
            "To order you need to agree to the terms.",
        ),
        (
            "privacy",
            "주문에 필요한 개인정보를 다루는 데 동의하셔야 책을 보낼 수 있습니다.",
            "To send you a book we need your consent to keep what the order needs.",
        ),
    ] {
        if !request.form.ticked(field) {
            problems.push(Problem { field, say: say!(request, korean, english).to_owned() });
        }
    }
    let Ok(reader) = signed
        .map_err(drop)
        .and_then(|reader| if problems.is_empty() { Ok(reader) } else { Err(()) })
    else {
        return Ok(page(house, request, &visit.value, &problems)?
            .status(StatusCode::UNPROCESSABLE_ENTITY)
            .into());
    };
    for _ in 0..ROUNDS {
        // Signed already: the second click of the same hand. What it signed stands.
        if visit.value.reader.is_some() {
            return Ok(Reply::see("/letter"));
        }
        let signed = visit.with(visit.value.clone().signed(reader.clone()));
        match app.store.save_visit(&signed).await {
            Ok(()) => return Ok(Reply::see("/letter")),
            // Somebody changed the walk meanwhile: the other click, or another tab in another room.
            Err(Stale::ChangedTo(current)) => visit = *current,
            Err(Stale::Store(error)) => return Err(error.into()),
        }
    }
    Err(store::Lost::Conflict.into())
}

fn page(
    house: &RoomSet,
    request: &Request,
    visit: &Visit,
    problems: &[Problem],
) -> Result<Page, Refusal> {
    let room = riddle::room(house, "guestbook")?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @if let Some(reader) = &visit.reader {
            p.keeper { (say!(
                request,
                format!("{} 님이라 적혀 있소. 반갑소.", reader.pen_name.reveal()),
                format!("It says {} here. Welcome.", reader.pen_name.reveal())
            )) }
            p { a.door data-onward href="/letter" { (say!(request, "편지 쓰러 가기", "On to the letter")) } }
        } @else {
            p.keeper { (room.greeting.in_language(request.language)) }
            (field::summary(problems, request.language))
            form method="post" data-onward {
                (Field::text("pen_name", say!(request, "이름 (필명이어도 좋습니다)", "Name (a pen name will do)"))
                    .value(request.form.typed("pen_name")).autocomplete("nickname").markup(problems))
                fieldset {
                    legend { (say!(request, "동의", "Consent")) }
                    (field::tick("grown", &html! { (say!(request, "만 14세 이상입니다.", "I am 14 or older.")) }, &request.form, problems))
                    (field::tick("terms", &html! { (say!(request, "", "I agree to the ")) a href="/notice#terms" { (say!(request, "이용약관", "terms")) } (say!(request, "에 동의합니다.", ".")) }, &request.form, problems))
                    (field::tick("privacy", &html! { (say!(request, "주문에 필요한 ", "I agree to the ")) a href="/notice#privacy" { (say!(request, "개인정보 수집·이용", "use of my data")) } (say!(request, "에 동의합니다.", " that an order needs.")) }, &request.form, problems))
                    (field::tick("news", &html! { (say!(request, "(선택) 새로 들어온 이야기도 편지함에 넣어 주세요.", "(Optional) Put news of the house into my mailbox, too.")) }, &request.form, problems))
                }
                button { (say!(request, "이름을 남기기", "Sign the book")) }
            }
        }
    };
    Ok(Page::new("guestbook", title)
        .drawing(Drawing::Book)
        .plan(plan::of(house, visit, "guestbook", request))
        .body(body))
}
