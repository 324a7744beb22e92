//! What an event of a subscription waits for before it is read and resolved: whoever runs the subscription says when.
//! It holds no connection meanwhile.

use std::fmt;
use std::sync::Arc;

use async_graphql::Context;
use futures_util::future::BoxFuture;

/// Says when an event may be worked on.
pub trait Events: Send + Sync {
    /// Waits until the next event may be worked on. Asked again before that is told, it waits for nothing.
    fn begin(&self) -> BoxFuture<'_, ()>;

    /// There was no event after all.
    fn give_up(&self);
}

/// The pace of one subscription, which goes with its request.
#[derive(Clone, Default)]
pub struct Pace(Option<Arc<dyn Events>>);

impl Pace {
    /// As this one says.
    #[must_use]
    pub fn of(events: Arc<impl Events + 'static>) -> Self {
        Self(Some(events))
    }

    /// See [`Events::begin`].
    pub(super) async fn begin(&self) {
        if let Some(events) = &self.0 {
            events.begin().await;
        }
    }

    /// See [`Events::give_up`].
    pub(super) fn give_up(&self) {
        if let Some(events) = &self.0 {
            events.give_up();
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pace").finish_non_exhaustive()
    }
}

/// The pace of the subscription that is asked for; none where nobody sets one, such as in tests of the schema alone.
pub(super) fn pace(ctx: &Context<'_>) -> Pace {
    ctx.data_opt::<Pace>().cloned().unwrap_or_default()
}
