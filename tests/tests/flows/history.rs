//! The orders of a reader as lines, and the steps of one order.

use domain::base::text::Language;
use local::Service;
use walk::{Doors, Pay, Shop, book};

fn lines(reader: &walk::Walker) -> Vec<String> {
    let page = reader.here();
    page.all("li[data-order] a").iter().map(|line| line.text().collect()).collect()
}

#[tokio::test]
async fn past_orders_are_lines_that_lead_to_the_order() {
    for (language, sent, unpaid) in [
        (
            Language::Ko,
            "토-01 · 8월 1일 토요일 · 포장 전 · 22,000원",
            "8월 1일 토요일 · 결제 전 · 18,000원",
        ),
        (
            Language::En,
            "토-01 · Saturday, 1 August · to be packed · ₩22,000",
            "Saturday, 1 August · not paid · ₩18,000",
        ),
    ] {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 11_000, 5, 1)]).await;
        let mut reader = shop.visitor().reading(language);
        let first = reader.walk(Doors::Plain).await;
        shop.settle().await;
        // One order: the list leads to it.
        reader.go("/window").await;
        assert_eq!(reader.here().order().0, first);
        shop.minutes_pass(1).await;
        let second = reader.order_again("light").await;
        reader.go("/mailbox").await;
        assert!(reader.here().first("a[href='/window']").is_some(), "{:?}", reader.here());
        reader.go("/window").await;
        assert_eq!(lines(&reader), [unpaid, sent], "{second}: the latest first");
        assert!(reader.here().first(&format!("a[href='/window/{first}']")).is_some());
        // In the next year the lines name the year of the order.
        shop.jump(60 * 24 * 160).await;
        reader.go("/window").await;
        let dated =
            if language == Language::Ko { "2026년 8월 1일 토요일" } else { "1 August 2026" };
        assert!(lines(&reader).iter().all(|line| line.contains(dated)), "{:?}", reader.here());
    }
}

#[tokio::test]
async fn the_steps_of_an_order_say_what_happened_when_and_what_is_next() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.window().await;
    let steps = |reader: &walk::Walker| reader.here().text_of("#steps");
    assert!(steps(&reader).contains("주문하셨습니다"), "{}", steps(&reader));
    assert!(steps(&reader).contains("다음: 결제"), "{}", steps(&reader));
    reader.onward().await;
    shop.minutes_pass(2).await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    shop.minutes_pass(3).await;
    shop.owner_packs(&order).await;
    shop.minutes_pass(3).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    let said = steps(&reader);
    let happened = [
        "주문하셨습니다",
        "결제가 끝났습니다",
        "책을 골랐습니다",
        "책을 포장했습니다",
        "책을 택배사에 맡겼습니다",
        "책이 닿았습니다",
        "다음",
    ];
    let places: Vec<_> = happened.iter().map(|what| said.find(what)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{said}");
    assert!(said.contains("8월 1일 토요일 09:0"), "to the minute: {said}");
    // Nobody else sees them.
    let mut other = shop.visitor();
    let page = other.go(&format!("/window/{order}")).await;
    assert!(page.status.as_u16() == 403 && page.first("#steps").is_none(), "{page:?}");
}

#[tokio::test]
async fn a_long_list_of_orders_is_turned_page_by_page_without_script() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
        let wire = shop.system().wire().clone();
        let mut reader = shop.visitor().reading(language);
        let mut all = vec![reader.to_an_order(Doors::Plain, "middle").await];
        for _ in 0..22 {
            reader.go(&format!("/cancel/{}", all[all.len() - 1])).await;
            let form = reader.here().form("form[data-onward]");
            reader.submit(form).await;
            shop.minutes_pass(1).await;
            all.push(reader.order_again("middle").await);
        }
        all.reverse();
        reader.go("/window").await;
        let mut seen: Vec<String> = Vec::new();
        for page in 1.. {
            let here = reader.here().orders();
            assert!(here.len() <= 10, "{page}: {here:?}");
            seen.extend(here.into_iter().map(|(id, _)| id));
            let Some(more) = reader.here().first("a[data-more]") else { break };
            let path = more.attr("href").unwrap().to_owned();
            wire.forget_calls();
            reader.go(&path).await;
            assert_eq!(wire.count(Service::Dynamodb, "GetItem"), 1);
            assert_eq!(wire.count(Service::Dynamodb, "BatchGetItem"), 1);
            assert!(reader.here().first("main a[href='/window']").is_some(), "{page}");
            let other = reader.here().first("nav.language a").unwrap().attr("href").unwrap();
            assert!(other.starts_with(&path) || other.contains("after="), "{other}");
        }
        assert_eq!(seen, all, "each once, the latest first");
        // An order of somebody else, or none, begins at the latest.
        for after in ["01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "x", ""] {
            let page = reader.go(&format!("/window?after={after}")).await;
            assert_eq!(page.orders()[0].0, all[0]);
        }
    }
}
