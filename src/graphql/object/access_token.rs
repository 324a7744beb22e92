//! Access tokens as admins see them; never their secrets.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::access_token::Model;
use entity::words;
use uuid::Uuid;

use super::Affiliate;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::DateTime;
use crate::graphql::siblings::Siblings;
use crate::graphql::words::Role;
use crate::reports::{self, NewestTokens};

/// A token of one page.
#[derive(Clone, Debug)]
pub struct AccessToken {
    row: Model,
    affiliates: Arc<Siblings<Affiliate>>,
}

impl AccessToken {
    /// The tokens of one page.
    pub fn page(rows: Vec<Model>) -> Vec<Self> {
        let affiliates = Siblings::new(rows.iter().filter_map(|row| row.affiliate_id));
        let affiliates = Arc::new(affiliates);
        let token = |row| Self {
            row,
            affiliates: Arc::clone(&affiliates),
        };
        rows.into_iter().map(token).collect()
    }

    /// The tokens with these ids; none for those who are no admins.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let viewer = viewer(ctx)?;
        if viewer.role != words::Role::Admin {
            return Ok(HashMap::new());
        }
        let db = reads(ctx)?.db().await?;
        let rows = reports::tokens_by_ids(&db, viewer.shop_id, ids).await?;
        let tokens = Self::page(rows.into_values().collect());
        Ok(tokens.into_iter().map(|it| (it.row.id, it)).collect())
    }
}

impl From<Model> for AccessToken {
    fn from(row: Model) -> Self {
        let affiliates = Arc::new(Siblings::new(row.affiliate_id));
        Self { row, affiliates }
    }
}

/// What lets a program or a person in. For admins only; the secret is shown once, when it is made.
#[Object(serial)]
impl AccessToken {
    /// Opaque, and the same for good. It is not the secret.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::AccessToken, self.row.shop_id, self.row.id)
    }

    /// What the staff call it; the history tells it of those who changed something.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it may see and do.
    async fn role(&self) -> Role {
        self.row.role.into()
    }

    /// Whose token it is, with role AFFILIATE; null with any other.
    async fn affiliate(&self, ctx: &Context<'_>) -> Result<Option<&Affiliate>> {
        let Some(id) = self.row.affiliate_id else {
            return Ok(None);
        };
        let read = Affiliate::read(ctx, self.affiliates.ids());
        self.affiliates.find(id, read).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// From when on it is refused; null where it holds until it is revoked.
    async fn expires_at(&self) -> Option<DateTime> {
        self.row.expires_at.map(Into::into)
    }

    /// When it was last used, to the minute; null where it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.row.last_used_at.map(Into::into)
    }

    /// Since when it is refused; null where it was not revoked.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.row.revoked_at.map(Into::into)
    }
}

/// The shop's tokens.
#[derive(Debug)]
pub struct AccessTokens;

impl AccessTokens {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<AccessTokenConnection> {
        let request = page.request(&self, NewestTokens)?;
        let db = reads(ctx)?.db().await?;
        let page = reports::list_tokens(&db, viewer(ctx)?.shop_id, &request).await?;
        let nodes = Nodes::of(&self, NewestTokens, page, AccessToken::page);
        Ok(AccessTokenConnection::new(self, nodes))
    }
}

impl Listing for AccessTokens {
    const NAME: &'static str = "accessTokens";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_tokens(&db, viewer(ctx)?.shop_id).await
    }
}

connection! {
    /// One page of access tokens, the newest first, revoked ones among them.
    AccessTokenConnection of AccessToken,
    edges AccessTokenEdge
    /// An access token in a list.
    , listing AccessTokens
}
