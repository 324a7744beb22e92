//! Tokens as secrets: random, found by scanners, kept as hashes alone, and their last use told to the minute.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use cashable::ledger::{CreateToken, touch_token, write};
use cashable::reports::find_token;
use entity::words::Role;
use entity::{Instant, access_token};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{admin, author, post, send};
use crate::support::{START, TestApp, on_both};

on_both!(
    a_scanner_finds_a_token_and_tells_it_from_what_only_looks_like_one,
    a_secret_is_random_and_kept_nowhere,
    a_token_from_before_there_were_checksums_is_let_in,
    the_last_use_is_told_to_the_minute,
    a_token_cannot_be_made_that_has_expired,
);

const VIEWER: &str = r#"{"query":"{ viewer { name } }"}"#;

fn secret(bearer: &str) -> &str {
    bearer.strip_prefix("Bearer ").unwrap()
}

/// As many characters of hexadecimal digits.
fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.len() == length && text.chars().all(is_digit)
}

fn sha256(text: &str) -> String {
    use std::fmt::Write;
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

/// What the README tells those who run a scanner: `cashable_[0-9a-f]{1,16}_[0-9a-f]{32}_[0-9a-f]{72}`.
async fn a_scanner_finds_a_token_and_tells_it_from_what_only_looks_like_one(app: TestApp) {
    let (token, bearer) = admin(&app, None).await;
    let secret = secret(&bearer);
    let parts: Vec<&str> = secret.split('_').collect();
    assert_eq!(parts.len(), 4);
    assert_eq!(parts[0], "cashable");
    assert!((1..=16).contains(&parts[1].len()) && is_hex(parts[1], parts[1].len()));
    assert_eq!(parts[2], token.id.simple().to_string());
    assert!(is_hex(parts[3], 72), "{secret}");
    let (before, checksum) = secret.split_at(secret.len() - 8);
    assert_eq!(checksum, &sha256(before)[..8]);
    // With another digit anywhere it is no token.
    for at in 0..secret.len() {
        let other = if &secret[at..=at] == "0" { "1" } else { "0" };
        let mut wrong = bearer.clone();
        wrong.replace_range(7 + at..=7 + at, other);
        let answer = send(&app, post(&wrong, VIEWER)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(answer.message(), "the token is not valid");
    }
}

async fn a_secret_is_random_and_kept_nowhere(app: TestApp) {
    let (first, bearer) = admin(&app, None).await;
    let mut randoms = BTreeSet::from([random_of(&bearer)]);
    for _ in 0..20 {
        let create = CreateToken {
            name: "Ada".to_owned(),
            role: Role::Admin,
            affiliate_id: None,
            expires_at: None,
        };
        let made = write(&app, first.shop_id, &author(), &create)
            .await
            .unwrap();
        let random = random_of(&made.secret);
        // 256 bits, of which as good as never an eighth part comes twice.
        assert_eq!(made.token.secret_hash, sha256(&random));
        randoms.insert(random);
    }
    assert_eq!(randoms.len(), 21);
    let eighths: BTreeSet<&str> = randoms
        .iter()
        .flat_map(|it| (0..8).map(|n| &it[n * 8..n * 8 + 8]))
        .collect();
    assert!(eighths.len() > 160, "{eighths:?}");
    let kept = access_token::Entity::find()
        .all(app.behind_its_back())
        .await
        .unwrap();
    let kept = format!("{kept:?}");
    assert!(randoms.iter().all(|random| !kept.contains(random.as_str())));
}

fn random_of(secret: &str) -> String {
    let last = secret.rsplit('_').next().unwrap();
    last[..64].to_owned()
}

async fn a_token_from_before_there_were_checksums_is_let_in(app: TestApp) {
    let (token, _) = admin(&app, None).await;
    let random = "0123456789abcdef".repeat(4);
    let old = access_token::Model {
        id: Uuid::from_u128(7),
        name: "Old".to_owned(),
        secret_hash: sha256(&random),
        ..token
    };
    let bearer = format!(
        "Bearer cashable_{:x}_{}_{random}",
        old.shop_id,
        old.id.simple()
    );
    let insert = access_token::Entity::insert(old.into_active_model());
    insert
        .exec_without_returning(app.behind_its_back())
        .await
        .unwrap();
    let answer = send(&app, post(&bearer, VIEWER)).await;
    assert_eq!(answer.json()["data"]["viewer"]["name"], "Old");
}

async fn the_last_use_is_told_to_the_minute(app: TestApp) {
    let (token, bearer) = admin(&app, None).await;
    let body = r#"{"query":"{ accessTokens { nodes { lastUsedAt } } }"}"#;
    let told = async {
        loop {
            let answer = send(&app, post(&bearer, body)).await.json();
            let last_used = answer["data"]["accessTokens"]["nodes"][0]["lastUsedAt"].clone();
            if last_used != Value::Null {
                return last_used;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(10), told).await;
    assert_eq!(told.unwrap(), "2026-11-21T12:00:00.000Z");
    let used_at = async |millis: i64| {
        app.clock.set(Instant(START.0 + millis));
        let db = app.database.reader();
        let stored = || find_token(db, token.shop_id, token.id);
        touch_token(&app, &stored().await.unwrap().unwrap())
            .await
            .unwrap();
        stored().await.unwrap().unwrap().last_used_at.unwrap().0 - START.0
    };
    assert_eq!(used_at(59_999).await, 0);
    assert_eq!(used_at(60_000).await, 60_000);
}

async fn a_token_cannot_be_made_that_has_expired(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    for (at, refused) in [
        (
            "2026-11-21T12:00:00Z",
            json!([{"code": "INVALID", "field": ["input", "expiresAt"]}]),
        ),
        ("2026-11-21T12:00:00.001Z", json!([])),
    ] {
        let query = format!(
            "mutation {{ createAccessToken(input: {{name: \"x\", role: ANALYST, expiresAt: \"{at}\"}}) {{
                secret userErrors {{ code field }} }} }}"
        );
        let answer = send(&app, post(&bearer, json!({ "query": query }).to_string()))
            .await
            .json();
        let made = &answer["data"]["createAccessToken"];
        assert_eq!(made["userErrors"], refused, "{answer}");
        assert_eq!(made["secret"].is_null(), refused != json!([]));
    }
}
