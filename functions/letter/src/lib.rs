//! 편지: a letter to the owner about anything but the wished-for book. Free text: it is never judged.

use std::sync::Arc;

use domain::{
    order::letter::{Letter, NotALetter},
    riddle::content::RoomSet,
    walk::visit::{Place, Visit},
};
use maud::html;
use store::{Lost, Versioned};
use web::{
    AppState, Drawing, Method, Page, Problem, Refusal, Reply, Request, StatusCode, Walk,
    field::{self, Field},
    plan, riddle, say,
};

/// Serves `/letter`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, house } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let house = &*house;
    match visit.value.place(house, request.now) {
        place @ (Place::Room(_) | Place::Guestbook) => {
            Err(Refusal::OutOfOrder { onward: place.path() })
        }
        _ => match request.method {
            Method::Get => Ok(page(house, &request, &visit.value, &[])?.into()),
            Method::Post => send(&app, house, &request, visit).await,
        },
    }
}

/// How often a lost race is run again.
const ROUNDS: usize = 4;

async fn send(
    app: &AppState,
    house: &RoomSet,
    request: &Request,
    mut visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    // The second click of one hand sends one letter.
    if visit.value.letter_at.is_some() {
        return Ok(Reply::see("/counter"));
    }
    let letter = match Letter::to_the_owner(request.form.typed("letter"), request.now) {
        Ok(letter) => letter,
        Err(why) => {
            let say = match why {
                NotALetter::Empty => {
                    say!(request, "한 줄이라도 적어 주십시오.", "Please write at least a line.")
                        .to_owned()
                }
                NotALetter::TooLong => say!(
                    request,
                    format!(
                        "편지는 {}글자까지 보낼 수 있습니다. 조금만 줄여 주십시오.",
                        Letter::LONGEST
                    ),
                    format!(
                        "A letter has at most {} characters. Please shorten it a little.",
                        Letter::LONGEST
                    )
                ),
            };
            let problem = Problem { field: "letter", say };
            return Ok(page(house, request, &visit.value, &[problem])?
                .status(StatusCode::UNPROCESSABLE_ENTITY)
                .into());
        }
    };
    for _ in 0..ROUNDS {
        let written = visit.with(visit.value.clone().wrote(request.now));
        match app.store.save_visit_with_letter(&written, &letter, "reader").await {
            Ok(()) => return Ok(Reply::see("/counter")),
            Err(Lost::Store(error)) => return Err(error.into()),
            // Somebody changed the walk meanwhile: the other click, or another tab in another room.
            Err(Lost::Race(_) | Lost::Conflict) => {
                visit = app.store.visit(visit.value.id).await?.ok_or(Refusal::NoSession)?;
                if visit.value.letter_at.is_some() {
                    return Ok(Reply::see("/counter"));
                }
            }
        }
    }
    Err(Lost::Conflict.into())
}

fn page(
    house: &RoomSet,
    request: &Request,
    visit: &Visit,
    problems: &[Problem],
) -> Result<Page, Refusal> {
    let room = riddle::room(house, "letter")?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @if visit.letter_at.is_some() {
            p.keeper { (say!(request, "편지는 주인장의 책상 위에 놓아 두었소.", "Your letter lies on the owner's desk.")) }
            p.plain { (say!(request, "쓰신 편지는 편지함에서 다시 볼 수 있습니다.", "You can read it again in your mailbox.")) " "
                a href="/mailbox" { (say!(request, "편지함", "Mailbox")) } }
            p { a.door data-onward href="/counter" { (say!(request, "계산대로", "On to the counter")) } }
        } @else {
            p.keeper { (room.greeting.in_language(request.language)) }
            (field::summary(problems, request.language))
            form method="post" data-onward {
                (Field::lines("letter", say!(request, "주인장께", "To the owner"), 10)
                    .hint(say!(
                        request,
                        "요즘 지나온 날들, 창밖의 날씨, 잊히지 않는 한 문장. 바라는 책의 이름만은 적지 마십시오. 그것은 주인장의 일입니다.",
                        "The days behind you, the weather at your window, a sentence you cannot forget. Only do not name the book you wish for: that is the owner's part."
                    ))
                    .value(request.form.typed("letter")).markup(problems))
                button { (say!(request, "봉투에 넣기", "Seal the envelope")) }
            }
        }
    };
    Ok(Page::new("letter", title)
        .drawing(Drawing::Desk)
        .plan(plan::of(house, visit, "letter", request))
        .body(body))
}
