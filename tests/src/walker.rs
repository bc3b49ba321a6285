//! A visitor or reader who walks through the app.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use domain::base::text::Language;
use domain::riddle::content::{Riddle, RoomSet, Solution};
use domain::walk::whisper::{self, Verse};
use http::{HeaderValue, Method, header};
use url::Url;

use crate::{
    Form, InProcess, Onward, OverHttp, Page, Request, Response, Transport, page, page_rules,
};

/// The doors to walk through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// Solve every riddle.
    Riddle,
    /// Take the plain door (그냥 열어 주세요).
    Plain,
}

/// What to choose on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pay {
    /// The card is accepted.
    Approve,
    /// The card company refuses it.
    Refuse,
    /// Back without paying.
    Cancel,
    /// A bank transfer: a virtual account is issued.
    Account,
}

/// The recipient of a parcel.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Name.
    pub name: String,
    /// Telephone number.
    pub phone: String,
    /// Postcode, five digits.
    pub postcode: String,
    /// Street and number.
    pub street: String,
    /// Floor and flat.
    pub detail: String,
}

/// A visitor who walks through the app by its marks, with their own cookies and language.
#[derive(Clone)]
pub struct Walker {
    app: Arc<dyn Transport>,
    cookies: BTreeMap<String, String>,
    language: Language,
    recipient: Recipient,
    pen_name: String,
    letter: String,
    here: Option<Page>,
}

/// The longest chain of redirects.
const MOST_REDIRECTS: usize = 10;

impl Recipient {
    /// A recipient who lives in another street.
    pub fn in_street(street: &str) -> Self {
        Self { street: street.to_owned(), ..Self::default() }
    }

    /// One of many recipients, each with a house and a telephone of their own.
    pub fn of_many(number: usize) -> Self {
        Self {
            phone: format!("010-2000-{number:04}"),
            ..Self::in_street(&format!("서울시 종로구 창의문로 {number}"))
        }
    }

    /// The last four digits of the telephone.
    pub fn last_digits(&self) -> String {
        let digits: Vec<char> = self.phone.chars().filter(char::is_ascii_digit).collect();
        digits.iter().skip(digits.len().saturating_sub(4)).collect()
    }
}

impl Default for Recipient {
    fn default() -> Self {
        let text = ToOwned::to_owned;
        Self {
            name: text("김읽는이"),
            phone: text("010-1234-5678"),
            postcode: text("03134"),
            street: text("서울시 종로구 창의문로 119"),
            detail: text("2층"),
        }
    }
}

impl Walker {
    /// A new visitor who reads Korean, without cookies.
    pub fn new(app: impl Transport + 'static) -> Self {
        Self {
            app: Arc::new(app),
            cookies: BTreeMap::new(),
            language: Language::Ko,
            recipient: Recipient::default(),
            pen_name: "물억새".to_owned(),
            letter: "요즘은 해가 일찍 집니다.\n창가에 오래 앉아 있습니다.".to_owned(),
            here: None,
        }
    }

    /// A visitor of the app in this process.
    pub fn inside(app: &InProcess) -> Self {
        Self::new(app.clone())
    }

    /// A visitor of the app at an address; `host` is the name by which it knows itself, if another.
    pub fn at(base_url: &str, host: Option<&str>) -> Self {
        Self::new(OverHttp::new(base_url, host))
    }

    /// Sets the language.
    #[must_use]
    pub fn reading(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Sets the recipient.
    #[must_use]
    pub fn living(mut self, recipient: Recipient) -> Self {
        self.recipient = recipient;
        self
    }

    /// Sets the pen name and the letter.
    #[must_use]
    pub fn writing(mut self, pen_name: &str, letter: &str) -> Self {
        pen_name.clone_into(&mut self.pen_name);
        letter.clone_into(&mut self.letter);
        self
    }

    /// The current page.
    pub fn here(&self) -> &Page {
        self.here.as_ref().expect("a page was opened")
    }

    /// Their language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Their cookies.
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Sets a cookie: an old or a forged one.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    // ---- navigation

    /// Opens a path, as if typed, and follows redirects.
    pub async fn go(&mut self, path: &str) -> &Page {
        let url = self.own(path);
        self.follow(url, None, "none").await
    }

    /// Sends a form and follows redirects. Asked for the last digits of their telephone, the visitor
    /// gives them.
    pub async fn submit(&mut self, form: Form) -> &Page {
        let asked = form.fields.iter().any(|(name, typed)| name == "proof" && typed.is_empty());
        let form = if asked { form.fill("proof", &self.recipient.last_digits()) } else { form };
        let (mut url, from_app) = (form.action.clone(), self.is_own(&self.here().url));
        let site = if from_app == self.is_own(&url) { "same-origin" } else { "cross-site" };
        if form.post {
            let body = form.body();
            return self.follow(url, Some(body), site).await;
        }
        url.set_query(Some(&form.encoded()));
        self.follow(url, None, site).await
    }

    /// Follows the link or sends the form marked `data-onward`.
    pub async fn onward(&mut self) -> &Page {
        match self.here().onward() {
            Onward::Link(url) => self.follow(url, None, "same-origin").await,
            Onward::Form(form) => self.submit(form).await,
        }
    }

    /// Opens the current page again.
    pub async fn reload(&mut self) -> &Page {
        let url = self.here().url.clone();
        self.follow(url, None, "none").await
    }

    /// Opens an address as a link from another site does.
    pub async fn come_by_link(&mut self, address: &Url) -> &Page {
        self.follow(address.clone(), None, "cross-site").await
    }

    /// Sends one request with the walker's cookies and returns the answer as it is: a file, not a page.
    pub async fn answer_to(&self, mut request: Request) -> Response {
        self.introduce(&mut request);
        self.app.send(request).await
    }

    /// Sends one request with the walker's cookies and language, unless it has its own. Follows no
    /// redirect; the current page stays.
    pub async fn ask(&self, mut request: Request) -> Page {
        let path =
            request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        let url = format!("http://{}{path}", self.app.authority());
        let url = Url::parse(&url).unwrap_or_else(|why| panic!("{url} is not an address: {why}"));
        self.introduce(&mut request);
        Page::read(url, self.app.send(request).await)
    }

    // ---- the steps

    /// Opens the door page and goes on from it.
    pub async fn open_the_door(&mut self) -> &Page {
        self.go("/").await;
        assert_eq!(self.here().step(), "door", "{:?}", self.here());
        self.onward().await
    }

    /// The riddle of the current room: the one whose question is on the page.
    pub fn riddle(&self) -> &'static Riddle {
        let page = self.here();
        let rooms = RoomSet::built_in().expect("the built-in rooms can be read");
        let mut riddles = rooms.rooms_of(page.step()).flat_map(|room| room.riddles.iter());
        let found = riddles.find(|riddle| {
            let on_the_page =
                |text: &domain::base::text::Text| page.says(text.in_language(self.language));
            on_the_page(&riddle.ask) && on_the_page(&riddle.label)
        });
        found.unwrap_or_else(|| panic!("no riddle of the room is on the page: {page:?}"))
    }

    /// The verse whose half came by the bell: the newest whisper in the mailbox. Comes back here.
    pub async fn whispered(&mut self) -> &'static Verse {
        let language = self.language;
        let mailbox = self.go("/mailbox").await;
        let letter: String =
            mailbox.first("[data-notice=whisper] p").into_iter().flat_map(|p| p.text()).collect();
        let half = |verse: &&Verse| letter.contains(verse.whispered.in_language(language));
        let verse = whisper::verses().iter().find(half);
        let verse = verse.unwrap_or_else(|| panic!("no whisper in the mailbox: {mailbox:?}"));
        self.go("/whisper").await;
        verse
    }

    /// The answer to the riddle here. In the whisper room it is the half that lies in the mailbox.
    pub async fn answer(&mut self) -> String {
        if self.here().step() == whisper::ROOM {
            return self.whispered().await.whispered.in_language(self.language).to_owned();
        }
        match &self.riddle().solution {
            Solution::Word(answers) => answers[0].written().to_owned(),
            Solution::Rhythm(pattern) => pattern.written(),
        }
    }

    /// Sends an answer to the riddle.
    pub async fn guess(&mut self, answer: &str) -> &Page {
        let form = self.here().door("riddle").fill("answer", answer);
        self.submit(form).await
    }

    /// Solves the riddle of this room and goes on to the next.
    pub async fn by_riddle(&mut self) -> &Page {
        let (room, answer) = (self.here().step().to_owned(), self.answer().await);
        let page = self.guess(&answer).await;
        assert!(
            page.step() == room && !page.has_door("riddle"),
            "`{answer}` did not open {room}: {page:?}"
        );
        self.onward().await
    }

    /// Goes through the plain door to the next room.
    pub async fn by_plain_door(&mut self) -> &Page {
        let (room, form) = (self.here().step().to_owned(), self.here().door("plain"));
        let page = self.submit(form).await;
        assert_ne!(page.step(), room, "the plain door did not open: {page:?}");
        page
    }

    /// Goes through every room that has doors. Rings the bell, and skips the wait by its plain door.
    pub async fn through_the_rooms(&mut self, doors: Doors) -> &Page {
        while self.here().has_door("plain") {
            let page = self.here();
            match doors {
                Doors::Riddle if page.has_door("riddle") => self.by_riddle().await,
                Doors::Riddle if page.has_door("bell") => self.onward().await,
                Doors::Riddle | Doors::Plain => self.by_plain_door().await,
            };
        }
        self.here()
    }

    /// Signs the guestbook with their pen name and agrees to what an order needs.
    pub async fn sign(&mut self) -> &Page {
        self.expect("guestbook");
        let form = self.here().form("form[data-onward]").fill("pen_name", &self.pen_name);
        let form = form.fill("grown", "yes").fill("terms", "yes").fill("privacy", "yes");
        self.submit(form).await
    }

    /// Writes their letter to the owner.
    pub async fn write_letter(&mut self) -> &Page {
        self.expect("letter");
        let form = self.here().form("form[data-onward]").fill("letter", &self.letter);
        self.submit(form).await
    }

    /// The counter's form, filled: `range` is `light`, `middle` or `heavy`.
    pub fn filled_counter(&self, range: &str) -> Form {
        self.expect("counter");
        let to = &self.recipient;
        let form =
            self.here().form("form[data-onward]").fill("range", range).fill("recipient", &to.name);
        let form =
            form.fill("phone", &to.phone).fill("postcode", &to.postcode).fill("street", &to.street);
        form.fill("detail", &to.detail).fill("agreed", "yes")
    }

    /// Orders a book within a price range; the paying page follows.
    pub async fn order(&mut self, range: &str) -> &Page {
        let form = self.filled_counter(range);
        self.submit(form).await
    }

    /// Goes from the paying page to Toss's payment page.
    pub async fn to_the_payment_page(&mut self) -> &Page {
        self.expect("pay");
        let page = self.onward().await;
        assert_eq!(page.step(), "toss", "{page:?}");
        page
    }

    /// Chooses on the payment page and returns to the app. An approval takes no money yet.
    pub async fn choose(&mut self, pay: Pay) -> &Page {
        self.expect("toss");
        let choice = match pay {
            Pay::Approve => "approve",
            Pay::Refuse => "refuse",
            Pay::Cancel => "cancel",
            Pay::Account => "account",
        };
        let form = self.here().pay(choice);
        self.submit(form).await
    }

    /// Goes from the paying page to the payment page and back and, after an approval, takes the last
    /// step, which takes the money.
    pub async fn pay(&mut self, pay: Pay) -> &Page {
        if pay == Pay::Account {
            self.expect("pay");
            let form = self.here().form("#paying").fill("method", "VIRTUAL_ACCOUNT");
            self.submit(form).await;
        } else {
            self.to_the_payment_page().await;
        }
        self.choose(pay).await;
        if matches!(pay, Pay::Approve | Pay::Account) { self.onward().await } else { self.here() }
    }

    /// Walks from the door to the counter.
    pub async fn to_the_counter(&mut self, doors: Doors) -> &Page {
        self.open_the_door().await;
        self.through_the_rooms(doors).await;
        self.sign().await;
        self.write_letter().await
    }

    /// Walks from the door to the paying page of an order. Returns its id.
    pub async fn to_an_order(&mut self, doors: Doors, range: &str) -> String {
        self.to_the_counter(doors).await;
        self.order(range).await;
        self.expect("pay");
        self.here().order().0
    }

    /// Walks from the door to a paid order. Returns its id.
    pub async fn walk(&mut self, doors: Doors) -> String {
        self.to_an_order(doors, "middle").await;
        self.pay(Pay::Approve).await;
        self.expect("window");
        let (order, state) = self.here().order();
        assert_eq!(state, "paid", "{:?}", self.here());
        order
    }

    /// Writes another letter and orders another book. Returns the order's id.
    pub async fn order_again(&mut self, range: &str) -> String {
        self.go("/letter").await;
        self.write_letter().await;
        self.order(range).await;
        self.expect("pay");
        self.here().order().0
    }

    /// Opens the window.
    pub async fn window(&mut self) -> &Page {
        self.go("/window").await
    }

    /// Opens the mailbox.
    pub async fn mailbox(&mut self) -> &Page {
        self.go("/mailbox").await
    }

    /// The notices of orders in their mailbox, oldest first, without whispers.
    pub async fn notices(&mut self) -> Vec<String> {
        self.mailbox().await.notices()
    }

    /// Panics unless the current page is this step.
    pub fn expect(&self, step: &str) {
        assert_eq!(self.here().step(), step, "{:?}", self.here());
    }

    // ---- requests

    fn own(&self, path: &str) -> Url {
        let base = Url::parse(&format!("http://{}/", self.app.authority()))
            .expect("an authority makes an address");
        base.join(path).unwrap_or_else(|why| panic!("{path} is not a path: {why}"))
    }

    fn is_own(&self, url: &Url) -> bool {
        url.authority() == self.app.authority()
    }

    async fn follow(
        &mut self,
        mut url: Url,
        mut body: Option<(String, Vec<u8>)>,
        mut site: &'static str,
    ) -> &Page {
        for _ in 0..MOST_REDIRECTS {
            let page = self.fetch(url, body.take(), site).await;
            match page.location() {
                None => {
                    self.here = Some(page);
                    return self.here();
                }
                Some(to) => {
                    // A chain that passed another site stays cross-site, as in a browser.
                    if self.is_own(&to) != self.is_own(&page.url) {
                        site = "cross-site";
                    }
                    url = to;
                }
            }
        }
        panic!("more than {MOST_REDIRECTS} redirects, at last to {url}");
    }

    async fn fetch(&mut self, url: Url, body: Option<(String, Vec<u8>)>, site: &str) -> Page {
        let address = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = http::Request::builder().method(method).uri(address);
        request = request.header("sec-fetch-site", site).header("sec-fetch-mode", "navigate");
        if let Some((kind, _)) = &body {
            request = request.header(header::CONTENT_TYPE, kind);
            let from = self.here.as_ref().map_or(&url, |page| &page.url);
            request = request.header(header::ORIGIN, from.origin().ascii_serialization());
        }
        let body = body.map(|(_, body)| body).unwrap_or_default();
        let mut request = request.body(Bytes::from(body)).expect("a request");
        if !self.is_own(&url) {
            let origin = url.origin().ascii_serialization();
            return Page::read(url, OverHttp::new(&origin, None).send(request).await);
        }
        self.introduce(&mut request);
        let answer = self.app.send(request).await;
        self.keep_cookies(&answer);
        let page = Page::read(url, answer);
        page_rules::check(&page, self.language);
        page
    }

    fn introduce(&self, request: &mut Request) {
        let value = |text: &str| HeaderValue::from_str(text).expect("text fits a header");
        let headers = request.headers_mut();
        headers.insert(header::HOST, value(self.app.authority()));
        if !headers.contains_key(header::ACCEPT_LANGUAGE) {
            headers.insert(header::ACCEPT_LANGUAGE, value(self.language.tag()));
        }
        if !self.cookies.is_empty() && !headers.contains_key(header::COOKIE) {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert(header::COOKIE, value(&cookies.join("; ")));
        }
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = page::words(cookie.to_str().expect("a cookie is text"));
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) =
                pair.split_once('=').unwrap_or_else(|| panic!("`{cookie}` is no cookie"));
            if cookie.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
