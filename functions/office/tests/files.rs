//! Files that the owner uploads, through the real shape of API Gateway: sheets of books, and what
//! carriers give back.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use jiff::SignedDuration;
use local::Service;
use rust_xlsxwriter::Workbook;
use walk::{Doors, OwnerDevice, Recipient, Shop, book, isbn};

const HEAD: &str = "ISBN,제목,지은이,출판사,쪽수,정가,아낌,권수";

/// A sheet with a row for each of these books.
fn csv(numbers: std::ops::RangeInclusive<u32>) -> String {
    let row = |number| format!("{},책 {number},아무개,아무데,100,15000,3,2", isbn(number));
    let rows = numbers.map(row);
    [HEAD.to_owned()].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// The same as a workbook.
fn xlsx(csv: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(csv.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

fn copies(shop: &Shop) -> usize {
    shop.items_of_kind("book").iter().filter(|book| book["copies"]["N"] == "2").count()
}

#[tokio::test]
async fn a_workbook_of_books_is_looked_at_and_shelved() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/shelf").await;
    phone.choose("/file", "책.xlsx", &xlsx(&csv(1..=3))).press("살펴보기").await;
    assert_eq!(phone.here().status.as_u16(), 200, "{:?}", phone.here());
    assert!(phone.here().says("책 2") && copies(&shop) == 0, "{:?}", phone.here());
    let form = phone.form("이대로 들이기");
    phone.press("이대로 들이기").await;
    assert_eq!((phone.here().status.as_u16(), copies(&shop)), (200, 3), "{:?}", phone.here());
    phone.walker().submit(form).await;
    assert_eq!(copies(&shop), 3, "a second tap adds nothing: {:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_long_sheet_goes_through_pasted_or_as_a_file() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let title = "긴 제목의 책 ".repeat(8);
    let long = csv(1..=700).replace(",책 ", &format!(",{title}"));
    assert!(long.len() > 120_000, "percent-encoded it would be refused: {}", long.len());
    phone.open("/office/shelf").await;
    phone.fill("/csv", &long).press("살펴보기").await;
    assert!(phone.here().says("700줄"), "{:?}", phone.here());
    assert!(phone.here().says("600줄이 더 있습니다"), "{:?}", phone.here());
    phone.press("이대로 들이기").await;
    assert_eq!(copies(&shop), 700, "{:?}", phone.here());
    phone.open("/office/shelf").await;
    phone.choose("/file", "책.csv", csv(701..=800).as_bytes()).press("살펴보기").await;
    phone.press("이대로 들이기").await;
    assert_eq!(copies(&shop), 800, "{:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_sheet_that_runs_out_of_time_goes_on_by_its_button() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/shelf").await;
    phone.choose("/file", "책.csv", csv(1..=600).as_bytes()).press("살펴보기").await;
    shop.system().wire().forget_calls();
    let written = || shop.system().wire().count(Service::Dynamodb, "TransactWriteItems");
    let out_of_time = async {
        while written() < 5 {
            tokio::task::yield_now().await;
        }
        shop.system().clock().advance(SignedDuration::from_secs(15));
    };
    tokio::join!(
        async {
            phone.press("이대로 들이기").await;
        },
        out_of_time
    );
    let done = copies(&shop);
    assert!((100..600).contains(&done), "{done}: {:?}", phone.here());
    assert!(phone.here().says("행부터 이어서 하기"), "{:?}", phone.here());
    phone.press("이어서 하기").await;
    assert_eq!((phone.here().status.as_u16(), copies(&shop)), (200, 600), "{:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_refused_keeps_what_else_was_typed() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let page = b"<html><table><tr><td>1</td></tr></table></html>";
    let large = vec![b'x'; 3 * 1024 * 1024 + 1];
    for (name, file, said) in [
        ("책.pdf", &b"%PDF-1.7"[..], "엑셀(.xlsx)이나 CSV 파일이 아닙니다"),
        ("책.xlsx", b"", "빈 파일입니다"),
        ("책.xlsx", b"PK\x03\x04 broken", "깨진 엑셀 파일입니다"),
        ("책.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "옛 엑셀 파일"),
        ("책.xls", page, "이름만 엑셀인 웹 문서입니다"),
        ("책.csv", &large, "3MB까지 읽습니다"),
    ] {
        phone.open("/office/shelf").await;
        phone.choose("/file", name, file).press("살펴보기").await;
        assert_eq!(phone.here().status.as_u16(), 422, "{name}: {:?}", phone.here());
        assert!(phone.here().says(said), "{said}: {:?}", phone.here());
        assert!(phone.here().says("고쳐서 다시"), "{:?}", phone.here());
    }
    // Both at once is one too many; the pasted text stays.
    phone.open("/office/shelf").await;
    phone.choose("/file", "책.csv", csv(1..=1).as_bytes()).fill("/csv", &csv(2..=2));
    phone.press("살펴보기").await;
    assert!(phone.here().says("가운데 하나만"), "{:?}", phone.here());
    assert_eq!(phone.here().value("/csv"), csv(2..=2));
    assert!(phone.here().says("파일은 다시 골라 주십시오"), "{:?}", phone.here());
    phone.press("살펴보기").await;
    phone.press("이대로 들이기").await;
    assert_eq!(copies(&shop), 1);
    // Nothing at all.
    phone.open("/office/shelf").await;
    phone.press("살펴보기").await;
    assert!(phone.here().says("표를 붙여 넣거나, 파일을 고릅니다"), "{:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_form_with_a_file_is_kept_while_a_key_is_asked_for() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/shelf").await;
    shop.owner_does("owner-office", serde_json::json!({ "revoke": "all" })).await;
    phone.choose("/file", "책.csv", csv(1..=2).as_bytes()).press("살펴보기").await;
    assert_eq!(phone.here().status.as_u16(), 401, "{:?}", phone.here());
    let key = shop.owner("owner-office", serde_json::json!({ "key": "전화기" })).await;
    let link = key["page"].as_str().unwrap();
    let letters = link.split("k=").nth(1).unwrap().split('.').next().unwrap().to_owned();
    phone.fill("key", &letters).press("이 기기에서 열기").await;
    phone.press("이어서 하기").await;
    phone.press("이대로 들이기").await;
    assert_eq!(copies(&shop), 2, "{:?}", phone.here());
    // One that is too long to be kept is not read at all.
    let mut outside = OwnerDevice::outside(&shop);
    outside.open("/office").await;
    let origin = outside.here().url.origin().ascii_serialization();
    let request = http::Request::post("/office/do")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin")
        .header("origin", &origin)
        .body(vec![b'x'; 1_000_000].into())
        .unwrap();
    assert_eq!(outside.walker().ask(request).await.status.as_u16(), 401);
    shop.nothing_failed();
}

#[tokio::test]
async fn parts_that_cannot_be_read_are_refused() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/shelf").await;
    let origin = phone.here().url.origin().ascii_serialization();
    for (kind, body) in [
        ("multipart/form-data", "--x\r\n\r\n"),
        ("multipart/form-data; boundary=x", "no part"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut",
        ),
        ("Multipart/Form-Data; boundary=x", "--x--\r\n"),
    ] {
        let request = http::Request::post("/office/do")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin")
            .header("origin", &origin)
            .body(body.as_bytes().to_vec().into())
            .unwrap();
        let told = phone.walker().ask(request).await;
        assert!(matches!(told.status.as_u16(), 400 | 403), "{kind} {body:?}: {told:?}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn what_a_carrier_gives_back_is_read_into_the_fields() {
    let shop = Shop::with_books(&[book(1, 16_000, 3, 9)]).await;
    let mut orders = Vec::new();
    for place in 0..4 {
        let mut reader = shop.visitor().living(Recipient::of_many(place));
        orders.push(reader.walk(Doors::Plain).await);
    }
    shop.settle().await;
    let number = |at: usize| shop.order(&orders[at]).number.unwrap().to_string();
    let field = |at: usize| format!("number-{}", orders[at]);
    let sheet = format!(
        "운송장번호,고객주문번호\n612345670000,{}\n61234567,{}\n5.21853E+11,{}\n612345670003,A-17\n",
        number(0),
        number(1),
        number(2)
    );
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(&sheet);
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/ship").await;
    phone.fill(&field(3), "1234567890").choose("file", "cj.csv", &cp949).press("살펴보기").await;
    assert_eq!(phone.here().status.as_u16(), 422, "{:?}", phone.here());
    assert!(
        phone.here().says("부칩니다 2") && phone.here().says("고쳐 주십시오 3"),
        "{:?}",
        phone.here()
    );
    assert!(phone.here().says("5행 A-17"), "the stranger is named: {:?}", phone.here());
    // What is wrong stands in its field, to be corrected there.
    assert_eq!(phone.here().value(&field(1)), "61234567");
    assert!(phone.here().says("‘텍스트’로 바꾸고"), "{:?}", phone.here());
    phone.press("2개 부친 것으로 적고 알리기").await;
    shop.settle().await;
    let state = |at: usize| shop.state(&orders[at]);
    assert_eq!([0, 1, 2, 3].map(state), ["shipped", "chosen", "chosen", "shipped"]);
    // A file that cannot be read loses nothing that was typed.
    phone.open("/office/ship").await;
    phone
        .fill(&field(1), "612345670001")
        .choose("file", "cj.pdf", b"%PDF-1.7")
        .press("살펴보기")
        .await;
    assert!(phone.here().says("엑셀(.xlsx)이나 CSV 파일이 아닙니다"), "{:?}", phone.here());
    phone.open("/office/ship").await;
    phone.fill(&field(1), "612345670009");
    phone.fill("paste", &format!("{} 612345670001", number(1))).press("살펴보기").await;
    assert!(phone.here().says("표의 번호(612345670001)가 다릅니다"), "{:?}", phone.here());
    assert_eq!(phone.here().value(&field(1)), "612345670009");
    shop.nothing_failed();
}
