//! A reader who has ordered walks through the house again, and the house remembers.

use std::collections::BTreeSet;

use domain::{base::text::Language, walk::keepsake::UNWRITTEN};
use walk::{Doors, Pay, Shop, Walker};

/// A reader whose book is paid for, at the window, and the riddles that they met.
async fn reader_with_an_order(shop: &Shop, language: Language) -> (Walker, BTreeSet<String>) {
    let mut reader = shop.visitor().reading(language).writing("봄밤", "창밖에 눈이 옵니다.");
    reader.open_the_door().await;
    let mut met = BTreeSet::new();
    for _ in ["knock", "study"] {
        met.insert(reader.riddle().id.clone());
        reader.by_riddle().await;
    }
    reader.through_the_rooms(Doors::Riddle).await;
    reader.sign().await;
    reader.write_letter().await;
    reader.order("middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    (reader, met)
}

async fn walk_again(reader: &mut Walker) {
    reader.go("/").await;
    let form = reader.here().form("#walk-again");
    reader.submit(form).await;
    reader.expect("knock");
}

#[tokio::test]
async fn who_walks_again_meets_other_riddles_and_loses_nothing() {
    for language in Language::ALL {
        let shop = Shop::at_full_price().await;
        let (mut reader, mut met) = reader_with_an_order(&shop, language).await;
        let first = reader.go("/poem").await.text_of("#cento");
        let mut titles = BTreeSet::from(["서재".to_owned(), "The study".to_owned()]);
        for round in 0..2 {
            walk_again(&mut reader).await;
            // The second click finds the walk under way, and the door offers no third one.
            assert!(reader.go("/").await.first("#walk-again").is_none());
            reader.onward().await;
            reader.expect("knock");
            for room in ["knock", "study"] {
                reader.expect(room);
                if room == "study" {
                    let title = reader.here().text_of("h1");
                    assert!(titles.insert(title.clone()), "another room each time: {title}");
                }
                assert!(met.insert(reader.riddle().id.clone()), "{room} in round {round}: {met:?}");
                reader.by_riddle().await;
            }
            reader.through_the_rooms(Doors::Riddle).await;
            reader.expect("guestbook");
        }
        let poem = reader.go("/poem").await;
        // Only the wait, where no line was kept, has given none.
        assert_eq!(poem.text_of("#cento").matches(UNWRITTEN).count(), 1, "{poem:?}");
        assert_eq!(poem.all("[data-earlier]").len(), 2);
        let oldest = poem.all("[data-earlier]")[1].text().collect::<String>();
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&oldest), letters(&first));
        // The counter is behind the letter, as for any other order.
        reader.order_again("middle").await;
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_further_walk_closes_nothing_and_plain_doors_lead_through_it() {
    let shop = Shop::at_full_price().await;
    let mut stranger = shop.visitor();
    stranger.open_the_door().await;
    assert!(stranger.go("/").await.first("#walk-again").is_none(), "nothing was ordered");
    let (mut reader, _) = reader_with_an_order(&shop, Language::Ko).await;
    walk_again(&mut reader).await;
    // A room that lies ahead leads to where the reader stands, not out of the walk.
    assert_eq!(reader.go("/whisper").await.status.as_u16(), 409);
    reader.onward().await;
    reader.expect("knock");
    // Letter, counter and window are open meanwhile.
    for (path, step) in [("/letter", "letter"), ("/window", "window"), ("/mailbox", "mailbox")] {
        assert_eq!(reader.go(path).await.step(), step);
    }
    reader.go("/knock").await;
    reader.through_the_rooms(Doors::Plain).await;
    reader.expect("guestbook");
    reader.order_again("middle").await;
    shop.nothing_failed();
}

#[tokio::test]
async fn a_further_walk_goes_on_on_another_device() {
    let shop = Shop::at_full_price().await;
    let (mut reader, _) = reader_with_an_order(&shop, Language::Ko).await;
    walk_again(&mut reader).await;
    reader.by_plain_door().await;
    reader.expect("study");
    let riddle = &reader.riddle().id;
    let mut elsewhere = shop.visitor();
    for (name, value) in reader.cookies().clone() {
        elsewhere.set_cookie(&name, &value);
    }
    elsewhere.go("/").await;
    elsewhere.onward().await;
    elsewhere.expect("study");
    assert_eq!(elsewhere.riddle().id, *riddle);
    shop.nothing_failed();
}
