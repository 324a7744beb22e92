//! What the making of the demo leaves behind: work done by hand, history, tokens and queries.

use std::sync::atomic::{AtomicU64, Ordering};

use cashable::demo;
use cashable::error::{Error, Refusal, RefusalCode};
use cashable::ledger::parse_secret;
use cashable::reports;
use entity::words::{Role, StatusActor, TransactionKind, TransactionStatus};
use entity::{affiliate_transaction, order, status_change};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{ORDERS, fill};
use crate::support::{START, TestApp, on_both};

on_both!(
    the_demo_has_work_done_by_hand,
    the_demo_has_a_history,
    the_demo_is_refused_where_it_is_already,
    the_demo_tells_how_far_it_is,
);

async fn the_demo_has_work_done_by_hand(app: TestApp) {
    let demo = fill(&app).await;
    let all = affiliate_transaction::Entity::find()
        .filter(affiliate_transaction::Column::ShopId.eq(demo.shop.shop_id))
        .all(app.database.reader())
        .await
        .unwrap();
    let count = |is: &dyn Fn(&affiliate_transaction::Model) -> bool| {
        all.iter().filter(|row| is(row)).count()
    };
    let pinned = |row: &affiliate_transaction::Model| row.pinned && row.note.is_some();
    assert_eq!(
        count(&|row| pinned(row) && row.status == TransactionStatus::Cancelled),
        6
    );
    assert_eq!(
        count(&|row| pinned(row) && row.status == TransactionStatus::Completed),
        3
    );
    assert_eq!(count(&|row| row.kind == TransactionKind::Manual), 2);
    assert_eq!(count(&|row| row.deleted_at.is_some()), 1);
    assert_eq!(count(&|row| row.amount_minor < 0), 2);
    assert_eq!(
        count(&|row| row.kind == TransactionKind::Adjustment && row.amount_minor > 0),
        2
    );
    // Their shop has parted with them, so these orders are nobody's.
    let unpaid = order::Entity::find()
        .filter(order::Column::AffiliateCode.is_not_null())
        .filter(order::Column::AffiliateId.is_null());
    assert!(unpaid.all(app.behind_its_back()).await.unwrap().len() < ORDERS / 100);
}

async fn the_demo_has_a_history(app: TestApp) {
    let demo = fill(&app).await;
    let changes = status_change::Entity::find()
        .filter(status_change::Column::ShopId.eq(demo.shop.shop_id))
        .order_by_asc(status_change::Column::Sequence)
        .all(app.database.reader())
        .await
        .unwrap();
    let numbers = changes.iter().map(|change| change.sequence);
    assert!(numbers.eq(1..=i64::try_from(changes.len()).unwrap()));
    for (from, to, actor) in [
        ("NEW", "COMPLETE", StatusActor::Import),
        ("COMPLETE", "CANCELLED", StatusActor::Import),
        ("OPEN", "CANCELLED", StatusActor::Admin),
        ("OPEN", "COMPLETED", StatusActor::Admin),
        ("OPEN", "DELETED", StatusActor::Admin),
    ] {
        assert!(
            changes.iter().any(|change| change.from_status == from
                && change.to_status == to
                && change.actor == actor),
            "{from} to {to} by {actor:?}"
        );
    }
}

async fn the_demo_is_refused_where_it_is_already(app: TestApp) {
    fill(&app).await;
    let again = demo::fill_with(&app, ORDERS, |_, _| {}).await;
    let duplicate = matches!(
        again,
        Err(Error::Refused(Refusal {
            code: RefusalCode::Duplicate,
            ..
        }))
    );
    assert!(duplicate);
}

async fn the_demo_tells_how_far_it_is(app: TestApp) {
    let (last, goal) = (AtomicU64::new(0), AtomicU64::new(0));
    let demo = demo::fill_with(&app, ORDERS, |done, total| {
        assert!(last.swap(done, Ordering::SeqCst) < done);
        goal.store(total, Ordering::SeqCst);
    });
    let demo = demo.await.unwrap();
    assert_eq!(last.into_inner(), goal.into_inner());
    let roles: Vec<_> = demo.tokens.iter().map(|token| token.role).collect();
    assert_eq!(roles, [Role::Admin, Role::Analyst, Role::Affiliate]);
    for token in &demo.tokens {
        let (shop_id, token_id, hash) = parse_secret(&token.secret).unwrap();
        let stored = reports::find_token(app.database.reader(), shop_id, token_id).await;
        let stored = stored.unwrap().unwrap();
        assert_eq!((stored.secret_hash, stored.role), (hash, token.role));
        assert_eq!(stored.name, token.name);
    }
}

#[test]
fn the_demos_queries_are_graphql() {
    let queries = demo::queries(START);
    for query in &queries {
        let parsed = async_graphql::parser::parse_query(&query.text);
        assert!(parsed.is_ok(), "{}: {parsed:?}", query.title);
    }
    assert!(
        queries[1]
            .text
            .contains(r#"from: "2025-12-01", to: "2026-11-30""#)
    );
}
