//! 집: new versions of the rooms are checked, previewed, opened and reverted, and errata reach the
//! visitors they concern.

use domain::riddle::content::RoomSet;
use local::{Breakage, Fault as Break, Service};
use serde_json::{Value, json};
use walk::{Shop, Walker, ready};

use super::before_riddle;

/// The file of the riddle whose answer is 별 헤는 밤, and how a newer version asks for it.
const FILE: &str = "study/counting-stars.toml";
const ASKS: &str = "제목이 바래어 첫소리만 남았소";
const ASKS_NEWLY: &str = "책등의 제목이 바래어 첫소리만 보이는구려";

/// The new version's files.
fn files() -> Value {
    let (_, text) = RoomSet::built_in_files().into_iter().find(|(name, _)| *name == FILE).unwrap();
    assert!(text.contains(ASKS));
    json!({ FILE: text.replace(ASKS, ASKS_NEWLY) })
}

/// A confirmed call and its answer. Unlike other functions', its dry run returns the whole call.
async fn does(shop: &Shop, call: Value) -> Value {
    let preview = shop.owner("owner-house", call).await;
    assert_eq!(preview["status"], 200, "{preview:#}");
    let answer = shop.owner("owner-house", ready(&preview)).await;
    assert_eq!(answer["status"], 200, "{answer:#}");
    assert_ne!(answer["did"], json!([]), "{answer:#}");
    answer
}

async fn kept_and_opened(shop: &Shop) {
    does(shop, json!({ "do": "preview", "version": "2027-01", "files": files() })).await;
    does(shop, json!({ "do": "load", "version": "2027-01" })).await;
}

/// A visitor who gets the riddle of the stars in the open version.
async fn before_the_stars(shop: &Shop) -> Walker {
    for _ in 0..200 {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        visitor.by_plain_door().await;
        if visitor.here().says(ASKS) || visitor.here().says(ASKS_NEWLY) {
            return visitor;
        }
    }
    panic!("nobody meets the riddle of the stars");
}

#[tokio::test]
async fn a_version_is_checked_in_plain_korean() {
    let shop = Shop::empty().await;
    let well = shop.owner("owner-house", json!({ "do": "check", "files": files() })).await;
    assert!(well["next"].to_string().contains("고칠 데가 없습니다"), "{well:#}");
    assert_eq!(well["shows"][0]["data"]["minutes_by_plain_door"], 2, "{well:#}");
    let mut broken = files();
    broken["study/mirror.toml"] = json!("method = ");
    broken["cellar/star.toml"] = broken[FILE].clone();
    broken[FILE] = json!(broken[FILE].as_str().unwrap().replace("[\"서시\"", "[\"별\""));
    let ill = shop.owner("owner-house", json!({ "do": "check", "files": broken.clone() })).await;
    let said = ill["shows"].to_string();
    for finding in [
        "study/mirror.toml, 1째 줄",
        "house.toml에 없는 방 cellar의 것입니다",
        "다른 데에도 적혀 있습니다",
    ] {
        assert!(said.contains(finding), "{ill:#}");
    }
    // A broken version is neither stored nor opened.
    let refused = shop
        .owner("owner-house", json!({ "do": "preview", "version": "2027-01", "files": broken }))
        .await;
    assert_eq!(
        (refused["status"].as_u64(), refused["problems"][0]["field"].as_str()),
        (Some(400), Some("files"))
    );
    let unknown = shop.owner("owner-house", json!({ "do": "load", "version": "2027-01" })).await;
    assert_eq!(unknown["problems"][0]["field"], "version", "{unknown:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_visitor_finishes_on_the_version_they_entered() {
    let shop = Shop::empty().await;
    let mut early = before_riddle(&shop, "counting-stars").await;
    kept_and_opened(&shop).await;
    let mut late = before_the_stars(&shop).await;
    assert!(late.here().says(ASKS_NEWLY), "{:?}", late.here());
    assert!(
        early.reload().await.says(ASKS) && !early.here().says(ASKS_NEWLY),
        "{:?}",
        early.here()
    );
    for visitor in [&mut early, &mut late] {
        visitor.guess("별 헤는 밤").await;
        assert!(!visitor.here().has_door("riddle"), "{:?}", visitor.here());
        visitor.onward().await;
        visitor.through_the_rooms(walk::Doors::Plain).await;
        visitor.expect("guestbook");
    }
    // Reverting twice reverts once.
    let preview = shop.owner("owner-house", json!({ "do": "back" })).await;
    for _ in 0..2 {
        let back = shop.owner("owner-house", ready(&preview)).await;
        assert_eq!(back["status"], 200, "{back:#}");
    }
    let mut after = before_the_stars(&shop).await;
    assert!(after.here().says(ASKS), "{:?}", after.here());
    assert!(
        late.go("/study").await.says("그 밤이 아직"),
        "who entered the other version is still in it"
    );
    after.by_plain_door().await;
    shop.nothing_failed();
}

/// Another program is deployed: the stored rooms of this program get another name and other words,
/// as if an older program had stored them, and its visitors are in that version.
#[tokio::test]
async fn a_visitor_finishes_on_the_rooms_of_the_program_they_entered() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, "counting-stars").await;
    let version = RoomSet::built_in().unwrap().version();
    let kept = || shop.item("HOUSE", &format!("ROOMS#{version}"));
    assert_eq!(kept(), Value::Null);
    shop.minutes_pass(5).await;
    let rooms = kept();
    assert!(rooms["files"]["M"][FILE]["S"].as_str().unwrap().contains(ASKS), "{rooms:#}");

    let renamed = |item: &Value| -> Value {
        serde_json::from_str(
            &item.to_string().replace(version, "2025-01").replace(ASKS, ASKS_NEWLY),
        )
        .unwrap()
    };
    shop.put_back(&renamed(&rooms));
    for visit in shop.items().iter().filter(|item| item["kind"]["S"] == "visit") {
        shop.put_back(&renamed(visit));
    }
    assert!(visitor.reload().await.says(ASKS_NEWLY), "{:?}", visitor.here());
    visitor.guess("별 헤는 밤").await;
    assert!(!visitor.here().has_door("riddle"), "{:?}", visitor.here());
    let late = before_the_stars(&shop).await;
    assert!(late.here().says(ASKS), "{:?}", late.here());

    // The sweep checks every five minutes and writes nothing again.
    shop.system().wire().forget_calls();
    shop.minutes_pass(10).await;
    assert_eq!(shop.system().wire().count(Service::Dynamodb, "TransactWriteItems"), 0);
    shop.nothing_failed();
}

/// A version that this program cannot read any more shuts nobody out.
#[tokio::test]
async fn visitors_of_an_unreadable_version_go_on_in_the_current_rooms() {
    let shop = Shop::empty().await;
    kept_and_opened(&shop).await;
    let mut visitor = before_the_stars(&shop).await;
    let rooms = shop.item("HOUSE", "ROOMS#2027-01").to_string().replace("method = ", "way = ");
    shop.put_back(&serde_json::from_str(&rooms).unwrap());
    // `wait` has not read the version yet.
    visitor.by_plain_door().await;
    assert_eq!(
        (visitor.here().step(), visitor.here().status.as_u16()),
        ("wait", 200),
        "{:?}",
        visitor.here()
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn a_stranger_sees_the_door_and_its_prices_while_the_table_does_not_answer() {
    let shop = Shop::empty().await;
    let fault = Break::on(Service::Dynamodb, "GetItem", Breakage::Error500).of("door").times(3);
    shop.system().wire().inject(fault);
    let mut stranger = shop.visitor();
    let page = stranger.go("/").await;
    assert!(page.status.as_u16() == 200 && page.says("값은 모두 이렇습니다"), "{page:?}");
}

#[tokio::test]
async fn a_stored_version_is_never_changed() {
    let shop = Shop::empty().await;
    kept_and_opened(&shop).await;
    let mut other = files();
    other[FILE] = json!(other[FILE].as_str().unwrap().replace(ASKS_NEWLY, "첫소리만 남았구려"));
    let answer = shop
        .owner("owner-house", json!({ "do": "preview", "version": "2027-01", "files": other }))
        .await;
    assert_eq!(
        (answer["status"].as_u64(), answer["problems"][0]["field"].as_str()),
        (Some(400), Some("version"))
    );
}

#[tokio::test]
async fn the_owner_walks_a_version_before_it_is_open_and_neither_counts_nor_orders() {
    let shop = Shop::open().await;
    let answer =
        does(&shop, json!({ "do": "preview", "version": "2027-01", "files": files() })).await;
    let link = answer["shows"][0]["data"]["preview"].as_str().unwrap().to_owned();
    let at = link.find("/?preview=").unwrap();
    let path = &link[at..];
    let mut owner = shop.visitor();
    let mut met = false;
    for _ in 0..100 {
        owner.go(path).await;
        assert!(owner.here().says("아직 열지 않은 판 2027-01"), "{:?}", owner.here());
        owner.onward().await;
        owner.by_plain_door().await;
        met |= owner.here().says(ASKS_NEWLY);
        if met {
            break;
        }
    }
    assert!(met, "the new riddle was never met");
    shop.minutes_pass(1).await;
    let stuck = shop.owner("owner-stuck", json!({})).await;
    assert!(stuck["next"].to_string().contains("다녀간 손님이 없습니다"), "{stuck:#}");
    // A preview ends at the counter, before an order.
    owner.through_the_rooms(walk::Doors::Plain).await;
    owner.sign().await;
    assert!(owner.write_letter().await.says("미리보기는 여기까지입니다"), "{:?}", owner.here());
    let mut reader = shop.visitor();
    reader.to_the_counter(walk::Doors::Plain).await;
    let order = owner.ask(super::sent(&reader.filled_counter("middle"))).await;
    assert!(
        order.status.as_u16() == 409 && order.says("이 걸음으로는 주문할 수 없고"),
        "{order:?}"
    );
    assert!(shop.items().iter().all(|item| item["kind"]["S"] != "order"), "nothing was ordered");
    // Visitors stay in the open version, and a changed link is refused.
    let mut visitor = before_the_stars(&shop).await;
    assert!(visitor.here().says(ASKS));
    assert_eq!(visitor.go(&path.replace("2027-01", "2027-02")).await.status.as_u16(), 404);
    shop.nothing_failed();
}

#[tokio::test]
async fn an_answer_accepted_after_the_fact_opens_the_door_of_those_who_gave_it() {
    let shop = Shop::empty().await;
    let mut who = before_riddle(&shop, "counting-stars").await;
    who.guess("별 헤아리는 밤").await;
    assert!(who.here().has_door("riddle"), "{:?}", who.here());
    // The same, with the keyboard set to Latin letters.
    let mut latin = before_riddle(&shop, "counting-stars").await;
    latin.guess("qufgpdkflsmsqka").await;
    assert!(latin.here().has_door("riddle"), "{:?}", latin.here());
    let mut other = before_riddle(&shop, "counting-stars").await;
    other.guess("코끼리").await;
    let call = json!({ "do": "accept", "room": "study", "riddle": "counting-stars", "answer": "별 헤아리는 밤" });
    let preview = shop.owner("owner-house", call).await;
    assert!(preview["would_do"].to_string().contains("손님 2명"), "{preview:#}");
    for _ in 0..2 {
        let done = shop.owner("owner-house", ready(&preview)).await;
        assert_eq!(done["status"], 200, "{done:#}");
    }
    assert!(!latin.reload().await.has_door("riddle"), "{:?}", latin.here());
    assert!(!who.reload().await.has_door("riddle"), "{:?}", who.here());
    let told = who.mailbox().await.all("ul.letters li").len();
    assert_eq!(told, 1, "told once: {:?}", who.here());
    assert!(who.here().says("아까 하신 말씀이 맞았소"), "{:?}", who.here());
    // For the other visitor nothing has changed, and the answer opens from now on.
    assert!(other.reload().await.has_door("riddle"));
    other.guess("별 헤아리는 밤").await;
    assert!(!other.here().has_door("riddle"), "{:?}", other.here());
    for (riddle, answer, field) in [
        ("no-such", "별", "riddle"),
        ("counting-stars", "!", "answer"),
        ("counting-stars", "서시", ""),
    ] {
        let call = json!({ "do": "accept", "room": "study", "riddle": riddle, "answer": answer });
        let said = shop.owner("owner-house", call).await;
        assert_eq!(said["problems"][0]["field"].as_str().unwrap_or_default(), field, "{said:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn an_erratum_clears_the_counts_of_those_it_concerns_and_tells_them() {
    let shop = Shop::empty().await;
    let mut stands = before_riddle(&shop, "counting-stars").await;
    for word in ["코끼리", "자전거", "우체통", "도깨비"] {
        stands.guess(word).await;
    }
    assert_eq!(stands.here().status.as_u16(), 429);
    let mut elsewhere = before_riddle(&shop, "flowers-on-the-hill").await;
    elsewhere.guess("코끼리").await;
    kept_and_opened(&shop).await;
    let say = json!({ "ko": "글자 하나를 고쳤습니다.", "en": "A letter is mended." });
    let call = json!({ "do": "erratum", "room": "study", "riddle": "counting-stars", "say": say });
    let preview = shop.owner("owner-house", call).await;
    assert!(preview["would_do"].to_string().contains("손님 1명"), "{preview:#}");
    for _ in 0..2 {
        let done = shop.owner("owner-house", ready(&preview)).await;
        assert_eq!(done["status"], 200, "{done:#}");
    }
    // They see the corrected text and need not wait.
    assert!(stands.go("/study").await.says(ASKS_NEWLY), "{:?}", stands.here());
    assert_eq!(stands.guess("도깨비").await.status.as_u16(), 200);
    assert_eq!(stands.mailbox().await.all("ul.letters li").len(), 1, "told once");
    assert!(stands.here().says("글자 하나를 고쳤습니다."));
    assert_eq!(elsewhere.mailbox().await.all("ul.letters li").len(), 0, "nobody else is told");
    // A visitor whose door has opened meanwhile gets no erratum.
    shop.minutes_pass(25).await;
    let none = shop.owner("owner-house", ready(&preview)).await;
    assert!(none["did"].to_string().contains("손님 0명"), "{none:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn another_version_costs_one_more_read_once_and_none_while_warm() {
    let shop = Shop::empty().await;
    kept_and_opened(&shop).await;
    let mut visitor = before_the_stars(&shop).await;
    let mut reads = Vec::new();
    for _ in 0..3 {
        let system = shop.system();
        system.wire().forget_calls();
        visitor.reload().await;
        let calls = system.wire().calls();
        let table = calls.iter().filter(|((_, service, _), _)| *service == Service::Dynamodb);
        reads.push(table.map(|(_, calls)| *calls).sum::<usize>());
    }
    // `study` has read the version before.
    assert_eq!(reads, [1, 1, 1]);
    let mut wait = visitor.clone();
    shop.system().wire().forget_calls();
    wait.by_plain_door().await;
    wait.expect("wait");
    let calls = shop.system().wire().calls();
    let of_wait: usize = calls
        .iter()
        .filter(|((function, service, _), _)| function == "wait" && *service == Service::Dynamodb)
        .map(|(_, calls)| *calls)
        .sum();
    assert_eq!(of_wait, 2, "a function that meets the version for the first time reads it once");
}
