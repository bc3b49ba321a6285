//! The page of the bookmark: the one of this device, and the form for another one.

use domain::{
    base::format::clock_from,
    walk::{
        bookmark::{self, Bookmark, NotABookmark},
        visit::Visit,
    },
};
use maud::{Markup, html};
use web::{
    Drawing, Method, Page, Problem, Refusal, Request, StatusCode, Words,
    field::{self, Field},
    riddle, say,
};

use crate::FormFeedback;

/// `bookmark` is the visit's, if it is valid.
pub(crate) fn page(
    request: &Request,
    visit: Option<&Visit>,
    bookmark: Option<Bookmark>,
    feedback: &FormFeedback,
) -> Result<Page, Refusal> {
    let title = say!(request, "책갈피", "The bookmark");
    let back = request.query.ticked("back") && request.method == Method::Get;
    let body = html! {
        h1 { (title) }
        @match visit {
            Some(visit) if back => {
                p.keeper { (say!(
                    request,
                    "다시 오셨구려. 자리를 맡아 두었소.",
                    "You are back. Your place was kept."
                )) }
                @let onward = visit.stands(riddle::built_in()?, request.now).path();
                p { a.door data-onward href=(onward) {
                    (say!(request, "서 계시던 곳으로", "To where you stood"))
                } }
            }
            _ => p.keeper { (say!(
                request,
                "낱말 여섯 개면, 어느 기기에서든 서 계시던 곳을 다시 펴 드리리다.",
                "With six words I can open the place where you stood, on any device."
            )) }
        }
        (own(request, visit, bookmark, feedback))
        (entry(request, feedback))
        @if visit.is_some() { (devices(request, bookmark.is_some())) }
    };
    let mut page = Page::new("bookmark", title)
        .drawing(Drawing::Bookshelf)
        .secret()
        .session(feedback.session)
        .body(body);
    if let Some(status) = feedback.status {
        page = page.status(status);
    }
    if let Some(seconds) = feedback.wait_seconds {
        page = page.wait(seconds);
    }
    Ok(page)
}

/// The bookmark of this device.
fn own(
    request: &Request,
    visit: Option<&Visit>,
    bookmark: Option<Bookmark>,
    feedback: &FormFeedback,
) -> Markup {
    // Words that were entered below are passed on, so that they need not be entered twice.
    let entered = html! {
        @if feedback.confirm_leaving {
            input type="hidden" name="bookmark" value=(request.form.typed("bookmark"));
        }
    };
    html! {
        section id="mine" {
            h2 { (say!(request, "이 기기의 책갈피", "The bookmark of this device")) }
            @match (visit, bookmark) {
                (None, _) => p.plain { (say!(
                    request,
                    "이 기기에서는 아직 문을 지나지 않으셨습니다. 문 앞에 서면 책갈피를 받을 수 있습니다.",
                    "Nobody has stepped up to the door on this device yet. Who has can get a bookmark."
                )) },
                (Some(visit), Some(bookmark)) => (shown(request, visit, bookmark, &entered)),
                (Some(_), None) => form method="post" {
                    input type="hidden" name="do" value="make";
                    (entered)
                    button { (say!(request, "책갈피 받기", "Get a bookmark")) }
                },
            }
        }
    }
}

fn shown(request: &Request, visit: &Visit, bookmark: Bookmark, entered: &Markup) -> Markup {
    html! {
        p.verse data-bookmark translate="no" { (bookmark.words(request.language)) }
        @if let Some(kept) = &visit.bookmark {
            p.plain { (say!(
                request,
                "{until}까지 쓸 수 있습니다. 이 낱말을 아는 사람은 누구나 이 걸음과 주문을 볼 수 있으니, 남에게 보이지 마십시오.",
                "Good until {until}. Whoever knows these words can see this walk and its orders: show them to nobody.",
                until = request.clock(kept.good_until())
            )) }
            form method="post" {
                input type="hidden" name="do" value="make";
                input type="hidden" name="instead" value=(kept.number);
                (entered)
                button.quiet { (say!(request, "새 책갈피로 바꾸기", "Replace it by a new one")) }
            }
            p.plain { (say!(
                request,
                "바꾸면 앞의 낱말은 바로 쓸 수 없게 되고, 그 낱말로 연 다른 기기는 모두 나갑니다.",
                "The words before then lead nowhere, at once, and every other device that was opened with them is sent out."
            )) }
        }
    }
}

/// The form for a bookmark from another device.
fn entry(request: &Request, feedback: &FormFeedback) -> Markup {
    // A reader who only has to wait has nothing to correct.
    let waits = feedback.wait_seconds.is_some();
    let problem = feedback.problem.iter().filter(|_| !waits);
    let problems: Vec<Problem> =
        problem.map(|text| Problem { field: "bookmark", message: text.clone() }).collect();
    html! {
        section id="open" {
            h2 { (say!(
                request,
                "다른 기기에서 받은 책갈피",
                "A bookmark from another device"
            )) }
            @if feedback.confirm_leaving {
                p.plain role="alert" { (other_walk(request)) }
            } @else if let (true, Some(wait)) = (waits, &feedback.problem) {
                p.keeper role="alert" { (wait) }
            } @else {
                (field::summary(&problems, request.language))
            }
            form method="post" {
                input type="hidden" name="do" value="open";
                (Field::text("bookmark", say!(request, "낱말 여섯 개", "Six words"))
                    .hint(say!(
                        request,
                        "띄어쓰기와 대소문자는 상관없습니다. 한국어로 받은 것은 한국어로, 영어로 받은 것은 영어로 적습니다.",
                        "Spaces and case do not matter. Write them in the language in which you got them."
                    ))
                    .value(request.form.typed("bookmark"))
                    .markup(&problems))
                @if feedback.confirm_leaving {
                    (field::tick("leave", &html! { (say!(
                        request,
                        "지금 걸음을 두고 책갈피를 폅니다.",
                        "Leave the walk here and open the bookmark."
                    )) }, &request.form, &[]))
                }
                button { (say!(request, "책갈피 펴기", "Open the bookmark")) }
            }
        }
    }
}

/// How this device is left, and how the others are sent out.
fn devices(request: &Request, has_bookmark: bool) -> Markup {
    let sent_out = request.query.ticked("out") && request.method == Method::Get;
    html! {
        section id="devices" {
            h2 { (say!(request, "기기에서 나가기", "Leaving a device")) }
            @if sent_out {
                p.plain role="status" { (say!(
                    request,
                    "다른 기기를 모두 내보냈습니다. 이 기기는 그대로 있습니다.",
                    "All other devices were sent out. This one stays."
                )) }
            }
            form method="post" {
                input type="hidden" name="do" value="others";
                button.quiet { (say!(request, "다른 기기 모두 내보내기", "Send all other devices out")) }
            }
            p.plain { (say!(
                request,
                "책갈피로 연 다른 기기에서는 걸음도 편지함도 주문도 더는 보이지 않습니다. 책갈피가 있으면 새것으로 바뀝니다.",
                "On other devices neither the walk nor the mailbox nor an order is seen any more. If there is a bookmark, it is replaced by a new one."
            )) }
            form method="post" {
                input type="hidden" name="do" value="leave";
                button.quiet { (say!(request, "이 기기에서 나가기", "Leave this device")) }
            }
            p.plain { @if has_bookmark {
                (say!(
                    request,
                    "나가도 지워지는 것은 없습니다. 위의 책갈피로 다시 들어오실 수 있습니다.",
                    "Nothing is deleted. With the bookmark above you can come back in."
                ))
            } @else {
                (say!(
                    request,
                    "나가도 지워지는 것은 없지만, 다시 들어오시려면 책갈피가 있어야 합니다. 먼저 위에서 받아 두십시오.",
                    "Nothing is deleted, but to come back in you need a bookmark. Get one above first."
                ))
            } }
        }
    }
}

fn other_walk(request: &Request) -> Words {
    say!(
        request,
        "찾았습니다. 다만 이 기기에는 다른 걸음이 있습니다. 책갈피를 펴면 이 기기는 책갈피의 걸음으로 바뀝니다. 지금 걸음과 그 주문은 지워지지 않지만, 돌아오려면 위에서 그 책갈피를 먼저 받아 두셔야 합니다.",
        "Found. But there is another walk on this device. If you open the bookmark, this device goes on with the bookmark’s walk. The one here and its orders are not deleted, but to come back to it you need its own bookmark, above."
    )
}

/// Too many tries: by this device, or by all devices at bookmarks that begin with the same words.
pub(crate) fn too_many_tries(same_beginning: bool, request: &Request) -> FormFeedback {
    let (_, end) = bookmark::period(request.now);
    let clock = clock_from(end);
    let problem = if same_beginning {
        say!(
            request,
            "그 두 낱말로 시작하는 책갈피를 여러 손이 찾고 있구려. {clock}에 다시 찾아 드리리다.",
            "Many hands are looking for a bookmark that begins with these two words. I shall look again at {clock}."
        )
    } else {
        say!(
            request,
            "천천히 하시오. {clock}에 다시 찾아 드리리다.",
            "Take your time. I shall look again at {clock}."
        )
    };
    FormFeedback {
        wait_seconds: Some(end.duration_since(request.now).as_secs()),
        status: Some(StatusCode::TOO_MANY_REQUESTS),
        problem: Some(problem),
        ..FormFeedback::default()
    }
}

pub(crate) fn busy(request: &Request) -> Words {
    say!(
        request,
        "여러 손이 한꺼번에 책을 펼쳤구려. 한 번만 다시 해 주시오.",
        "Many hands opened the book at once. Once more, please."
    )
}

pub(crate) fn unknown_bookmark(request: &Request) -> Words {
    say!(
        request,
        "그 낱말들로 꽂아 둔 책갈피가 없습니다. 새것으로 바꾸었거나, 날이 지났거나, 한 마디가 어긋났을 수 있습니다.",
        "There is no bookmark with these words. They may have been replaced, or run out, or one of them is amiss."
    )
}

pub(crate) fn not_a_bookmark(why: &NotABookmark, request: &Request) -> Words {
    let needed = bookmark::WORDS;
    match why {
        NotABookmark::Empty => say!(
            request,
            "책갈피의 낱말을 적어 주십시오.",
            "Please write the words of the bookmark."
        ),
        NotABookmark::TooLong => say!(
            request,
            "책갈피는 낱말 {needed}개입니다. 그보다 길게 적으셨습니다.",
            "A bookmark has {needed} words. This is longer."
        ),
        NotABookmark::Unknown(word) => say!(
            request,
            "‘{word}’에 맞는 낱말이 없습니다. 그 낱말만 다시 보아 주십시오.",
            "No bookmark has the word “{word}”. Look at that word once more."
        ),
        NotABookmark::Words(typed) => say!(
            request,
            "낱말이 {needed}개여야 합니다. 적으신 것은 {typed}개입니다.",
            "It takes {needed} words. You have written {typed}."
        ),
    }
}
