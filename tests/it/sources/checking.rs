//! What is told of a platform that is tried: in plain words what is wrong, and nothing that is secret.

use std::time::Duration;

use cashable::sync::{NewSource, SourceCheck, SourceProblem, check_source, connect_source};
use serde_json::json;

use super::contract::{Connected, later, olga};
use super::server::Trouble;
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    what_is_wrong_is_told,
    what_is_stored_is_told_where_it_does_not_do
);

type Shop<'a> = Connected<'a, WooCommerce>;

const MINUTE: i64 = 60_000;

async fn check(it: &Shop<'_>) -> SourceCheck {
    check_source(it.shop.app, &it.sources().await[0]).await
}

async fn what_is_wrong_is_told(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(1));
    let it = Shop::open(&app).await;
    let well = check(&it).await;
    assert_eq!(well.problem, None, "{well:?}");
    assert_eq!(well.clock_ahead, Some(0));
    for (trouble, problem, words) in [
        (
            Trouble::Status(401),
            SourceProblem::Credentials,
            "does not accept the credentials: 401",
        ),
        (
            Trouble::Status(403),
            SourceProblem::Permission,
            "may not read orders: 403",
        ),
        (
            Trouble::Status(404),
            SourceProblem::Address,
            "is it WooCommerce that answers",
        ),
        (Trouble::Page, SourceProblem::Address, "a page for people"),
        (
            Trouble::Status(500),
            SourceProblem::Platform,
            "the platform failed: 500",
        ),
        (Trouble::Busy(7), SourceProblem::Platform, "left alone"),
        (
            Trouble::Silence,
            SourceProblem::Platform,
            "did not answer within 1 seconds",
        ),
    ] {
        it.platform.trouble(&[trouble]);
        let found = check(&it).await;
        assert_eq!(found.problem, Some(problem), "{trouble:?}: {found:?}");
        assert!(found.message.contains(words), "{trouble:?}: {found:?}");
        assert!(!found.message.contains("cs_1"), "{found:?}");
    }
    for (off, problem) in [
        (2, None),
        (3, Some(SourceProblem::Time)),
        (-3, Some(SourceProblem::Time)),
    ] {
        it.platform
            .with(|shop| shop.now = later(app.clock.now(), off * MINUTE));
        let found = check(&it).await;
        assert_eq!(
            (found.problem, found.clock_ahead),
            (problem, Some(off * 60)),
            "{found:?}"
        );
        let way = if off > 0 {
            "180 seconds ahead of ours"
        } else {
            "180 seconds behind ours"
        };
        assert_eq!(found.message.contains(way), problem.is_some(), "{found:?}");
    }
}

async fn what_is_stored_is_told_where_it_does_not_do(app: TestApp) {
    let it = Shop::open(&app).await;
    let stored = it.sources().await.swap_remove(0);
    for (change, problem) in [
        (
            json!({"address": "http://127.0.0.1:1"}),
            SourceProblem::Address,
        ),
        (
            json!({"address": "ftp://shop.example"}),
            SourceProblem::Address,
        ),
        (
            json!({"address": "https://127.0.0.1:1"}),
            SourceProblem::Address,
        ),
        (json!({"kind": "nope"}), SourceProblem::Settings),
        (json!({"settings": {"x": 1}}), SourceProblem::Settings),
        (json!({"account": null}), SourceProblem::Credentials),
        (json!({"secret": null}), SourceProblem::Credentials),
        (
            json!({"secret": "env:NO_SUCH_VARIABLE_AS_THIS"}),
            SourceProblem::Credentials,
        ),
        (json!({"secret": "sealed:AAAA"}), SourceProblem::Credentials),
    ] {
        let mut row = serde_json::to_value(&stored).unwrap();
        for (field, value) in change.as_object().unwrap() {
            row[field] = value.clone();
        }
        let found = check_source(&app, &serde_json::from_value(row).unwrap()).await;
        assert_eq!(found.problem, Some(problem), "{change}: {found:?}");
    }
    let address = it.platform.address.replace("http://", "https://");
    let new = NewSource {
        kind: "woocommerce".to_owned(),
        name: Some("no TLS".to_owned()),
        address: Some(address),
        account: Some("ck_1".to_owned()),
        secret: Some("cs_1".to_owned()),
        ..NewSource::default()
    };
    connect_source(&app, it.shop.id, &olga(), new)
        .await
        .unwrap();
    let found = check_source(&app, &it.sources().await[1]).await;
    assert_eq!(found.problem, Some(SourceProblem::Tls), "{found:?}");
}
