//! Figures, and what is told of a transaction and of the last sync.

use cashable::database::ReadView;
use cashable::ledger::{self, UpdateSettings};
use cashable::reports;
use entity::Instant;
use serde_json::json;

use super::{DAY, author, column, shop};
use crate::support::graphql::{analyst, data, refusal};
use crate::support::{TestApp, on_both};

on_both!(
    r25_kpi_summary_and_rows_agree,
    r25_a_query_reads_one_moment,
    a_transaction_says_what_stands_in_its_way,
    r21_the_last_sync_and_its_run,
);

async fn r25_kpi_summary_and_rows_agree(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{
        kpi(from: \"2026-10-01\", to: \"2026-11-30\") {
            interval timeZone currency otherCurrencies asOf
            totals { orders newOrders completeOrders cancelledOrders fakeOrders completionRate promotedOrders
                revenue { amount } pendingRevenue { amount } lostRevenue { amount } averageOrderValue { amount }
                commissionPending { amount } commissionCashable { amount } commissionCancelled { amount } }
            previous { orders completionRate averageOrderValue { amount } }
            points { from to kpi { orders } }
        }
        ordersReport(filter: {currency: \"EUR\"}) { totalCount summary { status orders net { amount } total { amount } } }
        all: ordersReport { totalCount summary { orders total { currency } } nodes { status total { amount } } }
        affiliates { nodes { code balance { pending { amount } cashable { amount } cancelled { amount } } } }
    }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let (kpi, report) = (&found["kpi"], &found["ordersReport"]);
    assert_eq!(kpi["interval"], "MONTH");
    assert_eq!(kpi["otherCurrencies"], json!(["USD"]));
    assert_eq!(kpi["asOf"], "2026-11-21T12:00:00.000Z");
    assert_eq!(kpi["totals"]["orders"], report["totalCount"]);
    let summary = json!([
        {"status": "NEW", "orders": 3, "net": {"amount": "95.00"}, "total": {"amount": "95.00"}},
        {"status": "COMPLETE", "orders": 3, "net": {"amount": "360.00"}, "total": {"amount": "380.00"}},
        {"status": "CANCELLED", "orders": 1, "net": {"amount": "30.00"}, "total": {"amount": "30.00"}},
    ]);
    assert_eq!(report["summary"], summary);
    let money = |amount: &str| json!({ "amount": amount });
    assert_eq!(
        kpi["totals"],
        json!({
            "orders": 7, "newOrders": 3, "completeOrders": 3, "cancelledOrders": 1, "fakeOrders": 1,
            "completionRate": 3.0 / 7.0, "promotedOrders": 5,
            "revenue": money("360.00"), "pendingRevenue": money("95.00"), "lostRevenue": money("30.00"),
            "averageOrderValue": money("120.00"), "commissionPending": money("27.00"),
            "commissionCashable": money("10.00"), "commissionCancelled": money("3.00"),
        })
    );
    let nothing = json!({"orders": 0, "completionRate": null, "averageOrderValue": null});
    assert_eq!(kpi["previous"], nothing);
    assert_eq!(
        column(&kpi["points"], "/from"),
        ["2026-10-01", "2026-11-01"]
    );
    assert_eq!(found["all"]["totalCount"], 8);
    assert_eq!(found["all"]["nodes"].as_array().unwrap().len(), 8);
    let balances = json!([
        {"code": "anna", "balance": [{"pending": money("5.00"), "cashable": money("10.00"), "cancelled": money("3.00")}]},
        {"code": "bert", "balance": [{"pending": money("22.00"), "cashable": money("0.00"), "cancelled": money("0.00")}]},
    ]);
    assert_eq!(found["affiliates"]["nodes"], balances);
    let backwards = "{ kpi(from: \"2026-11-30\", to: \"2026-10-01\") { from } }";
    let (code, _) = refusal(&app, &analyst(shop.id), backwards, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
}

async fn r25_a_query_reads_one_moment(app: TestApp) {
    let shop = shop(&app).await;
    let (snapshot, later) = (
        ReadView::snapshot(&app.database),
        ReadView::snapshot(&app.database),
    );
    let interval = async |view: &ReadView| {
        let db = view.connection().await.unwrap();
        let found = reports::find_shop(&db, shop.id).await;
        found.unwrap().unwrap().sync_interval_minutes
    };
    assert_eq!(interval(&snapshot).await, 30);
    let settings = UpdateSettings {
        sync_interval_minutes: Some(45),
        ..UpdateSettings::default()
    };
    ledger::write(&app, shop.id, &author(), &settings)
        .await
        .unwrap();
    assert_eq!(
        (interval(&snapshot).await, interval(&later).await),
        (30, 45)
    );
}

async fn a_transaction_says_what_stands_in_its_way(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{ transactions(orderBy: {field: CREATED_AT, direction: ASC}) { nodes {
        order { number } status blockers cashable kind pinned diverged statusSetBy version } } }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let nodes = found["transactions"]["nodes"].as_array().unwrap().clone();
    let told: Vec<_> = nodes
        .iter()
        .map(|it| {
            (
                it["order"]["number"].clone(),
                it["status"].clone(),
                it["blockers"].clone(),
            )
        })
        .collect();
    let expected = [
        ("1", "COMPLETED", json!([])),
        ("2", "OPEN", json!(["ORDER_NOT_COMPLETE"])),
        ("3", "CANCELLED", json!(["FINAL"])),
        ("6", "IN_PROGRESS", json!(["ORDER_NOT_COMPLETE"])),
        ("4", "IN_PROGRESS", json!(["WAITING_DAYS"])),
    ];
    let expected = expected.map(|(number, status, why)| (json!(number), json!(status), why));
    assert_eq!(told, expected);
    assert_eq!(
        (&nodes[0]["cashable"], &nodes[1]["cashable"]),
        (&json!(true), &json!(false))
    );
    app.clock.set(Instant(app.clock.now().0 + 20 * DAY));
    let off = UpdateSettings {
        sync_enabled: Some(false),
        ..UpdateSettings::default()
    };
    ledger::write(&app, shop.id, &author(), &off).await.unwrap();
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let last = &found["transactions"]["nodes"][4]["blockers"];
    assert_eq!(last, &json!(["SYNC_DISABLED"]));
}

async fn r21_the_last_sync_and_its_run(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{
        lastSync { finishedAt attemptedAt nextRunAt healthy run { id state trigger progress transactionsChanged
            transitions { from to transactions } failures { totalCount nodes { code } } } }
        syncRuns { totalCount nodes { id dryRun error } }
        unmappedStatuses { source nativeStatus orders }
    }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let last = &found["lastSync"];
    assert_eq!(last["finishedAt"], "2026-11-21T12:00:00.000Z");
    assert_eq!(last["nextRunAt"], "2026-11-21T12:30:00.000Z");
    assert_eq!(
        (&last["healthy"], &last["run"]["progress"]),
        (&json!(true), &json!(1.0))
    );
    assert_eq!(last["run"]["state"], "SUCCEEDED");
    assert_eq!(
        last["run"]["failures"],
        json!({"totalCount": 0, "nodes": []})
    );
    let moved: i64 = last["run"]["transitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["transactions"].as_i64())
        .sum();
    assert_eq!(last["run"]["transactionsChanged"], moved);
    assert_eq!(found["syncRuns"]["nodes"][0]["id"], last["run"]["id"]);
    let unmapped = json!([{"source": "api", "nativeStatus": "weird", "orders": 1}]);
    assert_eq!(found["unmappedStatuses"], unmapped);
    app.clock.set(Instant(app.clock.now().0 + 61 * 60_000));
    let later = data(
        &app,
        &analyst(shop.id),
        "{ lastSync { healthy } }",
        json!({}),
    )
    .await;
    assert_eq!(later["lastSync"]["healthy"], false);
}
