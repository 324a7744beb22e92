//! A walk through the changes: where it goes on, when it begins anew, and when it is given up.

use cashable::sync::SourceUpdate;
use serde_json::{Value, json};

use super::contract::Connected;
use super::server::{Platform, Trouble};
use super::shop::{Broken, Status};
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    r19_a_walk_that_was_cut_off_goes_on_where_it_stood,
    a_place_that_the_platform_no_longer_knows_begins_the_walk_anew,
    counts_that_are_lies_change_nothing,
    a_short_page_is_not_the_last_while_there_are_more,
    orders_that_change_in_bulk_turn_no_walk_back,
    a_platform_that_gives_the_same_page_for_ever_is_left,
    what_is_read_by_other_settings_is_read_anew,
    a_run_under_way_leaves_what_an_admin_changes_meanwhile,
    more_unreadable_orders_than_are_remembered_end_the_walk,
);

const HALF_AN_HOUR: i64 = 30 * 60_000;

type Shop<'a> = Connected<'a, WooCommerce>;

async fn r19_a_walk_that_was_cut_off_goes_on_where_it_stood(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 350);
    it.platform.trouble(&[Trouble::None, Trouble::None]);
    it.platform.trouble(&[Trouble::Status(500); 5]);
    let error = it.fail().await;
    assert!(error.contains("the platform failed"), "{error}");
    assert_eq!(it.stored().await.len(), 200);
    it.platform.questions();
    it.wait(0, HALF_AN_HOUR);
    it.pull().await;
    assert_eq!(it.stored().await.len(), 350);
    let pages: Vec<_> = it
        .platform
        .questions()
        .iter()
        .map(|it| page_of(it))
        .collect();
    assert_eq!(pages, ["3", "4", "1"]);
}

async fn a_place_that_the_platform_no_longer_knows_begins_the_walk_anew(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 250);
    it.platform.trouble(&[Trouble::None]);
    it.platform.trouble(&[Trouble::Status(500); 5]);
    it.fail().await;
    it.platform.questions();
    it.platform.trouble(&[Trouble::Status(400)]);
    it.pull().await;
    assert_eq!(it.stored().await.len(), 250);
    let pages: Vec<_> = it
        .platform
        .questions()
        .iter()
        .map(|it| page_of(it))
        .collect();
    assert_eq!(pages, ["2", "1", "2", "3"]);
}

/// Which page a question is for.
fn page_of(question: &str) -> String {
    let page = question
        .split(['?', '&', ' '])
        .find_map(|it| it.strip_prefix("page="));
    page.unwrap().to_owned()
}

/// Cancelled orders, so long ago that only a first walk finds them.
fn place_long_ago(it: &Shop<'_>, count: u32) {
    it.platform.with(|shop| {
        shop.place(count, Status::Cancelled);
        for order in &mut shop.orders {
            order.placed_at.0 -= 86_400_000;
            order.changed_at = Some(order.placed_at);
        }
    });
}

async fn counts_that_are_lies_change_nothing(app: TestApp) {
    let it = Shop::open(&app).await;
    let mut platforms = Vec::new();
    for (lie, then) in [(0, 0), (3, 3), (9_999, 9_999), (9_999, 3), (3, 9_999)] {
        let name = format!("{lie} then {then}");
        let platform = Platform::<WooCommerce>::open().await;
        platform.with(|shop| {
            shop.place(250, Status::Cancelled);
            shop.lies_about_total = Some(lie);
        });
        platform.after(1, move |shop| shop.lies_about_total = Some(then));
        it.connect(&platform, &name).await;
        let run = it.pull().await;
        assert_eq!(run.orders_changed, 250, "{name}");
        let questions = platform.questions().len();
        assert!((3..10).contains(&questions), "{name}: {questions}");
        platforms.push(platform);
    }
}

/// An order that does not load there is left out of its page, and so is what a plugin keeps from a page.
async fn a_short_page_is_not_the_last_while_there_are_more(app: TestApp) {
    let it = Shop::open(&app).await;
    let all_of_a_page: Vec<u32> = (101..=200).collect();
    //   left out        a page has  arrive  questions at most
    for (leaves_out, page_size, arrive, questions) in [
        (vec![7], None, 349, 4),
        (vec![7, 150, 250], None, 347, 4),
        (vec![350], None, 349, 4),
        (Vec::new(), Some(50), 350, 8),
        (vec![7, 150, 250], Some(50), 347, 9),
        (Vec::new(), Some(60), 350, 7),
        (all_of_a_page, Some(500), 250, 1),
    ] {
        let platform = Platform::<WooCommerce>::open().await;
        let first = leaves_out.first().copied().unwrap_or_default();
        let name = format!("{} from {first}, {page_size:?}", leaves_out.len());
        platform.with(|shop| {
            shop.place(350, Status::Cancelled);
            (shop.leaves_out, shop.page_size) = (leaves_out, page_size);
        });
        it.connect(&platform, &name).await;
        let run = it.pull().await;
        assert_eq!(run.orders_changed, arrive, "{name}");
        let asked = platform.questions().len();
        assert!(asked <= questions, "{name}: {asked}");
        platform.close().await;
        it.disconnect(&name).await;
    }
}

/// One after the other they leave the window, and so move all behind them to pages that were read.
async fn orders_that_change_in_bulk_turn_no_walk_back(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 1_000);
    // Each question finds one less, of the last ones, which bring a walk no news before it gets there.
    for (question, number) in (1..=150).zip((0..=1_000).rev()) {
        it.platform.after(question, move |shop| {
            shop.now.0 += 5_000;
            shop.change(number, |_| {});
        });
    }
    it.pull().await;
    let questions = it.platform.questions().len();
    assert!(questions <= 30, "{questions}");
    let stored = it.stored().await;
    let left_out = (1..=850).find(|number| !stored.contains(&number.to_string()));
    assert_eq!(left_out, None);
    it.wait(0, HALF_AN_HOUR);
    it.pull().await;
    assert_eq!(it.stored().await.len(), 1_000);
}

async fn a_platform_that_gives_the_same_page_for_ever_is_left(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| shop.place(250, Status::Cancelled));
    it.platform.trouble(&[Trouble::None]);
    it.platform.trouble(&[Trouble::Again; 8]);
    let error = it.fail().await;
    assert!(error.contains("the same orders again and again"), "{error}");
    assert_eq!(it.platform.questions().len(), 4);
    it.platform.stop_troubling();
    it.pull().await;
    assert_eq!(it.stored().await.len(), 250);
}

async fn what_is_read_by_other_settings_is_read_anew(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 3);
    set(&it, json!({})).await;
    it.pull().await;
    it.wait(1, 0);
    assert_eq!(it.pull().await.orders_read, 0);
    assert_eq!(it.shop.commission("1").await, "none");
    set(&it, json!({"affiliate_meta": "_affiliate"})).await;
    assert_eq!(it.pull().await.orders_changed, 3);
    it.wait(1, 0);
    // A new secret changes nothing of what was read.
    let covered_until = it.sources().await[0].covered_until;
    let update = SourceUpdate {
        secret: Some("another".to_owned()),
        ..SourceUpdate::default()
    };
    let stored = it.update(update).await;
    assert_eq!(stored.covered_until, covered_until);
}

async fn a_run_under_way_leaves_what_an_admin_changes_meanwhile(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 250);
    let changes = async {
        it.until_asked().await;
        set(&it, json!({})).await;
    };
    tokio::join!(it.run(), changes);
    let source = it.sources().await.swap_remove(0);
    assert_eq!((source.settings, source.covered_until), (json!({}), None));
    it.pull().await;
    assert_eq!(it.stored().await.len(), 250);
}

/// Says how the platform is to be read.
async fn set(it: &Shop<'_>, settings: Value) {
    let update = SourceUpdate {
        settings: Some(settings),
        ..SourceUpdate::default()
    };
    it.update(update).await;
}

/// What is not remembered would never come.
async fn more_unreadable_orders_than_are_remembered_end_the_walk(app: TestApp) {
    let it = Shop::open(&app).await;
    place_long_ago(&it, 1_250);
    it.platform.with(|shop| {
        for number in 101..=1_250 {
            shop.order(number).broken = Some(Broken::NoTotal);
        }
    });
    for _ in 0..2 {
        let error = it.fail().await;
        assert!(
            error.contains("more than 1000 of its orders cannot be read, such as "),
            "{error}"
        );
        let source = it.sources().await.swap_remove(0);
        assert_eq!((source.covered_until, source.pulled_at), (None, None));
        assert!(source.error.unwrap().starts_with("more than"));
        it.wait(0, HALF_AN_HOUR);
    }
    assert_eq!(it.stored().await.len(), 100);
    // Those that are remembered make room, though there are others still.
    for (mended, stored) in [(101..=1_100, 1_100), (1_101..=1_250, 1_250)] {
        it.platform.with(|shop| {
            for number in mended {
                shop.order(number).broken = None;
            }
        });
        it.pull().await;
        assert_eq!(it.stored().await.len(), stored);
        it.wait(0, HALF_AN_HOUR);
    }
    assert_eq!(it.sources().await[0].unread, None);
}
