//! What is told of a platform that is tried: in plain words what is wrong, and nothing that is secret.

use std::time::Duration;

use cashable::graphql::{NodeKind, encode};
use cashable::sync::{NewSource, SourceCheck, SourceProblem, check_source, connect_source};
use serde_json::{Value, json};

use super::contract::{Connected, later, olga};
use super::listening::Listening;
use super::server::Trouble;
use super::woocommerce::WooCommerce;
use crate::support::graphql::{ask, refusal};
use crate::support::shop::Shop as OurShop;
use crate::support::{TestApp, on_both};

on_both!(
    what_is_wrong_is_told,
    what_is_stored_is_told_where_it_does_not_do,
    a_check_ends_however_slow_the_platform_is,
    one_check_of_a_shop_goes_on_at_a_time,
    a_few_checks_go_on_at_a_time,
);

type Shop<'a> = Connected<'a, WooCommerce>;

const MINUTE: i64 = 60_000;

async fn check(it: &Shop<'_>) -> SourceCheck {
    check_source(it.shop.app, &it.sources().await[0])
        .await
        .unwrap()
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
            Trouble::Status(401),
            SourceProblem::Credentials,
            "takes no key over plain HTTP",
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
        let found = found.unwrap();
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
    let found = check_source(&app, &it.sources().await[1]).await.unwrap();
    assert_eq!(found.problem, Some(SourceProblem::Tls), "{found:?}");
}

const TEST: &str = "mutation($id: ID!) { testOrderSource(input: {orderSourceId: $id}) { check { problem message } } }";

/// A connection to a platform that never answers.
async fn open_silent(shop: &OurShop<'_>, silent: &Listening, name: &str) -> Value {
    let new = NewSource {
        kind: "shopware6".to_owned(),
        name: Some(name.to_owned()),
        address: Some(silent.address.clone()),
        account: Some("SWIA".to_owned()),
        secret: Some("cs_1".to_owned()),
        ..NewSource::default()
    };
    let row = connect_source(shop.app, shop.id, &olga(), new)
        .await
        .unwrap();
    json!({"id": encode(NodeKind::OrderSource, row.shop_id, row.id).as_str()})
}

async fn silence() -> Listening {
    Listening::with(|| async { std::future::pending::<()>().await }).await
}

/// It answers each question in time, and has many to answer.
async fn a_check_ends_however_slow_the_platform_is(app: TestApp) {
    let app = app.reaching(|reach| reach.check_within = Duration::from_secs(1));
    let shop = OurShop::open(&app).await;
    let silent = silence().await;
    let id = open_silent(&shop, &silent, "slow").await;
    let answer = shop.ask(TEST, id).await;
    let check =
        json!({"problem": "PLATFORM", "message": "the platform did not answer within 1 seconds"});
    assert_eq!(answer["testOrderSource"]["check"], check);
}

async fn one_check_of_a_shop_goes_on_at_a_time(app: TestApp) {
    let app = app.reaching(|reach| reach.check_within = Duration::from_secs(3));
    let (shop, other) = (
        OurShop::open(&app).await,
        OurShop::fresh(&app, "Coffee").await,
    );
    let silent = silence().await;
    let id = open_silent(&shop, &silent, "slow").await;
    let elsewhere = open_silent(&other, &silent, "slow").await;
    let refused = async {
        // Until the first one is under way.
        while silent.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let refused = refusal(&app, &shop.admin, TEST, id.clone()).await;
        let of_other = async { other.ask(TEST, elsewhere).await };
        (refused, of_other.await)
    };
    let (first, ((code, message), of_other)) = tokio::join!(shop.ask(TEST, id.clone()), refused);
    assert_eq!(code, "RATE_LIMITED");
    assert!(message.contains("is being tried already"), "{message}");
    for answer in [first, of_other] {
        assert_eq!(answer["testOrderSource"]["check"]["problem"], "PLATFORM");
    }
    // It holds nothing once it has ended.
    let again = shop.ask(TEST, id).await;
    assert_eq!(again["testOrderSource"]["check"]["problem"], "PLATFORM");
}

async fn a_few_checks_go_on_at_a_time(app: TestApp) {
    let app = app.reaching(|reach| reach.check_within = Duration::from_secs(3));
    let silent = silence().await;
    let mut asked = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        let shop = OurShop::fresh(&app, name).await;
        let id = open_silent(&shop, &silent, "slow").await;
        asked.push(async move { ask(shop.app, &shop.admin, TEST, id).await });
    }
    let answers = futures_util::future::join_all(asked).await;
    let refused: Vec<_> = answers
        .iter()
        .filter_map(|it| it["errors"][0]["extensions"]["code"].as_str())
        .collect();
    assert_eq!(refused, ["RATE_LIMITED"; 2], "{answers:?}");
}
