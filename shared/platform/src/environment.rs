//! A function's environment variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use thiserror::Error;

/// A variable that a function needs is missing or invalid.
///
/// The function answers every request with this error instead of exiting: Lambda would restart a
/// process that exits at start, and the caller would wait until its timeout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Misconfigured {
    /// The variable is not set, or empty.
    #[error("the variable {0} is not set: set it on the function in template.yaml")]
    Missing(String),
    /// The variable has a value that cannot be used.
    #[error("the variable {name} is invalid: {why}")]
    Invalid {
        /// The variable.
        name: String,
        /// What is wrong with the value.
        why: String,
    },
}

/// The variables of one function. Records which of them are read, so that a test can compare the
/// template with the code.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<String, String>>,
    read: Arc<Mutex<BTreeSet<String>>>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable that the function cannot work without.
    pub fn required(&self, name: &str) -> Result<&str, Misconfigured> {
        self.optional(name).ok_or_else(|| Misconfigured::Missing(name.to_owned()))
    }

    /// A variable that may be missing. An empty one counts as missing.
    pub fn optional(&self, name: &str) -> Option<&str> {
        if let Ok(mut read) = self.read.lock() {
            read.insert(name.to_owned());
        }
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The names of the variables read so far.
    pub fn names_read(&self) -> BTreeSet<String> {
        self.read.lock().map(|read| read.clone()).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self { variables: Arc::new(variables.into_iter().collect()), read: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_missing_and_the_error_names_it() {
        let environment: Environment =
            [("TABLE_NAME".to_owned(), String::new())].into_iter().collect();
        let missing = environment.required("TABLE_NAME").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the variable TABLE_NAME is not set: set it on the function in template.yaml"
        );
        assert_eq!(environment.names_read(), BTreeSet::from(["TABLE_NAME".to_owned()]));
    }
}
