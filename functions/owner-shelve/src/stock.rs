//! What is in stock: the books that run out, those that have gone, all by place or by title, and
//! those whose title or author has certain words.

use admin::{AdminError, AdminState, Answer, Call, FROM_ROW, NextCall, Problem, Show, fields};
use domain::{
    base::{format, price::PriceRange, text::Language},
    catalog::{selection::Book, spot::Spot},
};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

/// The field that lists.
const LIST: &str = "list";

/// The field that searches.
const SEARCH: &str = "search";

/// Most books in one answer.
const MOST: usize = 60;

/// A book with so many free copies or fewer runs out.
const LOW: u32 = 1;

/// The longest search, in characters.
const LONGEST_SEARCH: usize = 60;

/// Which books are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// Those with a last free copy, in the order of their places.
    Low,
    /// Those without a free copy.
    Gone,
    /// All with a free copy, in the order of their places.
    BySpot,
    /// All with a free copy, in the order of their titles.
    ByTitle,
    /// Those with these words in title or author, with or without a free copy.
    With(String),
}

/// Whether a call asks for books.
pub(crate) fn asks(call: &Call) -> bool {
    [LIST, SEARCH].iter().any(|field| call.fields.contains_key(*field))
}

/// Handles a call with one of the fields. A read for each megabyte of books.
pub(crate) async fn handle(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let (asked, from) = match read(call) {
        Ok(asked) => asked,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut books = books(state, &asked).await?;
    sort(&mut books, &asked);
    let mut answer = Answer::ok();
    answer.left(books.len());
    if books.is_empty() {
        answer.next.push(empty(&asked).to_owned());
    }
    answer.shows = books.iter().skip(from - 1).take(MOST).map(show).collect();
    let next = from + MOST;
    if next <= books.len() {
        let mut call = call.fields.clone();
        call.insert(FROM_ROW.to_owned(), next.into());
        answer.offer("이어서 보기", "owner-shelve", Value::Object(call));
    }
    Ok(answer)
}

fn read(call: &Call) -> Result<(Asked, usize), Vec<Problem>> {
    call.read_fields(|fields| {
        fields.known(&[LIST, SEARCH, FROM_ROW], &json!({ LIST: "low" }));
        fields.checked()?;
        let from = fields::number(1..=usize::MAX);
        let from = fields.optional(FROM_ROW, from, "몇째 책부터 보일지 적습니다", 61);
        fields.checked()?;
        let asked = if fields.given(SEARCH).is_some() {
            let expected =
                format!("제목이나 지은이의 낱말을 1자에서 {LONGEST_SEARCH}자까지 적습니다");
            let text = fields::text(1..=LONGEST_SEARCH);
            Asked::With(fields.required(SEARCH, text, expected, "여름 그곳")?)
        } else {
            let list = |value: &Value| match value.as_str()?.trim() {
                "low" => Some(Asked::Low),
                "gone" => Some(Asked::Gone),
                "spot" => Some(Asked::BySpot),
                "title" => Some(Asked::ByTitle),
                _ => None,
            };
            let expected = "어떤 책을 보일지 적습니다: low(곧 빔), gone(다 나감), spot(자리 순), \
                            title(제목 순)";
            fields.required(LIST, list, expected, "low")?
        };
        Some((asked, from.unwrap_or(1)))
    })
}

async fn books(state: &AdminState, asked: &Asked) -> Result<Vec<Book>, AdminError> {
    if let Asked::With(words) = asked {
        return Ok(state.store.books_with(words).await?);
    }
    let gone = *asked == Asked::Gone;
    let read = PriceRange::ALL.iter().map(|range| state.store.inventory(*range, gone));
    let mut books: Vec<Book> = try_join_all(read).await?.into_iter().flatten().collect();
    if *asked == Asked::Low {
        books.retain(|book| book.free() <= LOW);
    }
    Ok(books)
}

fn sort(books: &mut [Book], asked: &Asked) {
    match asked {
        Asked::Low | Asked::BySpot => {
            books.sort_by(|a, b| {
                (a.along_the_shelves(), &a.title).cmp(&(b.along_the_shelves(), &b.title))
            });
        }
        Asked::Gone | Asked::ByTitle | Asked::With(_) => {
            books.sort_by(|a, b| (&a.title, &a.isbn).cmp(&(&b.title, &b.isbn)));
        }
    }
}

const fn empty(asked: &Asked) -> &'static str {
    match asked {
        Asked::Low => "곧 비는 책이 없습니다.",
        Asked::Gone => "다 나간 책이 없습니다.",
        Asked::BySpot | Asked::ByTitle => "서가에 책이 없습니다.",
        Asked::With(_) => "이런 책이 없습니다. 제목이나 지은이의 낱말로 찾습니다.",
    }
}

/// A book with what can be done about it.
fn show(book: &Book) -> Show {
    let (isbn, free) = (book.isbn.as_str(), book.free());
    let spot = book.spot.as_ref().map(Spot::as_str);
    let data = json!({
        "isbn": isbn,
        "title": book.title,
        "author": book.author,
        "free": free,
        "list_price": book.list_price.0,
        "spot": spot,
    });
    let mut show = Show::new("book", format!("「{}」 {}", book.title, book.author), data)
        .fact("남은 책", format!("{free}권"))
        .fact_if("자리", spot.map(str::to_owned))
        .fact("정가", format::won(book.list_price, Language::Ko))
        .fact("출판사", book.publisher.as_str())
        .fact("ISBN", isbn);
    let call = |why: &str, call| NextCall {
        why: why.to_owned(),
        function: "owner-shelve".to_owned(),
        call,
    };
    show.calls = vec![call("한 권 들이기", json!({ "books": [{ "isbn": isbn, "copies": 1 }] }))];
    show.calls.push(call("자리 고치기", json!({ "correct": [{ "isbn": isbn, "spot": "" }] })));
    if free > 0 {
        show.calls.push(call("모두 거두기", json!({ "withdraw": [{ "isbn": isbn }] })));
    }
    show
}
