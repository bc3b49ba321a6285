//! The echo of a reader's letter in a book: a likeness of two texts from 0 to 1000, without a
//! dictionary.
//!
//! Korean puts endings and particles behind a stem, so whole words hardly ever meet: 슬픔 and 슬퍼서, 밤
//! and 밤이면. What meets are beginnings and pieces. A word is therefore cut into pieces: how it
//! begins, each pair of neighbouring syllables, and each four neighbouring letters (jamo), in which
//! a stem shows through its changed ending. A piece weighs the more, the fewer books of the page
//! have it (idf), so that what every book says says nothing. The likeness is the cosine of the two
//! sets of pieces. All of it is arithmetic in whole numbers: the same texts give the same number on
//! every machine.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;

/// An echo that is full.
pub const FULL: u16 = 1000;

/// A cosine of a third counts as full: a letter that speaks of one thing among ten is not asked to
/// speak of nothing else.
const FULL_AT: u64 = 3;

/// Letters in a piece: a consonant, a vowel, what closes the syllable or opens the next, and one
/// more.
const JAMO: usize = 4;

/// How loudly each of `books` (its text: title, tags, the owner's words) echoes the letter, from 0
/// to [`FULL`], in their order.
pub fn echoes(letter: &str, books: &[String]) -> Vec<u16> {
    let letter = pieces(letter);
    let books: Vec<BTreeSet<String>> = books.iter().map(|book| pieces(book)).collect();
    let mut in_books: BTreeMap<&str, u64> = BTreeMap::new();
    for piece in books.iter().flatten() {
        *in_books.entry(piece).or_default() += 1;
    }
    let count = u64::try_from(books.len()).unwrap_or(u64::MAX);
    let weight = |piece: &str| {
        let idf = rarity(count, in_books.get(piece).copied().unwrap_or_default());
        idf * idf
    };
    let of_letter: u64 =
        letter.iter().filter(|p| in_books.contains_key(p.as_str())).map(|p| weight(p)).sum();
    books
        .iter()
        .map(|book| {
            let of_book: u64 = book.iter().map(|piece| weight(piece)).sum();
            let shared: u64 = book.intersection(&letter).map(|piece| weight(piece)).sum();
            // A letter that hardly touches the shelf counts as at least as long as the book: two or
            // three chance pieces are no likeness.
            let both = of_book.saturating_mul(of_letter.max(of_book)).isqrt();
            let cosine = (shared * u64::from(FULL) * FULL_AT).checked_div(both).unwrap_or(0);
            u16::try_from(cosine).unwrap_or(FULL).min(FULL)
        })
        .collect()
}

/// Eight times the binary logarithm of how many books there are for each that has the piece; never
/// nothing, so that a shelf of one book can echo too.
fn rarity(books: u64, having: u64) -> u64 {
    let eight_log2 = |number: u64| u64::from(number.max(1).saturating_pow(8).ilog2());
    1 + eight_log2(books.min(200)).saturating_sub(eight_log2(having.min(200)))
}

/// The pieces of a text. A beginning has `^` before it, a jamo piece `~`.
fn pieces(text: &str) -> BTreeSet<String> {
    let text: String = text.nfc().flat_map(char::to_lowercase).collect();
    let mut pieces = BTreeSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = word.chars().collect();
        pieces.extend(letters.first().map(|first| format!("^{first}")));
        pieces.extend(letters.windows(2).map(|pair| pair.iter().collect()));
        let jamo: Vec<char> = word.nfd().collect();
        pieces.extend(
            jamo.windows(JAMO).map(|piece| format!("~{}", piece.iter().collect::<String>())),
        );
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Books as the owner might describe them: title, tags, words.
    const BOOKS: [&str; 16] = [
        "소년이 온다 애도 오월 밤 죽은 이를 오래 부르는 목소리",
        "바깥은 여름 여름 상실 잃어버린 뒤에 남은 사람들",
        "쇼코의 미소 가을 편지 멀리 사는 친구와 주고받은 편지",
        "우리가 빛의 속도로 갈 수 없다면 별 우주 아득히 먼 곳을 그리워하는 마음",
        "시선으로부터 여름 바다 가족 하와이에서 지내는 제사",
        "저주토끼 밤 비 무섭고 서늘한 이야기",
        "데미안 봄 새벽 알을 깨고 나오는 어린 날",
        "동물농장 우화 권력 짐승들이 세운 나라",
        "이방인 여름 바다 햇빛 어머니의 장례",
        "설국 눈 겨울 기차를 타고 닿은 하얀 고장",
        "자기만의 방 가을 방 글을 쓰려는 여자에게 필요한 것",
        "체호프 단편선 겨울 저녁 보통 사람들의 쓸쓸함",
        "모비 딕 바다 고래 집요하게 쫓는 항해",
        "어린 왕자 별 사막 여우와 길들이는 일",
        "완벽한 날들 봄 아침 숲을 걷고 새를 바라보기",
        "H마트에서 울다 가족 상실 엄마가 해 주던 음식",
    ];

    /// Letters, each with the book that a human reader would match it with. No letter contains a book's
    /// tag literally more than once; several contain only another form of the word.
    const LETTERS: [(&str, usize); 12] = [
        (
            "밤새 기차가 지나가는 소리를 들었습니다. 창밖은 온통 하얗게 눈이 쌓였고, 겨울이 깊었습니다.",
            9,
        ),
        (
            "엄마가 돌아가신 뒤로 부엌에 서면 자꾸 눈물이 납니다. 해 주시던 음식을 따라 해 봅니다.",
            15,
        ),
        ("고래를 보러 먼 바다에 나가는 꿈을 꿉니다. 항해라는 말만 들어도 가슴이 뜁니다.", 12),
        ("오래된 친구에게서 편지가 왔어요. 멀리 살아서 자주 못 보는 친구입니다. 가을이네요.", 2),
        ("아침마다 숲길을 걷습니다. 새들을 바라보다 보면 봄이 와 있더군요.", 14),
        ("글을 쓰고 싶은데 제 방이 없습니다. 여자가 혼자 쓸 수 있는 방이 필요해요.", 10),
        ("비 오는 날이면 무서운 이야기를 찾습니다. 서늘해지고 싶어서요.", 5),
        ("별을 보다가 아득해졌습니다. 우주 저편의 먼 곳이 그리운 것은 왜일까요.", 3),
        ("사막에서 여우를 만난다면 길들이고 싶어요.", 13),
        ("겨울 저녁은 쓸쓸합니다. 보통의 사람으로 사는 일이 버거운 날입니다.", 11),
        ("권력을 가진 자들이 나라를 이렇게 만들었습니다. 짐승만도 못합니다.", 7),
        ("지난여름 제사를 지내러 온 가족이 모였습니다. 하와이 사는 고모도 왔고요.", 4),
    ];

    fn ranked(letter: &str) -> Vec<(usize, u16)> {
        let books: Vec<String> = BOOKS.iter().map(|book| (*book).to_owned()).collect();
        let mut ranked: Vec<(usize, u16)> =
            echoes(letter, &books).into_iter().enumerate().collect();
        ranked.sort_by_key(|(_, echo)| std::cmp::Reverse(*echo));
        ranked
    }

    #[test]
    fn a_letter_is_heard_in_the_book_it_sounds_like() {
        let (mut first, mut reciprocal) = (0, 0.0);
        for (letter, expected) in LETTERS {
            let ranked = ranked(letter);
            let place = ranked.iter().position(|(book, _)| *book == expected).unwrap();
            println!("{place} {:?} {letter}", &ranked[..3]);
            first += usize::from(place == 0);
            reciprocal += 1.0 / f64::from(u32::try_from(place).unwrap() + 1);
        }
        // Measured when written: 12 of 12 first.
        let mean = reciprocal / 12.0;
        assert!(first >= 11 && mean > 0.95, "{first} of 12 first, mean reciprocal rank {mean:.2}");
    }

    #[test]
    fn a_letter_about_nothing_on_the_shelf_echoes_nowhere_loudly() {
        for letter in [
            "회의가 길었습니다. 점심은 김밥이었어요.",
            "Nothing in particular, thank you.",
            "ㅋㅋㅋㅋ",
            "",
        ] {
            let loudest = ranked(letter)[0].1;
            assert!(loudest < 350, "{loudest}: {letter}");
        }
    }

    #[test]
    fn a_stem_is_heard_through_its_endings() {
        let books =
            ["슬픔".to_owned(), "기쁨".to_owned(), "그리움".to_owned(), "기다림".to_owned()];
        let loudest = |letter: &str| {
            let echoes = echoes(letter, &books);
            (0..4).max_by_key(|at| echoes[*at]).unwrap()
        };
        assert_eq!(loudest("몹시 슬퍼서 울었습니다"), 0);
        assert_eq!(loudest("그리워하다 잠들었어요"), 2);
        assert_eq!(loudest("온종일 기다렸습니다"), 3);
    }

    #[test]
    fn spelling_out_of_parts_changes_nothing() {
        let books: Vec<String> = BOOKS.iter().map(|book| (*book).to_owned()).collect();
        let apart: String = LETTERS[0].0.nfd().collect();
        assert_eq!(echoes(LETTERS[0].0, &books), echoes(&apart, &books));
    }

    proptest! {
        #[test]
        fn an_echo_is_never_more_than_full(letter in "[가-힣a-z ]{0,60}", books in vec("[가-힣a-z ]{0,30}", 0..12)) {
            let echoes = echoes(&letter, &books);
            prop_assert_eq!(echoes.len(), books.len());
            prop_assert!(echoes.iter().all(|echo| *echo <= FULL));
        }
    }
}
