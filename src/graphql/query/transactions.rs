//! What affiliates earn or owe.

use async_graphql::{Context, ID, Object};

use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::input::{TransactionFilter, TransactionOrder};
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::{Transaction, TransactionConnection, Transactions};
use crate::graphql::reads::{reads, viewer};
use crate::reports;

/// Transactions.
#[derive(Debug, Default)]
pub struct TransactionQueries;

#[Object(serial)]
impl TransactionQueries {
    /// One transaction; null where it is not there or not for the viewer to see.
    async fn transaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transaction.")] id: ID,
    ) -> Result<Option<Transaction>> {
        let viewer = viewer(ctx)?;
        let Some(id) = viewer.id_of(NodeKind::Transaction, &id)? else {
            return Ok(None);
        };
        let db = reads(ctx)?.db().await?;
        let row = reports::find_transaction(&db, viewer.scope(), id).await?;
        Ok(row.map(Into::into))
    }

    /// What affiliates earn or owe. An affiliate sees its own only.
    async fn transactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "Which transactions; by default all.")] filter: Option<TransactionFilter>,
        #[graphql(desc = "In which order; by default the newest first.")] order_by: Option<
            TransactionOrder,
        >,
        #[graphql(
            desc = "At most so many transactions from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only transactions behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many transactions from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only transactions ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<TransactionConnection>> {
        viewer(ctx)?.shop_of(shop_id.as_ref())?;
        let filter = filter.unwrap_or_default().resolve(ctx).await?;
        let sort = order_by.map(Into::into).unwrap_or_default();
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        Transactions { filter, sort }
            .page(ctx, &page)
            .await
            .map(Some)
    }
}
