//! A morning of thirty orders on a telephone: from the day's page to the posted parcels by forms
//! alone, with the taps counted; and the same morning by the console.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Pay, Recipient, Shop, Walker, book, shown};

/// Orders of a morning.
const ORDERS: usize = 30;

/// Most taps of a morning whose numbers are typed one by one.
const BY_HAND: usize = 72;

/// Most taps of a morning by the carrier's file.
const BY_FILE: usize = 45;

/// Why a book is picked that the letter names.
const BECAUSE: &str = "가지고 계신 것은 옛 판입니다.";

fn books() -> Vec<Value> {
    let at = |price: u64, from: u32| (from..from + 4).map(move |number| book(number, price, 3, 4));
    at(12_000, 1).chain(at(16_000, 11)).chain(at(21_000, 21)).collect()
}

/// A shop with a morning of orders: three ranges, two letters that name a book.
async fn evening() -> (Shop, Vec<(Walker, String)>) {
    let shop = Shop::with_books(&books()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let mut orders = Vec::new();
    for number in 0..ORDERS {
        let letter = match number {
            4 => "「없는 책 11」은 이미 있어요.",
            8 => "없는 책 21을 오래 찾았습니다.",
            _ => "요즘은 해가 일찍 집니다.",
        };
        let range = ["light", "middle", "heavy"][number % 3];
        let mut reader = shop
            .visitor()
            .living(Recipient::of_many(number))
            .writing(&format!("읽는이 {number}"), letter);
        let order = reader.to_an_order(Doors::Plain, range).await;
        reader.pay(Pay::Approve).await;
        orders.push((reader, order));
    }
    shop.settle().await;
    (shop, orders)
}

/// The number of the parcel of the order in this place: no two are the same.
fn number(place: usize) -> String {
    format!("61234567{place:04}")
}

fn orders_of(shop: &Shop, states: &str) -> Vec<String> {
    let desk = shop.items_of_kind("order");
    desk.iter()
        .filter(|order| order["state"]["S"] == states)
        .map(|order| order["id"]["S"].as_str().unwrap().to_owned())
        .collect()
}

/// What the morning left: of each reader the state, the parcel and what is still held; of each book
/// its copies.
fn left(shop: &Shop) -> BTreeMap<String, Value> {
    let orders = shop.items_of_kind("order").into_iter().map(|order| {
        let phone = order["address"]["M"]["phone"]["S"].as_str().unwrap().to_owned();
        let kept = ["state", "choice", "parcel", "number", "total", "refunds", "promised"];
        let fields = kept.map(|field| (field.to_owned(), order[field].clone()));
        (phone, Value::Object(fields.into_iter().collect()))
    });
    let books = shop.items_of_kind("book").into_iter().map(|mut book| {
        book.as_object_mut().unwrap().remove("version");
        (book["pk"]["S"].as_str().unwrap().to_owned(), book)
    });
    orders.chain(books).collect()
}

/// The words of the buttons that pick with one tap. A book that the letter names asks for a reason.
fn picks(phone: &OwnerDevice) -> Vec<String> {
    let picks = phone.here().all(".pick > form button").into_iter();
    picks.map(|button| button.text().collect()).collect()
}

/// Chooses for every order: one tap each, two more where the letter names every proposal. A book whose
/// last copy went to an earlier order has no button.
async fn choose_all(phone: &mut OwnerDevice) {
    phone.follow("고르기").await;
    for left in (1..=ORDERS).rev() {
        assert!(phone.here().says(&format!("고르기 {left}")), "{:?}", phone.here());
        if phone.has_button("세 권을 새로 권하기") {
            phone.press("세 권을 새로 권하기").await;
            assert!(phone.here().says("새로 권했습니다"), "{:?}", phone.here());
        }
        if let Some(pick) = picks(phone).first().cloned() {
            phone.press(&pick).await;
        } else {
            // A reason is asked for, behind a fold.
            let pick: String = phone.here().first(".pick button").unwrap().text().collect();
            phone.fill("/picks/0/because", BECAUSE).press(&pick).await;
        }
        assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
        assert!(phone.here().says("되돌리기"), "{:?}", phone.here());
    }
    assert!(phone.here().says("고를 주문이 없습니다"), "{:?}", phone.here());
}

/// The rows of a carrier's file below its heading, read by another program than the one that wrote it.
async fn carrier_file(phone: &mut OwnerDevice, words: &str) -> Vec<Vec<String>> {
    use calamine::{DataType as _, Reader as _};
    let path = phone.link(words);
    let request = http::Request::get(&path).body(Vec::new().into()).unwrap();
    let response = phone.download(request).await;
    let named = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.contains(".xlsx"), "{named}");
    let bytes = std::io::Cursor::new(response.into_body().to_vec());
    let mut book = calamine::Xlsx::new(bytes).expect("xlsx");
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows = sheet.rows().skip(1);
    rows.map(|row| {
        row.iter().map(|cell| cell.get_string().unwrap_or_default().to_owned()).collect()
    })
    .collect()
}

/// Prints and packs.
async fn pack_all(phone: &mut OwnerDevice) {
    phone.follow("포장").await;
    phone.follow("꺼낼 책 목록").await;
    assert_eq!(phone.here().all("table.list tbody tr").len(), ORDERS);
    phone.press("쪽지로").await;
    assert_eq!(phone.here().all("article.slip").len(), 2 * ORDERS, "a slip and a letter each");
    assert!(!phone.here().says("없는 책 12"), "no slip names the book");
    phone.follow("라벨로").await;
    assert_eq!(phone.here().all("svg.labels").len(), 2, "thirty labels on two sheets of sixteen");
    assert!(!phone.here().text().contains("없는 책"), "no label names a book");
    // The labels are stuck on last, so their page has the button, too.
    phone.press("모두 포장했습니다").await;
    assert!(phone.here().says("포장할 책이 없습니다"), "{:?}", phone.here());
}

#[tokio::test]
async fn thirty_orders_are_chosen_packed_and_posted_by_hand() {
    let (shop, orders) = evening().await;
    let mut phone = OwnerDevice::let_in(&shop, "주인장 전화기").await;
    phone.open("/office").await;
    assert!(phone.here().says("편지에 책 이름 2"), "{:?}", phone.here());
    choose_all(&mut phone).await;
    shop.settle().await;
    pack_all(&mut phone).await;
    shop.settle().await;
    assert_eq!(orders_of(&shop, "packed").len(), ORDERS);

    phone.follow("부치기").await;
    for (place, (_, order)) in orders.iter().enumerate() {
        phone.fill(&format!("number-{order}"), &number(place));
    }
    phone.press("살펴보기").await;
    assert!(phone.here().says("부칩니다 30"), "{:?}", phone.here());
    assert!(orders_of(&shop, "shipped").is_empty(), "an early Enter posts nothing");
    phone.press("30개 부친 것으로 적고 알리기").await;
    shop.settle().await;
    assert_eq!(orders_of(&shop, "shipped").len(), ORDERS, "{:?}", phone.here());
    println!("a morning by hand: {} taps", phone.taps());
    assert!(phone.taps() <= BY_HAND, "{} taps", phone.taps());

    let mut reader = orders[0].0.clone();
    let told = reader.notices().await;
    assert_eq!(told[..4], ["paid", "chosen", "packed", "shipped"], "{told:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_same_morning_by_the_console_leaves_the_same() {
    let (by_forms, orders) = evening().await;
    let mut phone = OwnerDevice::let_in(&by_forms, "주인장 전화기").await;
    phone.open("/office").await;
    choose_all(&mut phone).await;
    by_forms.settle().await;
    pack_all(&mut phone).await;
    by_forms.settle().await;
    phone.follow("부치기").await;
    // The carrier's file and its answer, with two parcels of somebody else's in it.
    let given = carrier_file(&mut phone, "CJ대한통운에 올릴 파일").await;
    let mut sheet = vec!["예약번호\t운송장번호\t받는분\t고객주문번호".to_owned()];
    for (place, (_, order)) in orders.iter().enumerate() {
        let own = by_forms.order(order).number.unwrap().to_string();
        let phone_number = by_forms.order(order).address.phone.reveal().clone();
        let row = given.iter().find(|row| row[8] == own).expect("the order is in the file");
        assert_eq!(row[3].replace('-', ""), phone_number, "{row:?}");
        sheet.push(format!("{place}\t{}\t{}\t{own}", number(place), row[2]));
    }
    for stranger in ["20261126-99", "A-17"] {
        sheet.push(format!("\t999999999999\t남\t{stranger}"));
    }
    phone.fill("paste", &sheet.join("\n")).press("살펴보기").await;
    assert_eq!(phone.here().status.as_u16(), 422, "{:?}", phone.here());
    assert!(phone.here().says("고쳐 주십시오 2"), "the strangers are named: {:?}", phone.here());
    phone.press("30개 부친 것으로 적고 알리기").await;
    by_forms.settle().await;
    println!("a morning by the carrier’s file: {} taps", phone.taps());
    assert!(phone.taps() <= BY_FILE, "{} taps", phone.taps());

    let (by_console, orders) = evening().await;
    loop {
        let next = by_console.owner("owner-choose", json!({ "next": true })).await;
        if next["left"].as_u64().is_none_or(|left| left == 0) {
            break;
        }
        // The first proposal that is there and needs no reason, as on the telephone.
        let (show, calls) = (&next["shows"][0], next["shows"][0]["calls"].as_array().unwrap());
        let proposals = show["data"]["proposals"].as_array().unwrap().iter().zip(calls);
        let there: Vec<&Value> =
            proposals.filter(|(book, _)| book["free"] != 0).map(|(_, call)| call).collect();
        let pick = there.iter().find(|call| call["call"]["picks"][0]["because"].is_null());
        let first = there.first().copied().unwrap_or(&calls[0]);
        let mut call = pick.copied().unwrap_or(first)["call"].clone();
        if call["picks"][0]["because"].is_string() {
            call["picks"][0]["because"] = BECAUSE.into();
        }
        by_console.owner_does("owner-choose", call).await;
    }
    by_console.settle().await;
    let list = by_console.owner("owner-pack", json!({})).await;
    let names: Vec<Value> = shown(&list).iter().map(|order| order["order"].clone()).collect();
    by_console.owner_does("owner-pack", json!({ "packed": names })).await;
    by_console.settle().await;
    let parcels: Vec<Value> = orders
        .iter()
        .enumerate()
        .map(|(place, (_, order))| json!({ "order": order, "carrier": "cj", "number": number(place) }))
        .collect();
    by_console.owner_does("owner-ship", json!({ "parcels": parcels })).await;
    by_console.settle().await;
    let (forms, console) = (left(&by_forms), left(&by_console));
    assert_eq!(forms.len(), ORDERS + books().len());
    for (name, item) in &forms {
        assert_eq!(Some(item), console.get(name), "{name}");
    }
    by_forms.nothing_failed();
    by_console.nothing_failed();
}

#[tokio::test]
async fn good_rows_go_on_and_wrong_ones_stay_with_what_was_typed() {
    let shop = Shop::with_books(&[book(1, 16_000, 3, 9)]).await;
    let mut orders = Vec::new();
    for number in 0..4 {
        let mut reader = shop.visitor().living(Recipient::of_many(number));
        orders.push(reader.walk(Doors::Plain).await);
    }
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/ship").await;
    let field = |place: usize| format!("number-{}", orders[place]);
    phone.fill(&field(0), "6123-4567-8901").fill(&field(1), "61234567890");
    phone.fill(&field(2), "6123 4567 8901");
    phone.press("살펴보기").await;
    assert_eq!(phone.here().status.as_u16(), 422, "{:?}", phone.here());
    assert!(phone.here().first("title").unwrap().text().collect::<String>().contains("고칠 곳"));
    assert_eq!(phone.here().value(&field(1)), "61234567890", "what was typed stays");
    assert!(phone.here().first("[aria-invalid=true]").is_some());
    // The good row goes, once, however often its button is tapped.
    let form = phone.form("부친 것으로 적고 알리기");
    phone.press("부친 것으로 적고 알리기").await;
    assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
    phone.walker().submit(form).await;
    shop.settle().await;
    let shipped = orders.iter().filter(|order| shop.state(order) == "shipped").count();
    assert_eq!(shipped, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn two_devices_at_once_are_told_who_was_faster() {
    let shop = Shop::with_books(&books()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let mut desk = OwnerDevice::let_in(&shop, "작업실").await;
    phone.open("/office/choose").await;
    desk.open("/office/choose").await;
    // A double tap is one act.
    let [first, second] = [0, 1].map(|place| picks(&phone)[place].clone());
    let form = desk.form(&first);
    desk.press(&first).await;
    desk.walker().submit(form).await;
    assert_eq!(desk.here().status.as_u16(), 200, "{:?}", desk.here());
    phone.press(&second).await;
    assert_eq!(phone.here().status.as_u16(), 409, "{:?}", phone.here());
    assert!(phone.here().says("작업실에서 09:00에 먼저 했습니다"), "{:?}", phone.here());
    shop.settle().await;
    assert_eq!(shop.state(&order), "chosen");
    // The act can be taken back, and the copy is on the shelf again.
    desk.open("/office/acts").await;
    assert!(desk.here().says("작업실"), "{:?}", desk.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_choice_is_taken_back_with_one_tap() {
    let shop = Shop::with_books(&books()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/choose").await;
    let pick = picks(&phone)[0].clone();
    phone.press(&pick).await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "chosen");
    phone.press("되돌리기").await;
    assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
    shop.settle().await;
    assert_eq!(shop.state(&order), "choosing", "{:?}", phone.here());
    phone.open("/office/choose").await;
    assert!(!picks(&phone).is_empty(), "it is chosen for once more: {:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_letter_is_answered_after_it_was_seen() {
    let shop = Shop::with_books(&books()).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/letters").await;
    let letter = "고맙습니다.\n<b>잘</b> 읽겠습니다.";
    phone.fill("/letters/0/answer", letter).press("답장 미리 보기").await;
    assert!(!reader.mailbox().await.says("잘 읽겠습니다"), "a preview sends nothing");
    phone.press("이대로 보내기").await;
    assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
    shop.settle().await;
    assert!(reader.mailbox().await.says("<b>잘</b> 읽겠습니다"), "{:?}", reader.here());
    assert!(phone.open("/office/letters").await.says("읽지 않은 편지가 없습니다"));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_function_that_gives_no_answer_is_not_called_done() {
    use local::{Breakage, Fault, Service};
    let shop = Shop::with_books(&books()).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/pack").await;
    let form = phone.form("모두 포장했습니다");
    // The second call, which acts, is done, but its answer is lost.
    shop.system().wire().inject(Fault::on(Service::Lambda, "Invoke", Breakage::LostReply).nth(2));
    let request = http::Request::post("/office/do")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("origin", phone.here().url.origin().ascii_serialization())
        .body(form.encoded().into())
        .unwrap();
    let told = phone.walker().ask(request).await;
    assert_eq!(told.status.as_u16(), 502, "{told:?}");
    assert!(told.says("되었는지 아직 모릅니다") && told.says("같은 내용으로 다시"), "{told:?}");
    assert_eq!(shop.state(&order), "packed");
    // Again is once.
    phone.walker().submit(form).await;
    assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
    assert!(phone.open("/office/acts").await.says("전화기"));
    // Throttled: nothing was done, and the page says so.
    shop.system().wire().inject(Fault::on(Service::Lambda, "Invoke", Breakage::Throttle));
    let request = http::Request::get("/office/pack").body(Vec::new().into()).unwrap();
    let told = phone.walker().ask(request).await;
    assert_eq!(told.status.as_u16(), 502);
    assert!(told.says("바뀐 것은 없습니다"), "{told:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_rejected_form_comes_back_with_what_was_typed() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/settings").await;
    phone.fill("/shop/until", "2020-01-01").fill("/shop/words", "책을 사러 갑니다.");
    phone.press("가게 닫기").await;
    assert_eq!(phone.here().status.as_u16(), 422, "{:?}", phone.here());
    assert_eq!(phone.here().value("/shop/until"), "2020-01-01");
    assert_eq!(phone.here().value("/shop/words"), "책을 사러 갑니다.");
    phone.fill("/shop/until", "2026-08-05").press("가게 닫기").await;
    assert!(phone.here().says("이렇게 합니다"), "{:?}", phone.here());
    phone.press("이대로 하기").await;
    phone.open("/office/settings").await;
    assert!(phone.has_button("가게 열기"), "{:?}", phone.here());
    shop.nothing_failed();
}
