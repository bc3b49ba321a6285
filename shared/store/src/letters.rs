//! The mailbox.

use domain::{
    base::id::{MessageId, VisitorId},
    order::{
        letter::{Author, Letter, question},
        message::{Message, Task},
    },
};
use jiff::Timestamp;

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError,
    item::{Item, number, string, to_item},
    key::{self, waiting},
    messages,
    table::{Write, erased},
    visits,
};

pub(crate) const KIND: &str = "letter";

/// How the name of the owner's answer begins; the place of the letter that it answers follows.
const ANSWER: &str = "owner#";

/// A letter's id: the reader and the place in the mailbox. Written `VISITOR/instant#name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterId {
    /// Whose mailbox.
    pub reader: VisitorId,
    place: String,
}

impl LetterId {
    /// The letter at a place in a reader's mailbox.
    pub fn at(reader: VisitorId, place: impl Into<String>) -> Self {
        Self { reader, place: place.into() }
    }

    /// The place in the mailbox: the instant and the name.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The key of the letter's item.
    pub(crate) fn key(&self) -> key::Key {
        key::letter_at(self.reader, &self.place)
    }

    /// The first 64 bits of the digest of its place: a name of fixed length, however often a letter
    /// answers a letter.
    pub fn digest(&self) -> u64 {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.place.as_bytes());
        let first = digest.as_ref().first_chunk().copied();
        first.map(u64::from_be_bytes).unwrap_or_default()
    }

    /// The letter of the reader that the owner's letter here answers, if it answers one.
    pub fn answered(&self) -> Option<Self> {
        let (_, name) = self.place.split_once('#')?;
        Some(Self::at(self.reader, name.strip_prefix(ANSWER)?))
    }

    /// The id of a letter's item.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let place = item.get("sk")?.as_s().ok()?.strip_prefix(key::LETTER)?.to_owned();
        Some(Self { reader: key::visitor_of(item)?, place })
    }
}

impl std::fmt::Display for LetterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.reader, self.place)
    }
}

impl std::str::FromStr for LetterId {
    type Err = domain::base::id::NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (reader, place) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self { reader: reader.parse()?, place: place.to_owned() })
    }
}

/// Letters that the owner has not read.
#[derive(Debug)]
pub struct Unread {
    /// The letters, the oldest first.
    pub letters: Vec<(LetterId, Letter)>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// Which letters of a reader are read, by when they were written.
pub(crate) enum Written {
    /// Up to an instant, the latest first, at most so many.
    Until(Timestamp, i32),
    /// After an instant, the oldest first.
    After(Timestamp),
}

impl Store {
    /// The items of a reader's letters. One read.
    pub(crate) async fn letters(
        &self,
        reader: VisitorId,
        written: Written,
    ) -> Result<Vec<Item>, StoreError> {
        let (first, last, most) = match written {
            Written::Until(at, most) => {
                (key::LETTER.to_owned(), key::letters_until(at), Some(most))
            }
            Written::After(at) => {
                (key::letters_until(at), key::letters_until(Timestamp::MAX), None)
            }
        };
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :reader AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":reader", string(key::visitor(reader)))
            .expression_attribute_values(":first", string(first))
            .expression_attribute_values(":last", string(last))
            .scan_index_forward(most.is_none())
            .consistent_read(true)
            .set_limit(most);
        Ok(erased(query.send()).await?.items.unwrap_or_default())
    }

    /// Readers' letters that the owner has not read, the oldest first, at most `limit`. Two reads.
    pub async fn unread_letters(&self, limit: i32) -> Result<Unread, StoreError> {
        let (waiting, more) = self.waiting::<Letter>(waiting::LETTER, limit).await?;
        let letters = waiting
            .into_iter()
            .filter_map(|(letter, item)| Some((LetterId::of(&item)?, letter.value)))
            .collect();
        Ok(Unread { letters, more })
    }

    /// A letter. One read.
    pub async fn letter(&self, id: &LetterId) -> Result<Option<Letter>, StoreError> {
        Ok(self.read(&key::letter_at(id.reader, &id.place)).await?.map(|letter| letter.value))
    }

    /// Notes that the owner has read a letter. Idempotent. [`Condition::Letter`] fails if there is
    /// no such letter.
    pub async fn letter_read(&self, id: &LetterId, now: Timestamp) -> Result<(), WriteError> {
        let write = off_the_desk(id, "read_at", "attribute_exists(pk)", now);
        self.commit(Commit::one(Condition::Letter, Ok(write))).await
    }

    /// Notes that the owner has answered a question whose sender has no mailbox. It ends some days
    /// later, with the address. Idempotent: the first note counts. [`Condition::Letter`] fails if
    /// there is no such letter, or if it was answered.
    pub async fn question_answered(&self, id: &LetterId, now: Timestamp) -> Result<(), WriteError> {
        let write =
            Write::update(&id.key(), "SET answered_at = :now, expires = :end REMOVE waiting, due")
                .only_if("attribute_exists(pk) AND attribute_not_exists(answered_at)")
                .value(":now", string(key::instant(now)))
                .value(":end", number(question::ends(now).as_second()));
        self.commit(Commit::one(Condition::Letter, Ok(write))).await
    }

    /// Puts the owner's answer into the reader's mailbox, notes the letter as answered, and asks
    /// for the reader to be told. A letter is answered once ([`Condition::Letter`]).
    pub async fn answer_letter(&self, id: &LetterId, answer: &Letter) -> Result<(), WriteError> {
        let once = "attribute_exists(pk) AND attribute_not_exists(answered_at)";
        let mut commit = Commit::default();
        commit.add(Condition::Letter, Ok(off_the_desk(id, "answered_at", once, answer.at)));
        let name = format!("{ANSWER}{}", id.place);
        commit.add(Condition::Letter, put_once(id.reader, answer, &name));
        let message = Message {
            id: MessageId::of_answer(id.reader, &id.place),
            task: Task::Answered,
            at: answer.at,
        };
        commit.add(Condition::Letter, messages::message_put(&message, id.reader));
        self.commit(commit).await
    }

    /// Puts the letter that a message asked for into the mailbox. Idempotent by the message.
    pub async fn put_letter(
        &self,
        reader: VisitorId,
        letter: &Letter,
        asked_by: MessageId,
    ) -> Result<(), StoreError> {
        self.write(put_once(reader, letter, &asked_by.to_string())?).await.map(drop)
    }
}

/// The place of a letter in the mailbox.
pub(crate) fn place(at: Timestamp, name: &str) -> String {
    format!("{}#{name}", key::instant(at))
}

/// Creates a letter.
pub(crate) fn put_once(
    reader: VisitorId,
    letter: &Letter,
    name: &str,
) -> Result<Write, StoreError> {
    let mut item =
        to_item(&key::letter(reader, letter.at, name), KIND, &Versioned::new(letter.clone()))?;
    // A reader's letter waits for the owner once its order is paid ([`on_the_desk`]).
    if letter.order.is_none() && letter.author != Author::Owner {
        item.insert("expires".to_owned(), number(visits::until(letter.at)));
    }
    Ok(Write::put_new(item))
}

/// Creates a letter that waits for the owner from now on. It ends at `end`, if that is given.
pub(crate) fn waiting_put(
    reader: VisitorId,
    letter: &Letter,
    name: &str,
    end: Option<i64>,
) -> Result<Write, StoreError> {
    let key = key::letter(reader, letter.at, name);
    let mut item = to_item(&key, KIND, &Versioned::new(letter.clone()))?;
    item.insert("waiting".to_owned(), string(waiting::LETTER));
    item.insert("due".to_owned(), string(key::instant(letter.at)));
    if let Some(end) = end {
        item.insert("expires".to_owned(), number(end));
    }
    Ok(Write::put_new(item))
}

/// Lets a letter wait until the owner has read it, and keeps it. What is read already stays read.
pub(crate) fn on_the_desk(id: &LetterId) -> Write {
    // The place begins with the instant at which it was written.
    let due = id.place.split('#').next().unwrap_or_default();
    Write::update(
        &key::letter_at(id.reader, &id.place),
        "SET waiting = :letter, due = :at REMOVE expires",
    )
    .only_if(
        "attribute_exists(pk) AND attribute_not_exists(read_at) \
             AND attribute_not_exists(answered_at) AND attribute_not_exists(waiting)",
    )
    .value(":letter", string(waiting::LETTER))
    .value(":at", string(due))
}

/// Takes a letter off the owner's desk and notes when.
fn off_the_desk(id: &LetterId, note: &str, condition: &str, now: Timestamp) -> Write {
    Write::update(&key::letter_at(id.reader, &id.place), "SET #note = :now REMOVE waiting, due")
        .only_if(condition)
        .name("#note", note)
        .value(":now", string(key::instant(now)))
}
