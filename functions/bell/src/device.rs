//! Devices at the bell: hung, taken off, and what the page says of them. All of it stays hidden
//! until the script has found that the browser can do it.

use domain::walk::{
    device::{Device, DeviceId, NotADevice},
    visit::{Bell, Visit},
};
use maud::{Markup, html};
use store::{Lost, Versioned};
use web::{AppState, Problem, Refusal, Reply, Request, Walk, say};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Hangs a device.
pub(crate) async fn hang(
    app: &AppState,
    visit: &Versioned<Visit>,
    device: &Device,
    request: &Request,
) -> Result<Reply, Refusal> {
    let mut hung = visit.value.clone();
    let (bell, gone) = hung.bell.take().unwrap_or_else(|| Bell::mailbox(request.now)).hung(device);
    hung.bell = Some(bell);
    match app.store.save_visit_with_device(&visit.with(hung), device, gone.as_ref()).await {
        // A lost race is the second click of the same hand, or another tab: the page shows what
        // hangs.
        Ok(()) | Err(Lost::Race(_) | Lost::Conflict) => Ok(Reply::see("/mailbox")),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

/// Takes a device off, whether it hangs or not. Whoever says so is done with it: a lost race is run
/// again.
pub(crate) async fn take_off(
    app: &AppState,
    mut visit: Versioned<Visit>,
    request: &Request,
) -> Result<Reply, Refusal> {
    let device = DeviceId::from(request.form.typed("device"));
    for _ in 0..ROUNDS {
        let Some(bell) =
            visit.value.bell.clone().filter(|bell| bell.devices().any(|hung| *hung == device))
        else {
            break;
        };
        let mut without = visit.value.clone();
        without.bell = Some(bell.without(&device));
        match app.store.save_visit_without_device(&visit.with(without), &device).await {
            Ok(()) => break,
            Err(Lost::Race(_) | Lost::Conflict) => {
                let Some(Walk { visit: current, .. }) = app.walk(visit.value.id).await? else {
                    break;
                };
                visit = current;
            }
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Ok(Reply::see("/mailbox#devices"))
}

/// What is wrong with what the browser gave; nothing was kept of it.
pub(crate) fn problem(why: NotADevice, request: &Request) -> Problem {
    let say = match why {
        NotADevice::Endpoint => say!(
            request,
            "이 브라우저의 푸시 주소(endpoint)로는 알려 드릴 수 없어 걸지 못했습니다. 편지함으로 받으시거나, 다른 브라우저에서 해 보십시오.",
            "We cannot ring the push address (endpoint) of this browser, so it was not hung. Take the mailbox, or try another browser."
        ),
        NotADevice::Key => say!(
            request,
            "브라우저가 건넨 열쇠(p256dh)가 온전하지 않아 걸지 못했습니다. 편지함으로 받으시거나, 쪽을 새로 열고 다시 해 보십시오.",
            "The key (p256dh) that the browser gave is not whole, so it was not hung. Take the mailbox, or open the page anew and try again."
        ),
        NotADevice::Auth => say!(
            request,
            "브라우저가 건넨 비밀값(auth)이 온전하지 않아 걸지 못했습니다. 편지함으로 받으시거나, 쪽을 새로 열고 다시 해 보십시오.",
            "The secret (auth) that the browser gave is not whole, so it was not hung. Take the mailbox, or open the page anew and try again."
        ),
    };
    Problem { field: "pushing", say: say.to_owned() }
}

/// The choice beside the mailbox.
pub(crate) fn beside_the_mailbox(request: &Request) -> Markup {
    html! {
        div id="by-push" hidden {
            label.tick for="way-push" {
                input id="way-push" type="radio" name="way" value="push";
                span { (say!(request, "이 기기로도 알려 주세요 (푸시)", "Ring this device as well (push)")) }
            }
        }
        (fields(request))
    }
}

/// For somebody who has been through: another device.
pub(crate) fn another(key: &str, bell: Option<&Bell>, request: &Request) -> Markup {
    let hung = bell.map_or(0, |bell| bell.devices().count());
    html! {
        section {
            h2 { (say!(request, "푸시", "Push")) }
            p.plain {
                @if hung > 0 {
                    (say!(request, "걸어 두신 기기는 ", "The devices that you have hung stand in your "))
                    a href="/mailbox#devices" { (say!(request, "편지함", "mailbox")) }
                    (say!(request, "에 적혀 있고, 거기서 뗄 수 있습니다.", ", where you can take them off."))
                } @else {
                    (say!(
                        request,
                        "기기를 걸어 두시면, 편지함에 소식이 놓일 때마다 그 기기로 알려 드립니다. 이름도 책도 적히지 않습니다.",
                        "Hang a device, and it is rung whenever word is left in your mailbox. No name and no book stands in it."
                    ))
                }
            }
            noscript { p.plain { (say!(
                request,
                "기기를 거는 일은 브라우저의 스크립트가 합니다. 꺼 두셨다면 소식은 편지함에만 놓입니다.",
                "A device is hung by the browser's script. If you have turned it off, word lies in your mailbox alone."
            )) } }
            form method="post" id="pushing" data-key=(key) {
                input type="hidden" name="door" value="device";
                input type="hidden" name="way" value="push";
                (fields(request))
                div id="by-push" hidden {
                    button.quiet { (say!(request, "이 기기로도 알려 주세요", "Ring this device as well")) }
                }
            }
        }
    }
}

/// What the script fills in, and what it may have to say. The browser asks for permission when the
/// button is pressed and not before.
fn fields(request: &Request) -> Markup {
    html! {
        @for name in ["endpoint", "p256dh", "auth"] { input type="hidden" name=(name) value=""; }
        div role="status" {
            p.plain data-when="asking" hidden { (say!(
                request,
                "브라우저가 알림을 허락하겠느냐고 물으면 답해 주십시오.",
                "Please answer your browser, which asks whether it may show notifications."
            )) }
            p.plain data-when="denied" hidden { (say!(
                request,
                "이 브라우저에서 알림이 막혀 있어 푸시를 보내지 못합니다. 소식은 편지함에 놓입니다. 브라우저의 설정에서 언제든 다시 허락하실 수 있습니다.",
                "Notifications are blocked in this browser, so no push can be sent. Word lies in your mailbox. You can allow them again in the browser's settings."
            )) }
            p.plain data-when="failed" hidden { (say!(
                request,
                "푸시를 거는 일이 되지 않았습니다. 소식은 편지함에 놓입니다. 뒤에 다시 해 보셔도 됩니다.",
                "The push could not be set up. Word lies in your mailbox. You may try again later."
            )) }
            p.plain data-when="never" hidden { (say!(
                request,
                "이 브라우저에는 푸시가 없습니다. 카카오톡처럼 앱 안에서 열린 창이 그렇고, 아이폰과 아이패드에서는 홈 화면에 추가한 쪽에만 있습니다. 소식은 편지함에 놓입니다.",
                "This browser has no push: windows inside apps such as KakaoTalk have none, and an iPhone or iPad has it only for pages added to the home screen. Word lies in your mailbox."
            )) }
        }
    }
}
