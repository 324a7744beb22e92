//! A shop as its admin lives with it: settings, imports, syncs and overrides through the API, in process.
//!
//! Whatever is told of an order here, its answers come from the API too, so that a test of a rule reads as
//! the rule does.

use cashable::graphql::Viewer;
use cashable::ledger::{self, Author, MapStatuses, NewShop};
use cashable::sync;
use chrono::{DateTime, SecondsFormat, Utc};
use entity::words::{StatusActor, SyncTrigger};
use entity::{Instant, sync_run};
use serde_json::{Value, json};

use super::graphql::{admin, data};
use super::{START, TestApp};

/// Milliseconds of a day to wait.
const DAY: i64 = 86_400_000;

/// A shop in euros at Berlin, and its admin.
pub struct Shop<'a> {
    pub app: &'a TestApp,
    pub id: i64,
    pub admin: Viewer,
}

impl<'a> Shop<'a> {
    /// A shop whose sync is on and where every order earns 10 percent; all else is as by default.
    pub async fn open(app: &'a TestApp) -> Self {
        let shop = Self::fresh(app, "Tea").await;
        shop.set(json!({"syncEnabled": true, "commissionRate": "10"}))
            .await;
        shop
    }

    /// A shop as it is made.
    pub async fn fresh(app: &'a TestApp, name: &str) -> Self {
        let new = NewShop {
            name: name.to_owned(),
            currency: "EUR".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        };
        let id = ledger::create_shop(app, &new).await.unwrap().shop_id;
        let admin = admin(id);
        Self { app, id, admin }
    }

    /// Asks as the admin; nothing may go wrong.
    pub async fn ask(&self, document: &str, variables: Value) -> Value {
        data(self.app, &self.admin, document, variables).await
    }

    /// Changes settings.
    pub async fn set(&self, input: Value) -> Value {
        let document = "mutation($input: UpdateShopSettingsInput!) {
            answer: updateShopSettings(input: $input) {
                shop { settings { lockFinalStatuses waitDays waitFrom } } userErrors { code message }
            }
        }";
        self.change(document, input).await["shop"]["settings"].take()
    }

    /// Imports orders and answers with the counts, failures as `[index, code]`.
    pub async fn import(&self, orders: Value) -> Value {
        self.import_as(json!({"orders": orders})).await
    }

    /// The same with a source or a key.
    pub async fn import_as(&self, input: Value) -> Value {
        let document = "mutation($input: ImportOrdersInput!) {
            answer: importOrders(input: $input) {
                created changed unchanged stale failed { index code } userErrors { code message }
            }
        }";
        self.change(document, input).await
    }

    /// Runs a sync to its end.
    pub async fn settle(&self) -> sync_run::Model {
        let author = Author::new(StatusActor::Admin, "Olga");
        let queued = sync::request(self.app, self.id, &author, SyncTrigger::Manual, false).await;
        let run = sync::run(self.app, queued.unwrap().run, false, &|_| {}).await;
        let run = run.unwrap();
        assert_eq!(run.error, None);
        run
    }

    /// Says what status words of a source mean; answers how many orders have another status now.
    pub async fn map(&self, source: &str, meanings: &[(&str, &str)]) -> u64 {
        let owned = |(word, to): &(&str, &str)| ((*word).to_owned(), (*to).to_owned());
        let change = MapStatuses {
            source: source.to_owned(),
            meanings: meanings.iter().map(owned).collect(),
        };
        let author = Author::new(StatusActor::Admin, "Olga");
        ledger::write(self.app, self.id, &author, &change)
            .await
            .unwrap()
    }

    /// The order with this id, null where there is none.
    pub async fn order(&self, external_id: &str) -> Value {
        let document = "query($id: String!) { orderByExternalId(externalId: $id) {
            id status inProgress nativeStatus cancelReason source number placedAt statusChangedAt completedAt
            total { amount currency } refunded { amount currency } promoted affiliate { code }
        } }";
        let variables = json!({"id": external_id});
        self.ask(document, variables).await["orderByExternalId"].take()
    }

    /// The commission of an order, null where there is none.
    pub async fn transaction_of(&self, external_id: &str) -> Value {
        let transactions = self.transactions_of(external_id).await;
        let of_kind = |it: &&Value| it["kind"] == "COMMISSION";
        transactions
            .iter()
            .find(of_kind)
            .cloned()
            .unwrap_or_default()
    }

    /// All transactions of an order.
    pub async fn transactions_of(&self, external_id: &str) -> Vec<Value> {
        let document = "query($id: String!) { orderByExternalId(externalId: $id) { transactions {
            id kind status amount { amount currency } affiliate { code } pinned diverged cashable waitsUntil
            createdAt statusSetBy blockers version
        } } }";
        let mut answer = self.ask(document, json!({"id": external_id})).await;
        match answer["orderByExternalId"]["transactions"].take() {
            Value::Array(transactions) => transactions,
            _ => Vec::new(),
        }
    }

    /// Status and amount of an order's commission, or "none".
    pub async fn commission(&self, external_id: &str) -> String {
        let row = self.transaction_of(external_id).await;
        match (row["status"].as_str(), row["amount"]["amount"].as_str()) {
            (Some(status), Some(amount)) => format!("{status} {amount}"),
            _ => "none".to_owned(),
        }
    }

    /// Sets a transaction's status by hand; `pinned` may be null.
    pub async fn override_status(&self, transaction: &Value, status: &str, pinned: Value) -> Value {
        let document = "mutation($input: OverrideTransactionStatusInput!) {
            answer: overrideTransactionStatus(input: $input) {
                transaction { status pinned diverged amount { amount } } userErrors { code message }
            }
        }";
        let input = json!({
            "transactionId": transaction["id"], "status": status, "reason": "OTHER", "pinned": pinned
        });
        self.change(document, input).await["transaction"].take()
    }

    /// Makes a transaction by hand, of this kind, for an order of an affiliate.
    pub async fn create(&self, kind: &str, affiliate: &str, order: Option<&str>) -> Value {
        let document = "mutation($input: CreateTransactionInput!) {
            answer: createTransaction(input: $input) {
                transaction { id status waitsUntil } userErrors { code message }
            }
        }";
        let order_id = match order {
            Some(external_id) => self.order(external_id).await["id"].take(),
            None => Value::Null,
        };
        let input = json!({
            "affiliateId": self.affiliate(affiliate).await, "orderId": order_id,
            "kind": kind, "amount": "7.00", "currency": "EUR"
        });
        self.change(document, input).await["transaction"].take()
    }

    /// A transaction by what a mutation answered with.
    pub async fn transaction(&self, of: &Value) -> Value {
        let document = "query($id: ID!) { transaction(id: $id) {
            id kind status amount { amount currency } pinned diverged waitsUntil
        } }";
        self.ask(document, json!({"id": of["id"]})).await["transaction"].take()
    }

    /// Changes an affiliate by its code.
    pub async fn update_affiliate(&self, code: &str, mut input: Value) {
        let document = "mutation($input: UpdateAffiliateInput!) {
            answer: updateAffiliate(input: $input) { userErrors { code message } }
        }";
        input["affiliateId"] = self.affiliate(code).await;
        self.change(document, input).await;
    }

    /// The id of an affiliate.
    pub async fn affiliate(&self, code: &str) -> Value {
        let document = "query($code: String!) { affiliateByCode(code: $code) { id } }";
        self.ask(document, json!({"code": code})).await["affiliateByCode"]["id"].take()
    }

    /// Makes a change that may not be refused.
    pub async fn change(&self, document: &str, input: Value) -> Value {
        let mut answer = self.ask(document, json!({"input": input})).await["answer"].take();
        assert_eq!(answer["userErrors"].take(), json!([]), "{document}");
        answer
    }

    /// What time it is, as the API writes it.
    pub fn now(&self) -> String {
        written(self.app.clock.now())
    }

    /// Lets so many days and milliseconds go by.
    pub fn wait(&self, days: i64, millis: i64) {
        let now = self.app.clock.now().0;
        self.app.clock.set(Instant(now + days * DAY + millis));
    }
}

/// What is told of an order of anna's over 100 euros that was placed at the start; `more` adds and replaces,
/// and null takes away.
pub fn order(external_id: &str, native_status: &str, more: Value) -> Value {
    let mut order = json!({
        "externalId": external_id, "nativeStatus": native_status,
        "placedAt": time(0), "total": "100.00", "affiliateCode": "anna"
    });
    if let (Value::Object(order), Value::Object(more)) = (&mut order, more) {
        order.extend(more);
    }
    order
}

/// The time so many days of 24 hours after the start, as the API writes it.
pub fn time(days: i64) -> String {
    written(Instant(START.0 + days * DAY))
}

fn written(at: Instant) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at.0);
    at.unwrap().to_rfc3339_opts(SecondsFormat::Millis, true)
}
