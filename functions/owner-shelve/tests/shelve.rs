//! Shelving, correcting and withdrawing books: by list and by spreadsheet, many at once, and from
//! where a call stopped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use std::time::Instant;

use jiff::SignedDuration;
use local::Service;
use serde_json::{Value, json};
use walk::{Shop, book, event, isbn, ready};

fn stored(shop: &Shop, number: u32) -> Value {
    shop.book_item(&isbn(number))
}

/// The free copies of a range by its stock record, and by its books.
fn free(shop: &Shop, range: &str) -> (u64, u64) {
    let number = |value: &Value| value["N"].as_str().map_or(0, |text| text.parse::<u64>().unwrap());
    let places = number(&shop.item(&format!("SHELF#{range}"), "STOCK")["free"]);
    let shelf = format!("SHELF#{range}");
    let books = shop.items().into_iter().filter(|item| item["shelf"]["S"] == shelf.as_str());
    (places, books.map(|book| number(&book["copies"]) - number(&book["taken"])).sum())
}

#[tokio::test]
async fn a_spreadsheet_is_read_and_its_bad_lines_are_named() {
    let shop = Shop::empty().await;
    let sheet = format!(
        "\u{feff}ISBN,제목,지은이,출판사,쪽수,정가,아낌,꼬리표,권수\r\n\
         {},없는 책,아무개,아무데,100,\"15,000원\",5,밤;바다,2\r\n\
         9788936434121,틀린 책,아무개,아무데,100,15000,5,,1\r\n\
         {},\"쉼표, 있는 책\",아무개,아무데,열,15000,5,,1\r\n\
         {},없는 책 셋,아무개,아무데,100,12000,3,,4\r\n",
        isbn(1),
        isbn(2),
        isbn(3)
    );
    let preview = shop.owner("owner-shelve", json!({ "csv": sheet })).await;
    let named: Vec<&str> = preview["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["field"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["csv 3행.isbn", "csv 4행.pages"], "{preview:#}");
    let done = shop.owner("owner-shelve", ready(&preview)).await;
    assert_eq!(done["did"].as_array().unwrap().len(), 2, "{done:#}");
    assert_eq!(stored(&shop, 1)["tags"]["L"].as_array().unwrap().len(), 2);
    assert_eq!((free(&shop, "middle"), free(&shop, "light")), ((2, 2), (4, 4)));
    for (sheet, said) in
        [("", "첫 줄에"), ("isbn,정가\n1,2,000", "2행은 3칸"), ("isbn,copies", "1줄에서")]
    {
        let answer = shop.owner("owner-shelve", json!({ "csv": sheet })).await;
        assert_eq!(answer["problems"][0]["field"], "csv");
        assert!(
            answer["problems"][0]["expected"].as_str().unwrap().contains(said),
            "{sheet}: {answer:#}"
        );
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_known_book_needs_only_its_isbn_and_copies() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let again = json!({ "books": [{ "isbn": isbn(1), "copies": 3 }] });
    shop.owner_does("owner-shelve", again).await;
    assert_eq!(
        (stored(&shop, 1)["copies"]["N"].clone(), free(&shop, "middle")),
        (json!("5"), (5, 5))
    );
    let unknown = json!({ "books": [{ "isbn": isbn(2), "copies": 3 }] });
    let answer = shop.owner("owner-shelve", unknown).await;
    assert_eq!(
        answer["problems"].as_array().unwrap().len(),
        6,
        "everything else is missing: {answer:#}"
    );
    let strange = json!({ "books": [{ "isbn": isbn(1), "copies": 3, "colour": "red" }] });
    let answer = shop.owner("owner-shelve", strange).await;
    assert_eq!(answer["problems"][0]["field"], "books[0].colour");
}

#[tokio::test]
async fn a_correction_moves_the_copies_with_the_price() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 12_000, 3, 1)]).await;
    let wrong =
        json!({ "correct": [{ "isbn": isbn(1), "title": "다른 제목", "list_price": 12_500 }] });
    let done = shop.owner_does("owner-shelve", wrong).await;
    let said = done["did"][0].as_str().unwrap();
    assert!(
        said.contains("없는 책 1 → 다른 제목") && said.contains("15,000원 → 12,500원"),
        "{said}"
    );
    assert_eq!((free(&shop, "middle"), free(&shop, "light")), ((0, 0), (3, 3)));
    assert_eq!(stored(&shop, 1)["copies"]["N"], "2");
    for (wrong, field) in [
        (json!([{ "isbn": isbn(9), "title": "없다" }]), "correct[0].isbn"),
        (json!([{ "isbn": isbn(1), "copies": 3 }]), "correct[0].copies"),
        (json!([{ "isbn": isbn(1), "love": 9 }]), "correct[0].love"),
    ] {
        let answer = shop.owner("owner-shelve", json!({ "correct": wrong })).await;
        assert_eq!(answer["problems"][0]["field"], field, "{answer:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn withdrawn_copies_and_works_leave_the_stock() {
    let mut editions = vec![book(1, 15_000, 5, 3), book(2, 12_000, 5, 2), book(3, 15_000, 4, 1)];
    for edition in &mut editions[..2] {
        edition["work"] = "the-same-work".into();
    }
    let shop = Shop::with_books(&editions).await;
    let mut visitor = shop.visitor();
    visitor.to_the_counter(walk::Doors::Plain).await;
    shop.owner_does("owner-shelve", json!({ "withdraw": [{ "isbn": isbn(1), "copies": 1 }] }))
        .await;
    assert_eq!(free(&shop, "middle"), (3, 3));
    let too_many = json!({ "withdraw": [{ "isbn": isbn(1), "copies": 3 }, { "isbn": isbn(3) }] });
    let answer = shop.owner("owner-shelve", too_many).await;
    assert_eq!(answer["problems"][0]["field"], "withdraw[0].copies", "{answer:#}");
    assert_eq!(answer["would_do"].as_array().unwrap().len(), 1, "its neighbour is well");
    shop.owner_does("owner-shelve", json!({ "withdraw": [{ "work": "the-same-work" }] })).await;
    assert_eq!((free(&shop, "middle"), free(&shop, "light")), ((1, 1), (0, 0)));
    // The range is no longer offered at the counter.
    visitor.go("/counter").await;
    assert!(visitor.here().first("#range-light[disabled]").is_some(), "{:?}", visitor.here());
    for (wrong, field) in [
        (json!([{ "work": "nobody" }]), "withdraw[0].work"),
        (json!([{ "work": "the-same-work", "copies": 1 }]), "withdraw[0].copies"),
        (json!([{}]), "withdraw[0].isbn"),
        (json!([{ "isbn": isbn(3), "copies": 0 }]), "withdraw[0].copies"),
    ] {
        let answer = shop.owner("owner-shelve", json!({ "withdraw": wrong })).await;
        assert_eq!(answer["problems"][0]["field"], field, "{answer:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_work_is_loved_alike_in_all_its_editions() {
    let shop = Shop::empty().await;
    shop.owner_does("owner-shelve", event("owner-shelve-edition")).await;
    let love = |isbn: &str| shop.book_item(isbn)["love"]["N"].clone();
    let (one, other) = ("9788900000016", "9788900000023");
    assert_eq!((love(one), love(other)), (json!("4"), json!("4")));
    let done =
        shop.owner_does("owner-taste", json!({ "books": [{ "isbn": one, "love": 2 }] })).await;
    assert!(done["did"][0].as_str().unwrap().contains("다른 판 1종도"), "{done:#}");
    assert_eq!((love(one), love(other)), (json!("2"), json!("2")));
    let work = json!({ "books": [{ "work": "book-that-is-not", "love": 5 }] });
    shop.owner_does("owner-taste", work).await;
    assert_eq!((love(one), love(other)), (json!("5"), json!("5")));
    // A third edition without `love`, then a correction of its love.
    let mut third = book(3, 15_000, 0, 1);
    third["work"] = "book-that-is-not".into();
    third.as_object_mut().unwrap().remove("love");
    shop.owner_does("owner-shelve", json!({ "books": [third] })).await;
    assert_eq!(love(&isbn(3)), json!("5"));
    shop.owner_does("owner-shelve", json!({ "correct": [{ "isbn": isbn(3), "love": 1 }] })).await;
    assert_eq!((love(one), love(other)), (json!("1"), json!("1")));
    shop.nothing_failed();
}

#[tokio::test]
async fn five_thousand_rows_continue_where_the_time_ran_out() {
    let shop = Shop::empty().await;
    let rows: Vec<Value> = (1..=5_000).map(|number| book(number, 15_000, 3, 2)).collect();
    let begun = Instant::now();
    let preview = shop.owner("owner-shelve", json!({ "books": rows })).await;
    println!("5,000 rows looked at: {} ms", begun.elapsed().as_millis());
    let quoted = preview["next"][0].as_str().unwrap().split('"').find(|part| part.len() == 8);
    let mut call = json!({ "books": rows, "confirm": quoted.expect("a code") });
    shop.system().wire().forget_calls();
    let written = || shop.system().wire().count(Service::Dynamodb, "TransactWriteItems");
    // After a few writes the time of the first call runs out.
    let out_of_time = async {
        while written() < 20 {
            tokio::task::yield_now().await;
        }
        shop.system().clock().advance(SignedDuration::from_secs(45));
    };
    let begun = Instant::now();
    let (stopped, ()) = tokio::join!(shop.owner("owner-shelve", call.clone()), out_of_time);
    let next = stopped["next"][0].as_str().unwrap();
    let row: u64 = next
        .split("\"from_row\": ")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap();
    assert!((400..4_900).contains(&row), "{next}");
    assert_eq!(stopped["again"]["add"]["from_row"], row, "the same for a page");
    call["from_row"] = row.into();
    let done = shop.owner("owner-shelve", call.clone()).await;
    println!(
        "5,000 rows shelved in two calls: {} ms, {} writes",
        begun.elapsed().as_millis(),
        written()
    );
    assert_eq!(
        (done["status"].clone(), done["shows"].as_array().unwrap().len() as u64),
        (json!(200), 5_001 - row)
    );
    assert_eq!(free(&shop, "middle"), (10_000, 10_000));
    // The whole call again adds nothing.
    call.as_object_mut().unwrap().remove("from_row");
    let again = shop.owner("owner-shelve", call).await;
    assert!(again["did"][0].as_str().unwrap().contains("5000줄은 이미 한 것"), "{}", again["did"]);
    assert_eq!(free(&shop, "middle"), (10_000, 10_000));
    let size = serde_json::to_vec(&again).unwrap().len();
    assert!(size < 6_000_000, "an answer of {size} bytes");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_file_is_read_whatever_saved_it() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let head = ["ISBN", "제목", "지은이", "출판사", "쪽수", "정가", "아낌", "꼬리표", "권수"];
    let row = |number: u32| {
        let isbn = isbn(number);
        [isbn.as_str(), "책", "아무개", "아무데", "100", "15,000원", "5", "밤", "2"]
            .map(str::to_owned)
    };
    let csv = |number: u32| {
        let row = row(number).map(|cell| format!("\"{cell}\"")).join(",");
        format!("{}\r\n{row}\r\n", head.join(","))
    };
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, name) in (0..).zip(head) {
        sheet.write_string(0, at, name).unwrap();
    }
    for (at, cell) in (0..).zip(row(1)) {
        match cell.parse::<f64>() {
            Ok(number) => sheet.write_number(2, at, number).unwrap(),
            Err(_) => sheet.write_string(2, at, cell).unwrap(),
        };
    }
    sheet.write_string(3, 0, "9.78894E+12").unwrap().write_number(3, 8, 1).unwrap();
    let utf16: Vec<u8> =
        format!("\u{feff}{}", csv(3)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = [
        (1, workbook.save_to_buffer().unwrap()),
        (2, encoding_rs::EUC_KR.encode(&csv(2)).0.into_owned()),
        (3, utf16),
        (4, csv(4).into_bytes()),
    ];
    let shop = Shop::empty().await;
    for (number, file) in files {
        let call = json!({ "file": STANDARD.encode(file) });
        let dry = shop.owner("owner-shelve", call.clone()).await;
        assert_eq!(dry["would_do"].as_array().unwrap().len(), 1, "{number}: {dry:#}");
        assert!(dry["calls"].is_null(), "the file does not come back: {dry:#}");
        if number == 1 {
            assert_eq!(dry["problems"][0]["field"], "csv 4행.isbn", "{dry:#}");
            let said = dry["problems"][0]["expected"].as_str().unwrap();
            assert!(said.contains("줄여 놓았습니다"), "{said}");
        }
        let mut again = call;
        again["confirm"] = dry["again"]["add"]["confirm"].clone();
        shop.owner("owner-shelve", again).await;
        assert_eq!(stored(&shop, number)["copies"]["N"], "2", "{number}");
        assert_eq!(stored(&shop, number)["list_price"]["N"], "15000", "{number}");
    }
    for (call, field) in [
        (json!({ "file": STANDARD.encode("%PDF-1.7") }), "file"),
        (json!({ "file": "=" }), "file"),
        (json!({ "file": STANDARD.encode("제목\n책\n") }), "file"),
        (json!({ "file": STANDARD.encode(csv(9)), "csv": csv(9) }), "file"),
        (json!({}), "books"),
    ] {
        let answer = shop.owner("owner-shelve", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}
