//! A page as a program reads it: its marks, its forms and its visible words.

use http::{HeaderMap, StatusCode, header};
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::{Response, outline};

/// One answer of the app or of the payment page: a page or a redirect.
#[derive(Clone)]
pub struct Page {
    /// Its address.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as received.
    pub body: String,
    pub(crate) html: Html,
}

/// The link or form that leads onward from a page.
#[derive(Debug, Clone)]
pub enum Onward {
    /// A link.
    Link(Url),
    /// A form to send.
    Form(Form),
}

/// A form, as the page brought it.
#[derive(Debug, Clone)]
pub struct Form {
    /// Whether it is posted; otherwise its fields go into the address.
    pub post: bool,
    /// The address it is sent to.
    pub action: Url,
    /// The fields: name and value, in the page's order.
    pub fields: Vec<(String, String)>,
    /// The names of the fields that a person can fill.
    open: Vec<String>,
    /// Whether it is sent in parts, and may have files.
    multipart: bool,
    /// The names of the fields that take a file.
    takes: Vec<String>,
    /// The files that were chosen: field, name and bytes.
    files: Vec<(String, String, Vec<u8>)>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})\n{}", self.status.as_u16(), self.url, self.step(), self.text())
    }
}

pub(crate) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|why| panic!("`{css}` is not a selector: {why:?}"))
}

/// Text with every run of white space made one space.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// Reads an answer.
    pub fn read(url: Url, response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.to_vec())
            .unwrap_or_else(|_| panic!("{url} did not answer text"));
        let html = Html::parse_document(&body);
        Self { url, status: parts.status, headers: parts.headers, body, html }
    }

    /// The step, from `body[data-step]`; empty for an answer without a page.
    pub fn step(&self) -> &str {
        self.first("body").and_then(|body| body.attr("data-step")).unwrap_or_default()
    }

    /// The target of a redirect.
    pub fn location(&self) -> Option<Url> {
        let to = self.header(header::LOCATION.as_str());
        let moved = self.status.is_redirection() && !to.is_empty();
        moved.then(|| {
            self.url.join(&to).unwrap_or_else(|why| panic!("{to} is not an address: {why}"))
        })
    }

    /// A header as text; empty if missing.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Elements by a CSS selector.
    pub fn all(&self, css: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&selector(css)).collect()
    }

    /// The first element by a CSS selector.
    pub fn first(&self, css: &str) -> Option<ElementRef<'_>> {
        self.html.select(&selector(css)).next()
    }

    /// The visible words of the page's body.
    pub fn text(&self) -> String {
        self.first("body").map(outline::words_of).unwrap_or_default()
    }

    /// The visible words within the first element by a CSS selector.
    pub fn text_of(&self, css: &str) -> String {
        self.first(css).map(outline::words_of).unwrap_or_default()
    }

    /// Whether the page shows these words, whatever their line breaks.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(&words(text))
    }

    /// Everything visible above the footer, with the marks, as text for snapshots. Ids are left
    /// out.
    pub fn outline(&self) -> String {
        outline::of(self)
    }

    /// The outline of one element.
    pub fn outline_of(&self, css: &str) -> String {
        self.first(css).map(outline::of_element).unwrap_or_default()
    }

    /// The orders shown: id and state.
    pub fn orders(&self) -> Vec<(String, String)> {
        let of = |order: ElementRef<'_>, name| order.attr(name).unwrap_or_default().to_owned();
        self.all("[data-order]")
            .into_iter()
            .map(|o| (of(o, "data-order"), of(o, "data-state")))
            .collect()
    }

    /// The only order shown: id and state.
    pub fn order(&self) -> (String, String) {
        let mut orders = self.orders();
        assert_eq!(orders.len(), 1, "not exactly one order is shown: {self:?}");
        orders.remove(0)
    }

    /// The notices of orders in the mailbox, oldest first, without whispers.
    pub fn notices(&self) -> Vec<String> {
        let letters = self.all("[data-notice]:not([data-notice=whisper])").into_iter().rev();
        letters.filter_map(|letter| letter.attr("data-notice")).map(str::to_owned).collect()
    }

    /// The form of a door: `riddle`, `plain`, `wait`, `bell` or `again`.
    pub fn door(&self, which: &str) -> Form {
        self.form(&format!("form[data-door={which}]"))
    }

    /// Whether the page has this door.
    pub fn has_door(&self, which: &str) -> bool {
        self.first(&format!("form[data-door={which}]")).is_some()
    }

    /// The link or form marked `data-onward`.
    pub fn onward(&self) -> Onward {
        let element = self
            .first("[data-onward]")
            .unwrap_or_else(|| panic!("nothing is marked data-onward: {self:?}"));
        match element.attr("href") {
            Some(href) => Onward::Link(self.join(href)),
            None => Onward::Form(self.read_form(element, None)),
        }
    }

    /// A choice of the payment page: `approve`, `refuse`, `cancel` or `account`.
    pub fn pay(&self, choice: &str) -> Form {
        let css = format!("[data-pay={choice}]");
        let button = self.first(&css).unwrap_or_else(|| panic!("no choice `{choice}`: {self:?}"));
        let form =
            button.ancestors().filter_map(ElementRef::wrap).find(|a| a.value().name() == "form");
        let form = form.unwrap_or_else(|| panic!("the choice `{choice}` is in no form: {self:?}"));
        self.read_form(form, Some(button))
    }

    /// The form that a button sends, by a CSS selector, with the button's own field.
    pub fn pressing(&self, css: &str) -> Form {
        let button = self.first(css).unwrap_or_else(|| panic!("no button `{css}`: {self:?}"));
        let form = if let Some(id) = button.attr("form") {
            self.first(&format!("form#{id}"))
        } else {
            let mut around = button.ancestors().filter_map(ElementRef::wrap);
            around.find(|element| element.value().name() == "form")
        };
        let form = form.unwrap_or_else(|| panic!("the button `{css}` is in no form: {self:?}"));
        let mut form = self.read_form(form, Some(button));
        if let Some(name) = button.attr("name") {
            form.put(name, button.attr("value").unwrap_or_default());
        }
        form
    }

    /// The first form by a CSS selector.
    pub fn form(&self, css: &str) -> Form {
        let form = self.first(css).unwrap_or_else(|| panic!("no form `{css}`: {self:?}"));
        self.read_form(form, None)
    }

    /// A form of this page.
    pub(crate) fn form_in(&self, form: ElementRef<'_>) -> Form {
        self.read_form(form, None)
    }

    /// The value of a field.
    pub fn value(&self, field: &str) -> String {
        let css = format!("[name='{field}']");
        let element = self.first(&css).unwrap_or_else(|| panic!("no field `{field}`: {self:?}"));
        value_of(element)
    }

    fn join(&self, address: &str) -> Url {
        self.url.join(address).unwrap_or_else(|why| panic!("{address} is not an address: {why}"))
    }

    fn read_form(&self, form: ElementRef<'_>, pressed: Option<ElementRef<'_>>) -> Form {
        let attribute = |name| form.attr(name).unwrap_or_default();
        let action =
            pressed.and_then(|button| button.attr("formaction")).unwrap_or(attribute("action"));
        let mut action = if action.is_empty() { self.url.clone() } else { self.join(action) };
        action.set_fragment(None);
        let (mut fields, mut open, mut takes) = (Vec::new(), Vec::new(), Vec::new());
        for field in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = field.attr("name").unwrap_or_default().to_owned();
            let kind = field.attr("type").unwrap_or("text");
            if kind != "hidden" && field.attr("disabled").is_none() {
                open.push(name.clone());
            }
            if kind == "file" {
                takes.push(name);
                continue;
            }
            let ticked = !matches!(kind, "checkbox" | "radio") || field.attr("checked").is_some();
            if ticked && field.attr("disabled").is_none() {
                fields.push((name, value_of(field)));
            }
        }
        let post = attribute("method").eq_ignore_ascii_case("post");
        let multipart = attribute("enctype").eq_ignore_ascii_case(MULTIPART);
        Form { post, action, fields, open, multipart, takes, files: Vec::new() }
    }
}

fn value_of(field: ElementRef<'_>) -> String {
    match field.value().name() {
        // The parser has dropped the line break after the tag, as HTML asks.
        "textarea" => field.text().collect(),
        _ if matches!(field.attr("type"), Some("checkbox" | "radio")) => {
            field.attr("value").unwrap_or("on").to_owned()
        }
        _ => field.attr("value").unwrap_or_default().to_owned(),
    }
}

/// The media type of a form with files.
const MULTIPART: &str = "multipart/form-data";

/// What stands between the parts of a form.
const BOUNDARY: &str = "----walker7MA4YWxkTrZu0gW";

impl Form {
    /// Chooses a file.
    #[must_use]
    pub fn choose(mut self, field: &str, name: &str, bytes: &[u8]) -> Self {
        assert!(self.multipart, "the form takes no files: {:?}", self.open);
        assert!(self.takes.iter().any(|takes| takes == field), "no `{field}`: {:?}", self.takes);
        self.files.push((field.to_owned(), name.to_owned(), bytes.to_vec()));
        self
    }

    /// The media type and the body as a browser sends them.
    pub fn body(&self) -> (String, Vec<u8>) {
        if !self.multipart {
            let kind = "application/x-www-form-urlencoded".to_owned();
            return (kind, self.encoded().into_bytes());
        }
        let mut body = Vec::new();
        let mut part = |head: String, bytes: &[u8]| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in &self.fields {
            part(format!("name=\"{name}\""), value.as_bytes());
        }
        // A browser sends a file field without a file as one without a name.
        for (field, name, bytes) in &self.files {
            let kind = "Content-Type: application/octet-stream";
            part(format!("name=\"{field}\"; filename=\"{name}\"\r\n{kind}"), bytes);
        }
        for field in &self.takes {
            if self.files.iter().all(|(chosen, ..)| chosen != field) {
                part(format!("name=\"{field}\"; filename=\"\""), b"");
            }
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("{MULTIPART}; boundary={BOUNDARY}"), body)
    }

    /// Fills a field, ticks a box or chooses an option.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        assert!(
            self.open.iter().any(|open| open == name),
            "the form has no open field `{name}`: {:?}",
            self.open
        );
        self.put(name, value);
        self
    }

    /// Sets any field, even one that the page does not offer: for tests of bad input.
    #[must_use]
    pub fn tampered(mut self, name: &str, value: &str) -> Self {
        self.put(name, value);
        self
    }

    /// Leaves a field out: for tests of bad input.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    fn put(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }

    /// The fields as a browser encodes them.
    pub fn encoded(&self) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(&self.fields).finish()
    }
}
