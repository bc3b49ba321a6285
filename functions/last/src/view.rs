//! The pages of the last room: the code, the place in the book, the owner's words.

use domain::{
    base::{
        korean::Particle,
        text::{Language, Text},
    },
    order::LastCode,
    riddle::content::Replies,
    riddle::last_room::{Heard, LastRoom, Place},
    walk::keepsake::Keepsake,
};
use maud::{Markup, html};
use store::BehindTheCode;
use web::{Drawing, Page, Request, Words, cento, riddle, say};

/// The poem of the walk, and the name below it.
pub(crate) struct Poem {
    pub(crate) keepsakes: Vec<Keepsake>,
    pub(crate) pen_name: String,
}

fn frame(request: &Request, drawing: Drawing, body: &Markup) -> Page {
    let title = say!(request, "마지막 방", "The last room");
    let body = html! { h1 { (title) } (body) };
    Page::new("last", title).drawing(drawing).body(body)
}

/// Asks for the code of the slip.
pub(crate) fn code(request: &Request, wrong: bool) -> Page {
    let body = html! {
        p.keeper { (say!(
            request,
            "쪽지 아래에 적힌 여덟 글자를 보여 주시오.",
            "Show me the eight letters at the foot of your slip."
        )) }
        form method="get" action="/last" {
            div.field {
                label for="code" { (say!(request, "쪽지의 글자", "The letters on the slip")) }
                input id="code" name="code" type="text" value=(request.query.typed("code"))
                    autocomplete="off" autocapitalize="characters" spellcheck="false"
                    aria-invalid=[wrong.then_some("true")]
                    aria-describedby=(if wrong { "code-problem" } else { "code-hint" });
                @if wrong { p.problem id="code-problem" { (say!(
                    request,
                    "여덟 글자가 아닙니다. 쪽지를 보고 다시 적어 주십시오. 보기: K7QX-PM3A",
                    "That is not eight letters. Look at the slip and write it again, e.g. K7QX-PM3A"
                )) } }
                @else { span.hint id="code-hint" { (say!(
                    request,
                    "보기: K7QX-PM3A. 붙임표와 큰 글자는 마음대로 적으셔도 됩니다.",
                    "e.g. K7QX-PM3A. Hyphens and capitals do not matter."
                )) } }
            }
            button { (say!(request, "마지막 방으로", "To the last room")) }
        }
    };
    frame(request, Drawing::Keyhole, &body)
}

/// The order has no book now: it was cancelled, came back, or is chosen for anew.
pub(crate) fn over(request: &Request) -> Page {
    let body = html! {
        p { (say!(
            request,
            "이 쪽지의 책은 지금 이 주문으로 나가 있지 않습니다. 그래서 방도 닫혀 있습니다.",
            "The book of this slip is not out with its order now, so its room is closed."
        )) }
        p { a.door href="/" { (say!(request, "문으로", "To the door")) } }
    };
    frame(request, Drawing::Door, &body)
}

/// The place in the book, and the two doors.
pub(crate) fn closed(
    request: &Request,
    code: &LastCode,
    room: &LastRoom,
    heard: Option<Heard>,
    replies: &Replies,
) -> Page {
    let place = room.place(code.as_str());
    let body = html! {
        p.keeper { @if place.is_some() { (say!(
            request,
            "받으신 책을 펼치시오. 이 자리에 마지막 낱말이 있소.",
            "Open the book you were sent. The last word stands in this place."
        )) } @else { (say!(
            request,
            "받으신 책의 첫 낱말을 적어 주시오. 무엇이든 이 방은 열리오.",
            "Write the first word of the book you were sent. Whatever it is, this room will open."
        )) } }
        @if let Some(place) = place { p.place id="place" { (where_it_stands(place, request)) } }
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" action=(format!("/last/{code}#answer")) data-door="riddle" {
                input type="hidden" name="door" value="riddle";
                @if let Some(heard) = heard {
                    p.keeper role="alert" id="reply" { (reply(heard, place, replies, request)) }
                }
                div.field {
                    label for="answer" { (say!(request, "그 자리의 낱말", "The word in that place")) }
                    input id="answer" name="answer" type="text" value=(request.form.typed("answer"))
                        autocomplete="off" autocapitalize="none" autocorrect="off"
                        spellcheck="false" enterkeyhint="go"
                        aria-invalid=[heard.map(|_| "true")]
                        aria-describedby=[heard.map(|_| "reply")];
                }
                (riddle::leaf(
                    &say!(request, "낱말 문", "The door of the word"),
                    &say!(request, "이 낱말로 열기", "Open with this word"),
                    &say!(
                        request,
                        "틀려도 세지 않습니다.",
                        "A wrong one is not counted."
                    ),
                ))
            }
            (riddle::plain_door(request))
        }
    };
    frame(request, Drawing::Keyhole, &body)
}

/// 112쪽 · 위에서 7줄 · 셋째 낱말
fn where_it_stands(place: &Place, request: &Request) -> Words {
    let Place { page, line, word, .. } = place;
    say!(
        request,
        "{page}쪽 · 위에서 {line}째 줄 · {word}째 낱말",
        "Page {page} · line {line} from the top · word {word}"
    )
}

fn reply(heard: Heard, place: Option<&Place>, replies: &Replies, request: &Request) -> Words {
    let common = |text: &Text| text.in_language(request.language).to_owned().into();
    match heard {
        Heard::Almost => common(&replies.almost),
        Heard::TooLong => common(&replies.too_long),
        Heard::Opened { .. } => Words::default(),
        Heard::Near => say!(
            request,
            "바로 곁의 낱말이오. 하나씩 다시 세어 보시오.",
            "That stands right beside it. Count once more, one by one."
        ),
        Heard::Stem => say!(
            request,
            "거의 다 왔소. 책에 적힌 대로 토씨까지 적어 주시오.",
            "Nearly. Write the whole word, just as the book has it."
        ),
        Heard::Another if place.is_some() => say!(
            request,
            "그 자리의 말이 아니구려. 책의 머리글은 빼고, 위에서부터 줄을 세어 보시오.",
            "That is another word. Leave out the running head, and count the lines from the top."
        ),
        Heard::Another | Heard::Empty => common(&replies.empty),
    }
}

/// The owner's words, and the poem with its last word.
pub(crate) fn open(
    request: &Request,
    behind: &BehindTheCode,
    word: Option<&str>,
    poem: Option<&Poem>,
    replies: &Replies,
) -> Page {
    let language = request.language;
    let words = behind.room.words.trim();
    let found = word.filter(|_| !behind.room.places.is_empty());
    let body = html! {
        @if request.query.ticked("latin") {
            p.keeper role="status" { (replies.latin_keys.in_language(language)) }
        }
        p.keeper { @if word.is_some() { (say!(
            request,
            "책이 제 입으로 열었구려.",
            "The book has opened it with a word of its own."
        )) } @else { (replies.plain.in_language(language)) } }
        h2 { (title(&behind.title, request)) }
        @if words.is_empty() {
            p.plain { (say!(
                request,
                "주인장은 이 책에 아직 말을 적지 않았습니다. 적으면 이 방에 놓입니다.",
                "The owner has not written about this book yet. When they do, it stands in this room."
            )) }
        } @else {
            div.words lang="ko" {
                @for paragraph in words.split('\n').filter(|line| !line.trim().is_empty()) {
                    p { (paragraph) }
                }
                p.plain { "— " (say!(request, "주인장", "the owner")) }
            }
        }
        @if let Some(poem) = poem {
            h2 { (say!(request, "걸음의 시", "The poem of your walk")) }
            (cento::figure(&poem.keepsakes, Some(&poem.pen_name), language))
            @if let Some(word) = found {
                p.taken { (say!(request, "마지막 낱말:", "The last word:")) " " mark { (word) } }
            }
        }
        p { a.door data-onward href="/letter" {
            (say!(request, "주인장께 편지 쓰기", "Write to the owner"))
        } }
    };
    frame(request, Drawing::Doorway, &body)
}

fn title(title: &str, request: &Request) -> Words {
    match request.language {
        Language::Ko => format!("『{title}』{} 두고", Particle::Object.after(title)).into(),
        Language::En => format!("About “{title}”").into(),
    }
}
