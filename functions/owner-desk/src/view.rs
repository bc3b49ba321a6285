//! What the owner reads.

use admin::{Show, address_data, order_title};
use domain::{
    base::{format, text::Language},
    catalog::naming::Named,
    order::{Order, ShortNumber, shop_notes::Note},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::words;

/// How many orders wait for what.
pub(crate) struct Counts {
    pub(crate) to_post: usize,
    pub(crate) to_pack: usize,
    pub(crate) to_unpack: usize,
    pub(crate) to_pick: usize,
    /// Of those, how many whose letter names the best book.
    pub(crate) named: usize,
    pub(crate) resting: usize,
    pub(crate) without_book: usize,
    pub(crate) refunds_stopped: usize,
    pub(crate) reversed: usize,
    /// Whose address was corrected after it may have been printed.
    pub(crate) readdressed: usize,
}

impl Counts {
    /// A line for each kind of order that is there.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + use<> {
        let Self {
            to_post,
            to_pack,
            to_unpack,
            to_pick,
            named,
            resting,
            without_book,
            refunds_stopped,
            reversed,
            readdressed,
        } = *self;
        let lines = [
            (to_unpack, words::to_unpack(to_unpack)),
            (to_pack, words::to_pack(to_pack)),
            (to_post, words::to_post(to_post)),
            (to_pick, words::to_pick(to_pick)),
            (named, words::named(named)),
            (resting, words::resting(resting)),
            (without_book, words::without_book(without_book)),
            (refunds_stopped, words::refunds_stopped(refunds_stopped)),
            (reversed, words::reversed(reversed)),
            (readdressed, words::readdressed(readdressed)),
        ];
        lines.into_iter().filter(|(count, _)| *count > 0).map(|(_, line)| line)
    }
}

/// The call of `owner-ship` for these orders; only the numbers are missing.
pub(crate) fn parcels(orders: &[&Order]) -> Value {
    let parcels: Vec<Value> = orders
        .iter()
        .map(|order| json!({ "order": order.id.to_string(), "carrier": "cj", "number": "" }))
        .collect();
    json!({ "parcels": parcels })
}

/// The call of `owner-choose` that picks the first proposal of each order that its letter does not
/// name. An order whose proposals are all named is left out.
pub(crate) fn picks(orders: &[&Order]) -> Value {
    let picks: Vec<Value> = orders
        .iter()
        .filter_map(|order| {
            let desk = order.desk.as_ref()?;
            let first = desk.proposals.iter().find(|proposal| proposal.named.is_none())?;
            Some(json!({ "order": order.id.to_string(), "isbn": first.isbn.to_string() }))
        })
        .collect();
    json!({ "picks": picks })
}

/// One order; with its letter, if the letter names the best book.
pub(crate) fn order(
    order: &Order,
    letter: Option<String>,
    pen_name: Option<&str>,
    today: Date,
) -> Show {
    let choice = order.choice.as_ref();
    let proposals = order.desk.as_ref().map(|desk| {
        let proposals = desk.proposals.iter().map(|proposal| {
            json!({
                "isbn": proposal.isbn.to_string(),
                "title": proposal.title,
                "score": proposal.score,
                "reason": proposal.reason,
                "named": proposal.named.map(Named::title),
            })
        });
        proposals.collect::<Vec<_>>()
    });
    let (task, late) = (order.owner_task(today), order.promised < today);
    let corrected = order.outdated_print().map(|at| format::date_time(at, Language::Ko));
    let data = json!({
        "what": task.title(),
        "number": order.number.map(ShortNumber::short),
        "name": order.number.map_or_else(|| order.id.to_string(), |number| number.to_string()),
        "order": order.id.to_string(),
        "promised": format::korean_date(order.promised),
        "late": late,
        "paid_at": order.paid_at().map(|at| format::date_time(at, Language::Ko)),
        "range": format!("{}원까지", order.price.range.up_to()),
        "isbn": choice.map(|choice| choice.isbn.to_string()),
        "copy": choice.map(|choice| choice.copy),
        "reason": choice.map(|choice| choice.reason.clone()),
        "why": order.named_on_desk().map(Named::title),
        "letter": letter.as_deref(),
        "proposals": proposals,
        "refunds": order.refunds,
        "address_corrected": corrected,
        "to": address_data(&order.address),
    });
    let promised = format!("{}까지", format::korean_date(order.promised));
    Show::new("order", order_title(order, pen_name), data)
        .fact("할 일", task.title())
        .fact("약속한 날", if late { format!("{promised} · 늦었습니다") } else { promised })
        .fact_if("편지", order.named_on_desk().map(Named::title))
        .fact_if("받으실 곳을 고침", corrected)
        .text(letter)
        .page(format!("/office/order/{}", order.id))
}

/// Free copies and waiting orders over time, for a chart; nothing until there are two notes.
pub(crate) fn notes(notes: &[Note]) -> Option<Show> {
    let last = notes.last().filter(|_| notes.len() > 1)?;
    let data = json!({ "notes": notes });
    let left = format!("서가에 남은 책 {}권", last.free);
    Some(Show::new("notes", left, data))
}
