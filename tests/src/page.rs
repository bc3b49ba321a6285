//! A page as a program reads it: by its marks, its forms and its visible words.

use http::{HeaderMap, StatusCode, header};
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::{Answer, outline};

/// One answer of the house, or of the payment page: a page, or the way to another.
#[derive(Clone)]
pub struct Page {
    /// Where it was.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came.
    pub body: String,
    pub(crate) html: Html,
}

/// What leads onward from a page.
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
    /// Where it goes.
    pub action: Url,
    /// What is sent: name and value, in the page's order.
    pub fields: Vec<(String, String)>,
    /// The names that a person can fill.
    open: Vec<String>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})\n{}", self.status.as_u16(), self.url, self.step(), self.text())
    }
}

pub(crate) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|why| panic!("`{css}` is no selector: {why:?}"))
}

/// Words with the white space of a page made one space.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// Reads an answer.
    pub fn read(url: Url, answer: Answer) -> Self {
        let (parts, body) = answer.into_parts();
        let body =
            String::from_utf8(body.to_vec()).unwrap_or_else(|_| panic!("{url} answered no text"));
        let html = Html::parse_document(&body);
        Self { url, status: parts.status, headers: parts.headers, body, html }
    }

    /// The step, from `body[data-step]`; empty for an answer without a page.
    pub fn step(&self) -> &str {
        self.first("body").and_then(|body| body.attr("data-step")).unwrap_or_default()
    }

    /// Where it sends on, if it does.
    pub fn location(&self) -> Option<Url> {
        let to = self.header(header::LOCATION.as_str());
        let moved = self.status.is_redirection() && !to.is_empty();
        moved.then(|| self.url.join(&to).unwrap_or_else(|why| panic!("{to} is no address: {why}")))
    }

    /// A header as text; empty if it is not there.
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

    /// Whether these words stand on the page, however they are broken into lines.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(&words(text))
    }

    /// Everything visible above the footer, with the marks, as text: for snapshots. Ids are left
    /// out.
    pub fn outline(&self) -> String {
        outline::of(self)
    }

    /// The same of one element.
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

    /// The one order shown: id and state.
    pub fn order(&self) -> (String, String) {
        let mut orders = self.orders();
        assert_eq!(orders.len(), 1, "one order should be shown: {self:?}");
        orders.remove(0)
    }

    /// The form of a door: `riddle` or `plain`.
    pub fn door(&self, which: &str) -> Form {
        self.form(&format!("form[data-door={which}]"))
    }

    /// Whether the page has this door.
    pub fn has_door(&self, which: &str) -> bool {
        self.first(&format!("form[data-door={which}]")).is_some()
    }

    /// What leads onward.
    pub fn onward(&self) -> Onward {
        let element = self
            .first("[data-onward]")
            .unwrap_or_else(|| panic!("nothing leads onward here: {self:?}"));
        match element.attr("href") {
            Some(href) => Onward::Link(self.join(href)),
            None => Onward::Form(self.read_form(element, None)),
        }
    }

    /// The button of the payment page: `approve`, `refuse` or `cancel`.
    pub fn pay(&self, choice: &str) -> Form {
        let css = format!("[data-pay={choice}]");
        let button =
            self.first(&css).unwrap_or_else(|| panic!("no choice `{choice}` here: {self:?}"));
        let form =
            button.ancestors().filter_map(ElementRef::wrap).find(|a| a.value().name() == "form");
        let form = form.unwrap_or_else(|| panic!("the choice `{choice}` is in no form: {self:?}"));
        self.read_form(form, Some(button))
    }

    /// The first form by a CSS selector.
    pub fn form(&self, css: &str) -> Form {
        let form = self.first(css).unwrap_or_else(|| panic!("no form `{css}` here: {self:?}"));
        self.read_form(form, None)
    }

    /// What stands in a field.
    pub fn value(&self, field: &str) -> String {
        let css = format!("[name='{field}']");
        let element =
            self.first(&css).unwrap_or_else(|| panic!("no field `{field}` here: {self:?}"));
        value_of(element)
    }

    fn join(&self, address: &str) -> Url {
        self.url.join(address).unwrap_or_else(|why| panic!("{address} is no address: {why}"))
    }

    fn read_form(&self, form: ElementRef<'_>, pressed: Option<ElementRef<'_>>) -> Form {
        let attribute = |name| form.attr(name).unwrap_or_default();
        let action =
            pressed.and_then(|button| button.attr("formaction")).unwrap_or(attribute("action"));
        let mut action = if action.is_empty() { self.url.clone() } else { self.join(action) };
        action.set_fragment(None);
        let (mut fields, mut open) = (Vec::new(), Vec::new());
        for field in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = field.attr("name").unwrap_or_default().to_owned();
            let kind = field.attr("type").unwrap_or("text");
            if kind != "hidden" && field.attr("disabled").is_none() {
                open.push(name.clone());
            }
            let ticked = !matches!(kind, "checkbox" | "radio") || field.attr("checked").is_some();
            if ticked && field.attr("disabled").is_none() {
                fields.push((name, value_of(field)));
            }
        }
        Form { post: attribute("method").eq_ignore_ascii_case("post"), action, fields, open }
    }
}

fn value_of(field: ElementRef<'_>) -> String {
    match field.value().name() {
        // HTML drops one line break after the tag, which the parser did already.
        "textarea" => field.text().collect(),
        _ if matches!(field.attr("type"), Some("checkbox" | "radio")) => {
            field.attr("value").unwrap_or("on").to_owned()
        }
        _ => field.attr("value").unwrap_or_default().to_owned(),
    }
}

impl Form {
    /// Types into a field, ticks a box or chooses one of several.
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

    /// Sends something else than the page meant: for tests of bad input.
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

    /// The fields as a browser writes them.
    pub fn encoded(&self) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(&self.fields).finish()
    }
}
