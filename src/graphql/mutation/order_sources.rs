//! Platforms connected, changed, forgotten and tried.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use serde_json::Value;

use super::door::{
    Outcome, author_of, found, invalid, optional_secret, outcome, require_admin, row,
    write_as_admin,
};
use super::payload::payload;
use crate::error::{Refusal, RefusalCode};
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::object::{OrderSource, OrderSourceCheck};
use crate::graphql::reads::{app, reads, viewer};
use crate::graphql::user_error::UserError;
use crate::ledger::{DisconnectSource, find_source};
use crate::sync::{NewSource, SourceUpdate, check_source, connect_source, update_source};

#[derive(Debug, Default)]
pub struct OrderSourceMutations;

/// A platform to be connected.
#[derive(InputObject)]
pub struct ConnectOrderSourceInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// Which platform, such as `woocommerce`.
    kind: String,
    /// What its orders' source is to be called, for good; the kind where it is left out.
    name: Option<String>,
    /// Where it is asked, such as `https://shop.example`; left out where it only pushes.
    address: Option<String>,
    /// The public half of the credentials: a key, a user.
    account: Option<String>,
    /// The secret half. It is sealed, and never shown again.
    secret: Option<String>,
    /// What webhooks are signed with, and what feeds and pushes come with. It is sealed, and never shown again.
    webhook_secret: Option<String>,
    /// What else the platform needs: a JSON object.
    settings: Option<String>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// What to change of a connected platform; what is left out or null stays.
#[derive(InputObject)]
pub struct UpdateOrderSourceInput {
    /// The source.
    order_source_id: ID,
    /// Where it is asked. The secret must be said again with it.
    address: Option<String>,
    /// The public half of the credentials.
    account: Option<String>,
    /// The secret half.
    secret: Option<String>,
    /// What webhooks are signed with from now on. The secret until now holds as well, until another comes or it is
    /// dropped.
    webhook_secret: Option<String>,
    /// True takes the webhook secret before the present one no more.
    drop_old_webhook_secret: Option<bool>,
    /// What else the platform needs, all of it: a JSON object.
    settings: Option<String>,
    /// Whether it is asked, and listened to.
    enabled: Option<bool>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// Which platform to forget.
#[derive(Debug, InputObject)]
pub struct DisconnectOrderSourceInput {
    /// The source.
    order_source_id: ID,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// Which platform to try.
#[derive(Debug, InputObject)]
pub struct TestOrderSourceInput {
    /// The source.
    order_source_id: ID,
}

payload! {
    /// What became of a connection.
    ConnectOrderSourcePayload {
        /// The source; null where it was not connected.
        order_source: OrderSource
    }
}

payload! {
    /// What became of a change to a source.
    UpdateOrderSourcePayload {
        /// The source as it is now; null where it was not changed.
        order_source: OrderSource
    }
}

payload! {
    /// How a source was found when it was tried.
    TestOrderSourcePayload {
        /// How it was found; null where there is no such source.
        check: OrderSourceCheck
    }
}

/// What became of a source that was to be forgotten.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct DisconnectOrderSourcePayload {
    /// The id that the source had; null where it was not forgotten.
    disconnected_order_source_id: Option<ID>,
    /// Why it was not; empty where it was.
    user_errors: Vec<UserError>,
}

#[Object(serial)]
impl OrderSourceMutations {
    /// Connects a shop to the platform that it runs on. Whether that answers is told by `testOrderSource`. Requires
    /// ADMIN.
    async fn connect_order_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which platform, where, and with which credentials.")]
        input: ConnectOrderSourceInput,
    ) -> Result<ConnectOrderSourcePayload> {
        require_admin(ctx)?;
        let shop_id = viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let new = NewSource {
            kind: input.kind,
            name: input.name,
            address: input.address,
            account: input.account,
            secret: found!(optional_secret("secret", input.secret)),
            hook_secret: found!(optional_secret("webhookSecret", input.webhook_secret)),
            settings: found!(settings(input.settings)).unwrap_or_default(),
        };
        let author = author_of(ctx, input.idempotency_key)?;
        reads(ctx)?.renew();
        let made = connect_source(app(ctx)?, shop_id, &author, new).await;
        Ok(outcome(made)?.into())
    }

    /// Changes what was said of a platform, all of it or nothing. Requires ADMIN.
    async fn update_order_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which source, and what of it.")] input: UpdateOrderSourceInput,
    ) -> Result<UpdateOrderSourcePayload> {
        let id = found!(id_of(ctx, &input.order_source_id)?);
        let update = SourceUpdate {
            address: input.address,
            account: input.account,
            secret: found!(optional_secret("secret", input.secret)),
            hook_secret: found!(optional_secret("webhookSecret", input.webhook_secret)),
            drops_old_hook_secret: input.drop_old_webhook_secret.unwrap_or(false),
            settings: found!(settings(input.settings)),
            enabled: input.enabled,
        };
        let author = author_of(ctx, input.idempotency_key)?;
        reads(ctx)?.renew();
        let shop_id = viewer(ctx)?.shop_id;
        let made = update_source(app(ctx)?, shop_id, &author, id, update).await;
        Ok(outcome(made)?.into())
    }

    /// Forgets a platform and its secrets. Its orders stay, and settle as they were last known. Requires ADMIN.
    async fn disconnect_order_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which source.")] input: DisconnectOrderSourceInput,
    ) -> Result<DisconnectOrderSourcePayload> {
        let source_id = found!(id_of(ctx, &input.order_source_id)?);
        let change = DisconnectSource { source_id };
        let forgotten = write_as_admin(ctx, input.idempotency_key, &change).await?;
        let row = found!(forgotten);
        Ok(DisconnectOrderSourcePayload {
            disconnected_order_source_id: Some(encode(NodeKind::OrderSource, row.shop_id, row.id)),
            user_errors: Vec::new(),
        })
    }

    /// Tries whether orders can be read of a source, and says in plain words what is wrong where they cannot, after
    /// 10 seconds at most. It changes nothing. One of a shop, and a few in all, are tried at a time: others get
    /// RATE_LIMITED. Requires ADMIN.
    async fn test_order_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which source.")] input: TestOrderSourceInput,
    ) -> Result<TestOrderSourcePayload> {
        let id = found!(id_of(ctx, &input.order_source_id)?);
        let app = app(ctx)?;
        let found = find_source(app.database.reader(), viewer(ctx)?.shop_id, id).await?;
        let Some(source) = found else {
            return Ok(not_there().into());
        };
        let check: Outcome<_> = Ok(check_source(app, &source).await?);
        Ok(check.into())
    }
}

impl From<Refusal> for DisconnectOrderSourcePayload {
    fn from(refusal: Refusal) -> Self {
        Self {
            disconnected_order_source_id: None,
            user_errors: vec![refusal.into()],
        }
    }
}

fn id_of(ctx: &Context<'_>, id: &ID) -> Result<Outcome<uuid::Uuid>> {
    row(ctx, NodeKind::OrderSource, "orderSourceId", id)
}

fn not_there() -> Refusal {
    Refusal {
        code: RefusalCode::NotFound,
        message: NodeKind::OrderSource.not_there().to_string(),
        field: Some(vec!["input".to_owned(), "orderSourceId".to_owned()]),
    }
}

fn settings(text: Option<String>) -> Outcome<Option<Value>> {
    let read = |text: String| match serde_json::from_str(&text) {
        Ok(settings @ Value::Object(_)) => Ok(settings),
        _ => Err(invalid("settings", "settings must be a JSON object")),
    };
    text.map(read).transpose()
}
