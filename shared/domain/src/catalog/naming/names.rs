//! The names by which a reader may call a book or its author.

use std::collections::BTreeSet;

use super::letter::Name;

/// Words that name an edition and not the work.
const EDITIONS: &[&str] = &[
    "개정판",
    "개정증보판",
    "증보판",
    "초판본",
    "초판",
    "특별판",
    "큰글자판",
    "큰글자",
    "큰글자도서",
    "큰글씨책",
    "리커버",
    "리커버판",
    "양장",
    "양장본",
    "문고판",
    "문고본",
    "완역본",
    "완역",
    "합본",
    "합본판",
    "한정판",
    "기념판",
    "보급판",
    "무선",
    "세트",
    "전집",
    "상",
    "중",
    "하",
    "revised",
    "edition",
    "illustrated",
    "hardcover",
    "paperback",
];

/// What stands behind an author's name on a title page.
const ROLES: &[&str] =
    &["지음", "지은이", "저", "저자", "글", "그림", "글그림", "엮음", "엮은이", "편", "편저", "외"];

/// Parts of a name that do not name anybody alone.
const LINKS: &[&str] =
    &["드", "데", "폰", "판", "de", "la", "van", "von", "der", "del", "di", "da"];

/// Articles that a reader leaves out.
const ARTICLES: &[&str] = &["the", "a", "an"];

/// Surnames before a given name of two syllables.
const SURNAMES: &str = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉사부황보";

/// What is said behind a given name alone.
const TITLES_OF_PEOPLE: &[&str] = &["작가", "시인", "선생", "소설가", "씨", "님"];

/// A part of a name counts alone from this size on: two syllables, or four Latin letters.
const LEAST_PART: usize = 4;

/// The names of a book, ready to be looked for.
#[derive(Debug, Clone)]
pub struct Names {
    pub(super) titles: BTreeSet<Name>,
    pub(super) authors: BTreeSet<Name>,
}

impl Names {
    /// The names of a book with that title and author, as the shelf has them.
    pub fn of(title: &str, author: &str) -> Self {
        let named = |texts: Vec<String>| texts.iter().filter_map(|text| Name::of(text)).collect();
        Self { titles: named(titles(title)), authors: named(authors(author)) }
    }
}

/// The title, what stands outside and inside its brackets, before its subtitle, and without volume,
/// edition and article.
fn titles(title: &str) -> Vec<String> {
    let mut titles = vec![title.to_owned()];
    for part in bracketed(title) {
        let equal = part.split(['=', '/', '|']).map(str::to_owned);
        for name in equal.filter(|name| !is_edition(name)) {
            let main =
                [": ", " - ", " – ", " — ", "："].iter().find_map(|dash| name.split_once(dash));
            if let Some((main, below)) = main {
                titles.push(without_edition(main));
                titles.extend(long(below).then(|| below.to_owned()));
            }
            titles.push(without_edition(&name));
            titles.push(name);
        }
    }
    let articles: Vec<String> = titles.iter().filter_map(|title| without_article(title)).collect();
    titles.extend(articles);
    titles
}

/// Each author: the whole name, its parts in another order, and each part that names somebody alone.
fn authors(author: &str) -> Vec<String> {
    let mut authors = Vec::new();
    for part in bracketed(author) {
        for name in part.split([',', '·', '・', '/', ';', '&', '，', '、', '=', '|']) {
            let name = name.split(" and ").flat_map(|name| name.split(" 외 "));
            for name in name {
                let words: Vec<&str> = name
                    .split(|c: char| c.is_whitespace() || c == '-' || c == '.')
                    .filter(|word| !word.is_empty() && !ROLES.contains(word))
                    .collect();
                authors.extend(of_a_person(&words));
            }
        }
    }
    authors
}

fn of_a_person(words: &[&str]) -> Vec<String> {
    let mut names = vec![words.concat()];
    match words {
        [] => return Vec::new(),
        [name] => {
            let titled =
                |given: String| TITLES_OF_PEOPLE.iter().map(move |title| format!("{given}{title}"));
            names.extend(given(name).into_iter().flat_map(titled));
        }
        [first @ .., last] => {
            names.push(format!("{last}{}", first.concat()));
            let alone = |word: &&&str| long(word) && !LINKS.contains(&word.to_lowercase().as_str());
            names.extend(words.iter().filter(alone).map(|word| (*word).to_owned()));
        }
    }
    names
}

/// The given name of a Korean name of three syllables.
fn given(name: &str) -> Option<String> {
    let syllables: Vec<char> = unicode_normalization::UnicodeNormalization::nfc(name).collect();
    match syllables.as_slice() {
        [surname, given @ ..]
            if given.len() == 2
                && SURNAMES.contains(*surname)
                && syllables.iter().all(|c| ('가'..='힣').contains(c)) =>
        {
            Some(given.iter().collect())
        }
        _ => None,
    }
}

/// The text outside its brackets, and what is in each of them.
fn bracketed(text: &str) -> Vec<String> {
    let (mut outside, mut inside, mut depth) = (String::new(), vec![String::new()], 0_u32);
    for c in text.chars() {
        match c {
            '(' | '[' | '（' | '［' | '〔' | '〈' | '《' => {
                depth += 1;
                inside.push(String::new());
                outside.push(' ');
            }
            ')' | ']' | '）' | '］' | '〕' | '〉' | '》' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            c => inside.last_mut().into_iter().for_each(|text| text.push(c)),
        }
    }
    inside.push(outside);
    inside.retain(|text| !text.trim().is_empty());
    inside
}

fn long(text: &str) -> bool {
    Name::of(text).is_some_and(|name| name.size() >= LEAST_PART)
}

fn is_edition(text: &str) -> bool {
    text.split_whitespace().all(edition_word)
}

/// 개정판, 상, 2, 2권, 전2권
fn edition_word(word: &str) -> bool {
    let word = word.to_lowercase();
    let figures = word.trim_start_matches(['전', '제']).trim_end_matches(['권', '판', '부', '.']);
    EDITIONS.contains(&word.as_str())
        || !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit())
}

/// The title without the edition and volume at its end. What is left has at least two syllables.
fn without_edition(title: &str) -> String {
    let mut words: Vec<&str> = title.split_whitespace().collect();
    while words.last().is_some_and(|word| edition_word(word)) {
        words.pop();
    }
    let left = words.join(" ");
    if long(&left) { left } else { title.to_owned() }
}

fn without_article(title: &str) -> Option<String> {
    let (article, rest) = title.trim().split_once(' ')?;
    (ARTICLES.contains(&article.to_lowercase().as_str()) && long(rest)).then(|| rest.to_owned())
}
