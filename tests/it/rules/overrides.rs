//! R10 to R13: what an admin sets by hand, and how it is taken back.

use serde_json::json;

use crate::support::graphql::refusal;
use crate::support::world::{TRANSACTION, World, document_of};
use crate::support::{TestApp, on_both};

on_both!(
    r10_any_status_may_follow_any_other,
    r10_a_final_status_is_pinned_where_nothing_else_is_said,
    r10_an_override_without_a_reason_is_refused,
    r11_a_pinned_row_stays_whatever_happens_to_its_order,
    r11_a_pin_holds_an_open_row_too,
    r12_a_release_settles_at_once,
    r12_a_release_settles_while_sync_is_off,
    r12_a_row_without_an_order_is_open_after_its_release,
    r12_only_a_pin_can_be_released,
    r13_a_completed_override_is_cashable_inside_the_days,
);

const STATUSES: [&str; 4] = ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"];

async fn r10_any_status_may_follow_any_other(app: TestApp) {
    let world = World::open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    let selection = format!("transaction {{ {TRANSACTION} }}");
    for from in STATUSES {
        for to in STATUSES {
            let transaction = world.transaction("1").await;
            let set = |status: &str| json!({"transactionId": transaction["id"], "status": status, "reason": "CORRECTION"});
            // Refused where it stands there already.
            world
                .change("overrideTransactionStatus", set(from), "__typename")
                .await;
            if from == to {
                assert_eq!(
                    world.refused("overrideTransactionStatus", set(to)).await,
                    "SAME_STATUS"
                );
                continue;
            }
            let payload = world
                .done("overrideTransactionStatus", set(to), &selection)
                .await;
            assert_eq!(payload["transaction"]["status"], to, "{from} to {to}");
            assert_eq!(payload["transaction"]["statusSetBy"], "ADMIN");
            assert_eq!(world.transaction("1").await, payload["transaction"]);
        }
    }
    world.assert_sound().await;
}

async fn r10_a_final_status_is_pinned_where_nothing_else_is_said(app: TestApp) {
    let world = World::open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    let id = world.transaction("1").await["id"].clone();
    for (status, asked, pinned) in [
        ("COMPLETED", None, true),
        ("CANCELLED", None, true),
        ("IN_PROGRESS", None, false),
        ("OPEN", None, false),
        ("OPEN", Some(true), true),
        ("OPEN", Some(false), false),
        ("CANCELLED", Some(false), false),
        ("CANCELLED", Some(true), true),
    ] {
        let input =
            json!({"transactionId": id, "status": status, "reason": "OTHER", "pinned": asked});
        world
            .done("overrideTransactionStatus", input.clone(), "__typename")
            .await;
        let transaction = world.transaction("1").await;
        assert_eq!(transaction["status"], status);
        assert_eq!(transaction["pinned"], pinned, "{status} {asked:?}");
        assert_eq!(
            world.refused("overrideTransactionStatus", input).await,
            "SAME_STATUS"
        );
        assert_eq!(world.transaction("1").await, transaction);
    }
}

async fn r10_an_override_without_a_reason_is_refused(app: TestApp) {
    let world = World::open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    let transaction = world.transaction("1").await;
    let document = document_of("overrideTransactionStatus", "__typename");
    let variables = json!({"input": {"transactionId": transaction["id"], "status": "COMPLETED"}});
    let (code, _) = refusal(&world.app, &world.admin, &document, variables).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert_eq!(world.transaction("1").await, transaction);
}

async fn r11_a_pinned_row_stays_whatever_happens_to_its_order(app: TestApp) {
    let world = World::open(app).await;
    // Nothing but the pin would hold it.
    world
        .settings(json!({"lockFinalStatuses": false, "waitDays": 100}))
        .await;
    world.import(json!([world.old_order("1", "new")])).await;
    let pinned = world.set(&world.transaction("1").await, "COMPLETED").await;
    for (status, total) in [
        ("cancelled", "100.00"),
        ("new", "60.00"),
        ("in_progress", "60.00"),
        ("complete", "80.00"),
    ] {
        world.later(1_000);
        world
            .import(json!([{"externalId": "1", "nativeStatus": status, "total": total}]))
            .await;
        world.sync().await;
        world.settings(json!({"syncIntervalMinutes": 31})).await;
        let found = world.transaction("1").await;
        for field in [
            "status",
            "pinned",
            "amount",
            "statusSetBy",
            "statusChangedAt",
            "cashable",
        ] {
            assert_eq!(found[field], pinned[field], "{field} after {status}");
        }
    }
    world.later(200 * crate::support::world::DAY);
    assert_eq!(world.sync().await.transactions_changed, 0);
    world.assert_sound().await;
}

async fn r11_a_pin_holds_an_open_row_too(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let transaction = world.transaction("1").await;
    let input = json!({"transactionId": transaction["id"], "status": "OPEN", "reason": "FRAUD", "pinned": true});
    world
        .done("overrideTransactionStatus", input, "__typename")
        .await;
    assert_eq!(world.sync().await.transactions_changed, 0);
    let found = world.transaction("1").await;
    assert_eq!(
        (&found["status"], &found["pinned"]),
        (&json!("OPEN"), &json!(true))
    );
    assert_eq!(found["blockers"], json!(["PINNED"]));
}

/// Native status, days ago, and what a release makes of a transaction.
const RELEASES: [(&str, i64, &str); 5] = [
    ("new", 40, "OPEN"),
    ("in_progress", 40, "IN_PROGRESS"),
    ("complete", 3, "IN_PROGRESS"),
    ("complete", 40, "COMPLETED"),
    ("cancelled", 3, "CANCELLED"),
];

async fn r12_a_release_settles_at_once(app: TestApp) {
    let world = World::open(app).await;
    assert_releases(&world).await;
    let settled = world.history().await.len();
    assert_eq!(world.sync().await.transactions_changed, 0);
    assert_eq!(world.history().await.len(), settled);
}

async fn r12_a_release_settles_while_sync_is_off(app: TestApp) {
    let world = World::open(app).await;
    world.settings(json!({"syncEnabled": false})).await;
    assert_releases(&world).await;
}

async fn assert_releases(world: &World) {
    for (number, (status, days, released)) in RELEASES.into_iter().enumerate() {
        let id = number.to_string();
        let order = json!({"externalId": id, "nativeStatus": status, "placedAt": world.days_ago(days),
            "total": "10.00", "affiliateCode": "anna"});
        world.import(json!([order])).await;
        for by_hand in ["COMPLETED", "CANCELLED"] {
            world.set(&world.transaction(&id).await, by_hand).await;
            let transaction = world.release(&world.transaction(&id).await).await;
            assert_eq!(
                transaction["status"], released,
                "{status} {days} days ago, from {by_hand}"
            );
            assert_eq!(transaction["pinned"], false);
            assert_eq!(world.transaction(&id).await, transaction);
        }
    }
    world.assert_sound().await;
}

async fn r12_a_row_without_an_order_is_open_after_its_release(app: TestApp) {
    let world = World::open(app).await;
    world
        .import(json!([world.old_order("1", "complete")]))
        .await;
    let anna = world.affiliate("anna").await;
    for kind in ["MANUAL", "ADJUSTMENT"] {
        let input = json!({"affiliateId": anna, "kind": kind, "amount": "5.00", "currency": "EUR"});
        let made = world.create(input).await;
        let pinned = world.set(&made, "CANCELLED").await;
        assert_eq!(world.release(&pinned).await["status"], "OPEN", "{kind}");
    }
    world.assert_sound().await;
}

async fn r12_only_a_pin_can_be_released(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let input = json!({"transactionId": world.transaction("1").await["id"]});
    assert_eq!(
        world
            .refused("releaseTransactionOverride", input.clone())
            .await,
        "NOT_PINNED"
    );
    world.sync().await;
    let settled = world.transaction("1").await;
    assert_eq!(
        world
            .refused("releaseTransactionOverride", input.clone())
            .await,
        "NOT_PINNED"
    );
    assert_eq!(world.transaction("1").await, settled);
    world.set(&settled, "CANCELLED").await;
    world.release(&settled).await;
    assert_eq!(
        world.refused("releaseTransactionOverride", input).await,
        "NOT_PINNED"
    );
}

async fn r13_a_completed_override_is_cashable_inside_the_days(app: TestApp) {
    let world = World::open(app).await;
    let order = json!({"externalId": "1", "nativeStatus": "complete", "placedAt": world.days_ago(1),
        "total": "100.00", "affiliateCode": "anna"});
    world.import(json!([order])).await;
    world.sync().await;
    let waiting = world.transaction("1").await;
    assert_eq!(waiting["blockers"], json!(["WAITING_DAYS"]));
    assert_eq!(waiting["cashable"], false);
    let paid = world.set(&waiting, "COMPLETED").await;
    assert_eq!(
        (&paid["cashable"], &paid["blockers"]),
        (&json!(true), &json!([]))
    );
    world.sync().await;
    let found = world
        .ask(
            "{ affiliateByCode(code: \"anna\") { balance { pending { amount } cashable { amount } } }
               kpi(from: \"2026-11-01\", to: \"2026-11-30\") { totals { commissionCashable { amount } } } }",
            json!({}),
        )
        .await;
    let balance = json!([{"pending": {"amount": "0.00"}, "cashable": {"amount": "10.00"}}]);
    assert_eq!(found["affiliateByCode"]["balance"], balance);
    assert_eq!(
        found["kpi"]["totals"]["commissionCashable"]["amount"],
        "10.00"
    );
}
