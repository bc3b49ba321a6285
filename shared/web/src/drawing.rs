//! The line drawing of each page, as inline SVG in the colour of the text.

use domain::base::text::Language;
use maud::{Markup, PreEscaped, html};

/// A drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The closed door.
    Door,
    /// The knocker on the door.
    Knocker,
    /// Shelves full of books.
    Bookshelf,
    /// An empty chair under a lamp.
    Chair,
    /// A bell and its cord.
    Bell,
    /// A keyhole that light comes through.
    Keyhole,
    /// An open guest book and a pen.
    Book,
    /// A lamp over a desk with a letter.
    Desk,
    /// The counter with its scales.
    Counter,
    /// A lit window.
    Window,
    /// The mailbox.
    Mailbox,
}

impl Drawing {
    pub(crate) fn svg(self, language: Language) -> Markup {
        let (korean, english, view, strokes) = match self {
            Self::Door => (
                "닫힌 문, 문틈으로 새는 불빛",
                "A closed door, light under it",
                "0 0 120 150",
                DOOR,
            ),
            Self::Knocker => ("문고리", "A knocker", "0 0 120 110", KNOCKER),
            Self::Bookshelf => ("책이 꽂힌 서가", "Shelves of books", "0 0 140 110", BOOKSHELF),
            Self::Chair => {
                ("등불 아래 빈 의자", "An empty chair under a lamp", "0 0 130 120", CHAIR)
            }
            Self::Bell => ("줄이 달린 종", "A bell and its cord", "0 0 120 130", BELL),
            Self::Keyhole => {
                ("빛이 새는 열쇠 구멍", "Light through a keyhole", "0 0 120 120", KEYHOLE)
            }
            Self::Book => ("펼친 방명록과 펜", "An open guest book and a pen", "0 0 140 90", BOOK),
            Self::Desk => ("등불 아래 놓인 편지", "A letter under a lamp", "0 0 140 110", DESK),
            Self::Counter => ("저울이 놓인 계산대", "Scales on a counter", "0 0 140 100", COUNTER),
            Self::Window => ("불 켜진 창", "A lit window", "0 0 120 120", WINDOW),
            Self::Mailbox => ("편지함", "A mailbox", "0 0 120 120", MAILBOX),
        };
        let title = match language {
            Language::Ko => korean,
            Language::En => english,
        };
        html! {
            svg.drawing viewBox=(view) role="img" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"
                stroke-linejoin="round" { title { (title) } (PreEscaped(strokes)) }
        }
    }
}

const DOOR: &str = r#"<path d="M24 141c1-38 .6-86 .2-129 24-.9 47-.6 71.500 0 .8 43 .5 88 .3 129"/><path d="M30 140.500c.6-40 .3-82 .2-122 20-.5 39-.4 59.500.1.4 41 .2 82 .2 122"/><path d="M38 28c14-.6 30-.5 44 .2.3 15 .2 28 .1 41-15 .5-30 .5-44-.1-.3-14-.2-27-.1-41.100zM38 82c14-.5 30-.4 44 .1.3 15 .2 32 .1 46-15 .4-30 .4-44 0-.3-15-.2-31-.1-46.100z"/><path d="M60 28.200c.2 13 .1 27 .1 41M38.100 48.500c15-.3 29-.2 44 .2"/><circle cx="84.500" cy="76" r="2.600"/><path d="M84.500 79c-.4 2-.3 3.500 0 5"/><path class="lamp" stroke="var(--act)" stroke-width="2" d="M33 143.200c18 .7 37 .6 54 .1"/><path d="M8 146.500c35 .6 70 .4 104-.2"/>"#;
const KNOCKER: &str = r#"<path d="M22 104c.5-33 .3-66 .1-98 25-.6 51-.5 76 .2.5 33 .3 65 .1 98"/><circle cx="60" cy="34" r="9.500"/><path d="M54 32c2-2.600 3.500-3 6-3s4.300.6 6.200 3.100M57 37.500c2 1.400 4 1.500 6 0"/><path d="M52 40c-9 6-13.500 15-13 25 .6 12 9.600 20.500 21 20.500S80.400 77 81 65c.4-10-4-19-13-25"/><path d="M55.500 43c-6.500 5.400-10 12.600-9.700 21 .4 8.600 6.500 14.600 14.200 14.600s13.800-6 14.200-14.600c.3-8.400-3-15.600-9.700-21"/><circle cx="60" cy="82" r="5"/><path d="M52.500 92.500c5 1.200 10 1.200 15 0"/>"#;
const BOOKSHELF: &str = r#"<path d="M12 104c.4-33 .3-65 .1-97 38-.7 78-.6 116 .1.400 33 .3 65 .1 97zM12.200 40c39-.6 77-.5 116 .1M12.200 73c39-.5 77-.4 116 .1"/><path d="M20 39.500c-.2-9-.1-17 .1-25h7c.3 8 .2 16 .1 25M32 39.400c-.1-7-.1-14 .1-21h5.500c.2 7 .1 14 .1 21M43 39.400V12.600h8v26.800M57 39.300l6.500-23 6 1.800-5.700 21.300M77 39.400c0-8 0-16 .2-23.200h6c.2 8 .2 15 .1 23.200M88 39.500V14h9.500v25.500M104 39.600c-.1-6-.1-13 .1-19h6v19M114 39.600V16.500h6v23"/><path d="M21 72.600V49h8v23.600M35 72.600c-.1-9-.1-17 .1-26h6c.2 9 .1 17 0 26M47 72.500V51h9v21.500M62 72.500V46.500h5.500v26M74 72.500c0-7 0-14 .2-21h8v21M90 72.600l-6.500-23 6-1.500 7.500 24.500M104 72.700V48h7v24.600M116 72.700V53h5v19.600"/><path d="M22 103.500V80h6.500v23.500M34 103.500V83h9v20.500M50 103.500c-.1-8-.1-17 .1-25h7v25M64 103.500V81h5v22.500M75 103.500V79.500h8.500v24M92 103.500V84h7v19.500"/><path class="lamp" stroke="var(--act)" stroke-width="2" d="M106 103.400V80.500h7.500v23"/>"#;
const CHAIR: &str = r#"<path d="M40 62c-.6-17-1-30-.3-42 .2-3 2-4.600 5-4.800 9-.7 17-.7 25.500 0 3 .2 4.600 2 4.800 5 .6 13 .4 26-.2 41.500"/><path d="M46 55.500c-.4-12-.5-22-.2-33.500 8-.7 15-.7 23 0 .5 11.500.3 22-.1 33.500M57.500 21.600c.2 11 .1 22 .1 34"/><path d="M34 64c16-1.500 32-1.400 47.500-.2 1.500 4 1.400 7.500.2 11-16 .9-32 .8-47.500.1-1.300-3.500-1.400-7.500-.2-10.900z"/><path d="M38 75.500c.4 12-.4 22-1.500 33M77.500 75.500c.2 12 .9 22 1.800 33M46 75.500c.3 8 .2 14-.2 21M70.500 75.500c.2 8 .3 14 .4 21M38 95c13 .6 26 .5 40 .1"/><path d="M106 110c.3-28 .2-54 .1-78M97 110.500c6-1 12-1 18 0"/><path d="M106 32l-11-17c7-3 15-3 22 .1z"/><path class="lamp" stroke="var(--act)" stroke-width="1.800" d="M97 24l-7 11M106.200 38v9M115 24l6 11"/><path d="M10 111.500c37-.6 74-.5 111-.1"/>"#;
const BELL: &str = r#"<path d="M18 12c28-1.200 56-1 84 .2M60 12.500c.2 4 .1 7 .1 10.500"/><circle cx="60" cy="27" r="4.200"/><path d="M60 31.200c-14 1-21.500 10-22.400 25-.7 12-3 20-10.600 28.300 22 1.800 44 1.700 66 .1-7.500-8-9.800-16.500-10.500-28.400-.9-15-8.500-24-22.500-25z"/><path d="M30 79.500c20 1.500 40 1.500 60.300.1M42 60c.8-9 4-15.500 9.500-19"/><path d="M54.500 86c.3 4.500 2.300 7 5.600 7s5.400-2.500 5.600-7"/><path class="lamp" stroke="var(--act)" stroke-width="2" d="M60.100 93.500c-1.500 9 1.800 17-.2 27M57 121.500c2-.8 4-.8 6.200 0l-.9 5.500c-1.500.5-3 .5-4.400 0z"/><path d="M16 60c-2.500 6-2.500 12 .2 18M104 60c2.500 6 2.500 12-.2 18"/>"#;
const KEYHOLE: &str = r#"<path d="M34 112c.4-35 .3-69 .1-104 17.500-.7 35-.6 52 .1.400 35 .3 69 .1 104-17.500.6-35 .5-52.200-.1z"/><path d="M40 106c.3-31 .2-62 .1-92 13.500-.5 27-.4 40 .1.300 30 .2 61 0 92-13.500.4-27 .4-40.100-.1z"/><path d="M60 40c-7 0-11.500 5-11.500 11 0 4.500 2.300 8 5.800 9.800-1 6.500-2.300 12.500-4 19.500 6.500.8 13 .8 19.500.1-1.700-7-3-13-4-19.500 3.500-1.900 5.700-5.400 5.700-9.900 0-6-4.500-11-11.500-11z"/><path class="lamp" stroke="var(--act)" stroke-width="1.800" d="M60 47v5M56 70l-1 5M64 70l1 5M60 62v14"/><path class="lamp" stroke="var(--act)" stroke-width="1.600" d="M96 50c6-1 12-1.500 18-1.200M96 60c6 .6 12 1.800 17.500 3.500M95 70c5 2 10 4.600 14.500 7.500"/>"#;
const BOOK: &str = r#"<path d="M70 24C56 14.500 36 13 14 17.500c-.4 18-.3 36-.1 54C36 67 56 69 70 78.500c14-9.500 34-11.500 56-7 .3-18 .3-36 0-54C104 13 84 14.500 70 24zM70 24c.3 18 .2 36 0 54"/><path d="M24 30c12-2 23-1 33 2.500M24 40c12-2 23-1 33 2.500M24 50c9-1.400 16-1.200 23 .3M83 33c10-3.500 21-4.500 31-2.700M83 43c8-2.700 15-3.800 22-3.500"/><path d="M92 60l30-47c2-2.500 6-.4 5 2.800L99 63.500 90.500 68z"/><path class="lamp" stroke="var(--act)" stroke-width="2" d="M84 69.500c3-1.500 5-1.800 7-1.700"/>"#;
const DESK: &str = r#"<path d="M8 82c42-.7 83-.6 124 .1M18 82.500c.2 8 .1 15 0 22M122 82.500c.2 8 .1 15 0 22"/><path d="M34 81.500h22M45 81V48M45 48.500c-3-12 4-25 22-30"/><path d="M62 11l24 12.500c-6 9-19 11-28.500 1.500-3-4-1-10 4.500-14z"/><path class="lamp" stroke="var(--act)" stroke-width="1.800" d="M70 36l-4 12M82 34l1 13M93 29l8 10"/><path d="M70 81l10-15h34l-8 15z"/><path d="M84 70h20M82 74h18M80 78h10"/>"#;
const COUNTER: &str = r#"<path d="M8 70c42-.6 84-.5 124 .1M16 70.500c.3 9 .2 17 .1 25h108c.2-9 .1-17 0-25"/><path d="M70 69V24M58 69.500c7-1.500 17-1.500 24 0M34 29c24-4 48-4 72 0"/><circle cx="70" cy="22" r="3.200"/><path d="M34 29L23 50h22zM23 50c1 9 21 9 22 0M106 29L95 50h22zM95 50c1 9 21 9 22 0"/><path class="lamp" stroke="var(--act)" stroke-width="2" d="M28 49c4-1 8-1 12 0"/>"#;
const WINDOW: &str = r#"<path d="M20 104c.4-32 .3-62 .1-92 27-.7 54-.6 80 .1.4 31 .3 61 .1 92zM27 97.500c.3-27 .2-53 .1-79 22-.5 44-.4 66 .1.300 27 .2 53 .1 79zM60 18.500v79M27 57c22-.4 44-.3 66 .1"/><path class="lamp" stroke="var(--act)" stroke-width="1.800" d="M70 80c0-6 3-9 7-9s7 3 7 9M77 71V63M73.500 80.500h7"/><path d="M12 106.500c32-.6 64-.5 96 .1M34 26c3 8 3 15-3 24M86 26c-3 8-3 15 3 24"/>"#;
const MAILBOX: &str = r#"<path d="M24 70c.3-14 .2-25 .2-32C25 27 33 20 43 20h38c10 0 17 7 17 18 .2 11 .1 21 0 32zM24.200 70h74M60 70c0-13 .2-24 0-33C59.500 27 53 20.500 43.500 20"/><path d="M56 70.500v40M66 70.500v40M44 112h34"/><path d="M34 45h17M34 45v5h17v-5"/><path d="M82 42V28h10v7H82"/><path class="lamp" stroke="var(--act)" stroke-width="1.800" d="M36 45.500l1-9 13 1.500-.6 7"/>"#;
