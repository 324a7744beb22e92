//! A shop of ours and the platform that it is connected to: runs, and what they leave.

use std::collections::HashSet;
use std::time::Duration;

use cashable::ledger::{self, DisconnectSource, sources_of};
use cashable::sources::Http;
use cashable::sync::{self, Asking, NewSource, SourceUpdate};
use entity::words::{SyncState, SyncTrigger};
use entity::{order, order_source, sync_failure, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::super::fake::Fake;
use super::super::server::Platform;
use super::{connector, kind, olga};
use crate::support::TestApp;
use crate::support::shop::Shop;

/// A shop of ours that is connected to a fake.
pub struct Connected<'a, F> {
    pub shop: Shop<'a>,
    pub platform: Platform<F>,
}

impl<'a, F: Fake> Connected<'a, F> {
    pub async fn open(app: &'a TestApp) -> Self {
        let it = Self {
            shop: Shop::open(app).await,
            platform: Platform::open().await,
        };
        it.connect(&it.platform, F::KIND).await;
        it
    }

    /// Connects a platform under this name.
    pub async fn connect(&self, platform: &Platform<F>, name: &str) {
        let new = NewSource {
            kind: F::KIND.to_owned(),
            name: Some(name.to_owned()),
            address: Some(platform.address.clone()),
            account: F::ACCOUNT.map(str::to_owned),
            secret: F::SECRET.map(str::to_owned),
            settings: F::settings(),
            ..NewSource::default()
        };
        sync::connect_source(self.shop.app, self.shop.id, &olga(), new)
            .await
            .unwrap();
    }

    /// Says something anew of the platform that was connected first.
    pub async fn update(&self, update: SourceUpdate) -> order_source::Model {
        let id = self.sources().await[0].id;
        sync::update_source(self.shop.app, self.shop.id, &olga(), id, update)
            .await
            .unwrap()
    }

    /// Forgets the platform with this name.
    pub async fn disconnect(&self, name: &str) {
        let sources = self.sources().await;
        let source = sources.iter().find(|it| it.name == name).unwrap();
        let change = DisconnectSource {
            source_id: source.id,
        };
        ledger::write(self.shop.app, self.shop.id, &olga(), &change)
            .await
            .unwrap();
    }

    /// A run, however it ends.
    pub async fn run(&self) -> sync_run::Model {
        let app = self.shop.app;
        let queued = sync::request(app, self.shop.id, &olga(), SyncTrigger::Manual, false).await;
        let run = sync::run(app, queued.unwrap().run, false, &|_| {}).await;
        run.unwrap()
    }

    /// A run that must succeed.
    pub async fn pull(&self) -> sync_run::Model {
        let run = self.run().await;
        assert_eq!(run.error, None);
        assert_eq!(run.state, SyncState::Succeeded);
        run
    }

    /// A run that must fail, and what it says.
    pub async fn fail(&self) -> String {
        let run = self.run().await;
        assert_eq!(run.state, SyncState::Failed);
        run.error.unwrap()
    }

    /// Until the platform was asked something.
    pub async fn until_asked(&self) {
        while self.platform.server.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets time go by, here and there.
    pub fn wait(&self, days: i64, millis: i64) {
        self.shop.wait(days, millis);
        let now = self.shop.app.clock.now();
        self.platform.with(|shop| shop.now = now);
    }

    /// The status of the order with this number, "none" where there is none.
    pub async fn status(&self, number: u32) -> String {
        let order = self.shop.order(&F::id(number)).await;
        order["status"].as_str().unwrap_or("none").to_owned()
    }

    /// Total and refunds of an order.
    pub async fn amounts(&self, number: u32) -> [String; 2] {
        let order = self.shop.order(&F::id(number)).await;
        ["total", "refunded"].map(|field| order[field]["amount"].as_str().unwrap().to_owned())
    }

    /// The platform's ids of all orders that are stored.
    pub async fn stored(&self) -> HashSet<String> {
        let orders = order::Entity::find().all(self.shop.app.behind_its_back());
        let ids = orders.await.unwrap().into_iter();
        ids.map(|order| order.external_id).collect()
    }

    /// An order as it is stored.
    pub async fn row(&self, number: u32) -> order::Model {
        let found = order::Entity::find()
            .filter(order::Column::ExternalId.eq(F::id(number)))
            .one(self.shop.app.behind_its_back());
        found.await.unwrap().unwrap()
    }

    /// The platforms, as they were connected, with how far each is read.
    pub async fn sources(&self) -> Vec<order_source::Model> {
        let sources = sources_of(self.shop.app.behind_its_back(), self.shop.id).await;
        sources.unwrap()
    }

    /// When the last successful run ended, and whether the shop's sync is healthy.
    pub async fn last_sync(&self) -> (Value, bool) {
        let document = "{ lastSync { finishedAt healthy } }";
        let mut last = self.shop.ask(document, json!({})).await["lastSync"].take();
        (last["finishedAt"].take(), last["healthy"] == true)
    }

    /// The platform, ready to be asked with this secret.
    pub fn asking(&self, secret: Option<&str>) -> Asking {
        let reach = &self.shop.app.reach;
        let distance = kind::<F>().pull.unwrap().min_interval;
        let http = Http::open(&self.platform.address, distance, reach).unwrap();
        Asking::new(connector::<F>(secret), http, reach.pauses.clone())
    }

    /// What a run has set aside: id and reason.
    pub async fn failures(&self, run: &sync_run::Model) -> Vec<(String, String)> {
        let rows = sync_failure::Entity::find()
            .filter(sync_failure::Column::RunId.eq(run.id))
            .all(self.shop.app.behind_its_back());
        let mut rows: Vec<_> = rows
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.external_id, row.message))
            .collect();
        rows.sort();
        rows
    }
}
