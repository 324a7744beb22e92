//! The events of a subscription, each of which is worked on like an operation of its own: it is paid for, has a turn,
//! and does not go on for ever. One that cannot be paid for waits until it can, since whoever follows did not ask for
//! it just now, and misses nothing by hearing of it later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_graphql::Response;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt, pending};
use futures_util::stream::{self, BoxStream, Stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::cost::Cost;
use super::rates::{Account, Rates};
use super::turns::{Turn, Turns};
use crate::error::Error;
use crate::graphql::{ApiError, Events as Beginnings};

/// How long to wait at most until it is looked whether there are points again: others spend them too.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Who pays for events, and how much for each.
#[derive(Clone, Debug)]
pub struct Purse {
    /// Where the points are.
    pub rates: Rates,
    /// Whose they are.
    pub account: Account,
    /// What an event costs.
    pub points: u64,
    /// What one operation may cost.
    pub limit: u64,
}

/// The events of one subscription.
#[derive(Debug)]
pub struct Events {
    purse: Purse,
    turns: Turns,
    patience: Duration,
    /// Whether the next event is paid for. The first is, with the operation.
    is_paid: AtomicBool,
    /// The one that is worked on.
    begun: watch::Sender<Option<Begun>>,
}

#[derive(Debug)]
struct Begun {
    at: Instant,
    _turn: Option<Turn>,
}

impl Events {
    /// None yet. Each may take so long.
    pub fn new(purse: Purse, turns: Turns, patience: Duration) -> Self {
        Self {
            purse,
            turns,
            patience,
            is_paid: AtomicBool::new(true),
            begun: watch::Sender::new(None),
        }
    }

    /// The answers that those are told by, with what each has cost. Whoever takes them may be slow: nothing is held for
    /// an answer that is there.
    pub fn of(
        self: Arc<Self>,
        answers: BoxStream<'static, Response>,
    ) -> impl Stream<Item = (Response, Cost)> + Send {
        stream::unfold(Some(answers), move |answers| {
            let events = Arc::clone(&self);
            async move {
                let mut answers = answers?;
                let (answer, rest) = tokio::select! {
                    answer = answers.next() => (answer?, Some(answers)),
                    () = events.overdue() => (events.too_slow(), None),
                };
                events.end();
                Some(((answer, events.purse.cost()), rest))
            }
        })
    }

    fn has_begun(&self) -> bool {
        self.begun.borrow().is_some()
    }

    /// The event is told. What tells of a failure was none.
    fn end(&self) {
        if self.begun.send_replace(None).is_some() {
            self.is_paid.store(false, Ordering::Relaxed);
        }
    }

    /// Waits until an event takes longer than it may.
    async fn overdue(&self) {
        let mut begun = self.begun.subscribe();
        loop {
            let seen = begun.wait_for(Option::is_some).await;
            let Some(at) = seen.ok().and_then(|it| it.as_ref().map(|it| it.at)) else {
                return pending().await;
            };
            sleep_until(at + self.patience).await;
            if self.begun.borrow().as_ref().is_some_and(|it| it.at == at) {
                return;
            }
        }
    }

    fn too_slow(&self) -> Response {
        let seconds = self.patience.as_secs_f64();
        tracing::warn!(seconds, "an event took longer than it may");
        let message = format!(
            "an event took longer than {seconds} s, and the subscription ends: follow less at a time"
        );
        Response::from_errors(vec![ApiError::from(Error::TimedOut(message)).told()])
    }
}

impl Beginnings for Events {
    fn begin(&self) -> BoxFuture<'_, ()> {
        async {
            if self.has_begun() {
                return;
            }
            if !self.is_paid.load(Ordering::Relaxed) {
                self.purse.pay().await;
                self.is_paid.store(true, Ordering::Relaxed);
            }
            let begun = Begun {
                _turn: self.turns.next().await,
                at: Instant::now(),
            };
            self.begun.send_replace(Some(begun));
        }
        .boxed()
    }

    fn give_up(&self) {
        self.begun.send_replace(None);
    }
}

impl Purse {
    /// Waits until there are points enough, and takes them.
    async fn pay(&self) {
        while let Err(spent) = self.rates.take(self.account, self.points) {
            let enough = Duration::from_secs(spent.retry_after);
            sleep(enough.min(LOOK_EVERY)).await;
        }
    }

    fn cost(&self) -> Cost {
        Cost::new(self.points, self.limit, &self.rates, self.account)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use async_graphql::Value;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;
    use crate::clock::Clock;
    use crate::http::limits::{RateLimits, WorkLimits};

    const NOW: entity::Instant = entity::Instant(0);

    /// A subscription whose events cost ten points and wait for a permit each, one turn, and what they need.
    struct Scene {
        events: Arc<Events>,
        clock: Clock,
        gate: Arc<Semaphore>,
    }

    impl Scene {
        fn with(points: u64) -> Self {
            let clock = Clock::standing(NOW);
            let limits = RateLimits {
                rate_capacity: NonZeroU64::new(points).unwrap(),
                rate_refill: NonZeroU64::MIN,
                trusted_proxies: 0,
            };
            let purse = Purse {
                rates: Rates::new(limits, clock.clone()),
                account: Account::of(Some(Uuid::from_u128(1)), None),
                points: 10,
                limit: 10,
            };
            let work = WorkLimits {
                max_concurrent: 1,
                ..WorkLimits::default()
            };
            let events = Events::new(purse, Turns::new(&work), work.operation_seconds);
            Self {
                events: Arc::new(events),
                clock,
                gate: Arc::new(Semaphore::new(0)),
            }
        }

        fn answers(&self) -> BoxStream<'static, (Response, Cost)> {
            let (events, gate) = (Arc::clone(&self.events), Arc::clone(&self.gate));
            let answers = stream::repeat(()).then(move |()| {
                let (events, gate) = (Arc::clone(&events), Arc::clone(&gate));
                async move {
                    events.begin().await;
                    // Asked twice, it waits once and pays once.
                    events.begin().await;
                    gate.acquire().await.unwrap().forget();
                    Response::new(Value::from(1))
                }
            });
            Arc::clone(&self.events).of(answers.boxed()).boxed()
        }

        fn left(&self) -> u64 {
            self.events.purse.rates.left(self.events.purse.account)
        }

        async fn has_turn(&self) -> bool {
            self.events.turns.wait().await.is_some()
        }
    }

    /// Whatever comes of a stream in a long while; nothing where it waits.
    async fn next(answers: &mut BoxStream<'static, (Response, Cost)>) -> Option<Response> {
        let next = timeout(Duration::from_secs(20), answers.next()).await;
        next.ok()?.map(|(answer, _)| answer)
    }

    #[tokio::test(start_paused = true)]
    async fn each_event_is_paid_for_and_waits_for_points() {
        let scene = Scene::with(25);
        scene.gate.add_permits(9);
        let mut answers = scene.answers();
        for left in [25, 15, 5] {
            assert!(next(&mut answers).await.is_some());
            assert_eq!(scene.left(), left);
        }
        assert!(next(&mut answers).await.is_none());
        // It waits without a turn, and takes nothing meanwhile.
        assert_eq!((scene.left(), scene.has_turn().await), (5, true));
        scene.clock.set(entity::Instant(4_999));
        assert!(next(&mut answers).await.is_none());
        scene.clock.set(entity::Instant(5_000));
        assert!(next(&mut answers).await.is_some());
        assert_eq!(scene.left(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_has_a_turn_until_it_is_told() {
        let scene = Scene::with(100);
        let mut answers = scene.answers();
        let other = scene.events.turns.next().await;
        scene.gate.add_permits(1);
        assert!(next(&mut answers).await.is_none());
        assert_eq!(scene.gate.available_permits(), 1);
        drop(other);
        assert!(next(&mut answers).await.is_some());
        assert!(scene.has_turn().await);
        assert!(next(&mut answers).await.is_none());
        assert!(!scene.has_turn().await);
        drop(answers);
        scene.events.give_up();
        assert!(scene.has_turn().await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_that_takes_too_long_ends_its_subscription() {
        let scene = Scene::with(100);
        let mut answers = scene.answers();
        // Nothing is wrong with one that comes late.
        assert!(next(&mut answers).await.is_none());
        scene.gate.add_permits(1);
        assert!(next(&mut answers).await.is_some());
        let (answer, _) = answers.next().await.unwrap();
        let told = serde_json::to_string(&answer).unwrap();
        assert!(told.contains("TIMEOUT"), "{told}");
        assert!(answers.next().await.is_none());
        assert!(scene.has_turn().await);
        assert_eq!(Arc::strong_count(&scene.gate), 1);
    }

    /// What was paid for stays paid where there is nothing to tell.
    #[tokio::test(start_paused = true)]
    async fn what_is_given_up_costs_nothing() {
        let scene = Scene::with(100);
        for _ in 0..5 {
            scene.events.begin().await;
            scene.events.give_up();
        }
        assert_eq!(scene.left(), 100);
        scene.events.begin().await;
        scene.events.end();
        for _ in 0..5 {
            scene.events.begin().await;
            scene.events.give_up();
        }
        assert_eq!(scene.left(), 90);
        // An answer without an event is paid for by nobody.
        scene.events.end();
        scene.events.begin().await;
        assert_eq!(scene.left(), 90);
    }
}
