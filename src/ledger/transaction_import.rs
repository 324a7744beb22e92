//! Transactions made by hand elsewhere come in from a file, told apart by their external id.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::words::TransactionKind;
use entity::{affiliate, affiliate_transaction as transaction, order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use super::affiliates::ensure_codes;
use super::commissions::{completed_at, waits_until};
use super::import_counts::{FailedRow, ImportCounts};
use super::order_store::follow_order;
use super::transaction_rows::{insert_transaction, order_of, replace, set_status};
use super::transactions::{Terms, check_amount, check_kind, new_transaction};
use super::{Change, ShopWrite};
use crate::domain::record::TransactionRecord;
use crate::domain::settling::is_final;
use crate::domain::zone::day_of;
use crate::domain::{Currency, text};
use crate::error::{Error, Refusal, RefusalCode, Result};

/// Transactions from a file. One that is there already follows the file while it is neither final nor
/// pinned; one that was deleted stays so.
#[derive(Debug, Serialize)]
pub struct ImportTransactions {
    /// One a row.
    pub rows: Vec<TransactionRecord>,
}

impl Change for ImportTransactions {
    const NAME: &'static str = "importTransactions";
    type Output = ImportCounts;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<ImportCounts> {
        let stored = self.load_stored(shop).await?;
        let orders = self.load_orders(shop).await?;
        let read = self.read(shop, &orders);
        // A row that fails makes no affiliate.
        let good = read.iter().filter_map(|row| row.as_ref().ok());
        let codes = good.map(|row| row.affiliate_code.clone()).collect();
        let affiliates = ensure_codes(shop, codes).await?;
        let mut counts = ImportCounts::default();
        for (index, (row, read)) in self.rows.iter().zip(read).enumerate() {
            let applied = match read {
                Ok(read) => {
                    let known = stored.get(&read.external_id);
                    apply(row, shop, known, &affiliates, read).await
                }
                Err(error) => Err(error),
            };
            match applied {
                Ok(Applied::Created) => counts.created += 1,
                Ok(Applied::Changed) => counts.changed += 1,
                Ok(Applied::Unchanged) => counts.unchanged += 1,
                Err(Error::Refused(refusal)) => {
                    let external_id = row.external_id.clone();
                    counts.failed.push(FailedRow {
                        index,
                        external_id,
                        refusal,
                        taken: false,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(counts)
    }
}

enum Applied {
    Created,
    Changed,
    Unchanged,
}

type OrderKey = (String, String);

/// A record found good, before it is known whose it is.
struct Read<'a> {
    external_id: String,
    affiliate_code: String,
    terms: Terms,
    order: Option<&'a order::Model>,
}

impl ImportTransactions {
    fn read<'a>(
        &self,
        shop: &ShopWrite,
        orders: &'a HashMap<OrderKey, order::Model>,
    ) -> Vec<Result<Read<'a>>> {
        let mut seen = HashSet::new();
        let rows = self.rows.iter().map(|row| {
            if seen.insert(row.external_id.trim()) {
                read(row, shop, orders)
            } else {
                Err(duplicate(&row.external_id))
            }
        });
        rows.collect()
    }

    async fn load_stored(&self, shop: &ShopWrite) -> Result<HashMap<String, transaction::Model>> {
        let ids = self
            .rows
            .iter()
            .map(|row| row.external_id.trim().to_owned());
        let rows = transaction::Entity::find()
            .filter(transaction::Column::ShopId.eq(shop.shop.shop_id))
            .filter(transaction::Column::ExternalId.is_in(ids))
            .all(shop.db())
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.external_id.clone()?, row)))
            .collect())
    }

    async fn load_orders(&self, shop: &ShopWrite) -> Result<HashMap<OrderKey, order::Model>> {
        let ids = self
            .rows
            .iter()
            .filter_map(|row| row.order_external_id.clone());
        let rows = order::Entity::find()
            .filter(order::Column::ShopId.eq(shop.shop.shop_id))
            .filter(order::Column::ExternalId.is_in(ids))
            .all(shop.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| ((row.source.clone(), row.external_id.clone()), row))
            .collect())
    }
}

fn read<'a>(
    record: &TransactionRecord,
    shop: &ShopWrite,
    orders: &'a HashMap<OrderKey, order::Model>,
) -> Result<Read<'a>> {
    let currency = match &record.currency {
        Some(currency) => Currency::parse(currency)?,
        None => shop.currency()?,
    };
    let kind = record.kind.unwrap_or(TransactionKind::Manual);
    let read = Read {
        external_id: text::required("externalId", &record.external_id)?,
        affiliate_code: text::required("affiliateCode", &record.affiliate_code)?,
        order: find_order(record, orders)?,
        terms: Terms {
            kind,
            amount_minor: currency.parse_signed("amount", &record.amount)?,
            currency,
            note: text::note("note", record.note.as_deref().unwrap_or(""))?,
        },
    };
    check_kind(kind, read.terms.amount_minor)?;
    Ok(read)
}

async fn apply(
    record: &TransactionRecord,
    shop: &mut ShopWrite,
    known: Option<&transaction::Model>,
    affiliates: &BTreeMap<String, affiliate::Model>,
    read: Read<'_>,
) -> Result<Applied> {
    let affiliate = affiliates
        .get(&read.affiliate_code)
        .ok_or_else(|| Error::not_found("affiliate"))?;
    let (terms, order) = (read.terms, read.order);
    if let Some(stored) = known {
        require_same(stored, affiliate, terms.kind, order)?;
        return follow_file(shop, stored, &terms).await;
    }
    check_amount(terms.kind, terms.amount_minor, affiliate)?;
    let mut row = new_transaction(shop, affiliate, order, terms)?;
    row.external_id = Some(read.external_id);
    set_beginning(record, shop, &mut row, order)?;
    insert_transaction(shop, &row, order).await?;
    Ok(Applied::Created)
}

fn find_order<'a>(
    record: &TransactionRecord,
    orders: &'a HashMap<OrderKey, order::Model>,
) -> Result<Option<&'a order::Model>> {
    let Some(external_id) = &record.order_external_id else {
        return Ok(None);
    };
    let source = record
        .order_source
        .clone()
        .unwrap_or_else(|| "file".to_owned());
    let found = orders.get(&(source.clone(), external_id.clone()));
    let missing = || {
        let message = format!("there is no order {external_id} from the source {source}");
        Error::invalid("orderExternalId", message)
    };
    found.ok_or_else(missing).map(Some)
}

/// When it was made and what it starts as, where the file tells.
fn set_beginning(
    record: &TransactionRecord,
    shop: &ShopWrite,
    row: &mut transaction::Model,
    order: Option<&order::Model>,
) -> Result<()> {
    if let Some(created_at) = record.created_at {
        let completion = order.and_then(completed_at);
        row.created_at = created_at;
        row.waits_until = waits_until(row.wait_from, row.wait_days, created_at, completion);
        if order.is_none() {
            row.reported_on = day_of(created_at, shop.zone()?);
        }
    }
    if let Some(status) = record.status {
        set_status(row, status, order);
    }
    // R9: what starts out final may have an order that says otherwise.
    if let Some(order) = order {
        follow_order(row, order);
    }
    Ok(())
}

async fn follow_file(
    shop: &mut ShopWrite,
    stored: &transaction::Model,
    terms: &Terms,
) -> Result<Applied> {
    let mut row = stored.clone();
    row.amount_minor = terms.amount_minor;
    terms.currency.code().clone_into(&mut row.currency);
    if terms.note.is_some() {
        row.note.clone_from(&terms.note);
    }
    if row == *stored || stored.deleted_at.is_some() {
        return Ok(Applied::Unchanged);
    }
    if is_final(stored.status) || stored.pinned {
        return Err(Error::invalid(
            "amount",
            "the transaction is final or pinned, so its amount and note stand",
        ));
    }
    let order = order_of(shop, stored).await?;
    replace(shop, stored, row, order.as_ref()).await?;
    Ok(Applied::Changed)
}

/// A transaction keeps its affiliate, kind and order; a file that leaves the order out says nothing of it.
fn require_same(
    stored: &transaction::Model,
    affiliate: &affiliate::Model,
    kind: TransactionKind,
    order: Option<&order::Model>,
) -> Result<()> {
    let other_order = order.is_some_and(|order| stored.order_id != Some(order.id));
    let field = if stored.affiliate_id != affiliate.id {
        "affiliateCode"
    } else if stored.kind != kind {
        "kind"
    } else if other_order {
        "orderExternalId"
    } else {
        return Ok(());
    };
    Err(Error::invalid(
        field,
        "a transaction keeps its affiliate, kind and order; delete it and import it under another id",
    ))
}

fn duplicate(external_id: &str) -> Error {
    Error::Refused(Refusal {
        code: RefusalCode::Duplicate,
        message: format!("the transaction {external_id} came before in this import"),
        field: Some(vec!["externalId".to_owned()]),
    })
}
