//! KPI answers that need no counting: each is good for as long as its shop's row stays as it is, and every write
//! that could change a figure moves that row's revision in its own transaction. So one cheap read of the shop
//! tells whether an answer still holds, over any number of replicas.

use std::sync::Arc;

use entity::{Instant, shop};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Uuid;

use super::kpi_figures::{KpiFigures, kpi};
use super::last_sync::last_sync;
use crate::domain::Currency;
use crate::domain::period::{Interval, Period};
use crate::error::Result;

/// How many figures are kept in all: some 20 MB.
const MOST_KPIS: u64 = 100_000;
/// About how many answers that makes.
const ANSWERS: usize = 2_000;

/// What a KPI report is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KpiQuestion {
    /// The shop.
    pub shop_id: i64,
    /// Over which days.
    pub period: Period,
    /// Cut into what.
    pub interval: Interval,
    /// In which currency.
    pub currency: Currency,
    /// Of this affiliate, else of the whole shop.
    pub affiliate_id: Option<Uuid>,
}

/// What a KPI report answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KpiAnswer {
    /// The figures.
    pub figures: KpiFigures,
    /// When the last successful sync began.
    pub as_of: Option<Instant>,
}

/// Answers of late, by what was asked.
#[derive(Debug)]
pub struct KpiMemory(Cache<KpiQuestion, Kept, BySize>);

#[derive(Clone, Debug)]
struct Kept {
    /// The shop's row, in the snapshot that was counted in. A restored backup may bring a revision back, but not
    /// a whole row.
    shop: shop::Model,
    answer: Arc<KpiAnswer>,
}

#[derive(Clone, Debug)]
struct BySize;

impl Weighter<KpiQuestion, Kept> for BySize {
    fn weight(&self, _: &KpiQuestion, kept: &Kept) -> u64 {
        let points = kept.answer.figures.points.len() + 2;
        u64::try_from(points).unwrap_or(u64::MAX)
    }
}

impl KpiMemory {
    /// The answer, where one is kept that holds while the shop's row is this one.
    #[must_use]
    pub fn recall(&self, question: &KpiQuestion, shop: &shop::Model) -> Option<Arc<KpiAnswer>> {
        let kept = self.0.get(question)?;
        (kept.shop == *shop).then_some(kept.answer)
    }

    /// The answer, counted where none is kept. `shop` is its row in the snapshot that `db` reads.
    pub async fn answer(
        &self,
        db: &impl ConnectionTrait,
        question: KpiQuestion,
        shop: &shop::Model,
    ) -> Result<Arc<KpiAnswer>> {
        if let Some(answer) = self.recall(&question, shop) {
            return Ok(answer);
        }
        let answer = Arc::new(count(db, &question).await?);
        let kept = Kept {
            shop: shop.clone(),
            answer: Arc::clone(&answer),
        };
        self.0.insert(question, kept);
        Ok(answer)
    }
}

impl Default for KpiMemory {
    fn default() -> Self {
        Self(Cache::with_weighter(ANSWERS, MOST_KPIS, BySize))
    }
}

async fn count(db: &impl ConnectionTrait, asked: &KpiQuestion) -> Result<KpiAnswer> {
    let figures = kpi(
        db,
        asked.shop_id,
        asked.period,
        asked.interval,
        asked.currency.code(),
        asked.affiliate_id,
    );
    let figures = figures.await?;
    let last = last_sync(db, asked.shop_id).await?;
    Ok(KpiAnswer {
        figures,
        as_of: last.last_success.and_then(|run| run.started_at),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{SHOP, shop};
    use super::super::world::World;
    use super::*;
    use crate::domain::zone::parse_day;

    fn question(from: &str) -> KpiQuestion {
        let day = |text| parse_day("day", text).expect(text);
        KpiQuestion {
            shop_id: SHOP,
            period: Period::new(day(from), day("2026-03-31")).expect("in order"),
            interval: Interval::Month,
            currency: Currency::parse("EUR").expect("known"),
            affiliate_id: None,
        }
    }

    #[tokio::test]
    async fn an_answer_holds_until_its_shops_row_changes() {
        let world = World::make().await;
        let (db, memory) = (world.fixture.db(), KpiMemory::default());
        let now = shop(SHOP);
        assert_eq!(memory.recall(&question("2026-01-01"), &now), None);
        let counted = memory.answer(db, question("2026-01-01"), &now).await;
        let counted = counted.expect("figures");
        assert!(counted.figures.totals.orders > 0);
        let recalled = memory.recall(&question("2026-01-01"), &now);
        assert!(recalled.is_some_and(|it| Arc::ptr_eq(&it, &counted)));
        assert_eq!(memory.recall(&question("2026-01-02"), &now), None);
        let later = shop::Model {
            revision: now.revision + 1,
            ..now
        };
        assert_eq!(memory.recall(&question("2026-01-01"), &later), None);
    }

    #[tokio::test]
    async fn no_more_is_kept_than_fits() {
        let world = World::make().await;
        let (db, memory) = (world.fixture.db(), KpiMemory::default());
        let counted = memory.answer(db, question("2026-01-01"), &shop(SHOP)).await;
        let points = vec![counted.expect("figures").figures.points[0].clone(); 1_000];
        for n in 0..300 {
            let asked = KpiQuestion {
                shop_id: n,
                ..question("2026-01-01")
            };
            let figures = KpiFigures {
                points: points.clone(),
                ..KpiFigures::default()
            };
            let answer = Arc::new(KpiAnswer {
                figures,
                as_of: None,
            });
            let shop = shop(SHOP);
            memory.0.insert(asked, Kept { shop, answer });
        }
        assert!(memory.0.weight() <= MOST_KPIS && memory.0.len() < 101);
    }
}
