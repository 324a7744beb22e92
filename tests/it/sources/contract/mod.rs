//! What holds of every platform: the same cases against each fake, through whole runs, on both databases.
//!
//! No case is skipped: where a platform does not tell something, the case says what holds instead.

pub mod changes;
mod connected;
pub mod declared;
pub mod hooks;
pub mod orders;
pub mod pages;
pub mod troubles;

use cashable::ledger::Author;
use cashable::sources::{Access, Kind, Lack, Platform as Connector, Secret, kind_of};
use entity::Instant;
use entity::words::StatusActor;

pub use connected::Connected;

use super::fake::Fake;

/// Runs every case against a fake, on both databases. A case that is not named here is dead code, which fails
/// the lints.
macro_rules! source_contract {
    ($fake:ident) => {
        crate::sources::contract::cases!($fake pages:
            every_order_arrives_once,
            a_full_page_arrives_whole,
            five_hundred_a_page_arrive,
            orders_that_come_twice_count_once,
            an_order_that_changes_while_pages_are_read_hides_no_other,
            an_order_that_vanishes_while_pages_are_read_hides_no_other,
        );
        crate::sources::contract::cases!($fake changes:
            what_changed_arrives_and_what_did_not_writes_nothing,
            a_status_that_shows_as_no_change_arrives,
            a_change_in_the_second_of_the_last_question_arrives,
            the_bounds_of_a_window_lie_within_it,
            an_order_without_a_time_of_change_arrives,
            what_was_final_is_reopened,
            an_order_that_vanished_is_gone_after_two_misses,
        );
        crate::sources::contract::cases!($fake orders:
            numbers_and_texts_are_read_alike,
            an_unknown_word_is_new_and_counted,
            a_broken_order_is_set_aside_alone,
            a_cancelled_order_of_nothing_keeps_its_total,
            refunds_leave_the_total,
            an_order_is_completed_when_its_platform_says,
        );
        crate::sources::contract::cases!($fake troubles:
            credentials_refused_once_are_shown_again,
            wrong_credentials_are_told_as_such,
            a_busy_platform_is_left_alone_for_as_long_as_it_asks,
            a_failure_is_asked_again,
            half_an_answer_is_asked_for_again,
            a_page_for_people_is_no_answer,
        );
        crate::sources::contract::facts!($fake declared: what_it_lacks_is_declared_alike,);
        crate::sources::contract::facts!($fake hooks:
            a_signed_webhook_names_its_order,
            a_webhook_with_one_flipped_byte_is_refused,
            a_webhook_sent_again_is_known_as_the_same,
            a_webhook_signed_long_ago_is_refused,
            a_ping_is_a_ping,
        );
    };
}
pub(super) use source_contract;

macro_rules! cases {
    ($fake:ident $group:ident: $($case:ident),+ $(,)?) => {
        mod $group {$(
            mod $case {
                use super::super::$fake;
                use crate::sources::contract::$group;
                use crate::support::TestApp;

                #[tokio::test]
                async fn sqlite() {
                    $group::$case::<$fake>(TestApp::on_sqlite().await).await;
                }

                #[tokio::test]
                async fn postgres() {
                    $group::$case::<$fake>(TestApp::on_postgres().await).await;
                }
            }
        )+}
    };
}
pub(super) use cases;

/// What holds without a database.
macro_rules! facts {
    ($fake:ident $group:ident: $($fact:ident),+ $(,)?) => {
        mod $group {$(
            #[test]
            fn $fact() {
                crate::sources::contract::$group::$fact::<super::$fake>();
            }
        )+}
    };
}
pub(super) use facts;

/// The kind that a fake plays.
pub fn kind<F: Fake>() -> &'static Kind {
    kind_of(F::KIND).unwrap()
}

/// Whether what this fake plays does not tell this.
pub fn lacks<F: Fake>(lack: Lack) -> bool {
    F::LACKS.contains(&lack)
}

/// How many orders its pages have at most.
pub fn page_size<F: Fake>() -> u32 {
    u32::try_from(kind::<F>().pull.unwrap().page_size).unwrap()
}

/// What reads the platform that a fake plays, with this secret.
pub fn connector<F: Fake>(secret: Option<&str>) -> Box<dyn Connector> {
    let access = Access {
        account: F::ACCOUNT.map(str::to_owned),
        secret: secret.map(Secret::new),
        settings: F::settings(),
    };
    (kind::<F>().connect)(access).unwrap()
}

/// Who asks.
pub fn olga() -> Author {
    Author::new(StatusActor::Admin, "Olga")
}

/// So many milliseconds later.
pub fn later(at: Instant, millis: i64) -> Instant {
    Instant(at.0 + millis)
}
