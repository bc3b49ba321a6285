//! The sentences that say who acted. Each is true of what the order records: who chose the book, and
//! whether the owner packed it. Letters, pages and the slip take them from here.

use crate::{base::text::Language, catalog::selection::Chooser};

/// The opening of the letter that tells of the choice.
pub const fn chosen(by: Chooser, language: Language) -> &'static str {
    match (by, language) {
        (Chooser::Owner, Language::Ko) => {
            "주인장이 서가에서 한 권을 뽑아 들었소.\n\n주인장이 보낼 책을 골랐습니다."
        }
        (Chooser::Owner, Language::En) => {
            "The owner took one book from the shelves.\n\nThe owner has chosen your book."
        }
        (Chooser::Rules, Language::Ko) => {
            "서가에서 책 한 권이 내려왔소.\n\n주인장의 취향으로 세운 규칙이 보낼 책을 골랐습니다."
        }
        (Chooser::Rules, Language::En) => {
            "One book has come down from the shelves.\n\nYour book is chosen, by rules made from the owner’s taste."
        }
    }
}

/// The opening of the letter that tells of a choice after an earlier one.
pub const fn chosen_anew(by: Chooser, language: Language) -> &'static str {
    match (by, language) {
        (Chooser::Owner, Language::Ko) => {
            "서가 앞에 다시 등이 켜졌소.\n\n주인장이 보낼 책을 다시 골랐습니다."
        }
        (Chooser::Owner, Language::En) => {
            "The lamp before the shelves was lit once more.\n\nThe owner has chosen again."
        }
        (Chooser::Rules, Language::Ko) => {
            "서가 앞에 다시 등이 켜졌소.\n\n주인장의 취향으로 세운 규칙이 보낼 책을 다시 골랐습니다."
        }
        (Chooser::Rules, Language::En) => {
            "The lamp before the shelves was lit once more.\n\nYour book is chosen again, by rules made from the owner’s taste."
        }
    }
}

/// The opening of the letter about an order that the owner cancelled.
pub fn called_off(reason: &str, language: Language) -> String {
    match language {
        Language::Ko => format!("창의 불을 껐소.\n\n{}\n\n", called_off_for(reason, language)),
        Language::En => format!("The lamp is out.\n\n{}\n\n", called_off_for(reason, language)),
    }
}

/// That the owner cancelled, and why.
pub fn called_off_for(reason: &str, language: Language) -> String {
    match language {
        Language::Ko => format!("주인장이 주문을 취소했습니다. 까닭: {reason}"),
        Language::En => format!("The owner has cancelled your order, for this reason: {reason}"),
    }
}

/// Who chose, on the order's page.
pub const fn chosen_by(by: Chooser, language: Language) -> &'static str {
    match (by, language) {
        (Chooser::Owner, Language::Ko) => "주인장이 책을 골랐습니다.",
        (Chooser::Owner, Language::En) => "The owner has chosen your book.",
        (Chooser::Rules, Language::Ko) => "주인장의 취향으로 세운 규칙이 책을 골랐습니다.",
        (Chooser::Rules, Language::En) => {
            "Your book is chosen, by rules made from the owner’s taste."
        }
    }
}

/// The last line of the slip. The slip is in Korean.
pub const fn on_the_slip(by: Chooser) -> &'static str {
    match by {
        Chooser::Owner => "주인장이 이 한 권을 골랐습니다.",
        Chooser::Rules => "주인장의 취향으로 세운 규칙이 이 한 권을 골랐습니다.",
    }
}

/// The letter that tells of the packing, which is only sent after the owner packed.
pub const fn packed(language: Language) -> &'static str {
    match language {
        Language::Ko => {
            "책이 꾸러미가 되었소. 이제 길 떠날 일만 남았소.\n\n주인장이 포장을 마쳤습니다."
        }
        Language::En => {
            "The book is a parcel now. Only the road is left.\n\nThe owner has packed your book."
        }
    }
}

/// The letter that tells that the owner put the choice off until tomorrow.
pub const fn put_off(language: Language) -> &'static str {
    match language {
        Language::Ko => {
            "오늘은 서가에서 아무 책도 내려오지 않았소.\n\n주인장이 오늘은 고르지 않고, 내일 다시 고릅니다."
        }
        Language::En => {
            "No book came down from the shelves today.\n\nThe owner chose none today and looks again tomorrow."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_named_as_the_one_who_chose_only_if_the_owner_chose() {
        for text in [
            chosen(Chooser::Rules, Language::Ko),
            chosen_by(Chooser::Rules, Language::Ko),
            chosen_anew(Chooser::Rules, Language::Ko),
            on_the_slip(Chooser::Rules),
        ] {
            assert!(text.contains("규칙이") && !text.contains("주인장이"), "{text}");
        }
        for text in [
            chosen(Chooser::Rules, Language::En),
            chosen_by(Chooser::Rules, Language::En),
            chosen_anew(Chooser::Rules, Language::En),
        ] {
            assert!(text.contains("rules") && !text.contains("he owner "), "{text}");
        }
        for text in [
            chosen(Chooser::Owner, Language::Ko),
            chosen_by(Chooser::Owner, Language::Ko),
            chosen_anew(Chooser::Owner, Language::Ko),
            on_the_slip(Chooser::Owner),
        ] {
            assert!(text.contains("주인장이") && !text.contains("규칙"), "{text}");
        }
    }
}
