//! Affiliates: made, changed, imported, and named by the codes that orders carry.

use std::collections::{BTreeMap, BTreeSet};

use entity::affiliate::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::import_counts::{FailedRow, ImportCounts};
use super::{Change, ShopWrite, bulk};
use crate::domain::decimal::parse_percent;
use crate::domain::record::AffiliateRecord;
use crate::domain::text;
use crate::error::{Error, Refusal, RefusalCode, Result};

/// How many codes go into one look-up.
const CHUNK: usize = 5_000;

/// Makes an affiliate.
#[derive(Debug, Serialize)]
pub struct CreateAffiliate {
    /// What its orders carry; unique in the shop.
    pub code: String,
    /// What people call it; the code where left out.
    pub name: Option<String>,
    /// Percent, instead of the shop's rate.
    pub commission_rate: Option<String>,
}

/// Changes an affiliate; what is left out stays.
#[derive(Debug, Serialize)]
pub struct UpdateAffiliate {
    /// Which one.
    pub affiliate_id: Uuid,
    /// Its new name.
    pub name: Option<String>,
    /// Whether it earns anything new.
    pub active: Option<bool>,
    /// Percent, instead of the shop's rate; for commissions to come.
    pub commission_rate: Option<String>,
    /// Back to the shop's rate.
    pub clear_commission_rate: bool,
}

/// Affiliates from a file; what is left out stays.
#[derive(Debug, Serialize)]
pub struct ImportAffiliates {
    /// One a row.
    pub rows: Vec<AffiliateRecord>,
}

impl Change for CreateAffiliate {
    const NAME: &'static str = "createAffiliate";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let code = text::required("code", &self.code)?;
        if by_codes(shop, &BTreeSet::from([code.clone()]))
            .await?
            .contains_key(&code)
        {
            return Err(Error::Refused(Refusal {
                code: RefusalCode::Duplicate,
                message: format!("there is an affiliate with the code {code} already"),
                field: Some(vec!["code".to_owned()]),
            }));
        }
        let mut affiliate = new_affiliate(shop, &code);
        set_name(&mut affiliate, self.name.as_deref())?;
        set_rate(&mut affiliate, self.commission_rate.as_deref())?;
        bulk::insert::<Entity>(shop.db(), vec![affiliate.clone()]).await?;
        Ok(affiliate)
    }
}

impl Change for UpdateAffiliate {
    const NAME: &'static str = "updateAffiliate";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let mut affiliate = find_affiliate(shop, self.affiliate_id).await?;
        if self.clear_commission_rate && self.commission_rate.is_some() {
            return Err(Error::invalid(
                "clearCommissionRate",
                "commissionRate and clearCommissionRate exclude each other",
            ));
        }
        set_name(&mut affiliate, self.name.as_deref())?;
        set_rate(&mut affiliate, self.commission_rate.as_deref())?;
        affiliate.active = self.active.unwrap_or(affiliate.active);
        if self.clear_commission_rate {
            affiliate.commission_rate_ppm = None;
        }
        bulk::upsert::<Entity>(shop.db(), vec![affiliate.clone()]).await?;
        Ok(affiliate)
    }
}

impl Change for ImportAffiliates {
    const NAME: &'static str = "importAffiliates";
    type Output = ImportCounts;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<ImportCounts> {
        let codes = self
            .rows
            .iter()
            .map(|row| row.code.trim().to_owned())
            .collect();
        let stored = by_codes(shop, &codes).await?;
        let mut counts = ImportCounts::default();
        let mut changed: BTreeMap<String, Model> = BTreeMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            let known = changed
                .get(row.code.trim())
                .or_else(|| stored.get(row.code.trim()));
            match applied(row, shop, known) {
                Err(refusal) => {
                    counts.failed.push(FailedRow {
                        index,
                        external_id: row.code.clone(),
                        refusal,
                        taken: false,
                    });
                }
                Ok(affiliate) if known == Some(&affiliate) => counts.unchanged += 1,
                Ok(affiliate) => {
                    *(if known.is_some() {
                        &mut counts.changed
                    } else {
                        &mut counts.created
                    }) += 1;
                    changed.insert(affiliate.code.clone(), affiliate);
                }
            }
        }
        bulk::upsert::<Entity>(shop.db(), changed.into_values().collect()).await?;
        Ok(counts)
    }
}

fn applied(
    row: &AffiliateRecord,
    shop: &ShopWrite,
    known: Option<&Model>,
) -> Result<Model, Refusal> {
    let code = text::required("code", &row.code)?;
    let mut affiliate = known.cloned().unwrap_or_else(|| new_affiliate(shop, &code));
    set_name(&mut affiliate, row.name.as_deref())?;
    set_rate(&mut affiliate, row.commission_rate.as_deref())?;
    affiliate.active = row.active.unwrap_or(affiliate.active);
    Ok(affiliate)
}

/// The affiliates with these codes; unknown codes make affiliates.
pub(super) async fn ensure_codes(
    shop: &ShopWrite,
    codes: BTreeSet<String>,
) -> Result<BTreeMap<String, Model>> {
    let mut affiliates = by_codes(shop, &codes).await?;
    let new: Vec<Model> = codes
        .iter()
        .filter(|code| !affiliates.contains_key(*code))
        .map(|code| new_affiliate(shop, code))
        .collect();
    bulk::insert::<Entity>(shop.db(), new.clone()).await?;
    affiliates.extend(
        new.into_iter()
            .map(|affiliate| (affiliate.code.clone(), affiliate)),
    );
    Ok(affiliates)
}

pub(super) async fn find_affiliate(shop: &ShopWrite, id: Uuid) -> Result<Model> {
    Entity::find_by_id((shop.shop.shop_id, id))
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("affiliate"))
}

pub(super) async fn by_codes(
    shop: &ShopWrite,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, Model>> {
    let codes: Vec<&String> = codes.iter().collect();
    let mut affiliates = BTreeMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::ShopId.eq(shop.shop.shop_id))
            .filter(Column::Code.is_in(chunk.iter().copied()))
            .all(shop.db())
            .await?;
        affiliates.extend(rows.into_iter().map(|row| (row.code.clone(), row)));
    }
    Ok(affiliates)
}

fn new_affiliate(shop: &ShopWrite, code: &str) -> Model {
    Model {
        shop_id: shop.shop.shop_id,
        id: shop.new_id(),
        code: code.to_owned(),
        name: code.to_owned(),
        name_folded: code.to_lowercase(),
        active: true,
        commission_rate_ppm: None,
        promoted_orders: 0,
        counted_at: shop.now,
        created_at: shop.now,
    }
}

fn set_name(affiliate: &mut Model, name: Option<&str>) -> Result<(), Refusal> {
    if let Some(name) = name {
        affiliate.name = text::required("name", name)?;
        affiliate.name_folded = affiliate.name.to_lowercase();
    }
    Ok(())
}

fn set_rate(affiliate: &mut Model, rate: Option<&str>) -> Result<(), Refusal> {
    if let Some(rate) = rate {
        affiliate.commission_rate_ppm = Some(parse_percent("commissionRate", rate)?);
    }
    Ok(())
}
