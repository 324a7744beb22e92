//! The messages of graphql-transport-ws: what clients say, read strictly, and what they are told.

use std::borrow::Cow;

use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::close::Close;
use crate::http::asked::Asked;
use crate::http::media::is_begun;
use crate::http::refused::Refused;

/// What a client says.
#[derive(Debug)]
pub enum Heard {
    /// Here I am, perhaps with a token.
    Init(Payload),
    /// Are you there?
    Ping(Payload),
    /// I am here.
    Pong,
    /// Run this under this id.
    Subscribe(String, Asked),
    /// Run it no more.
    Complete(String),
}

/// What a message may carry for its reader: an object, or nothing.
pub type Payload = Option<Map<String, Value>>;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl Heard {
    /// Reads a message; one that is none ends its socket.
    pub fn read(text: &str) -> Result<Self, Close> {
        // A list would be read as the fields in their order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(Close::invalid("a message is a JSON object"));
        }
        let envelope: Envelope<'_> =
            serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        match &*envelope.r#type {
            "connection_init" => Ok(Self::Init(envelope.object()?)),
            "ping" => Ok(Self::Ping(envelope.object()?)),
            "pong" => envelope.object().map(|_| Self::Pong),
            "subscribe" => envelope.subscribe(),
            "complete" => Ok(Self::Complete(envelope.id()?)),
            other => Err(Close::invalid(format!(
                "there is no message of type {other}"
            ))),
        }
    }
}

impl Envelope<'_> {
    fn object(&self) -> Result<Payload, Close> {
        let payload = self
            .payload
            .map(|payload| serde_json::from_str(payload.get()));
        Ok(payload
            .transpose()
            .map_err(|error| unreadable(&error))?
            .flatten())
    }

    fn id(self) -> Result<String, Close> {
        let id = self.id.filter(|id| !id.is_empty());
        id.ok_or_else(|| Close::invalid("the message needs an id"))
    }

    fn subscribe(self) -> Result<Heard, Close> {
        let payload = self.payload.map_or("", RawValue::get);
        let asked = Asked::in_object("payload", payload.as_bytes())
            .map_err(|refused| Close::invalid(ServerError::from(refused).message))?;
        Ok(Heard::Subscribe(self.id()?, asked))
    }
}

fn unreadable(error: &serde_json::Error) -> Close {
    Close::invalid(format!(
        "that is no message of graphql-transport-ws: {error}"
    ))
}

/// What a client is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told<'a, P> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<P>,
    },
    Next {
        id: &'a str,
        payload: P,
    },
    Error {
        id: &'a str,
        payload: P,
    },
    Complete {
        id: &'a str,
    },
}

/// A message about an operation.
#[derive(Debug)]
pub struct News {
    /// As it goes out.
    pub text: String,
    /// Whether nothing comes after it.
    pub is_last: bool,
}

impl News {
    /// An answer; one to an operation that was not begun is the last.
    pub fn answer(id: &str, answer: &Response) -> Self {
        if is_begun(answer) {
            let payload = answer;
            let text = text(&Told::Next { id, payload });
            return Self {
                text,
                is_last: false,
            };
        }
        Self::errors(id, &answer.errors)
    }

    /// There will be no answer.
    pub fn refused(id: &str, refused: Refused) -> Self {
        Self::errors(id, &[refused.into()])
    }

    /// There are no more answers.
    pub fn complete(id: &str) -> Self {
        let text = text(&Told::Complete::<()> { id });
        Self {
            text,
            is_last: true,
        }
    }

    fn errors(id: &str, payload: &[ServerError]) -> Self {
        let text = text(&Told::Error { id, payload });
        Self {
            text,
            is_last: true,
        }
    }
}

/// Come in.
pub fn connection_ack() -> String {
    text(&Told::ConnectionAck::<()>)
}

/// I am here, and this is what you said.
pub fn pong(payload: &Payload) -> String {
    let payload = payload.as_ref();
    text(&Told::Pong { payload })
}

fn text(told: &impl Serialize) -> String {
    serde_json::to_string(told).unwrap_or_else(|error| {
        tracing::error!(%error, "a message could not be written as JSON");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, Value as GraphqlValue};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_message_ends_its_socket() {
        for text in [
            "",
            "{",
            "null",
            "[]",
            r#"["ping"]"#,
            r#""ping""#,
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"hello"}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"ping","type":"ping"}"#,
            r#"{"type":"connection_init","payload":"token"}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"pong","payload":1}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":1}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":null}"#,
            r#"{"type":"subscribe","id":"1","payload":["{a}"]}"#,
            r#"{"type":"subscribe","id":"1","payload":[{"query":"{a}"}]}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
        ] {
            let close = Heard::read(text).unwrap_err();
            assert_eq!(close.code, 4400, "{text}");
            assert!(
                !close.reason.is_empty() && close.reason.len() <= 123,
                "{text}"
            );
        }
    }

    #[test]
    fn messages_of_the_protocol_are_understood() {
        for (text, heard) in [
            (r#"{"type":"connection_init"}"#, "Init(None)"),
            (
                r#" {"type":"connection_init","payload":null} "#,
                "Init(None)",
            ),
            (
                r#"{"payload":{},"type":"ping","more":[]}"#,
                "Ping(Some({}))",
            ),
            (r#"{"type":"p\u006fng"}"#, "Pong"),
            (r#"{"type":"complete","id":"ä"}"#, "Complete(\"ä\")"),
        ] {
            assert_eq!(format!("{:?}", Heard::read(text).unwrap()), heard, "{text}");
        }
        let text = r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":null,
            "operationName":null,"extensions":null,"more":1}}"#;
        assert!(matches!(Heard::read(text), Ok(Heard::Subscribe(id, _)) if id == "1"));
    }

    #[test]
    fn clients_are_told_in_words_of_the_protocol() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&connection_ack()), json!({"type": "connection_ack"}));
        assert_eq!(read(&pong(&None)), json!({"type": "pong"}));
        let payload = json!({"a": 1}).as_object().cloned();
        assert_eq!(
            read(&pong(&payload)),
            json!({"type": "pong", "payload": {"a": 1}})
        );
        let complete = News::complete("1");
        assert!(complete.is_last);
        assert_eq!(read(&complete.text), json!({"type": "complete", "id": "1"}));
    }

    #[test]
    fn what_was_not_begun_is_over_with_its_errors() {
        let error = |path: &[&str]| {
            let mut error = ServerError::new("no", None);
            let field = |name: &&str| PathSegment::Field((*name).to_owned());
            error.path = path.iter().map(field).collect();
            error
        };
        let not_begun = News::answer("1", &Response::from_errors(vec![error(&[])]));
        let told: Value = serde_json::from_str(&not_begun.text).unwrap();
        assert!(not_begun.is_last);
        assert_eq!(
            told,
            json!({"type": "error", "id": "1", "payload": [{"message": "no"}]})
        );
        for (answer, data) in [
            (Response::new(GraphqlValue::from(1)), json!(1)),
            (Response::from_errors(vec![error(&["a"])]), Value::Null),
        ] {
            let begun = News::answer("1", &answer);
            let told: Value = serde_json::from_str(&begun.text).unwrap();
            assert!(!begun.is_last);
            assert_eq!(
                (&told["type"], &told["payload"]["data"]),
                (&json!("next"), &data)
            );
        }
    }
}
