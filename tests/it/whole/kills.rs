//! SIGKILL at random moments of a server, of imports and of syncs. After each the program starts again: what
//! was acknowledged is there, nothing is half written, and the next sync completes.
//!
//! `KILLS` says how many; `SEED` repeats a run as far as the machine's speed allows.

use std::env;
use std::time::{Duration, Instant};

use cashable::clock::Clock;
use cashable::graphql::{NodeKind, Viewer};
use cashable::ledger::LEASE_MILLIS;
use entity::words::SyncState;
use entity::{order, status_change, sync_lease};
use fastrand::Rng;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tempfile::TempDir;

use super::lives::{Asked, Caller, Told, orders_of};
use super::process::{Process, Server};
use crate::support::graphql::data;
use crate::support::world::{World, text, uuid_of};
use crate::support::{TestApp, on_both};

on_both!(r19_nothing_is_lost_or_half_done_however_often_it_is_killed);

/// How many kills, where `KILLS` does not say.
const KILLS: u32 = 40;
/// A file's rows: more than go into one transaction.
const ROWS: u64 = 1_050;
const BATCH: u64 = 1_000;

async fn r19_nothing_is_lost_or_half_done_however_often_it_is_killed(app: TestApp) {
    let setting = |name| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = setting("SEED").unwrap_or_else(|| fastrand::u64(..));
    eprintln!("SEED={seed}");
    let mut trial = Trial::begin(app, seed).await;
    let kills = setting("KILLS").unwrap_or(KILLS.into());
    while u64::from(trial.kills) < kills {
        trial.life += 1;
        match trial.rng.u8(..10) {
            0..5 => trial.kill_server().await,
            5..7 => trial.kill_import().await,
            _ => trial.kill_sync().await,
        }
        trial.come_back().await;
    }
    trial.look_back().await;
}

struct Trial {
    world: World,
    secret: String,
    rng: Rng,
    folder: TempDir,
    life: u32,
    kills: u32,
    /// Which file is being imported.
    file: u32,
    /// How long an import takes that nobody kills.
    import_time: Duration,
    notes: Vec<String>,
    orders: Vec<String>,
}

impl Trial {
    async fn begin(app: TestApp, seed: u64) -> Self {
        app.clock.set(Clock::Machine.now());
        let mut world = World::open(app).await;
        let input = json!({"name": "Caller", "role": "ADMIN"});
        let made = world
            .done("createAccessToken", input, "secret accessToken { id }")
            .await;
        world.admin = Viewer {
            token_id: uuid_of(NodeKind::AccessToken, &made["accessToken"]["id"]),
            ..world.admin
        };
        let mut trial = Self {
            world,
            secret: text(&made["secret"]),
            rng: Rng::with_seed(seed),
            folder: TempDir::new().unwrap(),
            life: 0,
            kills: 0,
            file: 0,
            import_time: Duration::ZERO,
            notes: Vec::new(),
            orders: Vec::new(),
        };
        let begun = Instant::now();
        assert!(trial.import().wait().success());
        trial.import_time = begun.elapsed();
        trial.file += 1;
        trial
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        most.mul_f64(self.rng.f64())
    }

    async fn kill_server(&mut self) {
        self.import_some(5, "new").await;
        let mut rows = Vec::new();
        for number in 0..5 {
            rows.push(
                self.world
                    .transaction(&format!("life {}-{number}", self.life))
                    .await,
            );
        }
        let time = self.up_to(Duration::from_millis(200));
        let server = Server::start(&self.world.app.url());
        let caller = Caller {
            world: &self.world,
            secret: &self.secret,
            life: self.life,
        };
        let [imports, overrides, syncs] = caller.live(server, time, &rows).await;
        self.kills += 1;
        self.wait_for_the_dead().await;
        self.check_imports(imports).await;
        self.check_overrides(overrides).await;
        let runs = self.world.runs().await.len();
        assert!(runs > 0 || syncs.acknowledged.is_empty());
    }

    /// PostgreSQL may be about to do the last thing that it was told; then the lock of the shop is free.
    async fn wait_for_the_dead(&self) {
        self.world.sql("UPDATE shops SET revision = revision").await;
        self.world.assert_sound().await;
    }

    /// What was acknowledged is there, and what was not is so wholly or not at all; asked again, it is done.
    async fn check_imports(&mut self, told: Told) {
        if let Some(asked) = &told.unanswered {
            let stored = self.count_orders(&orders_of(asked)).await;
            assert!([0, 10].contains(&stored), "{stored} of 10 orders");
            self.ask_again(asked).await;
        }
        for asked in told.acknowledged.iter().chain(&told.unanswered) {
            let orders = orders_of(asked);
            assert_eq!(self.count_orders(&orders).await, 10);
            self.orders.extend(orders);
        }
    }

    async fn check_overrides(&mut self, told: Told) {
        for asked in &told.acknowledged {
            assert_eq!(self.count_changes(asked).await, 1, "{asked:?}");
        }
        if let Some(asked) = &told.unanswered {
            assert!(self.count_changes(asked).await <= 1, "{asked:?}");
            self.ask_again(asked).await;
            assert_eq!(self.count_changes(asked).await, 1, "{asked:?}");
        }
        let all = told.acknowledged.iter().chain(&told.unanswered);
        self.notes
            .extend(all.map(|asked| text(&asked.input["note"])));
    }

    /// The same with the same key, by another process.
    async fn ask_again(&self, asked: &Asked) {
        let input = json!({"input": asked.input});
        let answer = data(&self.world.app, &self.world.admin, &asked.document(), input).await;
        assert_eq!(answer[asked.name]["userErrors"], json!([]), "{asked:?}");
    }

    async fn count_orders(&self, ids: &[String]) -> u64 {
        let ids = order::Column::ExternalId.is_in(ids);
        let orders = order::Entity::find().filter(ids);
        orders
            .count(self.world.app.database.reader())
            .await
            .unwrap()
    }

    async fn count_changes(&self, asked: &Asked) -> u64 {
        let note = status_change::Column::Note.eq(text(&asked.input["note"]));
        let changes = status_change::Entity::find().filter(note);
        changes
            .count(self.world.app.database.reader())
            .await
            .unwrap()
    }

    /// The same file again and again until it is in; each of its transactions is so wholly or not at all.
    async fn kill_import(&mut self) {
        let time = self.up_to(self.import_time.mul_f64(1.3));
        let mut process = self.import();
        tokio::time::sleep(time).await;
        let ended = process.kill();
        self.wait_for_the_dead().await;
        let prefix = order::Column::ExternalId.starts_with(format!("file {}-", self.file));
        let orders = order::Entity::find().filter(prefix);
        let stored = orders
            .count(self.world.app.database.reader())
            .await
            .unwrap();
        assert!(
            [0, BATCH, ROWS].contains(&stored),
            "{stored} rows of a file"
        );
        if let Some(status) = ended {
            assert!(status.success() && stored == ROWS, "{status}");
            self.file += 1;
        } else {
            self.kills += 1;
        }
    }

    fn import(&self) -> Process {
        let path = self.folder.path().join(format!("{}.csv", self.file));
        let head = ["external_id,native_status,placed_at,total,affiliate_code".to_owned()];
        let row = |row| {
            format!(
                "file {}-{row},complete,2020-01-01,{row},a{}",
                self.file,
                row % 7
            )
        };
        let rows: Vec<_> = head.into_iter().chain((0..ROWS).map(row)).collect();
        std::fs::write(&path, rows.join("\n")).unwrap();
        let arguments = format!("import orders {} --shop Tea", path.display());
        Process::start(&self.world.app.url(), &arguments)
    }

    async fn kill_sync(&mut self) {
        self.import_some(20, "complete").await;
        let time = self.up_to(Duration::from_millis(150));
        let mut process = Process::start(&self.world.app.url(), "sync --shop Tea");
        tokio::time::sleep(time).await;
        match process.kill() {
            Some(status) => assert!(status.success(), "{status}"),
            None => self.kills += 1,
        }
        self.wait_for_the_dead().await;
    }

    async fn import_some(&self, count: usize, status: &str) {
        let orders = (0..count).map(|number| {
            let id = format!("life {}-{number}", self.life);
            self.world.old_order(&id, status)
        });
        self.world.import(orders.collect()).await;
    }

    /// Once the lease of the dead is over, which it is within a minute, the next run completes.
    async fn come_back(&self) {
        let app = &self.world.app;
        app.clock.set(Clock::Machine.now());
        let lease = sync_lease::Entity::find().one(app.database.reader()).await;
        let left = lease
            .unwrap()
            .map_or(0, |lease| lease.expires_at.0 - app.clock.now().0);
        assert!(left <= LEASE_MILLIS, "{left}");
        let pass = format!("UPDATE sync_leases SET expires_at = expires_at - {LEASE_MILLIS}");
        self.world.sql(&pass).await;
        self.world.sync().await;
        self.world.assert_sound().await;
        for run in self.world.runs().await {
            let is_dead = run.state == SyncState::Failed
                && run.error.as_deref() == Some("the process that ran it went away");
            assert!(is_dead || run.state == SyncState::Succeeded, "{run:?}");
        }
    }

    /// Nothing of all lives was undone by a later one.
    async fn look_back(&self) {
        for ids in self.orders.chunks(1_000) {
            assert_eq!(self.count_orders(ids).await, ids.len() as u64);
        }
        let history = self.world.history().await;
        let mut stored: Vec<_> = history.iter().filter_map(|row| row.note.clone()).collect();
        let mut expected = self.notes.clone();
        stored.sort();
        expected.sort();
        assert_eq!(stored, expected);
        let failed = self.world.runs().await;
        let failed = failed.iter().filter(|run| run.state == SyncState::Failed);
        eprintln!(
            "{} kills, {} overrides and {} orders acknowledged, {} runs died",
            self.kills,
            self.notes.len(),
            self.orders.len(),
            failed.count()
        );
    }
}
