//! The page of the guestbook: the form, or the name that was signed.

use domain::{
    riddle::content::{Room, RoomSet},
    walk::visit::{NotAPenName, Reader, Visit},
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Refusal, Request, Words,
    field::{self, Field},
    plan, riddle, say,
};

pub(crate) fn page(
    rooms: &RoomSet,
    request: &Request,
    visit: &Visit,
    problems: &[Problem],
) -> Result<Page, Refusal> {
    let room = riddle::room(rooms, "guestbook")?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @if let Some(reader) = &visit.reader { (signed(reader, request)) }
        @else { (form(room, request, problems)) }
    };
    Ok(Page::new("guestbook", title)
        .drawing(Drawing::Book)
        .plan(plan::of(rooms, visit, "guestbook", request))
        .body(body))
}

fn signed(reader: &Reader, request: &Request) -> Markup {
    html! {
        p.keeper { (say!(
            request,
            "{name} 님이라 적혀 있소. 반갑소.",
            "It says {name} here. Welcome.",
            name = reader.pen_name.reveal()
        )) }
        p { a.door data-onward href="/letter" {
            (say!(request, "편지 쓰러 가기", "On to the letter"))
        } }
    }
}

fn form(room: &Room, request: &Request, problems: &[Problem]) -> Markup {
    let tick =
        |name: &'static str, label: &Markup| field::tick(name, label, &request.form, problems);
    let grown = html! { (say!(request, "만 14세 이상입니다.", "I am 14 or older.")) };
    let terms = html! {
        (say!(request, "", "I agree to the "))
        a href="/notice#terms" { (say!(request, "이용약관", "terms")) }
        (say!(request, "에 동의합니다.", "."))
    };
    let privacy = html! {
        (say!(request, "주문에 필요한 ", "I agree to the "))
        a href="/notice#privacy" { (say!(request, "개인정보 수집·이용", "use of my data")) }
        (say!(request, "에 동의합니다.", " that an order needs."))
    };
    let news = html! { (say!(
        request,
        "(선택) 새로 들어온 이야기도 편지함에 넣어 주세요.",
        "(Optional) Put news of the house into my mailbox, too."
    )) };
    html! {
        p.keeper { (room.greeting.in_language(request.language)) }
        (field::summary(problems, request.language))
        form method="post" data-onward {
            (Field::text("pen_name", say!(
                    request,
                    "이름 (필명이어도 좋습니다)",
                    "Name (a pen name will do)"
                ))
                .value(request.form.typed("pen_name"))
                .autocomplete("nickname")
                .markup(problems))
            fieldset {
                legend { (say!(request, "동의", "Consent")) }
                (tick("grown", &grown))
                (tick("terms", &terms))
                (tick("privacy", &privacy))
                (tick("news", &news))
            }
            button { (say!(request, "이름을 남기기", "Sign the book")) }
        }
    }
}

/// The consents that an order needs, each with what is said if it is missing.
pub(crate) fn consents(request: &Request) -> [Problem; 3] {
    [
        Problem {
            field: "grown",
            message: say!(
                request,
                "만 14세 이상만 혼자 주문할 수 있습니다.",
                "You need to be 14 or older to order on your own."
            ),
        },
        Problem {
            field: "terms",
            message: say!(
                request,
                "이용약관에 동의하셔야 주문할 수 있습니다.",
                "To order you need to agree to the terms."
            ),
        },
        Problem {
            field: "privacy",
            message: say!(
                request,
                "주문에 필요한 개인정보를 다루는 데 동의하셔야 책을 보낼 수 있습니다.",
                "To send you a book we need your consent to keep what the order needs."
            ),
        },
    ]
}

pub(crate) fn not_a_name(why: NotAPenName, request: &Request) -> Words {
    match why {
        NotAPenName::Empty => {
            say!(request, "부를 이름을 적어 주십시오.", "Please write a name to call you by.")
        }
        NotAPenName::TooLong => say!(
            request,
            "이름은 {longest}글자까지 적을 수 있습니다.",
            "A name has at most {longest} characters.",
            longest = Reader::LONGEST_NAME
        ),
    }
}
