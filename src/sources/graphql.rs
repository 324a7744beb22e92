//! GraphQL as platforms answer it: what is wrong with a question comes with a status of success, and is told in
//! a list of errors.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::SourceError;
use super::http::Answer;

#[derive(Deserialize)]
struct Answered {
    data: Option<Box<RawValue>>,
    #[serde(default)]
    errors: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
}

/// The data of an answer. Where there are errors it is not whole, and the first of them is what is told.
pub fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, SourceError> {
    let Answered { data, errors } = answer.json()?;
    if let Some(told) = errors.into_iter().next() {
        return Err(told.meaning());
    }
    let data = data.ok_or_else(|| SourceError::unreadable("it holds neither data nor errors"))?;
    serde_json::from_str(data.get()).map_err(SourceError::unreadable)
}

impl Told {
    /// By the words that Apollo's server has for errors, and those that platforms put beside them.
    fn meaning(self) -> SourceError {
        let code = self.extensions.code.unwrap_or_default();
        match code.as_str() {
            "UNAUTHENTICATED" | "UNAUTHORIZED" => SourceError::Credentials(self.message),
            "FORBIDDEN" => SourceError::Permission(self.message),
            "GRAPHQL_PARSE_FAILED"
            | "GRAPHQL_VALIDATION_FAILED"
            | "BAD_USER_INPUT"
            | "USER_INPUT_ERROR"
            | "CHANNEL_NOT_FOUND" => SourceError::Refused(self.message),
            _ => SourceError::Failed(self.message),
        }
    }
}
