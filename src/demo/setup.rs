//! What an admin sets up before the first order comes: settings, affiliates and tokens.

use entity::words::{FactorDirection, Role, WaitFrom};
use uuid::Uuid;

use super::roster::{Promoter, ROSTER};
use super::staff::Staff;
use super::{ADMIN, AFFILIATE, ANALYST, DemoToken, WAIT_DAYS};
use crate::domain::record::AffiliateRecord;
use crate::error::Result;
use crate::ledger::{CreateToken, Factor, ImportAffiliates, UpdateSettings};

/// Settings under which there is something to wait for.
pub(super) fn settings() -> UpdateSettings {
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

/// The roster; all of them earn at first.
pub(super) fn affiliates() -> ImportAffiliates {
    let row = |promoter: &Promoter| AffiliateRecord {
        code: promoter.code.to_owned(),
        name: Some(promoter.name.to_owned()),
        active: None,
        commission_rate: promoter.rate.map(ToOwned::to_owned),
    };
    ImportAffiliates {
        rows: ROSTER.iter().map(row).collect(),
    }
}

/// A token for each role, that of an affiliate for this one.
pub(super) async fn tokens(staff: &Staff<'_>, promoter: &Promoter) -> Result<Vec<DemoToken>> {
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
