//! 고르기: the owner picks one of the three proposals for an order, picks another book with a reason,
//! or picks no book today. A book that the reader's letter names needs a reason too. The function
//! shows one order after the other, with the letter and what went before; with an order's number
//! alone it also explains why the three were proposed and others were not; with `search` it shows
//! which other books could be sent instead.

mod command;
mod search;
mod show;
mod view;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, NextCall, Problem, UNDO};
use domain::{
    base::id::OrderId,
    catalog::{
        isbn::Isbn,
        selection::{Choice, Chooser, why_not},
        taste::Taste,
    },
    order::{Order, State},
};
use serde_json::json;
use store::{Commit, Decision, OneBook, Updated, Versioned};

use command::{Command, Pick, PickDecision};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let picks = match Command::read(&call) {
        Ok(Command::Pick(picks)) => picks,
        Ok(Command::Next(after)) => return show::next(&state, &call, after).await,
        Ok(Command::Search(asked)) => return search::search(&state, &call, &asked).await,
        Ok(Command::Explain(order)) => return show::explain(&state, &call, order).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    answer.unread(&picks);
    for (place, pick) in &picks.read {
        let at = format!("picks[{place}]");
        let Some(order) = state.order_named(pick.order).await? else {
            let problem = Problem::new(format!("{at}.order"), NO_ORDER, command::example());
            answer.row("picks", *place, Line::Not(problem));
            continue;
        };
        let picked = Picker { state: &state, call: &call, pick, order, at }.run().await?;
        answer.shows.extend(picked.proposed_anew.map(|order| view::proposed_anew(&order)));
        answer.row("picks", *place, picked.line);
        answer.calls.extend(picked.undo);
    }
    Ok(answer.closed(
        &call,
        "이대로 고르기",
        "problems에 적힌 주문은 고르지 않았습니다. 나머지는 그대로 됩니다.",
        "owner-desk로 남은 일을 볼 수 있습니다.",
    ))
}

/// What is wrong with an order that the shop does not know.
const NO_ORDER: &str = "이런 주문은 없습니다";

/// The result for one pick.
struct Picked {
    line: Line,
    /// The order with new proposals, if its old ones cannot be sent any more.
    proposed_anew: Option<Box<Order>>,
    /// The call that takes the pick back.
    undo: Option<NextCall>,
}

impl From<Line> for Picked {
    fn from(line: Line) -> Self {
        Self { line, proposed_anew: None, undo: None }
    }
}

/// One pick of a call.
struct Picker<'a> {
    state: &'a AdminState,
    call: &'a Call,
    pick: &'a Pick,
    order: OrderId,
    /// The pick's place in the call.
    at: String,
}

impl Picker<'_> {
    async fn run(&self) -> Result<Picked, AdminError> {
        let updated = self
            .state
            .store
            .transact(|_| async move {
                let (order, taste) = self.state.store.order_and_taste(self.order).await?;
                let Some(order) = order else {
                    return Ok::<_, AdminError>(self.keep_not("order", NO_ORDER));
                };
                if let Some(line) = self.settled(&order.value) {
                    return Ok(Decision::Keep(line.into()));
                }
                if self.pick.seen.is_some_and(|seen| seen != order.version) {
                    let why = "그 사이 이 주문이 바뀌었습니다. 다시 보시고 골라 주세요";
                    return Ok(self.keep_overtaken(why));
                }
                match &self.pick.decision {
                    PickDecision::NoneToday => Ok(self.none_today(&order)),
                    PickDecision::Book { isbn, because } => {
                        // Boxed: avoids the type-depth limit.
                        Box::pin(self.take(&order, &taste, isbn, because.as_deref())).await
                    }
                }
            })
            .await?;
        Ok(match updated {
            Updated::Done(picked) => picked,
            _ => self
                .not("order", "다른 손이 이 주문을 바꾸고 있습니다. 한 번 더 불러 주세요")
                .into(),
        })
    }

    /// The result for an order that does not wait for the owner's pick.
    fn settled(&self, order: &Order) -> Option<Line> {
        let not = |why: &str| Some(self.not("order", why));
        match order.state {
            State::Choosing => None,
            State::Priced => not("아직 결제되지 않은 주문입니다"),
            State::Paid => not("집이 서가를 살피는 중입니다. 잠시 뒤에 다시 불러 주세요"),
            _ => match (&order.choice, &self.pick.decision) {
                (Some(choice), PickDecision::Book { isbn, .. }) if choice.isbn == *isbn => {
                    Some(self.did("이미 이 책으로 골랐습니다. 두 번 하지 않았습니다"))
                }
                (Some(choice), _) => {
                    let why = "그 사이 다른 책을 골랐습니다. 바꾸시려면 책 바꾸기(owner-order)를 쓰십시오";
                    let why = match choice.title.as_str() {
                        "" => why.to_owned(),
                        title => format!("「{title}」: {why}"),
                    };
                    Some(Line::Not(self.problem("order", why).overtaken()))
                }
                (None, _) => not("취소되었거나 환불되는 주문입니다"),
            },
        }
    }

    fn none_today(&self, order: &Versioned<Order>) -> Decision<Picked> {
        let Ok(step) = order.value.clone().none_today(self.call.now) else {
            let why = "보낼 책이 아예 없는 주문입니다. owner-shelve로 책을 들이면 이어집니다";
            return self.keep_not("none_today", why);
        };
        if step.order == order.value {
            let line = self.did("오늘은 이미 쉬기로 했습니다. 두 번 하지 않았습니다");
            return Decision::Keep(line.into());
        }
        let tells =
            if step.messages.is_empty() { "" } else { " 읽는 분께 한 번 알립니다." };
        let line = self.line(
            &format!("오늘은 고르지 않고, 내일 책상에 다시 올립니다.{tells}"),
            &format!("오늘은 고르지 않았습니다. 내일 책상에 다시 올라옵니다.{tells}"),
        );
        self.call.decide(Commit::of(order, &step), line.into())
    }

    /// Picks a book.
    async fn take(
        &self,
        order: &Versioned<Order>,
        taste: &Taste,
        isbn: &Isbn,
        because: Option<&str>,
    ) -> Result<Decision<Picked>, AdminError> {
        let proposals = order.value.desk.clone().unwrap_or_default().proposals;
        let proposed = proposals.iter().find(|proposal| proposal.isbn == *isbn);
        let store = &self.state.store;
        let Some(OneBook { book, copy, reason, named }) =
            store.ponder_one(&order.value, taste, isbn, self.call.now).await?
        else {
            return Ok(self.keep_not("isbn", "서가에 없는 책입니다"));
        };
        let reason = match reason {
            Ok(reason) => reason,
            Err(why) if proposed.is_some() => {
                return self.propose_anew(order, taste, why_not(why)).await;
            }
            Err(why) => {
                let why = format!("보낼 수 없는 책입니다. {}", why_not(why));
                return Ok(self.keep_not("isbn", why));
            }
        };
        let named = named.or_else(|| proposed.and_then(|proposal| proposal.named));
        if because.is_none() {
            let why = match named {
                Some(named) => named.title(),
                None => "권하지 않은 책입니다",
            };
            if named.is_some() || proposed.is_none() {
                let why = format!("{why}. 그래도 보내시려면 because에 까닭을 적어 주세요");
                return Ok(self.keep_not("because", why));
            }
        }
        let reason = proposed.map_or(reason, |proposal| proposal.reason.clone());
        let mut choice = Choice::of(&book, reason);
        choice.because = because.map(ToOwned::to_owned);
        choice.by = Chooser::Owner;
        let what = format!("「{}」 {}번째 책(정가 {}원)", book.title, choice.copy, book.list_price);
        let named = named.map(|named| format!(" {}.", named.title())).unwrap_or_default();
        let line = self.line(
            &format!("{what}을 골라 포장으로 넘깁니다.{named}"),
            &format!("{what}을 골라 포장으로 넘겼습니다.{named}"),
        );
        let Ok(step) = order.value.clone().picked(choice, self.call.now) else {
            return Ok(self.keep_not("order", "이 주문은 더 고를 수 없는 때입니다"));
        };
        let picked = Picked { undo: self.undo(&step.order), ..line.into() };
        Ok(self.call.decide(Commit::of(order, &step).taking(&copy), picked))
    }

    /// A proposed book cannot be sent any more, because another order took it or the taste changed.
    /// The order gets new proposals, or waits for books if none is left.
    async fn propose_anew(
        &self,
        order: &Versioned<Order>,
        taste: &Taste,
        why: &str,
    ) -> Result<Decision<Picked>, AdminError> {
        let (store, call) = (&self.state.store, self.call);
        let context = store.known(&order.value).await?;
        let considered = store.select(&order.value, &context, taste, call.now).await?.considered;
        let gone = format!("그 사이 보낼 수 없게 된 책입니다({why}).");
        if considered.best.is_empty() {
            let picked = self
                .line(
                    &format!("{gone} 다른 책도 남지 않아, 책이 들어올 때까지 기다립니다."),
                    &format!("{gone} 다른 책도 남지 않아, 책이 들어오면 이어집니다."),
                )
                .into();
            return Ok(match order.value.clone().out_of_books(call.now) {
                Ok(step) => call.decide(Commit::of(order, &step), picked),
                Err(_) => Decision::Keep(picked),
            });
        }
        let Ok(anew) = order.value.clone().proposed(considered.best.clone(), call.now) else {
            return Ok(self.keep_not("order", "이 주문은 더 고를 수 없는 때입니다"));
        };
        let line = self.line(
            &format!("{gone} 고르지 않고, 지금 보낼 수 있는 세 권을 새로 권합니다."),
            &format!("{gone} 고르지 않고, 지금 보낼 수 있는 세 권을 새로 권했습니다."),
        );
        let commit = Commit::order(order, anew.clone()).considering(&considered);
        let proposed_anew = Some(Box::new(anew));
        Ok(call.decide(commit, Picked { proposed_anew, ..line.into() }))
    }

    /// The line of a write.
    fn line(&self, would: &str, did: &str) -> Line {
        let order = self.pick.order;
        self.call.line(format!("주문 {order}: {would}"), format!("주문 {order}: {did}"))
    }

    /// The line of a pick that was made before.
    fn did(&self, what: &str) -> Line {
        Line::Did(format!("주문 {}: {what}", self.pick.order))
    }

    /// The call that takes a pick back: the copy goes back to the shelf, and a book is chosen anew.
    fn undo(&self, order: &Order) -> Option<NextCall> {
        let times = order.anew.map_or(0, |anew| anew.times).saturating_add(1);
        let anew = json!({ "copy": "good", "times": times });
        self.call.confirmed.then(|| NextCall {
            why: UNDO.into(),
            function: "owner-order".into(),
            call: json!({ "order": order.id.to_string(), "choose_anew": anew }),
        })
    }

    fn problem(&self, field: &str, why: impl Into<String>) -> Problem {
        Problem::new(format!("{}.{field}", self.at), why, command::example())
    }

    fn not(&self, field: &str, why: impl Into<String>) -> Line {
        Line::Not(self.problem(field, why))
    }

    fn keep_overtaken(&self, why: &str) -> Decision<Picked> {
        Decision::Keep(Line::Not(self.problem("order", why).overtaken()).into())
    }

    fn keep_not(&self, field: &str, why: impl Into<String>) -> Decision<Picked> {
        Decision::Keep(self.not(field, why).into())
    }
}
