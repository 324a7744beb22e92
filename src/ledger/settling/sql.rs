//! The settling table of R6 as SQL, made from the one constant in `domain`.

use entity::words::{OrderStatus, TransactionStatus};
use entity::{Instant, affiliate_transaction as transaction, order};
use sea_orm::sea_query::{CaseStatement, Cond, Expr, SimpleExpr};
use sea_orm::{ActiveEnum, ExprTrait, IntoSimpleExpr};

use crate::domain::settling::{FOLLOWING, Rule, SETTLING, STAGES, Stage, UNSETTLED};

/// The name that settling statements give to transactions.
pub(super) const TRANSACTION: &str = "t";
/// The name that settling statements give to orders.
pub(super) const ORDER: &str = "o";

/// Whether the days to wait are over, as the statement is to see it.
#[derive(Clone, Copy, Debug)]
pub enum Days<'a> {
    /// As they are at this instant. For what is not final yet they are not over where its order is missing at its
    /// platform, or comes from one of these sources, which could not be asked: an order that nobody could look at
    /// makes nothing COMPLETED.
    At {
        /// Now.
        now: Instant,
        /// The names of the sources.
        unseen: &'a [String],
    },
    /// As they will be one day.
    Over,
}

/// The status that the table gives to the transaction `t` by its order `o`; its present one where the
/// table leaves it as it is.
#[must_use]
pub fn target_status(lock_final: bool, days: Days<'_>) -> SimpleExpr {
    let mut case = CaseStatement::new();
    for rule in SETTLING
        .iter()
        .filter(|rule| rule.lock_final.is_none_or(|lock| lock == lock_final))
    {
        let Some(days) = days_condition(rule, days) else {
            continue;
        };
        for (stage, to) in STAGES.into_iter().zip(rule.to) {
            let Some(to) = to else {
                continue;
            };
            let from = rule.from.iter().map(ActiveEnum::to_value);
            let condition = Cond::all()
                .add(of_transaction(transaction::Column::Status).is_in(from))
                .add(is_at(stage))
                .add(days.clone());
            case = case.case(condition, to.to_value());
        }
    }
    case.finally(of_transaction(transaction::Column::Status))
        .into()
}

/// That sync may touch the transaction at all.
pub(super) fn follows() -> Cond {
    Cond::all()
        .add(of_transaction(transaction::Column::DeletedAt).is_null())
        .add(of_transaction(transaction::Column::Pinned).eq(false))
        .add(
            of_transaction(transaction::Column::Kind)
                .is_in(FOLLOWING.iter().map(ActiveEnum::to_value)),
        )
}

/// That the order makes sense; one that was damaged behind our back is set aside (R22).
pub(super) fn is_sound() -> Cond {
    let statuses = [
        OrderStatus::New,
        OrderStatus::Complete,
        OrderStatus::Cancelled,
    ];
    Cond::all()
        .add(of_order(order::Column::Status).is_in(statuses.map(|status| status.to_value())))
        .add(of_order(order::Column::RefundedMinor).gte(0))
        .add(of_order(order::Column::RefundedMinor).lte(of_order(order::Column::TotalMinor)))
}

/// That a transaction has a final status.
pub(super) fn is_final() -> SimpleExpr {
    let statuses = [TransactionStatus::Completed, TransactionStatus::Cancelled];
    of_transaction(transaction::Column::Status).is_in(statuses.map(|status| status.to_value()))
}

/// A column of the transaction `t`.
pub(super) fn of_transaction(column: transaction::Column) -> SimpleExpr {
    Expr::col((TRANSACTION, column)).into_simple_expr()
}

/// A column of the order `o`.
pub(super) fn of_order(column: order::Column) -> SimpleExpr {
    Expr::col((ORDER, column)).into_simple_expr()
}

fn is_at(stage: Stage) -> Cond {
    let (status, in_progress) = match stage {
        Stage::NotBegun => (OrderStatus::New, Some(false)),
        Stage::Begun => (OrderStatus::New, Some(true)),
        Stage::Complete => (OrderStatus::Complete, None),
        Stage::Cancelled => (OrderStatus::Cancelled, None),
    };
    Cond::all()
        .add(of_order(order::Column::Status).eq(status.to_value()))
        .add_option(in_progress.map(|value| of_order(order::Column::InProgress).eq(value)))
}

/// The condition that the days are over or not; `None` where it cannot be met.
fn days_condition(rule: &Rule, days: Days<'_>) -> Option<Cond> {
    let waits_until = || of_transaction(transaction::Column::WaitsUntil);
    let Days::At { now, unseen } = days else {
        return (rule.days_over != Some(false)).then(Cond::all);
    };
    // A final status is never taken back because its order could not be looked at.
    let unseen = (rule.from == UNSETTLED).then(|| is_unseen(unseen));
    let over = Cond::all().add(waits_until().lte(now.0));
    let not_over = Cond::any()
        .add(waits_until().is_null())
        .add(waits_until().gt(now.0));
    Some(match rule.days_over {
        None => Cond::all(),
        Some(true) => over.add_option(unseen.map(Cond::not)),
        Some(false) => not_over.add_option(unseen),
    })
}

/// That the order could not be looked at: it is missing at its platform, or the platform could not be asked.
pub(super) fn is_unseen(sources: &[String]) -> Cond {
    let of_sources = of_order(order::Column::Source).is_in(sources);
    Cond::any()
        .add(of_order(order::Column::MissedAt).is_not_null())
        .add_option((!sources.is_empty()).then_some(of_sources))
}

/// That `o` is the order of `t`.
pub(super) fn order_of_transaction() -> SimpleExpr {
    of_order(order::Column::ShopId)
        .eq(of_transaction(transaction::Column::ShopId))
        .and(of_order(order::Column::Id).eq(of_transaction(transaction::Column::OrderId)))
}
