//! What is asked of both servers: the GraphQL, the bare handler's addresses, and enough different ones that no
//! page is always the same.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cashable::app::App;
use chrono::{DateTime, Datelike, Months, NaiveDate};
use sea_orm::DbBackend;
use serde_json::json;
use uuid::Uuid;

use crate::bench::Bench;
use crate::client::{ask_graphql, get};
use crate::outcome::Outcome;
use crate::store::{close, query};

/// How many places of each shop's list are asked for.
const PLACES: usize = 50;

const ORDER: &str = "{ id number externalId status nativeStatus cancelReason placedAt
    total { amount currency } refunded { amount currency } affiliate { id code name }
    transactions { id status amount { amount currency } waitsUntil } }";

const FIGURES: &str =
    "{ orders newOrders completeOrders cancelledOrders fakeOrders completionRate cancellationRate
    revenue { amount currency } pendingRevenue { amount currency } lostRevenue { amount currency }
    averageOrderValue { amount currency } promotedOrders promotedOrderShare
    promotedRevenue { amount currency } commissionPending { amount currency }
    commissionCashable { amount currency } commissionCancelled { amount currency } }";

/// A shop with a token for it, and places in its list of orders.
pub struct Asker {
    shop_id: i64,
    token: String,
    places: Vec<Place>,
}

/// Where an order stands in the list, the newest first.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    placed_at: i64,
    id: Uuid,
}

/// The same questions to both servers, in the same order.
pub struct Questions {
    /// To Cashable.
    pub ours: Vec<Vec<u8>>,
    /// To the bare handler.
    pub bound: Vec<Vec<u8>>,
}

impl Asker {
    /// One for each shop of the database `name`.
    pub async fn all(bench: &Bench, name: &str) -> Outcome<Vec<Self>> {
        let app = bench.store.app(name, bench.later(0)).await?;
        let mut askers = Vec::new();
        for (shop_id, token) in bench.world.shops.iter().zip(&bench.world.tokens) {
            let every = (bench.world.orders_a_shop / PLACES).max(1);
            let mut places = places(&app, *shop_id, &format!("n % {every} = 0")).await?;
            // Nothing comes behind the very last one.
            places.truncate(PLACES - 1);
            askers.push(Self {
                shop_id: *shop_id,
                token: token.clone(),
                places,
            });
        }
        close(&app).await?;
        Ok(askers)
    }

    /// The token of its shop.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Asks Cashable.
    pub fn ask(&self, query: &str, variables: &serde_json::Value) -> Vec<u8> {
        ask_graphql(&self.token, query, variables)
    }

    /// The first pages.
    pub fn first_page(&self, size: usize) -> Vec<u8> {
        self.page(size, None)
    }

    /// The page behind the last place that is known.
    pub fn last_page(&self, size: usize) -> Vec<u8> {
        self.page(size, self.places.last())
    }

    fn page(&self, size: usize, after: Option<&Place>) -> Vec<u8> {
        let query = format!(
            "query ($after: String) {{ ordersReport(first: {size}, after: $after) {{ nodes {ORDER}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        self.ask(&query, &json!({ "after": after.map(Place::cursor) }))
    }

    /// The page that begins behind so many rows.
    pub async fn page_after_row(&self, app: &App, size: usize, row: usize) -> Outcome<Vec<u8>> {
        let place = places(app, self.shop_id, &format!("n = {row}")).await?;
        Ok(self.page(size, place.first()))
    }

    fn bound_page(&self, after: &Place) -> Vec<u8> {
        let (shop, at, id) = (self.shop_id, after.placed_at, after.id);
        get(&format!("/page?shop={shop}&at={at}&id={id}"))
    }

    fn order(&self, place: &Place) -> Vec<u8> {
        let query = format!("query ($id: ID!) {{ order(id: $id) {ORDER} }}");
        let row = place.id.simple();
        let id = URL_SAFE_NO_PAD.encode(format!("v1:Order:{}:{row}", self.shop_id));
        self.ask(&query, &json!({ "id": id }))
    }

    /// The figures of these days by months.
    pub fn kpi(&self, (from, to): (NaiveDate, NaiveDate)) -> Vec<u8> {
        let query = format!(
            "query ($from: Date!, $to: Date!) {{ kpi(from: $from, to: $to) {{ from to
            totals {FIGURES} points {{ from to kpi {FIGURES} }} }} }}"
        );
        self.ask(&query, &json!({ "from": from, "to": to }))
    }

    fn bound_kpi(&self, grain: &str, (from, to): (NaiveDate, NaiveDate)) -> Vec<u8> {
        get(&format!(
            "/kpi/{grain}?shop={}&from={from}&to={to}",
            self.shop_id
        ))
    }
}

impl Place {
    fn cursor(&self) -> String {
        let position = json!([{ "i": self.placed_at }, { "u": self.id }]);
        let content = json!({ "s": "ordersReport/-placed", "p": position });
        URL_SAFE_NO_PAD.encode(content.to_string())
    }
}

impl Questions {
    /// Pages of 50 orders all over the shops.
    pub fn pages(askers: &[Asker]) -> Self {
        Self::of_places(askers, |it, place| {
            (it.page(50, Some(place)), it.bound_page(place))
        })
    }

    /// Those to Cashable, for another server that understands GraphQL.
    pub fn for_both(self) -> Self {
        Self {
            bound: self.ours.clone(),
            ours: self.ours,
        }
    }

    /// Orders by id.
    pub fn orders(askers: &[Asker]) -> Self {
        Self::of_places(askers, |it, place| {
            let bound = format!("/order?shop={}&id={}", it.shop_id, place.id);
            (it.order(place), get(&bound))
        })
    }

    /// 24 months of figures, to a bare handler that adds up days or months.
    pub fn kpi(askers: &[Asker], bench: &Bench, grain: &str) -> Outcome<Self> {
        let period = last_months(bench)?;
        let asked = askers.iter();
        let (ours, bound) = asked
            .map(|it| (it.kpi(period), it.bound_kpi(grain, period)))
            .unzip();
        Ok(Self { ours, bound })
    }

    /// Place by place, so that one shop follows the other.
    fn of_places(askers: &[Asker], ask: impl Fn(&Asker, &Place) -> (Vec<u8>, Vec<u8>)) -> Self {
        let (mut ours, mut bound) = (Vec::new(), Vec::new());
        for number in 0..PLACES {
            for asker in askers {
                if let Some(place) = asker.places.get(number) {
                    let (to_us, to_bound) = ask(asker, place);
                    ours.push(to_us);
                    bound.push(to_bound);
                }
            }
        }
        Self { ours, bound }
    }
}

/// 24 whole months, with the one that the data ends in.
pub fn last_months(bench: &Bench) -> Outcome<(NaiveDate, NaiveDate)> {
    let now = DateTime::from_timestamp_millis(bench.world.now.0).ok_or("no such moment")?;
    let month = now.date_naive().with_day(1).ok_or("no such day")?;
    let from = month - Months::new(23);
    let to = (month + Months::new(1)).pred_opt().ok_or("no such day")?;
    Ok((from, to))
}

/// Orders of a shop, the newest first, by their number in that order.
async fn places(app: &App, shop_id: i64, which: &str) -> Outcome<Vec<Place>> {
    let id = match app.database.backend() {
        DbBackend::Postgres => "CAST(id AS text)",
        _ => "lower(hex(id))",
    };
    let sql = format!(
        "SELECT placed_at, {id} AS id FROM (SELECT placed_at, id,
        row_number() OVER (ORDER BY placed_at DESC, id DESC) AS n FROM orders WHERE shop_id = {shop_id}) AS o
        WHERE {which} ORDER BY n"
    );
    let mut places = Vec::new();
    for row in query(app.database.reader(), &sql).await? {
        let id: String = row.try_get("", "id")?;
        places.push(Place {
            placed_at: row.try_get("", "placed_at")?,
            id: Uuid::try_parse(&id)?,
        });
    }
    Ok(places)
}
