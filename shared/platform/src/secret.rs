//! Secrets: SecureStrings of the SSM Parameter Store, read when a function starts.

use domain::base::sensitive::Sensitive;
use thiserror::Error;

use crate::{Misconfigured, Platform};

/// Why a secret could not be read.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The variable with the parameter's name is missing.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// Parameter Store did not return a value.
    #[error("the SSM parameter {name} could not be read: {why}")]
    Unreadable {
        /// The parameter.
        name: String,
        /// The error of Parameter Store.
        why: String,
    },
}

impl Platform {
    /// Reads the secret whose parameter is named by the variable `variable`.
    pub async fn secret(&self, variable: &str) -> Result<Sensitive<String>, SecretError> {
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
            Ok(Sensitive::new(value))
        }
    }
}
