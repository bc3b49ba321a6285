//! The system crashes or is stopped, and is started again: nothing accepted is lost, nothing is done
//! twice.

use serde_json::json;
use walk::{Doors, Pay, Recipient, Shop};

/// How the system ends.
#[derive(Debug, Clone, Copy)]
enum Down {
    Crash,
    Stop,
}

async fn down_and_up(shop: &mut Shop, down: Down) {
    match down {
        Down::Crash => shop.crash(),
        Down::Stop => shop.stop().await,
    }
    shop.start_again().await;
}

#[tokio::test]
async fn a_walk_goes_on_where_it_was() {
    for down in [Down::Crash, Down::Stop] {
        let mut shop = Shop::in_a_folder().await;
        let mut reader = shop.visitor().writing("물억새", "이 편지는 꺼진 집에서도 남습니다.");
        reader.open_the_door().await;
        down_and_up(&mut shop, down).await;
        reader.by_riddle().await;
        reader.guess("코끼리").await;
        down_and_up(&mut shop, down).await;
        assert!(reader.guess("코끼리").await.says("아까 들었소"), "{down:?}: {:?}", reader.here());
        reader.by_plain_door().await;
        down_and_up(&mut shop, down).await;
        reader.by_plain_door().await;
        reader.onward().await;
        reader.expect("whisper");
        down_and_up(&mut shop, down).await;
        reader.by_riddle().await;
        down_and_up(&mut shop, down).await;
        reader.sign().await;
        down_and_up(&mut shop, down).await;
        reader.write_letter().await;
        down_and_up(&mut shop, down).await;
        assert!(
            reader.mailbox().await.says("꺼진 집에서도 남습니다"),
            "{down:?}: {:?}",
            reader.here()
        );
        reader.go("/counter").await;
        reader.order("middle").await;
        down_and_up(&mut shop, down).await;
        reader.to_the_payment_page().await;
        down_and_up(&mut shop, down).await;
        reader.choose(Pay::Approve).await;
        down_and_up(&mut shop, down).await;
        reader.onward().await;
        let (order, state) = reader.here().order();
        assert_eq!(state, "paid");
        down_and_up(&mut shop, down).await;
        shop.settle().await;
        assert_eq!(shop.stage(&order), "prepared", "{down:?}");
        assert_eq!(shop.ledger(&order).charges, 1);
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn an_order_goes_on_from_every_stage_of_the_pipeline() {
    for held in ["relay", "choose", "pack", "notify"] {
        for down in if held == "pack" { vec![Down::Crash, Down::Stop] } else { vec![Down::Crash] } {
            let mut shop = Shop::in_a_folder().await;
            let mut reader = shop.visitor();
            shop.system().hold(held);
            let order = reader.walk(Doors::Plain).await;
            shop.settle().await;
            // The messages before this stage are still there.
            down_and_up(&mut shop, down).await;
            shop.settle().await;
            assert_eq!(shop.stage(&order), "prepared", "{down:?} before {held}");
            assert_eq!(reader.notices().await, ["paid", "chosen"], "{down:?} before {held}");
            shop.system().hold("ship");
            shop.owner_ships(&order, "123456789012").await;
            shop.settle().await;
            down_and_up(&mut shop, down).await;
            assert!(walk::shown(&shop.owner("owner-desk", json!({})).await).is_empty());
            shop.settle().await;
            assert_eq!(shop.state(&order), "shipped", "{down:?} before ship");
            shop.minutes_pass(30).await;
            assert_eq!(reader.notices().await, ["paid", "chosen", "shipped"]);
            shop.nothing_failed();
        }
    }
}

#[tokio::test]
async fn a_crash_between_two_deliveries_repeats_neither() {
    // A crash after each payment, while the earlier orders are in the pipeline.
    let mut shop = Shop::in_a_folder().await;
    let mut orders = Vec::new();
    for number in 0..6 {
        let recipient = Recipient::in_street(&format!("어딘가로 {number}"));
        shop.system().hold(["relay", "choose", "pack", "notify"][number % 4]);
        orders.push(shop.visitor().living(recipient).walk(Doors::Plain).await);
        shop.settle().await;
        shop.crash();
        shop.start_again().await;
    }
    shop.minutes_pass(30).await;
    assert!(orders.iter().all(|order| shop.stage(order) == "prepared"));
    let items = shop.items();
    let taken: u64 = items
        .iter()
        .filter(|item| item["kind"]["S"] == "book")
        .map(|book| book["taken"]["N"].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(taken, 6);
    assert_eq!(
        items
            .iter()
            .filter(|item| item["kind"]["S"] == "letter" && item["author"]["S"] != "doorkeeper")
            .count(),
        6 * 3
    );
    shop.nothing_failed();
}
