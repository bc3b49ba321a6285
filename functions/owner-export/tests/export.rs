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
