//! What platforms send by themselves: webhooks, which are hints, and pushes, which hold whole orders.

use std::collections::HashSet;

use entity::order_source;
use entity::words::StatusActor;
use reqwest::header::HeaderMap;

use super::connecting::{hook_secrets, platform_of};
use super::hints::SourceId;
use super::pull::report_of;
use crate::app::App;
use crate::error::{Error, Refusal, RefusalCode, Result};
use crate::ledger::{self, Author, FailedRow, ImportCounts, StorePushed, require_shop};
use crate::sources::{Hook, HookError, Incoming, Reported, Secret};

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The platform only tried whether anybody is there.
    Ping,
    /// Its orders are fetched soon.
    Hint,
    /// It came before.
    Known,
    /// The source is switched off.
    Ignored,
    /// It is not taken.
    Refused(HookError),
}

/// Takes in a webhook of a platform: its headers, and its body byte for byte.
pub fn receive_hook(
    app: &App,
    row: &order_source::Model,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Received> {
    let incoming = Incoming {
        headers,
        body,
        secrets: &hook_secrets(app, row)?,
        now: app.clock.now(),
    };
    Ok(match platform_of(app, row)?.hook(&incoming) {
        Err(error) => Received::Refused(error),
        Ok(Hook::Ping) => Received::Ping,
        Ok(Hook::Orders { .. }) if !row.enabled => Received::Ignored,
        Ok(Hook::Orders {
            external_ids,
            delivery,
        }) => {
            if app.hints.add(SourceId::from(row), &delivery, external_ids) {
                Received::Hint
            } else {
                Received::Known
            }
        }
    })
}

/// Whether a secret that somebody came with is one of those that a source's webhooks are signed with. How long that
/// takes does not tell how far it is right.
pub fn is_secret_of(app: &App, row: &order_source::Model, given: &Secret) -> Result<bool> {
    let secrets = hook_secrets(app, row)?;
    Ok(secrets
        .iter()
        .fold(false, |is, secret| is | secret.equals(given)))
}

/// Takes in orders that a platform has pushed, in one transaction; a bad one is told by its place among them (R22),
/// and so is what was left out of one that is counted among those that went in.
pub async fn receive_push(
    app: &App,
    row: &order_source::Model,
    orders: Vec<Reported>,
) -> Result<ImportCounts> {
    let shop = require_shop(app.database.reader(), row.shop_id).await?;
    let (mut reports, mut places) = (Vec::new(), Vec::new());
    let (mut failed, mut notes) = (Vec::new(), Vec::new());
    for (index, order) in orders.into_iter().enumerate() {
        let (external_id, report) = match order {
            Ok(order) => (order.external_id.clone(), report_of(order, &shop.currency)),
            Err(unread) => (unread.external_id.unwrap_or_default(), Err(unread.reason)),
        };
        match report {
            Ok((report, left_out)) => {
                reports.push(report);
                places.push(index);
                notes.extend(left_out.map(|why| FailedRow {
                    taken: true,
                    ..unreadable(index, external_id, why)
                }));
            }
            Err(reason) => failed.push(unreadable(index, external_id, reason)),
        }
    }
    let author = Author::new(StatusActor::Import, row.name.clone());
    let change = StorePushed {
        source_id: row.id,
        reports,
    };
    let mut counts = ledger::write(app, row.shop_id, &author, &change).await?;
    for refused in &mut counts.failed {
        let place = places.get(refused.index).copied();
        refused.index =
            place.ok_or_else(|| Error::Unexpected("a row without a place".to_owned()))?;
    }
    let refused: HashSet<usize> = counts.failed.iter().map(|it| it.index).collect();
    notes.retain(|note| !refused.contains(&note.index));
    counts.failed.extend(failed);
    counts.failed.extend(notes);
    counts.failed.sort_by_key(|failed| failed.index);
    Ok(counts)
}

fn unreadable(index: usize, external_id: String, message: String) -> FailedRow {
    FailedRow {
        index,
        external_id,
        refusal: Refusal {
            code: RefusalCode::Invalid,
            message,
            field: None,
        },
        taken: false,
    }
}
