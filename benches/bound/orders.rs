//! A page of orders, and one order: with affiliate and transactions in one statement.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;

use crate::database::{Database, rows};
use crate::json::{Data, Money, cursor, money, node_id, time};
use crate::{Answer, failed};

/// How many orders a page has.
const SIZE: usize = 50;

/// One order more than a page has tells whether there are more.
const PAGE: &str = "SELECT o.id, o.number, o.external_id, o.status, o.native_status, o.cancel_reason, o.placed_at,
        o.total_minor, o.refunded_minor, o.currency, a.id, a.code, a.name,
        t.id, t.status, t.amount_minor, t.currency, t.waits_until
    FROM (SELECT id, number, external_id, status, native_status, cancel_reason, placed_at, total_minor,
            refunded_minor, currency, affiliate_id
        FROM orders WHERE shop_id = $1 AND (placed_at, id) < ($2, $3)
        ORDER BY placed_at DESC, id DESC LIMIT 51) AS o
    LEFT JOIN affiliates AS a ON a.shop_id = $1 AND a.id = o.affiliate_id
    LEFT JOIN affiliate_transactions AS t ON t.shop_id = $1 AND t.order_id = o.id AND t.deleted_at IS NULL
    ORDER BY o.placed_at DESC, o.id DESC, t.created_at + 0, t.id";

// The sum keeps SQLite from walking all transactions of the shop in their order.
const ORDER: &str = "SELECT o.id, o.number, o.external_id, o.status, o.native_status, o.cancel_reason, o.placed_at,
        o.total_minor, o.refunded_minor, o.currency, a.id, a.code, a.name,
        t.id, t.status, t.amount_minor, t.currency, t.waits_until
    FROM orders AS o
    LEFT JOIN affiliates AS a ON a.shop_id = $1 AND a.id = o.affiliate_id
    LEFT JOIN affiliate_transactions AS t ON t.shop_id = $1 AND t.order_id = o.id AND t.deleted_at IS NULL
    WHERE o.shop_id = $1 AND o.id = $2 ORDER BY t.created_at + 0, t.id";

/// Behind which order of which shop.
#[derive(Debug, Deserialize)]
pub struct After {
    shop: i64,
    at: i64,
    id: Uuid,
}

/// Which order.
#[derive(Debug, Deserialize)]
pub struct Which {
    shop: i64,
    id: Uuid,
}

/// The answer to the page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    orders_report: Page,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    nodes: Vec<Order>,
    page_info: PageInfo,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

/// The answer to one order.
#[derive(Debug, Serialize)]
pub struct OneOrder {
    order: Option<Order>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    #[serde(skip)]
    place: (i64, Uuid),
    id: String,
    number: String,
    external_id: String,
    status: String,
    native_status: String,
    cancel_reason: Option<String>,
    placed_at: Option<String>,
    total: Money,
    refunded: Money,
    affiliate: Option<Affiliate>,
    transactions: Vec<Transaction>,
}

#[derive(Debug, Serialize)]
struct Affiliate {
    id: String,
    code: String,
    name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    id: String,
    status: String,
    amount: Money,
    waits_until: Option<String>,
}

/// A row: an order with one of its transactions, or with none.
struct Line {
    order: (Uuid, String, String, String, String, Option<String>),
    amounts: (i64, i64, i64, String),
    affiliate: (Option<Uuid>, Option<String>, Option<String>),
    transaction: Option<(Uuid, String, i64, String, Option<i64>)>,
}

/// 50 orders behind another.
pub async fn page(
    State(database): State<Database>,
    Query(after): Query<After>,
) -> Answer<Data<Report>> {
    let lines = rows!(&database, PAGE, PAGE, line, after.shop, after.at, after.id);
    let mut nodes = orders(after.shop, lines.map_err(failed)?);
    let has_next_page = nodes.len() > SIZE;
    nodes.truncate(SIZE);
    let cursor = |order: &Order| cursor(order.place.0, order.place.1);
    let page_info = PageInfo {
        has_next_page,
        has_previous_page: true,
        start_cursor: nodes.first().map(cursor),
        end_cursor: nodes.last().map(cursor),
    };
    let orders_report = Page { nodes, page_info };
    let data = Report { orders_report };
    Ok(Json(Data { data }))
}

/// One order.
pub async fn order(
    State(database): State<Database>,
    Query(which): Query<Which>,
) -> Answer<Data<OneOrder>> {
    let lines = rows!(&database, ORDER, ORDER, line, which.shop, which.id);
    let order = orders(which.shop, lines.map_err(failed)?).pop();
    let data = OneOrder { order };
    Ok(Json(Data { data }))
}

fn line<'r, R>(row: &'r R) -> Result<Line, sqlx::Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
{
    let transaction = match row.try_get::<Option<Uuid>, _>(13)? {
        None => None,
        Some(id) => Some((
            id,
            row.try_get(14)?,
            row.try_get(15)?,
            row.try_get(16)?,
            row.try_get(17)?,
        )),
    };
    let order = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    Ok(Line {
        order: (
            order.0,
            order.1,
            order.2,
            row.try_get(3)?,
            row.try_get(4)?,
            row.try_get(5)?,
        ),
        amounts: (
            row.try_get(6)?,
            row.try_get(7)?,
            row.try_get(8)?,
            row.try_get(9)?,
        ),
        affiliate: (row.try_get(10)?, row.try_get(11)?, row.try_get(12)?),
        transaction,
    })
}

/// The lines of one order follow one another.
fn orders(shop: i64, lines: Vec<Line>) -> Vec<Order> {
    let mut orders: Vec<Order> = Vec::with_capacity(SIZE + 1);
    for mut line in lines {
        let transaction = line.transaction.take();
        if orders
            .last()
            .is_none_or(|order| order.place.1 != line.order.0)
        {
            orders.push(line.order(shop));
        }
        if let (Some(order), Some((id, status, minor, currency, waits_until))) =
            (orders.last_mut(), transaction)
        {
            order.transactions.push(Transaction {
                id: node_id("Transaction", shop, id),
                status,
                amount: money(minor, currency),
                waits_until: waits_until.and_then(time),
            });
        }
    }
    orders
}

impl Line {
    fn order(self, shop: i64) -> Order {
        let (id, number, external_id, status, native_status, cancel_reason) = self.order;
        let (placed_at, total, refunded, currency) = self.amounts;
        let affiliate = match self.affiliate {
            (Some(id), Some(code), Some(name)) => Some(Affiliate {
                id: node_id("Affiliate", shop, id),
                code,
                name,
            }),
            _ => None,
        };
        Order {
            place: (placed_at, id),
            id: node_id("Order", shop, id),
            number,
            external_id,
            status,
            native_status,
            cancel_reason,
            placed_at: time(placed_at),
            total: money(total, currency.clone()),
            refunded: money(refunded, currency),
            affiliate,
            transactions: Vec::new(),
        }
    }
}
