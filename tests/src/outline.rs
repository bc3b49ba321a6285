//! The visible content of a page as text: words, links, fields and marks.

use scraper::{ElementRef, Node};

use crate::{Page, page};

/// Elements without visible words.
const SILENT: [&str; 6] = ["script", "style", "noscript", "template", "head", "svg"];

/// Elements that begin a new line.
const BLOCKS: [&str; 27] = [
    "header",
    "main",
    "footer",
    "nav",
    "section",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "form",
    "fieldset",
    "legend",
    "label",
    "blockquote",
    "figure",
    "details",
    "summary",
    "button",
    "input",
    "textarea",
    "br",
];

/// Elements that are separated by a space within a line.
const APART: [&str; 6] = ["th", "td", "dt", "dd", "span", "cite"];

/// The visible words of an element.
pub(crate) fn words_of(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    gather(element, &mut out);
    page::words(&out)
}

fn gather(element: ElementRef<'_>, out: &mut String) {
    if SILENT.contains(&element.value().name()) || element.attr("hidden").is_some() {
        return;
    }
    let name = element.value().name();
    let apart = BLOCKS.contains(&name) || APART.contains(&name);
    if apart {
        out.push(' ');
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => out.push_str(text),
            Node::Element(_) => gather(ElementRef::wrap(child).unwrap(), out),
            _ => {}
        }
    }
    if apart {
        out.push(' ');
    }
}

/// The outline of a page without its footer, which is the same on every page.
pub(crate) fn of(page: &Page) -> String {
    let language = page.first("html").and_then(|html| html.attr("lang")).unwrap_or("?").to_owned();
    let (status, path) = (page.status.as_u16(), shorter(page.url.path()));
    let mut out = format!("{status} {path} · step {} · lang {language}\n", page.step());
    if let Some(location) = page.location() {
        return out + &format!("→ {}\n", shorter(location.path()));
    }
    if let Some(title) = page.first("title") {
        out += &format!("title: {}\n", page::words(&title.text().collect::<String>()));
    }
    for part in page.all("body > :not(footer)") {
        out += &of_element(part);
    }
    out
}

/// The outline of one element.
pub(crate) fn of_element(element: ElementRef<'_>) -> String {
    let (mut out, mut line) = (String::new(), String::new());
    lines(element, &mut out, &mut line);
    flush(&mut out, &mut line);
    out
}

fn flush(out: &mut String, line: &mut String) {
    let text = page::words(line);
    if !text.is_empty() {
        out.push_str(&text);
        out.push('\n');
    }
    line.clear();
}

fn lines(element: ElementRef<'_>, out: &mut String, line: &mut String) {
    let name = element.value().name();
    if name == "svg" {
        flush(out, line);
        let title = element
            .select(&page::selector("title"))
            .next()
            .map(|title| title.text().collect::<String>());
        line.push_str(&format!(
            "(drawing: {})",
            title.unwrap_or_else(|| "for the eye alone".to_owned())
        ));
        flush(out, line);
        return;
    }
    if SILENT.contains(&name) || element.attr("hidden").is_some() {
        return;
    }
    let block = BLOCKS.contains(&name);
    if block {
        flush(out, line);
    }
    if APART.contains(&name) {
        line.push(' ');
    }
    line.push_str(&before(element));
    for child in element.children() {
        match child.value() {
            Node::Text(text) if matches!(name, "blockquote" | "textarea") => {
                for row in text.lines() {
                    line.push_str(row);
                    flush(out, line);
                }
            }
            Node::Text(text) => line.push_str(&shorter(text)),
            Node::Element(_) => lines(ElementRef::wrap(child).unwrap(), out, line),
            _ => {}
        }
    }
    if name == "a" {
        line.push_str(&format!(" ‹{}›", shorter(element.attr("href").unwrap_or_default())));
    }
    if block {
        flush(out, line);
    }
}

/// The prefix of an element's words: its kind where that matters, and its marks.
fn before(element: ElementRef<'_>) -> String {
    let attribute = |name| element.attr(name).unwrap_or_default();
    let mut out = match element.value().name() {
        "h1" => "# ".to_owned(),
        "h2" => "## ".to_owned(),
        "h3" => "### ".to_owned(),
        "li" => "- ".to_owned(),
        "button" => "[button] ".to_owned(),
        "summary" => "[opens] ".to_owned(),
        "nav" => format!("({})", attribute("aria-label")),
        "form" => format!("[form {} {}]", attribute("method"), shorter(attribute("action"))),
        "textarea" => format!("[field {}] ", attribute("name")),
        "input" if attribute("name") == "payment_key" => "[hidden payment_key] KEY".to_owned(),
        "input" if attribute("type") == "hidden" => {
            format!("[hidden {}] {}", attribute("name"), shorter(attribute("value")))
        }
        "input" => {
            let ticked = if element.attr("checked").is_some() { " ticked" } else { "" };
            let closed = if element.attr("disabled").is_some() { " closed" } else { "" };
            format!(
                "[{} {}{ticked}{closed}] {}",
                attribute("type"),
                attribute("name"),
                attribute("value")
            )
        }
        _ => String::new(),
    };
    for mark in [
        "data-door",
        "data-onward",
        "data-order",
        "data-state",
        "data-notice",
        "data-pay",
        "role",
        "aria-current",
    ] {
        if let Some(value) = element.attr(mark) {
            out += &format!("{{{mark} {}}} ", shorter(value)).replace(" }", "}");
        }
    }
    out
}

/// A text without what differs from run to run: ids of orders, visitors and payments, and the port
/// of the payment page.
fn shorter(text: &str) -> String {
    let is_id = |part: &str| {
        part.len() >= 22 && part.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let word = &rest[start..];
        let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
        out.push_str(&rest[..start]);
        out.push_str(if is_id(&word[..end]) { "ID" } else { &word[..end] });
        rest = &word[end..];
    }
    out.push_str(rest);
    match out.split_once("://127.0.0.1:") {
        Some((before, rest)) => {
            let path = rest.find('/').map_or("", |at| &rest[at..]);
            format!("{before}://toss.test{path}")
        }
        None => out,
    }
}
