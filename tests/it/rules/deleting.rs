//! R16: a deleted commission stays deleted.

use cashable::domain::record::TransactionRecord;
use cashable::ledger::{self, Author, ImportTransactions};
use entity::words::StatusActor;
use entity::{affiliate_transaction, status_change};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::earning::{earned, report};
use crate::support::shop::{Shop, order};
use crate::support::{TestApp, on_both};

on_both!(
    r16_a_deletion_is_soft_and_told_in_the_history,
    r16_a_deletion_is_never_undone_by_an_import,
    r16_a_deleted_row_of_a_file_stays_deleted,
    r16_an_order_whose_commission_is_deleted_counts_no_more,
);

async fn delete(shop: &Shop<'_>, row: &Value) {
    let document = "mutation($input: DeleteTransactionInput!) {
        answer: deleteTransaction(input: $input) { deletedTransactionId userErrors { code message } }
    }";
    let input = json!({"transactionId": row["id"], "reason": "DUPLICATE", "note": "twice"});
    let answer = shop.change(document, input).await;
    assert_eq!(answer["deletedTransactionId"], row["id"]);
}

async fn r16_a_deletion_is_soft_and_told_in_the_history(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    let row = shop.transaction_of("1").await;
    delete(&shop, &row).await;
    assert_eq!(shop.transaction(&row).await, Value::Null);
    assert_eq!(shop.order("1").await["promoted"], false);
    // The API shows deleted rows to nobody.
    let db = app.behind_its_back();
    let kept = affiliate_transaction::Entity::find()
        .one(db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.deleted_at, Some(app.clock.now()));
    let told = status_change::Entity::find().all(db).await.unwrap();
    let [told] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(
        (told.transaction_id, told.note.as_deref()),
        (Some(kept.id), Some("twice"))
    );
    assert_eq!(
        (told.from_status.as_str(), told.to_status.as_str()),
        ("OPEN", "DELETED")
    );
}

async fn r16_a_deletion_is_never_undone_by_an_import(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    delete(&shop, &shop.transaction_of("1").await).await;
    for more in [
        json!({"nativeStatus": "complete"}),
        json!({"affiliateCode": "anna", "commission": "5.00"}),
        json!({"affiliateCode": "bert", "total": "500.00"}),
        json!({"affiliateCode": "bert", "commission": "5.00"}),
    ] {
        report(&shop, "1", more.clone()).await;
        shop.settle().await;
        assert_eq!(earned(&shop, "1").await, "nobody", "{more}");
        assert_eq!(shop.order("1").await["promoted"], false);
    }
}

async fn r16_a_deleted_row_of_a_file_stays_deleted(app: TestApp) {
    let shop = Shop::open(&app).await;
    let author = Author::new(StatusActor::Import, "Olga");
    let there = async || {
        let document = "{ transactions { nodes { id amount { amount } } } }";
        shop.ask(document, json!({})).await["transactions"]["nodes"].take()
    };
    for (amount, created) in [("7.00", 1), ("8.00", 0)] {
        let row = TransactionRecord {
            external_id: "t".to_owned(),
            affiliate_code: "anna".to_owned(),
            amount: amount.to_owned(),
            ..TransactionRecord::default()
        };
        let change = ImportTransactions { rows: vec![row] };
        let counts = ledger::write(&app, shop.id, &author, &change)
            .await
            .unwrap();
        assert_eq!((counts.created, counts.unchanged), (created, 1 - created));
        if created == 1 {
            delete(&shop, &there().await[0]).await;
        }
        assert_eq!(there().await, json!([]));
    }
}

async fn r16_an_order_whose_commission_is_deleted_counts_no_more(app: TestApp) {
    let shop = Shop::open(&app).await;
    let factor = json!({"direction": "INCREASE", "factorPerOrder": "0.1", "limit": 9});
    shop.set(json!({"orderCountFactor": factor})).await;
    for (id, expected) in [
        ("1", "anna 10.00"),
        ("2", "anna 11.00"),
        ("3", "anna 11.00"),
    ] {
        shop.import(json!([order(id, "new", json!({}))])).await;
        assert_eq!(earned(&shop, id).await, expected);
        if id == "2" {
            delete(&shop, &shop.transaction_of("1").await).await;
        }
    }
}
