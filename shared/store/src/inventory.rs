//! What is in stock: whole ranges, and the books with certain words in title or author.

use domain::{
    base::price::PriceRange,
    catalog::{naming::folded, selection::Book},
};
use futures_util::future::try_join_all;

use crate::{
    Store, StoreError, Versioned,
    item::{from_item, string},
    key,
    table::erased,
};

impl Store {
    /// Every book of one range, with a free copy or, if `gone`, without. One read for each
    /// megabyte. A book whose last copy went before the index had such books is missing until it is
    /// written.
    pub async fn inventory(&self, range: PriceRange, gone: bool) -> Result<Vec<Book>, StoreError> {
        let partition = if gone { key::gone(range) } else { key::shelf(range) };
        let (mut books, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(Self::SHELF)
                .key_condition_expression("shelf = :shelf")
                .expression_attribute_values(":shelf", string(&partition))
                .set_exclusive_start_key(from.take());
            let answer = erased(query.send()).await?;
            for item in answer.items.unwrap_or_default() {
                let book: Versioned<Book> = from_item(item)?;
                books.push(book.value);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(books);
            }
        }
    }

    /// The books whose title or author has all these words, with a free copy or without, by title.
    /// Words are compared as names are: without blanks, marks, case and widths. No words, no books.
    /// Reads the whole stock, a read for each megabyte of a range.
    pub async fn books_with(&self, words: &str) -> Result<Vec<Book>, StoreError> {
        let mut words: Vec<String> = words.split_whitespace().map(folded).collect();
        words.retain(|word| !word.is_empty());
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let parts = PriceRange::ALL.iter().flat_map(|range| [(*range, false), (*range, true)]);
        let read = parts.map(|(range, gone)| self.inventory(range, gone));
        let mut books: Vec<Book> = try_join_all(read).await?.into_iter().flatten().collect();
        books.retain(|book| {
            let text = folded(&format!("{} {}", book.title, book.author));
            words.iter().all(|word| text.contains(word))
        });
        books.sort_by(|a, b| (&a.title, &a.isbn).cmp(&(&b.title, &b.isbn)));
        Ok(books)
    }
}
