//! What holds of every platform: the same cases against each fake, through whole runs, on both databases.
//!
//! No case is skipped: where a platform does not tell something, the case says what holds instead.

pub mod changes;
pub mod declared;
pub mod hooks;
pub mod orders;
pub mod pages;
pub mod troubles;

use std::collections::HashSet;

use cashable::ledger::{Author, sources_of};
use cashable::sources::{Access, Http, Kind, Lack, Platform as Connector, Secret, kind_of};
use cashable::sync::{self, Asking, NewSource};
use entity::words::{StatusActor, SyncState, SyncTrigger};
use entity::{Instant, order, order_source, sync_failure, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::fake::Fake;
use super::server::Platform;
use crate::support::TestApp;
use crate::support::shop::Shop;

/// Runs every case against a fake, on both databases. A case that is not named here is dead code, which fails
/// the lints.
macro_rules! source_contract {
    ($fake:ident) => {
        crate::sources::contract::cases!($fake pages:
            every_order_arrives_once,
            a_full_page_arrives_whole,
            orders_that_come_twice_count_once,
            an_order_that_changes_while_pages_are_read_hides_no_other,
            an_order_that_vanishes_while_pages_are_read_hides_no_other,
        );
        crate::sources::contract::cases!($fake changes:
            what_changed_arrives_and_what_did_not_writes_nothing,
            a_status_that_shows_as_no_change_arrives,
            a_change_in_the_second_of_the_last_question_arrives,
            the_bounds_of_a_window_lie_within_it,
            an_order_without_a_time_of_change_arrives,
            what_was_final_is_reopened,
            an_order_that_vanished_is_gone_after_two_misses,
        );
        crate::sources::contract::cases!($fake orders:
            numbers_and_texts_are_read_alike,
            an_unknown_word_is_new_and_counted,
            a_broken_order_is_set_aside_alone,
            a_cancelled_order_of_nothing_keeps_its_total,
            refunds_leave_the_total,
            an_order_is_completed_when_its_platform_says,
        );
        crate::sources::contract::cases!($fake troubles:
            credentials_refused_once_are_shown_again,
            wrong_credentials_are_told_as_such,
            a_busy_platform_is_left_alone_for_as_long_as_it_asks,
            a_failure_is_asked_again,
            half_an_answer_is_asked_for_again,
            a_page_for_people_is_no_answer,
        );
        crate::sources::contract::facts!($fake declared: what_it_lacks_is_declared_alike,);
        crate::sources::contract::facts!($fake hooks:
            a_signed_webhook_names_its_order,
            a_webhook_with_one_flipped_byte_is_refused,
            a_webhook_sent_again_is_known_as_the_same,
            a_webhook_signed_long_ago_is_refused,
            a_ping_is_a_ping,
        );
    };
}
pub(super) use source_contract;

macro_rules! cases {
    ($fake:ident $group:ident: $($case:ident),+ $(,)?) => {
        mod $group {$(
            mod $case {
                use super::super::$fake;
                use crate::sources::contract::$group;
                use crate::support::TestApp;

                #[tokio::test]
                async fn sqlite() {
                    $group::$case::<$fake>(TestApp::on_sqlite().await).await;
                }

                #[tokio::test]
                async fn postgres() {
                    $group::$case::<$fake>(TestApp::on_postgres().await).await;
                }
            }
        )+}
    };
}
pub(super) use cases;

/// What holds without a database.
macro_rules! facts {
    ($fake:ident $group:ident: $($fact:ident),+ $(,)?) => {
        mod $group {$(
            #[test]
            fn $fact() {
                crate::sources::contract::$group::$fact::<super::$fake>();
            }
        )+}
    };
}
pub(super) use facts;

/// The kind that a fake plays.
pub fn kind<F: Fake>() -> &'static Kind {
    kind_of(F::KIND).unwrap()
}

/// Whether what this fake plays does not tell this.
pub fn lacks<F: Fake>(lack: Lack) -> bool {
    F::LACKS.contains(&lack)
}

/// How many orders its pages have at most.
pub fn page_size<F: Fake>() -> u32 {
    u32::try_from(kind::<F>().pull.unwrap().page_size).unwrap()
}

/// What reads the platform that a fake plays, with this secret.
pub fn connector<F: Fake>(secret: Option<&str>) -> Box<dyn Connector> {
    let access = Access {
        account: F::ACCOUNT.map(str::to_owned),
        secret: secret.map(Secret::new),
        settings: F::settings(),
    };
    (kind::<F>().connect)(access).unwrap()
}

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

/// Who asks.
pub fn olga() -> Author {
    Author::new(StatusActor::Admin, "Olga")
}

/// So many milliseconds later.
pub fn later(at: Instant, millis: i64) -> Instant {
    Instant(at.0 + millis)
}
