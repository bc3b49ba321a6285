//! Why, in Korean: to the reader on the slip, to the owner on the desk.

use super::{
    Assessment, Book, Considered, Exclusion, ExclusionReason, Score, SelectionRequest, ranked,
};
use crate::{
    base::{id::OrderId, korean::Particle},
    catalog::isbn::Isbn,
};

/// The similarity to the letter above which the slip mentions the letter.
const HEARD: u16 = 400;

/// The reason for the book, for the slip: the owner's love of it, then what counted for this reader.
/// Every sentence follows from the facts, and none contains the title. `letter` is what of the letter
/// speaks for the book.
pub(super) fn reason(
    book: &Book,
    weighed: &Score,
    asked: &SelectionRequest<'_>,
    letter: &str,
) -> String {
    let mut said = vec![
        match u8::from(weighed.love) {
            5 => "주인장이 누구에게나 한 번은 건네고 싶어 하는 책입니다.",
            4 => "주인장이 무척 아끼는 책입니다.",
            3 => "주인장이 아끼는 책입니다.",
            2 => "주인장이 조용히 좋아하는 책입니다.",
            _ => "주인장의 서가에서 임자를 기다리던 책입니다.",
        }
        .to_owned(),
    ];
    let secret = |tag: &str| tells(book, tag);
    let met = |mood: &crate::catalog::taste::Tags| {
        book.tags
            .iter()
            .find(|tag| mood.contains(*tag) && !secret(tag))
            .map(|tag| format!("‘{tag}’"))
    };
    let in_letter = book.tags.iter().find(|tag| !secret(tag) && begins_a_word(letter, tag));
    if let Some(tag) = in_letter {
        said.push(format!(
            "편지에 적어 주신 {}는 말이 이 책을 가리켰습니다.",
            Particle::Called.attach(&format!("‘{tag}’"))
        ));
    } else if weighed.echo >= HEARD {
        said.push("보내 주신 편지와 결이 닿는 책입니다.".to_owned());
    }
    if let Some(tag) = met(&asked.mood.today) {
        said.push(format!("이 책을 고르던 날 주인장의 마음은 {tag}에 가 있었습니다."));
    } else if let Some(tag) = met(&asked.mood.season) {
        said.push(format!("{} 어울리는 철에 보냅니다.", Particle::With.attach(&tag)));
    }
    if said.len() < 3 && weighed.rested.is_some_and(|days| days >= Score::RESTED) {
        said.push("반년이 넘도록 아무에게도 보내지 않고 아껴 두었습니다.".to_owned());
    }
    said.join(" ")
}

/// Whether a tag would tell which book it is.
fn tells(book: &Book, tag: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let tag = plain(tag);
    [&book.title, &book.author]
        .into_iter()
        .map(|name| plain(name))
        .any(|name| name.contains(&tag) || tag.contains(&name))
}

/// Whether a word of the text begins with the tag: Korean puts its particles behind.
fn begins_a_word(text: &str, tag: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric();
    !tag.is_empty()
        && text.match_indices(tag).any(|(at, _)| {
            !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(letter)
        })
}

/// Why a filter left a book out.
pub const fn why_not(removed: Exclusion) -> &'static str {
    match removed {
        Exclusion::NoCopy => "남은 책이 없습니다",
        Exclusion::SentBefore => "이 독자나 이 주소로 이미 보낸 작품입니다",
        Exclusion::Owned => "독자가 이미 가지고 있습니다",
        Exclusion::Veto => "주인장이 지금은 보내지 않기로 한 책입니다",
        Exclusion::OutOfRange => "약속한 책값 범위를 벗어납니다",
        Exclusion::OtherEdition => "같은 작품의 다른 판이 더 알맞습니다",
    }
}

/// What a score is made of.
fn account(weighed: &Score) -> String {
    let rested = match weighed.rested {
        None => "보낸 적 없음".to_owned(),
        Some(days) => format!("보낸 지 {days}일"),
    };
    let mut text = format!(
        "{}점 = 주인장 {}(아낌 {}, 오늘 {}, 계절 {}, {rested}) + 편지 {}",
        weighed.total(),
        weighed.owner(),
        u8::from(weighed.love),
        weighed.today,
        weighed.season,
        weighed.letter(),
    );
    if weighed.penalty() > 0 {
        let same = [
            (weighed.same.author, "앞서 보낸 책과 같은 지은이"),
            (weighed.same.translator, "같은 옮긴이"),
            (weighed.same.publisher, "같은 출판사"),
            (weighed.in_month > 2, "이달에 여러 번 보낸 작품"),
        ];
        let same: Vec<&str> =
            same.into_iter().filter_map(|(is, what)| is.then_some(what)).collect();
        text += &format!(" − {}({})", weighed.penalty(), same.join(", "));
    }
    text
}

/// For the owner: how the proposed came to their score, then why the first `others` of the rest
/// were not proposed, the nearest first.
pub fn explain(order: OrderId, considered: &Considered, others: usize) -> Vec<(Isbn, String)> {
    let ranked = ranked(order, &considered.seen);
    let last = considered.best.last().map_or(0, |proposal| proposal.score);
    let weighed = ranked.iter().enumerate().map(|(place, (isbn, weighed))| {
        let account = account(weighed);
        let line = if let Some(proposal) = considered.best.get(place) {
            let named = proposal.named.map(|named| format!(". {}", named.title()));
            format!("{}번으로 권함: {account}{}", place + 1, named.unwrap_or_default())
        } else {
            format!("권하지 않음: {account}. 마지막으로 권한 책은 {last}점입니다")
        };
        ((*isbn).clone(), line)
    });
    let removed = considered.seen.iter().filter_map(|facts| match facts.assessment {
        Assessment::Excluded(why) => Some((facts.isbn.clone(), format!("뺌: {}", why_not(why)))),
        Assessment::Scored(_) => None,
    });
    weighed.chain(removed).take(considered.best.len() + others).collect()
}

impl ExclusionReason {
    /// The stored name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
