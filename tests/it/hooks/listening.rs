//! A shop that is connected to a fake which signs its webhooks.

use cashable::sync::SourceUpdate;
use entity::order_source;

use super::door::Door;
use crate::sources::contract::Connected;
use crate::sources::fake::{Delivery, Fake};
use crate::sources::shop::{FakeOrder, Status};
use crate::sources::woocommerce::WooCommerce;
use crate::support::TestApp;

pub const SECRET: &str = "a secret of the webhooks";

/// Such a shop, and the server that its platform sends to.
pub struct Listening<'a> {
    pub it: Connected<'a, WooCommerce>,
    pub door: Door,
    pub source: order_source::Model,
}

impl<'a> Listening<'a> {
    pub async fn open(app: &'a TestApp) -> Self {
        let it = Connected::open(app).await;
        it.update(signed_with(SECRET)).await;
        Self {
            source: it.sources().await.swap_remove(0),
            door: Door::of(app),
            it,
        }
    }

    /// What the platform would send of an order as it is now.
    pub fn about(&self, number: u32) -> Delivery {
        let order = self.it.platform.with(|shop| shop.order(number).clone());
        self.about_order(&order, SECRET)
    }

    pub fn about_order(&self, order: &FakeOrder, secret: &str) -> Delivery {
        let hooks = WooCommerce::HOOKS.unwrap();
        (hooks.about)(order, secret, self.it.shop.app.clock.now())
    }

    /// Places so many orders there, of which nobody here knows.
    pub fn place(&self, count: u32) {
        self.it.platform.with(|shop| shop.place(count, Status::New));
    }
}

/// Has webhooks signed with this secret from now on.
pub fn signed_with(secret: &str) -> SourceUpdate {
    SourceUpdate {
        hook_secret: Some(secret.to_owned()),
        ..SourceUpdate::default()
    }
}
