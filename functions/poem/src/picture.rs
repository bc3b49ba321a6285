//! The picture of a poem: a drawing of 1080 by 1350, as messengers and galleries show it. Its page
//! turns it into a PNG with the fonts of the reader's device.

use domain::{
    base::text::Language,
    walk::keepsake::{self, Keepsake},
};
use maud::{Markup, PreEscaped, html};

/// The most columns of a row; a Korean letter takes two.
const COLUMNS: usize = 38;

/// The most rows at the larger size.
const ROWS: usize = 9;

/// The fonts of the pages, which a drawing has to name itself.
const FONTS: &str = "'Nanum Myeongjo','Noto Serif KR',AppleMyungjo,Batang,Georgia,serif";

/// The picture.
pub(crate) fn of(keepsakes: &[Keepsake], pen_name: &str, language: Language) -> Markup {
    let rows: Vec<Vec<String>> = keepsakes
        .iter()
        .map(|keepsake| match &keepsake.line {
            Some(line) => rows(line.text.in_language(language)),
            None => vec![keepsake::UNWRITTEN.to_owned()],
        })
        .collect();
    let count: usize = rows.iter().map(Vec::len).sum();
    let (size, row, gap) = if count > ROWS { (38, 56, 26) } else { (46, 70, 40) };
    let mut y = 560;
    let mut lines = Vec::new();
    for line in &rows {
        for text in line {
            lines.push((y, text));
            y += row;
        }
        y += gap;
    }
    let (house, name) = match language {
        Language::Ko => ("공간문학", "주인장의 취향으로 고르는 책방"),
        Language::En => ("Gonggan Munhak", "a bookshop by the owner’s taste"),
    };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1080 1350" width="1080" height="1350"
            font-family=(FONTS) {
            title { (pen_name) " — " (house) }
            rect width="1080" height="1350" fill="#1b2130" {}
            // The house of the front page, with its lamp in the colour of the night.
            g transform="translate(180 90) scale(2)" fill="none" stroke="#f0e8d8" stroke-width="1.4"
                stroke-linecap="round" stroke-linejoin="round" {
                (PreEscaped(web::HOUSE.replace("var(--act)", "#f0c864").replace("var(--paper)", "#1b2130")))
            }
            g fill="#f0e8d8" font-size=(size) text-anchor="middle" {
                @for (y, text) in lines { text x="540" y=(y) { (text) } }
            }
            text x="540" y=(y + 30) fill="#f0c864" font-size="36" text-anchor="middle" {
                "— " (pen_name)
            }
            text x="540" y="1290" fill="#c4bba9" font-size="28" text-anchor="middle" {
                (house) " · " (name)
            }
        }
    }
}

/// A line of verse in rows, broken between words.
fn rows(line: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in line.split_whitespace() {
        let fits = |row: &String| row.is_empty() || columns(row) + 1 + columns(word) <= COLUMNS;
        match rows.last_mut().filter(|row| fits(row)) {
            Some(row) if row.is_empty() => row.push_str(word),
            Some(row) => {
                row.push(' ');
                row.push_str(word);
            }
            None => rows.push(word.to_owned()),
        }
    }
    rows
}

/// How wide a text is, in columns of a Latin letter.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| if letter < '\u{1100}' { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words() {
        let broken = rows("나는 아직 기둘리고 있을 테요 찬란한 슬픔의 봄을");
        assert_eq!(broken, ["나는 아직 기둘리고 있을 테요 찬란한", "슬픔의 봄을"]);
        assert_eq!(rows("혼자 피어 있네"), ["혼자 피어 있네"]);
        assert_eq!(rows("").len(), 1);
    }
}
