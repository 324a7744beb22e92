//! Bearer tokens: random secrets of which only hashes are kept.
//!
//! A token reads `cashable_SHOP_ID_SECRET`: it names its shop and its row, so that looking it up needs no
//! index over all shops, and a scanner for leaked secrets finds it by its prefix. The secret ends with a
//! checksum of all before it, so that the scanner can tell a token from what only looks like one, and a
//! mistyped one is refused without a look at the database.

use entity::words::Role;
use entity::{Instant, access_token};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::affiliates::find_affiliate;
use super::{Change, ShopWrite, bulk};
use crate::app::App;
use crate::domain::text;
use crate::error::{Error, Result};

const PREFIX: &str = "cashable";
/// How many hexadecimal digits a secret has, and how many its checksum.
const SECRET_DIGITS: usize = 64;
const CHECKSUM_DIGITS: usize = 8;
/// A use is recorded at most so often.
const USE_MILLIS: i64 = 60_000;

/// Makes a token.
#[derive(Debug, Serialize)]
pub struct CreateToken {
    /// What the staff call it.
    pub name: String,
    /// What it may see and do.
    pub role: Role,
    /// Whose token it is, with role AFFILIATE.
    pub affiliate_id: Option<Uuid>,
    /// From when on it is refused.
    pub expires_at: Option<Instant>,
}

/// A new token; the secret is shown this once.
#[derive(Debug, Serialize, Deserialize)]
pub struct CreatedToken {
    /// The row.
    pub token: access_token::Model,
    /// What the bearer sends.
    pub secret: String,
}

/// Refuses a token from now on.
#[derive(Debug, Serialize)]
pub struct RevokeToken {
    /// Which one.
    pub token_id: Uuid,
}

impl Change for CreateToken {
    const NAME: &'static str = "createAccessToken";
    type Output = CreatedToken;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<CreatedToken> {
        let name = text::required("name", &self.name)?;
        match (self.role, self.affiliate_id) {
            (Role::Affiliate, Some(id)) => drop(find_affiliate(shop, id).await?),
            (Role::Affiliate, None) => {
                return Err(Error::invalid(
                    "affiliateId",
                    "a token with role AFFILIATE needs its affiliate",
                ));
            }
            (_, Some(_)) => {
                return Err(Error::invalid(
                    "affiliateId",
                    "only a token with role AFFILIATE has an affiliate",
                ));
            }
            (_, None) => {}
        }
        if self.expires_at.is_some_and(|at| at <= shop.now) {
            return Err(Error::invalid(
                "expiresAt",
                "expiresAt must lie in the future",
            ));
        }
        let id = shop.new_id();
        let random = random_secret()?;
        let mut secret = format!("{PREFIX}_{:x}_{}_{random}", shop.shop.shop_id, id.simple());
        secret += &checksum(&secret);
        let token = access_token::Model {
            shop_id: shop.shop.shop_id,
            id,
            name,
            role: self.role,
            affiliate_id: self.affiliate_id,
            secret_hash: hash_secret(&random),
            created_at: shop.now,
            expires_at: self.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        bulk::insert::<access_token::Entity>(shop.db(), vec![token.clone()]).await?;
        Ok(CreatedToken { token, secret })
    }
}

impl Change for RevokeToken {
    const NAME: &'static str = "revokeAccessToken";
    type Output = access_token::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<access_token::Model> {
        let mut token = access_token::Entity::find_by_id((shop.shop.shop_id, self.token_id))
            .one(shop.db())
            .await?
            .ok_or_else(|| Error::not_found("access token"))?;
        if token.revoked_at.is_none() {
            token.revoked_at = Some(shop.now);
            bulk::upsert::<access_token::Entity>(shop.db(), vec![token.clone()]).await?;
        }
        Ok(token)
    }
}

/// Records that a token was used, to the minute; without the shop's lock, since no figure hangs on it.
pub async fn touch_token(app: &App, token: &access_token::Model) -> Result<()> {
    let now = app.clock.now();
    if token
        .last_used_at
        .is_some_and(|at| now.0 - at.0 < USE_MILLIS)
    {
        return Ok(());
    }
    access_token::Entity::update_many()
        .col_expr(access_token::Column::LastUsedAt, Expr::value(now.0))
        .filter(access_token::Column::ShopId.eq(token.shop_id))
        .filter(access_token::Column::Id.eq(token.id))
        .exec(app.database.writer())
        .await?;
    Ok(())
}

/// Whether a text is meant to be one of our tokens, good or not.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let after = text.strip_prefix(PREFIX);
    after.is_some_and(|after| after.starts_with('_'))
}

/// Takes a token apart: its shop, its row, and the hash that the row must have.
#[must_use]
pub fn parse_secret(token: &str) -> Option<(i64, Uuid, String)> {
    let mut parts = without_checksum(token)?.split('_');
    let (prefix, shop, id, random) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if prefix != PREFIX || parts.next().is_some() {
        return None;
    }
    let shop_id = i64::from_str_radix(shop, 16).ok()?;
    Some((shop_id, Uuid::try_parse(id).ok()?, hash_secret(random)))
}

/// The token before its checksum, if that is right. Tokens made before there were checksums have none.
fn without_checksum(token: &str) -> Option<&str> {
    let secret = token.rsplit('_').next()?;
    if secret.len() == SECRET_DIGITS {
        return Some(token);
    }
    let (token, given) = token.split_at_checked(token.len().checked_sub(CHECKSUM_DIGITS)?)?;
    (checksum(token) == given).then_some(token)
}

/// The first digits of the hash of what stands before them.
fn checksum(text: &str) -> String {
    let mut digits = hash_secret(text);
    digits.truncate(CHECKSUM_DIGITS);
    digits
}

/// The hash by which a secret is kept. The secret is random, so a fast hash is enough.
#[must_use]
pub fn hash_secret(random: &str) -> String {
    hex::encode(Sha256::digest(random.as_bytes()))
}

fn random_secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::Unexpected(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_apart_with_its_checksum_and_without() {
        let (id, random) = (Uuid::from_u128(9), "ab".repeat(32));
        let old = format!("cashable_7f_{}_{random}", id.simple());
        let expected = Some((0x7f, id, hash_secret(&random)));
        assert_eq!(parse_secret(&old), expected);
        assert_eq!(parse_secret(&format!("{old}{}", checksum(&old))), expected);
    }

    #[test]
    fn what_is_no_token_is_not_taken_apart() {
        let (id, random) = (Uuid::from_u128(9).simple(), "ab".repeat(32));
        let token = |text: String| format!("{text}{}", checksum(&text));
        for wrong in [
            String::new(),
            "ä".repeat(9),
            "cashable_x".to_owned(),
            format!("cashable_7f_{id}_{random}00000000"),
            format!("{}0", token(format!("cashable_7f_{id}_{random}"))),
            token(format!("cashable_7f_{id}")),
            token(format!("cashable_7g_{id}_{random}")),
            token(format!("cashable_7f_x_{random}")),
            token(format!("cashable_7f_{id}_{random}_x")),
            token(format!("credible_7f_{id}_{random}")),
        ] {
            assert_eq!(parse_secret(&wrong), None, "{wrong}");
        }
    }
}
