//! 문: the closed door. What this is, the whole price, that it is slow on purpose, and the way in.
//! Every address that is none ends here too.

use std::sync::Arc;

use domain::{
    base::{
        id::VisitorId,
        price::{Price, PriceRange},
    },
    riddle::content::RoomSet,
    walk::visit::Visit,
};
use maud::html;
use store::{Stale, Versioned};
use web::{AppState, Drawing, Method, Page, Refusal, Reply, Request, price, riddle, say};

/// Serves `/` and every unknown path.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.path != "/" {
        return Err(Refusal::NotFound);
    }
    if let Some(version) = preview(&app, &request)? {
        let house = app.edition(version).await?;
        return match request.method {
            Method::Get => Ok(page(&request, &house, None, Some(version))?.into()),
            Method::Post => begin(&app, &request, &house, true).await,
        };
    }
    let (known, house) = app.walk_or_house(request.known()).await?;
    match (request.method, known) {
        (Method::Get, known) => {
            Ok(page(&request, &house, known.map(|visit| visit.value).as_ref(), None)?.into())
        }
        // The second click on the door, or an old acquaintance: nobody starts twice by accident.
        (Method::Post, Some(visit)) => {
            Ok(Reply::see(visit.value.place(&house, request.now).path()))
        }
        (Method::Post, None) => begin(&app, &request, &house, false).await,
    }
}

/// The version that the owner's link shows, if this is such a link and it is still good. A link
/// that is not says so.
fn preview<'a>(app: &AppState, request: &'a Request) -> Result<Option<&'a str>, Refusal> {
    let Some(version) = request.query.get("preview") else { return Ok(None) };
    let ticket = request.query.typed("ticket");
    match app.signing_key.verify_ticket(
        &domain::walk::content_version::preview_page(version),
        ticket,
        request.now,
    ) {
        Ok(()) => Ok(Some(version)),
        Err(_) => Err(Refusal::NotFound),
    }
}

async fn begin(
    app: &AppState,
    request: &Request,
    house: &RoomSet,
    preview: bool,
) -> Result<Reply, Refusal> {
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let visitor = VisitorId::new(milliseconds, app.random.next_u128());
    let visit = Visit::begin(visitor, house, request.language, request.now);
    let visit = if preview { visit.as_preview() } else { visit };
    let path = visit.place(house, request.now).path();
    match app.store.save_visit(&Versioned::new(visit)).await {
        // Nobody else could have drawn this id: what lies there was written by this very request,
        // and the reply got lost.
        Ok(()) | Err(Stale::ChangedTo(_)) => {}
        Err(Stale::Store(error)) => return Err(error.into()),
    }
    Ok(Reply::See { path, session: Some(visitor) })
}

fn page(
    request: &Request,
    house: &RoomSet,
    known: Option<&Visit>,
    preview: Option<&str>,
) -> Result<Page, Refusal> {
    let (by_riddle, by_plain) = house.expected().minutes();
    let greeting = riddle::room(house, "door")?.greeting.in_language(request.language);
    let body = html! {
        @if let Some(version) = preview {
            p.plain role="note" { (say!(
                request,
                format!("미리보기: 아직 열지 않은 판 {version}입니다. 문 앞에 서면 이 기기는 새 걸음으로 이 판을 걷고, 셈에는 들지 않습니다."),
                format!("Preview of the version {version}, which is not open yet. Step up to the door, and this device walks it anew; nothing of it is counted.")
            )) }
        }
        h1 { (say!(request, "책은 주인장이 고릅니다", "The owner chooses the book")) }
        p.keeper { (greeting) }
        p { (say!(
            request,
            "공간문학은 손님이 아니라 주인장의 취향으로 책을 고르는 책방입니다. 방을 몇 개 지나 편지를 한 통 남기시면, 주인장이 그 편지를 읽고 책 한 권을 골라 종이에 싸서 부칩니다.",
            "This is a bookshop where the owner chooses the book, not you. Walk through a few rooms and leave a letter; the owner reads it, chooses one book for you, wraps it and posts it."
        )) }
        p { (say!(
            request,
            format!("일부러 느립니다. 수수께끼 문으로 보통 {by_riddle}분, 보통 문으로 {by_plain}분쯤 걸립니다. 언제든 멈추었다가 이어서 걸을 수 있고, 잃어버리는 것은 없습니다."),
            format!("It is slow on purpose: about {by_riddle} minutes by the riddle doors, {by_plain} by the plain ones. Stop and go on whenever you like; nothing is lost.")
        )) }
        h2 { (say!(request, "값은 모두 이렇습니다", "The whole price")) }
        table.sum {
            thead { tr {
                th scope="col" { (say!(request, "고르실 책값의 폭", "Price range you agree to")) }
                th scope="col" { (say!(request, "모두", "In all")) }
            } }
            tbody { @for range in PriceRange::ALL {
                @let total = Price::within(range).total();
                tr {
                    th scope="row" { (price::range(range, request)) }
                    td { (say!(request, format!("{total}원"), format!("₩{total}"))) }
                }
            } }
        }
        p.plain { (say!(
            request,
            format!("고르는 값 {}원과 우송료 {}원이 든 값입니다. 보낸 책의 정가가 더 낮으면 그만큼 돌려드립니다.", Price::SERVICE, Price::POSTAGE),
            format!("With ₩{} for the choosing and ₩{} postage. If the book sent has a lower list price, the difference goes back to you.", Price::SERVICE, Price::POSTAGE)
        )) }
        @if let Some(visit) = known {
            p { a.door data-onward href=(visit.place(house, request.now).path()) {
                (say!(request, "서 계시던 곳으로", "To where you stood"))
            } }
        } @else {
            form method="post" data-onward { button { (say!(request, "문 앞에 서기", "Step up to the door")) } }
        }
        p.plain { a href="/shelf" { (say!(request, "올 수 있는 책을 미리 보기", "See every book that could come")) } }
    };
    Ok(Page::new("door", say!(request, "문", "The door")).drawing(Drawing::Door).body(body))
}
