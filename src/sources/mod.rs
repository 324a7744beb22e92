//! Where orders come from: what stands in a file becomes reports and records that the ledger takes in.
//!
//! Nothing here knows a database or waits for anything. A file is read as a stream, a line at a time: what
//! makes all of it unreadable is a [`FileError`], what is wrong with one line stays with that line's [`Row`].

pub mod affiliate_file;
pub mod amount;
mod cells;
mod column;
mod csv_record;
mod csv_table;
mod file_error;
mod format;
mod json_table;
mod line;
pub mod mapping_file;
pub mod order_file;
mod row;
mod table;
pub mod transaction_file;

pub use affiliate_file::read_affiliates;
pub use file_error::FileError;
pub use format::Format;
pub use mapping_file::Mapping;
pub use order_file::read_orders;
pub use row::Row;
pub use transaction_file::read_transactions;
