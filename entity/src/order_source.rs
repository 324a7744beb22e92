//! The platforms that a shop's orders come from, and how far each was read.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;

/// A row of `order_sources`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "order_sources")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which platform it is, such as `woocommerce`.
    pub kind: String,
    /// What `orders.source` says of its orders; unique by shop.
    pub name: String,
    /// Where the platform is asked; empty where it only pushes.
    pub address: String,
    /// The half of the credentials that is no secret: a key's id, a user.
    pub account: Option<String>,
    /// The other half: sealed, or where in the environment it stands.
    pub secret: Option<String>,
    /// What webhooks are signed with: sealed, or where in the environment it stands.
    pub hook_secret: Option<String>,
    /// What they were signed with before; both hold while the platform changes over.
    pub old_hook_secret: Option<String>,
    /// What else the platform needs to know, in its own words.
    pub settings: Json,
    /// Whether runs ask it.
    pub enabled: bool,
    /// Where the walk through the changes stands that is under way.
    pub cursor: Option<Json>,
    /// Up to when every change is known; unset before the first whole walk.
    pub covered_until: Option<Instant>,
    /// After which order the next run goes on to ask for what is not final.
    pub asked_after: Option<Uuid>,
    /// When it was last asked what is asked daily: for the orders that are gone, and for what is final where its
    /// changes do not show.
    pub gone_asked_at: Option<Instant>,
    /// The ids of orders that it told and that could not be taken, which are asked for again; a list of texts.
    pub unread: Option<Json>,
    /// When it was last read without a failure.
    pub pulled_at: Option<Instant>,
    /// Why the last reading failed; unset where it did not.
    pub error: Option<String>,
    /// When the shop was connected.
    pub created_at: Instant,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
