//! The house itself: rooms, answers, guesses and hints; orders, money, taste and the calendar. Pure: no I/O, no AWS crate, and the clock is
//! an argument. Reads like the rules of the product; everything else in the repository is there to carry it.

// The walk.
pub mod answer;
pub mod bookmark;
pub mod content;
pub mod device;
pub mod edition;
pub mod guess;
pub mod hint;
pub mod korean;
pub mod rhythm;
pub mod room;
pub mod stuck;
pub mod text;
pub mod visit;
pub mod wait;
pub mod whisper;
pub mod written;

// The order.
pub mod accounts;
pub mod calendar;
pub mod choose;
pub mod counter;
pub mod deposit;
pub mod echo;
pub mod hex;
pub mod id;
pub mod isbn;
pub mod letter;
pub mod money;
pub mod notes;
pub mod order;
pub mod parcel;
pub mod personal;
pub mod price;
pub mod refund;
pub mod stock;
pub mod task;
pub mod taste;
pub mod withdraw;
