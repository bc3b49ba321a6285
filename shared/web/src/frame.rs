//! The frame of every page: head, floor plan, language switch, and the footer with the shop's
//! identity and links.

use domain::base::text::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    draft,
    reply::{Page, PlanPlace, PlanRoom, Script},
    request::Request,
    shop::Shop,
    style,
};

mod office;

pub(crate) fn page(
    page: &Page,
    shop: Option<&Shop>,
    here: Option<&Request>,
    language: Language,
    nonce: &str,
) -> Markup {
    if let Some(frame) = &page.office {
        return office::page(page, frame, nonce);
    }
    let ko = language == Language::Ko;
    let light = style::Light::at(page.step);
    let (by_day, by_night) = light.papers();
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" media="(prefers-color-scheme: light)" content=(by_day);
                meta name="theme-color" media="(prefers-color-scheme: dark)" content=(by_night);
                title { (title(page, ko)) }
                (about(page, here, ko))
                link rel="icon" type="image/svg+xml" href="/icon.svg";
                link rel="manifest" href="/manifest.webmanifest";
                style nonce=(nonce) {
                    (PreEscaped(light.variables())) (PreEscaped(style::FONT))
                    (PreEscaped(style::SHEET))
                }
            }
            body data-step=(page.step) {
                @if page.drafts || page.carries { (draft::first_button(language)) }
                a.skip href="#main" { @if ko { "본문으로" } @else { "Skip to the page" } }
                header {
                    @let name = if ko { "공간문학" } else { "Gonggan Munhak" };
                    @if page.drafts {
                        span.name { (draft::leaving("/", name)) }
                    } @else {
                        a.name href="/" { (name) }
                    }
                    nav.language aria-label=(if ko { "언어" } else { "Language" }) {
                        @let carries = page.drafts || page.carries;
                        @for other in Language::ALL {
                            @if other == language {
                                span aria-current="true" { (other.own_name()) }
                            } @else if let (true, Some(here)) = (carries, here) {
                                (draft::switching(here, other))
                            } @else {
                                a href=(switch(here, page.secret, other))
                                    hreflang=(other.tag()) lang=(other.tag()) {
                                    (other.own_name())
                                }
                            }
                        }
                    }
                }
                @if let Some(rooms) = &page.plan { (plan(rooms, page.drafts, ko)) }
                main id="main" {
                    @if let Some(drawing) = page.drawing { (drawing.svg(language)) }
                    (page.body)
                }
                (foot(shop, page.drafts, ko))
                @for script in &page.scripts {
                    @match script {
                        Script::Inline(text) => script nonce=(nonce) { (PreEscaped(*text)) },
                        Script::Provider { url } => script nonce=(nonce) src=(url) {},
                    }
                }
            }
        }
    }
}

/// The title in the browser's tab. The front page's says what the shop is.
fn title(page: &Page, ko: bool) -> String {
    match (page.step, ko) {
        ("door", true) if page.is_public() => "공간문학 · 주인장의 취향으로 고르는 책방".to_owned(),
        ("door", false) if page.is_public() => {
            "Gonggan Munhak · books by the owner’s taste".to_owned()
        }
        (_, true) => format!("{} · 공간문학", page.title),
        (_, false) => format!("{} · Gonggan Munhak", page.title),
    }
}

/// What search engines and messengers show of a page. Only pages that are the same for everybody are
/// for search engines.
fn about(page: &Page, here: Option<&Request>, ko: bool) -> Markup {
    let (name, locale, description) = if ko {
        (
            "공간문학",
            "ko_KR",
            "손님이 아니라 주인장의 취향으로 책 한 권을 골라 부칩니다. 수수께끼의 방 몇 개를 지나, 편지 한 통을 남기고. 일부러 느린 책방입니다.",
        )
    } else {
        (
            "Gonggan Munhak",
            "en_GB",
            "A Korean bookshop where the owner’s taste chooses the book, not yours. Walk through a few rooms of riddles, leave a letter, and one book is wrapped and posted. Slow on purpose.",
        )
    };
    html! {
        @if page.is_public() {
            meta name="description" content=(description);
            meta property="og:type" content="website";
            meta property="og:site_name" content=(name);
            meta property="og:title" content=(title(page, ko));
            meta property="og:description" content=(description);
            meta property="og:locale" content=(locale);
            @if let Some(here) = here {
                meta property="og:url" content={ (here.origin) (here.path) };
                meta property="og:image" content={ (here.origin) "/og.png" };
                meta property="og:image:width" content="1200";
                meta property="og:image:height" content="630";
            }
            meta name="twitter:card" content="summary_large_image";
        } @else {
            meta name="robots" content="noindex";
        }
    }
}

/// The address of the same page in another language.
///
/// It repeats only what a page reads from its query: text from the address beside something secret
/// could leak it by the length of the page (BREACH). A path with two slashes at its beginning would
/// lead to another site.
fn switch(here: Option<&Request>, secret: bool, language: Language) -> String {
    let own = |path: &str| !path.starts_with("//") && !path.contains('\\');
    match here.filter(|request| own(&request.path)) {
        Some(request) if secret => format!("{}?lang={}", request.path, language.tag()),
        Some(request) => {
            let query = request.query.only(&REPEATED).query_with("lang", language.tag());
            format!("{}?{query}", request.path)
        }
        None => format!("/?lang={}", language.tag()),
    }
}

/// The fields of a query that a page in the other language needs as well.
const REPEATED: [&str; 13] = [
    "range",
    "after",
    "to",
    "code",
    "paymentKey",
    "orderId",
    "amount",
    "preview",
    "ticket",
    "write",
    "latin",
    "word",
    "door",
];

/// The floor plan, which shows progress. It is a list, so that screen readers announce it.
fn plan(rooms: &[PlanRoom], drafts: bool, ko: bool) -> Markup {
    html! {
        nav.plan aria-label=(if ko { "집의 평면도" } else { "Floor plan" }) {
            ol {
                @for room in rooms {
                    li class=(match room.place {
                        PlanPlace::Behind => "behind",
                        PlanPlace::Here => "here",
                        PlanPlace::Ahead => "ahead",
                    }) aria-current=[(room.place == PlanPlace::Here).then_some("step")] {
                        @if let (Some(path), PlanPlace::Behind) = (&room.path, room.place) {
                            @if drafts {
                                (draft::leaving(path, &room.name))
                            } @else {
                                a href=(path) { (room.name) }
                            }
                        } @else {
                            span { (room.name) }
                        }
                        @if let Some(minutes) = room.minutes {
                            small { @if ko { (minutes) "분" } @else { (minutes) " min" } }
                        }
                    }
                }
            }
        }
    }
}

fn foot(shop: Option<&Shop>, drafts: bool, ko: bool) -> Markup {
    let links: [(&str, &str, &str); 11] = [
        ("/notice#price", "값", "Price"),
        ("/notice#terms", "이용약관", "Terms"),
        ("/notice#privacy", "개인정보 처리방침", "Privacy"),
        ("/notice#withdrawal", "취소·환불", "Withdrawal"),
        ("/notice#contact", "문의처", "Contact"),
        ("/contact", "문의하기", "Ask the shop"),
        ("/shelf", "서가", "Shelf"),
        ("/window", "내 주문", "My orders"),
        ("/bookmark", "책갈피", "Bookmark"),
        ("/find", "주문 찾기", "Find an order"),
        ("/data", "내 기록", "Your data"),
    ];
    html! {
        footer {
            nav aria-label=(if ko { "값과 약속" } else { "Price and promises" }) {
                @if drafts {
                    p { @if ko { "아래는 새 창에서 열립니다." } @else { "These open in a new window." } }
                }
                ul { @for (path, korean, english) in links {
                    li { a href=(path) target=[drafts.then_some("_blank")] {
                        @if ko { (korean) } @else { (english) }
                    } }
                } }
            }
            @if let Some(shop) = shop {
                @if shop.sample {
                    p.sample { @if ko {
                        "아래의 사업자 정보는 견본입니다. 실제 가게가 아닙니다."
                    } @else {
                        "The identity below is a sample, not a real shop."
                    } }
                }
                dl.identity {
                    @for (korean, english, value) in [
                        ("상호", "Shop", &shop.name),
                        ("대표자", "Represented by", &shop.representative),
                        ("주소", "Address", &shop.address),
                        ("전화", "Telephone", &shop.phone),
                        ("전자우편", "E-mail", &shop.email),
                        ("사업자등록번호", "Business number", &shop.business_number),
                        ("통신판매업 신고번호", "Mail-order number", &shop.mail_order_number),
                    ] {
                        div {
                            dt { @if ko { (korean) } @else { (english) } }
                            dd lang=[(!ko).then_some("ko")] { (value) }
                        }
                    }
                }
            }
        }
    }
}
