//! The orders of a range of days as a spreadsheet.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Shop};

async fn export(shop: &Shop, call: Value) -> Vec<String> {
    let answer = shop.owner("owner-export", call).await;
    let csv = answer["shows"][0]["data"]["csv"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:#}"))
        .to_owned();
    csv.strip_prefix('\u{feff}')
        .expect("a byte order mark")
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_orders_of_a_range_of_days_are_exported_as_lines() {
    let shop = Shop::open().await;
    let first = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&first, "123456789012").await;
    shop.minutes_pass(24 * 60).await;
    let second = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let lines = export(&shop, json!({ "from": "2026-08-01", "until": "2026-08-02" })).await;
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(
        lines[1].starts_with(&format!("\"{first}\",\"2026-08-01\",\"shipped\",\"17000\"")),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains("\"'123456789012\""), "{}", lines[1]);
    assert!(lines[2].starts_with(&format!("\"{second}\",\"2026-08-02\"")), "{}", lines[2]);
    for personal in ["010", "서울"] {
        assert!(!lines[1].contains(personal), "{}", lines[1]);
    }
    assert_eq!(
        export(&shop, json!({ "from": "2026-08-02", "until": "2026-08-02" })).await.len(),
        2
    );
    assert_eq!(
        export(
            &shop,
            json!({ "from": "2026-08-01", "until": "2026-08-02", "after": format!("2026-08-01/{first}") })
        )
        .await
        .len(),
        2
    );
    for (call, field) in [
        (json!({ "from": "어제" }), "from"),
        (json!({ "from": "2026-08-02", "until": "2026-08-01" }), "until"),
        (json!({ "from": "2026-01-01", "until": "2026-08-01" }), "until"),
        (json!({ "after": "x" }), "after"),
    ] {
        let answer = shop.owner("owner-export", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_month_is_reported_by_its_taxes_with_refunds_in_their_own_month() {
    let shop = Shop::with_books(&[walk::book(1, 15_000, 5, 3)]).await;
    let report = async |month: &str| shop.owner("owner-export", json!({ "tax": month })).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let paid = report("2026-08").await;
    let income = &paid["shows"][0]["data"]["income"];
    // What the provider has of it.
    assert_eq!((&income["entries"], &income["total_won"]), (&json!(1), &json!(22_000)), "{paid:#}");
    let parts =
        ["tax_free_won", "supplied_won", "vat_won"].map(|name| income[name].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), 22_000);
    assert_eq!(parts[2], (parts[1] + parts[2] + 5) / 11);
    // The difference goes back in the next month.
    shop.days_pass(32).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).refunded, 2_000);
    let august = report("2026-08").await;
    assert_eq!(august["shows"][0]["data"]["back"]["entries"], 0, "{august:#}");
    let september = report("2026-09").await;
    let data = &september["shows"][0]["data"];
    assert_eq!(
        (&data["income"]["entries"], &data["back"]["total_won"]),
        (&json!(0), &json!(2_000))
    );
    let facts = september["shows"][0]["facts"].to_string();
    assert!(facts.contains("−2,000원"), "a month may give back more than it took: {facts}");
    let file = &september["files"][0];
    assert_eq!(file["name"], "money-2026-09.csv");
    let bytes = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        file["base64"].as_str().unwrap(),
    );
    let sheet = String::from_utf8(bytes.unwrap()).unwrap();
    let lines: Vec<&str> = sheet.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3, "head, a day, all: {sheet}");
    assert!(lines[2].starts_with("\"모두\",\"0\"") && lines[2].ends_with("\"2000\""), "{sheet}");
    let mut owner = walk::OwnerDevice::let_in(&shop, "작업실").await;
    owner.open("/office/month/2026-08").await;
    assert!(owner.here().says("2026년 8월 보고") && owner.here().says("22,000원"));
    // The days that were compared count in their own month, however long ago that was.
    shop.owner("reconcile", json!({ "day": "2026-08-01" })).await;
    let compared = async || report("2026-08").await["shows"][0]["data"]["days_compared"].clone();
    let before = compared().await;
    assert!(before.as_u64().unwrap() >= 1, "{before}");
    shop.jump(120 * 24 * 60).await;
    assert_eq!(compared().await, before);
    for wrong in ["2026-13", "2026-1", "2030-01", "어제"] {
        let answer = report(wrong).await;
        assert_eq!(answer["problems"][0]["field"], "tax", "{wrong}");
    }
    shop.nothing_failed();
}
