//! The page of what is kept, and the one after it was deleted.

use domain::{
    order::{
        Address, Order, State,
        forgetting::UnderWay,
        letter::{Author, Letter, question},
        masked,
    },
    walk::{
        device::Device,
        draft::{Draft, LastAddress},
        visit::Visit,
    },
};
use maud::{Markup, html};
use store::KeptRecord;
use web::{Access, Page, Problem, Refusal, Request, Words, field, proof, say};

use crate::{FILE, Mine};

/// The box that is ticked before something is deleted.
pub(crate) const SURE: &str = "sure";

pub(crate) fn page(request: &Request, mine: &Mine, problems: &[Problem]) -> Result<Page, Refusal> {
    let title = say!(request, "내 기록", "What we keep about you");
    let body = html! {
        (field::summary(problems, request.language))
        h1 { (title) }
        p.plain { @match mine.access {
            Access::Own => (say!(
                request,
                "이 가게가 손님에 대해 적어 둔 것입니다. 전화번호의 끝자리까지 빠짐없는 것은 아래에서 파일로 받으실 수 있습니다.",
                "This is what the shop has written down about you. All of it, with the last digits of telephones, you can save as a file below."
            )),
            Access::Found => (say!(
                request,
                "찾으신 주문 하나에 대해 적어 둔 것입니다. 받으실 곳은 여기에 보이지 않습니다. 다른 것까지 보시려면 책갈피로 들어와 주십시오.",
                "This is what is kept about the order you found. Its address is not shown here. To see the rest, come in by your bookmark."
            )),
        } }
        @if mine.access == Access::Own { (walk(request, mine)) }
        (orders(request, mine))
        (letters(request, &mine.personal.records("letter")?))
        (drafts(request, &mine.personal.records("draft")?))
        (last_address(request, &mine.personal.records("recipient")?))
        (devices(request, &mine.personal.records("device")?))
        @if mine.access == Access::Own { (works(request, mine)) }
        (deletion(request, mine, problems))
    };
    Ok(Page::new("data", title).body(body))
}

fn section(title: &str, content: &Markup) -> Markup {
    html! { section { h2 { (title) } (content) } }
}

fn walk(request: &Request, mine: &Mine) -> Markup {
    let Some(visit) = mine.personal.visit() else { return html! {} };
    let Visit { began_at, reader, bookmark, .. } = visit;
    section(
        &say!(request, "걸음", "Your visit"),
        &html! {
            dl.facts {
                div {
                    dt { (say!(request, "처음 오신 때", "First came")) }
                    dd { (request.clock(*began_at)) }
                }
                @if let Some(reader) = reader {
                    div {
                        dt { (say!(request, "필명", "Pen name")) }
                        dd { (reader.pen_name.reveal()) }
                    }
                    div {
                        dt { (say!(request, "동의하신 때", "Agreed")) }
                        dd { (request.clock(reader.agreed_at)) }
                    }
                }
                @if let Some(bookmark) = bookmark {
                    div {
                        dt { (say!(request, "책갈피를 만드신 때", "Bookmark made")) }
                        dd { (request.clock(bookmark.made_at)) }
                    }
                }
            }
            p.hint { (say!(
                request,
                "방마다 들어온 때와 연 문, 틀린 답의 수는 파일에 있습니다.",
                "When you entered each room, which door you took and how often an answer was wrong is in the file."
            )) }
        },
    )
}

fn orders(request: &Request, mine: &Mine) -> Markup {
    let orders: Vec<&Order> = mine.personal.orders().collect();
    if orders.is_empty() {
        return html! {};
    }
    section(
        &say!(request, "주문", "Orders"),
        &html! {
            ul.letters { @for order in orders {
                li data-order=(order.id) {
                    p {
                        a href=(format!("/window/{}", order.id)) { (request.clock(order.at)) }
                        " · " (request.won(order.total))
                        @if let Some(number) = order.number { " · " (number.short()) }
                    }
                    @if mine.access == Access::Own { (address(&order.address)) }
                    @if let Some(parcel) = order.parcel() {
                        p { (parcel.line(request.language)) }
                    }
                }
            } }
        },
    )
}

fn address(address: &Address) -> Markup {
    html! {
        p {
            (address.recipient.reveal()) " · " (address.masked_phone()) br;
            "(" (address.postcode.reveal()) ") " (address.street.reveal())
            " " (address.detail.reveal())
        }
    }
}

fn letters(request: &Request, letters: &[Letter]) -> Markup {
    if letters.is_empty() {
        return html! {};
    }
    section(
        &say!(request, "편지", "Letters"),
        &html! {
            ul.letters { @for letter in letters {
                li.mine[letter.author == Author::Reader] {
                    time datetime=(letter.at) { (request.clock(letter.at)) }
                    p { (letter.text.reveal()) }
                    @if let Some(to) = &letter.answer_to {
                        p.hint {
                            (say!(request, "답을 받으실 곳:", "Where the answer goes:")) " " (to.reveal())
                        }
                    }
                }
            } }
        },
    )
}

fn drafts(request: &Request, drafts: &[Draft]) -> Markup {
    if drafts.is_empty() {
        return html! {};
    }
    section(
        &say!(request, "보내지 않은 초고", "Drafts you have not sent"),
        &html! {
            ul.letters { @for draft in drafts {
                li {
                    time datetime=(draft.saved_at) { (request.clock(draft.saved_at)) }
                    @for (name, text) in &draft.fields {
                        p { @if name == "phone" { (masked(text.reveal())) } @else { (text.reveal()) } }
                    }
                }
            } }
        },
    )
}

fn last_address(request: &Request, kept: &[LastAddress]) -> Markup {
    if kept.is_empty() {
        return html! {};
    }
    section(
        &say!(request, "다음 주문에 채워 드릴 곳", "The address filled in for your next order"),
        &html! { @for last in kept { (address(&last.address)) } },
    )
}

fn devices(request: &Request, devices: &[Device]) -> Markup {
    if devices.is_empty() {
        return html! {};
    }
    section(
        &say!(request, "알림을 받는 기기", "Devices that get pushes"),
        &html! {
            ul { @for device in devices {
                li { (device.service()) " · " (request.clock(device.since)) }
            } }
        },
    )
}

fn works(request: &Request, mine: &Mine) -> Markup {
    let works = mine.personal.works();
    if works.is_empty() {
        return html! {};
    }
    let intro = say!(
        request,
        "다시 보내지 않으려고 적어 둔 작품입니다.",
        "Works that are noted so that they are not sent to you again."
    );
    section(
        &say!(request, "보내 드렸거나 갖고 계신 책", "Books you were sent or own"),
        &html! {
            p.hint { (intro) }
            ul { @for work in works { li { @match &work.title {
                Some(title) => (title),
                None => (work.id),
            } } } }
        },
    )
}

/// Taking it along and deleting it: what goes, what stays, and the form of both.
fn deletion(request: &Request, mine: &Mine, problems: &[Problem]) -> Markup {
    let kept = mine.personal.kept();
    let under_way = mine.personal.under_way(request.now);
    section(
        &say!(request, "받아 두기와 지우기", "Saving and deleting"),
        &html! {
            p.plain { @match mine.access {
                Access::Own => (say!(
                    request,
                    "지우기를 누르시면 여기에 보이는 것을 모두 지웁니다. 책갈피와 이 기기의 출입도 함께 사라집니다. 지운 것은 되돌릴 수 없습니다.",
                    "Deletion takes all that you see here, with your bookmark and the session of this device. It cannot be brought back."
                )),
                Access::Found => (say!(
                    request,
                    "지우기를 누르시면 이 주문과, 이 주문에 대한 편지를 지웁니다. 지운 것은 되돌릴 수 없습니다.",
                    "Deletion takes this order and the letters about it. It cannot be brought back."
                )),
            } }
            (stays(request, &kept))
            @if let Some((order, why)) = under_way {
                p.plain role="status" data-under-way {
                    (why_not(request, order, why)) " "
                    a href=(format!("/window/{}", order.id)) {
                        (say!(request, "그 주문 보기", "See that order"))
                    }
                }
            }
            (form(request, mine, under_way.is_none(), problems))
        },
    )
}

fn form(request: &Request, mine: &Mine, may_delete: bool, problems: &[Problem]) -> Markup {
    let withdrawal_may_be_open =
        mine.personal.orders().any(|order| order.state == State::Delivered);
    html! {
        @if may_delete && withdrawal_may_be_open { p.plain { (say!(
            request,
            "책을 받으신 날부터 7일 안에는 지우신 뒤에도 반품하실 수 있습니다. 다만 여기서는 하실 수 없고, 아래 문의처로 알려 주셔야 합니다.",
            "Within 7 days of receiving a book you can still send it back after the deletion, but not here: please write to the contact below."
        )) } }
        form id="mine" method="post" action=(FILE) {
            @if mine.proved_by().is_some()
                && let Some(proof) = proof::field(request, mine.access, problems)
            { (proof) }
            button.quiet { (say!(request, "파일로 받기 (JSON)", "Save it as a file (JSON)")) }
            @if may_delete {
                (field::tick(SURE, &sure(request), &request.form, problems))
                button.quiet formaction="/data" data-forget {
                    (say!(request, "모두 지우기", "Delete it all"))
                }
            }
        }
    }
}

fn sure(request: &Request) -> Markup {
    html! { (say!(
        request,
        "되돌릴 수 없다는 것을 알았습니다.",
        "I know that it cannot be brought back."
    )) }
}

/// What the law has the shop keep, and what fades by itself.
fn stays(request: &Request, kept: &[KeptRecord]) -> Markup {
    html! {
        @if let Some(until) = kept.iter().map(|kept| kept.until).max() {
            p.plain data-stays=(kept.len()) { (say!(
                request,
                "법이 정한 것만 남습니다. 주문 {count}건의 계약, 결제, 배송 기록과 받으신 분의 이름, 전화, 주소를 {until}까지 따로 보관합니다(전자상거래법 제6조). 가게의 어느 쪽에서도 열 수 없고, 그날이 지나면 저절로 지워집니다.",
                "Only what the law demands stays: the records of contract, payment and delivery of what you paid for ({count} in all), with recipient, telephone and address, are kept apart until {until} (E-Commerce Act, article 6). No page of the shop can open them, and they end by themselves.",
                count = kept.len(),
                until = with_year(request, until)
            )) }
        }
        p.hint { (say!(
            request,
            "사고에 대비한 백업에서는 35일 안에, 처리 중이던 기록에서는 하루 안에 사라집니다. 불만이나 다툼으로 처리한 편지의 기록이 있으면 그것은 {years}년 동안 따로 남습니다. 받으신 곳에 어느 책이 갔는지는 주소로 되돌릴 수 없는 값으로만 남습니다. 결제사의 기록은 결제사가 보관합니다.",
            "It fades from backups within 35 days, and from what is being processed within a day. The record of a letter that was handled as a complaint, if there is one, stays apart for {years} years. Which book went to an address stays only under a value that cannot be turned back into the address. The payment provider keeps its own records.",
            years = question::COMPLAINT_YEARS
        )) }
    }
}

fn with_year(request: &Request, day: jiff::civil::Date) -> Words {
    let (year, month, date) = (day.year(), day.month(), day.day());
    say!(request, "{year}년 {month}월 {date}일", "{year}-{month:02}-{date:02}")
}

fn why_not(request: &Request, order: &Order, why: UnderWay) -> Words {
    match why {
        UnderWay::Held(until) => say!(
            request,
            "{until}까지 자리를 잡아 둔 주문이 있습니다. 그때가 지나거나 주문을 취소하시면 지우실 수 있습니다.",
            "A place is held for an order until {until}. You can delete after that, or once you cancel it.",
            until = request.clock(until)
        ),
        UnderWay::Open => say!(
            request,
            "{at}의 주문이 아직 진행 중입니다. 책이 닿거나 돈이 돌아가고 나면 지우실 수 있습니다.",
            "The order of {at} is still under way. You can delete once the book has arrived, or the money has gone back.",
            at = request.clock(order.at)
        ),
        UnderWay::Accounts(day) => say!(
            request,
            "{at}의 주문은 그날의 셈을 결제사와 맞추는 중입니다. {day}부터 지우실 수 있습니다.",
            "The accounts of the order of {at} are being compared with the provider’s. You can delete from {day}.",
            at = request.clock(order.at),
            day = request.date(day)
        ),
    }
}

pub(crate) fn not_sure(request: &Request) -> Problem {
    let message = say!(
        request,
        "지우시려면 되돌릴 수 없다는 것을 알았다는 칸에 표시해 주십시오.",
        "To delete, please tick that you know it cannot be brought back."
    );
    Problem { field: SURE, message }
}

pub(crate) fn changed(request: &Request) -> Problem {
    let message = say!(
        request,
        "그 사이에 바뀐 것이 있어 다 지우지 못했습니다. 한 번 더 눌러 주십시오.",
        "Something changed meanwhile, so not everything was deleted. Please press once more."
    );
    Problem { field: SURE, message }
}

/// The page after the deletion.
pub(crate) fn forgotten(request: &Request, kept: &[KeptRecord], access: Access) -> Page {
    let title = say!(request, "지웠습니다", "It is deleted");
    let body = html! {
        h1 { (title) }
        p.plain role="status" { @match access {
            Access::Own => (say!(
                request,
                "손님에 대해 적어 둔 것을 모두 지웠습니다. 언제든 새 손님으로 오실 수 있습니다.",
                "All that was written down about you is deleted. You are welcome as a new guest at any time."
            )),
            Access::Found => (say!(
                request,
                "이 주문에 대해 적어 둔 것을 지웠습니다.",
                "What was written down about this order is deleted."
            )),
        } }
        (stays(request, kept))
        p { a.door data-onward href="/" { (say!(request, "문으로", "To the door")) } }
    };
    Page::new("data", title).body(body).leaving()
}
