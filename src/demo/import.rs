//! The orders come in as a shop reports them: again and again, each time what is news.

use std::collections::BTreeMap;

use entity::Instant;
use entity::words::StatusActor;

use super::calendar::DAY;
use super::life::DemoOrder;
use super::roster::ROSTER;
use super::staff::Staff;
use crate::domain::order::OrderReport;
use crate::error::{Error, Result};
use crate::ledger::{Author, ImportOrders, UpdateAffiliate};

/// How many orders go into one write, few enough for progress to be seen.
const BATCH: usize = 1_000;
/// When the shop reported its orders: what happened between two of them is in the history.
const REPORTED_DAYS_AGO: [i64; 3] = [28, 7, 0];

/// Imports the orders; between the last two times the shop parts with some affiliates.
pub(super) async fn bring_in(
    staff: &Staff<'_>,
    orders: &[DemoOrder],
    now: Instant,
    on_progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<()> {
    let [first, second, last] = reports(orders, now);
    let total = first.len() + second.len() + last.len();
    let mut done = 0;
    for (reports, is_last) in [(first, false), (second, false), (last, true)] {
        if is_last {
            part_with_some(staff).await?;
        }
        for batch in reports.chunks(BATCH) {
            import_batch(staff, batch).await?;
            done += batch.len();
            on_progress(done as u64, total as u64);
        }
    }
    Ok(())
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

async fn import_batch(staff: &Staff<'_>, batch: &[OrderReport]) -> Result<()> {
    let change = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::new(),
        reports: batch.to_vec(),
    };
    let author = Author::new(StatusActor::Import, "demo shop");
    let counts = staff.write_as(&author, &change).await?;
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
