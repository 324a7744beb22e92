//! Where orders come from: files, and the platforms that shops run on.
//!
//! Nothing here knows a database or a clock. A **file** is read as a stream, a line at a time: what makes all
//! of it unreadable is a [`FileError`], what is wrong with one line stays with that line's [`Row`].
//!
//! A **platform** is one file, such as `woocommerce.rs`: it puts questions together and reads answers into
//! [`OrderSnapshot`]s, and that is all. When to ask, what to ask again, what to keep and what it means is the
//! engine's, in `sync::pull`. To add one:
//!
//! 1. Write `src/sources/<name>.rs` with a `pub const KIND: Kind` and a struct that is a [`Platform`]. What an
//!    admin must say goes into its own `Settings` (`deny_unknown_fields`, read by [`settings`]); ids and amounts
//!    are read by [`json`], so that no amount is ever a float; requests are made by [`Http`].
//! 2. Add its line to [`KINDS`], and what its status words mean to `domain::status`.
//! 3. Write `tests/it/sources/<name>.rs`: a fake of the platform made from its public description, which is a
//!    `Fake`, and `source_contract!(TheFake)`. That runs every case there is against it. What a platform cannot
//!    tell is said in its [`Kind`] and by its fake, and the two must agree.
//!
//! One that only pushes, such as `rees46.rs`, has no [`Pull`], and reads what is pushed into the same snapshots.
//!
//! What the engine relies on: a walk through [`Platform::changes`] leaves nothing out that has not changed
//! meanwhile; [`Platform::by_ids`] gives what there is of the ids asked; totals are before refunds; times are
//! the platform's; an order that cannot be read is an [`Unread`] and never an error.

pub mod affiliate_file;
pub mod amount;
mod cells;
mod column;
mod csv_record;
mod csv_table;
mod file_error;
mod format;
mod graphql;
pub mod hook;
pub mod http;
pub mod json;
mod json_table;
mod kinds;
mod line;
pub mod mapping_file;
pub mod order_file;
mod outside;
mod pauses;
pub mod platform;
pub mod rees46;
mod row;
mod secret;
pub mod settings;
mod snapshot;
mod source_error;
mod table;
pub mod transaction_file;
mod vendure;
mod woocommerce;

pub use affiliate_file::read_affiliates;
pub use file_error::FileError;
pub use format::Format;
pub use hook::{Hook, HookError, Incoming};
pub use http::{Http, Reach};
pub use kinds::{KINDS, kind_of};
pub use mapping_file::Mapping;
pub use order_file::read_orders;
pub use outside::Outside;
pub use pauses::Pauses;
pub use platform::{Access, Kind, Lack, Platform, Pull, Session};
pub use row::Row;
pub use secret::{Secret, SecretKey, Secrets};
pub use snapshot::{Cursor, OrderSnapshot, Page, Reported, Unread, Window};
pub use source_error::SourceError;
pub use transaction_file::read_transactions;
