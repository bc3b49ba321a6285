//! A device of the owner: opens the office, taps links and buttons by their words, fills fields, and
//! counts the taps.

use scraper::ElementRef;
use serde_json::json;

use crate::{Form, Page, Request, Response, Shop, Walker, outline};

/// A device that was let into the office.
#[derive(Clone)]
pub struct OwnerDevice {
    walker: Walker,
    taps: usize,
    typed: Vec<(String, String)>,
    chosen: Vec<(String, String, Vec<u8>)>,
}

impl OwnerDevice {
    /// Lets a device in with a key that the console gave. That is done once, so it counts no taps.
    pub async fn let_in(shop: &Shop, name: &str) -> Self {
        let key = shop.owner("owner-office", json!({ "key": name })).await;
        Self::by_link(shop.visitor(), key["page"].as_str().expect("a link to the office")).await
    }

    /// Lets a device in by a link that the console gave.
    pub async fn by_link(walker: Walker, link: &str) -> Self {
        let (_, path) = link.split_once("/office/").expect("a link into the office");
        let mut device = Self { walker, taps: 0, typed: Vec::new(), chosen: Vec::new() };
        device.walker.go(&format!("/office/{path}")).await;
        device.press("이 기기에서 열기").await;
        assert!(device.here().says("오늘"), "{:?}", device.here());
        device.taps = 0;
        device
    }

    /// A device that was not let in.
    pub fn outside(shop: &Shop) -> Self {
        Self { walker: shop.visitor(), taps: 0, typed: Vec::new(), chosen: Vec::new() }
    }

    /// The current page.
    pub fn here(&self) -> &Page {
        self.walker.here()
    }

    /// Taps so far. Each field that is filled is one.
    pub fn taps(&self) -> usize {
        self.taps
    }

    /// The walker, for requests that no page sends.
    pub fn walker(&mut self) -> &mut Walker {
        &mut self.walker
    }

    /// Opens an address by a bookmark.
    pub async fn open(&mut self, path: &str) -> &Page {
        self.taps += 1;
        self.typed.clear();
        self.chosen.clear();
        self.walker.go(path).await
    }

    /// Taps the first link whose words contain these.
    pub async fn follow(&mut self, words: &str) -> &Page {
        let link = self.find("a[href]", words).attr("href").unwrap_or_default().to_owned();
        self.open(&link).await
    }

    /// The address of the first link whose words contain these: one tap.
    pub fn link(&mut self, words: &str) -> String {
        self.taps += 1;
        self.find("a[href]", words).attr("href").unwrap_or_default().to_owned()
    }

    /// Downloads a file.
    pub async fn download(&self, request: Request) -> Response {
        self.walker.answer_to(request).await
    }

    /// Fills a field of the next form.
    pub fn fill(&mut self, field: &str, value: &str) -> &mut Self {
        self.taps += 1;
        self.typed.push((field.to_owned(), value.to_owned()));
        self
    }

    /// Chooses a file for a field of the next form.
    pub fn choose(&mut self, field: &str, name: &str, bytes: &[u8]) -> &mut Self {
        self.taps += 1;
        self.chosen.push((field.to_owned(), name.to_owned(), bytes.to_vec()));
        self
    }

    /// The form of the first button whose words contain these, with what was filled.
    pub fn form(&self, words: &str) -> Form {
        let button = self.find("form button", words);
        let form = button.ancestors().filter_map(ElementRef::wrap);
        let form = form.into_iter().find(|element| element.value().name() == "form");
        let form = self.here().form_in(form.expect("the button is in a form"));
        let form = self.typed.iter().fold(form, |form, (field, value)| form.fill(field, value));
        let chosen = self.chosen.iter();
        chosen.fold(form, |form, (field, name, bytes)| form.choose(field, name, bytes))
    }

    /// Presses the first button whose words contain these.
    pub async fn press(&mut self, words: &str) -> &Page {
        let form = self.form(words);
        self.taps += 1;
        self.typed.clear();
        self.chosen.clear();
        self.walker.submit(form).await
    }

    /// Presses the button with this name in the form of the first button whose words contain these.
    pub async fn press_named(&mut self, words: &str, name: &str) -> &Page {
        let form = self.form(words).tampered(name, "1");
        self.taps += 1;
        self.typed.clear();
        self.chosen.clear();
        self.walker.submit(form).await
    }

    /// Whether the page has such a button.
    pub fn has_button(&self, words: &str) -> bool {
        let mut buttons = self.here().all("form button").into_iter();
        buttons.any(|button| outline::words_of(button).contains(words))
    }

    fn find(&self, css: &str, words: &str) -> ElementRef<'_> {
        let found = self.here().all(css).into_iter();
        let mut found = found.filter(|element| outline::words_of(*element).contains(words));
        found.next().unwrap_or_else(|| panic!("no {css} says `{words}`: {:?}", self.here()))
    }
}
