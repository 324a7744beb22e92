//! Orders come in: reports to orders and their commissions (R1 to R5, R16), a bad one set aside (R22).

use std::collections::{BTreeMap, HashSet};

use entity::{affiliate, affiliate_transaction as transaction, order};
use serde::Serialize;

use super::affiliates::ensure_codes;
use super::commissions::{Claim, claim};
use super::import_counts::ImportCounts;
use super::meanings::Meanings;
use super::order_rows::{Identity, state_of};
use super::order_store::{OrderWrite, store, transactions_of};
use super::stored_orders::StoredOrders;
use super::{Change, MapStatuses, ShopWrite};
use crate::domain::order::{Context, OrderReport, Outcome};
use crate::domain::zone::check_instant;
use crate::domain::{Currency, text};
use crate::error::{Refusal, RefusalCode, Result};

/// Reports of orders from one source, in the order in which they came.
#[derive(Debug, Serialize)]
pub struct ImportOrders {
    /// The source: `api`, `file` or a platform.
    pub source: String,
    /// What its status words mean, where that is told with the orders; see [`MapStatuses`].
    pub meanings: BTreeMap<String, String>,
    /// What it tells.
    pub reports: Vec<OrderReport>,
}

impl Change for ImportOrders {
    const NAME: &'static str = "importOrders";
    type Output = ImportCounts;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<ImportCounts> {
        let source = text::required("source", &self.source)?;
        let told = MapStatuses {
            source: source.clone(),
            meanings: self.meanings.clone(),
        };
        told.apply(shop).await?;
        let meanings = Meanings::load(shop, &source).await?;
        let ids: Vec<String> = self
            .reports
            .iter()
            .filter_map(|report| text::required("externalId", &report.external_id).ok())
            .collect();
        let stored = StoredOrders::load(shop, &source, &ids).await?;
        let mut counts = ImportCounts::default();
        let mut drafts = Vec::new();
        let mut seen = HashSet::new();
        for (index, report) in self.reports.iter().enumerate() {
            let known = check_unseen(report, &mut seen).and_then(|id| stored.find(&id));
            let outcome = known
                .clone()
                .and_then(|known| read(report, known, &meanings, shop));
            let known = known.ok().flatten();
            let is_ignored = matches!(outcome, Ok(Outcome::Ignored(_)));
            match outcome {
                Err(refusal) => counts.fail(index, &report.external_id, refusal),
                Ok(Outcome::Stale) => counts.stale += 1,
                Ok(Outcome::Ignored(None)) => counts.unchanged += 1,
                Ok(
                    Outcome::Created(state)
                    | Outcome::Changed(state)
                    | Outcome::Unchanged(state)
                    | Outcome::Ignored(Some(state)),
                ) => {
                    let identity = known.map_or_else(
                        || Identity {
                            id: shop.new_id(),
                            source: source.clone(),
                            external_id: report.external_id.trim().to_owned(),
                            affiliate_id: None,
                            missed_at: None,
                            gone_at: None,
                        },
                        Identity::seen,
                    );
                    let row = identity.with_state(&shop.shop, state)?;
                    drafts.push(Draft {
                        index,
                        report,
                        is_ignored,
                        stored: known.cloned(),
                        row,
                    });
                }
            }
        }
        write_drafts(shop, drafts, &mut counts).await?;
        counts.failed.sort_by_key(|failed| failed.index);
        Ok(counts)
    }
}

/// An order as its report leaves it, before its commission is decided.
struct Draft<'a> {
    index: usize,
    report: &'a OrderReport,
    /// R1: nothing but its native status is news, so neither is who brought it and for how much.
    is_ignored: bool,
    stored: Option<order::Model>,
    row: order::Model,
}

/// R5: within one import an id that comes again fails from its second row on.
fn check_unseen(report: &OrderReport, seen: &mut HashSet<String>) -> Result<String, Refusal> {
    let external_id = text::required("externalId", &report.external_id)?;
    if seen.insert(external_id.clone()) {
        return Ok(external_id);
    }
    Err(Refusal {
        code: RefusalCode::Duplicate,
        message: format!("the order {external_id} came before in this import"),
        field: Some(vec!["externalId".to_owned()]),
    })
}

fn read(
    report: &OrderReport,
    known: Option<&order::Model>,
    meanings: &Meanings,
    shop: &ShopWrite,
) -> Result<Outcome, Refusal> {
    let report = clean(report)?;
    let native = report.native_status.as_deref();
    let context = Context {
        meaning: native.and_then(|word| meanings.of(word)),
        shop_currency: Currency::parse(&shop.shop.currency)?,
        now: shop.now,
    };
    let stored = known.map(state_of).transpose().map_err(|error| Refusal {
        code: RefusalCode::Invalid,
        message: format!("the stored order is damaged: {error}"),
        field: None,
    })?;
    let has_code = report.affiliate_code.is_some()
        || stored
            .as_ref()
            .is_some_and(|order| order.affiliate_code.is_some());
    if report.commission.is_some() && !has_code {
        return Err(Refusal {
            code: RefusalCode::Invalid,
            message: "a commission needs an affiliateCode that earns it".to_owned(),
            field: Some(vec!["commission".to_owned()]),
        });
    }
    let outcome = report.apply(stored.as_ref(), context)?;
    if let (
        Some(amount),
        Outcome::Created(state) | Outcome::Changed(state) | Outcome::Unchanged(state),
    ) = (&report.commission, &outcome)
    {
        state.currency.parse_amount("commission", amount)?;
    }
    Ok(outcome)
}

/// Trims and checks the texts of a report.
fn clean(report: &OrderReport) -> Result<OrderReport, Refusal> {
    let required = |field, value: &Option<String>| {
        value
            .as_deref()
            .map(|value| text::required(field, value))
            .transpose()
    };
    for (field, time) in [
        ("placedAt", report.placed_at),
        ("changedAt", report.changed_at),
        ("completedAt", report.completed_at),
    ] {
        time.map(|time| check_instant(field, time)).transpose()?;
    }
    Ok(OrderReport {
        external_id: text::required("externalId", &report.external_id)?,
        native_status: required("nativeStatus", &report.native_status)?,
        number: required("number", &report.number)?,
        affiliate_code: required("affiliateCode", &report.affiliate_code)?,
        ..report.clone()
    })
}

/// Decides on each order's commission and stores what differs.
async fn write_drafts(
    shop: &mut ShopWrite,
    drafts: Vec<Draft<'_>>,
    counts: &mut ImportCounts,
) -> Result<()> {
    let codes = drafts
        .iter()
        .filter_map(|draft| draft.row.affiliate_code.clone())
        .collect();
    let affiliates = ensure_codes(shop, codes).await?;
    let known: Vec<_> = drafts
        .iter()
        .filter_map(|draft| draft.stored.as_ref())
        .map(|order| order.id)
        .collect();
    let mut transactions = transactions_of(shop, &known).await?;
    let mut writes = Vec::new();
    for draft in drafts {
        let linked = transactions.remove(&draft.row.id).unwrap_or_default();
        let decision = if draft.is_ignored {
            Ok((draft.row, Claim::Keep, None))
        } else {
            decide(shop, draft.report, draft.row, &affiliates, &linked)
        };
        match decision {
            Err(refusal) => counts.fail(draft.index, &draft.report.external_id, refusal),
            Ok((mut row, claim, locked)) => {
                row.affiliate_id = claim.affiliate_of(row.affiliate_id);
                if let Some(refusal) = locked {
                    row.affiliate_code = draft
                        .stored
                        .as_ref()
                        .and_then(|order| order.affiliate_code.clone());
                    counts.fail_in_part(draft.index, &draft.report.external_id, refusal);
                } else {
                    count(counts, draft.stored.as_ref(), &row, &claim);
                }
                writes.push(OrderWrite {
                    stored: draft.stored,
                    row,
                    claim,
                    linked,
                });
            }
        }
    }
    store(shop, writes).await
}

type Decision = (order::Model, Claim, Option<Refusal>);

fn decide(
    shop: &ShopWrite,
    report: &OrderReport,
    row: order::Model,
    affiliates: &BTreeMap<String, affiliate::Model>,
    linked: &[transaction::Model],
) -> Result<Decision, Refusal> {
    let currency = Currency::parse(&row.currency)?;
    let imported = report
        .commission
        .as_deref()
        .map(|amount| currency.parse_amount("commission", amount))
        .transpose()?;
    let told = report.affiliate_code.is_some() || imported.is_some();
    let affiliate = row
        .affiliate_code
        .as_ref()
        .filter(|_| told)
        .and_then(|code| affiliates.get(code));
    match claim(&shop.shop, &row, affiliate, imported, linked) {
        Ok(claim) => Ok((row, claim, None)),
        Err(refusal) => Ok((row, Claim::Keep, Some(refusal))),
    }
}

fn count(
    counts: &mut ImportCounts,
    stored: Option<&order::Model>,
    row: &order::Model,
    claim: &Claim,
) {
    match stored {
        None => counts.created += 1,
        Some(stored) => {
            let same = order::Model {
                changed_at: stored.changed_at,
                ..row.clone()
            } == *stored;
            if same && matches!(claim, Claim::Keep) {
                counts.unchanged += 1;
            } else {
                counts.changed += 1;
            }
        }
    }
}
