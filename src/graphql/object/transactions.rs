//! Lists of transactions.

use async_graphql::Context;

use super::Transaction;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::reports::{self, TransactionsFilter, TransactionsSort};

/// The transactions that a filter leaves.
#[derive(Debug)]
pub struct Transactions {
    /// Which ones.
    pub filter: TransactionsFilter,
    /// In which order.
    pub sort: TransactionsSort,
}

impl Transactions {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<TransactionConnection> {
        let request = page.request(&self, self.sort)?;
        let db = reads(ctx)?.db().await?;
        let scope = viewer(ctx)?.scope();
        let page =
            reports::list_transactions(&db, scope, &self.filter, self.sort, &request).await?;
        let nodes = Nodes::of(&self, self.sort, page, Transaction::page);
        Ok(TransactionConnection::new(self, nodes))
    }
}

impl Listing for Transactions {
    const NAME: &'static str = "transactions";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_transactions(&db, viewer(ctx)?.scope(), &self.filter).await
    }
}

connection! {
    /// One page of transactions.
    TransactionConnection of Transaction,
    edges TransactionEdge
    /// A transaction in a list.
    , listing Transactions
}
