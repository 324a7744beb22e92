//! The usual ways to be taken for somebody else, each of which must fail. Whoever has no right signature learns
//! nothing, whoever has one what is wrong.

use serde_json::json;

use super::provider::{Provider, by_secret, encode, message};
use super::{ISSUER, Scene, admin_claims, ask, assert_let_in, assert_refused, claims, tea};
use crate::support::{START, TestApp};

const INVALID: &str = "the token is not valid";

async fn scene() -> (crate::support::world::World, Scene) {
    let world = tea(TestApp::on_sqlite().await).await;
    let scene = Scene::of(&world.app);
    assert_let_in(&scene.ask(&admin_claims()).await);
    (world, scene)
}

#[tokio::test]
async fn nothing_is_signed_by_no_algorithm() {
    let (_world, scene) = scene().await;
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({"alg": name, "kid": scene.provider.kid("EdDSA")});
        let bare = message(&header, &admin_claims());
        for jwt in [
            format!("{bare}."),
            bare.clone(),
            format!("{bare}.{}", encode(b"x")),
        ] {
            assert_refused(&ask(&scene.server, &jwt).await, INVALID);
        }
    }
    let bare = message(
        &json!({"kid": scene.provider.kid("EdDSA")}),
        &admin_claims(),
    );
    assert_refused(&ask(&scene.server, &format!("{bare}.")).await, INVALID);
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let (_world, scene) = scene().await;
    let jwks = scene.provider.jwks();
    for key in jwks["keys"].as_array().unwrap() {
        let header = json!({"alg": "HS256", "kid": key["kid"]});
        let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
        for secret in [
            key.to_string(),
            jwks.to_string(),
            text("n"),
            text("x"),
            text("k"),
            "secret".to_owned(),
            String::new(),
        ] {
            let jwt = by_secret(secret.as_bytes(), &header, &admin_claims());
            assert_refused(&ask(&scene.server, &jwt).await, INVALID);
        }
    }
}

#[tokio::test]
async fn another_key_signs_for_nobody() {
    let (_world, scene) = scene().await;
    let other = Provider::new("1");
    for algorithm in ["ES256", "EdDSA"] {
        assert_eq!(other.kid(algorithm), scene.provider.kid(algorithm));
        let jwt = other.jwt_by(algorithm, &admin_claims());
        assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    }
    // Nor does the right key by another algorithm, or under the name of another.
    for (by, says, of) in [
        ("EdDSA", "RS256", "EdDSA"),
        ("EdDSA", "EdDSA", "RS256"),
        ("RS256", "ES256", "RS256"),
        ("RS256", "EdDSA", "EdDSA"),
        ("RS512", "RS256", "RS256"),
        ("RS256", "RS512", "RS256"),
    ] {
        let header = json!({"alg": says, "kid": scene.provider.kid(of)});
        let jwt = scene.provider.sign(by, &header, &admin_claims());
        assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    }
}

#[tokio::test]
async fn what_a_jwt_brings_of_keys_counts_for_nothing() {
    let (_world, scene) = scene().await;
    let other = Provider::new("2");
    let site = super::site::Site::with(other.jwks()).await;
    let own = other.jwks()["keys"][3].clone();
    let address = site.address();
    for more in [
        json!({"jwk": own}),
        json!({"jku": address}),
        json!({"x5u": address}),
        json!({"jwk": own, "kid": scene.provider.kid("EdDSA")}),
        json!({"kid": other.kid("EdDSA")}),
        json!({"kid": "../../../../../dev/null"}),
        json!({"kid": address}),
        json!({"kid": "' OR '1'='1"}),
        json!({"kid": "\u{0}"}),
        json!({"kid": "secret"}),
        json!({"kid": ""}),
        json!({"kid": "x".repeat(9_000)}),
        json!({"kid": null}),
        json!({"kid": 1}),
        json!({"kid": [scene.provider.kid("EdDSA")]}),
    ] {
        let mut header = json!({"alg": "EdDSA"});
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let jwt = other.sign("EdDSA", &header, &admin_claims());
        assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    }
    assert_eq!(site.asked(), 0);
}

#[tokio::test]
async fn what_must_be_understood_and_is_not_is_refused() {
    let (_world, scene) = scene().await;
    let kid = scene.provider.kid("EdDSA");
    for more in [
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"crit": "exp"}),
    ] {
        let mut header = json!({"alg": "EdDSA", "kid": kid});
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let jwt = scene.provider.sign("EdDSA", &header, &admin_claims());
        assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    }
}

#[tokio::test]
async fn what_was_changed_after_signing_is_refused() {
    let (_world, scene) = scene().await;
    let jwt = scene
        .provider
        .jwt(&claims(json!({"cashable_role": "AFFILIATE"})));
    let parts: Vec<&str> = jwt.split('.').collect();
    let admin = encode(admin_claims().to_string().as_bytes());
    let [header, said, signature] = parts[..] else {
        panic!("{jwt} is no JWT");
    };
    for wrong in [
        format!("{header}.{admin}.{signature}"),
        format!("{header}.{said}.{}", &signature[1..]),
        format!("{header}.{said}.{signature}A"),
        format!("{header}.{said}.{signature}="),
        format!("{header}.{said}.{signature}.{signature}"),
        format!("{header}.{said}."),
        format!("{header}..{signature}"),
        format!(".{said}.{signature}"),
        format!("{header}.{said}.{signature}.{header}.{said}"),
        "..".to_owned(),
    ] {
        assert_refused(&ask(&scene.server, &wrong).await, INVALID);
    }
    for said in [json!([]), json!("text"), json!(null), json!(1)] {
        let jwt = scene.provider.jwt(&said);
        assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    }
    let long = claims(json!({"more": "x".repeat(13_000)}));
    assert_refused(&scene.ask(&long).await, INVALID);
}

#[tokio::test]
async fn it_must_be_for_us_and_from_the_provider() {
    let (_world, scene) = scene().await;
    let (issuer, audience) = (
        "the token comes from another issuer",
        "the token is meant for another audience",
    );
    for (changed, message) in [
        (json!({"iss": "https://id.example.org"}), issuer),
        (json!({"iss": format!("{ISSUER}/")}), issuer),
        (json!({"iss": [ISSUER]}), issuer),
        (json!({"iss": null}), issuer),
        (json!({"aud": "cash"}), audience),
        (json!({"aud": "cashable2"}), audience),
        (json!({"aud": ["a", "b"]}), audience),
        (json!({"aud": []}), audience),
        (json!({"aud": {"cashable": true}}), audience),
        (json!({"aud": null}), audience),
    ] {
        assert_refused(&scene.ask(&claims(changed)).await, message);
    }
    for aud in [json!("other"), json!(["a", "cashable"])] {
        assert_let_in(&scene.ask(&claims(json!({ "aud": aud }))).await);
    }
}

#[tokio::test]
async fn it_must_be_of_now_by_our_clock() {
    let (_world, scene) = scene().await;
    let now = START.0 / 1_000;
    let (expired, early) = (
        "the token has expired: sign in again",
        "the token is not valid yet",
    );
    let endless = "the token does not say in its claim exp when it expires";
    for (changed, message) in [
        (json!({"exp": now - 30}), expired),
        (json!({"exp": now - 86_400}), expired),
        (json!({"exp": 0}), expired),
        (json!({"exp": -1e300}), expired),
        (json!({"exp": null}), endless),
        (json!({"exp": (now + 60).to_string()}), endless),
        (json!({"exp": true}), endless),
        (json!({"nbf": now + 31}), early),
        (json!({"nbf": i64::MAX}), early),
        (json!({"nbf": "soon"}), early),
        (json!({"nbf": false}), early),
    ] {
        assert_refused(&scene.ask(&claims(changed)).await, message);
    }
    // Clocks differ by half a minute.
    for changed in [
        json!({"exp": now - 29}),
        json!({"exp": f64::from(i32::try_from(now - 30).unwrap()) + 0.5}),
        json!({"exp": i64::MAX}),
        json!({"exp": 1e300}),
        json!({"nbf": now + 30}),
        json!({"nbf": -1}),
    ] {
        assert_let_in(&scene.ask(&claims(changed)).await);
    }
}

#[tokio::test]
async fn one_that_runs_out_is_refused_from_then_on() {
    let (world, scene) = scene().await;
    let jwt = scene.provider.jwt(&admin_claims());
    world.later(3_600_000 + 30_000 - 1);
    assert_let_in(&ask(&scene.server, &jwt).await);
    world.later(1);
    assert_refused(
        &ask(&scene.server, &jwt).await,
        "the token has expired: sign in again",
    );
}

#[tokio::test]
async fn nobody_is_anybody_without_a_role_and_a_name() {
    let (_world, scene) = scene().await;
    let (role, subject) = (
        "the token names no role that is known here",
        "the token names no subject in its claim sub",
    );
    for (changed, message) in [
        (json!({"cashable_role": null}), role),
        (json!({"cashable_role": "admin"}), role),
        (json!({"cashable_role": "OWNER"}), role),
        (json!({"cashable_role": ""}), role),
        (json!({"cashable_role": []}), role),
        (json!({"cashable_role": ["OWNER", 1, null]}), role),
        (json!({"cashable_role": {"ADMIN": true}}), role),
        (json!({"cashable_role": "ADMIN ANALYST"}), role),
        (json!({"sub": null}), subject),
        (json!({"sub": ""}), subject),
        (json!({"sub": "x".repeat(201)}), subject),
    ] {
        assert_refused(&scene.ask(&claims(changed)).await, message);
    }
    let nobody = claims(json!({"sub": {"name": "jane"}}));
    assert_refused(&scene.ask(&nobody).await, INVALID);
}
