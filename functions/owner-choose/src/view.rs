//! What the owner reads of an order's proposals.

use std::collections::HashMap;

use admin::Answer;
use domain::{
    catalog::{
        isbn::Isbn,
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
            })
        })
        .collect();
    json!({ "order": order.id.to_string(), "proposals": proposals })
}

/// Why these books were proposed and others not, a line for each book; for an order that waits for
/// the owner's pick with its proposals and the call that picks the first.
pub(crate) fn explanation(
    order: &Order,
    considered: &Considered,
    lines: Vec<(Isbn, String)>,
    books: &HashMap<Isbn, Versioned<Book>>,
) -> Answer {
    let mut answer = Answer::ok();
    if order.state == State::Choosing {
        answer.shows.push(proposals(order));
        answer.call = considered.best.first().map(|best| {
            json!({ "picks": [{ "order": order.id.to_string(), "isbn": best.isbn.to_string() }] })
        });
        answer.next.push(
            "고르려면 picks에 주문과 ISBN을 적습니다(call에 첫째 책을 적어 두었습니다). \
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
