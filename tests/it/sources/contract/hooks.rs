//! Webhooks: who sent them, and which orders they are about.

use std::time::Duration;

use axum::http::HeaderMap;
use cashable::sources::{Hook, HookError, Incoming, Secret};
use entity::Instant;

use super::super::fake::{Delivery, Fake, Hooks};
use super::super::shop::{FakeOrder, FakeShop, Status};
use super::{connector, later};
use crate::support::START;

const SECRET: &str = "a secret of the tests";

/// What is read of a delivery that arrives when it is sent.
fn read<F: Fake>(delivery: &Delivery, secrets: &[&str], now: Instant) -> Result<Hook, HookError> {
    let secrets: Vec<_> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    connector::<F>(F::SECRET).hook(&Incoming {
        headers: &delivery.0,
        body: &delivery.1,
        secrets: &secrets,
        now,
    })
}

fn order() -> FakeOrder {
    let mut shop = FakeShop::default();
    shop.place(7, Status::Complete);
    shop.order(7).clone()
}

/// How the platform sends webhooks; where it has none, whatever comes is refused.
fn hooks<F: Fake>() -> Option<Hooks> {
    if F::HOOKS.is_none() {
        let nothing = Delivery::default();
        let refused = read::<F>(&nothing, &[SECRET], START);
        assert_eq!(refused, Err(HookError::Unsupported));
    }
    F::HOOKS
}

/// It names its order, with the present secret and with the one before it.
pub fn a_signed_webhook_names_its_order<F: Fake>() {
    let Some(hooks) = hooks::<F>() else { return };
    let delivery = (hooks.about)(&order(), SECRET, START);
    for secrets in [&[SECRET][..], &["new", SECRET], &[SECRET, "old"]] {
        let hook = read::<F>(&delivery, secrets, START);
        let Ok(Hook::Orders { external_ids, .. }) = hook else {
            panic!("{hook:?}");
        };
        assert_eq!(external_ids, [F::id(7)]);
    }
    for secrets in [&[][..], &["another"]] {
        let refused = read::<F>(&delivery, secrets, START);
        assert_eq!(refused, Err(HookError::Signature));
    }
}

/// One byte of the body is another, or nothing is signed at all.
pub fn a_webhook_with_one_flipped_byte_is_refused<F: Fake>() {
    let Some(hooks) = hooks::<F>() else { return };
    let (headers, body) = (hooks.about)(&order(), SECRET, START);
    for at in 0..body.len() {
        let mut flipped = body.clone();
        flipped[at] ^= 1;
        let refused = read::<F>(&(headers.clone(), flipped), &[SECRET], START);
        assert_eq!(refused, Err(HookError::Signature), "{at}");
    }
    let refused = read::<F>(&(HeaderMap::new(), body), &[SECRET], START);
    assert_eq!(refused, Err(HookError::Signature));
}

/// Sent again it is known as the same; another order, or another change, is another.
pub fn a_webhook_sent_again_is_known_as_the_same<F: Fake>() {
    let Some(hooks) = hooks::<F>() else { return };
    let key = |order: &FakeOrder, sent_at| {
        let delivery = (hooks.about)(order, SECRET, sent_at);
        let hook = read::<F>(&delivery, &[SECRET], sent_at);
        let Ok(Hook::Orders { delivery, .. }) = hook else {
            panic!("{hook:?}");
        };
        delivery
    };
    let first = order();
    let again = later(START, 5_000);
    assert_eq!(key(&first, START), key(&first, again));
    let mut other = order();
    other.number = 8;
    let mut changed = order();
    changed.changed_at = Some(again);
    changed.status = Status::Cancelled;
    changed.history.push((Status::Cancelled, again));
    for another in [other, changed] {
        assert_ne!(key(&first, START), key(&another, START));
    }
}

/// Where a signature says when it was made, somebody who kept it comes too late.
pub fn a_webhook_signed_long_ago_is_refused<F: Fake>() {
    let Some(hooks) = hooks::<F>() else { return };
    let delivery = (hooks.about)(&order(), SECRET, START);
    let millis = |age: Duration| i64::try_from(age.as_millis()).unwrap();
    let at = |millis| read::<F>(&delivery, &[SECRET], later(START, millis));
    match hooks.max_age.map(millis) {
        Some(age) => {
            assert!(at(age).is_ok());
            assert_eq!(at(age + 1_000), Err(HookError::TooOld));
            assert_eq!(at(-age - 1_000), Err(HookError::TooOld));
        }
        None => assert!(at(86_400_000).is_ok()),
    }
}

/// A platform that only tries whether anybody is there gets its answer, and an order is no such try.
pub fn a_ping_is_a_ping<F: Fake>() {
    let Some(hooks) = hooks::<F>() else { return };
    if let Some(ping) = hooks.ping {
        assert_eq!(read::<F>(&ping(), &[SECRET], START), Ok(Hook::Ping));
    }
    let about = (hooks.about)(&order(), SECRET, START);
    assert_ne!(read::<F>(&about, &[SECRET], START), Ok(Hook::Ping));
}
