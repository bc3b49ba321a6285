//! One row of the call: read field by field, each problem with what was expected and an example.

use drawer::Problem;
use house::{
    choose::{Book, Love},
    id::WorkId,
    isbn::Isbn,
    money::Won,
    written,
};
use serde_json::{Value, json};

/// Most copies in one row: a typing error rather than a delivery above that.
const MOST_COPIES: u64 = 1_000;

/// Most tags of a book, and the longest tag in characters.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 40;

/// A book taken into stock.
pub(crate) struct Row {
    pub(crate) isbn: Isbn,
    pub(crate) title: String,
    pub(crate) copies: u32,
    work: Option<WorkId>,
    author: String,
    translator: Option<String>,
    publisher: String,
    pages: u32,
    list_price: Won,
    love: Love,
    tags: Vec<String>,
    words: Option<String>,
}

impl Row {
    #[expect(clippy::too_many_lines, reason = "one field after the other: a table of what was expected")]
    pub(crate) fn read(value: &Value, place: usize) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, expected: &str, example: Value| {
            problems.push(Problem::new(format!("books[{place}].{field}"), expected, example));
        };
        let text = |field: &str| {
            value
                .get(field)
                .and_then(Value::as_str)
                .map(written::line)
                .filter(|text| !text.is_empty() && text.chars().count() <= 200)
        };
        let isbn = match value.get("isbn").and_then(Value::as_str).map(str::parse::<Isbn>) {
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
        for (field, example) in [("title", "소년이 온다"), ("author", "한강"), ("publisher", "창비")]
        {
            if text(field).is_none() {
                wrong(field, "200글자까지의 글을 따옴표 안에 적습니다", json!(example));
            }
        }
        let number = |field: &str, least: u64, most: u64| {
            value.get(field).and_then(Value::as_u64).filter(|number| (least..=most).contains(number))
        };
        let pages = number("pages", 1, 10_000).and_then(|pages| u32::try_from(pages).ok());
        if pages.is_none() {
            wrong("pages", "쪽수를 숫자로 적습니다", json!(216));
        }
        let copies = number("copies", 1, MOST_COPIES).and_then(|copies| u32::try_from(copies).ok());
        if copies.is_none() {
            wrong("copies", &format!("들여온 권수를 1에서 {MOST_COPIES} 사이의 숫자로 적습니다"), json!(2));
        }
        let love = number("love", 0, 5)
            .and_then(|love| u8::try_from(love).ok())
            .and_then(|love| Love::try_from(love).ok());
        if love.is_none() {
            wrong("love", "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다", json!(4));
        }
        let list_price = number("list_price", 1, u64::from(u32::MAX)).map(Won);
        match list_price.map(crate::range) {
            None => wrong("list_price", "정가를 원 단위의 숫자로 적습니다", json!(15_000)),
            Some(Err(problem)) => wrong("list_price", &problem.expected, problem.example),
            Some(Ok(_)) => {}
        }
        let work = match value.get("work") {
            None | Some(Value::Null) => Some(None),
            Some(work) => work.as_str().and_then(|work| WorkId::try_from(work.to_owned()).ok()).map(Some),
        };
        if work.is_none() {
            wrong("work", "작품의 이름을 영문과 숫자로 적거나, 지웁니다", json!("human-acts"));
        }
        let translator = match value.get("translator") {
            None | Some(Value::Null) => Some(None),
            Some(_) => text("translator").map(Some),
        };
        if translator.is_none() {
            wrong("translator", "옮긴이를 따옴표 안에 적거나, 지웁니다", json!("아무개"));
        }
        let tags = match value.get("tags") {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(tags) => tags
                .as_array()
                .filter(|tags| tags.len() <= MOST_TAGS)
                .and_then(|tags| tags.iter().map(tag).collect()),
        };
        if tags.is_none() {
            wrong(
                "tags",
                &format!("{MOST_TAGS}개까지의 낱말을 대괄호 안에 적거나, 지웁니다"),
                json!(["밤", "겨울"]),
            );
        }
        match (isbn, text("title"), text("author"), text("publisher"), pages, copies, love, list_price, work)
        {
            (
                Some(isbn),
                Some(title),
                Some(author),
                Some(publisher),
                Some(pages),
                Some(copies),
                Some(love),
                Some(list_price),
                Some(work),
            ) if problems.is_empty() => Ok(Self {
                isbn,
                title,
                copies,
                work,
                author,
                translator: translator.flatten(),
                publisher,
                pages,
                list_price,
                love,
                tags: tags.unwrap_or_default(),
                words: text("words"),
            }),
            _ => Err(problems),
        }
    }

    /// The book as it stands after this row: new, or with more copies and the row's facts.
    pub(crate) fn onto(&self, before: Option<&Book>) -> Result<Book, Problem> {
        if let Some(before) = before
            && before.free() > 0
            && crate::range(before.list_price).ok() != crate::range(self.list_price).ok()
        {
            return Err(Problem::new(
                "list_price",
                format!(
                    "정가가 {}원일 때 들인 책이 {}권 남아 있어, 값의 폭이 다른 정가로 바꿀 수 없습니다",
                    before.list_price,
                    before.free()
                ),
                before.list_price.0,
            ));
        }
        let work = match (&self.work, before) {
            (Some(work), _) => work.clone(),
            (None, Some(before)) => before.work.clone(),
            (None, None) => WorkId::try_from(self.isbn.as_str().to_owned())
                .map_err(|why| Problem::new("isbn", why.to_string(), "9788936434120"))?,
        };
        Ok(Book {
            isbn: self.isbn.clone(),
            work,
            title: self.title.clone(),
            author: self.author.clone(),
            translator: self.translator.clone(),
            publisher: self.publisher.clone(),
            pages: self.pages,
            list_price: self.list_price,
            love: self.love,
            tags: self.tags.clone(),
            words: self.words.clone().or_else(|| before.and_then(|book| book.words.clone())),
            sent: before.and_then(|book| book.sent),
            standing: before.and_then(|book| book.standing),
            copies: before.map_or(0, |book| book.copies).saturating_add(self.copies),
            taken: before.map_or(0, |book| book.taken),
            back: before.map(|book| book.back.clone()).unwrap_or_default(),
        })
    }
}

/// One word that says what a book is about.
fn tag(value: &Value) -> Option<String> {
    value.as_str().map(written::line).filter(|tag| !tag.is_empty() && tag.chars().count() <= LONGEST_TAG)
}

/// A row that is right.
pub(crate) fn example() -> Value {
    json!({
        "isbn": "9788936434120", "title": "소년이 온다", "author": "한강", "publisher": "창비",
        "pages": 216, "list_price": 15_000, "love": 5, "tags": ["밤"], "copies": 2
    })
}
