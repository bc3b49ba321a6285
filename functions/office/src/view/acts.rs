//! 한 일: who did what today and yesterday, from every device and the console.

use domain::{
    base::{format, text::Language},
    office::Act,
};
use maud::html;
use web::Page;

use super::Frame;
use crate::functions;

pub(crate) fn page(frame: &Frame, acts: &[Act]) -> Page {
    let body = html! {
        h1 { "한 일" }
        @if acts.is_empty() { p { "어제와 오늘 한 일이 없습니다." } }
        @for act in acts {
            section.card {
                h2 { (format::date_time(act.at, Language::Ko)) " · " (act.by) }
                p.soft { (functions::title(&act.function)) }
                @match &act.did {
                    None => p.warn { "시작한 일의 끝을 모릅니다. 그 일이 되었는지 살펴 주십시오." },
                    Some(did) if did.is_empty() => p { "바뀐 것이 없습니다." },
                    Some(did) => @for line in did { p { (super::without_id(line)) } },
                }
            }
        }
    };
    frame.page("한 일", &body)
}
