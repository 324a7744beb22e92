//! What platforms send by themselves: webhooks, word that a product feed is made, and pushes of orders. Each names
//! its source by the id that the API shows, and proves itself by the source's webhook secret.

mod feed;
mod push;
mod webhook;

use axum::Router;
use axum::http::Extensions;
use axum::routing::post;
use entity::order_source;
use uuid::Uuid;

use super::client_address::ClientAddress;
use super::limits::Guesses;
use super::refused::Refused;
use super::streams::Places;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::{NodeKind, decode};
use crate::ledger::find_source;
use crate::sources::Secret;
use crate::sync::is_secret_of;

/// How many pushes are taken at a time whose path does not say whose they are: that shows in the body, so that
/// strangers may send long ones.
const PUSHES: usize = 16;
/// How many of them from one address.
const PUSHES_EACH: usize = 4;
/// How many pushes are taken at a time whose path names their source: strangers do not know it.
const NAMED_PUSHES: usize = 32;
/// How many of them for one source.
const NAMED_PUSHES_EACH: usize = 2;

/// All routes.
pub fn routes(app: App, guesses: Guesses) -> Router {
    Router::new()
        .route("/hooks/{source}", post(webhook::receive))
        .route("/hooks/feed/{source}", post(feed::receive))
        .route("/sync/orders", post(push::receive))
        .route("/import/sync_orders", post(push::receive))
        .route("/import/orders", post(push::receive))
        .route("/sync/orders/{source}", post(push::receive_named))
        .route("/import/sync_orders/{source}", post(push::receive_named))
        .route("/import/orders/{source}", post(push::receive_named))
        .with_state(Hooks {
            app,
            guesses,
            pushes: Places::new(PUSHES, PUSHES_EACH),
            named_pushes: Places::new(NAMED_PUSHES, NAMED_PUSHES_EACH),
        })
}

/// What every route needs.
#[derive(Clone)]
struct Hooks {
    app: App,
    guesses: Guesses,
    pushes: Places<Pusher>,
    named_pushes: Places<Pusher>,
}

/// Who has a place for a push.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Pusher {
    At(Option<ClientAddress>),
    Source(i64, Uuid),
}

/// From where somebody comes who has not proved anything yet.
#[derive(Clone, Copy)]
struct Stranger(Option<ClientAddress>);

impl Hooks {
    /// Who sends this; refused where many secrets that are none came from there.
    fn meet(&self, extensions: &Extensions) -> Result<Stranger> {
        let address = extensions.get().copied();
        self.guesses.check(address)?;
        Ok(Stranger(address))
    }

    /// The source with this id.
    async fn find(&self, id: &str) -> Result<Option<order_source::Model>> {
        let Ok((shop_id, id)) = decode(NodeKind::OrderSource, &id.into()) else {
            return Ok(None);
        };
        find_source(self.app.database.reader(), shop_id, id).await
    }

    /// The source that an address names. One that is not there counts like a wrong secret.
    async fn require(&self, stranger: Stranger, id: &str) -> Result<order_source::Model, Refused> {
        let found = self.find(id).await?;
        found.ok_or_else(|| {
            self.guesses.count(stranger.0);
            Refused::not_found()
        })
    }

    /// Whether this secret is the source's; one that is not counts.
    fn is_proved(
        &self,
        stranger: Stranger,
        row: &order_source::Model,
        secret: &Secret,
    ) -> Result<bool> {
        let is_proved = is_secret_of(&self.app, row, secret).map_err(|it| closed(&it))?;
        if !is_proved {
            self.guesses.count(stranger.0);
        }
        Ok(is_proved)
    }
}

/// That a secret of ours cannot be opened is no fault of whoever sends something.
fn closed(error: &Error) -> Error {
    Error::Unexpected(format!(
        "what a source is to be proved by cannot be read: {error}"
    ))
}
