//! The page of the bell. What concerns devices stays hidden until the script has found that the
//! browser supports pushes.

use domain::{
    riddle::{
        content::Room,
        room::{By, Door, Opening},
    },
    walk::{device::NotADevice, visit::Bell},
};
use maud::{Markup, html};
use web::{Drawing, Page, Problem, Refusal, Request, Script, field, plan, riddle, say};

use crate::Scene;

pub(crate) fn page(scene: Scene<'_>, problems: &[Problem]) -> Result<Page, Refusal> {
    let Scene { state, rooms, visit, record, request } = scene;
    let room = riddle::room(rooms, Bell::ROOM)?;
    let title = room.title.in_language(request.language);
    let key = state.push.as_ref().map(|push| push.public_key.as_str());
    let body = html! {
        h1 { (title) }
        @match record.door(request.now) {
            Door::Open(opening) => (open(scene, room, opening, key, problems)),
            Door::Closed => (closed(room, key, request, problems)),
        }
    };
    let open = record.door(request.now) != Door::Closed;
    let page = Page::new("bell", title)
        .drawing(if open { Drawing::Doorway } else { Drawing::Bell })
        .plan(plan::of(rooms, &visit.value, Bell::ROOM, request))
        .body(body);
    Ok(if key.is_some() {
        page.worker().script(Script::Inline(include_str!("pushing.js")))
    } else {
        page
    })
}

fn open(
    scene: Scene<'_>,
    room: &Room,
    opening: Opening,
    key: Option<&str>,
    problems: &[Problem],
) -> Markup {
    let Scene { rooms, visit, request, .. } = scene;
    html! {
        @if opening.by == By::Itself {
            p.keeper { (room.by_itself.in_language(request.language)) }
        } @else {
            p.keeper { (say!(
                request,
                "종이 울렸소. 소식은 편지함에 놓아 두리다.",
                "The bell has rung. I shall leave word in your mailbox."
            )) }
        }
        (field::summary(problems, request.language))
        (riddle::way_on(rooms, Bell::ROOM, request.language))
        @if let Some(key) = key { (another_device(key, visit.value.bell.as_ref(), request)) }
    }
}

fn closed(room: &Room, key: Option<&str>, request: &Request, problems: &[Problem]) -> Markup {
    html! {
        p.keeper { (room.greeting_at(request.now).in_language(request.language)) }
        p.plain { (say!(
            request,
            "소식은 언제나 이 집 안의 편지함에 놓입니다. 전화번호도 전자우편 주소도 묻지 않습니다.",
            "Word is always left in your mailbox inside the house. We ask for no telephone number and no e-mail address."
        )) }
        (field::summary(problems, request.language))
        section.doors aria-label=(say!(request, "두 문", "Two doors")) {
            form method="post" data-onward data-door="bell" id="pushing" data-key=[key] {
                input type="hidden" name="door" value="bell";
                label.tick for="way-mailbox" {
                    input id="way-mailbox" type="radio" name="way" value="mailbox" checked;
                    span { (say!(request, "편지함에 놓아 주세요", "Leave it in my mailbox")) }
                }
                @if key.is_some() { (push_choice(request)) }
                (riddle::leaf(
                    &say!(request, "종이 달린 문", "The door with the bell"),
                    &say!(request, "종 당기기", "Pull the bell"),
                    &say!(
                        request,
                        "시의 반쪽이 종소리에 실려 갑니다.",
                        "Half a verse goes out with the bell."
                    ),
                ))
            }
            (riddle::plain_door(request))
        }
    }
}

/// The choice of a push, beside the mailbox.
fn push_choice(request: &Request) -> Markup {
    html! {
        div id="by-push" hidden {
            label.tick for="way-push" {
                input id="way-push" type="radio" name="way" value="push";
                span {
                    (say!(request, "이 기기로도 알려 주세요 (푸시)", "Send notices to this device as well (push)"))
                }
            }
        }
        (device_fields(request))
    }
}

/// The form for a device after the bell was rung.
fn another_device(key: &str, bell: Option<&Bell>, request: &Request) -> Markup {
    let has_devices = bell.is_some_and(|bell| bell.devices().next().is_some());
    html! {
        section {
            h2 { (say!(request, "푸시", "Push")) }
            p.plain {
                @if has_devices {
                    (say!(request, "등록하신 기기는 ", "Your devices are listed in your "))
                    a href="/mailbox#devices" { (say!(request, "편지함", "mailbox")) }
                    (say!(
                        request,
                        "에 적혀 있고, 거기서 뗄 수 있습니다.",
                        ", where you can take them off."
                    ))
                } @else {
                    (say!(
                        request,
                        "기기를 등록하시면, 편지함에 소식이 놓일 때마다 그 기기로 알려 드립니다. 이름도 책도 적히지 않습니다.",
                        "Add this device, and it is told whenever news is left in your mailbox. The notice names nobody and no book."
                    ))
                }
            }
            noscript { p.plain { (say!(
                request,
                "알림을 받으려면 브라우저의 스크립트가 필요합니다. 꺼 두셨다면 소식은 편지함에만 놓입니다.",
                "Notices need the browser’s script. If you have turned it off, news is left only in your mailbox."
            )) } }
            form method="post" id="pushing" data-key=(key) {
                input type="hidden" name="door" value="device";
                input type="hidden" name="way" value="push";
                (device_fields(request))
                div id="by-push" hidden {
                    button.quiet {
                        (say!(request, "이 기기로도 알려 주세요", "Send notices to this device as well"))
                    }
                }
            }
        }
    }
}

/// The fields that the script fills in, and its messages. The browser asks for permission when the
/// button is pressed.
fn device_fields(request: &Request) -> Markup {
    let messages = [
        (
            "asking",
            say!(
                request,
                "브라우저가 알림을 허락하겠느냐고 물으면 답해 주십시오.",
                "Please answer your browser, which asks whether it may show notifications."
            ),
        ),
        (
            "denied",
            say!(
                request,
                "이 브라우저에서 알림이 막혀 있어 푸시를 보내지 못합니다. 소식은 편지함에 놓입니다. 브라우저의 설정에서 언제든 다시 허락하실 수 있습니다.",
                "Notifications are blocked in this browser, so no push can be sent. News is left in your mailbox. You can allow them again in the browser’s settings."
            ),
        ),
        (
            "failed",
            say!(
                request,
                "푸시 알림을 켜지 못했습니다. 소식은 편지함에 놓입니다. 나중에 다시 하셔도 됩니다.",
                "The push could not be set up. News is left in your mailbox. You may try again later."
            ),
        ),
        (
            "never",
            say!(
                request,
                "이 브라우저에는 푸시가 없습니다. 카카오톡처럼 앱 안에서 열린 창이 그렇고, 아이폰과 아이패드에서는 홈 화면에 추가한 쪽에만 있습니다. 소식은 편지함에 놓입니다.",
                "This browser has no push: windows inside apps such as KakaoTalk have none, and an iPhone or iPad has it only for pages added to the home screen. News is left in your mailbox."
            ),
        ),
    ];
    html! {
        @for name in ["endpoint", "p256dh", "auth"] {
            input type="hidden" name=(name) value="";
        }
        div role="status" {
            @for (when, message) in messages { p.plain data-when=(when) hidden { (message) } }
        }
    }
}

/// What is wrong with the subscription that the browser gave. Nothing of it was stored.
pub(crate) fn not_a_device(why: NotADevice, request: &Request) -> Problem {
    let message = match why {
        NotADevice::Endpoint => say!(
            request,
            "이 브라우저로는 알림을 보낼 수 없어 켜지 못했습니다. 편지함으로 받으시거나, 다른 브라우저에서 해 보십시오.",
            "We cannot send notices to this browser, so it was not added. Take the mailbox, or try another browser."
        ),
        NotADevice::Key | NotADevice::Auth => say!(
            request,
            "브라우저가 건넨 정보가 온전하지 않아 알림을 켜지 못했습니다. 편지함으로 받으시거나, 화면을 새로 열고 다시 해 보십시오.",
            "What the browser gave is incomplete, so the device was not added. Take the mailbox, or reload the page and try again."
        ),
    };
    Problem { field: "pushing", message }
}
