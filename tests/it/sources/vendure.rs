//! Vendure's Admin API as its schema is described, over a shop of the tests. Like Vendure it is strict about what
//! is asked, reads what stands in one part of `_or` as alternatives, and leaves `updatedAt` where it was unless an
//! order is cancelled.

#![expect(
    clippy::unused_async,
    reason = "a resolver is async without waiting too"
)]

use async_graphql::{
    ComplexObject, Context, EmptySubscription, Enum, Error, ErrorExtensions, InputObject,
    InputValueError, InputValueResult, Interface, Json, Object, Request, Scalar, ScalarType,
    Schema, SimpleObject, Union, Value as Constant,
};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use cashable::sources::Lack;
use chrono::SecondsFormat;
use entity::Instant;
use serde_json::{Value, json};

use super::contract::source_contract;
use super::fake::{Fake, Hooks};
use super::server::Server;
use super::shop::{Broken, FakeOrder, FakeShop, Status};

source_contract!(Vendure);

pub struct Vendure;

/// What `adminListQueryLimit` is where nobody has set it.
const MOST: usize = 1_000;

impl Fake for Vendure {
    const KIND: &'static str = "vendure";
    const ACCOUNT: Option<&'static str> = Some("superadmin");
    const SECRET: Option<&'static str> = Some("a password");
    const LACKS: &'static [Lack] = &[Lack::Changes];
    const SIGNS_IN: bool = true;
    const HOOKS: Option<Hooks> = None;

    fn settings() -> Value {
        json!({"affiliate_field": "affiliateCode"})
    }

    fn routes() -> Router<Server> {
        Router::new().route("/admin-api", post(answer))
    }

    fn is_sign_in(_path: &str, body: &[u8]) -> bool {
        String::from_utf8_lossy(body).contains("login(")
    }

    fn id(number: u32) -> String {
        number.to_string()
    }

    fn word(status: Status) -> &'static str {
        match status {
            Status::New => "PaymentAuthorized",
            Status::InProgress => "PaymentSettled",
            Status::Complete => "Delivered",
            Status::Cancelled => "Cancelled",
            Status::Unknown => "AwaitingPickup",
        }
    }

    /// Pages of 250; a full one may be followed by another.
    fn questions_for(orders: usize) -> usize {
        orders / 250 + 1
    }
}

/// Whether whoever asks has signed in, or holds the API key.
struct IsKnown(bool);

async fn answer(State(server): State<Server>, headers: HeaderMap, body: String) -> Response {
    let request: Request = serde_json::from_str(&body).unwrap();
    let is = |name, value: &str| headers.get(name).is_some_and(|it| it == value);
    let is_known = is("authorization", &format!("Bearer {}", token(&server)))
        || is("vendure-api-key", "a key");
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .register_output_type::<ErrorResult>()
        .data(server)
        .finish();
    let answer = schema.execute(request.data(IsKnown(is_known))).await;
    // What does not fit the schema has no word of Vendure's own.
    let does_not_fit = answer.errors.iter().any(|error| error.extensions.is_none());
    let status = if does_not_fit {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    (status, answer.http_headers.clone(), axum::Json(answer)).into_response()
}

/// The last one that was bought; an older one is over.
fn token(server: &Server) -> String {
    format!("token-{}", server.sign_ins())
}

fn error(code: &str, message: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

fn require_known(context: &Context<'_>) -> Result<(), Error> {
    if context.data_unchecked::<IsKnown>().0 {
        return Ok(());
    }
    let message = "You are not currently authorized to perform this action";
    Err(error("FORBIDDEN", message))
}

struct Mutation;

#[Object]
impl Mutation {
    async fn login(
        &self,
        context: &Context<'_>,
        username: String,
        password: String,
    ) -> NativeAuthenticationResult {
        if (Some(username.as_str()), Some(password.as_str())) != (Vendure::ACCOUNT, Vendure::SECRET)
        {
            return NativeAuthenticationResult::Invalid(InvalidCredentialsError {
                message: "The provided credentials are invalid".to_owned(),
            });
        }
        let token = token(context.data_unchecked());
        context.insert_http_header("vendure-auth-token", token);
        NativeAuthenticationResult::User(CurrentUser { id: "1" })
    }
}

#[derive(Union)]
enum NativeAuthenticationResult {
    User(CurrentUser),
    Invalid(InvalidCredentialsError),
}

#[derive(SimpleObject)]
struct CurrentUser {
    id: &'static str,
}

#[derive(Interface)]
#[graphql(field(name = "message", ty = "&String"))]
enum ErrorResult {
    Invalid(InvalidCredentialsError),
}

#[derive(SimpleObject)]
struct InvalidCredentialsError {
    message: String,
}

struct Query;

#[Object]
impl Query {
    async fn global_settings(&self, context: &Context<'_>) -> Result<GlobalSettings, Error> {
        require_known(context)?;
        let server_config = ServerConfig {
            money_strategy_precision: 2,
        };
        Ok(GlobalSettings {
            id: "1",
            server_config,
        })
    }

    async fn orders(
        &self,
        context: &Context<'_>,
        options: Option<OrderListOptions>,
    ) -> Result<OrderList, Error> {
        require_known(context)?;
        let shop = context.data_unchecked::<Server>().shop();
        let options = options.unwrap_or_default();
        let take = options.take.unwrap_or(MOST);
        if take > MOST {
            let message = "Cannot take more than 1000 results from a list query";
            return Err(error("USER_INPUT_ERROR", message));
        }
        Ok(page(&shop, &options, take))
    }
}

#[derive(SimpleObject)]
struct GlobalSettings {
    id: &'static str,
    server_config: ServerConfig,
}

#[derive(SimpleObject)]
struct ServerConfig {
    money_strategy_precision: i32,
}

#[derive(Default, InputObject)]
struct OrderListOptions {
    skip: Option<usize>,
    take: Option<usize>,
    sort: Option<OrderSortParameter>,
    filter: Option<OrderFilterParameter>,
}

#[derive(InputObject)]
struct OrderSortParameter {
    id: SortOrder,
}

#[derive(Clone, Copy, Enum, PartialEq, Eq)]
enum SortOrder {
    Asc,
    Desc,
}

#[derive(Default, InputObject)]
struct OrderFilterParameter {
    id: Option<IdOperators>,
    active: Option<BooleanOperators>,
    #[graphql(name = "type")]
    kind: Option<StringOperators>,
    order_placed_at: Option<DateOperators>,
    updated_at: Option<DateOperators>,
    #[graphql(name = "_or")]
    any: Option<Vec<OrderFilterParameter>>,
}

#[derive(InputObject)]
#[graphql(name = "IDOperators")]
struct IdOperators {
    #[graphql(name = "in")]
    among: Vec<String>,
}

#[derive(InputObject)]
struct BooleanOperators {
    eq: bool,
}

#[derive(InputObject)]
struct StringOperators {
    eq: Option<String>,
    not_eq: Option<String>,
}

#[derive(InputObject)]
struct DateOperators {
    before: Option<DateTime>,
    after: Option<DateTime>,
    between: Option<DateRange>,
}

#[derive(InputObject)]
struct DateRange {
    start: DateTime,
    end: DateTime,
}

#[derive(Clone, Copy)]
struct DateTime(Instant);

#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Constant) -> InputValueResult<Self> {
        let Constant::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let at = chrono::DateTime::parse_from_rfc3339(text).map_err(InputValueError::custom)?;
        Ok(Self(Instant(at.timestamp_millis())))
    }

    fn to_value(&self) -> Constant {
        let at = chrono::DateTime::from_timestamp_millis(self.0.0).unwrap();
        at.to_rfc3339_opts(SecondsFormat::Millis, true).into()
    }
}

#[derive(SimpleObject)]
struct OrderList {
    total_items: u64,
    items: Vec<Order>,
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Order {
    id: Json<Value>,
    code: String,
    state: &'static str,
    #[graphql(name = "orderPlacedAt")]
    placed_at: DateTime,
    currency_code: &'static str,
    total_with_tax: Json<Value>,
    payments: Vec<Payment>,
    custom_fields: CustomFields,
    #[graphql(skip)]
    transitions: Vec<HistoryEntry>,
}

#[derive(SimpleObject)]
struct CustomFields {
    affiliate_code: Option<String>,
}

#[derive(SimpleObject)]
struct Payment {
    state: &'static str,
    amount: Json<Value>,
    refunds: Vec<Refund>,
}

#[derive(SimpleObject)]
struct Refund {
    state: &'static str,
    total: Json<Value>,
}

#[derive(Clone, SimpleObject)]
struct HistoryEntry {
    created_at: DateTime,
    data: Json<Value>,
}

#[derive(SimpleObject)]
struct HistoryEntryList {
    items: Vec<HistoryEntry>,
}

#[derive(Default, InputObject)]
struct HistoryEntryListOptions {
    take: Option<usize>,
    sort: Option<HistoryEntrySortParameter>,
    filter: Option<HistoryEntryFilterParameter>,
}

#[derive(InputObject)]
struct HistoryEntrySortParameter {
    created_at: SortOrder,
}

#[derive(InputObject)]
struct HistoryEntryFilterParameter {
    #[graphql(name = "type")]
    kind: StringOperators,
}

#[ComplexObject]
impl Order {
    async fn history(&self, options: Option<HistoryEntryListOptions>) -> HistoryEntryList {
        let options = options.unwrap_or_default();
        let mut items = self.transitions.clone();
        let is_newest_first = options
            .sort
            .is_some_and(|it| it.created_at == SortOrder::Desc);
        if is_newest_first {
            items.reverse();
        }
        let is_wanted = options
            .filter
            .is_none_or(|it| it.kind.take("ORDER_STATE_TRANSITION"));
        items.truncate(if is_wanted {
            options.take.unwrap_or(MOST)
        } else {
            0
        });
        HistoryEntryList { items }
    }
}

impl StringOperators {
    fn take(&self, text: &str) -> bool {
        let is = |it: &String| it == text;
        self.eq.as_ref().is_none_or(is) && !self.not_eq.as_ref().is_some_and(is)
    }
}

impl DateOperators {
    /// What each operator says, since each is a condition of its own.
    fn conditions(&self, at: Instant) -> Vec<bool> {
        let before = self.before.map(|it| at < it.0);
        let after = self.after.map(|it| at > it.0);
        let between = self.between.as_ref();
        let between = between.map(|it| (it.start.0..=it.end.0).contains(&at));
        [before, after, between].into_iter().flatten().collect()
    }
}

impl OrderFilterParameter {
    /// What each condition says; they stand side by side, those of all parts of `_or` as alternatives.
    fn conditions(&self, order: &FakeOrder) -> Vec<bool> {
        let mut conditions = Vec::new();
        if let Some(id) = &self.id {
            conditions.push(id.among.contains(&Vendure::id(order.number)));
        }
        conditions.extend(self.active.as_ref().map(|active| !active.eq));
        conditions.extend(self.kind.as_ref().map(|kind| kind.take("Regular")));
        for (operators, at) in [
            (&self.order_placed_at, order.placed_at),
            (&self.updated_at, updated_at(order)),
        ] {
            conditions.extend(operators.iter().flat_map(|it| it.conditions(at)));
        }
        if let Some(parts) = &self.any {
            let alternatives = parts.iter().flat_map(|part| part.conditions(order));
            conditions.push(alternatives.into_iter().any(|holds| holds));
        }
        conditions
    }
}

/// A transition of its state is written twice there, and the second time with the time from before.
fn updated_at(order: &FakeOrder) -> Instant {
    match order.status {
        Status::Cancelled => order.since(),
        _ => order.placed_at,
    }
}

fn page(shop: &FakeShop, options: &OrderListOptions, take: usize) -> OrderList {
    let is_wanted = |order: &&FakeOrder| {
        let filter = options.filter.as_ref();
        filter.is_none_or(|it| it.conditions(order).into_iter().all(|holds| holds))
    };
    let mut found: Vec<_> = shop.orders.iter().filter(is_wanted).collect();
    match options.sort.as_ref().map(|sort| sort.id) {
        Some(SortOrder::Asc) => found.sort_by_key(|order| order.number),
        // Without an order there is none, as in the database behind it.
        Some(SortOrder::Desc) | None => found.sort_by_key(|order| std::cmp::Reverse(order.number)),
    }
    let total_items = shop.lies_about_total.unwrap_or(found.len() as u64);
    let skip = options.skip.unwrap_or(0);
    let skip = skip.saturating_sub(usize::from(shop.repeats && skip > 0));
    let items = found
        .into_iter()
        .skip(skip)
        .take(shop.page_size.unwrap_or(take));
    let items = items
        .map(|order| rendered(order, shop.swaps_numbers))
        .collect();
    OrderList { total_items, items }
}

fn rendered(order: &FakeOrder, swaps_numbers: bool) -> Order {
    let money = |cents: i64| {
        Json(if swaps_numbers {
            json!(cents.to_string())
        } else {
            json!(cents)
        })
    };
    let refund = (order.refunded > 0).then(|| Refund {
        state: "Settled",
        total: money(order.refunded),
    });
    let payment = Payment {
        state: "Settled",
        amount: money(order.total),
        refunds: refund.into_iter().collect(),
    };
    let mut from = "ArrangingPayment";
    let transition = |(status, at): &(Status, Instant)| {
        let data = Json(json!({"from": from, "to": Vendure::word(*status)}));
        from = Vendure::word(*status);
        let created_at = DateTime(*at);
        HistoryEntry { created_at, data }
    };
    Order {
        id: Json(match order.broken {
            Some(Broken::NoId) => Value::Null,
            _ => json!(order.number.to_string()),
        }),
        code: format!("V{:015}", order.number),
        state: Vendure::word(order.status),
        placed_at: DateTime(order.placed_at),
        currency_code: "EUR",
        total_with_tax: match order.broken {
            Some(Broken::NoTotal) => Json(json!("a lot")),
            _ => money(if order.zeroed { 0 } else { order.total }),
        },
        payments: vec![payment],
        custom_fields: CustomFields {
            affiliate_code: order.affiliate.clone(),
        },
        transitions: order.history.iter().map(transition).collect(),
    }
}
