//! One row of the call.

use admin::{Fields, Problem, fields};
use domain::{
    base::{id::WorkId, money::Won, price::PriceRange},
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
        spot::Spot,
    },
};
use serde_json::{Value, json};

/// Most copies in one row. More is a typing error rather than a delivery.
const MOST_COPIES: u32 = 1_000;

/// Most tags of a book, and the longest tag in characters.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 40;

/// No book costs less; a smaller number is the rest of one that was cut at its comma.
const LEAST_PRICE: Won = Won(1_000);

/// Most characters of a fact in words.
const LONGEST_TEXT: usize = 200;

/// The fields of a row.
pub(crate) const FIELDS: [&str; 13] = [
    "isbn",
    "title",
    "author",
    "translator",
    "publisher",
    "pages",
    "list_price",
    "love",
    "tags",
    "words",
    "spot",
    "work",
    "copies",
];

/// Copies of one book that come in, or facts to be corrected. An absent fact stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The row's place in the call: `books[3]`, `csv 3행`.
    pub(crate) at: String,
    pub(crate) isbn: Isbn,
    /// Copies that come in; none for a correction.
    pub(crate) copies: u32,
    pub(crate) love: Option<Love>,
    pub(crate) work: Option<WorkId>,
    title: Option<String>,
    author: Option<String>,
    translator: Option<String>,
    publisher: Option<String>,
    pages: Option<u32>,
    list_price: Option<Won>,
    tags: Option<Vec<String>>,
    words: Option<String>,
    spot: Option<Spot>,
}

impl Row {
    /// Reads the row at `at`. Copies are required with `adds` and rejected without it.
    pub(crate) fn read(value: &Value, at: &str, adds: bool) -> Result<Self, Vec<Problem>> {
        fields::read(value, at, |row| {
            row.known(&FIELDS, &example());
            let isbn = row.isbn("isbn", "13자리 ISBN을 따옴표 안에 적습니다");
            let [title, author, publisher, translator, words] = TEXTS.map(|(name, example)| {
                let expected = "200글자까지의 글을 따옴표 안에 적습니다";
                row.optional(name, fields::text(1..=LONGEST_TEXT), expected, example)
            });
            let pages = fields::number(1..=10_000);
            let pages = row.optional("pages", pages, "쪽수를 숫자로 적습니다", 216);
            let copies = copies(row, adds);
            let expected = "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다";
            let love = row.optional("love", fields::love, expected, 4);
            let list_price = list_price(row);
            let expected = "책이 놓인 자리를 20글자까지 적거나, 지웁니다";
            let spot = |value: &Value| Spot::try_from(value.as_str()?.to_owned()).ok();
            let spot = row.optional("spot", spot, expected, "가-3");
            let expected = "작품의 이름을 영문과 숫자로 적거나, 지웁니다";
            let work = row.optional("work", fields::work, expected, "human-acts");
            let expected = format!("{MOST_TAGS}개까지의 낱말을 대괄호 안에 적거나, 지웁니다");
            let tags = fields::texts(MOST_TAGS, LONGEST_TAG);
            let tags = row.optional("tags", tags, expected, json!(["밤", "겨울"]));
            Some(Self {
                at: at.to_owned(),
                isbn: isbn?,
                copies: copies?,
                love,
                work,
                title,
                author,
                translator,
                publisher,
                pages,
                list_price,
                tags,
                words,
                spot,
            })
        })
    }

    /// The book after this row. What the row does not say stays as it is.
    pub(crate) fn apply_to(&self, mut book: Book) -> Book {
        set(&mut book.title, self.title.as_ref());
        set(&mut book.author, self.author.as_ref());
        set(&mut book.publisher, self.publisher.as_ref());
        set(&mut book.pages, self.pages.as_ref());
        set(&mut book.list_price, self.list_price.as_ref());
        set(&mut book.love, self.love.as_ref());
        set(&mut book.work, self.work.as_ref());
        set(&mut book.tags, self.tags.as_ref());
        book.translator = self.translator.clone().or(book.translator);
        book.words = self.words.clone().or(book.words);
        book.spot = self.spot.clone().or(book.spot);
        book.copies = book.copies.saturating_add(self.copies);
        book
    }

    /// A book that the shop never had: the row has to say all its facts. `love` is that of another
    /// edition, if there is one.
    pub(crate) fn new_book(&self, love: Option<Love>) -> Result<Book, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut missing = |field: &str, expected: &str, example: Value| {
            let expected = format!("처음 들이는 책입니다. {expected}");
            problems.push(Problem::new(format!("{}.{field}", self.at), expected, example));
        };
        let (title, author, publisher) = (&self.title, &self.author, &self.publisher);
        for (text, (field, example)) in [title, author, publisher].into_iter().zip(TEXTS) {
            if text.is_none() {
                missing(field, "200글자까지의 글을 따옴표 안에 적습니다", json!(example));
            }
        }
        if self.pages.is_none() {
            missing("pages", "쪽수를 숫자로 적습니다", json!(216));
        }
        if self.list_price.is_none() {
            missing("list_price", "정가를 원 단위의 숫자로 적습니다", json!(15_000));
        }
        let love = self.love.or(love);
        if love.is_none() {
            missing("love", "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다", json!(4));
        }
        // An ISBN is always a valid name of a work.
        let own = || WorkId::try_from(self.isbn.as_str().to_owned()).ok();
        let facts = (title.clone(), author.clone(), publisher.clone(), self.pages, self.list_price);
        let (facts, love, work) = (facts, love, self.work.clone().or_else(own));
        match (facts, love, work) {
            (
                (Some(title), Some(author), Some(publisher), Some(pages), Some(list_price)),
                Some(love),
                Some(work),
            ) => Ok(Book {
                isbn: self.isbn.clone(),
                work,
                title,
                author,
                translator: self.translator.clone(),
                publisher,
                pages,
                list_price,
                love,
                tags: self.tags.clone().unwrap_or_default(),
                words: self.words.clone(),
                spot: self.spot.clone(),
                sent: None,
                standing: None,
                copies: self.copies,
                taken: 0,
                back: Vec::default(),
            }),
            _ => Err(problems),
        }
    }
}

fn set<T: Clone>(fact: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        fact.clone_from(given);
    }
}

/// The copies that come in: required with `adds`, a problem without it.
fn copies(row: &mut Fields<'_, '_>, adds: bool) -> Option<u32> {
    if adds {
        let expected = format!("들여온 권수를 1에서 {MOST_COPIES} 사이의 숫자로 적습니다");
        return row.required("copies", fields::number(1..=MOST_COPIES), expected, 2);
    }
    if row.given("copies").is_some() {
        let expected = "권수는 고치는 것이 아니라 들이거나(books) 거둡니다(withdraw)";
        row.problem("copies", expected, Value::Null);
    }
    Some(0)
}

fn list_price(row: &mut Fields<'_, '_>) -> Option<Won> {
    let price = fields::number(1..=u64::from(u32::MAX));
    let expected = "정가를 원 단위의 숫자로 적습니다";
    let price = Won(row.optional("list_price", price, expected, 15_000)?);
    if price < LEAST_PRICE {
        let expected = format!(
            "정가가 {LEAST_PRICE}원보다 적습니다. 15,000을 쉼표에서 잘라 적은 것은 아닌지 보십시오"
        );
        row.problem("list_price", expected, 15_000);
    } else if PriceRange::of(price).is_none() {
        let most = PriceRange::Heavy.up_to();
        let expected = format!(
            "정가는 1원에서 {most}원 사이여야 합니다. 이 가게의 책값 범위가 거기까지입니다"
        );
        row.problem("list_price", expected, 15_000);
    }
    Some(price)
}

/// The fields of text, with examples. Every book has the first three.
const TEXTS: [(&str, &str); 5] = [
    ("title", "소년이 온다"),
    ("author", "한강"),
    ("publisher", "창비"),
    ("translator", "아무개"),
    ("words", "죽은 이를 오래 부르는 목소리"),
];

/// A correct row.
pub(crate) fn example() -> Value {
    json!({
        "isbn": "9788936434120", "title": "소년이 온다", "author": "한강", "publisher": "창비",
        "pages": 216, "list_price": 15_000, "love": 5, "tags": ["밤"], "copies": 2
    })
}
