//! Access tokens made and revoked.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::door::{Outcome, found, optional_row, require_admin, row, write_as_admin};
use super::payload::payload;
use crate::error::Refusal;
use crate::graphql::errors::Result;
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::AccessToken;
use crate::graphql::reads::viewer;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;
use crate::graphql::words::Role;
use crate::ledger::{CreateToken, CreatedToken, RevokeToken};

#[derive(Debug, Default)]
pub struct TokenMutations;

/// A token to be made. It takes no idempotency key, since its answer is a secret.
#[derive(Debug, InputObject)]
pub struct CreateAccessTokenInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// What the staff call it.
    name: String,
    /// What it may see and do.
    role: Role,
    /// Whose token it is; required with role AFFILIATE, and only there.
    affiliate_id: Option<ID>,
    /// From when on it is refused; never where left out.
    expires_at: Option<DateTime>,
}

/// Which token to revoke.
#[derive(Debug, InputObject)]
pub struct RevokeAccessTokenInput {
    /// The token.
    access_token_id: ID,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// The new token.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct CreateAccessTokenPayload {
    /// The token, without its secret; null where none was made.
    access_token: Option<AccessToken>,
    /// What the bearer sends as `Authorization: Bearer …`. It is shown this once.
    secret: Option<String>,
    /// Why no token was made; empty where one was.
    user_errors: Vec<UserError>,
}

payload! {
    /// What became of a revocation.
    RevokeAccessTokenPayload {
        /// The token, which is refused from now on; null where there is no such token.
        access_token: AccessToken
    }
}

#[Object(serial)]
impl TokenMutations {
    /// Makes an access token for a person, a dashboard or a shop. Requires ADMIN.
    async fn create_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to call it, and what it may do.")] input: CreateAccessTokenInput,
    ) -> Result<CreateAccessTokenPayload> {
        require_admin(ctx)?;
        viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let affiliate_id = optional_row(
            ctx,
            NodeKind::Affiliate,
            "affiliateId",
            input.affiliate_id.as_ref(),
        )?;
        let change = CreateToken {
            name: input.name,
            role: input.role.into(),
            affiliate_id: found!(affiliate_id),
            expires_at: input.expires_at.map(|time| time.0),
        };
        Ok(write_as_admin(ctx, None, &change).await?.into())
    }

    /// Refuses a token from now on. Revoking one that is revoked changes nothing. Requires ADMIN.
    async fn revoke_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokeAccessTokenInput,
    ) -> Result<RevokeAccessTokenPayload> {
        let id = row(
            ctx,
            NodeKind::AccessToken,
            "accessTokenId",
            &input.access_token_id,
        )?;
        let change = RevokeToken {
            token_id: found!(id),
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }
}

impl From<Outcome<CreatedToken>> for CreateAccessTokenPayload {
    fn from(outcome: Outcome<CreatedToken>) -> Self {
        match outcome {
            Ok(made) => Self {
                access_token: Some(made.token.into()),
                secret: Some(made.secret),
                user_errors: Vec::new(),
            },
            Err(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for CreateAccessTokenPayload {
    fn from(refusal: Refusal) -> Self {
        Self {
            access_token: None,
            secret: None,
            user_errors: vec![refusal.into()],
        }
    }
}
