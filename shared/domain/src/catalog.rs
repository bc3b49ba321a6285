//! The books and how one is selected for a reader.

pub mod echo;
pub mod isbn;
pub mod selection;
pub mod taste;
