//! How the Admin API is asked: signed in as an administrator, or with an API key, in one channel.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use crate::sources::http::{Answer, Http};
use crate::sources::{Secret, Session, SourceError, graphql};

const PATH: &str = "admin-api";
const LOGIN: &str = "mutation ($username: String!, $password: String!) { \
    login(username: $username, password: $password) { __typename ... on ErrorResult { message } } }";

/// The Admin API of one shop.
pub struct AdminApi {
    /// Who signs in; unset where the secret is an API key.
    pub account: Option<String>,
    pub secret: Secret,
    /// The token of the channel that is meant; the default one where unset.
    pub channel: Option<String>,
}

#[derive(Deserialize)]
struct SignedIn {
    login: Login,
}

#[derive(Deserialize)]
struct Login {
    #[serde(rename = "__typename")]
    kind: String,
    message: Option<String>,
}

impl AdminApi {
    /// Buys a token, where there is somebody to sign in.
    pub async fn sign_in(&self, http: &Http) -> Result<Option<Secret>, SourceError> {
        let Some(username) = &self.account else {
            return Ok(None);
        };
        let variables = json!({"username": username, "password": self.secret.reveal()});
        let session = Session { http, token: None };
        let answer = self.send(session, LOGIN, variables).await?;
        let SignedIn { login } = graphql::data(&answer)?;
        if login.kind != "CurrentUser" {
            let why = login.message.unwrap_or(login.kind);
            return Err(SourceError::Credentials(why));
        }
        match answer.header("vendure-auth-token") {
            Some(token) => Ok(Some(Secret::new(token))),
            None => Err(SourceError::Refused(
                "it gives no token: its authOptions.tokenMethod does not name bearer".to_owned(),
            )),
        }
    }

    /// Asks a question.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        session: Session<'_>,
        document: &str,
        variables: Value,
    ) -> Result<T, SourceError> {
        let answer = self.send(session, document, variables).await;
        let refused = match answer.and_then(|answer| graphql::data(&answer)) {
            Err(SourceError::Permission(why)) => why,
            answered => return answered,
        };
        // It has one word for whom it does not know (any more), and for whom it does not let do this. Its settings
        // are for all whom it knows; `me` is for people alone, and not for keys.
        let for_all = "{ globalSettings { id } }";
        let answer = self.send(session, for_all, Value::Null).await?;
        match graphql::data::<IgnoredAny>(&answer) {
            Ok(_) => Err(SourceError::Permission(refused)),
            Err(SourceError::Permission(_)) => Err(SourceError::Credentials(refused)),
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        session: Session<'_>,
        document: &str,
        variables: Value,
    ) -> Result<Answer, SourceError> {
        let question = json!({"query": document, "variables": variables});
        let mut request = session.http.post(PATH)?.json(&question)?;
        if let Some(token) = session.token {
            request = request.bearer(token);
        } else if self.account.is_none() {
            request = request.secret_header("vendure-api-key", self.secret.reveal());
        }
        if let Some(channel) = &self.channel {
            request = request.header("vendure-token", channel);
        }
        session.http.send(request).await
    }
}
