//! 취향: what the owner loves, the mood of the day and the season, what is not sent, who chooses, and
//! whether the counter takes orders, each with its days. A change is a dry run first. The books are
//! then placed anew, page by page, while orders go on; a schedule calls with `place` until all of
//! them are.

mod place;
mod read;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem};
use domain::{
    base::calendar,
    catalog::{
        isbn::Isbn,
        taste::{Choosing, During, Mood, Tags, Taste},
    },
    order::counter::Counter,
};
use serde_json::{Value, json};
use store::{Lost, Placing};

use read::{Command, OfBook, Shutter, Which, days, name};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let wish = match Command::read(&call.fields, today) {
        Ok(wish) => wish,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::well();
    if !wish.changes_taste() && wish.books.is_empty() && wish.shop.is_none() {
        if call.fields.get("place").is_some_and(|place| *place == true) {
            answer.did.push(line(&place::go_on(&desk, call.now).await?));
        } else {
            show(&desk, &call, &mut answer).await?;
        }
        return Ok(answer);
    }
    let mut problems = Vec::new();
    let mood = desk.store.taste().await?.0.value.mood(today);
    for (place, of_book) in wish.books.iter().enumerate() {
        match love(&desk, of_book, &mood, &call).await? {
            Ok(did) => said(&mut answer, &call, did),
            Err(why) => {
                problems.push(Problem::new(format!("books[{place}].isbn"), why, "9788936434120"));
            }
        }
    }
    if let Some(shutter) = &wish.shop {
        match shop(&desk, shutter, &call).await? {
            Ok(line) => said(&mut answer, &call, line),
            Err(problem) => problems.push(problem),
        }
    }
    if wish.changes_taste() {
        match change(&desk, &wish, &call).await? {
            Ok(()) => wish.lines().into_iter().for_each(|line| said(&mut answer, &call, line)),
            Err(problem) => problems.push(problem),
        }
    }
    if call.confirmed {
        if wish.changes_taste() {
            answer.did.push(line(&place::go_on(&desk, call.now).await?));
        }
        if wish.changes_taste() || !wish.books.is_empty() {
            answer.next.push(
                "지금부터 고르는 책은 이 취향을 따릅니다. 이미 책상에 올라온 주문은 그대로입니다."
                    .into(),
            );
        } else {
            answer.next.push("owner-desk로 남은 일을 볼 수 있습니다.".into());
        }
    } else {
        answer.next.push(call.asks());
        answer.call = Some(call.to_confirm());
    }
    if !problems.is_empty() {
        answer.status = 400;
        answer.next.push("problems에 적힌 것은 하지 않았습니다.".into());
        answer.problems = problems;
    }
    Ok(answer)
}

fn said(answer: &mut Answer, call: &Call, line: String) {
    if call.confirmed { answer.did.push(line) } else { answer.would_do.push(line) }
}

/// Changes what the owner says about a work, in all its editions. The same twice changes nothing
/// the second time.
async fn love(
    desk: &AdminState,
    of_book: &OfBook,
    mood: &Mood,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let editions = match &of_book.which {
        Which::Edition(isbn) => {
            let Some(book) = desk.store.books(std::slice::from_ref(isbn)).await?.remove(isbn)
            else {
                return Ok(Err("서가에 없는 책입니다. owner-shelve로 먼저 들여 주세요".into()));
            };
            let mut editions = desk.store.editions(&book.value.work).await?;
            editions.retain(|other| other != isbn);
            editions.insert(0, isbn.clone());
            editions
        }
        Which::Work(work) => desk.store.editions(work).await?,
    };
    let mut line = None;
    for isbn in &editions {
        match edition(desk, isbn, of_book, mood, call).await? {
            Ok(said) => line = line.or(Some(said)),
            Err(why) => return Ok(Err(why)),
        }
    }
    let others = editions.len().saturating_sub(1);
    let others = if others > 0 { format!(" (다른 판 {others}종도)") } else { String::new() };
    Ok(line
        .map(|line| line + &others)
        .ok_or_else(|| "서가에 없는 작품입니다. owner-shelve로 먼저 들여 주세요".into()))
}

async fn edition(
    desk: &AdminState,
    isbn: &Isbn,
    of_book: &OfBook,
    mood: &Mood,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let day = calendar::today(call.now);
    for _ in 0..ROUNDS {
        let Some(book) = desk.store.books(std::slice::from_ref(isbn)).await?.remove(isbn) else {
            return Ok(Err("서가에 없는 책입니다. owner-shelve로 먼저 들여 주세요".into()));
        };
        let after = of_book.onto(book.value.clone()).placed(day, mood);
        let line = format!(
            "「{}」 아낌 {}, 꼬리표 {}{}",
            after.title,
            u8::from(after.love),
            if after.tags.is_empty() { "없음".to_owned() } else { after.tags.join(", ") },
            after
                .words
                .as_ref()
                .map(|words| format!(", 주인장의 말 “{words}”"))
                .unwrap_or_default()
        );
        if !call.confirmed || after == book.value {
            return Ok(Ok(line));
        }
        match desk.store.save_book(&book.with(after)).await {
            Ok(()) => return Ok(Ok(line)),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(Err("다른 손이 이 책을 바꾸고 있습니다. 한 번 더 불러 주세요".into()))
}

/// Opens or closes the counter.
async fn shop(
    desk: &AdminState,
    wish: &Shutter,
    call: &Call,
) -> Result<Result<String, Problem>, AdminError> {
    for _ in 0..ROUNDS {
        let counter = desk.store.counter().await?;
        let after = Counter { closed: wish.closed.clone() };
        let line = wish.line(call.confirmed);
        if !call.confirmed || after == counter.value {
            return Ok(Ok(line));
        }
        match desk.store.save_counter(&counter.with(after)).await {
            Ok(()) => return Ok(Ok(line)),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(Err(Problem::new(
        "shop",
        "다른 손이 가게 문을 만지고 있습니다. 한 번 더 불러 주세요",
        Value::Null,
    )))
}

/// Changes the taste itself.
async fn change(
    desk: &AdminState,
    wish: &Command,
    call: &Call,
) -> Result<Result<(), Problem>, AdminError> {
    let today = calendar::today(call.now);
    for _ in 0..ROUNDS {
        let (taste, _) = desk.store.taste().await?;
        let after = wish.onto(taste.value.clone(), today);
        if !call.confirmed || after == taste.value {
            return Ok(Ok(()));
        }
        match desk.store.save_taste(&taste.with(after)).await {
            Ok(()) => return Ok(Ok(())),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(Err(Problem::new(
        "(전체)",
        "다른 손이 취향을 바꾸고 있습니다. 한 번 더 불러 주세요",
        Value::Null,
    )))
}

async fn show(desk: &AdminState, call: &Call, answer: &mut Answer) -> Result<(), AdminError> {
    let (taste, placing) = desk.store.taste().await?;
    let counter = desk.store.counter().await?.value;
    let today = calendar::today(call.now);
    let Taste { choosing, today: moods, season, vetoes } = taste.value.clone().tidied(today);
    let who = |who: Choosing| match who {
        Choosing::Auto => "집이 고름(auto)",
        Choosing::Owner => "주인장이 고름(owner)",
    };
    let mood = |entries: &[During<Tags>]| -> Vec<Value> {
        entries.iter().map(|entry| json!({ "days": days(entry), "tags": entry.what })).collect()
    };
    answer.shows = vec![json!({
        "shop": counter.closed.filter(|closed| !closed.is_over(today)).map_or_else(
            || "열림".to_owned(),
            |closed| format!("{} 닫음", days(&closed)),
        ),
        "choosing_now": who(taste.value.choosing(today)),
        "choosing": choosing.iter().map(|entry| json!({ "days": days(entry), "who": who(entry.what) })).collect::<Vec<_>>(),
        "today": mood(&moods),
        "season": mood(&season),
        "veto": vetoes.iter().map(|veto| format!("{} {} 보내지 않습니다", days(veto), name(&veto.what))).collect::<Vec<_>>(),
        "placed": placing.value.is_done(today, taste.version),
    })];
    answer.next.push(
        "바꾸려면 shop, choosing, today, season, veto, lift, books 가운데 바꿀 것을 적습니다. 예: call"
            .into(),
    );
    answer.call = Some(json!({
        "today": { "tags": ["비", "밤"] },
        "books": [{ "isbn": "9788936434120", "love": 5, "words": "죽은 이를 오래 부르는 목소리" }]
    }));
    Ok(())
}

fn line(placing: &Placing) -> String {
    let Placing { seen, moved, range, .. } = placing;
    let so_far = format!("서가의 책 {seen}권을 새 취향으로 살펴 {moved}권의 자리를 옮겼습니다");
    match range {
        None => format!("{so_far}. 모두 마쳤습니다"),
        Some(_) => format!("{so_far}. 남은 책은 5분마다 저절로 이어집니다"),
    }
}
