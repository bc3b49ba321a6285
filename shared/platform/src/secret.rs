//! Secrets lie in SSM Parameter Store as SecureStrings and are read when a function starts.

use std::fmt;

use thiserror::Error;

use crate::{Misconfigured, Platform};

/// A secret. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹secret›")
    }
}

/// A secret that could not be read.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The variable with the parameter's name is missing.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// Parameter Store did not give it.
    #[error("the SSM parameter {name} could not be read: {why}")]
    Unreadable {
        /// The parameter.
        name: String,
        /// What Parameter Store said.
        why: String,
    },
}

impl Platform {
    /// Reads the secret whose parameter name stands in the variable `variable`.
    pub async fn secret(&self, variable: &str) -> Result<Secret, SecretError> {
        let name = self.environment.required(variable)?;
        let unreadable = |why: String| SecretError::Unreadable { name: name.to_owned(), why };
        let answer = aws_sdk_ssm::Client::new(&self.sdk)
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await
            .map_err(|error| unreadable(crate::why(&error)))?;
        let value = answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
        if value.is_empty() {
            Err(unreadable("it is empty".into()))
        } else {
            Ok(Secret::new(value))
        }
    }
}
