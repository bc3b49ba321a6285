//! A poem as it is shared: what each room gave, by name. It tells no answer, no order and no
//! visitor, and its page reads nothing: everything is in its address, which the shop has signed.

use crate::{
    riddle::content::RoomSet,
    walk::keepsake::{Given, Keepsake},
};

/// A poem as it is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPoem {
    /// What each room gave, in the order of the walk.
    pub lines: Vec<(String, Option<Given>)>,
    /// The name below the poem.
    pub pen_name: String,
}

impl SharedPoem {
    /// The poem of a walk.
    pub fn of(keepsakes: &[Keepsake], pen_name: &str) -> Self {
        let line = |keepsake: &Keepsake| (keepsake.room.clone(), keepsake.given.clone());
        Self { lines: keepsakes.iter().map(line).collect(), pen_name: pen_name.to_owned() }
    }

    /// The poem as the text that is signed: a line for each room, and the name.
    ///
    /// ```
    /// use domain::walk::{keepsake::Given, shared_poem::SharedPoem};
    ///
    /// let verse = Given::Verse("summit".to_owned());
    /// let lines = vec![("knock".to_owned(), None), ("whisper".to_owned(), Some(verse))];
    /// let poem = SharedPoem { lines, pen_name: "봄밤".to_owned() };
    /// assert_eq!(poem.written(), "knock\nwhisper=summit\n\n봄밤");
    /// assert_eq!(SharedPoem::read(&poem.written()), Some(poem));
    /// ```
    pub fn written(&self) -> String {
        let line = |(room, given): &(String, Option<Given>)| match given {
            None => format!("{room}\n"),
            Some(Given::Riddle(id) | Given::Verse(id)) => format!("{room}={id}\n"),
            Some(Given::Kept { poem, line }) => format!("{room}={poem}/{line}\n"),
        };
        let lines: String = self.lines.iter().map(line).collect();
        format!("{lines}\n{}", self.pen_name)
    }

    /// Reads a text that was signed; `None` if it is none.
    pub fn read(text: &str) -> Option<Self> {
        let (lines, pen_name) = text.split_once("\n\n")?;
        let line = |line: &str| {
            let Some((room, given)) = line.split_once('=') else {
                return Some((line.to_owned(), None));
            };
            Some((room.to_owned(), Some(Given::read(room, given)?)))
        };
        let lines = lines.lines().map(line).collect::<Option<Vec<_>>>()?;
        Some(Self { lines, pen_name: pen_name.to_owned() })
    }

    /// The lines as they stand in these rooms. What the content no longer has is unwritten.
    pub fn keepsakes(&self, rooms: &RoomSet) -> Vec<Keepsake> {
        let one = |(room, given): &(String, Option<Given>)| Keepsake {
            room: room.clone(),
            given: given.clone(),
            line: given.as_ref().and_then(|given| given.line(room, rooms)),
        };
        self.lines.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::walk::{wait, whisper};

    fn given(room: &'static str) -> BoxedStrategy<Option<Given>> {
        let some: BoxedStrategy<Given> = match room {
            wait::ROOM => ("[a-z-]{1,12}", any::<u16>())
                .prop_map(|(poem, line)| Given::Kept { poem, line })
                .boxed(),
            whisper::ROOM => "[a-z-]{1,12}".prop_map(Given::Verse).boxed(),
            _ => "[a-z-]{1,12}".prop_map(Given::Riddle).boxed(),
        };
        prop::option::of(some).boxed()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            knock in given("knock"),
            study in given("study"),
            kept in given("wait"),
            verse in given("whisper"),
            pen_name in "[^\n]{0,20}",
        ) {
            let lines = [("knock", knock), ("study", study), ("wait", kept), ("whisper", verse)];
            let lines = lines.map(|(room, given)| (room.to_owned(), given)).to_vec();
            let poem = SharedPoem { lines, pen_name };
            prop_assert_eq!(SharedPoem::read(&poem.written()), Some(poem));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let rooms = RoomSet::built_in().unwrap();
            if let Some(poem) = SharedPoem::read(&text) {
                let lines = poem.keepsakes(rooms);
                prop_assert_eq!(lines.len(), poem.lines.len());
            }
        }
    }

    #[test]
    fn a_line_that_the_content_no_longer_has_is_unwritten() {
        let rooms = RoomSet::built_in().unwrap();
        let poem =
            SharedPoem::read("knock=azaleas\nstudy=a-riddle-of-old\nwait=wide-plain/900\n\n봄")
                .unwrap();
        let lines: Vec<_> = poem.keepsakes(rooms).into_iter().map(|k| k.line.is_some()).collect();
        assert_eq!(lines, [true, false, false]);
    }
}
