//! The order in which the public shelf shows its books: drawn anew for each day in Korea.

use jiff::civil::Date;

use crate::catalog::{isbn::Isbn, selection::Book};

/// Puts the books of one page of the shelf into the order of a day. It depends on nothing but the
/// day and the books, so everybody sees the same on a day, and nothing is stored.
pub fn arrange(books: &mut [Book], day: Date) {
    books.sort_by_cached_key(|book| (lot(day, &book.isbn), book.isbn.clone()));
}

/// The lot of a book on a day: FNV-1a over both. Its last step mixes: the days of a month and the
/// books of a publisher differ in a few digits only.
fn lot(day: Date, isbn: &Isbn) -> u64 {
    let names = day.to_string() + isbn.as_str();
    let hash = names.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan as _, civil::date};
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::selection::tests::book;

    fn shelf(numbers: &[u32]) -> Vec<Book> {
        numbers.iter().map(|number| book(*number)).collect()
    }

    fn isbns(books: &[Book]) -> Vec<Isbn> {
        books.iter().map(|book| book.isbn.clone()).collect()
    }

    proptest! {
        #[test]
        fn a_day_has_one_order_however_the_books_were_read(
            numbers in proptest::collection::btree_set(0_u32..5_000, 0..60)
                .prop_map(|numbers| numbers.into_iter().collect::<Vec<_>>())
                .prop_flat_map(|numbers| (Just(numbers.clone()), Just(numbers).prop_shuffle())),
            days in 0_i64..20_000,
        ) {
            let day = date(2026, 1, 1).saturating_add(days.days());
            let (mut one, mut other) = (shelf(&numbers.0), shelf(&numbers.1));
            arrange(&mut one, day);
            arrange(&mut other, day);
            prop_assert_eq!(isbns(&one), isbns(&other));
            let mut left = isbns(&one);
            left.sort();
            let mut all = isbns(&shelf(&numbers.0));
            all.sort();
            prop_assert_eq!(left, all, "none is lost, none is there twice");
        }
    }

    #[test]
    fn every_book_is_first_on_some_day_and_none_on_most() {
        let numbers: Vec<u32> = (0..8).collect();
        let mut first = std::collections::BTreeMap::<Isbn, u32>::new();
        for days in 0_i64..365 {
            let mut books = shelf(&numbers);
            arrange(&mut books, date(2026, 1, 1).saturating_add(days.days()));
            *first.entry(books[0].isbn.clone()).or_default() += 1;
        }
        assert!(
            first.len() == 8 && first.values().all(|days| (20..=80).contains(days)),
            "{first:?}"
        );
    }
}
