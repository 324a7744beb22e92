//! One turn of one endpoint: what happened since it was last told, message by message, until one is not taken.

use entity::webhook_endpoint::Model;

use super::Compose;
use super::backoff::retry_at;
use super::channel::{Channel, NotTaken};
use crate::app::App;
use crate::error::Result;
use crate::ledger::{Failure, Reached, WebhookLane};
use crate::reports::{self, Behind, Happened, ToTell};

/// How much happens in one turn, so that everybody gets one.
const TURN: usize = 250;
/// After how many milliseconds a turn ends, once the message under way is told: slow endpoints hold no place for long.
const TURN_MILLIS: i64 = 30_000;

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is more to tell.
    More,
    /// There is not, or not now.
    Over,
}

/// An endpoint that is being told.
struct Delivery<'a> {
    app: &'a App,
    compose: Compose,
    lane: WebhookLane,
    endpoint: Model,
    reached: Reached,
    /// Opened for the first message.
    channel: Option<Channel>,
}

/// Tells an endpoint what there is to tell, where nobody else does.
pub(super) async fn deliver(app: &App, compose: Compose, endpoint: &Model) -> Result<Turn> {
    let Some((lane, endpoint)) = WebhookLane::take(app, endpoint).await? else {
        return Ok(Turn::Over);
    };
    let mut delivery = Delivery {
        app,
        compose,
        lane,
        reached: Reached::by(&endpoint),
        endpoint,
        channel: None,
    };
    delivery.turn().await
}

impl Delivery<'_> {
    async fn turn(&mut self) -> Result<Turn> {
        let db = self.app.database.reader();
        // Read before what happened: all that this revision has brought is there by then.
        let Some(shop) = reports::find_shop(db, self.endpoint.shop_id).await? else {
            return Ok(Turn::Over);
        };
        let behind = Behind {
            sequence: self.reached.sequence,
            run_number: self.reached.run_number,
            until: shop.last_sequence,
        };
        let wanted = &self.endpoint.events.0;
        let happened = reports::list_happenings(db, shop.shop_id, behind, wanted, TURN).await?;
        let mut is_all = happened.len() < TURN;
        let ends = self.app.clock.now().0 + TURN_MILLIS;
        for it in &happened {
            if self.app.stop.is_asked() {
                break;
            }
            if self.app.clock.now().0 >= ends {
                is_all = false;
                break;
            }
            if !self.pass(it).await? {
                return Ok(Turn::Over);
            }
        }
        let is_stopped = self.app.stop.is_asked();
        if is_all && !is_stopped {
            self.reached.revision = shop.revision;
        }
        self.lane.leave(self.reached).await?;
        Ok(if is_all || is_stopped {
            Turn::Over
        } else {
            Turn::More
        })
    }

    /// Tells what happened, where it is to be told, and goes on behind it; answers whether the turn goes on.
    async fn pass(&mut self, it: &Happened) -> Result<bool> {
        let behind = Reached {
            sequence: it.sequence,
            run_number: it.run_number,
            ..self.reached
        };
        if let Some(to_tell) = &it.to_tell {
            if let Err(not_taken) = self.tell(to_tell).await {
                self.fail(not_taken).await?;
                return Ok(false);
            }
            (self.endpoint.failures, self.endpoint.failing_since) = (0, None);
            if !self.lane.delivered(behind).await? {
                tracing::info!(endpoint = %self.endpoint.id, "an endpoint was changed while it was told");
                return Ok(false);
            }
        }
        self.reached = behind;
        Ok(true)
    }

    async fn tell(&mut self, to_tell: &ToTell) -> Result<(), NotTaken> {
        let message = (self.compose)(self.endpoint.shop_id, to_tell);
        let channel = match self.channel.take() {
            Some(channel) => channel,
            None => Channel::open(self.app, &self.endpoint)?,
        };
        let channel = self.channel.insert(channel);
        let id = id_of(self.endpoint.shop_id, to_tell);
        let now = self.app.clock.now();
        channel
            .send(&id, now, message.to_string().into_bytes())
            .await
    }

    /// Keeps that a message was not taken. The endpoint is left alone for a while, or for good.
    async fn fail(&self, not_taken: NotTaken) -> Result<()> {
        let now = self.app.clock.now();
        let failures = self.endpoint.failures.saturating_add(1);
        let retry_at = if not_taken.is_gone {
            None
        } else {
            retry_at(now, self.endpoint.id, failures, not_taken.retry_after)
        };
        let (shop_id, endpoint) = (self.endpoint.shop_id, self.endpoint.id);
        let why = not_taken.why;
        match retry_at {
            Some(_) => tracing::info!(shop_id, %endpoint, failures, why, "a webhook was not taken"),
            None => {
                tracing::warn!(shop_id, %endpoint, failures, why, "a webhook endpoint was disabled");
            }
        }
        let failure = Failure {
            failures,
            since: self.endpoint.failing_since.unwrap_or(now),
            error: why,
            retry_at,
        };
        self.lane.failed(self.reached, failure).await
    }
}

/// The same for what is sent again, and for nothing else; also where a backup was restored, and numbers are given
/// for the second time.
fn id_of(shop_id: i64, to_tell: &ToTell) -> String {
    match to_tell {
        ToTell::Changed(changed) => {
            let change = &changed.change;
            format!("msg_{shop_id:x}_{}_{:x}", change.sequence, change.at.0)
        }
        ToTell::Finished { run, .. } => format!("msg_{shop_id:x}_{}", run.id.simple()),
    }
}
