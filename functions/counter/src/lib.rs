//! 계산대: where the parcel goes, within which range the owner may choose, and by which day it is
//! posted. All of it in plain words.

mod form;

use std::{collections::HashMap, sync::Arc};

use domain::{
    base::{
        calendar,
        id::OrderId,
        price::{Price, PriceRange},
    },
    order::{Order, counter::Counter, letter, stock::Stock},
    walk::visit::{Place, Visit},
};
use maud::{Markup, html};
use store::{AtTheCounter, Guard, Lost, NewOrder, Versioned};
use web::{
    AppState, Drawing, Method, Page, Problem, Refusal, Reply, Request, StatusCode,
    field::{self, Field},
    plan, price, riddle, say,
};

/// How often a lost race for a place is run again.
const ROUNDS: usize = 8;

/// What is said to a form that was not taken.
#[derive(Clone, Copy, Default)]
struct FormFeedback<'a> {
    /// What is to be mended.
    problems: &'a [Problem],
    /// Why it can not be taken now, though nothing is wrong with it.
    not_now: Option<&'a str>,
}

type Stocks = HashMap<PriceRange, Versioned<Stock>>;

/// Serves `/counter`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let house = riddle::built_in()?;
    let visitor = request.visitor()?;
    let AtTheCounter { visit, stocks, counter } = app.store.at_the_counter(visitor).await?;
    let visit = visit.ok_or(Refusal::NoSession)?;
    let closed = counter.closed_on(calendar::today(request.now)).is_some();
    match (visit.value.place(house, request.now), request.method) {
        (Place::Counter, method) if visit.value.preview => {
            let page = preview_page(&request, &visit.value)?;
            Ok(if method == Method::Get { page } else { page.status(StatusCode::CONFLICT) }.into())
        }
        (Place::Counter, Method::Get) if closed => {
            Ok(closed_page(&request, &visit.value, &counter)?.into())
        }
        (Place::Counter, Method::Post) if closed => {
            let said = FormFeedback {
                not_now: Some(&closed_words(&request, &counter)),
                ..FormFeedback::default()
            };
            let page = page(&request, &visit.value, &stocks, said)?;
            Ok(page.status(StatusCode::CONFLICT).into())
        }
        (Place::Counter, Method::Get) => {
            Ok(page(&request, &visit.value, &stocks, FormFeedback::default())?.into())
        }
        (Place::Counter, Method::Post) => order(&app, &request, visit, stocks).await,
        // The second click: the order is placed; on to the money.
        (Place::Window(order), Method::Post) => Ok(Reply::see(format!("/pay/{order}"))),
        (Place::Window(order), Method::Get) => Ok(placed(&request, &visit.value, order)?.into()),
        (place, _) => Err(Refusal::OutOfOrder { onward: place.path() }),
    }
}

async fn order(
    app: &AppState,
    request: &Request,
    mut visit: Versioned<Visit>,
    mut stocks: Stocks,
) -> Result<Reply, Refusal> {
    let house = riddle::built_in()?;
    let filled = match form::read(request) {
        Ok(filled) => filled,
        Err(problems) => {
            let said = FormFeedback { problems: &problems, ..FormFeedback::default() };
            let page = page(request, &visit.value, &stocks, said)?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let id = OrderId::new(milliseconds, app.random.next_u128());
    let order = Order::new(
        id,
        visit.value.id,
        request.language,
        filled.range,
        filled.address,
        filled.promised,
        request.now,
    );
    for _ in 0..ROUNDS {
        let stock =
            stocks.get(&filled.range).cloned().unwrap_or_else(|| Versioned::new(Stock::default()));
        let Ok(place) = stock.value.take(id, request.now) else {
            let gone = Problem {
                field: "range",
                say: say!(
                    request,
                    "이 폭의 책은 지금 모두 나갔습니다. 다른 폭을 골라 주시거나, 새 책이 들어올 때 다시 와 주십시오.",
                    "Every book in this range is taken right now. Choose another range, or come back when new books arrive."
                )
                .into(),
            };
            let said = FormFeedback { problems: &[gone], ..FormFeedback::default() };
            return Ok(page(request, &visit.value, &stocks, said)?
                .status(StatusCode::CONFLICT)
                .into());
        };
        let ordered = visit.with(visit.value.clone().ordered(id));
        let new = NewOrder {
            visit: &ordered,
            order: &order,
            stock_version: stock.version,
            place: &place,
        };
        match app.store.place_order(new).await {
            Ok(()) => return Ok(Reply::see(format!("/pay/{id}"))),
            Err(Lost::Race(Guard::Visit | Guard::Stock) | Lost::Conflict) => {
                let now = app.store.at_the_counter(visit.value.id).await?;
                visit = now.visit.ok_or(Refusal::NoSession)?;
                stocks = now.stocks;
                if let Place::Window(placed) = visit.value.place(house, request.now) {
                    return Ok(Reply::see(format!("/pay/{placed}")));
                }
            }
            Err(lost) => return Err(lost.into()),
        }
    }
    let crowded = say!(
        request,
        "손님이 몰렸습니다. 한 번만 더 눌러 주십시오.",
        "The counter is crowded. Please press once more."
    );
    let said = FormFeedback { not_now: Some(crowded), ..FormFeedback::default() };
    Ok(page(request, &visit.value, &stocks, said)?.status(StatusCode::CONFLICT).into())
}

/// Why no order is taken today, and from when on again.
fn closed_words(request: &Request, counter: &Counter) -> String {
    let again = counter.opens().map(|day| letter::date(day, request.language));
    let (ko, en) = match again {
        Some(day) => (
            format!("지금은 새 주문을 받지 않습니다. {day}부터 다시 받습니다."),
            format!("No new orders are taken right now. The counter opens again on {day}."),
        ),
        None => (
            "지금은 새 주문을 받지 않습니다. 다시 여는 날은 아직 정해지지 않았습니다.".to_owned(),
            "No new orders are taken right now. The day on which the counter opens again is not set yet."
                .to_owned(),
        ),
    };
    say!(request, ko, en)
}

/// The counter with its shutter down. Everything that was written on the way here stays.
fn closed_page(request: &Request, visit: &Visit, counter: &Counter) -> Result<Page, Refusal> {
    let house = riddle::built_in()?;
    let title = riddle::room(house, "counter")?.title.in_language(request.language);
    let word =
        counter.closed.as_ref().map(|closed| closed.what.as_str()).filter(|word| !word.is_empty());
    let body = html! {
        h1 { (title) }
        p.keeper { (say!(request, "계산대에 덮개가 내려와 있소. 편지는 내가 잘 두었소.", "The counter is covered. Your letter is safe with me.")) }
        @if let Some(word) = word {
            blockquote lang="ko" { p { (word) } p.plain { (say!(request, "주인장", "The owner")) } }
        }
        p { (closed_words(request, counter)) }
        p { (say!(
            request,
            "지나온 방과 쓰신 편지는 그대로 있습니다. 다시 오시면 여기서부터 이어집니다. 이미 결제하신 주문은 그대로 나아갑니다.",
            "The rooms you have passed and the letter you wrote are kept; when you come back you go on from here. Orders already paid go on as they are."
        )) }
        p { a.door data-onward href="/mailbox" { (say!(request, "편지함 열기", "Open the mailbox")) } }
        p { a href="/shelf" { (say!(request, "서가 보기", "See the shelf")) } }
    };
    Ok(Page::new("counter", title)
        .drawing(Drawing::Counter)
        .plan(plan::of(house, visit, "counter", request))
        .body(body))
}

/// Where the owner's walk through a version that is not open yet ends: nothing is ordered in it.
fn preview_page(request: &Request, visit: &Visit) -> Result<Page, Refusal> {
    let house = riddle::built_in()?;
    let title = riddle::room(house, "counter")?.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        p role="note" { (say!(
            request,
            "미리보기는 여기까지입니다. 이 걸음으로는 주문할 수 없고, 돈도 오가지 않습니다.",
            "The preview ends here. Nothing can be ordered on this walk, and no money moves."
        )) }
        p.plain { (say!(
            request,
            "손님으로 걸으시려면 다른 기기나 비공개 창에서 문을 여십시오.",
            "To walk as a visitor, open the door on another device or in a private window."
        )) }
        p { a.door data-onward href="/" { (say!(request, "문으로", "To the door")) } }
    };
    Ok(Page::new("counter", title)
        .drawing(Drawing::Counter)
        .plan(plan::of(house, visit, "counter", request))
        .body(body))
}

fn page(
    request: &Request,
    visit: &Visit,
    stocks: &Stocks,
    said: FormFeedback<'_>,
) -> Result<Page, Refusal> {
    let problems = said.problems;
    let house = riddle::built_in()?;
    let room = riddle::room(house, "counter")?;
    let title = room.title.in_language(request.language);
    let promised = calendar::promised_date(request.now);
    let date = letter::date(promised, request.language);
    let body = html! {
        h1 { (title) }
        p.keeper { (room.greeting.in_language(request.language)) }
        @if let Some(why) = said.not_now { (field::not_now(why, request.language)) }
        (field::summary(problems, request.language))
        form method="post" data-onward {
            (ranges(request, stocks, problems))
            fieldset {
                legend { (say!(request, "받으실 곳", "Where it goes")) }
                (Field::text("recipient", say!(request, "받는 분", "Recipient")).autocomplete("name")
                    .value(request.form.typed("recipient")).markup(problems))
                (Field::text("phone", say!(request, "전화번호", "Telephone")).autocomplete("tel").mode("tel")
                    .hint(say!(request, "배송 기사님만 씁니다. 보기: 010-1234-5678", "For the carrier only, as in 010-1234-5678"))
                    .value(request.form.typed("phone")).markup(problems))
                (Field::text("postcode", say!(request, "우편번호", "Postcode")).autocomplete("postal-code").mode("numeric")
                    .hint(say!(request, "다섯 자리 숫자", "Five digits"))
                    .value(request.form.typed("postcode")).markup(problems))
                (Field::text("street", say!(request, "주소", "Address")).autocomplete("address-line1")
                    .value(request.form.typed("street")).markup(problems))
                (Field::text("detail", say!(request, "나머지 주소 (없으면 비워 두십시오)", "Flat, floor (may stay empty)"))
                    .autocomplete("address-line2").optional().value(request.form.typed("detail")).markup(problems))
            }
            fieldset {
                legend { (say!(request, "부치는 날", "Posting date")) }
                p { (say!(
                    request,
                    format!("{date}까지 부칩니다. 포장하기 전까지는 언제든 무를 수 있습니다."),
                    format!("It is posted by {date}. Until it is packed you can cancel at any time.")
                )) }
                input type="hidden" name="promised" value=(promised);
                (field::tick("agreed", &html! { (say!(
                    request,
                    format!("고른 값의 폭과 {date}까지 부친다는 약속에 동의합니다."),
                    format!("I agree to the price range and to posting by {date}.")
                )) }, &request.form, problems))
            }
            button { (say!(request, "값을 치르러 가기", "On to the payment")) }
        }
    };
    Ok(Page::new("counter", title)
        .drawing(Drawing::Counter)
        .plan(plan::of(house, visit, "counter", request))
        .body(body))
}

fn ranges(request: &Request, stocks: &Stocks, problems: &[Problem]) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == "range");
    html! {
        fieldset id="range" aria-describedby=[problem.map(|_| "range-problem")] {
            legend { (say!(request, "값", "Price")) }
            @for range in PriceRange::ALL {
                @let total = Price::within(range).total();
                @let places = stocks.get(&range).map_or(0, |stock| stock.value.places(request.now));
                @let id = format!("range-{}", range.name());
                label.tick for=(id) {
                    input id=(id) type="radio" name="range" value=(range.name()) checked[request.form.typed("range") == range.name()] disabled[places == 0];
                    span.sums {
                        span { (price::range(range, request)) } " "
                        span { (say!(request, format!("모두 {total}원"), format!("₩{total} in all"))) }
                        @if places == 0 { span.hint { (say!(request, "지금은 모두 나갔습니다.", "All taken right now.")) } }
                    }
                }
            }
            p.hint { (say!(
                request,
                format!("고르는 값 {}원과 우송료 {}원이 들어 있습니다. 보낸 책의 정가가 더 낮으면 그만큼 돌려드립니다.", Price::SERVICE, Price::POSTAGE),
                format!("₩{} for the choosing and ₩{} postage are included. If the book has a lower list price, the difference goes back to you.", Price::SERVICE, Price::POSTAGE)
            )) }
            @if let Some(problem) = problem { p.problem id="range-problem" { (problem.say) } }
        }
    }
}

fn placed(request: &Request, visit: &Visit, order: OrderId) -> Result<Page, Refusal> {
    let house = riddle::built_in()?;
    let title = riddle::room(house, "counter")?.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        p.keeper { (say!(request, "주문은 받아 적었소.", "Your order is written down.")) }
        p { a.door data-onward href=(format!("/window/{order}")) { (say!(request, "주문 보기", "See the order")) } }
        p { a href="/letter" { (say!(request, "한 권 더 청하기: 새 편지 쓰기", "Another book: write a new letter")) } }
    };
    Ok(Page::new("counter", title)
        .drawing(Drawing::Counter)
        .plan(plan::of(house, visit, "counter", request))
        .body(body))
}
