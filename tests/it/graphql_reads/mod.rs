//! What is asked over GraphQL: pages, ids, figures, and who may see what.

mod columns;
mod figures;
mod ids;
mod pages;
mod roles;
mod schema;

use std::collections::BTreeMap;

use cashable::domain::order::OrderReport;
use cashable::graphql::{NodeKind, encode};
use cashable::ledger::{self, Author, ImportOrders, NewShop, UpdateSettings};
use cashable::{reports, sync};
use entity::Instant;
use entity::words::{StatusActor, SyncTrigger};
use serde_json::Value;
use uuid::Uuid;

use crate::support::TestApp;

const DAY: i64 = 86_400_000;

/// A shop with two affiliates and eight orders, settled once.
struct Shop {
    id: i64,
    anna: Uuid,
    bert: Uuid,
}

impl Shop {
    fn affiliate_id(&self, id: Uuid) -> String {
        encode(NodeKind::Affiliate, self.id, id).to_string()
    }
}

/// Order, status, days ago, total, refunded, currency, affiliate.
type Line<'a> = (&'a str, &'a str, i64, &'a str, &'a str, &'a str, &'a str);

#[rustfmt::skip]
const ORDERS: [Line; 8] = [
    ("1", "complete",    40, "100.00", "0.00",  "EUR", "anna"),
    ("2", "new",         39, "50.00",  "0.00",  "EUR", "anna"),
    ("3", "fake",        38, "30.00",  "0.00",  "EUR", "anna"),
    ("4", "complete",    3,  "200.00", "20.00", "EUR", "bert"),
    ("5", "complete",    2,  "10.00",  "0.00",  "USD", ""),
    ("6", "in_progress", 20, "40.00",  "0.00",  "EUR", "bert"),
    ("7", "weird",       1,  "5.00",   "0.00",  "EUR", ""),
    ("8", "complete",    0,  "80.00",  "0.00",  "EUR", ""),
];

async fn shop(app: &TestApp) -> Shop {
    let id = settled_shop(app, "Tea").await;
    let db = app.database.reader();
    let scope = reports::Scope::shop(id);
    let find = async |code: &str| {
        let found = reports::find_affiliate_by_code(db, scope, code).await;
        found.unwrap().unwrap().id
    };
    Shop {
        id,
        anna: find("anna").await,
        bert: find("bert").await,
    }
}

async fn settled_shop(app: &TestApp, name: &str) -> i64 {
    let new = NewShop {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let id = ledger::create_shop(app, &new).await.unwrap().shop_id;
    let settings = UpdateSettings {
        sync_enabled: Some(true),
        commission_rate: Some("10".to_owned()),
        ..UpdateSettings::default()
    };
    ledger::write(app, id, &author(), &settings).await.unwrap();
    let import = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::from([("fake".to_owned(), "CANCELLED:FAKE".to_owned())]),
        reports: ORDERS.iter().map(|line| report(app, line)).collect(),
    };
    let counts = ledger::write(app, id, &author(), &import).await.unwrap();
    assert_eq!(counts.created, 8, "{counts:?}");
    sync(app, id).await;
    id
}

async fn sync(app: &TestApp, shop_id: i64) {
    let author = author();
    let queued = sync::request(app, shop_id, &author, SyncTrigger::Manual, false).await;
    sync::run(app, queued.unwrap().run, false, &|_| {})
        .await
        .unwrap();
}

fn author() -> Author {
    Author::new(StatusActor::Admin, "Olga")
}

fn report(app: &TestApp, line: &Line) -> OrderReport {
    let (number, status, days_ago, total, refunded, currency, affiliate) = *line;
    OrderReport {
        external_id: number.to_owned(),
        native_status: Some(status.to_owned()),
        placed_at: Some(Instant(app.clock.now().0 - days_ago * DAY)),
        total: Some(total.to_owned()),
        refunded: Some(refunded.to_owned()),
        currency: Some(currency.to_owned()),
        affiliate_code: (!affiliate.is_empty()).then(|| affiliate.to_owned()),
        ..OrderReport::default()
    }
}

/// The strings at this place of each element.
fn column(list: &Value, pointer: &str) -> Vec<String> {
    let texts = list.as_array().unwrap().iter();
    let text = |it: &Value| {
        it.pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    texts
        .map(|it| text(it).unwrap_or_else(|| "null".to_owned()))
        .collect()
}
