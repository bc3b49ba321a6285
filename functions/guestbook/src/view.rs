//! The page of the guestbook: the form, or the name that was signed.

use domain::{
    riddle::content::{Room, RoomSet},
    walk::{
        draft::{Draft, LastAddress},
        keepsake,
        visit::{NotAPenName, Reader, Visit},
    },
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Refusal, Request, Words, cento, draft,
    field::{self, Field},
    plan, riddle, say,
};

pub(crate) fn page(
    rooms: &RoomSet,
    request: &Request,
    visit: &Visit,
    draft: Option<&Draft>,
    problems: &[Problem],
) -> Result<Page, Refusal> {
    let room = riddle::room(rooms, "guestbook")?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @if let Some(reader) = &visit.reader { (signed(rooms, visit, reader, request)) }
        @else { (form(room, request, draft, problems, &poem(rooms, visit, None, request))) }
    };
    let page = Page::new("guestbook", title)
        .drawing(Drawing::Book)
        .plan(plan::of(rooms, visit, "guestbook", request))
        .body(body);
    Ok(if visit.reader.is_some() { page } else { page.drafts() })
}

fn signed(rooms: &RoomSet, visit: &Visit, reader: &Reader, request: &Request) -> Markup {
    html! {
        p.keeper { (say!(
            request,
            "{name} 님이라 적혀 있소. 반갑소.",
            "It says {name} here. Welcome.",
            name = reader.pen_name.reveal()
        )) }
        (poem(rooms, visit, Some(reader), request))
        p { a.door data-onward href="/letter" {
            (say!(request, "편지 쓰러 가기", "On to the letter"))
        } }
        p.plain {
            (say!(
                request,
                "다른 기기에서 이어 걸으시려면:",
                "To go on from another device:"
            )) " "
            a href="/bookmark" { (say!(request, "책갈피", "Bookmark")) }
        }
    }
}

/// The poem that the house made of the walk; nothing for a walk by plain doors alone.
fn poem(rooms: &RoomSet, visit: &Visit, reader: Option<&Reader>, request: &Request) -> Markup {
    let keepsakes = keepsake::keepsakes(visit, rooms, request.now);
    if !keepsake::has_a_line(&keepsakes) {
        return html! {};
    }
    html! {
        p.plain { @if reader.is_some() { (say!(
            request,
            "걸어오신 방들이 한 줄씩 내어 준 시입니다.",
            "A poem of the lines that the rooms gave you."
        )) } @else { (say!(
            request,
            "걸어오신 방들이 한 줄씩 내어 준 시입니다. 이름을 남기시면 그 아래에 놓입니다.",
            "A poem of the lines that the rooms gave you. Your name will stand below it."
        )) } }
        (cento::figure(
            &keepsakes,
            reader.map(|reader| reader.pen_name.reveal().as_str()),
            request.language,
        ))
        @if reader.is_some() {
            p { a href="/poem" { (say!(
                request,
                "시 펼쳐 보기, 나누기",
                "Open the poem, or share it"
            )) } }
        }
    }
}

fn form(
    room: &Room,
    request: &Request,
    draft: Option<&Draft>,
    problems: &[Problem],
    poem: &Markup,
) -> Markup {
    html! {
        p.keeper { (room.greeting_at(request.now).in_language(request.language)) }
        (poem)
        (field::summary(problems, request.language))
        form method="post" id=(draft::FORM) data-onward {
            (Field::text("pen_name", say!(
                    request,
                    "이름 (필명이어도 좋습니다)",
                    "Name (a pen name will do)"
                ))
                .value(request.form.typed("pen_name"))
                .autocomplete("nickname")
                .markup(problems))
            (ticks(request, problems))
            button { (say!(request, "이름을 남기기", "Sign the book")) }
            (draft::button(draft, request))
        }
    }
}

/// The consents, each by itself (개인정보 보호법 제22조).
fn ticks(request: &Request, problems: &[Problem]) -> Markup {
    let consent = |name: &'static str, label: Words, to: Option<Markup>| {
        field::consent(name, &html! { (label) }, to.as_ref(), &request.form, problems)
    };
    let grown = say!(request, "(필수) 만 14세 이상입니다.", "(Required) I am 14 or older.");
    let terms = say!(request, "(필수) 이용약관에 동의합니다.", "(Required) I agree to the terms.");
    let privacy = say!(
        request,
        "(필수) 주문에 필요한 개인정보 수집·이용에 동의합니다.",
        "(Required) I agree to the use of my data that an order needs."
    );
    let news = say!(
        request,
        "(선택) 새로 들어온 이야기도 편지함에 넣어 주세요.",
        "(Optional) Put news of the house into my mailbox, too."
    );
    let read_terms = say!(request, "이용약관 읽기 (새 창)", "Read the terms (new window)");
    html! {
        fieldset {
            legend { (say!(request, "동의", "Consent")) }
            (consent("grown", grown, None))
            (consent("terms", terms, Some(draft::beside("/notice#terms", &read_terms))))
            (consent("privacy", privacy, Some(kept_for_an_order(request))))
            (consent("news", news, Some(kept_for_news(request))))
        }
    }
}

fn kept_for_an_order(request: &Request) -> Markup {
    let (draft, last) = (Draft::KEPT_DAYS, LastAddress::KEPT_DAYS);
    let read =
        say!(request, "개인정보 처리방침 읽기 (새 창)", "Read the privacy policy (new window)");
    html! {
        (field::keeping(
            &say!(
                request,
                "책을 고르고 부치며, 소식을 알리고, 취소와 환불을 합니다.",
                "To choose and post your book, to tell you about it, to cancel and refund."
            ),
            &say!(
                request,
                "필명, 편지, 받는 분의 이름·전화번호·주소, 주문과 결제의 기록.",
                "Pen name, letters, the recipient’s name, telephone and address, records of orders and payments."
            ),
            &say!(
                request,
                "결제하신 주문의 기록은 5년(전자상거래법), 마지막 주소는 다음 주문을 위해 {last}일, 보내지 않은 초고는 {draft}일. 그 밖의 것은 지워 달라고 하시면 지체 없이 지웁니다.",
                "Records of paid orders 5 years (by law), the last address {last} days for your next order, unsent drafts {draft} days. Everything else is deleted without delay when you ask."
            ),
            &say!(
                request,
                "동의하지 않으셔도 됩니다. 다만 책을 부칠 수 없어 주문을 받지 못합니다.",
                "You may refuse. Then no book can be posted, and no order is taken."
            ),
            request.language,
        ))
        (draft::beside("/notice#privacy", &read))
    }
}

fn kept_for_news(request: &Request) -> Markup {
    field::keeping(
        &say!(request, "새 소식을 편지함에 넣어 드립니다.", "To put news into your mailbox."),
        &say!(request, "필명과 이 집의 편지함.", "Pen name and your mailbox in this house."),
        &say!(
            request,
            "그만 받겠다고 알려 주실 때까지.",
            "Until you tell us that you want no more."
        ),
        &say!(
            request,
            "동의하지 않으셔도 주문에는 아무 불이익이 없습니다.",
            "You may refuse; it makes no difference to your order."
        ),
        request.language,
    )
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
