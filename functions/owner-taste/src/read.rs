//! The call: read field by field, each problem with what was expected and an example.

use admin::{Problem, strangers};
use domain::{
    base::{free_text, id::WorkId, korean::Particle},
    catalog::{
        isbn::Isbn,
        selection::{Book, Love},
        taste::{Choosing, During, Tags, Taste, Veto},
    },
    order::counter::Counter,
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Most books in one call: one read of the table.
const MOST: usize = 50;

/// Most tags of a book or a mood.
const MOST_TAGS: usize = 20;

/// Of which work something is said.
pub(crate) enum Which {
    /// Of the one that this is an edition of.
    Edition(Isbn),
    /// Of this.
    Work(WorkId),
}

/// What changes about one work.
pub(crate) struct OfBook {
    pub(crate) which: Which,
    love: Option<Love>,
    tags: Option<Vec<String>>,
    words: Option<String>,
}

impl OfBook {
    pub(crate) fn onto(&self, mut book: Book) -> Book {
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

/// The counter, opened or closed.
pub(crate) struct Shutter {
    /// When it is closed; none to open it.
    pub(crate) closed: Option<During<String>>,
}

impl Shutter {
    /// What is done to the counter, in words.
    pub(crate) fn line(&self, done: bool) -> String {
        match (&self.closed, done) {
            (None, true) => "계산대를 열었습니다. 새 주문을 받습니다".into(),
            (None, false) => "계산대를 열고 새 주문을 받습니다".into(),
            (Some(closed), true) => {
                format!(
                    "{} 계산대를 닫았습니다. 이미 결제된 주문은 그대로 이어집니다",
                    days(closed)
                )
            }
            (Some(closed), false) => {
                format!(
                    "{} 계산대를 닫고 새 주문을 받지 않습니다. 이미 결제된 주문은 그대로 이어집니다",
                    days(closed)
                )
            }
        }
    }
}

/// A call, read.
#[derive(Default)]
pub(crate) struct Command {
    pub(crate) shop: Option<Shutter>,
    pub(crate) books: Vec<OfBook>,
    choosing: Option<During<Choosing>>,
    today: Option<During<Tags>>,
    season: Option<During<Tags>>,
    vetoes: Vec<During<Veto>>,
    lifted: Vec<Veto>,
}

impl Command {
    pub(crate) fn read(fields: &Map<String, Value>, today: Date) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wish = Self::default();
        let known = ["shop", "books", "choosing", "today", "season", "veto", "lift", "place"];
        problems.extend(strangers(
            fields,
            "",
            &known,
            &json!({ "today": { "tags": ["비", "밤"] } }),
        ));
        wish.shop = one(fields, "shop", &mut problems, |value| shutter(value, today));
        wish.books = list(fields, "books", &mut problems, book);
        wish.vetoes = list(fields, "veto", &mut problems, |value, field| {
            let what = veto(value, field)?;
            during(value, field, today, false, what).map_err(|problem| vec![problem])
        });
        wish.lifted = list(fields, "lift", &mut problems, veto);
        wish.choosing = one(fields, "choosing", &mut problems, |value| {
            let name = value.as_str().or_else(|| value.get("who")?.as_str());
            let who = match name {
                Some("auto") => Choosing::Auto,
                Some("owner") => Choosing::Owner,
                _ => {
                    let expected = "owner(주인장이 고릅니다) 또는 auto(집이 고릅니다)를 적습니다";
                    return Err(Problem::new("choosing", expected, "owner"));
                }
            };
            during(value, "choosing", today, false, who)
        });
        wish.today = one(fields, "today", &mut problems, |value| {
            during(value, "today", today, true, mood(value, "today")?)
        });
        wish.season = one(fields, "season", &mut problems, |value| {
            during(value, "season", today, false, mood(value, "season")?)
        });
        if problems.is_empty() { Ok(wish) } else { Err(problems) }
    }

    /// Whether the call changes the taste itself, beyond single books.
    pub(crate) fn changes_taste(&self) -> bool {
        self.choosing.is_some()
            || self.today.is_some()
            || self.season.is_some()
            || !self.vetoes.is_empty()
            || !self.lifted.is_empty()
    }

    /// The taste after this call. What is over is dropped, and what is said again stands once.
    pub(crate) fn onto(&self, taste: Taste, today: Date) -> Taste {
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

    /// What the call does to the taste, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(entry) = &self.choosing {
            let who = match entry.what {
                Choosing::Auto => "집이 고릅니다",
                Choosing::Owner => "주인장이 고릅니다(주문마다 세 권이 책상에 올라옵니다)",
            };
            lines.push(format!("{} {who}", days(entry)));
        }
        for (name, entry) in [("오늘의 마음", &self.today), ("계절의 마음", &self.season)]
        {
            if let Some(entry) = entry {
                let tags: Vec<&str> = entry.what.iter().map(String::as_str).collect();
                lines.push(format!("{} {name}: {}", days(entry), tags.join(", ")));
            }
        }
        lines.extend(
            self.vetoes
                .iter()
                .map(|veto| format!("{} {} 보내지 않습니다", days(veto), name(&veto.what))),
        );
        lines.extend(self.lifted.iter().map(|veto| format!("{} 다시 보내도 됩니다", name(veto))));
        lines
    }
}

/// `2026-11-23부터 2026-11-30까지`.
pub(crate) fn days<T>(entry: &During<T>) -> String {
    match entry.until {
        Some(until) if until == entry.from => format!("{until} 하루"),
        Some(until) => format!("{}부터 {until}까지", entry.from),
        None => format!("{}부터", entry.from),
    }
}

/// A veto's name with its kind.
pub(crate) fn name(veto: &Veto) -> String {
    match veto {
        Veto::Work(work) => format!("작품 {}", Particle::Topic.attach(work.as_str())),
        Veto::Author(name) => format!("지은이 {name}의 책은"),
        Veto::Publisher(name) => format!("출판사 {name}의 책은"),
        Veto::Translator(name) => format!("옮긴이 {name}의 책은"),
        Veto::Tag(name) => format!("‘{name}’ 꼬리표가 붙은 책은"),
    }
}

fn add<T: Clone + PartialEq>(entries: &mut Vec<During<T>>, entry: Option<&During<T>>) {
    let Some(entry) = entry else { return };
    entries.retain(|known| known != entry);
    entries.push(entry.clone());
    let more = entries.len().saturating_sub(Taste::LONGEST);
    entries.drain(..more);
}

fn list<T>(
    fields: &Map<String, Value>,
    field: &str,
    problems: &mut Vec<Problem>,
    read: impl Fn(&Value, &str) -> Result<T, Vec<Problem>>,
) -> Vec<T> {
    let values = match fields.get(field) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(values)) if values.len() <= MOST => values,
        Some(_) => {
            let expected = format!("대괄호 안에 {MOST}개까지 적습니다");
            problems.push(Problem::new(field, expected, json!([])));
            return Vec::new();
        }
    };
    let mut read_ones = Vec::new();
    for (place, value) in values.iter().enumerate() {
        match read(value, &format!("{field}[{place}]")) {
            Ok(one) => read_ones.push(one),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    read_ones
}

fn one<T>(
    fields: &Map<String, Value>,
    field: &str,
    problems: &mut Vec<Problem>,
    read: impl Fn(&Value) -> Result<T, Problem>,
) -> Option<T> {
    let value = fields.get(field).filter(|value| !value.is_null())?;
    read(value).map_err(|problem| problems.push(problem)).ok()
}

fn book(value: &Value, field: &str) -> Result<OfBook, Vec<Problem>> {
    let known = ["isbn", "work", "love", "tags", "words"];
    let example = json!({ "isbn": "9788936434120", "love": 4 });
    let mut problems = value
        .as_object()
        .map(|fields| strangers(fields, &format!("{field}."), &known, &example))
        .unwrap_or_default();
    let mut wrong = |name: &str, expected: &str, example: Value| {
        problems.push(Problem::new(format!("{field}.{name}"), expected, example));
    };
    let isbn = value.get("isbn").and_then(Value::as_str).and_then(|isbn| isbn.parse::<Isbn>().ok());
    let work = value.get("work").and_then(Value::as_str);
    let work = work.and_then(|work| WorkId::try_from(work.to_owned()).ok());
    let which = match (isbn, work) {
        (Some(isbn), None) => Some(Which::Edition(isbn)),
        (None, Some(work)) => Some(Which::Work(work)),
        _ => {
            let expected = "13자리 ISBN이나 작품의 이름(work) 가운데 하나를 따옴표 안에 적습니다";
            wrong("isbn", expected, json!("9788936434120"));
            None
        }
    };
    let love = match value.get("love") {
        None | Some(Value::Null) => None,
        Some(love) => {
            let read = love.as_u64().and_then(|love| u8::try_from(love).ok());
            let read = read.and_then(|love| Love::try_from(love).ok());
            if read.is_none() {
                wrong("love", "얼마나 아끼는지 0에서 5 사이의 숫자로 적습니다", json!(4));
            }
            read
        }
    };
    let tags = match value.get("tags") {
        None | Some(Value::Null) => None,
        Some(tags) => {
            let read = texts(tags);
            if read.is_none() {
                wrong("tags", "꼬리표를 20개까지 대괄호 안에 적습니다", json!(["밤", "겨울"]));
            }
            read
        }
    };
    let words = match value.get("words") {
        None | Some(Value::Null) => None,
        Some(words) => {
            let read =
                words.as_str().map(free_text::line).filter(|words| words.chars().count() <= 500);
            if read.is_none() {
                let example = json!("죽은 이를 오래 부르는 목소리");
                wrong("words", "이 책에 대한 주인장의 말을 500글자까지 적습니다", example);
            }
            read
        }
    };
    if love.is_none() && tags.is_none() && words.is_none() && problems.is_empty() {
        problems.push(Problem::new(
            field,
            "love, tags, words 가운데 바꿀 것을 적습니다",
            json!({ "isbn": "9788936434120", "love": 4 }),
        ));
    }
    match which {
        Some(which) if problems.is_empty() => Ok(OfBook { which, love, tags, words }),
        _ => Err(problems),
    }
}

/// `"open"`, `"closed"`, or `{"is": "closed", "until": "2026-12-01", "words": "…"}`.
fn shutter(value: &Value, today: Date) -> Result<Shutter, Problem> {
    let closed = match value.as_str().or_else(|| value.get("is")?.as_str()) {
        Some("open") => return Ok(Shutter { closed: None }),
        Some("closed") => match value.get("words") {
            None | Some(Value::Null) => String::new(),
            Some(words) => words
                .as_str()
                .map(free_text::line)
                .filter(|words| words.chars().count() <= Counter::LONGEST)
                .ok_or_else(|| {
                    let expected =
                        format!("손님께 남길 말을 {}글자까지 적습니다", Counter::LONGEST);
                    Problem::new("shop.words", expected, "며칠 책을 사러 다녀옵니다.")
                })?,
        },
        _ => {
            let expected = "open(새 주문을 받습니다) 또는 closed(받지 않습니다)를 적습니다";
            return Err(Problem::new(
                "shop",
                expected,
                json!({ "is": "closed", "until": today.to_string() }),
            ));
        }
    };
    Ok(Shutter { closed: Some(during(value, "shop", today, false, closed)?) })
}

fn veto(value: &Value, field: &str) -> Result<Veto, Vec<Problem>> {
    let text = |name: &str| {
        value.get(name).and_then(Value::as_str).map(free_text::line).filter(|text| !text.is_empty())
    };
    let work = text("work").and_then(|work| WorkId::try_from(work).ok()).map(Veto::Work);
    work.or_else(|| text("author").map(Veto::Author))
        .or_else(|| text("publisher").map(Veto::Publisher))
        .or_else(|| text("translator").map(Veto::Translator))
        .or_else(|| text("tag").map(Veto::Tag))
        .ok_or_else(|| {
            let expected = "work, author, publisher, translator, tag 가운데 하나를 적습니다";
            vec![Problem::new(
                field,
                expected,
                json!({ "author": "아무개", "until": "2026-12-31" }),
            )]
        })
}

fn mood(value: &Value, field: &str) -> Result<Tags, Problem> {
    let tags = if value.is_array() { Some(value) } else { value.get("tags") };
    tags.and_then(texts).map(|tags| tags.into_iter().collect()).ok_or_else(|| {
        let expected =
            "tags에 꼬리표를 20개까지 대괄호 안에 적습니다. 비워 두면([]) 마음을 비웁니다";
        Problem::new(format!("{field}.tags"), expected, json!(["비", "밤"]))
    })
}

/// From when until when: from today unless said; the mood of a day for that day alone.
fn during<T>(
    value: &Value,
    field: &str,
    today: Date,
    one_day: bool,
    what: T,
) -> Result<During<T>, Problem> {
    let day = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(day) => {
            day.as_str().and_then(|day| day.parse::<Date>().ok()).map(Some).ok_or_else(|| {
                let example = today.to_string();
                Problem::new(format!("{field}.{name}"), "날짜를 연-월-일로 적습니다", example)
            })
        }
    };
    let from = day("from")?.unwrap_or(today);
    let until = day("until")?.or_else(|| one_day.then_some(from));
    if until.is_some_and(|until| until < from || until < today) {
        let expected = "끝나는 날이 시작하는 날이나 오늘보다 앞섭니다";
        return Err(Problem::new(format!("{field}.until"), expected, from.max(today).to_string()));
    }
    Ok(During { from, until, what })
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let values = value.as_array().filter(|values| values.len() <= MOST_TAGS)?;
    values
        .iter()
        .map(|tag| {
            tag.as_str()
                .map(free_text::line)
                .filter(|tag| !tag.is_empty() && tag.chars().count() <= 30)
        })
        .collect()
}
