//! The API in GraphQL: turns its words into calls of reports and the ledger, and their rows into objects.
//! Decides who may ask; what of it may be seen is a predicate of every report.
//!
//! A request carries three things: who asks ([`Viewer`]), where to read ([`Reads`]) and the program
//! ([`crate::app::App`]). Whoever sends the answer puts it through [`mask`] first.

#![allow(
    clippy::too_many_arguments,
    clippy::unused_async,
    reason = "a resolver takes the arguments of its field in the contract, and is async without waiting too"
)]

mod connection;
mod contract;
mod errors;
mod heads;
mod in_turn;
mod input;
mod money;
mod mutation;
mod node_id;
mod object;
mod query;
mod reads;
mod scalars;
mod selected_columns;
mod selection;
mod siblings;
mod subscription;
mod user_error;
mod validation;
mod viewer;
mod words;

use async_graphql::{SDLExportOptions, SchemaBuilder};

pub use self::connection::MOST;
pub use self::contract::field_type;
pub use self::errors::{ApiError, mask};
pub use self::mutation::Mutation;
pub use self::node_id::{NodeId, NodeKind, decode, decode_any, decode_shop, encode, encode_shop};
pub use self::query::Query;
pub use self::reads::{Reads, Sighting};
pub use self::subscription::SubscriptionRoot;
pub use self::user_error::{UserError, UserErrorCode};
pub use self::validation::{Validation, check_operation};
pub use self::viewer::Viewer;

/// The schema with its resolvers.
pub type Schema = async_graphql::Schema<Query, Mutation, SubscriptionRoot>;

/// Makes the schema. It holds nothing of a request and is made once.
#[must_use]
pub fn schema() -> Schema {
    builder().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, SubscriptionRoot> {
    Schema::build(
        Query::default(),
        Mutation::default(),
        SubscriptionRoot::default(),
    )
    .disable_suggestions()
}

/// The contract as the code has it, sorted so that only changes of meaning show as differences.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    schema().sdl_with_options(options)
}
