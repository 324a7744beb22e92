//! How long a request may be, to the byte, and for whom.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Answer, post, send, send_to, settings};
use crate::support::TestApp;
use crate::support::world::World;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A question of so many bytes.
fn question(bytes: usize) -> String {
    let asked = r#"{"query":"{ viewer { name } }"}"#;
    asked.to_owned() + &" ".repeat(bytes - asked.len())
}

fn assert_answered(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.json()["data"]["viewer"]["name"].is_string());
}

fn assert_too_long(answer: &Answer, most: usize) {
    let refused = (StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT".into());
    assert_eq!((answer.status, answer.code()), refused);
    let message = format!("the body is longer than {most} bytes");
    assert_eq!(answer.message(), message);
}

/// The header that carries a new token.
async fn bearer(world: &World, role: &str, affiliate: Value) -> String {
    let input = json!({ "name": role, "role": role, "affiliateId": affiliate });
    let made = world.done("createAccessToken", input, "secret").await;
    format!("Bearer {}", made["secret"].as_str().unwrap())
}

#[tokio::test]
async fn only_an_admin_may_send_much() {
    let world = World::open(TestApp::on_sqlite().await).await;
    world.import_complete(1).await;
    let anna = world.affiliate("anna").await;
    for (role, affiliate, most) in [
        ("ANALYST", Value::Null, 256 * KIB),
        ("AFFILIATE", anna, 256 * KIB),
        ("ADMIN", Value::Null, 16 * MIB),
    ] {
        let bearer = bearer(&world, role, affiliate).await;
        assert_answered(&send(&world.app, post(&bearer, question(most))).await);
        let answer = send(&world.app, post(&bearer, question(most + 1))).await;
        assert_too_long(&answer, most);
    }
}

#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_ends_there_too() {
    let world = World::open(TestApp::on_sqlite().await).await;
    let bearer = bearer(&world, "ANALYST", Value::Null).await;
    let in_pieces = |question: String| {
        let pieces = question.as_bytes().chunks(KIB).map(Bytes::copy_from_slice);
        let pieces: Vec<_> = pieces.map(Ok::<_, Infallible>).collect();
        Body::from_stream(stream::iter(pieces))
    };
    let most = 256 * KIB;
    let longest = post(&bearer, in_pieces(question(most)));
    assert_answered(&send(&world.app, longest).await);
    let longer = post(&bearer, in_pieces(question(most + 1)));
    assert_too_long(&send(&world.app, longer).await, most);
}

#[tokio::test]
async fn both_lengths_are_settings() {
    let world = World::open(TestApp::on_sqlite().await).await;
    let settings = settings(&["--max-body-bytes", "1024", "--max-admin-body-bytes", "2048"]);
    for (role, most) in [("ANALYST", KIB), ("ADMIN", 2 * KIB)] {
        let bearer = bearer(&world, role, Value::Null).await;
        let longest = post(&bearer, question(most));
        assert_answered(&send_to(&world.app, &settings, longest).await);
        let longer = post(&bearer, question(most + 1));
        assert_too_long(&send_to(&world.app, &settings, longer).await, most);
    }
}
