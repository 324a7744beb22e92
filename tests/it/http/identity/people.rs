//! Who is let in with a JWT: by each algorithm, in each role, and as one and the same caller each time.

use axum::http::StatusCode;
use cashable::graphql::encode_shop;
use serde_json::{Value, json};

use super::{Scene, admin_claims, ask_for, assert_let_in, assert_refused, claims, tea};
use crate::http::admin;
use crate::support::{TestApp, on_both};

on_both!(
    each_role_sees_what_it_would_with_a_token,
    a_shop_and_an_affiliate_must_be_there,
    a_caller_is_the_same_with_each_jwt,
    our_own_tokens_are_let_in_as_before,
);

#[tokio::test]
async fn each_algorithm_that_is_allowed_lets_in() {
    let world = tea(TestApp::on_sqlite().await).await;
    let scene = Scene::of(&world.app);
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let jwt = scene.provider.jwt_by(algorithm, &admin_claims());
        assert_let_in(&super::ask(&scene.server, &jwt).await);
        // The key needs no name where there is one alone that can have signed.
        let nameless = scene
            .provider
            .sign(algorithm, &json!({"alg": algorithm}), &admin_claims());
        assert_let_in(&super::ask(&scene.server, &nameless).await);
    }
    let jwt = scene.provider.jwt_by("RS512", &admin_claims());
    assert_refused(
        &super::ask(&scene.server, &jwt).await,
        "the token is not valid",
    );
    let scene = Scene::with(&world.app, &["--jwt-algorithms", "RS512"]);
    let jwt = scene.provider.jwt_by("RS512", &admin_claims());
    assert_let_in(&super::ask(&scene.server, &jwt).await);
}

const CLAIMS: &str =
    "--jwt-role-claim /realm_access/roles --jwt-shop-claim https://example.com/shop
    --jwt-affiliate-claim partner --jwt-name-claim email
    --jwt-roles shop-admin=ADMIN,boss=ADMIN,reporting=ANALYST,partner=AFFILIATE";

/// Claims of the provider, and the role, the name and the affiliate that they mean. Of several roles the one that
/// may do most counts; a name that could not be stored is none.
#[rustfmt::skip]
const PEOPLE: [(&str, &str); 7] = [
    (r#"{"realm_access": {"roles": ["shop-admin"]}}"#,                                 "ADMIN jane null"),
    (r#"{"realm_access": {"roles": "boss"}, "email": "jane@example.com"}"#,            "ADMIN jane@example.com null"),
    (r#"{"realm_access": {"roles": ["offline", "reporting"]}, "email": 7}"#,           "ANALYST 7 null"),
    (r#"{"realm_access": {"roles": ["partner"]}, "partner": "anna"}"#,                 "AFFILIATE jane anna"),
    (r#"{"realm_access": {"roles": ["partner", "boss", "reporting"]}, "partner": "anna"}"#, "ADMIN jane null"),
    (r#"{"realm_access": {"roles": ["partner", "reporting"]}, "email": "a\u0000b"}"#,  "ANALYST jane null"),
    (r#"{"realm_access": {"roles": ["boss"]}, "email": ["jane"]}"#,                    "ADMIN jane null"),
];

async fn each_role_sees_what_it_would_with_a_token(app: TestApp) {
    let world = tea(app).await;
    let arguments: Vec<&str> = CLAIMS.split_whitespace().collect();
    let scene = Scene::with(&world.app, &arguments);
    let id = encode_shop(world.shop_id).to_string();
    for (shop, (said, expected)) in ["Tea", &id].into_iter().cycle().zip(PEOPLE) {
        let mut changed: Value = serde_json::from_str(said).unwrap();
        changed["cashable_role"] = Value::Null;
        changed["cashable_shop"] = Value::Null;
        changed["https://example.com/shop"] = json!(shop);
        let answer = scene.ask(&claims(changed)).await.json();
        let viewer = &answer["data"]["viewer"];
        let seen = [
            &viewer["role"],
            &viewer["name"],
            &viewer["affiliate"]["code"],
        ]
        .map(|it| it.as_str().unwrap_or("null"));
        assert_eq!(seen.join(" "), expected, "{said}: {answer}");
        assert_eq!(viewer["shops"], json!([{"name": "Tea"}]));
    }
}

async fn a_shop_and_an_affiliate_must_be_there(app: TestApp) {
    let world = tea(app).await;
    let scene = Scene::of(&world.app);
    // Acme is another shop, of which anna is no affiliate.
    admin(&world.app, None).await;
    let partner = |changed: Value| {
        let mut changed = changed;
        changed["cashable_role"] = json!("AFFILIATE");
        changed
    };
    for (changed, message) in [
        (json!({"cashable_shop": null}), "the token names no shop"),
        (json!({"cashable_shop": ""}), "the token names no shop"),
        (json!({"cashable_shop": ["Tea"]}), "the token names no shop"),
        (
            json!({"cashable_shop": "Coffee"}),
            "the token names a shop that is not there",
        ),
        (
            json!({"cashable_shop": encode_shop(7).to_string()}),
            "the token names a shop that is not there",
        ),
        (partner(json!({})), "the token names no affiliate"),
        (
            partner(json!({"cashable_affiliate": "zoe"})),
            "the token names an affiliate that is not there",
        ),
        (
            partner(json!({"cashable_affiliate": "a\u{0}b"})),
            "the token names no affiliate",
        ),
        (
            partner(json!({"cashable_affiliate": "anna", "cashable_shop": "Acme"})),
            "the token names an affiliate that is not there",
        ),
    ] {
        assert_refused(&scene.ask(&claims(changed)).await, message);
    }
    let anna = scene
        .ask(&claims(partner(json!({"cashable_affiliate": "anna"}))))
        .await;
    assert_eq!(anna.json()["data"]["viewer"]["affiliate"]["code"], "anna");
}

const CREATE: &str = "mutation($code: String!) {
    createAffiliate(input: {code: $code, idempotencyKey: \"k\"}) { affiliate { id } userErrors { code } } }";
const OVERRIDE: &str = "mutation($id: ID!) {
    overrideTransactionStatus(input: {transactionId: $id, status: CANCELLED, reason: OTHER}) {
        transaction { history(last: 1) { nodes { actorName } } } } }";

async fn a_caller_is_the_same_with_each_jwt(app: TestApp) {
    let world = tea(app).await;
    let scene = Scene::of(&world.app);
    let create = async |claims: &Value, code: &str| {
        let (jwt, variables) = (scene.provider.jwt(claims), json!({ "code": code }));
        let answer = ask_for(&scene.server, &jwt, CREATE, variables).await.json();
        answer["data"]["createAffiliate"].clone()
    };
    let made = create(&admin_claims(), "carl").await;
    assert!(made["affiliate"]["id"].is_string(), "{made}");
    let later = claims(json!({"exp": super::START.0 / 1_000 + 7_200, "name": "Jane Doe"}));
    assert_eq!(create(&later, "carl").await, made);
    assert_eq!(
        create(&later, "dora").await["userErrors"][0]["code"],
        "IDEMPOTENCY_KEY_REUSED"
    );
    // The key is another one in the hands of somebody else.
    let other = claims(json!({"sub": "joe"}));
    assert_eq!(
        create(&other, "carl").await["userErrors"][0]["code"],
        "DUPLICATE"
    );
    // The history tells it by its name.
    let (jwt, id) = (
        scene.provider.jwt(&later),
        world.transaction("1").await["id"].clone(),
    );
    let answer = ask_for(&scene.server, &jwt, OVERRIDE, json!({ "id": id }))
        .await
        .json();
    let change = &answer["data"]["overrideTransactionStatus"]["transaction"]["history"]["nodes"][0];
    assert_eq!(change["actorName"], "Jane Doe");
}

async fn our_own_tokens_are_let_in_as_before(app: TestApp) {
    let world = tea(app).await;
    let scene = Scene::of(&world.app);
    let (_, bearer) = admin(&world.app, None).await;
    let secret = bearer.strip_prefix("Bearer ").unwrap();
    let answer = super::ask(&scene.server, secret).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["data"]["viewer"]["name"], "Ada");
    for wrong in ["cashable_x", &format!("{secret}0"), "x", "a.b.c"] {
        let answer = super::ask(&scene.server, wrong).await;
        assert_refused(&answer, "the token is not valid");
    }
    // Without a provider in the settings its JWTs are nothing.
    let without =
        cashable::http::router((*world.app).clone(), &cashable::http::Settings::default());
    let answer = super::ask(&without, &scene.provider.jwt(&admin_claims())).await;
    assert_refused(&answer, "the token is not valid");
}
