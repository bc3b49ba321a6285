//! From the door to the shipped parcel.

use domain::base::text::Language;
use serde_json::json;
use walk::{Doors, Shop, call_of};

#[tokio::test]
async fn a_reader_walks_by_riddles_to_a_paid_order() {
    let shop = Shop::open().await;
    for language in Language::ALL {
        let mut reader = shop.visitor().reading(language);
        let order = reader.walk(Doors::Riddle).await;
        shop.settle().await;
        assert_eq!(shop.stage(&order), "prepared");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_walks_by_plain_doors_to_a_paid_order() {
    let shop = Shop::open().await;
    for language in Language::ALL {
        let mut reader = shop.visitor().reading(language);
        let order = reader.walk(Doors::Plain).await;
        shop.settle().await;
        assert_eq!(shop.stage(&order), "prepared");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn the_doors_do_not_affect_the_choice_of_the_book() {
    let (by_riddle, by_plain) = (Shop::open().await, Shop::open().await);
    let one = by_riddle.visitor().walk(Doors::Riddle).await;
    let other = by_plain.visitor().walk(Doors::Plain).await;
    by_riddle.settle().await;
    by_plain.settle().await;
    let love = |shop: &Shop, order: &str| shop.order_item(order)["choice"]["M"]["reason"].clone();
    assert_eq!(love(&by_riddle, &one), love(&by_plain, &other));
}

#[tokio::test]
async fn an_order_is_chosen_packed_shown_to_the_owner_and_posted() {
    let shop = Shop::at_full_price().await;
    let mut reader = shop.visitor().writing("물억새", "별 하나에 추억과, 별 하나에 사랑과.");
    let mut seen = Vec::new();

    for held in ["choose", "pack", "ship"] {
        shop.system().hold(held);
    }
    let order = reader.walk(Doors::Plain).await;
    for next in ["choose", "pack"] {
        shop.minutes_pass(1).await;
        seen.push(reader.window().await.order());
        shop.system().release(next);
    }
    shop.minutes_pass(1).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(
        (&walk::shown(&desk)[0]["what"], &walk::shown(&desk)[0]["number"]),
        (&json!("포장"), &json!("토-01"))
    );
    shop.owner_packs(&order).await;
    shop.minutes_pass(1).await;
    seen.push(reader.window().await.order());

    // The owner sees the parcel, its recipient and the next call.
    let desk = shop.owner("owner-desk", json!({})).await;
    let parcels = walk::shown(&desk);
    let parcel = &parcels[0];
    assert_eq!(parcels.len(), 1, "{desk:#}");
    assert_eq!(
        (parcel["what"].as_str(), parcel["order"].as_str()),
        (Some("부치기"), Some(order.as_str()))
    );
    assert_eq!(parcel["to"]["recipient"], "김읽는이");
    assert_eq!(parcel["to"]["phone"], "01012345678");
    assert_eq!(parcel["isbn"].as_str().unwrap(), shop.chosen(&order));
    assert!(parcel["reason"].as_str().unwrap().contains("주인장"), "{desk:#}");
    assert_eq!(call_of(&desk, "owner-ship")["parcels"][0]["order"].as_str(), Some(order.as_str()));

    // A wrong number is explained, and nothing is done.
    let wrong = json!({ "parcels": [{ "order": order, "carrier": "epost", "number": "12345" }] });
    let refused = shop.owner("owner-ship", wrong).await;
    assert_eq!(refused["status"], 400);
    assert_eq!(refused["problems"][0]["field"], "parcels[0].number");
    assert_eq!(refused["problems"][0]["example"], "1234567890123");
    let expected = refused["problems"][0]["expected"].as_str().unwrap();
    assert!(expected.contains("13자리인데 5자리가 왔습니다"), "{expected}");

    // The right one is shown first, then done once.
    let call =
        json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "1234-5678-9012" }] });
    let before = shop.items();
    let preview = shop.owner("owner-ship", call.clone()).await;
    assert_eq!(preview["would_do"].as_array().unwrap().len(), 1, "{preview:#}");
    assert_eq!(shop.items(), before, "a dry run changed something");
    let confirmed = shop.confirmed("owner-ship", call).await;
    let done = shop.owner("owner-ship", confirmed.clone()).await;
    assert_eq!(done["did"].as_array().unwrap().len(), 1, "{done:#}");
    assert_eq!(
        walk::shown(&shop.owner("owner-desk", json!({})).await),
        [json!(null); 0],
        "the desk is empty"
    );
    let after = shop.items();
    let again = shop.owner("owner-ship", confirmed).await;
    assert_eq!(shop.items(), after, "the same call twice did something twice");
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    shop.system().release("ship");
    shop.minutes_pass(1).await;
    seen.push(reader.window().await.order());
    assert!(reader.here().says("CJ대한통운 123456789012"), "{:?}", reader.here());

    let states: Vec<&str> = seen.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["paid", "chosen", "packed", "shipped"]);
    assert!(seen.iter().all(|(id, _)| *id == order));

    // The mailbox shows every notice, the newest first.
    assert_eq!(reader.notices().await, ["paid", "chosen", "packed", "shipped"]);
    assert!(reader.here().says("별 하나에 추억과, 별 하나에 사랑과."), "{:?}", reader.here());
    assert_eq!(reader.here().all("li.mine").len(), 1, "the reader wrote one letter");
    assert_eq!(shop.published_notices().len(), 4);
    shop.nothing_failed();
}

#[tokio::test]
async fn an_unusual_parcel_number_is_accepted_with_a_reason() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut call = json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "12345678901", "insist": " " }] });
    let refused = shop.owner("owner-ship", call.clone()).await;
    assert_eq!(refused["problems"][0]["field"], "parcels[0].number", "{refused:#}");
    call["parcels"][0]["insist"] = "해외에서 접수했습니다".into();
    shop.owner_does("owner-ship", call).await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
}

#[tokio::test]
async fn a_wrong_parcel_number_is_corrected_and_the_reader_told() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let wrong =
        json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "123456789012" }] });
    shop.owner_does("owner-ship", wrong).await;
    shop.settle().await;

    let mut right =
        json!({ "parcels": [{ "order": order, "carrier": "epost", "number": "1234567890123" }] });
    let refused = shop.owner("owner-ship", right.clone()).await;
    let expected = refused["problems"][0]["expected"].as_str().unwrap_or_default();
    assert!(expected.contains("123456789012") && expected.contains("instead_of"), "{refused:#}");
    right["parcels"][0]["instead_of"] = "999999999999".into();
    let other = shop.owner("owner-ship", right.clone()).await;
    assert_eq!(
        other["problems"][0]["field"], "parcels[0].order",
        "another order’s number: {other:#}"
    );

    right["parcels"][0]["instead_of"] = "1234-5678-9012".into();
    let confirmed = shop.confirmed("owner-ship", right).await;
    for _ in 0..2 {
        let done = shop.owner("owner-ship", confirmed.clone()).await;
        assert_eq!(done["did"].as_array().map(Vec::len), Some(1), "{done:#}");
        shop.settle().await;
    }
    assert_eq!(shop.state(&order), "shipped");
    let told = reader.notices().await;
    assert!(told.last().is_some_and(|notice| notice == "renumbered"), "after all others: {told:?}");
    assert_eq!(told.iter().filter(|notice| *notice == "renumbered").count(), 1, "{told:?}");
    assert!(
        reader.here().says("우체국으로 부쳤습니다. 운송장 번호는 1234567890123입니다."),
        "{:?}",
        reader.here()
    );
    assert!(reader.window().await.says("1234567890123"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_reader_is_told_of_the_difference_to_the_list_price() {
    let shop = Shop::with_books(&[walk::book(1, 15_000, 5, 1)]).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    assert!(reader.window().await.says("2,000원"), "{:?}", reader.here());
    assert!(
        reader.mailbox().await.says("정가가 결제하신 책값보다 2,000원 낮아"),
        "{:?}",
        reader.here()
    );
}

#[tokio::test]
async fn a_returning_visitor_is_led_to_where_they_stood() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    visitor.by_plain_door().await;
    visitor.go("/").await;
    visitor.expect("door");
    visitor.onward().await;
    visitor.expect("study");
    // Opening the door again does not begin a second visit.
    let visits = |shop: &Shop| shop.items_of_kind("visit").len();
    assert_eq!(visits(&shop), 1);
    let page = visitor.ask(super::post("/", "")).await;
    assert_eq!((page.status.as_u16(), page.location().unwrap().path()), (303, "/study"));
    assert_eq!(visits(&shop), 1);
}

#[tokio::test]
async fn the_law_and_the_price_stand_before_every_door() {
    let shop = Shop::open().await;
    for language in Language::ALL {
        let mut stranger = shop.visitor().reading(language);
        for path in ["/notice", "/shelf", "/shelf?range=light", "/shelf?range=heavy", "/"] {
            assert_eq!(stranger.go(path).await.status.as_u16(), 200, "{path}");
        }
        assert!(stranger.cookies().is_empty(), "nobody is known who only looks");
    }
}

#[tokio::test]
async fn a_language_chosen_by_hand_is_remembered() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor().reading(Language::En);
    visitor.go("/?lang=en").await;
    // The chosen language overrides the browser's.
    let page = visitor
        .ask(
            http::Request::get("/")
                .header("accept-language", "ko")
                .body(bytes::Bytes::new())
                .unwrap(),
        )
        .await;
    assert!(page.says("Books by the owner’s taste, not yours"), "{page:?}");
}
