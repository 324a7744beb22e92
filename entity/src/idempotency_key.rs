//! Answers of mutations that may be repeated, kept for 24 hours.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;

/// A row of `idempotency_keys`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Whose key it is: a token, or somebody whom an identity provider vouches for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: Uuid,
    /// Chosen by the caller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the request.
    pub request_hash: String,
    /// The first answer, as JSON.
    pub answer: String,
    /// When it was given.
    pub created_at: Instant,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
