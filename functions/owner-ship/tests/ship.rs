//! The owner posts parcels: by carrier and by hand, each under a number of its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use walk::{Doors, Pay, Recipient, Shop, book};

fn said(answer: &Value) -> &str {
    answer["problems"][0]["expected"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn what_the_owner_hands_over_has_no_number() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shop.ordered(1).await;
    shop.minutes_pass(1).await;
    let by_hand = json!({ "parcels": [{ "order": order, "carrier": "직접 전달" }] });
    let done = shop.owner_does("owner-ship", by_hand).await;
    assert!(done["did"][0].as_str().unwrap().contains("직접 전달"), "{done:#}");
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    assert!(reader.mailbox().await.says("주인장이 손수 전해 드립니다"));
    let window = reader.go(&format!("/window/{order}")).await;
    assert!(window.says("주인장이 책을 전하러 나섰습니다"), "{window:?}");
    assert!(window.says("직접 전달") && window.all("a[rel=noreferrer]").is_empty(), "{window:?}");
    // It went by a carrier after all.
    let other = json!({ "order": order, "carrier": "cj", "number": "123456789012" });
    let refused = shop.owner("owner-ship", json!({ "parcels": [other] })).await;
    assert!(said(&refused).contains("이미 직접 전달 꾸러미로"), "{refused:#}");
    let mut other = other;
    other["instead_of"] = "직접 전달".into();
    shop.owner_does("owner-ship", json!({ "parcels": [other] })).await;
    shop.settle().await;
    assert_eq!(shop.order_item(&order)["parcel"]["M"]["number"]["S"], "123456789012");
    shop.nothing_failed();
}

#[tokio::test]
async fn two_parcels_by_hand_are_two_and_a_carriers_number_is_one_parcels() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 4)]).await;
    let mut orders = Vec::new();
    for floor in 0..4 {
        orders.push(shop.ordered(floor).await.1);
    }
    let hand = |order: &String| json!({ "order": order, "carrier": "hand" });
    let call = json!({ "parcels": [hand(&orders[0]), hand(&orders[1])] });
    let done = shop.owner_does("owner-ship", call).await;
    assert_eq!(done["did"].as_array().unwrap().len(), 2, "{done:#}");
    shop.owner_ships(&orders[2], "123456789012").await;
    shop.settle().await;
    let parcel = |insist: Value| {
        json!({ "parcels": [{
            "order": orders[3], "carrier": "cj", "number": "1234-5678-9012", "insist": insist,
        }] })
    };
    let refused = shop.owner("owner-ship", parcel(Value::Null)).await;
    assert_eq!(refused["problems"][0]["field"], "parcels[0].number", "{refused:#}");
    assert!(said(&refused).contains("토-03 꾸러미의 번호"), "{refused:#}");
    shop.owner_does("owner-ship", parcel("두 책을 한 꾸러미에 담음".into())).await;
    shop.settle().await;
    assert_eq!(shop.state(&orders[3]), "shipped", "two books in one parcel, as the owner says");
    let wrong = json!({ "parcels": [{ "order": orders[3], "carrier": "hand", "number": "1" }] });
    let wrong = shop.owner("owner-ship", wrong).await;
    assert!(said(&wrong).contains("운송장 번호가 없습니다"), "{wrong:#}");
    shop.nothing_failed();
}

/// The parcels that a sheet is read into, and what is wrong with its other lines.
async fn read(shop: &Shop, call: Value) -> (Vec<Value>, Vec<String>, Value) {
    let answer = shop.owner("owner-ship", call).await;
    let parcels = answer["calls"][0]["call"]["parcels"].as_array().cloned().unwrap_or_default();
    let problems = answer["problems"].as_array().cloned().unwrap_or_default();
    let problems = problems.iter().map(|one| one["expected"].as_str().unwrap().to_owned());
    (parcels, problems.collect(), answer)
}

#[tokio::test]
async fn a_carriers_file_finds_its_orders_by_number_or_by_who_gets_them() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let shop = Shop::with_books(&[book(1, 15_000, 5, 9)]).await;
    let mut orders = Vec::new();
    for place in 0..4 {
        let at = Recipient { postcode: format!("0313{place}"), ..Recipient::of_many(place) };
        let mut reader = shop.visitor().living(at);
        orders.push(reader.walk(Doors::Plain).await);
    }
    shop.settle().await;
    let of = |at: usize| shop.order(&orders[at]);
    let name = |at: usize| of(at).address.recipient.reveal().clone();
    let postcode = |at: usize| of(at).address.postcode.reveal().clone();
    let number = |at: usize| of(at).number.unwrap().to_string();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let lines = [
        ["접수 결과".to_owned(), String::new(), String::new(), String::new()],
        ["고객 주문번호", "운송장 번호", "받는 분", "받는분우편번호"].map(str::to_owned),
        [number(0), "612345670000".to_owned(), "누구".to_owned(), "00000".to_owned()],
        [String::new(), "6123-4567-0001".to_owned(), name(1), postcode(1)],
        ["A-17".to_owned(), "612345670002".to_owned(), "남".to_owned(), postcode(2)],
        [number(3), String::new(), name(3), postcode(3)],
    ];
    for (row, line) in (0..).zip(&lines) {
        for (column, cell) in (0..).zip(line) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let file = STANDARD.encode(workbook.save_to_buffer().unwrap());
    let (parcels, problems, answer) = read(&shop, json!({ "file": file, "carrier": "cj" })).await;
    let pairs: Vec<(&Value, &Value)> =
        parcels.iter().map(|parcel| (&parcel["order"], &parcel["number"])).collect();
    let [first, second] = [0, 1].map(|at: usize| json!(orders[at]));
    assert_eq!(
        pairs,
        [(&first, &json!("612345670000")), (&second, &json!("6123-4567-0001"))],
        "{answer:#}"
    );
    assert_eq!(problems.len(), 1, "a line without a number is left out: {answer:#}");
    assert!(problems[0].contains("어느 주문인지 모르겠습니다"), "{problems:?}");
    assert_eq!(answer["problems"][0]["where"], "5행 A-17");
    // The call that is ready posts them, and the same file once more posts nothing twice.
    shop.owner_does("owner-ship", json!({ "parcels": parcels })).await;
    shop.settle().await;
    assert_eq!(
        [0, 1, 2].map(|at: usize| shop.state(&orders[at])),
        ["shipped", "shipped", "chosen"]
    );
    let (again, problems, answer) = read(&shop, json!({ "file": file })).await;
    assert_eq!((again.len(), problems.len()), (1, 2), "{answer:#}");
    let done = shop.owner("owner-ship", json!({ "parcels": again })).await;
    assert!(done["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{done:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn two_orders_of_one_recipient_are_told_apart_by_number_alone() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 9), book(2, 15_000, 4, 9)]).await;
    let mut reader = shop.visitor();
    let first = reader.walk(Doors::Plain).await;
    reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    let order = shop.order(&first);
    let (name, postcode) = (order.address.recipient.reveal(), order.address.postcode.reveal());
    let sheet = format!("송장번호\t수취인\t우편번호\n612345670000\t{name}\t{postcode}");
    let (parcels, problems, answer) = read(&shop, json!({ "paste": sheet })).await;
    assert!(parcels.is_empty() && problems[0].contains("여럿입니다"), "{answer:#}");
    let number = order.number.unwrap().to_string();
    let pasted = format!("{number} 우체국 1234567890123\n{number} 5.21853E+11");
    let (parcels, _, answer) = read(&shop, json!({ "paste": pasted })).await;
    assert_eq!(parcels[0]["carrier"], "epost", "{answer:#}");
    let rounded = shop.owner("owner-ship", json!({ "parcels": [parcels[1]] })).await;
    assert!(said(&rounded).contains("‘텍스트’로 바꾸고"), "{rounded:#}");
    for (call, field) in [
        (json!({ "file": "%%%" }), "file"),
        (json!({ "file": "=" }), "file"),
        (json!({ "paste": "운송장번호\t고객주문번호\n" }), "paste"),
        (json!({ "paste": "목-07 1", "carrier": "비둘기" }), "carrier"),
        (json!({ "paste": "목-07 1\n".repeat(501) }), "paste"),
        (json!({ "paste": 1 }), "paste"),
    ] {
        let answer = shop.owner("owner-ship", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}
