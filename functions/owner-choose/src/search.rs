//! Another book than the proposed ones, by words of its title or author, or by its ISBN: what of it
//! the owner has to know, and the call that picks it.

use admin::{AdminError, AdminState, Answer, Call, Problem, fields::ORDER_EXAMPLE};
use domain::{
    catalog::{isbn::Isbn, selection::Book, taste::Taste},
    order::{Order, State},
};
use store::Versioned;

use crate::{NO_ORDER, command::Search, show, view};

/// Most books that are shown. Each takes a read or two.
const MOST: usize = 12;

/// Shows an order and the books that are found for it. Besides the stock, five reads and at most two
/// for each book that is shown.
pub(crate) async fn search(
    state: &AdminState,
    call: &Call,
    asked: &Search,
) -> Result<Answer, AdminError> {
    let (order, taste) = match order(state, call, asked).await? {
        Ok(read) => read,
        Err(answer) => return Ok(answer),
    };
    let mut answer = Answer::ok();
    answer.shows.push(show::choice(state, call, &order).await?);
    if order.value.state != State::Choosing {
        let now = order.value.state.title();
        answer.next.push(format!("고를 때가 아닙니다. 지금은 {now} 상태입니다."));
        return Ok(answer);
    }
    let isbns = isbns(state, &asked.words).await?;
    let shown = isbns.get(..MOST).unwrap_or(&isbns);
    let found = state.store.ponder_each(&order.value, &taste, shown, call.now).await?;
    let because = asked.because.as_deref();
    answer.shows.extend(found.iter().map(|one| view::found(&order, one, because)));
    answer.next.push(if found.is_empty() {
        "서가에 이런 책이 없습니다. 제목이나 지은이의 다른 낱말로 찾으시거나, 서가에 책을 들인 뒤 다시 찾으십시오."
            .to_owned()
    } else if isbns.len() > MOST {
        format!("{}권을 찾아 {MOST}권까지 보였습니다. 낱말을 더 적으시면 줄어듭니다.", isbns.len())
    } else if found.iter().all(|one| one.reason.is_err()) {
        "찾은 책은 이 주문에 보낼 수 없습니다. 다른 낱말로 찾아 주십시오.".to_owned()
    } else {
        format!("{}권을 찾았습니다.", found.len())
    });
    Ok(answer)
}

/// The order that the book is for: the one that is named, or the next that waits. One or two reads,
/// and one for the taste.
async fn order(
    state: &AdminState,
    call: &Call,
    asked: &Search,
) -> Result<Result<(Versioned<Order>, Taste), Answer>, AdminError> {
    let id = match asked.order {
        Some(name) => state.order_named(name).await?,
        None => show::to_pick(state, call).await?.first().map(|order| order.value.id),
    };
    if id.is_none() && asked.order.is_none() {
        let mut answer = Answer::ok();
        answer.next.push("고를 주문이 없습니다.".to_owned());
        return Ok(Err(answer));
    }
    let read = match id {
        Some(id) => Some(state.store.order_and_taste(id).await?),
        None => None,
    };
    Ok(match read {
        Some((Some(order), taste)) => Ok((order, taste)),
        _ => Err(Answer::problem(Problem::new("order", NO_ORDER, ORDER_EXAMPLE))),
    })
}

/// The books that the words name: the one with this ISBN, or those with these words; those that can
/// be taken first.
async fn isbns(state: &AdminState, words: &str) -> Result<Vec<Isbn>, AdminError> {
    if let Ok(isbn) = words.parse::<Isbn>() {
        return Ok(vec![isbn]);
    }
    let mut books: Vec<Book> = state.store.books_with(words).await?;
    books.sort_by_key(|book| book.free() == 0);
    Ok(books.into_iter().map(|book| book.isbn).collect())
}
