//! A believable shop to look at before one has orders of one's own: two years of them from a fixed seed,
//! brought in through the ledger like any other's.

mod calendar;
mod import;
mod life;
mod orders;
mod queries;
mod roster;
mod setup;
mod staff;
mod telling;

use chrono_tz::Tz;
use entity::shop;
use entity::words::Role;

pub use queries::{DemoQuery, queries};

use roster::ROSTER;
use staff::Staff;

use crate::app::App;
use crate::error::Result;
use crate::ledger::{self, MiscountForDemo, NewShop};

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
    let shop = staff.write(&setup::settings()).await?;
    staff.write(&setup::affiliates()).await?;
    let orders = orders::draw_orders(now, orders);
    import::bring_in(&staff, &orders, now, on_progress).await?;
    let promoter = telling::telling_promoter(&orders, now, WAIT_DAYS);
    staff.override_some().await?;
    staff.enter_extras(promoter.code).await?;
    miscount(&staff).await?;
    Ok(Demo {
        shop,
        tokens: setup::tokens(&staff, promoter).await?,
        affiliate_code: promoter.code.to_owned(),
    })
}

async fn miscount(staff: &Staff<'_>) -> Result<()> {
    let mut off_by = Vec::new();
    for (rank, count) in OFF_BY {
        off_by.push((staff.affiliate(ROSTER[rank].code).await?, count));
    }
    staff.write(&MiscountForDemo { off_by }).await
}
