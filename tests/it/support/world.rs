//! A shop that is asked and changed over the API, with short words for what rules are told in.
//!
//! Runs are made by hand where a test needs to stand between two of their steps.

use cashable::app::App;
use cashable::database::Database;
use cashable::graphql::{NodeKind, Viewer, decode, encode_shop};
use cashable::ledger::{
    self, Author, FinishRun, NewShop, QueueRun, Recount, SettleChunk, StartRun,
};
use cashable::{reports, sync};
use entity::words::{StatusActor, SyncState, SyncTrigger};
use entity::{Instant, shop, status_change, sync_run};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::TestApp;
use super::graphql::{admin, affiliate, data};

pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

/// What is told of one transaction.
pub const TRANSACTION: &str =
    "id kind status pinned cashable diverged note version blockers statusSetBy
    statusChangedAt amount { amount currency } affiliate { code }";

/// A shop in Berlin that counts in EUR, pays 10 % and syncs, and its admin.
pub struct World {
    pub app: TestApp,
    pub shop_id: i64,
    pub admin: Viewer,
}

impl World {
    /// A shop as `World` says.
    pub async fn open(app: TestApp) -> Self {
        let world = Self::untouched(app).await;
        world
            .settings(json!({"syncEnabled": true, "commissionRate": "10"}))
            .await;
        world
    }

    /// A shop with the settings that every shop begins with.
    pub async fn untouched(app: TestApp) -> Self {
        let shop_id = new_shop(&app, "Tea").await;
        let mut world = Self {
            app,
            shop_id,
            admin: admin(shop_id),
        };
        world.admin = world.new_admin("Admin").await;
        world
    }

    /// An admin with a token that is there: what is to be done once is remembered by it.
    pub async fn new_admin(&self, name: &str) -> Viewer {
        let input = json!({"name": name, "role": "ADMIN"});
        let made = self
            .done("createAccessToken", input, "accessToken { id }")
            .await;
        Viewer {
            token_id: uuid_of(NodeKind::AccessToken, &made["accessToken"]["id"]),
            name: name.to_owned(),
            ..admin(self.shop_id)
        }
    }

    /// What an admin sees.
    pub async fn ask(&self, document: &str, variables: Value) -> Value {
        data(&self.app, &self.admin, document, variables).await
    }

    /// The payload of a mutation that an admin makes.
    pub async fn change(&self, mutation: &str, input: Value, selection: &str) -> Value {
        let document = document_of(mutation, selection);
        let found = self.ask(&document, json!({ "input": input })).await;
        found[mutation].clone()
    }

    /// The same where nothing may be in the way.
    pub async fn done(&self, mutation: &str, input: Value, selection: &str) -> Value {
        let payload = self.change(mutation, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// The code of the only user error.
    pub async fn refused(&self, mutation: &str, input: Value) -> String {
        let payload = self.change(mutation, input, "__typename").await;
        assert_eq!(
            payload["userErrors"].as_array().map(Vec::len),
            Some(1),
            "{payload}"
        );
        text(&payload["userErrors"][0]["code"])
    }

    pub async fn settings(&self, input: Value) {
        self.done("updateShopSettings", input, "shop { id }").await;
    }

    /// Takes in orders, all of which are right.
    pub async fn import(&self, orders: Value) -> Value {
        let counts = self.try_import(orders).await;
        assert_eq!(counts["failed"], json!([]));
        counts
    }

    pub async fn try_import(&self, orders: Value) -> Value {
        let counts = "created changed unchanged stale failed { index externalId code message }";
        self.done("importOrders", json!({ "orders": orders }), counts)
            .await
    }

    /// The transactions of an order.
    pub async fn transactions(&self, order: &str) -> Vec<Value> {
        let document = format!(
            "query($order: String!) {{ orderByExternalId(externalId: $order) {{
                transactions {{ {TRANSACTION} }} }} }}"
        );
        let mut found = self.ask(&document, json!({ "order": order })).await;
        let transactions = found["orderByExternalId"]["transactions"].take();
        transactions.as_array().cloned().unwrap_or_default()
    }

    /// The first transaction of an order.
    pub async fn transaction(&self, order: &str) -> Value {
        self.transactions(order).await[0].clone()
    }

    /// A transaction made by hand.
    pub async fn create(&self, input: Value) -> Value {
        let selection = format!("transaction {{ {TRANSACTION} }}");
        self.done("createTransaction", input, &selection).await["transaction"].take()
    }

    /// Sets a status by hand.
    pub async fn set(&self, transaction: &Value, status: &str) -> Value {
        let input =
            json!({"transactionId": transaction["id"], "status": status, "reason": "OTHER"});
        let selection = format!("transaction {{ {TRANSACTION} }}");
        self.done("overrideTransactionStatus", input, &selection)
            .await["transaction"]
            .take()
    }

    pub async fn release(&self, transaction: &Value) -> Value {
        let input = json!({"transactionId": transaction["id"]});
        let selection = format!("transaction {{ {TRANSACTION} }}");
        self.done("releaseTransactionOverride", input, &selection)
            .await["transaction"]
            .take()
    }

    /// The id of an affiliate in the API's form.
    pub async fn affiliate(&self, code: &str) -> Value {
        let document = "query($code: String!) { affiliateByCode(code: $code) { id } }";
        self.ask(document, json!({ "code": code })).await["affiliateByCode"]["id"].take()
    }

    /// An affiliate who asks.
    pub async fn viewer_of(&self, code: &str) -> Viewer {
        let id = self.affiliate(code).await;
        affiliate(self.shop_id, uuid_of(NodeKind::Affiliate, &id))
    }

    /// What SQL does behind the ledger's back.
    pub async fn sql(&self, statement: &str) {
        let db = self.app.behind_its_back();
        db.execute_unprepared(statement).await.unwrap();
    }

    fn database(&self) -> &Database {
        let app: &App = &self.app;
        &app.database
    }

    pub fn later(&self, millis: i64) {
        self.app.clock.set(Instant(self.app.clock.now().0 + millis));
    }

    /// A day before now, as times are given to the API.
    pub fn days_ago(&self, days: i64) -> String {
        rfc3339(Instant(self.app.clock.now().0 - days * DAY))
    }

    /// An order of 100.00, placed so long ago that its days to wait are over.
    pub fn old_order(&self, id: &str, status: &str) -> Value {
        json!({"externalId": id, "nativeStatus": status, "placedAt": self.days_ago(40), "total": "100.00",
            "affiliateCode": "anna"})
    }

    /// Takes in such orders, which are complete, by number from 1.
    pub async fn import_complete(&self, count: usize) {
        let orders = (1..=count).map(|number| self.old_order(&number.to_string(), "complete"));
        self.import(orders.collect()).await;
    }

    /// A whole sync.
    pub async fn sync(&self) -> sync_run::Model {
        let run = self.run_to_end(self.queue().await).await;
        assert_eq!(run.error, None);
        assert_eq!(run.state, SyncState::Succeeded);
        run
    }

    pub async fn run_to_end(&self, queued: sync_run::Model) -> sync_run::Model {
        sync::run(&self.app, queued, false, &|_| {}).await.unwrap()
    }

    /// Asks for a run and leaves it waiting.
    pub async fn queue(&self) -> sync_run::Model {
        let olga = olga();
        let asked = sync::request(&self.app, self.shop_id, &olga, SyncTrigger::Manual, false);
        let queued = asked.await.unwrap();
        assert!(!queued.already_running);
        queued.run
    }

    /// A run that has begun and settled nothing yet.
    pub async fn begin(&self) -> sync_run::Model {
        let queue = QueueRun {
            trigger: SyncTrigger::Manual,
            dry_run: false,
        };
        let queued = ledger::write(&self.app, self.shop_id, &olga(), &queue).await;
        let run_id = queued.unwrap().run.id;
        let start = StartRun { run_id, all: false };
        let started = ledger::write(&self.app, self.shop_id, &Author::run(run_id), &start).await;
        started.unwrap()
    }

    /// Settles the next so many transactions; answers whether more is due.
    pub async fn settle(&self, run: &mut sync_run::Model, size: u64) -> bool {
        let settled = self.try_settle(run, size).await.unwrap();
        *run = settled.run;
        settled.more
    }

    pub async fn try_settle(
        &self,
        run: &sync_run::Model,
        size: u64,
    ) -> cashable::error::Result<ledger::Settled> {
        let at = run.started_at.unwrap();
        let chunk = SettleChunk {
            run: run.clone(),
            at,
            unseen: Vec::new(),
            size,
        };
        ledger::write(&self.app, self.shop_id, &Author::run(run.id), &chunk).await
    }

    /// What a run does after its last chunk.
    pub async fn finish(&self, mut run: sync_run::Model) -> sync_run::Model {
        let author = Author::run(run.id);
        let recount = Recount { run_id: run.id };
        let repaired = ledger::write(&self.app, self.shop_id, &author, &recount).await;
        run.promoted_counts_repaired = repaired.unwrap();
        run.state = SyncState::Succeeded;
        let finish = FinishRun { run };
        let finished = ledger::write(&self.app, self.shop_id, &author, &finish).await;
        finished.unwrap()
    }

    /// The history of the shop as it is stored, which must be numbered from 1 without gaps.
    pub async fn history(&self) -> Vec<status_change::Model> {
        let rows = status_change::Entity::find()
            .filter(status_change::Column::ShopId.eq(self.shop_id))
            .order_by_asc(status_change::Column::Sequence)
            .all(self.database().reader())
            .await
            .unwrap();
        for (row, number) in rows.iter().zip(1..) {
            assert_eq!(row.sequence, number);
        }
        rows
    }

    /// The runs of all shops, the oldest first.
    pub async fn runs(&self) -> Vec<sync_run::Model> {
        let db = self.app.behind_its_back();
        let runs = sync_run::Entity::find().order_by_asc(sync_run::Column::Id);
        runs.all(db).await.unwrap()
    }

    pub async fn shop(&self) -> shop::Model {
        let db = self.database().reader();
        let shop = shop::Entity::find_by_id(self.shop_id).one(db).await;
        shop.unwrap().unwrap()
    }

    /// Counters, rollups, numbering and queue are what the rows say.
    pub async fn assert_sound(&self) {
        let db = self.database().reader();
        let findings = reports::audit(db, &self.shop().await).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

/// Another shop in Berlin that counts in EUR.
pub async fn new_shop(app: &TestApp, name: &str) -> i64 {
    let new = NewShop {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    ledger::create_shop(app, &new).await.unwrap().shop_id
}

/// A mutation whose input is a variable.
pub fn document_of(mutation: &str, selection: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation($input: {input}!) {{ {mutation}(input: $input) {{
            {selection} userErrors {{ code message field }} }} }}"
    )
}

/// One of the staff, where the ledger is called by hand.
pub fn olga() -> Author {
    Author::new(StatusActor::Admin, "Olga")
}

/// The database's id of what the API calls so.
pub fn uuid_of(kind: NodeKind, id: &Value) -> Uuid {
    decode(kind, &text(id).into()).unwrap().1
}

/// The API's id of the shop.
pub fn shop_id_of(world: &World) -> String {
    encode_shop(world.shop_id).to_string()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The strings at this place of each element.
pub fn column(list: &Value, pointer: &str) -> Vec<String> {
    let elements = list.as_array().unwrap().iter();
    elements
        .map(|it| it.pointer(pointer).map(text).unwrap_or_default())
        .collect()
}

/// An instant as times are given to the API.
pub fn rfc3339(instant: Instant) -> String {
    let time = chrono::DateTime::from_timestamp_millis(instant.0).unwrap();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
