//! SIGKILL at random moments of a server, of imports and of syncs. After each the program starts again: what
//! was acknowledged is there, nothing is half written, and the next sync completes.
//!
//! `KILLS` says how many; `SEED` repeats a run as far as the machine's speed allows.

mod acknowledged;
mod commands;
mod lives;
mod process;

use std::env;
use std::time::{Duration, Instant};

use cashable::clock::Clock;
use cashable::graphql::{NodeKind, Viewer};
use cashable::ledger::LEASE_MILLIS;
use entity::sync_lease;
use entity::words::SyncState;
use fastrand::Rng;
use sea_orm::EntityTrait;
use serde_json::json;
use tempfile::TempDir;

use self::lives::Caller;
use self::process::Server;
use crate::support::world::{World, text, uuid_of};
use crate::support::{TestApp, on_both};

on_both!(r19_nothing_is_lost_or_half_done_however_often_it_is_killed);

/// How many kills, where `KILLS` does not say.
const KILLS: u32 = 40;
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
        let lease = sync_lease::Entity::find().one(app.behind_its_back()).await;
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
            "{} kills, {} overrides and {} orders kept, {} runs died",
            self.kills,
            self.notes.len(),
            self.orders.len(),
            failed.count()
        );
    }
}
