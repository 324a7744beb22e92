//! One of many who change a shop over the API at random, and who remembers what it was told.

use cashable::app::App;
use cashable::graphql::Viewer;
use fastrand::Rng;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::traces::Traces;
use crate::support::graphql::{ask, data};
use crate::support::world::{DAY, document_of, rfc3339};
use crate::support::{START, TestApp};

/// How many orders each writer has.
const ORDERS: usize = 20;
/// What may be refused in honest use, where others are at the same rows.
const HONEST: [&str; 4] = ["SAME_STATUS", "NOT_PINNED", "NOT_FOUND", "VERSION_CONFLICT"];

pub struct Writer<'a> {
    /// Where it looks what there is, in peace.
    app: &'a TestApp,
    replica: &'a App,
    shop: &'a Viewer,
    number: usize,
    count: usize,
    rng: Rng,
    pub traces: Traces,
}

impl<'a> Writer<'a> {
    pub fn new(
        app: &'a TestApp,
        replica: &'a App,
        shop: &'a Viewer,
        number: usize,
        seed: u64,
    ) -> Self {
        Self {
            app,
            replica,
            shop,
            number,
            count: 0,
            rng: Rng::with_seed(seed.wrapping_add(number as u64)),
            traces: Traces::default(),
        }
    }

    /// Makes a change, while now and then a connection of the replicas is terminated.
    pub async fn do_something(&mut self, is_disturbed: bool) {
        let app = self.app;
        let terminates = is_disturbed && self.rng.u8(..6) == 0;
        let terminate = async {
            if terminates {
                terminate_one(app).await;
            }
        };
        self.count += 1;
        tokio::join!(self.change(), terminate);
    }

    async fn change(&mut self) {
        let Some(transaction) = self.some_transaction().await else {
            return self.import().await;
        };
        match self.rng.u8(..20) {
            0..7 => self.import().await,
            7..13 => self.set_by_hand(transaction).await,
            13..15 => self.release(transaction).await,
            15..17 => self.delete(transaction).await,
            _ => self.create().await,
        }
    }

    /// One of any writer's transactions in this shop.
    async fn some_transaction(&mut self) -> Option<Value> {
        let writer = self.rng.usize(..8) * 2 + self.number % 2;
        let order = format!("{writer}-{}", self.rng.usize(..ORDERS));
        let document =
            "query($id: String!) { orderByExternalId(externalId: $id) { transactions { id } } }";
        let found = data(self.app, self.shop, document, json!({ "id": order })).await;
        let transactions = found["orderByExternalId"]["transactions"].as_array()?;
        Some(self.rng.choice(transactions)?["id"].clone())
    }

    async fn import(&mut self) {
        let placed = rfc3339(entity::Instant(START.0 - 40 * DAY));
        let mut orders = Vec::new();
        let first = self.rng.usize(..ORDERS);
        for number in first..first + 4 {
            let status =
                ["new", "in_progress", "complete", "cancelled", "fake"][self.rng.usize(..5)];
            let total = self.rng.i64(1..50_000);
            orders.push((
                format!("{}-{}", self.number, number % ORDERS),
                (status.to_owned(), total),
            ));
        }
        let reports = orders.iter().map(|(id, (status, total))| {
            json!({"externalId": id, "nativeStatus": status, "placedAt": placed, "affiliateCode": format!("a{}", id.len()),
                "total": format!("{}.{:02}", total / 100, total % 100)})
        });
        let input = json!({"orders": reports.collect::<Value>()});
        if let Some(payload) = self.made("importOrders", "failed { message }", input).await {
            assert_eq!(payload["failed"], json!([]));
            self.traces.orders.extend(orders);
        }
    }

    async fn set_by_hand(&mut self, transaction: Value) {
        let status = ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"][self.rng.usize(..4)];
        let pinned = [Value::Null, json!(true), json!(false)][self.rng.usize(..3)].clone();
        let note = self.note();
        let input = json!({"transactionId": transaction, "status": status, "pinned": pinned, "reason": "OTHER", "note": note});
        let selection = "transaction { status note }";
        if let Some(payload) = self
            .made("overrideTransactionStatus", selection, input)
            .await
        {
            assert_eq!(
                payload["transaction"],
                json!({"status": status, "note": note})
            );
            self.traces.notes.push(note);
        }
    }

    async fn release(&mut self, transaction: Value) {
        let input = json!({ "transactionId": transaction });
        let made = self
            .made("releaseTransactionOverride", "__typename", input)
            .await;
        self.traces.releases += usize::from(made.is_some());
    }

    async fn delete(&mut self, transaction: Value) {
        let note = self.note();
        let input = json!({"transactionId": transaction, "reason": "OTHER", "note": note});
        if self
            .made("deleteTransaction", "__typename", input)
            .await
            .is_some()
        {
            self.traces.notes.push(note);
        }
    }

    async fn create(&mut self) {
        let code = json!({"code": format!("a{}", format!("{}-1", self.number).len())});
        let document = "query($code: String!) { affiliateByCode(code: $code) { id } }";
        let found = data(self.app, self.shop, document, code).await;
        let affiliate = &found["affiliateByCode"]["id"];
        if affiliate.is_null() {
            return;
        }
        let input =
            json!({"affiliateId": affiliate, "kind": "MANUAL", "amount": "5", "currency": "EUR"});
        let made = self.made("createTransaction", "__typename", input).await;
        self.traces.made += usize::from(made.is_some());
    }

    /// The payload of a mutation by this writer's replica; none where it was refused.
    async fn made(&mut self, name: &str, selection: &str, input: Value) -> Option<Value> {
        let document = document_of(name, selection);
        let mut answer = ask(
            self.replica,
            self.shop,
            &document,
            json!({ "input": input }),
        )
        .await;
        let refused = answer["data"][name]["userErrors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let is_honest = |it: &Value| HONEST.contains(&it["code"].as_str().unwrap_or_default());
        if answer.get("errors").is_some() || !refused.iter().all(is_honest) {
            self.traces.errors.push(format!("{name}: {answer}"));
            return None;
        }
        refused.is_empty().then(|| answer["data"][name].take())
    }

    /// A note that no other write has.
    fn note(&self) -> String {
        format!("{}/{}", self.number, self.count)
    }
}

/// Ends some connection of some replica, whatever it is doing.
async fn terminate_one(app: &TestApp) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'replica' ORDER BY random() LIMIT 1";
    app.behind_its_back().execute_unprepared(sql).await.unwrap();
}
