//! The page of one letter of the owner.

use domain::{
    base::format,
    order::letter::{Letter, NotALetter},
};
use maud::{Markup, html};
use web::{
    Drawing, Page, Problem, Request, Words, draft,
    field::{self, Field},
    say,
};

use super::Shown;

/// The letter, and below it the form of the reply, or that it is replied to.
pub(crate) fn page(request: &Request, shown: &Shown, problems: &[Problem]) -> Page {
    let replied = shown.letter.replied_at.is_some();
    let body = html! {
        (the_letter(request, &shown.letter))
        @if replied { (sent(request)) } @else { (form(request, shown, problems)) }
    };
    let page = frame(request, &body);
    if replied { page } else { page.drafts() }
}

fn frame(request: &Request, body: &Markup) -> Page {
    let title = say!(request, "주인장의 편지", "A letter from the owner");
    let body = html! { h1 { (title) } (body) };
    Page::new("mailbox", title).drawing(Drawing::Mailbox).body(body)
}

fn the_letter(request: &Request, letter: &Letter) -> Markup {
    html! {
        ul.letters { li {
            time datetime=(letter.at) {
                (request.clock(letter.at)) " · " (say!(request, "주인장에게서", "From the owner"))
            }
            p { (letter.text.reveal()) }
            @if let Some(order) = letter.order {
                a href=(format!("/window/{order}")) {
                    (say!(request, "주문 상태 보기", "See the order"))
                }
            }
        } }
    }
}

fn form(request: &Request, shown: &Shown, problems: &[Problem]) -> Markup {
    html! {
        (field::summary(problems, request.language))
        form method="post" id=(draft::FORM) data-onward {
            (Field::lines("letter", say!(request, "답장", "Your reply"), 8)
                .hint(say!(
                    request,
                    "{longest}글자까지 쓰실 수 있습니다. 편지 한 통에 답장은 한 통입니다.",
                    "Up to {longest} characters, and one reply to a letter.",
                    longest = format::count(&Letter::LONGEST)
                ))
                .value(request.form.typed("letter"))
                .markup(problems))
            button { (say!(request, "답장 보내기", "Send the reply")) }
            (draft::button(shown.draft.as_ref(), request))
        }
        (back(request))
    }
}

fn sent(request: &Request) -> Markup {
    html! {
        p.keeper role="status" { (say!(
            request,
            "답장은 주인장의 책상 위에 놓아 두었소.",
            "Your reply lies on the owner’s desk."
        )) }
        p.plain { (say!(
            request,
            "보내신 답장은 편지함에서 다시 볼 수 있습니다. 주인장이 다시 편지를 쓰면 그 편지에 답하실 수 있습니다.",
            "You can read it again in your mailbox. When the owner writes again, you can reply to that letter."
        )) }
        (back(request))
    }
}

/// The letter has another reply. What was typed is shown, so that it can be copied.
pub(crate) fn another(request: &Request, sent: Option<&Letter>, typed: &Letter) -> Page {
    let body = html! {
        p role="alert" { (say!(
            request,
            "이 편지에는 이미 답장을 보내셨습니다. 지금 적으신 글은 보내지 않았습니다.",
            "You have replied to this letter already. What you wrote now was not sent."
        )) }
        ul.letters {
            @if let Some(sent) = sent {
                li.mine {
                    time datetime=(sent.at) {
                        (request.clock(sent.at)) " · " (say!(request, "보내신 답장", "The reply you sent"))
                    }
                    p { (sent.text.reveal()) }
                }
            }
            li.mine data-unsent {
                strong { (say!(request, "보내지 않은 글", "Not sent")) }
                p { (typed.text.reveal()) }
            }
        }
        p.plain { (say!(
            request,
            "더 하실 말씀은 주인장의 다음 편지에 답하시거나 새 편지에 적어 주십시오. 필요하시면 위의 글을 복사해 두십시오.",
            "You can say more in reply to the owner’s next letter, or in a new letter. Copy the text above if you need it."
        )) }
        (back(request))
    };
    frame(request, &body)
}

fn back(request: &Request) -> Markup {
    html! {
        p { a.door.quiet href="/mailbox" {
            (say!(request, "편지함으로 돌아가기", "Back to the mailbox"))
        } }
    }
}

pub(crate) fn not_a_letter(why: NotALetter, request: &Request) -> Words {
    match why {
        NotALetter::Empty => {
            say!(request, "한 줄이라도 적어 주십시오.", "Please write at least a line.")
        }
        NotALetter::TooLong => say!(
            request,
            "답장은 {longest}글자까지 보낼 수 있습니다. 조금만 줄여 주십시오.",
            "A reply has at most {longest} characters. Please shorten it a little.",
            longest = format::count(&Letter::LONGEST)
        ),
    }
}
