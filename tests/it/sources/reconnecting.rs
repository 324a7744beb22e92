//! What was said of a platform said anew: secrets go nowhere unseen, and two webhook secrets hold during a change.

use cashable::error::{Error, RefusalCode};
use cashable::sync::{SourceUpdate, hook_secrets, update_source};
use entity::{idempotency_key, order_source};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::contract::{Connected, olga};
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    two_webhook_secrets_hold_during_a_change,
    a_secret_is_said_again_with_another_address,
    a_request_that_comes_again_is_known_and_its_secret_is_kept_in_its_row_alone,
);

type Shop<'a> = Connected<'a, WooCommerce>;

async fn revealed(it: &Shop<'_>) -> Vec<String> {
    let row = it.sources().await.swap_remove(0);
    let secrets = hook_secrets(it.shop.app, &row).unwrap();
    secrets.iter().map(|it| it.reveal().to_owned()).collect()
}

fn signed_with(secret: &str) -> SourceUpdate {
    SourceUpdate {
        hook_secret: Some(secret.to_owned()),
        ..SourceUpdate::default()
    }
}

async fn two_webhook_secrets_hold_during_a_change(app: TestApp) {
    let it = Shop::open(&app).await;
    assert!(revealed(&it).await.is_empty());
    for (secret, live) in [
        ("first", &["first"][..]),
        ("second", &["second", "first"]),
        ("third", &["third", "second"]),
    ] {
        it.update(signed_with(secret)).await;
        assert_eq!(revealed(&it).await, live);
    }
    it.update(SourceUpdate::default()).await;
    assert_eq!(revealed(&it).await, ["third", "second"]);
    // The older one stood in the environment, and does so no more.
    let mut row = it.sources().await.swap_remove(0);
    row.old_hook_secret = Some("env:NO_SUCH_VARIABLE_AS_THIS".to_owned());
    let left = hook_secrets(&app, &row).unwrap();
    assert_eq!(left.len(), 1);
    let drop_old = SourceUpdate {
        drops_old_hook_secret: true,
        ..SourceUpdate::default()
    };
    it.update(drop_old).await;
    assert_eq!(revealed(&it).await, ["third"]);
}

async fn a_secret_is_said_again_with_another_address(app: TestApp) {
    let it = Shop::open(&app).await;
    let stored = it.sources().await.swap_remove(0);
    let to = |address: &str, secret: Option<&str>| SourceUpdate {
        address: Some(address.to_owned()),
        secret: secret.map(str::to_owned),
        ..SourceUpdate::default()
    };
    let elsewhere = to("http://127.0.0.1:1", None);
    let refused = update_source(&app, it.shop.id, &olga(), stored.id, elsewhere).await;
    let Err(Error::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal.code, RefusalCode::Invalid);
    assert_eq!(refusal.field, Some(vec!["secret".to_owned()]));
    assert_eq!(it.sources().await, std::slice::from_ref(&stored));
    it.update(to(&format!(" {} ", stored.address), None)).await;
    it.update(to("http://127.0.0.1:1", Some("cs_2"))).await;
    assert_eq!(it.sources().await[0].address, "http://127.0.0.1:1");
}

async fn a_request_that_comes_again_is_known_and_its_secret_is_kept_in_its_row_alone(app: TestApp) {
    let it = Shop::open(&app).await;
    let id = it.sources().await[0].id;
    let once = olga().once(Uuid::from_u128(1), Some("key".to_owned()));
    let ask = async |secret| update_source(&app, it.shop.id, &once, id, signed_with(secret)).await;
    let first = ask("first").await.unwrap();
    assert_eq!(ask("first").await.unwrap(), first);
    assert_eq!(revealed(&it).await, ["first"]);
    let Err(Error::Refused(refusal)) = ask("second").await else {
        panic!("another secret is another request");
    };
    assert_eq!(refusal.code, RefusalCode::IdempotencyKeyReused);
    let kept = idempotency_key::Entity::find()
        .all(app.behind_its_back())
        .await;
    let kept = kept.unwrap().swap_remove(0).answer;
    assert!(!kept.contains("sealed:"), "{kept}");
    let row = order_source::Entity::find()
        .one(app.behind_its_back())
        .await;
    assert!(
        row.unwrap()
            .unwrap()
            .hook_secret
            .unwrap()
            .starts_with("sealed:")
    );
}
