//! A function's variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use thiserror::Error;

/// A variable that a function needs is missing or makes no sense. The function answers each request
/// with this instead of exiting: a process that exits at start leaves the caller waiting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Misconfigured {
    /// The variable is not set, or empty.
    #[error("the variable {0} is not set: set it on the function in template.yaml")]
    Missing(String),
    /// The variable is set to something that makes no sense.
    #[error("the variable {name} makes no sense: {why}")]
    Nonsense {
        /// The variable.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// The variables of one function. Remembers which were asked for, so that a test can hold the
/// template against the code.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<String, String>>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Environment {
    /// The process's own variables.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable that has to be there.
    pub fn required(&self, name: &str) -> Result<&str, Misconfigured> {
        self.optional(name).ok_or_else(|| Misconfigured::Missing(name.to_owned()))
    }

    /// A variable that may be there. An empty one is not there.
    pub fn optional(&self, name: &str) -> Option<&str> {
        if let Ok(mut asked) = self.asked.lock() {
            asked.insert(name.to_owned());
        }
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The names asked for so far.
    pub fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self { variables: Arc::new(variables.into_iter().collect()), asked: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_missing_and_the_sentence_says_which() {
        let environment: Environment =
            [("TABLE_NAME".to_owned(), String::new())].into_iter().collect();
        let missing = environment.required("TABLE_NAME").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the variable TABLE_NAME is not set: set it on the function in template.yaml"
        );
        assert_eq!(environment.asked(), BTreeSet::from(["TABLE_NAME".to_owned()]));
    }
}
