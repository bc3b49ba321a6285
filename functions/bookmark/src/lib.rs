//! 책갈피: six words that bring a visitor back on another device. Shown to whoever asks for them, on
//! the device that walks; typed on any other.
//!
//! A try is counted before it is looked up, so that tries at the same time can not beat the count.
//! What can be seen to be no bookmark without asking anybody costs none. A walk on this device is
//! left only after one question, and its own bookmark stands on the same page.

use std::sync::Arc;

use domain::{
    base::id::VisitorId,
    order::letter,
    riddle::room::clock_time,
    walk::{
        bookmark::{self, Bookmark, Kept, NotABookmark},
        visit::Visit,
    },
};
use maud::{Markup, html};
use store::{Guard, Lost, Versioned};
use web::{
    AppState, Drawing, Method, Page, Problem, Refusal, Reply, Request, StatusCode,
    field::{self, Field},
    riddle, say,
};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Serves `/bookmark`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post && request.form.typed("do") == "open" {
        return open(&app, &request).await;
    }
    let visit = match request.known() {
        Some(visitor) => app.store.visit(visitor).await?,
        None => None,
    };
    match (request.method, visit) {
        (Method::Post, Some(visit)) => make(&app, &request, visit).await,
        (_, visit) => Ok(page(
            &app,
            &request,
            visit.as_ref().map(|visit| &visit.value),
            &FormFeedback::default(),
        )?
        .into()),
    }
}

/// What the house says to somebody who typed a bookmark.
#[derive(Default)]
struct FormFeedback {
    problem: Option<String>,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
    /// There is another walk on this device: may it be left?
    ask: bool,
    /// A device that was not known is from now on, so that its tries can be counted.
    session: Option<VisitorId>,
}

impl FormFeedback {
    fn wrong(problem: impl Into<String>) -> Self {
        Self {
            problem: Some(problem.into()),
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            ..Self::default()
        }
    }
}

/// Gives the walk a bookmark, or another one for the one that the form names. The second click
/// finds it done.
async fn make(
    app: &AppState,
    request: &Request,
    mut visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    let seen: u32 = request.form.typed("instead").parse().unwrap_or_default();
    for _ in 0..ROUNDS {
        let before = visit.value.bookmark.clone();
        let stands = before
            .as_ref()
            .is_some_and(|kept| kept.number != seen && mine(app, &visit.value, request).is_some());
        if stands {
            return made(app, request, &visit.value);
        }
        let number = Kept::next_number(before.as_ref());
        let mark =
            app.signing_key.bookmark_digest(app.signing_key.bookmark(visit.value.id, number));
        let kept = Kept { number, mark, made_at: request.now };
        let saved = visit.with(visit.value.clone().bookmarked(kept));
        match app
            .store
            .save_visit_with_bookmark(&saved, before.as_ref().map(|kept| kept.mark.as_str()))
            .await
        {
            Ok(()) => return made(app, request, &saved.value),
            Err(Lost::Race(_) | Lost::Conflict) => {
                visit = app.store.visit(visit.value.id).await?.ok_or(Refusal::NoSession)?;
            }
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Lost::Conflict.into())
}

/// The page with the new bookmark. Who was asked whether to leave this walk, and took its bookmark
/// first, finds the question with what was typed.
fn made(app: &AppState, request: &Request, visit: &Visit) -> Result<Reply, Refusal> {
    if request.form.typed("bookmark").is_empty() {
        return Ok(Reply::see("/bookmark"));
    }
    Ok(page(app, request, Some(visit), &FormFeedback { ask: true, ..FormFeedback::default() })?
        .into())
}

/// The bookmark that the walk has, if it is still good.
fn mine(app: &AppState, visit: &Visit, request: &Request) -> Option<Bookmark> {
    let kept = visit.bookmark.as_ref().filter(|kept| kept.is_good(request.now))?;
    let bookmark = app.signing_key.bookmark(visit.id, kept.number);
    // Another secret makes other words; those would lead nowhere.
    (app.signing_key.bookmark_digest(bookmark) == kept.mark).then_some(bookmark)
}

/// Opens what was typed: from now on this device is the one that the bookmark was made on.
async fn open(app: &AppState, request: &Request) -> Result<Reply, Refusal> {
    let known = request.known();
    let tried = match Bookmark::read(request.form.typed("bookmark")) {
        Ok(tried) => tried,
        Err(why) => {
            let own = match known {
                Some(visitor) => app.store.visit(visitor).await?,
                None => None,
            };
            let said = FormFeedback::wrong(no_bookmark(&why, request));
            return Ok(page(app, request, own.as_ref().map(|visit| &visit.value), &said)?.into());
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let device = known.unwrap_or_else(|| VisitorId::new(milliseconds, app.random.next_u128()));
    let session = known.is_none().then_some(device);
    match app.store.count_try(device, tried, request.now).await.map_err(Lost::from) {
        Ok(()) => {}
        Err(Lost::Race(guard)) => {
            let own = app.store.visit(device).await?;
            let said = FormFeedback { session, ..too_many(guard, request) };
            return Ok(page(app, request, own.as_ref().map(|visit| &visit.value), &said)?.into());
        }
        Err(Lost::Conflict) => {
            let busy = say!(
                request,
                "여러 손이 한꺼번에 책을 펼쳤구려. 한 번만 다시 해 주시오.",
                "Many hands opened the book at once. Once more, please."
            );
            let said = FormFeedback {
                status: Some(StatusCode::CONFLICT),
                session,
                ..FormFeedback::wrong(busy)
            };
            return Ok(page(app, request, None, &said)?.into());
        }
        Err(Lost::Store(error)) => return Err(error.into()),
    }
    let found = app
        .store
        .find_bookmark(&app.signing_key.bookmark_digest(tried), known, request.now)
        .await?;
    let own = found.own.as_ref().map(|visit| &visit.value);
    let Some(visitor) = found.visitor else {
        let unknown = say!(
            request,
            "그 낱말들로 꽂아 둔 책갈피가 없습니다. 새것으로 바꾸었거나, 날이 지났거나, 한 마디가 어긋났을 수 있습니다.",
            "There is no bookmark with these words. They may have been replaced, or run out, or one of them is amiss."
        );
        return Ok(page(
            app,
            request,
            own,
            &FormFeedback { session, ..FormFeedback::wrong(unknown) },
        )?
        .into());
    };
    if own.is_some_and(|own| own.id != visitor) && !request.form.ticked("leave") {
        let said = FormFeedback {
            ask: true,
            status: Some(StatusCode::CONFLICT),
            ..FormFeedback::default()
        };
        return Ok(page(app, request, own, &said)?.into());
    }
    Ok(Reply::See { path: "/bookmark?back=1".into(), session: Some(visitor) })
}

fn too_many(guard: Guard, request: &Request) -> FormFeedback {
    let (_, end) = bookmark::period(request.now);
    let clock = clock_time(end);
    let problem = if guard == Guard::Beginning {
        say!(
            request,
            format!(
                "그 두 낱말로 시작하는 책갈피를 여러 손이 찾고 있구려. {clock}에 다시 찾아 드리리다."
            ),
            format!(
                "Many hands are looking for a bookmark that begins with these two words. I shall look again at {clock}."
            )
        )
    } else {
        say!(
            request,
            format!("천천히 하시오. {clock}에 다시 찾아 드리리다."),
            format!("Take your time. I shall look again at {clock}.")
        )
    };
    FormFeedback {
        wait_seconds: Some(end.duration_since(request.now).as_secs()),
        status: Some(StatusCode::TOO_MANY_REQUESTS),
        problem: Some(problem),
        ..FormFeedback::default()
    }
}

fn no_bookmark(why: &NotABookmark, request: &Request) -> String {
    match why {
        NotABookmark::Empty => say!(
            request,
            "책갈피의 낱말을 적어 주십시오.",
            "Please write the words of the bookmark."
        )
        .into(),
        NotABookmark::TooLong => say!(
            request,
            format!("책갈피는 낱말 {}개입니다. 그보다 길게 적으셨습니다.", bookmark::WORDS),
            format!("A bookmark has {} words. This is longer.", bookmark::WORDS)
        ),
        NotABookmark::Unknown(word) => say!(
            request,
            format!("‘{word}’에 맞는 낱말이 없습니다. 그 낱말만 다시 보아 주십시오."),
            format!("No bookmark has the word “{word}”. Look at that word once more.")
        ),
        NotABookmark::Words(words) => say!(
            request,
            format!("낱말이 {}개여야 합니다. 적으신 것은 {words}개입니다.", bookmark::WORDS),
            format!("It takes {} words. You have written {words}.", bookmark::WORDS)
        ),
    }
}

fn page(
    app: &AppState,
    request: &Request,
    visit: Option<&Visit>,
    said: &FormFeedback,
) -> Result<Page, Refusal> {
    let title = say!(request, "책갈피", "The bookmark");
    let back = request.query.ticked("back") && request.method == Method::Get;
    let body = html! {
        h1 { (title) }
        @match visit {
            Some(visit) if back => {
                p.keeper { (say!(request, "다시 오셨구려. 자리를 맡아 두었소.", "You are back. Your place was kept.")) }
                p { a.door data-onward href=(visit.place(riddle::built_in()?, request.now).path()) {
                    (say!(request, "서 계시던 곳으로", "To where you stood"))
                } }
            }
            _ => p.keeper { (say!(
                request,
                "낱말 여섯 개면, 어느 기기에서든 서 계시던 곳을 다시 펴 드리리다.",
                "With six words I can open the place where you stood, on any device."
            )) }
        }
        (get_one(app, request, visit, said.ask))
        (have_one(request, said))
    };
    let mut page = Page::new("bookmark", title)
        .drawing(Drawing::Bookshelf)
        .secret()
        .session(said.session)
        .body(body);
    if let Some(status) = said.status {
        page = page.status(status);
    }
    if let Some(seconds) = said.wait_seconds {
        page = page.wait(seconds);
    }
    Ok(page)
}

/// "Get mine."
fn get_one(app: &AppState, request: &Request, visit: Option<&Visit>, asked: bool) -> Markup {
    // What was typed below goes along, so that it is not typed twice.
    let typed = html! {
        @if asked { input type="hidden" name="bookmark" value=(request.form.typed("bookmark")); }
    };
    html! {
        section id="mine" {
            h2 { (say!(request, "이 기기의 책갈피", "The bookmark of this device")) }
            @match visit.map(|visit| (visit, mine(app, visit, request))) {
                None => p.plain { (say!(
                    request,
                    "이 기기에서는 아직 문을 지나지 않으셨습니다. 문 앞에 서면 책갈피를 받을 수 있습니다.",
                    "Nobody has stepped up to the door on this device yet. Who has can get a bookmark."
                )) },
                Some((visit, Some(words))) => {
                    p.verse data-bookmark translate="no" { (words.words(request.language)) }
                    @if let Some(kept) = &visit.bookmark {
                        p.plain { (say!(
                            request,
                            format!("{}까지 쓸 수 있습니다. 이 낱말을 아는 사람은 누구나 이 걸음과 주문을 볼 수 있으니, 남에게 보이지 마십시오.", letter::clock(kept.good_until(), request.language)),
                            format!("Good until {}. Whoever knows these words can see this walk and its orders: show them to nobody.", letter::clock(kept.good_until(), request.language))
                        )) }
                        form method="post" {
                            input type="hidden" name="do" value="make";
                            input type="hidden" name="instead" value=(kept.number);
                            (typed)
                            button.quiet { (say!(request, "새 책갈피로 바꾸기", "Replace it by a new one")) }
                        }
                        p.plain { (say!(request, "바꾸면 앞의 낱말은 바로 쓸 수 없게 됩니다.", "The words before then lead nowhere, at once.")) }
                    }
                }
                Some((_, None)) => form method="post" {
                    input type="hidden" name="do" value="make";
                    (typed)
                    button { (say!(request, "책갈피 받기", "Get a bookmark")) }
                },
            }
        }
    }
}

/// "I have one."
fn have_one(request: &Request, said: &FormFeedback) -> Markup {
    // Who only has to wait has nothing to mend.
    let waits = said.wait_seconds.is_some();
    let mend = said.problem.iter().filter(|_| !waits);
    let problems: Vec<Problem> =
        mend.map(|say| Problem { field: "bookmark", say: say.clone() }).collect();
    html! {
        section id="open" {
            h2 { (say!(request, "다른 기기에서 받은 책갈피", "A bookmark from another device")) }
            @if said.ask {
                p.plain role="alert" { (say!(
                    request,
                    "찾았습니다. 다만 이 기기에는 다른 걸음이 있습니다. 책갈피를 펴면 이 기기는 책갈피의 걸음으로 바뀝니다. 지금 걸음과 그 주문은 지워지지 않지만, 돌아오려면 위에서 그 책갈피를 먼저 받아 두셔야 합니다.",
                    "Found. But there is another walk on this device. If you open the bookmark, this device goes on with the bookmark's walk. The one here and its orders are not deleted, but to come back to it you need its own bookmark, above."
                )) }
            } @else if let (true, Some(wait)) = (waits, &said.problem) {
                p.keeper role="alert" { (wait) }
            } @else {
                (field::summary(&problems, request.language))
            }
            form method="post" {
                input type="hidden" name="do" value="open";
                (Field::text("bookmark", say!(request, "낱말 여섯 개", "Six words"))
                    .hint(say!(
                        request,
                        "띄어쓰기와 대소문자는 상관없습니다. 한국어로 받은 것은 한국어로, 영어로 받은 것은 영어로 적습니다.",
                        "Spaces and case do not matter. Write them in the language in which you got them."
                    ))
                    .value(request.form.typed("bookmark")).markup(&problems))
                @if said.ask {
                    (field::tick("leave", &html! { (say!(request, "지금 걸음을 두고 책갈피를 폅니다.", "Leave the walk here and open the bookmark.")) }, &request.form, &[]))
                }
                button { (say!(request, "책갈피 펴기", "Open the bookmark")) }
            }
        }
    }
}
