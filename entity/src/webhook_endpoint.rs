//! The addresses that a shop's other tools are told at, and up to where each has been told.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::words::WebhookEvent;

/// A row of `webhook_endpoints`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where messages are sent.
    pub url: String,
    /// What it is told of.
    pub events: WebhookEvents,
    /// What messages are signed with, sealed.
    pub secret: String,
    /// What they were signed with before, sealed; both sign while the receiver changes over.
    pub old_secret: Option<String>,
    /// Until when the older secret signs.
    pub old_secret_until: Option<Instant>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Since when nothing is.
    pub disabled_at: Option<Instant>,
    /// The last number of the history that it has been told, or was not to be.
    pub sequence: i64,
    /// The same of `finished_runs`.
    pub run_number: i64,
    /// The shop's revision up to which there is nothing left to tell.
    pub revision: i64,
    /// How often in a row the next message was not taken.
    pub failures: i32,
    /// Since when it is not.
    pub failing_since: Option<Instant>,
    /// When it is sent again.
    pub retry_at: Option<Instant>,
    /// Why the last message was not taken; unset once one was.
    pub error: Option<String>,
    /// When a message was taken last.
    pub delivered_at: Option<Instant>,
    /// Which deliverer is at it.
    pub holder: Option<Uuid>,
    /// Until when nobody else may be.
    pub leased_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// What an endpoint is told of, each event once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct WebhookEvents(pub Vec<WebhookEvent>);

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
