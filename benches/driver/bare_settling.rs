//! Settling as one would write it by hand for this one case: a few statements over a whole shop, no chunks, no
//! lease, no run, nothing set aside. What Cashable's settling is held against.

use cashable::app::App;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

use crate::load::World;
use crate::outcome::Outcome;

/// How much of the effect the statements have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Statuses and the queue.
    Statuses,
    /// History and rollups too: all that a run leaves behind but the run.
    Whole,
}

/// The status that an order gives; all that is due here is neither final nor pinned.
const TARGET: &str = "CASE WHEN o.status = 'CANCELLED' THEN 'CANCELLED'
    WHEN o.status = 'NEW' AND o.in_progress THEN 'IN_PROGRESS' WHEN o.status = 'NEW' THEN 'OPEN'
    WHEN t.waits_until <= {now} THEN 'COMPLETED' ELSE 'IN_PROGRESS' END";

const DUE: &str = "u.shop_id = {shop} AND u.due_at <= {now}
    AND t.shop_id = {shop} AND t.id = u.transaction_id AND o.shop_id = {shop} AND o.id = t.order_id";

const UPDATE: &str = "UPDATE affiliate_transactions AS t
    SET status = {target}, status_changed_at = {now}
    FROM unsettled_transactions AS u, orders AS o WHERE {due}";

const LEAVE: &str = "DELETE FROM unsettled_transactions WHERE shop_id = {shop} AND due_at <= {now}";

const CHANGES: &str = "CREATE TEMPORARY TABLE changes AS
    SELECT row_number() OVER (ORDER BY t.id) AS n, t.id, t.affiliate_id, t.reported_on, t.currency, t.amount_minor,
        t.status AS from_status, {target} AS to_status, o.total_minor, o.refunded_minor
    FROM unsettled_transactions AS u, affiliate_transactions AS t, orders AS o WHERE {due}";

const HISTORY: &str = "INSERT INTO status_changes
        (shop_id, sequence, at, transaction_id, from_status, to_status, pinned, actor)
    SELECT {shop}, s.last_sequence + c.n, {now}, c.id, c.from_status, c.to_status, false, 'SYNC'
    FROM changes AS c, shops AS s WHERE s.shop_id = {shop}";

const NUMBER: &str = "UPDATE shops
    SET last_sequence = last_sequence + (SELECT count(*) FROM changes) WHERE shop_id = {shop}";

const FOLLOW: &str = "UPDATE affiliate_transactions AS t
    SET status = c.to_status, status_changed_at = {now}, status_set_by = 'SYNC', diverged = false,
        version = version + 1, final_total_minor = c.total_minor, final_refunded_minor = c.refunded_minor
    FROM changes AS c WHERE t.shop_id = {shop} AND t.id = c.id";

/// A rollup moves by what comes in less what goes out, for each affiliate and for the shop.
const ROLLUP: &str = "INSERT INTO {table} (shop_id, affiliate_id, {period}, currency, new_orders, complete_orders,
        cancelled_orders, fake_orders, promoted_orders, new_total_minor, complete_total_minor,
        cancelled_total_minor, new_refunded_minor, complete_refunded_minor, cancelled_refunded_minor,
        promoted_revenue_minor, commission_pending_minor, commission_cashable_minor, commission_cancelled_minor)
    SELECT {shop}, owner, {start}, currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        sum(CASE WHEN to_status IN ('OPEN', 'IN_PROGRESS') THEN amount_minor ELSE 0 END - amount_minor),
        sum(CASE WHEN to_status = 'COMPLETED' THEN amount_minor ELSE 0 END),
        sum(CASE WHEN to_status = 'CANCELLED' THEN amount_minor ELSE 0 END)
    FROM (SELECT affiliate_id AS owner, reported_on, currency, to_status, amount_minor FROM changes
        UNION ALL SELECT {nil}, reported_on, currency, to_status, amount_minor FROM changes) AS c
    GROUP BY owner, {start}, currency
    ON CONFLICT (shop_id, affiliate_id, {period}, currency) DO UPDATE SET
        commission_pending_minor = {table}.commission_pending_minor + excluded.commission_pending_minor,
        commission_cashable_minor = {table}.commission_cashable_minor + excluded.commission_cashable_minor,
        commission_cancelled_minor = {table}.commission_cancelled_minor + excluded.commission_cancelled_minor";

/// Settles what is due in all shops, each in one transaction.
pub async fn settle(app: &App, world: &World, effect: Effect) -> Outcome<()> {
    for shop in &world.shops {
        let tx = app.database.begin_write().await?;
        let fill = |sql: &str| {
            sql.replace("{target}", TARGET)
                .replace("{due}", DUE)
                .replace("{shop}", &shop.to_string())
                .replace("{now}", &app.clock.now().0.to_string())
        };
        let statements = match effect {
            Effect::Statuses => vec![fill(UPDATE), fill(LEAVE)],
            Effect::Whole => whole(app.database.backend(), fill),
        };
        run(&tx, &statements).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn whole(backend: DbBackend, fill: impl Fn(&str) -> String) -> Vec<String> {
    let mut statements: Vec<String> = [CHANGES, HISTORY, NUMBER, FOLLOW].map(&fill).into();
    statements.push(fill(&rollup(backend, "kpi_days", "day", "reported_on")));
    statements.push(fill(&rollup(
        backend,
        "kpi_months",
        "month",
        month(backend),
    )));
    statements.extend([fill(LEAVE), "DROP TABLE changes".to_owned()]);
    statements
}

fn rollup(backend: DbBackend, table: &str, period: &str, start: &str) -> String {
    let nil = match backend {
        DbBackend::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
        _ => "x'00000000000000000000000000000000'",
    };
    ROLLUP
        .replace("{table}", table)
        .replace("{period}", period)
        .replace("{start}", start)
        .replace("{nil}", nil)
}

/// The first day of the month of a day, both as days since 1970.
fn month(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "date_trunc('month', DATE '1970-01-01' + reported_on)::date - DATE '1970-01-01'"
        }
        _ => "unixepoch(reported_on * 86400, 'unixepoch', 'start of month') / 86400",
    }
}

async fn run(tx: &DatabaseTransaction, statements: &[String]) -> Outcome<()> {
    for statement in statements {
        tx.execute_unprepared(statement).await?;
    }
    Ok(())
}
