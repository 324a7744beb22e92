//! A believable shop to look at before one has orders of one's own: two years of them from a fixed seed,
//! brought in through the ledger like any other's.

mod calendar;
mod life;
mod orders;
mod queries;
mod roster;
mod staff;
mod telling;

use chrono_tz::Tz;
use entity::words::{FactorDirection, Role, StatusActor, WaitFrom};
use entity::{Instant, shop};
use uuid::Uuid;

pub use queries::{DemoQuery, queries};

use calendar::DAY;
use life::DemoOrder;
use roster::{Promoter, ROSTER};
use staff::Staff;

use crate::app::App;
use crate::domain::order::OrderReport;
use crate::error::{Error, Result};
use crate::ledger::{
    self, AffiliateRow, Author, CreateToken, Factor, ImportAffiliates, ImportOrders,
    MiscountForDemo, NewShop, UpdateAffiliate, UpdateSettings,
};

/// What the demo's shop is called.
pub const SHOP: &str = "Nordlicht Tea & Coffee";
/// How many orders it has.
pub const ORDERS: usize = 20_000;

const ADMIN: &str = "demo admin";
const ANALYST: &str = "demo analyst";
const AFFILIATE: &str = "demo affiliate";
const CURRENCY: &str = "EUR";
const ZONE: Tz = chrono_tz::Europe::Berlin;
const WAIT_DAYS: i32 = 14;
/// How many orders go into one write, short enough for progress to be seen.
const BATCH: usize = 1_000;
/// When the shop reported its orders before: what happened since is in the history.
const REPORTED_DAYS_AGO: [i64; 3] = [28, 7, 0];
/// Which ranks have their counters wrong, and by how much.
const OFF_BY: [(usize, i64); 4] = [(0, 12), (3, -5), (7, 1), (20, -2)];

/// The shop as it was made.
#[derive(Debug)]
pub struct Demo {
    /// The shop.
    pub shop: shop::Model,
    /// One for each role.
    pub tokens: Vec<DemoToken>,
    /// Whose token that of the affiliate is.
    pub affiliate_code: String,
}

/// A token to look at the shop with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoToken {
    /// What it may see and do.
    pub role: Role,
    /// What the staff call it.
    pub name: &'static str,
    /// What the bearer sends.
    pub secret: String,
}

/// Makes the shop, in many writes: one that was cut off is best thrown away with its database. A database
/// that has the shop is refused with DUPLICATE.
pub async fn fill(app: &App, on_progress: impl Fn(u64, u64) + Send + Sync) -> Result<Demo> {
    fill_with(app, ORDERS, on_progress).await
}

/// Makes the shop with so many orders.
pub async fn fill_with(
    app: &App,
    orders: usize,
    on_progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<Demo> {
    let now = app.clock.now();
    let new = NewShop {
        name: SHOP.to_owned(),
        currency: CURRENCY.to_owned(),
        time_zone: ZONE.name().to_owned(),
    };
    let shop_id = ledger::create_shop(app, &new).await?.shop_id;
    let staff = Staff::of(app, shop_id);
    let shop = staff.write(&settings()).await?;
    staff.write(&affiliates()).await?;
    let orders = orders::draw_orders(now, orders);
    import(app, &staff, shop_id, &reports(&orders, now), on_progress).await?;
    let promoter = telling::telling_promoter(&orders, now, WAIT_DAYS);
    staff.override_some().await?;
    staff.enter_extras(promoter.code).await?;
    miscount(&staff).await?;
    Ok(Demo {
        shop,
        tokens: tokens(&staff, promoter).await?,
        affiliate_code: promoter.code.to_owned(),
    })
}

fn settings() -> UpdateSettings {
    UpdateSettings {
        sync_enabled: Some(true),
        sync_interval_minutes: Some(30),
        wait_days: Some(WAIT_DAYS),
        // So that some wait for their order and some for their days.
        wait_from: Some(WaitFrom::OrderCompleted),
        lock_final_statuses: Some(true),
        commission_rate: Some("6".to_owned()),
        factor: Some(Factor {
            direction: FactorDirection::Increase,
            per_order: "0.01".to_owned(),
            limit: 20,
        }),
        ..UpdateSettings::default()
    }
}

fn affiliates() -> ImportAffiliates {
    let row = |promoter: &Promoter| AffiliateRow {
        code: promoter.code.to_owned(),
        name: Some(promoter.name.to_owned()),
        active: None,
        commission_rate: promoter.rate.map(ToOwned::to_owned),
    };
    ImportAffiliates {
        rows: ROSTER.iter().map(row).collect(),
    }
}

/// What the shop reported each time: what had happened since the last time.
fn reports(orders: &[DemoOrder], now: Instant) -> [Vec<OrderReport>; 3] {
    let mut since = Instant(i64::MIN);
    REPORTED_DAYS_AGO.map(|days| {
        let at = Instant(now.0 - days * DAY);
        let is_news = |order: &&DemoOrder| order.last_event(at).is_some_and(|it| it.at > since);
        let news = orders.iter().filter(is_news);
        let reports = news.filter_map(|order| order.report(at)).collect();
        since = at;
        reports
    })
}

async fn import(
    app: &App,
    staff: &Staff<'_>,
    shop_id: i64,
    reports: &[Vec<OrderReport>],
    on_progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<()> {
    let author = Author::new(StatusActor::Import, "demo shop");
    let total = reports.iter().map(Vec::len).sum::<usize>() as u64;
    let mut done = 0;
    for (nth, reports) in reports.iter().enumerate() {
        if nth + 1 == REPORTED_DAYS_AGO.len() {
            part_with_some(staff).await?;
        }
        for batch in reports.chunks(BATCH) {
            import_batch(app, shop_id, &author, batch).await?;
            done += batch.len() as u64;
            on_progress(done, total);
        }
    }
    Ok(())
}

async fn import_batch(
    app: &App,
    shop_id: i64,
    author: &Author,
    batch: &[OrderReport],
) -> Result<()> {
    let change = ImportOrders {
        source: "api".to_owned(),
        reports: batch.to_vec(),
    };
    let counts = ledger::write(app, shop_id, author, &change).await?;
    match counts.failed.first() {
        None => Ok(()),
        Some(failed) => Err(Error::Unexpected(format!(
            "the demo's order {} was refused: {}",
            failed.external_id, failed.refusal
        ))),
    }
}

/// What they bring from now on earns nothing; what they brought stands.
async fn part_with_some(staff: &Staff<'_>) -> Result<()> {
    for promoter in ROSTER.iter().filter(|promoter| !promoter.active) {
        let change = UpdateAffiliate {
            affiliate_id: staff.affiliate(promoter.code).await?,
            name: None,
            active: Some(false),
            commission_rate: None,
            clear_commission_rate: false,
        };
        staff.write(&change).await?;
    }
    Ok(())
}

async fn miscount(staff: &Staff<'_>) -> Result<()> {
    let mut off_by = Vec::new();
    for (rank, count) in OFF_BY {
        off_by.push((staff.affiliate(ROSTER[rank].code).await?, count));
    }
    staff.write(&MiscountForDemo { off_by }).await
}

async fn tokens(staff: &Staff<'_>, promoter: &Promoter) -> Result<Vec<DemoToken>> {
    let affiliate_id = staff.affiliate(promoter.code).await?;
    let mut tokens = Vec::new();
    for (role, name, affiliate_id) in [
        (Role::Admin, ADMIN, None),
        (Role::Analyst, ANALYST, None),
        (Role::Affiliate, AFFILIATE, Some(affiliate_id)),
    ] {
        tokens.push(token(staff, role, name, affiliate_id).await?);
    }
    Ok(tokens)
}

async fn token(
    staff: &Staff<'_>,
    role: Role,
    name: &'static str,
    affiliate_id: Option<Uuid>,
) -> Result<DemoToken> {
    let change = CreateToken {
        name: name.to_owned(),
        role,
        affiliate_id,
        expires_at: None,
    };
    let secret = staff.write(&change).await?.secret;
    Ok(DemoToken { role, name, secret })
}
