//! 쪽지: the slip and the letter of an order, two sheets of A5 for the owner to print and lay into
//! the parcel. It opens with a ticket that `owner-desk` writes, for a few hours. Neither sheet
//! tells the title. The drawn code on the slip opens this very page on the owner's telephone, where
//! the parcel's number can be written down as soon as the carrier has it.

mod code;

use std::sync::Arc;

use domain::{
    base::{id::OrderId, text::Language},
    order::{
        Order, Refused, State,
        parcel::{Carrier, Parcel},
    },
};
use maud::{Markup, html};
use store::{Change, Lost};
use web::{
    AppState, Method, Page, Problem, Refusal, Reply, Request, Shop, StatusCode,
    field::{self, Field},
};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Serves `/slip/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let id: OrderId =
        request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    let path = format!("/slip/{id}");
    let ticket = request.query.get("ticket").unwrap_or_default();
    if app.signing_key.verify_ticket(&path, ticket, request.now).is_err() {
        return Ok(stale().into());
    }
    let here = format!("{path}?ticket={ticket}");
    let problems = match request.method {
        Method::Get => Vec::new(),
        Method::Post => match hand_over(&app, &request, id).await? {
            Ok(()) => return Ok(Reply::see(here)),
            Err(problem) => vec![problem],
        },
    };
    let order = app.store.order(id).await?.ok_or(Refusal::NotFound)?.value;
    if !matches!(order.state, State::Chosen | State::Packed | State::Shipped | State::Delivered) {
        return Err(Refusal::NotFound);
    }
    let letter = app.store.letter_of(&order).await?;
    let address = format!("{}{here}", request.origin);
    let body = html! {
        (sheets(&order, letter.as_deref(), &app.shop, &address))
        (counterfoil(&order, &request, &problems))
    };
    let page = Page::new("slip", "쪽지").body(body);
    Ok(if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
        .into())
}

/// Writes the parcel's number down; or gives what is wrong with it.
async fn hand_over(
    app: &AppState,
    request: &Request,
    id: OrderId,
) -> Result<Result<(), Problem>, Refusal> {
    let wrong = |field, say: String| Ok(Err(Problem { field, say }));
    let Some(carrier) = Carrier::named(request.form.typed("carrier")) else {
        return wrong("carrier", "택배사를 골라 주십시오.".into());
    };
    let insist = Some(request.form.typed("insist")).filter(|insist| !insist.trim().is_empty());
    let parcel = match Parcel::new(carrier, request.form.typed("number"), insist) {
        Ok(parcel) => parcel,
        Err(why) => return wrong("number", format!("{why}.")),
    };
    for _ in 0..ROUNDS {
        let order = app.store.order(id).await?.ok_or(Refusal::NotFound)?;
        let step = match order.value.handed_over(parcel.clone(), request.now) {
            Ok(step) => step,
            Err(Refused::OtherParcel) => {
                return wrong("number", "이미 다른 운송장으로 부친 주문입니다. 번호를 고치시려면 owner-ship에서 instead_of에 먼저 적은 번호를 적습니다.".into());
            }
            Err(Refused::NoSuchTransition { .. }) => {
                return wrong("number", "부칠 수 있는 때가 아닙니다.".into());
            }
        };
        if step.messages.is_empty() {
            return Ok(Ok(()));
        }
        let change =
            Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
        match app.store.commit(change).await.map_err(Lost::from) {
            Ok(()) => return Ok(Ok(())),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    wrong("number", "다른 손이 이 주문을 바꾸고 있습니다. 한 번만 더 눌러 주십시오.".into())
}

fn sheets(order: &Order, letter: Option<&str>, shop: &Shop, address: &str) -> Markup {
    let reason = order.choice.as_ref().map(|choice| choice.reason.as_str()).unwrap_or_default();
    html! {
        article.slip lang="ko" {
            h1 { "이 책을 고른 까닭" }
            @for sentence in reason.split_inclusive(". ") { p { (sentence.trim()) } }
            div.foot {
                p.plain {
                    (shop.name) " · " (shop.address) br;
                    (shop.phone) " · " (shop.email) br;
                    "책을 받으신 날부터 7일 안에는 포장을 뜯으셨어도 무르실 수 있습니다." br;
                    small { (order.id) }
                }
                (code::draw(address))
            }
        }
        @if let Some(letter) = letter {
            article.slip lang="ko" {
                h2 { "보내 주신 편지" }
                @for paragraph in letter.split('\n') { p { (paragraph) } }
                p.plain { "주인장이 읽고, 이 한 권을 골랐습니다." }
            }
        }
        p.plain.noprint { "A5로 인쇄하면 두 장이 나옵니다. 제목은 어디에도 적혀 있지 않습니다." }
    }
}

/// What is not printed: where the parcel's number is written down.
fn counterfoil(order: &Order, request: &Request, problems: &[Problem]) -> Markup {
    html! {
        section.noprint lang="ko" data-order=(order.id) data-state=(order.state.name()) {
            (field::summary(problems, Language::Ko))
            @if let Some(parcel) = &order.parcel {
                h2 { "부쳤습니다" }
                p { (parcel.carrier.title()) " " (parcel.number) }
                p.plain { "읽는 분께 알렸습니다." }
            } @else if order.state == State::Packed {
                h2 { "운송장" }
                form method="post" data-onward {
                    fieldset id="carrier" {
                        legend { "택배사" }
                        @for carrier in [Carrier::Cj, Carrier::Epost] {
                            @let id = format!("carrier-{}", carrier.name());
                            label.tick for=(id) {
                                input id=(id) type="radio" name="carrier" value=(carrier.name())
                                    checked[request.form.typed("carrier") == carrier.name()];
                                span { (carrier.title()) }
                            }
                        }
                    }
                    (Field::text("number", "운송장 번호").mode("numeric").hint("CJ대한통운 10자리나 12자리, 우체국 13자리")
                        .value(request.form.typed("number")).markup(problems))
                    (Field::text("insist", "자릿수가 다르지만 맞는 번호라면 그 까닭").optional()
                        .value(request.form.typed("insist")).markup(problems))
                    button { "부친 것으로 적기" }
                }
            }
        }
    }
}

fn stale() -> Page {
    Page::new("slip", "쪽지").status(StatusCode::FORBIDDEN).body(html! {
        h1 { "표가 낡았소" }
        p.plain role="alert" { "이 쪽을 여는 표가 없거나 낡았습니다. owner-desk를 다시 부르면 새 표가 달린 주소가 나옵니다." }
        p { a.door data-onward href="/" { "문으로" } }
    })
}
