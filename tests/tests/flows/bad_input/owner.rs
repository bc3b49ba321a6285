//! Owner calls of a wrong shape or with wrong fields: the answer names the field, says what is
//! expected and gives an example.

use serde_json::{Value, json};
use walk::{Shop, book};

use super::with_a_reader;

/// Values that no field accepts.
fn nonsense() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!(" \u{200b} "),
        json!("x".repeat(500)),
        json!("별\u{0}"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "S": "x" }),
    ]
}

/// Panics unless the answer names the field, what is expected, and an example.
fn names_the_problem(answer: &Value, field: &str, what: &str) {
    assert_eq!(answer["status"], 400, "{what}: {answer:#}");
    let problems = answer["problems"].as_array().unwrap_or_else(|| panic!("{what}: {answer:#}"));
    assert!(problems.iter().any(|problem| problem["field"] == field), "{what}: {answer:#}");
    for problem in problems {
        let expected = problem["expected"].as_str().unwrap();
        assert!(expected.chars().any(|c| ('가'..='힣').contains(&c)), "{what}: {answer:#}");
        assert!(problem.get("example").is_some(), "{what}: {answer:#}");
    }
    assert!(answer["did"].as_array().is_some_and(Vec::is_empty), "{what}: {answer:#}");
    assert!(!answer["next"].as_array().unwrap().is_empty(), "{what}: {answer:#}");
}

#[tokio::test]
async fn an_owner_call_of_a_wrong_shape_is_explained() {
    let (shop, ..) = with_a_reader().await;
    let before = shop.items();
    let system = shop.system();
    let functions = system.template().functions.keys().filter(|name| name.starts_with("owner-"));
    for function in functions {
        for event in [json!([]), json!("x"), json!(3), json!(true), json!([{ "books": [] }])] {
            names_the_problem(
                &shop.owner(function, event.clone()).await,
                "(전체)",
                &format!("{function} {event}"),
            );
        }
        for confirm in [json!(3), json!(true), json!([]), json!({})] {
            let answer = shop.owner(function, json!({ "confirm": confirm })).await;
            names_the_problem(&answer, "confirm", function);
        }
        let answer = shop.owner(function, json!({ "confirm": "0a1b2c3d" })).await;
        names_the_problem(&answer, "confirm", function);
    }

    for limit in nonsense().into_iter().filter(|value| !value.is_null()) {
        names_the_problem(
            &shop.owner("owner-desk", json!({ "limit": limit })).await,
            "limit",
            "owner-desk",
        );
    }
    for limit in [0, 101] {
        names_the_problem(
            &shop.owner("owner-desk", json!({ "limit": limit })).await,
            "limit",
            "owner-desk",
        );
    }

    for (function, list) in [("owner-shelve", "books"), ("owner-ship", "parcels")] {
        for wrong in nonsense().into_iter().filter(|value| *value != json!([[]])) {
            let event = json!({ list: wrong });
            names_the_problem(
                &shop.owner(function, event.clone()).await,
                list,
                &format!("{function} {event}"),
            );
        }
        names_the_problem(&shop.owner(function, json!({})).await, list, function);
        let most = if function == "owner-shelve" { 5_000 } else { 100 };
        let many = json!({ list: vec![json!({}); most + 1] });
        names_the_problem(&shop.owner(function, many).await, list, function);
    }
    assert_eq!(shop.items(), before, "something changed");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_field_that_a_function_does_not_have_is_named() {
    let shop = Shop::empty().await;
    let system = shop.system();
    for function in system.template().functions.keys().filter(|name| name.starts_with("owner-")) {
        names_the_problem(&shop.owner(function, json!({ "한도": 3 })).await, "한도", function);
    }
    let letter = json!({ "letter": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader", "anwser": "네" });
    let answer = shop.owner("owner-letters", json!({ "letters": [letter] })).await;
    names_the_problem(&answer, "letters[0].anwser", "owner-letters");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_wrong_field_of_a_shelf_row_is_named() {
    let shop = Shop::empty().await;
    let optional = ["work", "tags", "translator"];
    let mut row = book(1, 15_000, 5, 1);
    for (field, value) in
        [("work", json!("a-work")), ("tags", json!(["밤"])), ("translator", json!("아무개"))]
    {
        row[field] = value;
    }
    for field in row.as_object().unwrap().keys().cloned().collect::<Vec<_>>() {
        let place = format!("books[1].{field}");
        let mut without = row.clone();
        without.as_object_mut().unwrap().remove(&field);
        let neighbours = |wrong: Value| json!({ "books": [book(2, 15_000, 5, 1), wrong, book(3, 15_000, 5, 1)] });
        let answer = shop.owner("owner-shelve", neighbours(without)).await;
        if optional.contains(&field.as_str()) {
            assert_eq!(answer["status"], 200, "{field}: {answer:#}");
        } else {
            names_the_problem(&answer, &place, &format!("without {field}"));
            assert_eq!(
                answer["would_do"].as_array().unwrap().len(),
                2,
                "the rows beside it are fine: {answer:#}"
            );
        }
        for wrong in nonsense() {
            let mut bad = row.clone();
            bad[&field] = wrong.clone();
            let answer = shop.owner("owner-shelve", neighbours(bad)).await;
            let may_be = optional.contains(&field.as_str())
                && (wrong.is_null() || field == "tags" && wrong == json!([]));
            // A title may be any text of at most 200 characters.
            let is_text = matches!(field.as_str(), "title" | "author" | "publisher" | "translator")
                && wrong == json!("별\u{0}");
            if may_be || is_text {
                assert_eq!(answer["status"], 200, "{field}: {wrong}: {answer:#}");
            } else {
                names_the_problem(&answer, &place, &format!("{field}: {wrong}"));
            }
        }
    }
    for (field, wrong) in [
        ("isbn", json!("9788936434121")),
        ("isbn", json!("8936434128")),
        ("isbn", json!(9_788_936_434_120_u64)),
        ("list_price", json!(0)),
        ("list_price", json!(22_001)),
        ("list_price", json!("15000")),
        ("love", json!(6)),
        ("copies", json!(0)),
        ("copies", json!(1_001)),
        ("pages", json!(0)),
        ("pages", json!(10_001)),
        ("work", json!("한글 이름")),
    ] {
        let mut bad = row.clone();
        bad[field] = wrong.clone();
        let answer = shop.owner("owner-shelve", json!({ "books": [bad] })).await;
        names_the_problem(&answer, &format!("books[0].{field}"), &format!("{field}: {wrong}"));
    }
    let twice = json!({ "books": [row, row] });
    names_the_problem(
        &shop.owner("owner-shelve", twice).await,
        "books[1].isbn",
        "the same row twice",
    );
    assert_eq!(shop.items(), [] as [Value; 0], "something was stocked");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_wrong_field_of_a_parcel_is_named() {
    let (shop, _, order) = with_a_reader().await;
    let before = shop.items();
    let parcel = json!({ "order": order, "carrier": "cj", "number": "123456789012" });
    for field in ["order", "carrier", "number"] {
        let place = format!("parcels[0].{field}");
        let mut without = parcel.clone();
        without.as_object_mut().unwrap().remove(field);
        names_the_problem(
            &shop.owner("owner-ship", json!({ "parcels": [without] })).await,
            &place,
            field,
        );
        for wrong in nonsense() {
            let mut bad = parcel.clone();
            bad[field] = wrong.clone();
            let answer = shop.owner("owner-ship", json!({ "parcels": [bad] })).await;
            names_the_problem(&answer, &place, &format!("{field}: {wrong}"));
        }
    }
    // An unknown order, and one that is not packed.
    for (id, said) in
        [("01JD9G5T3M8Q2W6X4Z7N1C0V5K", "이런 주문은 없습니다"), (order.as_str(), "결제 전")]
    {
        let mut other = parcel.clone();
        other["order"] = id.into();
        let answer = shop.owner("owner-ship", json!({ "parcels": [other] })).await;
        names_the_problem(&answer, "parcels[0].order", id);
        assert!(answer["problems"][0]["expected"].as_str().unwrap().contains(said), "{answer:#}");
    }
    assert_eq!(shop.items(), before, "something changed");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_call_that_ships_twice_says_so_before() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for number in 0..2 {
        let mut reader = shop.visitor().living(walk::Recipient::of_many(number));
        orders.push(reader.walk(walk::Doors::Plain).await);
        shop.settle().await;
        shop.owner_packs(&orders[number]).await;
    }
    let parcel = |order: &str, carrier: &str, number: &str| json!({ "order": order, "carrier": carrier, "number": number });
    // The names of carriers as people write them, and one number for two orders.
    let call = json!({ "parcels": [
        parcel(&orders[0], "CJ대한통운", "1234-5678-9012"),
        parcel(&orders[1], "CJ", "123456789012"),
    ] });
    let answer = shop.owner("owner-ship", call).await;
    assert_eq!(answer["would_do"].as_array().unwrap().len(), 1, "{answer:#}");
    assert_eq!(answer["problems"][0]["field"], "parcels[1].number", "{answer:#}");
    let said = answer["problems"][0]["expected"].as_str().unwrap();
    assert!(said.contains("CJ대한통운 123456789012번이 두 주문에 적혀 있습니다"), "{said}");
    // Two numbers for one order.
    let call = json!({ "parcels": [
        parcel(&orders[0], "cj", "123456789012"),
        parcel(&orders[0], "우체국", "1234567890123"),
    ] });
    let answer = shop.owner("owner-ship", call).await;
    assert_eq!(answer["problems"][0]["field"], "parcels[1].order", "{answer:#}");
    assert!(answer["problems"][0]["expected"].as_str().unwrap().contains("두 번 있습니다"));
    shop.nothing_failed();
}
