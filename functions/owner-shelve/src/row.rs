//! One row of the call: read field by field, each problem with what was expected and an example.

use admin::{Problem, strangers};
use domain::{
    base::{free_text, id::WorkId, money::Won, price::PriceRange},
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
    },
};
use serde_json::{Map, Value, json};

/// Most copies in one row: a typing error rather than a delivery above that.
const MOST_COPIES: u64 = 1_000;

/// Most tags of a book, and the longest tag in characters.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 40;

/// The fields of a row.
pub(crate) const FIELDS: [&str; 12] = [
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
    "work",
    "copies",
];

/// What is said of one book: copies that come in, or facts to be corrected. What is not said stays
/// as it is.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The row's place in the call, for the problems: `books[3]`.
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
}

impl Row {
    /// Reads a row. `comes_in`: copies are to be said; a correction says none.
    #[expect(
        clippy::too_many_lines,
        reason = "one field after the other: a table of what was expected"
    )]
    pub(crate) fn read(value: &Value, at: &str, comes_in: bool) -> Result<Self, Vec<Problem>> {
        let nothing = Map::new();
        let fields = value.as_object().unwrap_or(&nothing);
        let mut problems = strangers(fields, &format!("{at}."), &FIELDS, &example());
        let mut wrong = |field: &str, expected: &str, example: Value| {
            problems.push(Problem::new(format!("{at}.{field}"), expected, example));
        };
        let said = |field: &str| fields.get(field).filter(|value| !value.is_null());
        let text = |value: &Value| {
            value
                .as_str()
                .map(free_text::line)
                .filter(|text| !text.is_empty() && text.chars().count() <= 200)
        };
        let isbn = match said("isbn").and_then(Value::as_str).map(str::parse::<Isbn>) {
            Some(Ok(isbn)) => Some(isbn),
            Some(Err(why)) => {
                wrong("isbn", &format!("ISBN이 아닙니다 ({why})"), json!("9788936434120"));
                None
            }
            None => {
                wrong("isbn", "13자리 ISBN을 따옴표 안에 적습니다", json!("9788936434120"));
                None
            }
        };
        let mut texts = [None, None, None, None, None];
        for (place, (field, example)) in texts.iter_mut().zip(TEXTS) {
            let Some(value) = said(field) else { continue };
            *place = text(value);
            if place.is_none() {
                wrong(field, "200글자까지의 글을 따옴표 안에 적습니다", json!(example));
            }
        }
        let [title, author, publisher, translator, words] = texts;
        let number = |field: &str, least: u64, most: u64| {
            said(field).map(|value| value.as_u64().filter(|number| (least..=most).contains(number)))
        };
        let pages = match number("pages", 1, 10_000) {
            Some(None) => {
                wrong("pages", "쪽수를 숫자로 적습니다", json!(216));
                None
            }
            pages => pages.flatten().and_then(|pages| u32::try_from(pages).ok()),
        };
        let copies = match (comes_in, number("copies", 1, MOST_COPIES)) {
            (true, Some(Some(copies))) => u32::try_from(copies).unwrap_or_default(),
            (true, _) => {
                wrong(
                    "copies",
                    &format!("들여온 권수를 1에서 {MOST_COPIES} 사이의 숫자로 적습니다"),
                    json!(2),
                );
                0
            }
            (false, None) => 0,
            (false, Some(_)) => {
                let expected = "권수는 고치는 것이 아니라 들이거나(books) 거둡니다(withdraw)";
                wrong("copies", expected, Value::Null);
                0
            }
        };
        let love = match number("love", 0, 5) {
            Some(None) => {
                wrong("love", "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다", json!(4));
                None
            }
            love => love.flatten().and_then(|love| u8::try_from(love).ok()?.try_into().ok()),
        };
        let list_price = match number("list_price", 1, u64::from(u32::MAX)) {
            None => None,
            Some(None) => {
                wrong("list_price", "정가를 원 단위의 숫자로 적습니다", json!(15_000));
                None
            }
            Some(Some(price)) if PriceRange::of(Won(price)).is_none() => {
                let most = PriceRange::Heavy.up_to();
                let expected = format!(
                    "정가는 1원에서 {most}원 사이여야 합니다. 이 가게의 값의 폭이 거기까지입니다"
                );
                wrong("list_price", &expected, json!(15_000));
                None
            }
            Some(Some(price)) => Some(Won(price)),
        };
        let work = said("work").and_then(|work| {
            let read = work.as_str().and_then(|work| WorkId::try_from(work.to_owned()).ok());
            if read.is_none() {
                wrong("work", "작품의 이름을 영문과 숫자로 적거나, 지웁니다", json!("human-acts"));
            }
            read
        });
        let tags = said("tags").and_then(|tags| {
            let read: Option<Vec<String>> = tags
                .as_array()
                .filter(|tags| tags.len() <= MOST_TAGS)
                .and_then(|tags| tags.iter().map(tag).collect());
            if read.is_none() {
                let expected = format!("{MOST_TAGS}개까지의 낱말을 대괄호 안에 적거나, 지웁니다");
                wrong("tags", &expected, json!(["밤", "겨울"]));
            }
            read
        });
        match isbn {
            Some(isbn) if problems.is_empty() => Ok(Self {
                at: at.to_owned(),
                isbn,
                copies,
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
            }),
            _ => Err(problems),
        }
    }

    /// The book as it stands after this row. A book that the shop never had needs all its facts;
    /// `love` is that of another edition, if there is one.
    pub(crate) fn onto(
        &self,
        before: Option<&Book>,
        love: Option<Love>,
    ) -> Result<Book, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut missing = |field: &str, expected: &str, example: Value| {
            problems.push(Problem::new(format!("{}.{field}", self.at), expected, example));
        };
        let text =
            |said: &Option<String>, known: Option<&String>| said.clone().or_else(|| known.cloned());
        let title = text(&self.title, before.map(|book| &book.title));
        let author = text(&self.author, before.map(|book| &book.author));
        let publisher = text(&self.publisher, before.map(|book| &book.publisher));
        for (known, (field, example)) in [&title, &author, &publisher].into_iter().zip(TEXTS) {
            if known.is_none() {
                missing(
                    field,
                    "처음 들이는 책입니다. 200글자까지의 글을 따옴표 안에 적습니다",
                    json!(example),
                );
            }
        }
        let pages = self.pages.or(before.map(|book| book.pages));
        if pages.is_none() {
            missing("pages", "처음 들이는 책입니다. 쪽수를 숫자로 적습니다", json!(216));
        }
        let list_price = self.list_price.or(before.map(|book| book.list_price));
        if list_price.is_none() {
            missing(
                "list_price",
                "처음 들이는 책입니다. 정가를 원 단위의 숫자로 적습니다",
                json!(15_000),
            );
        }
        let love = self.love.or(before.map(|book| book.love)).or(love);
        if love.is_none() {
            missing(
                "love",
                "처음 들이는 책입니다. 얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다",
                json!(4),
            );
        }
        // An ISBN is always a work's name.
        let own = || WorkId::try_from(self.isbn.as_str().to_owned()).ok();
        let work = self.work.clone().or_else(|| before.map(|book| book.work.clone())).or_else(own);
        match (title, author, publisher, pages, list_price, love, work) {
            (
                Some(title),
                Some(author),
                Some(publisher),
                Some(pages),
                Some(list_price),
                Some(love),
                Some(work),
            ) => Ok(Book {
                isbn: self.isbn.clone(),
                work,
                title,
                author,
                translator: text(
                    &self.translator,
                    before.and_then(|book| book.translator.as_ref()),
                ),
                publisher,
                pages,
                list_price,
                love,
                tags: self
                    .tags
                    .clone()
                    .or_else(|| before.map(|book| book.tags.clone()))
                    .unwrap_or_default(),
                words: text(&self.words, before.and_then(|book| book.words.as_ref())),
                sent: before.and_then(|book| book.sent),
                standing: before.and_then(|book| book.standing),
                copies: before.map_or(0, |book| book.copies).saturating_add(self.copies),
                taken: before.map_or(0, |book| book.taken),
                back: before.map(|book| book.back.clone()).unwrap_or_default(),
            }),
            _ => Err(problems),
        }
    }
}

/// The fields of text, with examples. The first three a book can not be without.
const TEXTS: [(&str, &str); 5] = [
    ("title", "소년이 온다"),
    ("author", "한강"),
    ("publisher", "창비"),
    ("translator", "아무개"),
    ("words", "죽은 이를 오래 부르는 목소리"),
];

/// One word that says what a book is about.
fn tag(value: &Value) -> Option<String> {
    value
        .as_str()
        .map(free_text::line)
        .filter(|tag| !tag.is_empty() && tag.chars().count() <= LONGEST_TAG)
}

/// A row that is right.
pub(crate) fn example() -> Value {
    json!({
        "isbn": "9788936434120", "title": "소년이 온다", "author": "한강", "publisher": "창비",
        "pages": 216, "list_price": 15_000, "love": 5, "tags": ["밤"], "copies": 2
    })
}
