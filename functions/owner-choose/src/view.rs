//! What the owner reads of an order's proposals.

use std::collections::HashMap;

use admin::Answer;
use domain::{
    catalog::{
        isbn::Isbn,
        naming::Named,
        selection::{Book, Considered},
    },
    order::{Order, State},
};
use serde_json::{Value, json};
use store::Versioned;

/// The proposals of an order.
pub(crate) fn proposals(order: &Order) -> Value {
    let proposals = order.desk.as_ref().map(|desk| desk.proposals.as_slice()).unwrap_or_default();
    let proposals: Vec<Value> = proposals
        .iter()
        .map(|proposal| {
            json!({
                "isbn": proposal.isbn.to_string(),
                "title": proposal.title,
                "score": proposal.score,
                "reason": proposal.reason,
                "named": proposal.named.map(Named::title),
            })
        })
        .collect();
    json!({ "order": order.id.to_string(), "proposals": proposals })
}

/// Why these books were proposed and others not, a line for each book; for an order that waits for
/// the owner's pick with its proposals, the letter, and the call that picks the first proposal that
/// the letter does not name.
pub(crate) fn explanation(
    order: &Order,
    considered: &Considered,
    lines: Vec<(Isbn, String)>,
    books: &HashMap<Isbn, Versioned<Book>>,
    letter: Option<&str>,
) -> Answer {
    let mut answer = Answer::ok();
    if order.state == State::Choosing {
        let mut shown = proposals(order);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("letter".into(), letter.into());
        }
        answer.shows.push(shown);
        let first = considered.best.iter().find(|proposal| proposal.named.is_none());
        answer.call = first.map(|first| {
            json!({ "picks": [{ "order": order.id.to_string(), "isbn": first.isbn.to_string() }] })
        });
        answer.next.push(
            "고르려면 picks에 주문과 ISBN을 적습니다(call에 편지에 나오지 않는 첫째 책을 적어 두었습니다). \
             편지에 나오는 책이면 because에 까닭도 적습니다. \
             오늘은 없으면 isbn 대신 \"none_today\": true를 적습니다."
                .into(),
        );
    }
    answer.shows.extend(lines.into_iter().map(|(isbn, why)| {
        let title = books.get(&isbn).map(|book| book.value.title.clone());
        json!({ "isbn": isbn.to_string(), "title": title, "why": why })
    }));
    answer
}
