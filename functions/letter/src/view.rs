//! The page of the letter: the form, or that it is sent.

use domain::{
    base::format,
    order::letter::{Letter, NotALetter},
    riddle::content::{Room, RoomSet},
    walk::{draft::Draft, visit::Visit},
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Refusal, Request, Words, draft,
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
    let room = riddle::room(rooms, "letter")?;
    let title = room.title.in_language(request.language);
    let body = html! {
        h1 { (title) }
        @if visit.letter_at.is_some() { (sent(request)) }
        @else { (form(room, request, draft, problems)) }
    };
    let page = Page::new("letter", title)
        .drawing(Drawing::Desk)
        .plan(plan::of(rooms, visit, "letter", request))
        .body(body);
    Ok(if visit.letter_at.is_some() { page } else { page.drafts() })
}

fn sent(request: &Request) -> Markup {
    html! {
        p.keeper { (say!(
            request,
            "편지는 주인장의 책상 위에 놓아 두었소.",
            "Your letter lies on the owner’s desk."
        )) }
        p.plain {
            (say!(
                request,
                "쓰신 편지는 편지함에서 다시 볼 수 있습니다.",
                "You can read it again in your mailbox."
            )) " "
            a href="/mailbox" { (say!(request, "편지함", "Mailbox")) }
        }
        p { a.door data-onward href="/counter" {
            (say!(request, "계산대로", "On to the counter"))
        } }
    }
}

fn form(room: &Room, request: &Request, draft: Option<&Draft>, problems: &[Problem]) -> Markup {
    html! {
        p.keeper { (room.greeting_at(request.now).in_language(request.language)) }
        (field::summary(problems, request.language))
        form method="post" id=(draft::FORM) data-onward {
            (Field::lines("letter", say!(request, "주인장께", "To the owner"), 10)
                .hint(say!(
                    request,
                    "요즘 지나온 날들, 창밖의 날씨, 잊히지 않는 한 문장. 바라는 책의 이름만은 적지 마십시오. 그것은 주인장의 일입니다.",
                    "The days behind you, the weather at your window, a sentence you cannot forget. Only do not name the book you wish for: that is the owner’s part."
                ))
                .value(request.form.typed("letter"))
                .markup(problems))
            button { (say!(request, "봉투에 넣기", "Seal the envelope")) }
            (draft::button(draft, request))
        }
        p.plain {
            (say!(
                request,
                "다른 기기에서 이어 쓰시려면 여섯 낱말을 받아 두십시오:",
                "To go on writing on another device, take six words along:"
            )) " "
            (draft::beside("/bookmark", &say!(request, "책갈피 (새 창)", "Bookmark (new window)")))
        }
    }
}

pub(crate) fn not_a_letter(why: NotALetter, request: &Request) -> Words {
    match why {
        NotALetter::Empty => {
            say!(request, "한 줄이라도 적어 주십시오.", "Please write at least a line.")
        }
        NotALetter::TooLong => say!(
            request,
            "편지는 {longest}글자까지 보낼 수 있습니다. 조금만 줄여 주십시오.",
            "A letter has at most {longest} characters. Please shorten it a little.",
            longest = format::count(&Letter::LONGEST)
        ),
    }
}
