//! The pages on which a reader writes to the owner beside an order: a question, a reply.

use domain::base::text::Language;
use serde_json::{Value, json};
use walk::{Doors, Page, Shop};

use super::Album;

/// Fills the form of a question as a stranger.
fn asking(page: &Page) -> walk::Form {
    let form = page.form("form[data-onward]").fill("question", "목-07은 언제 옵니까?");
    form.fill("answer_to", "reader@example.com")
}

/// The text without the names of forms, which are random.
fn without_names(pages: &str) -> String {
    const NAMED: &str = "[hidden once] ";
    let line = |line: &str| match line.split_once(NAMED) {
        Some((before, _)) => format!("{before}{NAMED}(the form’s name)\n"),
        None => format!("{line}\n"),
    };
    pages.lines().map(line).collect()
}

#[tokio::test]
async fn the_pages_of_a_question() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut album = Album::new("contact", language);
        let mut stranger = shop.visitor().reading(language);
        album.add("a stranger", stranger.go("/contact").await);
        let form = stranger.here().form("form[data-onward]").fill("answer_to", "kite");
        album.add("nothing that can be answered", stranger.submit(form).await);
        let form = asking(stranger.here());
        album.add("asked", stranger.submit(form).await);
        for _ in 0..3 {
            stranger.go("/contact").await;
            let form = asking(stranger.here());
            stranger.submit(form).await;
        }
        album.add("too often", stranger.here());
        let mut reader = shop.visitor().reading(language);
        reader.to_the_counter(Doors::Plain).await;
        album.add("on a walk", reader.go("/contact").await);
        let form = reader.here().form("form[data-onward]").fill("question", "책은 언제 옵니까?");
        album.add("asked on a walk", reader.submit(form).await);
        album.pages = without_names(&album.pages);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_a_reply() {
    for language in Language::ALL {
        let shop = Shop::at_full_price().await;
        let mut album = Album::new("reply", language);
        let mut reader = shop.visitor().reading(language).writing("봄밤", "창밖에 눈이 옵니다.");
        reader.walk(Doors::Plain).await;
        shop.settle().await;
        let unread = shop.owner("owner-letters", json!({})).await;
        let letters: Vec<Value> = walk::shown(&unread)
            .iter()
            .map(|letter| json!({ "letter": letter["letter"], "answer": "여기도 눈이 옵니다." }))
            .collect();
        shop.owner_does("owner-letters", json!({ "letters": letters })).await;
        shop.settle().await;
        let mailbox = reader.mailbox().await;
        album.add("the mailbox with the owner’s letter", mailbox);
        let path = mailbox.first("a[data-reply]").unwrap().attr("href").unwrap().to_owned();
        album.add("its page", reader.go(&path).await);
        let mut other = reader.clone();
        let form = reader.here().form("form[data-onward]");
        album.add("nothing written", reader.submit(form).await);
        let form = reader.here().form("form[data-onward]").fill("letter", "그쳤습니다.");
        album.add("sent", reader.submit(form).await);
        let form = other.here().form("form[data-onward]").fill("letter", "더 옵니다.");
        album.add("another text from another device", other.submit(form).await);
        album.add("the mailbox afterwards", reader.mailbox().await);
        album.keep();
    }
}
