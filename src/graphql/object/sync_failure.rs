//! The orders that a run set aside (R22).

use async_graphql::{Context, Object};
use entity::sync_failure::Model;
use uuid::Uuid;

use crate::error::{self, RefusalCode};
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::user_error::UserErrorCode;
use crate::reports::{self, FailuresByOrder};

/// An order that was set aside.
#[derive(Clone, Debug)]
pub struct SyncFailure(Model);

/// An order that a sync run set aside, with the reason. The next run tries it again.
#[Object(serial)]
impl SyncFailure {
    /// Where the order comes from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// The source's own id of the order.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// What kind of reason it is, for programs.
    async fn code(&self) -> UserErrorCode {
        let stored = serde_json::Value::from(self.0.code.as_str());
        let code: Option<RefusalCode> = serde_json::from_value(stored).ok();
        code.unwrap_or(RefusalCode::Invalid).into()
    }

    /// What is wrong with the order, for people.
    async fn message(&self) -> &str {
        &self.0.message
    }
}

/// The failures of one run.
#[derive(Debug)]
pub struct SyncFailures {
    /// Which run.
    pub run_id: Uuid,
}

impl SyncFailures {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<SyncFailureConnection> {
        let request = page.request(&self, FailuresByOrder)?;
        let db = reads(ctx)?.db().await?;
        let shop_id = viewer(ctx)?.shop_id;
        let page = reports::list_failures(&db, shop_id, self.run_id, &request).await?;
        let failures = |rows: Vec<Model>| rows.into_iter().map(SyncFailure).collect();
        let nodes = Nodes::of(&self, FailuresByOrder, page, failures);
        Ok(SyncFailureConnection::new(self, nodes))
    }
}

impl Listing for SyncFailures {
    const NAME: &'static str = "failures";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_failures(&db, viewer(ctx)?.shop_id, self.run_id).await
    }
}

connection! {
    /// One page of the orders that a sync run set aside.
    SyncFailureConnection of SyncFailure,
    edges SyncFailureEdge
    /// An order in the list of those set aside.
    , listing SyncFailures
}
