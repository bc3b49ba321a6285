//! 고르기: the owner picks one of the three for an order on the desk, takes another book with a
//! reason, or says "오늘은 없음". With an order's number alone it shows why the three were proposed and
//! why others were not.

mod read;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, Problem};
use domain::{
    base::id::OrderId,
    catalog::{
        isbn::Isbn,
        selection::{Choice, explain, why_not},
        taste::Taste,
    },
    order::{Order, State, Step},
};
use serde_json::{Value, json};
use store::{Change, Lost, OneBook, Versioned};

use read::{Command, Pick, What};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Of how many books that were not proposed the reason is shown.
const OTHERS: usize = 20;

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let picks = match Command::read(&call.fields) {
        Ok(Command::Picks(picks)) => picks,
        Ok(Command::Why(order)) => return why(&desk, order).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::well();
    let mut gone = false;
    for (place, pick) in picks.iter().enumerate() {
        let what = format!("주문 {}", pick.order);
        let line = match one(&desk, pick, &call).await? {
            One::Would(does) => Line::Would(format!("{what}: {does}")),
            One::Did(did) => Line::Did(format!("{what}: {did}")),
            One::Not(field, why) => {
                Line::Not(Problem::new(format!("picks[{place}].{field}"), why, read::example()))
            }
            One::Gone(why, order) => {
                answer.shows.push(proposals(&order));
                gone = true;
                Line::Not(Problem::new(format!("picks[{place}].isbn"), why, Value::Null))
            }
        };
        answer.line(line);
    }
    let mut answer = answer.closed(
        &call,
        "problems에 적힌 주문은 고르지 않았습니다. 나머지는 그대로 됩니다.",
        "owner-desk로 남은 일을 볼 수 있습니다.",
    );
    if gone && !call.confirmed {
        answer.call = Some(call.to_confirm());
    }
    Ok(answer)
}

enum One {
    Would(String),
    Did(String),
    /// The field, and what is wrong with it.
    Not(&'static str, String),
    /// The book is gone, and these proposals take the place of the old ones.
    Gone(String, Box<Order>),
}

async fn one(desk: &AdminState, pick: &Pick, call: &Call) -> Result<One, AdminError> {
    for _ in 0..ROUNDS {
        let (order, taste) = desk.store.order_and_taste(pick.order).await?;
        let Some(order) = order else {
            return Ok(One::Not("order", "이런 주문은 없습니다".into()));
        };
        if let Some(answer) = settled(&order.value, &pick.what) {
            return Ok(answer);
        }
        let done = match &pick.what {
            What::NoneToday => none_today(desk, &order, call).await,
            What::Book { isbn, because } => {
                take(desk, &order, &taste, isbn, because.as_deref(), call).await
            }
        };
        match done {
            Ok(one) => return Ok(one),
            // Somebody else took the copy or moved the order: look again.
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(One::Not("order", "다른 손이 이 주문을 바꾸고 있습니다. 한 번 더 불러 주세요".into()))
}

/// The answer for an order that does not wait for the owner's pick.
fn settled(order: &Order, what: &What) -> Option<One> {
    let not = |why: &str| Some(One::Not("order", why.to_owned()));
    match order.state {
        State::Choosing => None,
        State::Draft | State::Priced => not("아직 결제되지 않은 주문입니다"),
        State::Paid => not("집이 서가를 살피는 중입니다. 잠시 뒤에 다시 불러 주세요"),
        _ => match (&order.choice, what) {
            (Some(choice), What::Book { isbn, .. }) if choice.isbn == *isbn => {
                Some(One::Did("이미 이 책으로 골랐습니다. 두 번 하지 않았습니다".into()))
            }
            (Some(_), _) => not("이미 책을 고른 주문입니다"),
            (None, _) => not("취소되었거나 환불되는 주문입니다"),
        },
    }
}

async fn none_today(desk: &AdminState, order: &Versioned<Order>, call: &Call) -> Result<One, Lost> {
    let Ok(step) = order.value.clone().none_today(call.now) else {
        return Ok(One::Not(
            "none_today",
            "보낼 책이 아예 없는 주문입니다. owner-shelve로 책을 들이면 이어집니다".into(),
        ));
    };
    if step.order == order.value {
        return Ok(One::Did("오늘은 이미 쉬기로 했습니다. 두 번 하지 않았습니다".into()));
    }
    let tells = if step.messages.is_empty() { "" } else { " 읽는 분께 한 번 알립니다." };
    if !call.confirmed {
        return Ok(One::Would(format!("오늘은 고르지 않고, 내일 책상에 다시 올립니다.{tells}")));
    }
    desk.store.commit(change(order, &step)).await?;
    Ok(One::Did(format!("오늘은 고르지 않았습니다. 내일 책상에 다시 올라옵니다.{tells}")))
}

async fn take(
    desk: &AdminState,
    order: &Versioned<Order>,
    taste: &Taste,
    isbn: &Isbn,
    because: Option<&str>,
    call: &Call,
) -> Result<One, Lost> {
    let on_desk = order.value.desk.clone().unwrap_or_default().proposals;
    let proposed = on_desk.iter().find(|proposal| proposal.isbn == *isbn);
    let Some(OneBook { book, copy, reason }) =
        desk.store.ponder_one(&order.value, taste, isbn, call.now).await?
    else {
        return Ok(One::Not("isbn", "서가에 없는 책입니다".into()));
    };
    let reason = match reason {
        Ok(reason) => reason,
        Err(why) if proposed.is_some() => {
            return propose_anew(desk, order, taste, why_not(why), call).await;
        }
        Err(why) => {
            return Ok(One::Not("isbn", format!("보낼 수 없는 책입니다. {}", why_not(why))));
        }
    };
    if proposed.is_none() && because.is_none() {
        let expected = "권하지 않은 책입니다. 그래도 보내시려면 because에 까닭을 적어 주세요";
        return Ok(One::Not("because", expected.into()));
    }
    let reason = proposed.map_or(reason, |proposal| proposal.reason.clone());
    let mut choice = Choice::of(&book, reason, on_desk.clone());
    choice.because = because.map(ToOwned::to_owned);
    let what = format!("「{}」 {}번째 책(정가 {}원)", book.title, choice.copy, book.list_price);
    if !call.confirmed {
        return Ok(One::Would(format!("{what}을 골라 포장으로 넘깁니다")));
    }
    let Ok(step) = order.value.clone().picked(choice, call.now) else {
        return Ok(One::Not("order", "이 주문은 더 고를 수 없는 때입니다".into()));
    };
    desk.store.commit(Change { copy: Some(&copy), ..change(order, &step) }).await?;
    Ok(One::Did(format!("{what}을 골라 포장으로 넘겼습니다")))
}

/// The book went to somebody else between proposal and pick: new proposals lie on the desk, or the
/// house waits for a book.
async fn propose_anew(
    desk: &AdminState,
    order: &Versioned<Order>,
    taste: &Taste,
    why: &str,
    call: &Call,
) -> Result<One, Lost> {
    let known = desk.store.known(&order.value).await?;
    let considered = desk.store.select(&order.value, &known, taste, call.now).await?.considered;
    let said = format!("그 사이 보낼 수 없게 된 책입니다({why}).");
    if considered.best.is_empty() {
        if call.confirmed
            && let Ok(step) = order.value.clone().out_of_books(call.now)
        {
            desk.store.commit(change(order, &step)).await?;
        }
        let then = if call.confirmed {
            "다른 책도 남지 않아, 책이 들어오면 이어집니다".to_owned()
        } else {
            format!(
                "다른 책도 남지 않았습니다. 이대로 confirm하면 책을 기다리게 합니다: \"{}\"",
                call.code
            )
        };
        return Ok(One::Not("isbn", format!("{said} {then}")));
    }
    let Ok(anew) = order.value.clone().proposed(considered.best.clone(), call.now) else {
        return Ok(One::Not("order", "이 주문은 더 고를 수 없는 때입니다".into()));
    };
    let said = if call.confirmed {
        desk.store.put_on_desk(&order.with(anew.clone()), &considered, None).await?;
        format!("{said} 새로 고른 세 권을 책상에 올렸습니다(shows)")
    } else {
        format!(
            "{said} 지금이라면 shows의 책을 권합니다. 이대로 confirm하면 책상의 세 권을 이것으로 바꿉니다: \"{}\"",
            call.code
        )
    };
    Ok(One::Gone(said, Box::new(anew)))
}

const fn change<'a>(order: &Versioned<Order>, step: &'a Step) -> Change<'a> {
    Change { seen: order.version, step, handled: None, copy: None, paid: false }
}

/// The proposals of an order, as the desk shows them.
fn proposals(order: &Order) -> Value {
    let proposals = order.desk.as_ref().map(|desk| desk.proposals.as_slice()).unwrap_or_default();
    json!({
        "order": order.id.to_string(),
        "proposals": proposals.iter().map(|proposal| json!({
            "isbn": proposal.isbn.to_string(),
            "title": proposal.title,
            "score": proposal.score,
            "reason": proposal.reason,
        })).collect::<Vec<_>>(),
    })
}

/// Why these, and why not others. Three reads.
async fn why(desk: &AdminState, id: OrderId) -> Result<Answer, AdminError> {
    let (order, considered) = (desk.store.order(id).await?, desk.store.considered(id).await?);
    let (Some(order), Some(considered)) = (order, considered) else {
        let expected = "이런 주문이 없거나, 아직 책을 살피지 않은 주문입니다";
        return Ok(Answer::problems(vec![Problem::new("order", expected, read::ORDER)]));
    };
    let lines = explain(id, &considered, OTHERS);
    let isbns: Vec<Isbn> = lines.iter().map(|(isbn, _)| isbn.clone()).collect();
    let books = desk.store.books(&isbns).await?;
    let mut answer = Answer::well();
    if order.value.state == State::Choosing {
        answer.shows.push(proposals(&order.value));
        answer.call = considered.best.first().map(
            |best| json!({ "picks": [{ "order": id.to_string(), "isbn": best.isbn.to_string() }] }),
        );
        answer.next.push("고르려면 picks에 주문과 ISBN을 적습니다(call에 첫째 책을 적어 두었습니다). 오늘은 없으면 isbn 대신 \"none_today\": true를 적습니다.".into());
    }
    answer.shows.extend(lines.into_iter().map(|(isbn, why)| {
        let title = books.get(&isbn).map(|book| book.value.title.clone());
        json!({ "isbn": isbn.to_string(), "title": title, "why": why })
    }));
    Ok(answer)
}
