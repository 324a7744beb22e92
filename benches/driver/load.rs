//! Makes the measured databases through the ledger, as a shop's own imports and syncs would.

use std::collections::BTreeMap;
use std::time::Instant as Moment;

use cashable::app::App;
use cashable::domain::order::OrderReport;
use cashable::domain::record::AffiliateRecord;
use cashable::ledger::{
    self, Author, CreateToken, ImportAffiliates, ImportOrders, NewShop, UpdateSettings,
};
use cashable::sync;
use entity::words::{Role, StatusActor, SyncState, SyncTrigger};
use entity::{Instant, sync_run};

use crate::numbers::float;
use crate::orders::{AFFILIATES, Orders, affiliate_code};
use crate::outcome::Outcome;

/// How many shops share the orders.
pub const SHOPS: usize = 20;
/// How many orders `cashable import` takes in at once.
const BATCH: usize = 1_000;
/// The longest interval there is, so that no schedule runs into a measurement.
const WEEK_MINUTES: i32 = 7 * 24 * 60;

/// The shops of a database and what was put into them.
#[derive(Clone, Debug)]
pub struct World {
    /// When it all ends.
    pub now: Instant,
    /// The shops.
    pub shops: Vec<i64>,
    /// A token for each; no more are made, since PostgreSQL reads through a table as small as theirs.
    pub tokens: Vec<String>,
    /// How many orders each has from the last 24 months.
    pub orders_a_shop: usize,
}

/// How fast an import was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// How many orders a second went into empty tables.
    pub first: f64,
    /// How many a second at the end.
    pub last: f64,
    /// How many a second over all.
    pub all: f64,
}

impl World {
    /// Makes shops and affiliates.
    pub async fn make(app: &App, orders: usize, now: Instant) -> Outcome<Self> {
        let (mut shops, mut tokens) = (Vec::new(), Vec::new());
        for number in 0..SHOPS {
            let shop_id = make_shop(app, number).await?;
            shops.push(shop_id);
            tokens.push(make_token(app, shop_id).await?);
        }
        Ok(Self {
            now,
            shops,
            tokens,
            orders_a_shop: orders / SHOPS,
        })
    }

    /// The orders of the last 24 months.
    pub async fn import_recent(&self, app: &App) -> Outcome<Pace> {
        let recent = |shop| Orders::recent(shop, self.orders_a_shop, self.now).reports();
        self.import(app, recent).await
    }

    /// So many times as many again.
    pub async fn import_further(&self, app: &App, times: usize) -> Outcome<Pace> {
        let further = |shop| Orders::further(shop, self.orders_a_shop, times, self.now).reports();
        self.import(app, further).await
    }

    /// The late orders are complete at last: their transactions are due.
    pub async fn import_late_news(&self, app: &App) -> Outcome<Pace> {
        let news = |shop| Orders::recent(shop, self.orders_a_shop, self.now).late_news();
        self.import(app, news).await
    }

    async fn import<R>(&self, app: &App, reports: impl Fn(usize) -> R) -> Outcome<Pace>
    where
        R: Iterator<Item = OrderReport>,
    {
        let (start, mut marks) = (Moment::now(), Vec::new());
        let mut done = 0;
        for (number, shop_id) in self.shops.iter().enumerate() {
            let mut reports = reports(number);
            let begun = Moment::now();
            let before = done;
            loop {
                let batch: Vec<_> = reports.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
                done += batch.len();
                import_batch(app, *shop_id, batch).await?;
            }
            let pace = float(done - before) / begun.elapsed().as_secs_f64();
            eprintln!("  {done} orders in, {pace:.0} a second");
            marks.push(pace);
        }
        ledger::refresh_statistics(app).await;
        Ok(Pace {
            first: marks.first().copied().unwrap_or_default(),
            last: marks.last().copied().unwrap_or_default(),
            all: float(done) / start.elapsed().as_secs_f64(),
        })
    }

    /// Has runs recount what affiliates have promoted, or not.
    pub async fn set_recounting(&self, app: &App, is_on: bool) -> Outcome<()> {
        let change = UpdateSettings {
            recount_promoted_orders: Some(is_on),
            ..UpdateSettings::default()
        };
        for shop_id in &self.shops {
            ledger::write(app, *shop_id, &author(), &change).await?;
        }
        Ok(())
    }

    /// Syncs all shops; how many transactions changed.
    pub async fn sync(&self, app: &App) -> Outcome<i64> {
        let mut changed = 0;
        for shop_id in &self.shops {
            changed += sync_shop(app, *shop_id).await?.transactions_changed;
        }
        Ok(changed)
    }
}

async fn make_shop(app: &App, number: usize) -> Outcome<i64> {
    let new = NewShop {
        name: format!("Shop {number}"),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let settings = UpdateSettings {
        sync_enabled: Some(true),
        sync_interval_minutes: Some(WEEK_MINUTES),
        wait_days: Some(14),
        commission_rate: Some("5".to_owned()),
        ..UpdateSettings::default()
    };
    let shop = ledger::create_shop_with(app, &new, &settings).await?;
    let rows = (0..AFFILIATES)
        .map(|number| AffiliateRecord {
            code: affiliate_code(number),
            name: Some(format!("Affiliate number {number}")),
            active: None,
            commission_rate: None,
        })
        .collect();
    ledger::write(app, shop.shop_id, &author(), &ImportAffiliates { rows }).await?;
    Ok(shop.shop_id)
}

async fn make_token(app: &App, shop_id: i64) -> Outcome<String> {
    let change = CreateToken {
        name: "bench".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at: None,
    };
    Ok(ledger::write(app, shop_id, &author(), &change)
        .await?
        .secret)
}

async fn import_batch(app: &App, shop_id: i64, reports: Vec<OrderReport>) -> Outcome<()> {
    let change = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::new(),
        reports,
    };
    let counts = ledger::write(app, shop_id, &author(), &change).await?;
    match counts.failed.first() {
        None => Ok(()),
        Some(failed) => Err(format!("{}: {}", failed.external_id, failed.refusal).into()),
    }
}

/// Runs one sync to its end, which must be a good one.
async fn sync_shop(app: &App, shop_id: i64) -> Outcome<sync_run::Model> {
    let author = Author::new(StatusActor::Sync, "bench");
    let queued = sync::request(app, shop_id, &author, SyncTrigger::Cli, false).await?;
    let run = sync::run(app, queued.run, false, &|_| {}).await?;
    if run.state == SyncState::Succeeded {
        return Ok(run);
    }
    Err(format!("a sync failed: {:?}", run.error).into())
}

/// Who makes what is measured.
pub fn author() -> Author {
    Author::new(StatusActor::Import, "bench")
}
