//! 편지함: every letter, and the twin of every push. The mailbox is the truth.

use std::sync::Arc;

use house::{
    letter::{self, Author, Letter},
    task::Notice,
};
use maud::{Markup, html};
use web::{Drawing, Method, Page, Refusal, Reply, Request, Site, say};

/// Letters on the page; the newest come first.
const SHOWN: i32 = 100;

/// Serves `/mailbox`.
pub async fn handle(site: Arc<Site>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let letters = site.store.mailbox(request.visitor()?, SHOWN).await?;
    Ok(page(&request, &letters).into())
}

fn page(request: &Request, letters: &[Letter]) -> Page {
    let title = say!(request, "편지함", "The mailbox");
    let body = html! {
        h1 { (title) }
        @if letters.is_empty() {
            p.keeper { (say!(request, "아직 아무도 다녀가지 않았소.", "Nobody has been here yet.")) }
            p { a.door data-onward href="/" { (say!(request, "문으로", "To the door")) } }
        } @else {
            p.plain { (say!(request, "새 편지가 위에 있습니다.", "The newest letter is on top.")) }
            ul.letters { @for letter in letters {
                li.mine[letter.author == Author::Reader] data-notice=[mark(letter)] {
                    time datetime=(letter.at) { (letter::clock(letter.at, request.language)) " · " (from(letter, request)) }
                    p { (words(letter, request)) }
                    @if let Some(order) = letter.order {
                        a href=(format!("/window/{order}")) { (say!(request, "창으로 보기", "See it from the window")) }
                    }
                    @if letter.author == Author::Doorkeeper {
                        a href="/whisper" { (say!(request, "속삭임의 방으로", "To the room of the whisper")) }
                    }
                }
            } }
        }
    };
    Page::new("mailbox", title).drawing(Drawing::Mailbox).body(body)
}

/// A letter line by line. A line of the house's that is an address, as the carrier's, is a link; nobody else's is.
fn words(letter: &Letter, request: &Request) -> Markup {
    let house = letter.author == Author::House;
    html! {
        @for (number, line) in letter.text.reveal().split('\n').enumerate() {
            @if number > 0 { "\n" }
            @if house && line.starts_with("https://") {
                a href=(line) rel="noreferrer" { (say!(request, "배송 조회", "Track the parcel")) }
            } @else { (line) }
        }
    }
}

/// The mark of a letter that is the twin of a push.
fn mark(letter: &Letter) -> Option<&'static str> {
    let whisper = (letter.author == Author::Doorkeeper).then_some("whisper");
    letter.notice.map(Notice::name).or(whisper)
}

fn from(letter: &Letter, request: &Request) -> &'static str {
    match letter.author {
        Author::Reader => say!(request, "주인장께 보낸 편지", "Your letter to the owner"),
        Author::House => say!(request, "집에서", "From the house"),
        Author::Doorkeeper => say!(request, "문지기에게서", "From the doorkeeper"),
        Author::Owner => say!(request, "주인장에게서", "From the owner"),
    }
}
