//! What the owner reads.

use admin::{Answer, NextCall, Show};
use domain::{
    base::korean::Particle,
    catalog::{
        selection::Book,
        taste::{Choosing, During, Tags, Taste, Veto},
    },
    order::counter::Counter,
};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::Placing;

use crate::command::TasteChange;

pub(crate) const NO_SUCH_BOOK: &str = "서가에 없는 책입니다. owner-shelve로 먼저 들여 주세요";
pub(crate) const NO_SUCH_WORK: &str = "서가에 없는 작품입니다. owner-shelve로 먼저 들여 주세요";

pub(crate) const BUSY_BOOK: &str = "다른 손이 이 책을 바꾸고 있습니다. 한 번 더 불러 주세요";
pub(crate) const BUSY_COUNTER: &str = "다른 손이 가게 문을 만지고 있습니다. 한 번 더 불러 주세요";
pub(crate) const BUSY_TASTE: &str = "다른 손이 취향을 바꾸고 있습니다. 한 번 더 불러 주세요";

/// `2026-11-23부터 2026-11-30까지`.
pub(crate) fn days<T>(entry: &During<T>) -> String {
    match entry.until {
        Some(until) if until == entry.from => format!("{until} 하루"),
        Some(until) => format!("{}부터 {until}까지", entry.from),
        None => format!("{}부터", entry.from),
    }
}

fn veto(veto: &Veto) -> String {
    match veto {
        Veto::Work(work) => format!("작품 {}", Particle::Topic.attach(work.as_str())),
        Veto::Author(name) => format!("지은이 {name}의 책은"),
        Veto::Publisher(name) => format!("출판사 {name}의 책은"),
        Veto::Translator(name) => format!("옮긴이 {name}의 책은"),
        Veto::Tag(name) => format!("‘{name}’ 꼬리표가 붙은 책은"),
    }
}

/// What the call does to the taste, a line each.
pub(crate) fn taste_change(change: &TasteChange) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(entry) = &change.choosing {
        let who = match entry.what {
            Choosing::Auto => "집이 고릅니다",
            Choosing::Owner => "주인장이 고릅니다(주문마다 세 권이 책상에 올라옵니다)",
        };
        lines.push(format!("{} {who}", days(entry)));
    }
    for (name, entry) in [("오늘의 마음", &change.today), ("계절의 마음", &change.season)]
    {
        if let Some(entry) = entry {
            let tags: Vec<&str> = entry.what.iter().map(String::as_str).collect();
            lines.push(format!("{} {name}: {}", days(entry), tags.join(", ")));
        }
    }
    lines.extend(
        change
            .vetoes
            .iter()
            .map(|entry| format!("{} {} 보내지 않습니다", days(entry), veto(&entry.what))),
    );
    lines.extend(change.lifted.iter().map(|lifted| format!("{} 다시 보내도 됩니다", veto(lifted))));
    lines
}

/// What the call does to the counter.
pub(crate) fn counter_change(after: &Counter, done: bool) -> String {
    match (&after.closed, done) {
        (None, true) => "계산대를 열었습니다. 새 주문을 받습니다".into(),
        (None, false) => "계산대를 열고 새 주문을 받습니다".into(),
        (Some(closed), true) => {
            format!("{} 계산대를 닫았습니다. 이미 결제된 주문은 그대로 이어집니다", days(closed))
        }
        (Some(closed), false) => format!(
            "{} 계산대를 닫고 새 주문을 받지 않습니다. 이미 결제된 주문은 그대로 이어집니다",
            days(closed)
        ),
    }
}

/// A book after its change.
pub(crate) fn book(book: &Book) -> String {
    let tags = if book.tags.is_empty() { "없음".to_owned() } else { book.tags.join(", ") };
    let words = book.words.as_ref().map(|words| format!(", 주인장의 말 “{words}”"));
    format!(
        "「{}」 아낌 {}, 꼬리표 {tags}{}",
        book.title,
        u8::from(book.love),
        words.unwrap_or_default()
    )
}

/// How far the books are placed.
pub(crate) fn placing(placing: &Placing) -> String {
    let Placing { seen, moved, range, .. } = placing;
    let so_far = format!("서가의 책 {seen}권을 새 취향으로 살펴 {moved}권의 자리를 옮겼습니다");
    match range {
        None => format!("{so_far}. 모두 마쳤습니다"),
        Some(_) => format!("{so_far}. 남은 책은 5분마다 저절로 이어집니다"),
    }
}

/// The taste in force, and the counter.
pub(crate) fn taste(taste: &Taste, counter: Counter, placed: bool, today: Date) -> Show {
    let Taste { choosing, today: moods, season, vetoes } = taste.clone().tidied(today);
    let who = |who: Choosing| match who {
        Choosing::Auto => "집이 고름(auto)",
        Choosing::Owner => "주인장이 고름(owner)",
    };
    let mood = |entries: &[During<Tags>]| -> Vec<Value> {
        entries.iter().map(|entry| json!({ "days": days(entry), "tags": entry.what })).collect()
    };
    let choosing: Vec<Value> = choosing
        .iter()
        .map(|entry| json!({ "days": days(entry), "who": who(entry.what) }))
        .collect();
    let vetoes: Vec<String> = vetoes
        .iter()
        .map(|entry| format!("{} {} 보내지 않습니다", days(entry), veto(&entry.what)))
        .collect();
    let closed = counter.closed.filter(|closed| !closed.is_over(today));
    let is_closed = closed.is_some();
    let open_or_closed =
        closed.map_or_else(|| "열림".into(), |closed| format!("{} 닫음", days(&closed)));
    let moods_in_words = |entries: &[During<Tags>]| {
        let entries = entries.iter().map(|entry| {
            let tags: Vec<&str> = entry.what.iter().map(String::as_str).collect();
            format!("{} {}", days(entry), tags.join(", "))
        });
        Some(entries.collect::<Vec<_>>().join(" · ")).filter(|words| !words.is_empty())
    };
    let owner_chooses = taste.choosing(today) == Choosing::Owner;
    let title = "가게와 취향";
    let mut show = Show::new("taste", title, Value::Null)
        .fact("가게", open_or_closed.as_str())
        .fact("고르는 이", if owner_chooses { "주인장" } else { "집의 규칙" })
        .fact_if("오늘의 마음", moods_in_words(&moods))
        .fact_if("계절의 마음", moods_in_words(&season))
        .fact_if("보내지 않는 책", (!vetoes.is_empty()).then(|| vetoes.join(" · ")));
    show.calls = changes(owner_chooses, is_closed);
    show.data = json!({
        "shop": open_or_closed,
        "choosing_now": who(taste.choosing(today)),
        "choosing": choosing,
        "today": mood(&moods),
        "season": mood(&season),
        "veto": vetoes,
        "placed": placed,
    });
    show
}

/// What the owner may want to turn round.
fn changes(owner_chooses: bool, closed: bool) -> Vec<NextCall> {
    let call = |why: &str, call| NextCall {
        why: why.to_owned(),
        function: "owner-taste".to_owned(),
        call,
    };
    let choosing = if owner_chooses {
        call("집의 규칙으로 고르기", json!({ "choosing": "auto" }))
    } else {
        call("주인장이 고르기", json!({ "choosing": "owner" }))
    };
    let shop = if closed {
        call("가게 열기", json!({ "shop": "open" }))
    } else {
        call("가게 닫기", json!({ "shop": { "is": "closed", "until": null, "words": null } }))
    };
    vec![choosing, shop]
}

/// What a confirmed call means for the choices to come.
pub(crate) const FROM_NOW_ON: &str =
    "지금부터 고르는 책은 이 취향을 따릅니다. 이미 책상에 올라온 주문은 그대로입니다.";

/// How to change what was shown.
pub(crate) fn how_to_change(answer: &mut Answer) {
    answer.next.push(
        "바꾸려면 shop, choosing, today, season, veto, lift, books 가운데 바꿀 것을 적습니다. \
         예: calls"
            .into(),
    );
    let example = json!({
        "today": { "tags": ["비", "밤"] },
        "books": [{ "isbn": "9788936434120", "love": 5, "words": "죽은 이를 오래 부르는 목소리" }]
    });
    answer.offer("바꾸기", "owner-taste", example);
}
