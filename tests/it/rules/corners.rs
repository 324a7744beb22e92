//! Corners of the rules where two of them meet, or where a source is careless.

use cashable::domain::record::TransactionRecord;
use cashable::ledger::{self, Author, ImportCounts, ImportTransactions};
use cashable::sync;
use entity::unsettled_transaction as unsettled;
use entity::words::{StatusActor, SyncState, SyncTrigger};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

use crate::support::graphql::{affiliate, data};
use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r1_the_shops_own_word_wins_in_any_case,
    r5_a_file_says_nothing_of_the_order_that_it_leaves_out,
    r7_a_completion_told_before_its_word_is_mapped_is_kept,
    r16_a_moved_commission_leaves_its_note_and_history_behind,
    r16_an_imported_commission_follows_its_orders_currency,
    r16_a_final_amount_stands_through_an_override_to_final,
    r18_a_dry_run_whose_process_went_away_is_failed,
    r19_a_run_over_all_finds_what_fell_out_of_the_queue,
    r22_an_id_that_cannot_be_is_that_orders_mistake_alone,
    r22_a_damaged_order_keeps_no_other_from_coming_in,
);

async fn r1_the_shops_own_word_wins_in_any_case(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "completed", json!({}))]))
        .await;
    assert_eq!(shop.order("1").await["status"], "COMPLETE");
    assert_eq!(shop.map("api", &[("Completed", "IN_PROGRESS")]).await, 1);
    shop.import(json!([order("2", "COMPLETED", json!({}))]))
        .await;
    for id in ["1", "2"] {
        assert_eq!(shop.order(id).await["inProgress"], true, "{id}");
    }
}

fn record(amount: &str, order: Option<&str>) -> TransactionRecord {
    TransactionRecord {
        external_id: "m1".to_owned(),
        affiliate_code: "anna".to_owned(),
        amount: amount.to_owned(),
        order_external_id: order.map(str::to_owned),
        order_source: Some("api".to_owned()),
        ..TransactionRecord::default()
    }
}

async fn import_file(shop: &Shop<'_>, row: TransactionRecord) -> ImportCounts {
    let author = Author::new(StatusActor::Import, "Olga");
    let import = ImportTransactions { rows: vec![row] };
    ledger::write(shop.app, shop.id, &author, &import)
        .await
        .unwrap()
}

async fn r5_a_file_says_nothing_of_the_order_that_it_leaves_out(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "complete", json!({})),
        order("2", "new", json!({}))
    ]))
    .await;
    assert_eq!(
        import_file(&shop, record("5.00", Some("1"))).await.created,
        1
    );
    assert_eq!(import_file(&shop, record("6.00", None)).await.changed, 1);
    let other = TransactionRecord {
        affiliate_code: "berta".to_owned(),
        ..record("6.00", None)
    };
    for keeps in [other, record("6.00", Some("2"))] {
        assert_eq!(import_file(&shop, keeps).await.failed.len(), 1);
    }
    shop.update_affiliate("anna", json!({"active": false}))
        .await;
    assert_eq!(
        import_file(&shop, record("6.00", Some("1")))
            .await
            .unchanged,
        1
    );
    shop.wait(14, 0);
    shop.settle().await;
    let rows = shop.transactions_of("1").await;
    let manual = rows.iter().find(|row| row["kind"] == "MANUAL").unwrap();
    assert_eq!(manual["status"], "COMPLETED");
    assert_eq!(manual["amount"]["amount"], "6.00");
}

async fn r7_a_completion_told_before_its_word_is_mapped_is_kept(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitFrom": "ORDER_COMPLETED", "waitDays": 3}))
        .await;
    shop.import(json!([order(
        "1",
        "entregue",
        json!({"completedAt": time(-20)})
    )]))
    .await;
    assert_eq!(shop.transaction_of("1").await["waitsUntil"], Value::Null);
    shop.map("api", &[("entregue", "COMPLETE")]).await;
    assert_eq!(shop.transaction_of("1").await["waitsUntil"], time(-17));
    shop.settle().await;
    assert_eq!(shop.transaction_of("1").await["status"], "COMPLETED");
}

async fn r16_a_moved_commission_leaves_its_note_and_history_behind(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    shop.settle().await;
    let document = "mutation($input: OverrideTransactionStatusInput!) {
        answer: overrideTransactionStatus(input: $input) { transaction { note } userErrors { code } }
    }";
    let id = shop.transaction_of("1").await["id"].take();
    let input = json!({"transactionId": id, "status": "OPEN", "reason": "OTHER", "note": "Anna, we look into it"});
    shop.change(document, input).await;
    shop.wait(0, 1);
    shop.import(json!([order(
        "1",
        "complete",
        json!({"affiliateCode": "berta"})
    )]))
    .await;
    shop.wait(0, 1);
    shop.settle().await;
    let berta = shop.affiliate("berta").await;
    let (_, berta) = cashable::graphql::decode(
        cashable::graphql::NodeKind::Affiliate,
        &berta.as_str().unwrap().into(),
    )
    .unwrap();
    let document = "query($id: ID!) { transaction(id: $id) { note history { totalCount nodes { to note } } } }";
    let seen = data(
        &app,
        &affiliate(shop.id, berta),
        document,
        json!({"id": id}),
    )
    .await;
    assert_eq!(
        seen["transaction"],
        json!({"note": null, "history": {"totalCount": 1, "nodes": [{"to": "IN_PROGRESS", "note": null}]}})
    );
    let all = shop.ask(document, json!({"id": id})).await;
    assert_eq!(all["transaction"]["history"]["totalCount"], 3);
}

async fn r16_an_imported_commission_follows_its_orders_currency(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({"commission": "5.00"}))]))
        .await;
    let told = json!({"commission": "5.00", "currency": "USD"});
    shop.import(json!([order("1", "new", told)])).await;
    let amount = shop.transaction_of("1").await["amount"].take();
    assert_eq!(amount, json!({"amount": "5.00", "currency": "USD"}));
}

async fn r16_a_final_amount_stands_through_an_override_to_final(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    shop.wait(14, 0);
    shop.settle().await;
    shop.import(json!([order(
        "1",
        "complete",
        json!({"refunded": "50.00"})
    )]))
    .await;
    assert_eq!(shop.commission("1").await, "COMPLETED 10.00");
    let row = shop.transaction_of("1").await;
    shop.override_status(&row, "CANCELLED", json!(false)).await;
    assert_eq!(shop.commission("1").await, "CANCELLED 10.00");
    shop.override_status(&row, "OPEN", Value::Null).await;
    assert_eq!(shop.commission("1").await, "OPEN 5.00");
}

async fn r18_a_dry_run_whose_process_went_away_is_failed(app: TestApp) {
    let shop = Shop::open(&app).await;
    let author = Author::new(StatusActor::Admin, "Olga");
    let queued = sync::request(&app, shop.id, &author, SyncTrigger::Manual, true)
        .await
        .unwrap();
    sync::sync_due_shops(&app).await.unwrap();
    let run_of = || cashable::reports::find_run(app.database.reader(), shop.id, queued.run.id);
    assert_eq!(run_of().await.unwrap().unwrap().state, SyncState::Queued);
    shop.wait(1, 0);
    sync::sync_due_shops(&app).await.unwrap();
    assert_eq!(run_of().await.unwrap().unwrap().state, SyncState::Failed);
}

async fn r19_a_run_over_all_finds_what_fell_out_of_the_queue(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "in_progress", json!({}))]))
        .await;
    let queue = unsettled::Entity::delete_many()
        .exec(app.behind_its_back())
        .await;
    assert_eq!(queue.unwrap().rows_affected, 1);
    shop.settle().await;
    assert_eq!(shop.transaction_of("1").await["status"], "IN_PROGRESS");
}

async fn r22_an_id_that_cannot_be_is_that_orders_mistake_alone(app: TestApp) {
    let shop = Shop::open(&app).await;
    let answer = shop
        .import(json!([
            order("a\u{0}b", "new", json!({})),
            order("1", "new", json!({}))
        ]))
        .await;
    assert_eq!(answer["created"], 1);
    assert_eq!(answer["failed"], json!([{"index": 0, "code": "INVALID"}]));
}

async fn r22_a_damaged_order_keeps_no_other_from_coming_in(app: TestApp) {
    let shop = Shop::open(&app).await;
    let reports = json!([order("1", "new", json!({})), order("2", "new", json!({}))]);
    shop.import(reports).await;
    let damage = "UPDATE orders SET status = 'GONE' WHERE external_id = '1'";
    let db = app.behind_its_back();
    db.execute_unprepared(damage).await.unwrap();
    let later = json!([
        order("1", "complete", json!({})),
        order("2", "complete", json!({}))
    ]);
    let answer = shop.import(later).await;
    assert_eq!(answer["changed"], 1);
    assert_eq!(answer["failed"], json!([{"index": 0, "code": "INVALID"}]));
}
