//! 편지함: every letter, and the twin of every push. The mailbox is the truth. Below the letters stand
//! the devices that ring for them; the bell hangs them and takes them off.

use std::sync::Arc;

use domain::{
    order::{
        letter::{self, Author, Letter},
        message::Notice,
    },
    walk::device::Device,
};
use maud::{Markup, html};
use platform::{Init, InitError, Platform};
use store::Mailbox;
use web::{AppState, Drawing, HandlerState, Method, Page, Refusal, Reply, Request, say};

/// Letters on the page; the newest come first.
const SHOWN: u16 = 100;

/// What the mailbox needs.
pub struct Hall {
    app: AppState,
    /// Whether a device can be hung at the bell.
    pushes: bool,
}

impl Init for Hall {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let pushes = platform.environment.optional("PUSH_PUBLIC").is_some();
        Ok(Self { app: AppState::init(platform).await?, pushes })
    }
}

impl HandlerState for Hall {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/mailbox`.
pub async fn handle(hall: Arc<Hall>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let mailbox = hall.app.store.mailbox(request.visitor()?, request.now, SHOWN).await?;
    Ok(page(&request, &mailbox, hall.pushes).into())
}

fn page(request: &Request, Mailbox { letters, devices }: &Mailbox, pushes: bool) -> Page {
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
            @if pushes { (rings(devices, request)) }
        }
    };
    Page::new("mailbox", title).drawing(Drawing::Mailbox).body(body)
}

/// A letter line by line. A line of the house's that is an address, as the carrier's, is a link;
/// nobody else's is.
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

/// Where word goes besides: the devices that are rung.
fn rings(devices: &[Device], request: &Request) -> Markup {
    html! {
        section id="devices" {
            h2 { (say!(request, "알림이 가는 곳", "Where word goes besides")) }
            @if devices.is_empty() {
                p.plain { (say!(
                    request,
                    "소식은 이 편지함에만 놓입니다.",
                    "Word lies in this mailbox and nowhere else."
                )) }
            } @else {
                p.plain { (say!(
                    request,
                    "소식이 놓일 때마다 이 기기로 푸시가 갑니다. 밤 9시부터 아침 8시 사이의 소식은 아침에 알립니다. 푸시에는 이름도 책도 적히지 않습니다.",
                    "A push goes to these devices whenever word is left. What comes between nine at night and eight is told in the morning. No name and no book stands in it."
                )) }
                ul.letters { @for device in devices {
                    @let since = letter::clock(device.since, request.language);
                    li {
                        p { (device.service()) " · " (say!(request, format!("{since}에 걸어 둔 기기"), format!("hung on {since}"))) }
                        form method="post" action="/bell" {
                            input type="hidden" name="door" value="off";
                            input type="hidden" name="device" value=(device.id());
                            button.quiet { (say!(request, "이 기기로 알리지 않기", "Ring this device no more")) }
                        }
                    }
                } }
            }
            p.plain { a href="/bell" { (say!(request, "종에 기기 걸기", "Hang a device at the bell")) } }
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
