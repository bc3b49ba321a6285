//! The pages of the question.

use domain::{
    base::format::{self, clock_from},
    order::letter::{
        Letter, NotALetter,
        question::{self, KEPT_DAYS},
    },
    walk::{bookmark, visit::Visit},
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Request, Shop, Words, draft,
    field::{self, Field},
    say,
};

use crate::{Asker, ONCE};

/// The field of the question.
pub(crate) const QUESTION: &str = "question";

/// The field of the address for the answer.
pub(crate) const ANSWER_TO: &str = "answer_to";

/// The form, with what was typed.
pub(crate) fn form(
    request: &Request,
    shop: &Shop,
    asker: &Asker,
    once: &str,
    problems: &[Problem],
    not_now: Option<&Words>,
) -> Page {
    let body = html! {
        p.plain { (say!(
            request,
            "무엇이든 물어보십시오. 사람이 읽고 답합니다. 주문에 대해 물으실 때는 주문 번호나 짧은 번호(보기: 목-07)를 적어 주시면 빠릅니다.",
            "Ask us anything. A person reads it and answers. If it is about an order, its number or short number (as in 목-07) helps us find it."
        )) }
        @if let Some(why) = not_now { (field::not_now(why, request.language)) }
        (field::summary(problems, request.language))
        form method="post" id=(draft::FORM) data-onward {
            input type="hidden" name=(ONCE) value=(once);
            (Field::lines(QUESTION, say!(request, "물으실 말씀", "Your question"), 8)
                .hint(say!(
                    request,
                    "{longest}글자까지 쓰실 수 있습니다.",
                    "Up to {longest} characters.",
                    longest = format::count(&Letter::LONGEST)
                ))
                .value(request.form.typed(QUESTION))
                .markup(problems))
            @if asker.has_mailbox() {
                p.plain { (say!(
                    request,
                    "답은 편지함에 놓아 드립니다.",
                    "The answer comes into your mailbox."
                )) }
            } @else { (where_to(request, problems)) }
            button { (say!(request, "문의 보내기", "Send the question")) }
            @if asker.has_mailbox() { (draft::button(asker.draft(), request)) }
        }
        (otherwise(request, shop))
    };
    let page = frame(request, &body);
    if asker.has_mailbox() { page.drafts() } else { page.carrying() }
}

fn frame(request: &Request, body: &Markup) -> Page {
    let title = say!(request, "문의", "Ask the shop");
    let body = html! { h1 { (title) } (body) };
    Page::new("contact", title).drawing(Drawing::Desk).body(body)
}

/// Where the answer goes, and what is kept of it.
fn where_to(request: &Request, problems: &[Problem]) -> Markup {
    html! {
        (Field::text(ANSWER_TO, say!(
                request,
                "답을 받으실 전자우편이나 전화번호",
                "E-mail or telephone for the answer"
            ))
            .hint(say!(
                request,
                "보기: reader@example.com, 010-1234-5678",
                "For example reader@example.com or 010-1234-5678"
            ))
            .value(request.form.typed(ANSWER_TO))
            .autocomplete("email")
            .markup(problems))
        div.hint { (field::keeping(
            &say!(request, "이 문의에 답하는 데에만 씁니다.", "To answer this question, and nothing else."),
            &say!(request, "물으신 말씀과 답을 받으실 곳.", "Your question, and where the answer goes."),
            &say!(
                request,
                "답해 드린 날부터 {KEPT_DAYS}일, 답하지 못해도 {days}일이면 지웁니다. 불만이나 다툼의 기록으로 남겨야 하는 것은 {years}년(전자상거래법). 보내시기 전에는 아무것도 저장하지 않습니다.",
                "Until {KEPT_DAYS} days after the answer, and at most {days} days without one. What has to be kept as the record of a complaint or dispute, {years} years (by law). Nothing is stored before you send it.",
                days = Visit::KEPT_DAYS,
                years = question::COMPLAINT_YEARS
            ),
            &say!(
                request,
                "적지 않으셔도 됩니다. 다만 답을 드릴 곳이 없으니, 아래로 전화하시거나 전자우편을 보내 주십시오.",
                "You need not give it. Then there is nowhere to answer: please call or write to us below."
            ),
            request.language,
        )) }
    }
}

/// The other ways to reach the shop.
fn otherwise(request: &Request, shop: &Shop) -> Markup {
    html! {
        p.plain {
            (say!(request, "전화와 전자우편으로도 물으실 수 있습니다:", "You can also call or write:"))
            " " (shop.phone) " · " a href=(format!("mailto:{}", shop.email)) { (shop.email) }
        }
        p.plain {
            (say!(request, "주문을 찾으신다면:", "If you are looking for an order:")) " "
            a href="/find" target="_blank" {
                (say!(request, "주문 찾기 (새 창)", "Find an order (new window)"))
            }
        }
    }
}

/// It is sent.
pub(crate) fn sent(request: &Request, asker: &Asker, letter: &Letter) -> Page {
    let body = html! {
        p role="status" data-sent { (say!(
            request,
            "문의를 받았습니다. 주인장의 책상에 놓았습니다.",
            "We have your question. It lies on the owner’s desk."
        )) }
        @match &letter.answer_to {
            Some(to) => p.plain { (say!(
                request,
                "답을 드릴 곳: {to}. 잘못 적으셨으면 한 번 더 보내 주십시오.",
                "The answer goes to {to}. If that is wrong, please send it once more.",
                to = to.reveal()
            )) },
            None => p.plain {
                (say!(request, "답은 편지함에 놓아 드립니다.", "The answer comes into your mailbox."))
                " " a href="/mailbox" { (say!(request, "편지함", "Mailbox")) }
            },
        }
        ul.letters { li.mine {
            time datetime=(letter.at) { (request.clock(letter.at)) }
            p { (letter.text.reveal()) }
        } }
        @let (path, words) = if asker.has_mailbox() {
            ("/mailbox", say!(request, "편지함 열기", "Open the mailbox"))
        } else {
            ("/", say!(request, "문으로", "To the door"))
        };
        p { a.door.quiet data-onward href=(path) { (words) } }
    };
    frame(request, &body)
}

/// Too many questions were asked in this period. What was typed stays.
pub(crate) fn too_many(request: &Request, shop: &Shop, asker: &Asker, once: &str) -> Page {
    let (_, end) = bookmark::period(request.now);
    let until = clock_from(end);
    let why = say!(
        request,
        "잠깐 사이에 문의가 많아 받지 못했습니다. {until}부터 다시 보내실 수 있습니다. 급하시면 아래로 전화하시거나 전자우편을 보내 주십시오.",
        "There were many questions within a short time, so this one was not taken. You can send it from {until}. If it is urgent, please call or write to us below."
    );
    form(request, shop, asker, once, &[], Some(&why)).wait((end - request.now).get_seconds())
}

pub(crate) fn no_question(why: NotALetter, request: &Request) -> Problem {
    let message = match why {
        NotALetter::Empty => {
            say!(request, "물으실 말씀을 적어 주십시오.", "Please write your question.")
        }
        NotALetter::TooLong => say!(
            request,
            "문의는 {longest}글자까지 보낼 수 있습니다. 조금만 줄여 주십시오.",
            "A question has at most {longest} characters. Please shorten it a little.",
            longest = format::count(&Letter::LONGEST)
        ),
    };
    Problem { field: QUESTION, message }
}

pub(crate) fn no_address(request: &Request) -> Problem {
    let message = say!(
        request,
        "답을 받으실 전자우편이나 전화번호를 하나 적어 주십시오.",
        "Please write one e-mail address or telephone number for the answer."
    );
    Problem { field: ANSWER_TO, message }
}
