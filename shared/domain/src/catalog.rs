//! Books, the owner's taste, and the selection of a book for a reader.

pub mod book;
pub mod echo;
pub mod isbn;
pub mod naming;
pub mod selection;
pub mod spot;
pub mod taste;
