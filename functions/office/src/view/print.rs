//! What is printed: slips with letters (A5), the list of books to fetch (A4), labels. The browser
//! prints. No slip and no label names a book.

use std::{fmt::Write as _, ops::RangeInclusive};

use admin::{Answer, Show};
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::Value;
use web::{Page, Request, Shop};

use super::{Frame, answer, form, pack};

/// A sheet of labels (Formtec): how many stand in a row and a column, and their measures in
/// millimetres. The margins are to be held against a real sheet; the settings of a printer differ.
struct Sheet {
    name: &'static str,
    columns: usize,
    rows: usize,
    width: f32,
    height: f32,
    /// From one label's left edge to the next.
    step: f32,
    top: f32,
    left: f32,
}

const SHEETS: [Sheet; 3] = [
    Sheet {
        name: "16",
        columns: 2,
        rows: 8,
        width: 99.1,
        height: 33.9,
        step: 101.6,
        top: 14.2,
        left: 4.7,
    },
    Sheet {
        name: "24",
        columns: 3,
        rows: 8,
        width: 64.0,
        height: 33.9,
        step: 66.5,
        top: 12.5,
        left: 6.5,
    },
    Sheet {
        name: "14",
        columns: 2,
        rows: 7,
        width: 99.1,
        height: 38.1,
        step: 101.6,
        top: 13.8,
        left: 5.0,
    },
];

/// How to print, and the way on: from the list to the slips, to the labels, and back to packing.
fn how(count: usize, on: &Markup) -> Markup {
    html! {
        p.noprint.soft { "배율 100%, 여백 없음, 머리글 끔으로 인쇄하십시오. " (count) "건입니다." }
        div.noprint { (on) }
    }
}

fn link(words: &str, path: &str) -> Markup {
    html! { p { a.door.quiet href=(path) { (words) } } }
}

/// The slips and letters, in the order of their numbers.
pub(crate) fn slips(frame: &Frame, given: &Answer, request: &Request, shop: &Shop) -> Page {
    let body = html! {
        div.noprint { h1 { "쪽지" } (answer::problems(given)) }
        (how(given.shows.len(), &link("라벨로", "/office/labels")))
        @for show in &given.shows { (slip(show, request, shop)) }
    };
    frame.page("쪽지", &body)
}

/// What the reader gets, and below the line that is cut the number by which the owner knows the
/// parcel.
fn slip(show: &Show, request: &Request, sender: &Shop) -> Markup {
    let of = |name: &str| text(&show.data, name);
    html! {
        article.slip {
            h2 { "이 책을 고른 까닭" }
            @for sentence in of("reason").split_inclusive(". ") { p { (sentence.trim()) } }
            @if !of("poem").is_empty() { figure.verse { (of("poem")) } }
            @if !of("last_code").is_empty() { (last_room(of("last_code"), request)) }
            div.foot {
                p.plain {
                    (sender.name) " · " (sender.address) br;
                    (sender.phone) " · " (sender.email) br;
                    "책을 받으신 날부터 7일 안에는 포장을 뜯으셨어도 반품하실 수 있습니다."
                }
            }
            p.stub { span.num { (show.title) } }
        }
        @if let Some(letter) = &show.text {
            article.slip {
                h2 { "보내 주신 편지" }
                @for paragraph in letter.split('\n') { p { (paragraph) } }
                p.plain { (of("letter_note")) }
                p.stub { span.num { (show.title) } }
            }
        }
    }
}

/// The way to the last room: by the camera, or by eight letters.
fn last_room(letters: &str, request: &Request) -> Markup {
    let bare = letters.replace('-', "");
    html! {
        div.lastroom {
            (code(&format!("{}/last/{bare}", request.origin), "마지막 방을 여는 그림 부호"))
            p {
                "이 책 안에 마지막 방이 하나 있소." br;
                span.plain { (request.origin) "/last" } br;
                b.num { (letters) }
            }
        }
    }
}

/// The books to fetch. A code beside each opens its parcel on the telephone.
pub(crate) fn list(frame: &Frame, given: &Answer, request: &Request) -> Page {
    let to_pack: Vec<&Show> =
        given.shows.iter().filter(|show| text(&show.data, "what") == "포장").collect();
    let on = match to_pack.as_slice() {
        [] => link("포장으로", pack::HERE),
        some => form::call(frame, &pack::print("쪽지로", some), pack::SLIPS),
    };
    let body = html! {
        h1 { "꺼낼 책 " (to_pack.len()) }
        (how(to_pack.len(), &on))
        table.list {
            thead { tr { th { "자리" } th { "번호" } th { "책" } th { "권" } th { "부칠 때" } } }
            tbody { @for show in to_pack {
                tr {
                    // One cell for tick and place: a phone is narrow.
                    td { span.box {} " " (text(&show.data, "spot")) }
                    td { (show.title) }
                    td { "「" (text(&show.data, "title")) "」 " (text(&show.data, "author")) }
                    td { @if let Some(copy) = show.data.get("copy").and_then(Value::as_u64) { (copy) } }
                    td { (code(&format!("{}/office/ship/{}", request.origin, text(&show.data, "name")), "이 꾸러미의 번호를 적는 그림 부호")) }
                }
            } }
        }
    };
    frame.page("꺼낼 책", &body)
}

/// Labels on a sheet, from the cell that the owner names: the cells before it are used.
pub(crate) fn labels(frame: &Frame, given: &Answer, request: &Request, shop: &Shop) -> Page {
    let named = request.query.typed("sheet");
    let [usual, ..] = &SHEETS;
    let sheet = SHEETS.iter().find(|sheet| sheet.name == named).unwrap_or(usual);
    let cells = sheet.columns * sheet.rows;
    let from = request.query.typed("from").trim().parse().unwrap_or(1_usize).clamp(1, cells);
    let shows: Vec<Option<&Show>> =
        (1..from).map(|_| None).chain(given.shows.iter().map(Some)).collect();
    let body = html! {
        div.noprint {
            h1 { "라벨" }
            (choice(sheet, from, 1..=cells))
        }
        (how(given.shows.len(), &link("포장으로", pack::HERE)))
        @if !given.shows.is_empty() {
            div.noprint.acts { (form::call(frame, &pack::all(&given.shows), pack::HERE)) }
        }
        @for page in shows.chunks(cells) {
            svg.labels xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297" width="210mm"
                height="297mm" role="img" aria-label="라벨 한 장" {
                @for (place, show) in page.iter().enumerate() {
                    @if let Some(show) = show { (label(sheet, place, show, shop)) }
                }
            }
        }
    };
    frame.page("라벨", &body)
}

fn choice(sheet: &Sheet, from: usize, cells: RangeInclusive<usize>) -> Markup {
    html! {
        form method="get" action="/office/labels" {
            fieldset {
                legend { "라벨지" }
                div.choices { @for one in &SHEETS {
                    @let id = format!("sheet-{}", one.name);
                    label.tick for=(id) {
                        input id=(id) type="radio" name="sheet" value=(one.name)
                            checked[one.name == sheet.name];
                        span { (one.name) "칸" }
                    }
                } }
            }
            div.field {
                label for="from" { "시작 칸 (" (cells.start()) "에서 " (cells.end()) ")" }
                input id="from" type="text" inputmode="numeric" name="from" value=(from);
            }
            button.quiet { "바꾸기" }
        }
    }
}

/// Characters of an address in one line of a label of 99 mm; narrower labels have fewer.
const LINE: f32 = 0.27;

/// A label as drawn text, which no printer breaks elsewhere than here.
fn label(sheet: &Sheet, place: usize, show: &Show, sender: &Shop) -> Markup {
    let to = |name: &str| {
        show.data.pointer(&format!("/to/{name}")).and_then(Value::as_str).unwrap_or_default()
    };
    let (column, row) = (place % sheet.columns, place / sheet.columns);
    #[expect(clippy::cast_precision_loss, reason = "a few columns and rows")]
    let (x, y) = (sheet.left + sheet.step * column as f32, sheet.top + sheet.height * row as f32);
    let (x, y) = (x + 3.0, y + 2.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few characters")]
    let width = (sheet.width * LINE) as usize;
    let address = format!("{} {}", to("street"), to("detail"));
    let lines = wrapped(address.trim(), width);
    html! {
        g transform=(format!("translate({x:.1} {y:.1})")) font-size="3.5" {
            text y="5" font-size="5.5" font-weight="700" { (to("postcode")) }
            text x=(format!("{:.1}", sheet.width - 8.0)) y="5" text-anchor="end" font-size="4.5"
                font-weight="700" { (show.title) }
            @for (at, line) in lines.iter().enumerate() {
                text y=(10 + 4 * at) { (line) }
            }
            text y=(format!("{:.1}", sheet.height - 8.0)) font-size="4.2" {
                (to("recipient")) " 님 · " (to("phone"))
            }
            text y=(format!("{:.1}", sheet.height - 4.5)) font-size="2.3" {
                "보내는 곳 " (sender.name) " · " (sender.address)
            }
        }
    }
}

/// A text in at most four lines of about so many characters. A longer one goes on in the last.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let count = lines.len();
        let Some(line) = lines.last_mut() else { break };
        let longer = line.chars().count() + 1 + word.chars().count();
        if line.is_empty() {
            line.push_str(word);
        } else if longer <= width || count == 4 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// An address as a QR code (ISO/IEC 18004): one stroke for each run of dark modules. Empty if the
/// address is too long for any.
fn code(address: &str, label: &str) -> Markup {
    /// Width of the quiet zone in modules, as the standard requires.
    const QUIET: usize = 4;
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::L) else {
        return html! {};
    };
    let (width, modules) = (code.width(), code.to_colors());
    let size = width + 2 * QUIET;
    let mut path = String::new();
    for (row, modules) in modules.chunks(width).enumerate() {
        let mut column = 0;
        let mut pen = None;
        for run in modules.chunk_by(|module, next| module == next) {
            if run.first() == Some(&Color::Dark) {
                let _ = match pen {
                    None => write!(path, "M{} {}.5", column + QUIET, row + QUIET),
                    Some(at) => write!(path, "m{} 0", column - at),
                };
                let _ = write!(path, "h{}", run.len());
                pen = Some(column + run.len());
            }
            column += run.len();
        }
    }
    html! {
        svg.qr role="img" aria-label=(label) viewBox=(format!("0 0 {size} {size}"))
            shape-rendering="crispEdges" { path d=(path) stroke="currentColor" {} }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_address_fills_four_lines() {
        let address = "서울특별시 종로구 창의문로 119 윤동주문학관 별관 지하 1층 시인의 언덕 아래 우물 옆 작은 방";
        let lines = wrapped(address, 14);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines.join(" "), address);
        assert_eq!(wrapped("", 14), [""]);
    }

    #[test]
    fn a_code_keeps_its_quiet_zone() {
        let svg = code("https://shop.example.kr/office/order/01JD9G5T3M8Q2W6X4Z7N1C0V5K", "부호")
            .into_string();
        assert!(svg.contains("M4 4.5h7") && !svg.contains("M3 "), "{svg}");
        assert!(code(&"x".repeat(5_000), "부호").into_string().is_empty());
    }

    #[test]
    fn every_label_lies_on_its_sheet() {
        for sheet in &SHEETS {
            let columns = f32::from(u8::try_from(sheet.columns).unwrap());
            let rows = f32::from(u8::try_from(sheet.rows).unwrap());
            let right = sheet.left + sheet.step * (columns - 1.0) + sheet.width;
            assert!(right <= 210.0 && sheet.top + sheet.height * rows <= 297.0, "{}", sheet.name);
        }
    }
}
