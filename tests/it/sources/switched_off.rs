//! Sources that are not asked: switched off for a while, connected otherwise meanwhile, or disconnected for good.

use std::time::Duration;

use cashable::ledger::{self, DisconnectSource};
use cashable::sync::{self, SourceUpdate};
use entity::words::{SyncState, SyncTrigger};
use serde_json::{Value, json};

use super::contract::{Connected, olga};
use super::server::Trouble;
use super::shop::{Broken, Status};
use super::withholding::{commissions, due};
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    orders_of_a_source_that_is_off_make_nothing_completed,
    a_source_that_was_changed_meanwhile_makes_nothing_completed,
    a_source_that_was_disconnected_meanwhile_settles_as_it_was_known,
    disconnecting_lets_orders_settle_that_were_not_seen_and_leaves_gone_ones,
);

type Shop<'a> = Connected<'a, WooCommerce>;

async fn switch(it: &Shop<'_>, enabled: bool) {
    let update = SourceUpdate {
        enabled: Some(enabled),
        ..SourceUpdate::default()
    };
    it.update(update).await;
}

async fn disconnect(it: &Shop<'_>) {
    let source_id = it.sources().await[0].id;
    let change = DisconnectSource { source_id };
    let gone = ledger::write(it.shop.app, it.shop.id, &olga(), &change).await;
    gone.unwrap();
}

/// Lets a run begin, and something happen once it waits for orders that it asks for by id.
async fn run_with(
    it: &Shop<'_>,
    meanwhile: impl Future<Output = ()>,
) -> (SyncState, Option<String>) {
    let before = it.platform.server.asked();
    it.platform.trouble(&[Trouble::None, Trouble::Silence]);
    let meanwhile = async {
        while it.platform.server.asked() < before + 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        meanwhile.await;
    };
    let (run, ()) = tokio::join!(it.run(), meanwhile);
    (run.state, run.error)
}

async fn orders_of_a_source_that_is_off_make_nothing_completed(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    switch(&it, false).await;
    it.platform.with(|shop| shop.set(2, Status::Cancelled));
    it.platform.questions();
    it.pull().await;
    assert_eq!(it.platform.questions().len(), 0);
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    // A day later every row is looked at.
    it.wait(1, 0);
    it.pull().await;
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    let shown = it.shop.transaction_of("1").await;
    assert_eq!(shown["blockers"], json!(["ORDER_UNSEEN"]), "{shown}");
    // Nor by a release, nor would it by a run.
    let pinned = it.shop.transaction_of("3").await;
    it.shop
        .override_status(&pinned, "CANCELLED", Value::Null)
        .await;
    let release = "mutation($input: ReleaseTransactionOverrideInput!) {
        answer: releaseTransactionOverride(input: $input) { userErrors { code message } }
    }";
    let input = json!({"transactionId": pinned["id"]});
    it.shop.change(release, input).await;
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    let dry = sync::request(&app, it.shop.id, &olga(), SyncTrigger::Manual, true).await;
    let dry = sync::run(&app, dry.unwrap().run, false, &|_| {}).await;
    assert_eq!(dry.unwrap().transactions_changed, 0);
    switch(&it, true).await;
    it.wait(0, 1);
    it.pull().await;
    let expected = ["COMPLETED 10.00", "CANCELLED 10.00", "COMPLETED 10.00"];
    assert_eq!(commissions(&it).await, expected);
}

async fn a_source_that_was_changed_meanwhile_makes_nothing_completed(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(2));
    let it = Shop::open(&app).await;
    due(&it).await;
    let (last_sync, pulled_at) = (it.last_sync().await.0, it.sources().await[0].pulled_at);
    let update = SourceUpdate {
        settings: Some(json!({})),
        ..SourceUpdate::default()
    };
    let changes = async {
        it.update(update).await;
    };
    let (state, error) = Box::pin(run_with(&it, changes)).await;
    assert_eq!(state, SyncState::Failed);
    let error = error.unwrap();
    assert!(
        error.starts_with("woocommerce: ") && error.contains("changed while it was read"),
        "{error}"
    );
    assert_eq!(commissions(&it).await, ["IN_PROGRESS 10.00"; 3]);
    assert_eq!(it.last_sync().await.0, last_sync);
    assert_eq!(it.sources().await[0].pulled_at, pulled_at);
    it.wait(0, 1);
    it.pull().await;
    assert_eq!(commissions(&it).await, ["COMPLETED 10.00"; 3]);
    assert_ne!(it.last_sync().await.0, Value::Null);
}

async fn a_source_that_was_disconnected_meanwhile_settles_as_it_was_known(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(2));
    let it = Shop::open(&app).await;
    due(&it).await;
    let outcome = Box::pin(run_with(&it, disconnect(&it))).await;
    assert_eq!(outcome, (SyncState::Succeeded, None));
    assert_eq!(commissions(&it).await, ["COMPLETED 10.00"; 3]);
}

async fn disconnecting_lets_orders_settle_that_were_not_seen_and_leaves_gone_ones(app: TestApp) {
    let it = Shop::open(&app).await;
    due(&it).await;
    it.platform.with(|shop| {
        shop.remove(3);
        shop.order(2).broken = Some(Broken::NoTotal);
    });
    it.pull().await;
    it.wait(0, 1);
    it.pull().await;
    let expected = ["COMPLETED 10.00", "IN_PROGRESS 10.00", "IN_PROGRESS 10.00"];
    assert_eq!(commissions(&it).await, expected);
    assert_eq!(
        (it.row(2).await.gone_at, it.row(3).await.gone_at.is_some()),
        (None, true)
    );
    disconnect(&it).await;
    it.wait(0, 1);
    it.pull().await;
    // What was gone when it was last asked for is known to be gone.
    let expected = ["COMPLETED 10.00", "COMPLETED 10.00", "IN_PROGRESS 10.00"];
    assert_eq!(commissions(&it).await, expected);
    let gone = it.shop.transaction_of("3").await;
    assert_eq!(gone["blockers"], json!(["ORDER_GONE"]));
}
