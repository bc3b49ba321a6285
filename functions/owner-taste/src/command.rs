//! The call: what is to be shown or changed.

use admin::{
    Call, Fields, Problem,
    fields::{self, ISBN_EXAMPLE},
};
use domain::{
    base::id::WorkId,
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
        taste::{Choosing, During, Tags, Taste, Veto},
    },
    order::counter::Counter,
};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Most entries of a list in one call: one read of the table.
const MOST: usize = 50;

/// Most tags of a book or a mood, and the longest tag in characters.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 30;

/// Most characters of the owner's words about a book.
const LONGEST_WORDS: usize = 500;

/// A call, read.
pub(crate) enum Command {
    /// Show the taste that is in force.
    Show,
    /// Continue placing the books on the shelf.
    Place,
    /// Change something.
    Change(Box<Changes>),
}

/// What one call changes.
pub(crate) struct Changes {
    /// The counter, opened or closed.
    pub(crate) counter: Option<Counter>,
    pub(crate) books: Vec<BookChange>,
    pub(crate) taste: TasteChange,
}

/// Which work a change is about.
pub(crate) enum Which {
    /// The work that this is an edition of.
    Edition(Isbn),
    Work(WorkId),
}

/// What changes about one work. What is absent stays as it is.
pub(crate) struct BookChange {
    pub(crate) which: Which,
    love: Option<Love>,
    tags: Option<Vec<String>>,
    words: Option<String>,
}

/// What changes about the taste, beyond single books.
#[derive(Default)]
pub(crate) struct TasteChange {
    pub(crate) choosing: Option<During<Choosing>>,
    pub(crate) today: Option<During<Tags>>,
    pub(crate) season: Option<During<Tags>>,
    pub(crate) vetoes: Vec<During<Veto>>,
    pub(crate) lifted: Vec<Veto>,
}

impl Command {
    pub(crate) fn read(call: &Call, today: Date) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            let known = ["shop", "books", "choosing", "today", "season", "veto", "lift", "place"];
            fields.known(&known, &json!({ "today": { "tags": ["비", "밤"] } }));
            let counter = counter(fields, today);
            let books = list(fields, "books", |entry, _| book(entry));
            let taste = TasteChange {
                vetoes: list(fields, "veto", |entry, _| {
                    let veto = veto(entry)?;
                    during(entry, today, false, veto)
                }),
                lifted: list(fields, "lift", |entry, _| veto(entry)),
                choosing: choosing(fields, today),
                today: mood(fields, "today", today, true),
                season: mood(fields, "season", today, false),
            };
            Some(if counter.is_some() || !books.is_empty() || !taste.is_empty() {
                Self::Change(Box::new(Changes { counter, books, taste }))
            } else if fields.given("place") == Some(&Value::Bool(true)) {
                Self::Place
            } else {
                Self::Show
            })
        })
    }
}

impl BookChange {
    pub(crate) fn apply_to(&self, mut book: Book) -> Book {
        book.love = self.love.unwrap_or(book.love);
        if let Some(tags) = &self.tags {
            book.tags.clone_from(tags);
        }
        if let Some(words) = &self.words {
            book.words = Some(words.clone()).filter(|words| !words.is_empty());
        }
        book
    }
}

impl TasteChange {
    pub(crate) fn is_empty(&self) -> bool {
        self.choosing.is_none()
            && self.today.is_none()
            && self.season.is_none()
            && self.vetoes.is_empty()
            && self.lifted.is_empty()
    }

    /// The taste after the change. Entries that are over are dropped, repeated ones kept once.
    pub(crate) fn apply_to(&self, taste: Taste, today: Date) -> Taste {
        let mut taste = taste.tidied(today);
        add(&mut taste.choosing, self.choosing.as_ref());
        add(&mut taste.today, self.today.as_ref());
        add(&mut taste.season, self.season.as_ref());
        for veto in &self.vetoes {
            taste.vetoes.retain(|known| known.what != veto.what);
            add(&mut taste.vetoes, Some(veto));
        }
        taste.vetoes.retain(|known| !self.lifted.contains(&known.what));
        taste
    }
}

/// Adds an entry at the end; the oldest ones give way.
fn add<T: Clone + PartialEq>(entries: &mut Vec<During<T>>, entry: Option<&During<T>>) {
    let Some(entry) = entry else { return };
    entries.retain(|known| known != entry);
    entries.push(entry.clone());
    let more = entries.len().saturating_sub(Taste::LONGEST);
    entries.drain(..more);
}

fn list<'v, T>(
    fields: &mut Fields<'v, '_>,
    name: &str,
    read: impl FnMut(&mut Fields<'v, '_>, &'v Value) -> Option<T>,
) -> Vec<T> {
    let expected = format!("대괄호 안에 {MOST}개까지 적습니다");
    fields.list(name, 0..=MOST, expected, json!([]), read).unwrap_or_default()
}

fn book(entry: &mut Fields<'_, '_>) -> Option<BookChange> {
    let example = json!({ "isbn": ISBN_EXAMPLE, "love": 4 });
    entry.known(&["isbn", "work", "love", "tags", "words"], &example);
    let isbn = entry.given("isbn").and_then(fields::isbn);
    let work = entry.given("work").and_then(fields::work);
    let which = match (isbn, work) {
        (Some(isbn), None) => Some(Which::Edition(isbn)),
        (None, Some(work)) => Some(Which::Work(work)),
        _ => {
            let expected = "13자리 ISBN이나 작품의 이름(work) 가운데 하나를 따옴표 안에 적습니다";
            entry.problem("isbn", expected, ISBN_EXAMPLE);
            None
        }
    };
    let expected = "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다";
    let love = entry.optional("love", fields::love, expected, 4);
    let expected = "꼬리표를 20개까지 대괄호 안에 적습니다";
    let tags = fields::texts(MOST_TAGS, LONGEST_TAG);
    let tags = entry.optional("tags", tags, expected, json!(["밤", "겨울"]));
    let expected = "이 책에 대한 주인장의 말을 500글자까지 적습니다";
    let words = fields::text(0..=LONGEST_WORDS);
    let words = entry.optional("words", words, expected, "죽은 이를 오래 부르는 목소리");
    entry.checked()?;
    if love.is_none() && tags.is_none() && words.is_none() {
        entry.problem("", "love, tags, words 가운데 바꿀 것을 적습니다", example);
    }
    Some(BookChange { which: which?, love, tags, words })
}

/// `"open"`, `"closed"`, or `{"is": "closed", "until": "2026-12-01", "words": "…"}`.
fn counter(fields: &mut Fields<'_, '_>, today: Date) -> Option<Counter> {
    fields.given("shop")?;
    let closed = |value: &Value| match word(value, "is")? {
        "open" => Some(false),
        "closed" => Some(true),
        _ => None,
    };
    let expected = "open(새 주문을 받습니다) 또는 closed(받지 않습니다)를 적습니다";
    let example = json!({ "is": "closed", "until": today.to_string() });
    if !fields.required("shop", closed, expected, example)? {
        return Some(Counter { closed: None });
    }
    fields.object("shop", |shop| {
        let expected = format!("손님께 남길 말을 {}글자까지 적습니다", Counter::LONGEST);
        let words = fields::text(0..=Counter::LONGEST);
        let words = shop.optional("words", words, expected, "며칠 책을 사러 다녀옵니다.");
        shop.checked()?;
        let closed = during(shop, today, false, words.unwrap_or_default())?;
        Some(Counter { closed: Some(closed) })
    })
}

/// `"owner"`, `"auto"`, or `{"who": "owner", "until": "2026-12-01"}`.
fn choosing(fields: &mut Fields<'_, '_>, today: Date) -> Option<During<Choosing>> {
    fields.given("choosing")?;
    let who = |value: &Value| match word(value, "who")? {
        "auto" => Some(Choosing::Auto),
        "owner" => Some(Choosing::Owner),
        _ => None,
    };
    let expected = "owner(주인장이 고릅니다) 또는 auto(집이 고릅니다)를 적습니다";
    let who = fields.required("choosing", who, expected, "owner")?;
    fields.object("choosing", |choosing| during(choosing, today, false, who))
}

/// A text, or the text in a field of an object.
fn word<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.as_str().or_else(|| value.get(name)?.as_str())
}

/// A list of tags, or an object with `tags` and days.
fn mood(
    fields: &mut Fields<'_, '_>,
    name: &str,
    today: Date,
    one_day: bool,
) -> Option<During<Tags>> {
    let value = fields.given(name)?;
    let tags = if value.is_array() { Some(value) } else { value.get("tags") };
    let tags = tags.and_then(fields::texts(MOST_TAGS, LONGEST_TAG));
    fields.object(name, |mood| {
        let Some(tags) = tags else {
            let expected =
                "tags에 꼬리표를 20개까지 대괄호 안에 적습니다. 비워 두면([]) 마음을 비웁니다";
            mood.problem("tags", expected, json!(["비", "밤"]));
            return None;
        };
        during(mood, today, one_day, tags.into_iter().collect())
    })
}

fn veto(entry: &mut Fields<'_, '_>) -> Option<Veto> {
    let line = |name: &str| entry.given(name).and_then(fields::text(1..=usize::MAX));
    let work = line("work").and_then(|work| WorkId::try_from(work).ok());
    let veto = work
        .map(Veto::Work)
        .or_else(|| line("author").map(Veto::Author))
        .or_else(|| line("publisher").map(Veto::Publisher))
        .or_else(|| line("translator").map(Veto::Translator))
        .or_else(|| line("tag").map(Veto::Tag));
    if veto.is_none() {
        let expected = "work, author, publisher, translator, tag 가운데 하나를 적습니다";
        entry.problem("", expected, json!({ "author": "아무개", "until": "2026-12-31" }));
    }
    veto
}

/// From when until when: from today if not given; with `one_day` until the end of that day if not
/// given.
fn during<T>(
    fields: &mut Fields<'_, '_>,
    today: Date,
    one_day: bool,
    what: T,
) -> Option<During<T>> {
    let mut day = |name: &str| {
        let day =
            fields.optional(name, fields::date, "날짜를 연-월-일로 적습니다", today.to_string());
        fields.checked().map(|()| day)
    };
    let from = day("from")?.unwrap_or(today);
    let until = day("until")?.or_else(|| one_day.then_some(from));
    if until.is_some_and(|until| until < from || until < today) {
        let expected = "끝나는 날이 시작하는 날이나 오늘보다 앞섭니다";
        fields.problem("until", expected, from.max(today).to_string());
        return None;
    }
    Some(During { from, until, what })
}
